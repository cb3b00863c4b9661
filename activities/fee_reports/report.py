"""A report of the fees as data 收费报表: what is frozen when it is sent, and what every format shows. CNY."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from workflows.messages.ledger import FeeItem
from workflows.messages.message import Moment
from workflows.rules.amounts import ZERO, to_cents
from workflows.rules.fee_calendar import ReportKind

Cents = Annotated[Decimal, AfterValidator(to_cents)]
"""CNY, with two places in every format: nothing is 0.00 and not 0."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Scope(StrEnum):
    """Whether a line is of the report's own period or of old debt."""

    PERIOD = "period"
    OLD = "old"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"period": "本期", "old": "往期"}[self]


class DetailLine(_Part):
    """A line of the 《费用收缴明细表》: an account's charges of one kind. ``arrears`` = due − received at the cut-off.

    ``late_fee`` is what is owed of it at the cut-off. ``reason`` says why there are arrears; "" where there are none,
    or nobody has said, which ``overdue_since`` then gives away.
    """

    scope: Scope
    unit: str
    account: str
    item: FeeItem
    due: Cents
    received: Cents
    arrears: Cents
    late_fee: Cents = ZERO
    reason: str = ""
    overdue_since: date | None = None


class Rate(_Part):
    """A rate as reports show it, with what it was made of; ``target`` and ``met`` where there is one to meet."""

    due: Cents
    received: Cents
    percent: str
    target: Decimal | None = None
    met: bool = True


class KindLine(_Part):
    """One of the five kinds of charge (S4 4.1): it has its line even where there is nothing (RPT-03).

    ``direct`` is income without a bill, such as parking by the hour.
    """

    item: FeeItem
    label: str
    due: Cents = ZERO
    received: Cents = ZERO
    arrears: Cents = ZERO
    old_due: Cents = ZERO
    old_received: Cents = ZERO
    old_arrears: Cents = ZERO
    late_fee_received: Cents = ZERO
    late_fee_owed: Cents = ZERO
    direct: Cents = ZERO


class DayTaken(_Part):
    """A day's payments by method, reversals taken off on their own day."""

    day: date
    methods: dict[str, Cents]
    total: Cents


class CashSlip(_Part):
    """A 《缴款单》 of the period: where the day's cash went."""

    day: date
    slip: str
    cash: Cents
    destination: str
    banked_at: Moment | None = None


class CashTaken(_Part):
    """收款: every day of the period on which money came, with the slips; ``refunded`` went out again.

    ``late_entered`` 补录 is money of earlier periods that was entered after their reports had been sent. ``total`` is
    of the period's own days; with ``late_total`` it is what came to be known in this report.
    """

    days: tuple[DayTaken, ...] = ()
    slips: tuple[CashSlip, ...] = ()
    total: Cents = ZERO
    late_entered: tuple[DayTaken, ...] = ()
    late_total: Cents = ZERO
    refunded: Cents = ZERO
    in_transit: Cents = ZERO


class MonthOfServices(_Part):
    """有偿服务 of a month as they were gathered; agency money is no income."""

    month: str
    jobs: int = 0
    service_fee: Cents = ZERO
    agency: Cents = ZERO
    collected: Cents = ZERO


class Parking(_Part):
    """停车场: what was handed in and counted, free passes apart; the target is 100 % (S4 4.6)."""

    days: int = 0
    free_passes: int = 0
    shortage: Cents = ZERO
    waiting: int = 0
    rate: Rate


class Receipts(_Part):
    """收据 of the period by state, and the numbers that nobody can account for (§9.11)."""

    issued: int = 0
    void: int = 0
    red: int = 0
    missing: tuple[int, ...] = ()


class AdjustedLine(_Part):
    """What changed of an account's charges of one kind since an earlier report was sent."""

    account: str
    item: FeeItem
    due: Cents
    received: Cents


class Adjustment(_Part):
    """调整: what would stand differently in a report that was sent; the report itself stays as it was (§18)."""

    period: str
    label: str
    due: Cents
    received: Cents
    percent_as_sent: str
    percent_now: str
    lines: tuple[AdjustedLine, ...] = ()


class FeeReport(_Part):
    """A period's report. ``collection`` is 综合收费率, ``clearing`` 清欠率; late fee, deposits, agency money and the
    renovation book are in neither. ``sent_at`` is None while it is a preview of how things stand.
    """  # fmt: skip

    community: str
    community_name: str
    kind: ReportKind
    period: str
    label: str
    first: date
    last: date
    cut_off: date
    due_at: Moment
    as_of: Moment
    sent_at: Moment | None = None
    sent_by: str = ""
    collection: Rate
    clearing: Rate
    late_fee_received: Cents
    late_fee_owed: Cents
    kinds: tuple[KindLine, ...]
    cash: CashTaken
    services: tuple[MonthOfServices, ...]
    parking: Parking
    receipts: Receipts
    adjustments: tuple[Adjustment, ...] = ()
    lines: tuple[DetailLine, ...] = ()

    @property
    def without_reason(self) -> tuple[str, ...]:
        """The accounts whose arrears nobody has explained; the report cannot be sent while there are any (RPT-03)."""
        return tuple(sorted({line.account for line in self.lines if line.overdue_since and not line.reason}))
