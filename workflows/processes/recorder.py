"""The recorder 记录员: lines go in at once, one outstanding activity takes them to PostgreSQL, in order.

Steps put lines in and go on; only completion, continue-as-new and money wait until they are written. So with
PostgreSQL down a case still answers in milliseconds, and every line is written in order afterwards
(``docs/decisions/0005-recorder.md``).
"""

from collections.abc import Callable
from typing import Final

from temporalio.workflow import ActivityHandle

from workflows.effects.recording import start_writing
from workflows.messages.case import CaseHeader, CaseOpening, EventLine
from workflows.messages.records import CaseBatch, Form

LINES_AT_ONCE: Final = 50
"""Lines in one batch, so that a long outage does not build a payload past Temporal's limit."""


class Recorder:
    """The queue of one case's lines. ``snapshot`` returns the header and forms as they stand now."""

    def __init__(
        self,
        opening: CaseOpening,
        snapshot: Callable[[], tuple[CaseHeader, tuple[Form, ...]]],
        written_up_to: int,
    ) -> None:
        self._opening = opening
        self._snapshot = snapshot
        self._waiting: list[EventLine] = []
        self._writing = 0
        self._sent: tuple[Form, ...] = ()
        self.written_up_to = written_up_to
        self.refused: BaseException | None = None

    @property
    def idle(self) -> bool:
        """Whether every line is in PostgreSQL."""
        return not self._waiting

    @property
    def ready(self) -> bool:
        """Whether :meth:`send` has something to do."""
        return bool(self._waiting) and not self._writing and self.refused is None

    @property
    def holds_back(self) -> bool:
        """Whether lines wait that have not been sent yet, because others are being written."""
        return len(self._waiting) > self._writing and self.refused is None

    def put(self, line: EventLine) -> None:
        """Queue a line; lines put in the same step are written in one transaction."""
        self._waiting.append(line)

    def send(self) -> None:
        """Begin to write what waits, if nothing is being written."""
        if not self.ready:
            return
        lines = tuple(self._waiting[:LINES_AT_ONCE])
        header, forms = self._snapshot()
        changed = tuple(form for form in forms if form not in self._sent)
        self._sent = forms
        batch = CaseBatch(
            header=header.model_copy(update={"last_sequence": lines[-1].sequence}),
            lines=lines,
            forms=changed,
            opening=self._opening if lines[0].sequence == 1 else None,
        )
        self._writing = len(lines)
        start_writing(batch).add_done_callback(self._written)

    def _written(self, writing: ActivityHandle[None]) -> None:
        count, self._writing = self._writing, 0
        if writing.cancelled():
            return
        self.refused = writing.exception()
        if self.refused is None:
            self.written_up_to = self._waiting[count - 1].sequence
            del self._waiting[:count]
