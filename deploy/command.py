"""The ``guanjia`` command 管家命令: the verbs of staff and those of the processes, with one way to end."""

import atexit
import os
import sys
import traceback
from typing import Final, NoReturn

_PYTHON: Final = (3, 11)
_DONE: Final = 0
_FAILED: Final = 1
_CANNOT_START: Final = 2


def main() -> NoReturn:
    """Do what was typed. What cannot start ends in one line on standard error and exit code 2."""
    if sys.version_info[:2] != _PYTHON:
        sys.exit("guanjia: 需要 Python 3.11 | Python 3.11 is needed: make PYTHON=/path/to/python3.11 run")
    _leave(_exit_code())


def _exit_code() -> int:
    from deploy.verbs import guanjia  # after the check: an older Python could not even read it

    try:
        guanjia()
    except SystemExit as asked:
        if isinstance(asked.code, str):
            print(asked.code, file=sys.stderr)
            return _FAILED
        return asked.code or _DONE
    except Exception as error:
        from deploy.errors_for_people import line_for  # it knows every part of the program, so it is slow to load

        line = line_for(error)
        if line is None:
            traceback.print_exc()
            return _FAILED
        print(f"guanjia: {line}", file=sys.stderr)
        return _CANNOT_START
    return _DONE


def _leave(code: int) -> NoReturn:
    """End the process without taking the interpreter apart.

    The threads of Temporal's library live as long as the process, and one that speaks up while Python 3.11 shuts
    down aborts it (temporalio/sdk-python#300): the command has done its work and would still end as a crash.
    """
    atexit._run_exitfuncs()  # what libraries want done at the end is still done
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # the reader of a pipe has gone, as in `guanjia list | head`
            code = code or _FAILED
    os._exit(code)


if __name__ == "__main__":
    main()
