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
    NOTE = "note"


_CANCELLABLE: Final = (
    RepairState.RECEIVED,
    RepairState.ACCEPTED,
    RepairState.DISPATCHED,
    RepairState.ACKNOWLEDGED,
)
_EFFECTS: Final[dict[tuple[RepairState, ReplyIntent], ReplyEffect]] = {
    (RepairState.COMPLETED, ReplyIntent.CONFIRM): ReplyEffect.VERIFY,
    (RepairState.COMPLETED, ReplyIntent.REJECT): ReplyEffect.REWORK,
    (RepairState.CLOSED, ReplyIntent.REJECT): ReplyEffect.REOPEN,
    (RepairState.CLOSED, ReplyIntent.REOPEN): ReplyEffect.REOPEN,
    (RepairState.COMPLETED, ReplyIntent.REOPEN): ReplyEffect.REWORK,
    **{(state, ReplyIntent.CANCEL): ReplyEffect.CANCEL for state in _CANCELLABLE},
}


def effect_of(state: RepairState, intent: ReplyIntent) -> ReplyEffect:
    """Return what the reply does; anything that the state does not provide for is noted and told to the desk."""
    return _EFFECTS.get((state, intent), ReplyEffect.NOTE)


def speaks_for_the_case(sender_phone: str, reporter_phone: str) -> bool:
    """Whether whoever sent a reply speaks for the case: the reporter's own number, or a platform that knows none."""
    return not sender_phone or not reporter_phone or _digits(sender_phone) == _digits(reporter_phone)


def _digits(phone: str) -> str:
    """The mobile number in it, whatever stands before or behind; for other numbers all their digits."""
    digits = re.sub(r"\D", "", phone)
    mobile = re.search(r"1[3-9]\d{9}", digits)
    return mobile.group() if mobile else digits
