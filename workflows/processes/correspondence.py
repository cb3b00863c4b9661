"""What a case says to other cases 单据互通: words go out without keeping the case waiting."""

from collections.abc import Callable
from functools import partial

from temporalio.workflow import ActivityHandle

from workflows.effects.between_cases import start_passing_on
from workflows.messages.passing_on import Passed, PassedOn


class Correspondence:
    """Words on their way. ``passed`` is called with each when it is known whether the other case heard it."""

    def __init__(self, waiting: tuple[PassedOn, ...], passed: Callable[[PassedOn, bool], None]) -> None:
        self._waiting = list(waiting)
        self._passed = passed
        self._under_way = 0

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way or will be."""
        return not self._waiting and not self._under_way

    @property
    def ready(self) -> bool:
        """Whether :meth:`send` has something to do."""
        return bool(self._waiting)

    def pass_on(self, word: PassedOn) -> None:
        """Queue a word."""
        self._waiting.append(word)

    def send(self) -> None:
        """Begin to pass on whatever waits."""
        going, self._waiting = self._waiting, []
        for word in going:
            self._under_way += 1
            start_passing_on(word).add_done_callback(partial(self._answered, word))

    def _answered(self, word: PassedOn, passing: ActivityHandle[Passed]) -> None:
        self._under_way -= 1
        if passing.cancelled():
            return
        self._passed(word, passing.exception() is None and passing.result().heard)
