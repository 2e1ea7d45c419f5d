"""The first paint has half a second, so little may be loaded for it."""

import subprocess
import sys

PROGRAM = """
import sys
import mergetui.ui.app
heavy = {"httpx", "pydantic", "keyring", "authlib", "starlette", "uvicorn", "rapidfuzz", "textual.pilot",
         "mergetui.ui.pictures", "mergetui.ui.screens.review", "mergetui.ui.screens.confirm", "markdown_it"}
print(sorted(heavy & set(sys.modules)))
"""


def test_nothing_heavy_is_imported_with_the_cockpit():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
