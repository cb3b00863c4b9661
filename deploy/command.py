"""The ``guanjia`` command 管家命令: the verbs of staff and those of the processes, with one way to end in an error."""

import os
import sys
from typing import Final

_PYTHON: Final = (3, 11)
_CANNOT_START: Final = 2


def main() -> None:
    """Do what was typed. What cannot start ends in one line on standard error and exit code 2."""
    if sys.version_info[:2] != _PYTHON:
        sys.exit("guanjia: 需要 Python 3.11 | Python 3.11 is needed: make PYTHON=/path/to/python3.11 run")
    from deploy.verbs import guanjia  # after the check: an older Python could not even read it

    try:
        guanjia()
    except Exception as error:
        from deploy.errors_for_people import line_for  # it knows every part of the program, so it is slow to load

        line = line_for(error)
        if line is None:
            raise
        print(f"guanjia: {line}", file=sys.stderr, flush=True)
        # not sys.exit: Python would crash if a thread of Temporal's library spoke up while it shuts down
        os._exit(_CANNOT_START)


if __name__ == "__main__":
    main()
