"""The messenger 通知员: tells people without keeping the case waiting, and says when somebody could not be told."""

from collections.abc import Callable
from functools import partial

from temporalio.workflow import ActivityHandle

from workflows.effects.notifying import start_telling
from workflows.messages.notices import Notice, NoticeOutcome
from workflows.processes.recorder import Recorder


class Messenger:
    """Notices of one case. ``undelivered`` is called with each that no channel took or whose fate is unknown."""

    def __init__(self, recorder: Recorder, undelivered: Callable[[Notice, NoticeOutcome], None]) -> None:
        self._recorder = recorder
        self._undelivered = undelivered
        self._waiting: list[tuple[int, Notice]] = []
        self._under_way = 0

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way or will be; what waits for a line that was refused never goes."""
        waiting = bool(self._waiting) and self._recorder.refused is None
        return not waiting and not self._under_way

    @property
    def ready(self) -> bool:
        """Whether :meth:`send` has something to do."""
        return any(self._may_go(line, notice) for line, notice in self._waiting)

    def tell(self, notice: Notice, after_line: int) -> None:
        """Queue a notice. It goes when line ``after_line`` is written; an emergency does not wait for PostgreSQL."""
        self._waiting.append((after_line, notice))

    def send_emergencies(self) -> None:
        """Begin to tell of emergencies, which wait for nothing."""
        self._send(lambda line, notice: notice.emergency)

    def send(self) -> None:
        """Begin to tell whatever may go."""
        self._send(self._may_go)

    def _send(self, goes: Callable[[int, Notice], bool]) -> None:
        going = [notice for line, notice in self._waiting if goes(line, notice)]
        self._waiting = [(line, notice) for line, notice in self._waiting if not goes(line, notice)]
        for notice in going:
            self._under_way += 1
            start_telling(notice).add_done_callback(partial(self._told, notice))

    def _may_go(self, line: int, notice: Notice) -> bool:
        return notice.emergency or self._recorder.written_up_to >= line

    def _told(self, notice: Notice, telling: ActivityHandle[NoticeOutcome]) -> None:
        self._under_way -= 1
        if telling.cancelled():
            return
        outcome = NoticeOutcome(status="failed") if telling.exception() else telling.result()
        if outcome.status in ("failed", "unknown"):
            self._undelivered(notice, outcome)
