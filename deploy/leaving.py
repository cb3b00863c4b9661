"""How a process that has spoken to Temporal ends 退出."""

import atexit
import os
import sys
from typing import Final, NoReturn

DONE: Final = 0
FAILED: Final = 1


def leave(code: int = DONE) -> NoReturn:
    """End the process without taking the interpreter apart.

    The threads of Temporal's library live as long as the process, and one that speaks up while Python 3.11 shuts
    down aborts it (temporalio/sdk-python#300): a command that has done its work would still end as a crash.
    """
    atexit._run_exitfuncs()  # what libraries want done at the end is still done
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # the reader of a pipe has gone, as in `guanjia list | head`
            code = code or FAILED
    os._exit(code)
