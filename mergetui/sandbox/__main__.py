"""``python -m mergetui.sandbox``: the servers alone, with the flags of ``mergetui sandbox``."""

from __future__ import annotations

import argparse
import asyncio
import sys

from mergetui.errors import Problem
from mergetui.sandbox import serve
from mergetui.sandbox.options import add_arguments, add_server_arguments, from_namespace


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mergetui.sandbox", description=serve.__doc__)
    add_arguments(parser)
    add_server_arguments(parser)
    try:
        asyncio.run(serve.run(from_namespace(parser.parse_args())))
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return problem.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
