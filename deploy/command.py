"""The ``guanjia`` command 管家命令: the verbs of staff and those of the processes, with one way to end."""

import sys
import traceback
from typing import Final, NoReturn

from deploy.leaving import DONE, FAILED, leave

_PYTHON: Final = (3, 11)
_CANNOT_START: Final = 2


def main() -> NoReturn:
    """Do what was typed. What cannot start ends in one line on standard error and exit code 2."""
    if sys.version_info[:2] != _PYTHON:
        sys.exit("guanjia: 需要 Python 3.11 | Python 3.11 is needed: make PYTHON=/path/to/python3.11 run")
    leave(_exit_code())


def _exit_code() -> int:
    from deploy.verbs import guanjia  # after the check: an older Python could not even read it

    try:
        guanjia()
    except SystemExit as asked:
        if isinstance(asked.code, str):
            print(asked.code, file=sys.stderr)
            return FAILED
        return asked.code or DONE
    except Exception as error:
        from deploy.errors_for_people import line_for  # it knows every part of the program, so it is slow to load

        line = line_for(error)
        if line is None:
            traceback.print_exc()
            return FAILED
        print(f"guanjia: {line}", file=sys.stderr)
        return _CANNOT_START
    return DONE


if __name__ == "__main__":
    main()
