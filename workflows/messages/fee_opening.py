"""Opening a quarter's or a month's case by schedule 按期开立 (S4 4.2.1.1; ``docs/domain/fee-cycle.md``)."""

from datetime import date
from enum import StrEnum

from workflows.messages.message import Message, Moment


class FeePeriodKind(StrEnum):
    """What a schedule opens."""

    CYCLE = "cycle"
    MONTH = "month"


class FeeOpeningStart(Message):
    """The argument of the opening workflow: whose, and what. ``on_day`` is given when it is opened by hand."""

    community: str
    kind: FeePeriodKind
    tz: str = "Asia/Shanghai"
    on_day: date | None = None


class OpenFees(Message):
    """Open the case of the period that a day asks for: a cycle's next quarter, or the month that it lies in."""

    community: str
    kind: FeePeriodKind
    on_day: date
    at: Moment


class FeesOpened(Message):
    """The case's number, and whether this opened it; "" where the community's policy charges no fees."""

    number: str = ""
    created: bool = False
