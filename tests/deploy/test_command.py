"""How ``guanjia`` ends: with its own exit code, its output whole, and never as a crash of the interpreter."""

import subprocess
import sys

from tests.deploy.centre import ROOT, typed

_WITH_SOMETHING_LEFT = """
import atexit, sys

class Left:
    def __del__(self):
        print("taken apart")

left = Left()
atexit.register(print, "said at the end")
sys.argv = ["guanjia", "day", "--help"]
from deploy.command import main
main()
"""


def test_it_ends_without_taking_the_interpreter_apart_under_the_threads_of_its_libraries() -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _WITH_SOMETHING_LEFT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "某人今天要办的事" in done.stdout
    assert done.stdout.endswith("said at the end\n")


def test_what_cannot_be_understood_ends_with_the_code_of_wrong_usage() -> None:
    done = typed("no-such-verb")
    assert done.returncode == 2
    assert "no-such-verb" in done.stderr


def test_help_ends_well() -> None:
    done = typed("--help")
    assert done.returncode == 0
    assert "管家" in done.stdout
