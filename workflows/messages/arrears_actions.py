"""What staff enter about an account's arrears 催缴办理内容 (S4 4.2.1.8–11; ``docs/domain/arrears.md``)."""

from datetime import date
from enum import StrEnum

from workflows.messages.arrears import AgreedInstalment
from workflows.messages.message import Message, Moment
from workflows.messages.money import Amount


class Delivery(StrEnum):
    """How a notice was received 送达方式 (§9.6); a posting on the door counts only where the contract says so."""

    SIGNED = "signed"
    EMS = "ems"
    AGREED_SYSTEM = "agreed_system"
    DOOR = "door"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"signed": "签收", "ems": "EMS 妥投", "agreed_system": "约定电子系统", "door": "张贴(有约定)"}[self]


class SealDetails(Message):
    """用印登记 of a sheet: its number in the register, and how many copies were sealed (S4 4.2.1.8).

    ``sheet`` is the sheet's number here and below; "" means the only one, or the oldest, that waits for it.
    """

    number: str
    copies: int = 1
    sheet: str = ""


class DeliverDetails(Message):
    """送达签收: the day of receipt starts the clock (C2). A door posting needs a photograph and a witness."""

    received_on: date
    how: Delivery = Delivery.SIGNED
    photos: tuple[str, ...] = ()
    witness: str = ""
    sheet: str = ""


class BounceDetails(Message):
    """未送达 or refused: the clock is not started (§9.6)."""

    reason: str = ""
    sheet: str = ""


class DisputedPart(Message):
    """What is disputed of one bill, CNY."""

    bill: str
    amount: Amount


class FeeDisputeDetails(Message):
    """登记异议: written and itemised; only these parts rest (§9.6)."""

    parts: tuple[DisputedPart, ...]
    reason: str = ""


class SettleDisputeDetails(Message):
    """答复异议: upheld means that the disputed parts are credited and their late fee is dropped."""

    upheld: bool
    answer: str = ""


class InstalmentDetails(Message):
    """分期协议: a written agreement; it suspends dunning while it is kept (§9.5)."""

    plan: tuple[AgreedInstalment, ...]
    reason: str = ""


class ChooseMeansDetails(Message):
    """决定后续方式: one of the policy's other means; a forbidden lever never (§9.6)."""

    means: str
    reason: str = ""


class MoveArrearsDeadlineDetails(Message):
    """改期限: a recorded override of one clock; ``due_at`` is the new deadline."""

    clock: str
    due_at: Moment
    reason: str = ""
