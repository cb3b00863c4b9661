"""Cases that a worker cannot put away 卡住的单据, and why its process then begins anew (``docs/decisions/0036``).

A machine that stands still for two seconds makes the SDK interrupt the case at work, as if it had locked up. At the
wrong instruction that loses the beginning of a task, and the SDK tries for ever to put the case away: a slot is taken,
the case's next task waits in this process, and the process cannot end. Only a new process gets the case going again.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from temporalio.worker import Worker

_LOOK_SECONDS: Final = 1.0


class StuckCaseError(Exception):
    """A case cannot be put away; another process has to go on with it."""


async def a_case_is_stuck(workers: Sequence[Worker], patience_seconds: float) -> None:
    """Wait until cases could not be put away for ``patience_seconds`` on end; then raise ``StuckCaseError``."""
    since: float | None = None
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if not any(map(_cannot_put_away, workers)):
            since = None
            continue
        since = since or time.monotonic()
        if time.monotonic() - since >= patience_seconds:
            raise StuckCaseError(
                "有单据移不出内存:本进程结束,由下一个进程接着办。反复出现时见 docs/operations.md | a case is stuck"
            )


def _cannot_put_away(worker: Worker) -> bool:
    # the SDK says so once, in its log, and that it could after all nowhere but in this count
    of_processes = worker._workflow_worker
    return of_processes is not None and of_processes._could_not_evict_count > 0
