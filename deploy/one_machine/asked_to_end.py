"""A command that is asked to end 中止: it takes back what it has begun, or finishes what cannot be taken back."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_ASKING: Final = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ended_in_order(last_words: str) -> Iterator[None]:
    """Have SIGTERM and SIGHUP raise ``SystemExit`` while the block lasts, so that it is left as by any failure.

    A second one changes nothing: it would cut the undoing short. One that is ignored, as by ``nohup``, stays so.
    """

    def end(_: int, __: FrameType | None) -> None:
        for each in _ASKING:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(last_words)

    with _handled_by(end):
        yield


@contextmanager
def not_to_be_ended() -> Iterator[None]:
    """Ignore both while the block lasts: it is over in a moment, and half of it is worse than either whole."""
    with _handled_by(signal.SIG_IGN):
        yield


@contextmanager
def _handled_by(handler: "signal._HANDLER") -> Iterator[None]:
    before = {each: signal.getsignal(each) for each in _ASKING}
    for each, old in before.items():
        if old is not signal.SIG_IGN:
            signal.signal(each, handler)
    try:
        yield
    finally:
        for each, old in before.items():
            signal.signal(each, old)
