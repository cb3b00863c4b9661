"""What a customer's reply does to a repair 客户回复, by state (domain: repair)."""

import re
from enum import StrEnum
from typing import Final

from workflows.messages.case import ReplyIntent
from workflows.messages.repair import RepairState


class ReplyEffect(StrEnum):
    """What follows from a reply."""

    VERIFY = "verify"
    REWORK = "rework"
    CANCEL = "cancel"
    REOPEN = "reopen"
    RESCHEDULE = "reschedule"
    CONFIRM_QUOTE = "confirm_quote"
    DECLINE_QUOTE = "decline_quote"
    DISPUTE = "dispute"
    RATE = "rate"
    NOTE = "note"


_S = RepairState
_BEFORE_ARRIVAL: Final = (_S.RECEIVED, _S.ACCEPTED, _S.DISPATCHED, _S.ACKNOWLEDGED)
_DONE: Final = (_S.COMPLETED, _S.VERIFIED, _S.AWAITING_REVISIT, _S.CLOSED)
_ACCEPTED_WORK: Final = (_S.VERIFIED, _S.AWAITING_REVISIT)
_EFFECTS: Final[dict[tuple[RepairState, ReplyIntent], ReplyEffect]] = {
    (_S.COMPLETED, ReplyIntent.CONFIRM): ReplyEffect.VERIFY,
    (_S.COMPLETED, ReplyIntent.REJECT): ReplyEffect.REWORK,
    (_S.CLOSED, ReplyIntent.REJECT): ReplyEffect.REOPEN,
    (_S.CLOSED, ReplyIntent.REOPEN): ReplyEffect.REOPEN,
    (_S.COMPLETED, ReplyIntent.REOPEN): ReplyEffect.REWORK,
    (_S.QUOTED, ReplyIntent.CONFIRM_QUOTE): ReplyEffect.CONFIRM_QUOTE,
    (_S.QUOTED, ReplyIntent.DECLINE_QUOTE): ReplyEffect.DECLINE_QUOTE,
    (_S.QUOTED, ReplyIntent.CANCEL): ReplyEffect.CANCEL,
    **{(state, ReplyIntent.CANCEL): ReplyEffect.CANCEL for state in _BEFORE_ARRIVAL},
    **{(state, ReplyIntent.RESCHEDULE): ReplyEffect.RESCHEDULE for state in _BEFORE_ARRIVAL},
    **{(state, ReplyIntent.REJECT): ReplyEffect.REWORK for state in _ACCEPTED_WORK},
    **{(state, ReplyIntent.REOPEN): ReplyEffect.REWORK for state in _ACCEPTED_WORK},
    **{(state, ReplyIntent.DISPUTE): ReplyEffect.DISPUTE for state in _DONE},
    **{(state, ReplyIntent.RATE): ReplyEffect.RATE for state in _DONE},
}
_ANYBODYS: Final = frozenset({ReplyEffect.REWORK, ReplyEffect.REOPEN})
"""What the reporter of a merged case may decide, too: that the fault is still there."""


def effect_of(state: RepairState, intent: ReplyIntent) -> ReplyEffect:
    """Return what the reply does; anything that the state does not provide for is noted and told to the desk."""
    return _EFFECTS.get((state, intent), ReplyEffect.NOTE)


def effect_when_forwarded(effect: ReplyEffect) -> ReplyEffect:
    """Return what remains of an effect for the reporter of a merged case: money and appointments are not his."""
    return effect if effect in _ANYBODYS else ReplyEffect.NOTE


def speaks_for_the_case(sender_phone: str, reporter_phone: str) -> bool:
    """Whether whoever sent a reply speaks for the case: the reporter's own number, or a platform that knows none."""
    return not sender_phone or not reporter_phone or _digits(sender_phone) == _digits(reporter_phone)


def _digits(phone: str) -> str:
    """The mobile number in it, whatever stands before or behind; for other numbers all their digits."""
    digits = re.sub(r"\D", "", phone)
    mobile = re.search(r"1[3-9]\d{9}", digits)
    return mobile.group() if mobile else digits
