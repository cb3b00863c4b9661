"""What the fee processes ask of the ledger 收费作业: chunks of a quarter's table, review, bills, a day's duties.

No personal data: accounts, units and areas are codes. Amounts are CNY. Whoever asks twice gets the same answer.
"""

from datetime import date
from enum import StrEnum

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.fee_policy import DunningPolicy, FeePolicy, LateFeePolicy
from workflows.messages.message import Message, Moment
from workflows.messages.money import Amount
from workflows.messages.people import Actor


class UnitRange(Message):
    """The units of a chunk, by code: from ``first`` up to and without ``until``; "" for no bound."""

    number: int = 0
    first: str = ""
    until: str = ""


class QuarterJob(Message):
    """What every step of a quarter's table needs to know: which quarter (``2026Q2``), whose case, by which rules.

    ``extracted_on`` is the day on which arrears and late fees are looked at (the 25th); ``due_on`` the rolled last day
    of the payment window. ``at`` is business now.
    """

    case: str
    community: str
    quarter: str
    version: int = 1
    extracted_on: date
    due_on: date
    notices_by: date
    at: Moment
    fee: FeePolicy = FeePolicy()
    late_fee: LateFeePolicy = LateFeePolicy()
    calendar: WorkingCalendar = WorkingCalendar()
    customer_roll: str = "following"


class ChunkPlan(Message):
    """The chunks of a community's units, at most as many as were asked for."""

    units: int = 0
    chunks: tuple[UnitRange, ...] = ()


class PlanChunks(Message):
    """Cut the community's units into at most ``at_most`` chunks of nearly the same size."""

    community: str
    at_most: int = 16


class ChunkJob(Message):
    """Do a step for one chunk. Any worker takes one; a repeat writes nothing new."""

    job: QuarterJob
    chunk: UnitRange


class ChunkDone(Message):
    """``rows`` are the rows of the chunk, ``written`` those that this attempt wrote; ``areas`` have notices to send."""

    rows: int = 0
    written: int = 0
    areas: tuple[str, ...] = ()


class TableFigures(Message):
    """A version of the table in sums. ``open_rows`` are rejected or dirty: it cannot be approved before they are done.

    ``due_total`` is 本月应收; ``bills`` counts rows that make a bill.
    """

    version: int = 0
    rows: int = 0
    bills: int = 0
    charge: Amount
    adjustment: Amount
    arrears: Amount
    late_fee: Amount
    prepaid: Amount
    due_total: Amount
    open_rows: int = 0


class CloseVersion(Message):
    """A version is complete and goes to finance for review; ``made_by`` made it (the system, or the cashier)."""

    job: QuarterJob
    made_by: Actor


class CorrectRows(Message):
    """Compute the rejected and dirty rows anew as a new version, ``job.version``."""

    job: QuarterJob
    made_by: Actor


class RejectedRow(Message):
    """A row that finance returns, with the reason (free text, sealed at rest)."""

    account: str
    reason: str = ""


class ReviewVerdict(StrEnum):
    """What came of a review."""

    APPROVED = "approved"
    REJECTED = "rejected"
    NOT_ALLOWED = "not_allowed"
    ROWS_OPEN = "rows_open"
    UNKNOWN_ROWS = "unknown_rows"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {
            "approved": "审核通过",
            "rejected": "退回更正",
            "not_allowed": "审核人不得与收费制表人为同一人",
            "rows_open": "有明细在提取后发生变化,须重新计算后再审",
            "unknown_rows": "退回的明细不在表中",
        }[self]


class ReviewTable(Message):
    """Finance's review of the version ``job.version``: approved, or returned with its rows."""

    job: QuarterJob
    reviewer: Actor
    approve: bool
    rows: tuple[RejectedRow, ...] = ()


class Reviewed(Message):
    """What came of it, with the table's figures afterwards."""

    verdict: ReviewVerdict
    figures: TableFigures


class CycleStandingRequest(Message):
    """How do the quarter's bills stand on a day?"""

    case: str
    community: str
    quarter: str
    on_day: date
    at: Moment


class CycleStanding(Message):
    """The quarter's bills in sums: principal ``due`` after approved adjustments and ``received``; notices not yet sent.

    ``listed`` are bills that came onto a dunning list, ``open_bills`` those not settled.
    """

    bills: int = 0
    open_bills: int = 0
    unsent: int = 0
    listed: int = 0
    due: Amount
    received: Amount


class ListOverdue(Message):
    """Put bills past due on ``on_day`` and not yet listed onto the dunning list; open or feed arrears cases for them.

    ``quarter`` is "" for every bill of the community. Works account by account and resumes where it stopped.
    """

    community: str
    on_day: date
    at: Moment
    quarter: str = ""
    case: str = ""


class Listed(Message):
    """How many bills and accounts were listed by this job, and how many cases it opened."""

    bills: int = 0
    accounts: int = 0
    opened: int = 0


class DayDuties(Message):
    """Look at the community's cash desk at the start of a day."""

    case: str
    community: str
    on_day: date
    at: Moment
    dunning: DunningPolicy = DunningPolicy()


class DayFindings(Message):
    """What is not in order: days whose cash is not closed, cash still 在途 after its bank day, 款项申请单 that wait."""

    unclosed_days: tuple[date, ...] = ()
    in_transit: tuple[date, ...] = ()
    requests: tuple[str, ...] = ()


class GatherServices(Message):
    """Total the month's accepted paid jobs before ``cut_off`` that no month has gathered yet (S4 4.3; PSV-01)."""

    case: str
    community: str
    month: str
    cut_off: Moment
    at: Moment
    actor: Actor


class Gathered(Message):
    """The month's list of paid services: how many jobs, their fees, agency money apart."""

    jobs: int = 0
    service_fee: Amount
    agency: Amount
    collected: Amount


class SendFeeReport(Message):
    """Freeze and send a period's report. ``kind``: month, quarter, half_year, year; ``first`` its first day."""

    case: str
    community: str
    kind: str
    first: date
    due_at: Moment
    at: Moment
    actor: Actor


class FeeReportSent(Message):
    """``refused`` is the code of what blocks it ("" when sent), ``blocking`` the accounts or receipt numbers."""

    refused: str = ""
    blocking: tuple[str, ...] = ()
    rate: str = ""
    target_met: bool = True
