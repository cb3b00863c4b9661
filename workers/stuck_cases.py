"""Cases that a worker cannot put away 卡住的单据, and why its process then begins anew (``docs/decisions/0036``).

A machine that stands still for two seconds makes the SDK interrupt the case at work, as if it had locked up. At the
wrong instruction that loses the beginning of a task, and the SDK tries for ever to put the case away: a slot is taken,
the case's next task waits in this process, and the process cannot end. Only a new process gets the case going again.
"""

import asyncio
import logging
from typing import Final

_SDK: Final = logging.getLogger("temporalio.worker._workflow")
_SAYS: Final = "Failed running eviction job"
"""How the SDK's line begins. That an eviction only timed out passes by itself when the machine has caught up."""


class StuckCaseError(Exception):
    """A case cannot be put away; another process has to go on with it."""


class _Listening(logging.Handler):
    def __init__(self, heard: asyncio.Event) -> None:
        super().__init__(logging.ERROR)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        """Take note; the SDK says it in the event loop's own thread."""
        if str(record.msg).startswith(_SAYS):
            self._heard.set()


async def a_case_is_stuck() -> None:
    """Wait for as long as every case can be put away; then raise ``StuckCaseError``."""
    heard = asyncio.Event()
    listening = _Listening(heard)
    _SDK.addHandler(listening)
    try:
        await heard.wait()
    finally:
        _SDK.removeHandler(listening)
    raise StuckCaseError("a case cannot be put away: the process ends, and another goes on with it")
