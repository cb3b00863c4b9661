"""What an account's arrears ask of the ledger 催缴作业: standing, sheets, seals, deliveries, disputes."""

from datetime import date

from workflows.messages.arrears import SheetLine
from workflows.messages.arrears_actions import DisputedPart
from workflows.messages.fee_policy import LateFeePolicy
from workflows.messages.message import Message, Moment
from workflows.messages.money import Amount
from workflows.messages.people import Actor


class StandingRequest(Message):
    """How does the account stand on a day?"""

    community: str
    account: str
    on_day: date
    late_fee: LateFeePolicy = LateFeePolicy()


class SheetRequest(Message):
    """Issue a sheet of notices to an account. Key: (case, ordinal). Bills that are settled are left out."""

    case: str
    community: str
    account: str
    ordinal: int
    on_day: date
    at: Moment
    lines: tuple[SheetLine, ...]
    late_fee: LateFeePolicy = LateFeePolicy()


class Sheet(Message):
    """The sheet: its number ("" where nothing was left to demand), the bills on it, and what they come to, CNY."""

    number: str = ""
    bills: tuple[str, ...] = ()
    principal: Amount
    late_fee: Amount


class SealRequest(Message):
    """Enter the seal's use for a sheet. ``register_number`` is used once in a community (S4 4.2.1.8)."""

    community: str
    sheet: str
    register_number: str
    copies: int
    approved_by: Actor
    at: Moment


class DeliveryRequest(Message):
    """Enter when and how a sheet was received."""

    community: str
    sheet: str
    received_on: date
    how: str
    at: Moment
    actor: Actor


class DisputeRequest(Message):
    """Put parts of bills aside, or settle what was put aside. Key: ``key``.

    ``settle`` is None for a new dispute; True upholds it (credit, late fee dropped), False rejects it. ``late_fee`` are
    the rules of the case.
    """

    community: str
    account: str
    key: str
    parts: tuple[DisputedPart, ...]
    at: Moment
    actor: Actor
    settle: bool | None = None
    reason: str = ""
    late_fee: LateFeePolicy = LateFeePolicy()


class ClosingRequest(Message):
    """The arrears case of an account is over."""

    community: str
    account: str
    case: str
    at: Moment


class LedgerAnswer(Message):
    """Whether the ledger has done it; ``refused`` is the code of why not."""

    refused: str = ""
