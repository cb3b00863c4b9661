"""The ledger as process tests see it: the activities of billing and dunning under their real names, from memory."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from workflows.messages import billing as b
from workflows.messages import dunning as d
from workflows.messages.identifiers import Activity
from workflows.messages.ledger import AccountStanding, BillKind, BillStanding

ZERO = Decimal("0.00")


def yuan(text: str) -> Decimal:
    """An amount in CNY."""
    return Decimal(text)


def bill(number: str, due: str, principal: str, late_fee: str = "0.00", disputed: str = "0.00") -> BillStanding:
    """An open bill of 2026."""
    return BillStanding(
        number=number, kind=BillKind.QUARTER, due_on=f"2026-{due}", principal=yuan(principal), late_fee=yuan(late_fee),
        disputed=yuan(disputed),
    )  # fmt: skip


def _set_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class OutsideLedger:
    """What the ledger was asked, and what it answers.

    What is ``broken`` fails for good; ``areas`` have notices to send; a review ends when it ``review_may_end``.
    """

    chunks: int = 2
    open_rows: int = 0
    verdict: b.ReviewVerdict | None = None
    unsent: int = 10
    open_bills: int = 10
    listed: b.Listed = field(default_factory=lambda: b.Listed(bills=3, accounts=3, opened=3))
    bills: tuple[BillStanding, ...] = ()
    seals: set[str] = field(default_factory=set)
    findings: b.DayFindings = field(default_factory=b.DayFindings)
    report: b.FeeReportSent = field(default_factory=lambda: b.FeeReportSent(rate="95.10 %"))
    asked: list[Any] = field(default_factory=list)
    chunk_jobs: list[tuple[str, int]] = field(default_factory=list)
    areas: tuple[str, ...] = ("A1",)
    broken: set[Activity] = field(default_factory=set)
    review_may_end: asyncio.Event = field(default_factory=_set_event)

    def _ask(self, name: Activity, request: Any) -> None:
        self.asked.append(request)
        if name in self.broken:
            raise ApplicationError("it cannot be done", type="broken", non_retryable=True)

    @property
    def billing(self) -> Sequence[Callable[..., Any]]:
        """The activities of the billing queue."""
        return (
            self.plan_chunks, self.assess_chunk, self.close_version, self.correct_rows, self.review_table,
            self.issue_bills, self.cycle_standing, self.list_overdue, self.day_duties, self.gather, self.send_report,
        )  # fmt: skip

    @property
    def dunning(self) -> Sequence[Callable[..., Any]]:
        """Those of the records' queue."""
        return (
            self.account_standing, self.issue_sheet, self.register_seal, self.record_delivery, self.record_dispute,
            self.close_arrears,
        )  # fmt: skip

    def of(self, kind: type[Any]) -> list[Any]:
        """What was asked of one kind."""
        return [request for request in self.asked if isinstance(request, kind)]

    def _figures(self, version: int) -> b.TableFigures:
        return b.TableFigures(
            version=version, rows=10, bills=10, charge=yuan("7518.00"), adjustment=ZERO, arrears=ZERO, late_fee=ZERO,
            prepaid=ZERO, due_total=yuan("7518.00"), open_rows=self.open_rows,
        )  # fmt: skip

    @activity.defn(name=Activity.PLAN_CHUNKS)
    async def plan_chunks(self, request: b.PlanChunks) -> b.ChunkPlan:
        self.asked.append(request)
        count = min(self.chunks, request.at_most)
        return b.ChunkPlan(units=10, chunks=tuple(b.UnitRange(number=n + 1, first=str(n)) for n in range(count)))

    @activity.defn(name=Activity.ASSESS_CHUNK)
    async def assess_chunk(self, request: b.ChunkJob) -> b.ChunkDone:
        self.chunk_jobs.append(("assess", request.chunk.number))
        return b.ChunkDone(rows=5, written=5)

    @activity.defn(name=Activity.CLOSE_VERSION)
    async def close_version(self, request: b.CloseVersion) -> b.TableFigures:
        self.asked.append(request)
        return self._figures(request.job.version)

    @activity.defn(name=Activity.CORRECT_ROWS)
    async def correct_rows(self, request: b.CorrectRows) -> b.TableFigures:
        self.asked.append(request)
        self.open_rows, self.verdict = 0, None
        return self._figures(request.job.version)

    @activity.defn(name=Activity.REVIEW_TABLE)
    async def review_table(self, request: b.ReviewTable) -> b.Reviewed:
        self.asked.append(request)
        await self.review_may_end.wait()
        decided = b.ReviewVerdict.APPROVED if request.approve else b.ReviewVerdict.REJECTED
        return b.Reviewed(verdict=self.verdict or decided, figures=self._figures(request.job.version))

    @activity.defn(name=Activity.ISSUE_BILLS)
    async def issue_bills(self, request: b.ChunkJob) -> b.ChunkDone:
        self.chunk_jobs.append(("bills", request.chunk.number))
        return b.ChunkDone(rows=5, written=5, areas=self.areas)

    @activity.defn(name=Activity.CYCLE_STANDING)
    async def cycle_standing(self, request: b.CycleStandingRequest) -> b.CycleStanding:
        self.asked.append(request)
        return b.CycleStanding(
            bills=10, open_bills=self.open_bills, unsent=self.unsent, due=yuan("7518.00"), received=yuan("751.80")
        )

    @activity.defn(name=Activity.LIST_OVERDUE)
    async def list_overdue(self, request: b.ListOverdue) -> b.Listed:
        self._ask(Activity.LIST_OVERDUE, request)
        return self.listed

    @activity.defn(name=Activity.DAY_DUTIES)
    async def day_duties(self, request: b.DayDuties) -> b.DayFindings:
        self._ask(Activity.DAY_DUTIES, request)
        return self.findings

    @activity.defn(name=Activity.GATHER_SERVICES)
    async def gather(self, request: b.GatherServices) -> b.Gathered:
        self._ask(Activity.GATHER_SERVICES, request)
        return b.Gathered(jobs=1, service_fee=yuan("180.00"), agency=ZERO, collected=ZERO)

    @activity.defn(name=Activity.SEND_FEE_REPORT)
    async def send_report(self, request: b.SendFeeReport) -> b.FeeReportSent:
        self.asked.append(request)
        return self.report

    @activity.defn(name=Activity.ACCOUNT_STANDING)
    async def account_standing(self, request: d.StandingRequest) -> AccountStanding:
        self.asked.append(request)
        return AccountStanding(account=request.account, unit="1-101", area="A1", bills=self.bills, prepaid=ZERO)

    @activity.defn(name=Activity.ISSUE_SHEET)
    async def issue_sheet(self, request: d.SheetRequest) -> d.Sheet:
        self.asked.append(request)
        wanted = {line.bill for line in request.lines}
        on_it = [one for one in self.bills if one.number in wanted]
        return d.Sheet(
            number=f"CK-2026-{request.ordinal:06d}" if on_it else "",
            bills=tuple(one.number for one in on_it),
            principal=sum((one.principal - one.disputed for one in on_it), ZERO),
            late_fee=sum((one.late_fee for one in on_it), ZERO),
        )

    @activity.defn(name=Activity.REGISTER_SEAL)
    async def register_seal(self, request: d.SealRequest) -> d.LedgerAnswer:
        self.asked.append(request)
        if request.register_number in self.seals:
            return d.LedgerAnswer(refused="seal_number_used")
        self.seals.add(request.register_number)
        return d.LedgerAnswer()

    @activity.defn(name=Activity.RECORD_DELIVERY)
    async def record_delivery(self, request: d.DeliveryRequest) -> d.LedgerAnswer:
        self.asked.append(request)
        return d.LedgerAnswer()

    @activity.defn(name=Activity.RECORD_DISPUTE)
    async def record_dispute(self, request: d.DisputeRequest) -> d.LedgerAnswer:
        self.asked.append(request)
        parts = {part.bill: part.amount for part in request.parts}
        changed = []
        for one in self.bills:
            amount = parts.get(one.number, ZERO)
            if request.settle is None:
                changed.append(one.model_copy(update={"disputed": one.disputed + amount}))
            else:
                left = one.principal - (amount if request.settle else ZERO)
                changed.append(one.model_copy(update={"disputed": one.disputed - amount, "principal": left}))
        self.bills = tuple(one for one in changed if one.principal or one.late_fee)
        return d.LedgerAnswer()

    @activity.defn(name=Activity.CLOSE_ARREARS)
    async def close_arrears(self, request: d.ClosingRequest) -> d.LedgerAnswer:
        self.asked.append(request)
        return d.LedgerAnswer()

    def listing_days(self) -> list[date]:
        """The days on which overdue bills were listed."""
        return [request.on_day for request in self.of(b.ListOverdue)]
