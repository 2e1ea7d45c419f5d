"""Entry point of `mergetui` and `python -m mergetui`."""

import sys


def main() -> int:
    from mergetui.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
