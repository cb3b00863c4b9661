"""The outside world of process tests: activities under their real names that remember what they were asked."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError

from tests.processes.outside_ledger import OutsideLedger
from workflows.messages.background import BackgroundRequest, CaseBackground
from workflows.messages.case import EventLine
from workflows.messages.dispatching import OfferOutcome, OfferRequest
from workflows.messages.identifiers import Activity
from workflows.messages.notices import Notice, NoticeOutcome
from workflows.messages.passing_on import Passed, PassedOn
from workflows.messages.people import Role
from workflows.messages.records import CaseBatch, Form, WorkOrder
from workflows.messages.selecting import (
    LinkedCase,
    LinkedCaseRequest,
    RevisitRequest,
    RevisitSelection,
    Uncounted,
    Visitor,
    VisitorRequest,
)

FormOf = TypeVar("FormOf", bound=Form)


@dataclass
class Outside:
    """What a case wrote, whom it told and who takes its jobs. ``technicians`` are offered in this order,
    ``background`` is what the records know, ``selection`` the answer to every question for a revisit, ``visitor`` who
    makes it; cases whose numbers are in ``deaf`` hear nothing; ``post`` takes words to cases that are there.
    """

    technicians: list[str] = field(default_factory=lambda: ["T001", "T002", "T003"])
    batches: list[CaseBatch] = field(default_factory=list)
    of_case: dict[str, list[CaseBatch]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    offers: dict[int, str] = field(default_factory=dict)
    requests: list[OfferRequest] = field(default_factory=list)
    database_is_down: bool = False
    refused_writes: int = 0
    number_is_anothers: bool = False
    offers_are_impossible: bool = False
    no_channel_takes: set[str] = field(default_factory=set)
    background: CaseBackground = field(default_factory=CaseBackground)
    recalled: list[BackgroundRequest] = field(default_factory=list)
    selection: RevisitSelection = field(default_factory=RevisitSelection)
    selections_asked: list[RevisitRequest] = field(default_factory=list)
    uncounted: list[Uncounted] = field(default_factory=list)
    visitor: Visitor = field(default_factory=lambda: Visitor(staff="G001", role=Role.STEWARD))
    visitors_asked: list[VisitorRequest] = field(default_factory=list)
    linked: list[LinkedCaseRequest] = field(default_factory=list)
    words: list[PassedOn] = field(default_factory=list)
    deaf: set[str] = field(default_factory=set)
    post: Callable[[PassedOn], Awaitable[None]] | None = None
    ledger: OutsideLedger = field(default_factory=OutsideLedger)

    @property
    def activities(self) -> Sequence[Callable[..., Any]]:
        """To be registered with a worker."""
        return (
            self.write_case,
            self.offer_next,
            self.notify,
            self.recall,
            self.plan_revisit,
            self.uncount_revisit,
            self.choose_visitor,
            self.open_linked,
            self.pass_on,
        )

    @activity.defn(name=Activity.WRITE_CASE)
    async def write_case(self, batch: CaseBatch) -> None:
        self._ask_database()
        if self.number_is_anothers:
            raise ApplicationError("the number is another case's", type="record_exists", non_retryable=True)
        self.batches.append(batch)
        self.of_case.setdefault(batch.header.number, []).append(batch)

    @activity.defn(name=Activity.OFFER_NEXT)
    async def offer_next(self, request: OfferRequest) -> OfferOutcome:
        self._ask_database()
        if self.offers_are_impossible:
            raise ApplicationError("no such community", non_retryable=True)
        self.requests.append(request)
        if request.attempt not in self.offers:
            free = [code for code in self.technicians if code not in request.declined]
            chosen = request.named or (free[0] if free else "")
            if not chosen:
                return OfferOutcome()
            self.offers[request.attempt] = chosen
        return OfferOutcome(technician=self.offers[request.attempt], considered=len(self.technicians))

    @activity.defn(name=Activity.NOTIFY)
    async def notify(self, notice: Notice) -> NoticeOutcome:
        self.notices.append(notice)
        if notice.event in self.no_channel_takes:
            return NoticeOutcome(status="failed", tried=("mail",))
        return NoticeOutcome(channel="mail", status="accepted", tried=("mail",))

    @activity.defn(name=Activity.RECALL)
    async def recall(self, request: BackgroundRequest) -> CaseBackground:
        self._ask_database()
        self.recalled.append(request)
        return self.background

    @activity.defn(name=Activity.PLAN_REVISIT)
    async def plan_revisit(self, request: RevisitRequest) -> RevisitSelection:
        self._ask_database()
        self.selections_asked.append(request)
        selected = self.selection.selected or bool(request.mandatory)
        revisit = self.selection.revisit or f"HF-{request.case[3:]}"
        return self.selection.model_copy(
            update={
                "selected": selected,
                "mandatory": request.mandatory,
                "revisit": revisit if selected else "",
            }
        )

    @activity.defn(name=Activity.UNCOUNT_REVISIT)
    async def uncount_revisit(self, request: Uncounted) -> None:
        self._ask_database()
        self.uncounted.append(request)

    @activity.defn(name=Activity.CHOOSE_VISITOR)
    async def choose_visitor(self, request: VisitorRequest) -> Visitor:
        self._ask_database()
        self.visitors_asked.append(request)
        return Visitor(staff=request.named, role=request.wanted) if request.named else self.visitor

    @activity.defn(name=Activity.OPEN_LINKED)
    async def open_linked(self, request: LinkedCaseRequest) -> LinkedCase:
        self._ask_database()
        self.linked.append(request)
        return LinkedCase(number=f"BX-LNK{request.matter:02d}-{request.source[9:]}")

    @activity.defn(name=Activity.PASS_ON)
    async def pass_on(self, word: PassedOn) -> Passed:
        self.words.append(word)
        heard = word.to not in self.deaf
        if heard and self.post is not None:
            await self.post(word)
        return Passed(heard=heard)

    def _ask_database(self) -> None:
        if self.database_is_down:
            self.refused_writes += 1
            raise ApplicationError("PostgreSQL is down", type="database_unavailable")

    @property
    def lines(self) -> list[EventLine]:
        """Every line in the order in which it was written, repeats included."""
        return [line for batch in self.batches for line in batch.lines]

    def lines_of(self, number: str) -> list[EventLine]:
        """The lines of one case, where there are several."""
        return [line for batch in self.of_case.get(number, []) for line in batch.lines]

    @property
    def events(self) -> list[str]:
        """The events of the record."""
        return [line.event for line in self.lines]

    def events_of(self, number: str) -> list[str]:
        """The events of one case's record."""
        return [line.event for batch in self.batches if batch.header.number == number for line in batch.lines]

    @property
    def work_orders(self) -> list[WorkOrder]:
        """The work orders as last written, in order."""
        forms = [form for batch in self.batches for form in batch.forms if isinstance(form, WorkOrder)]
        return [order for _, order in sorted({order.attempt: order for order in forms}.items())]

    def forms(self, model: type[FormOf]) -> list[FormOf]:
        """The forms of one kind as last written, one for each key, in order of their counters."""
        last: dict[int, FormOf] = {}
        for batch in self.batches:
            for form in batch.forms:
                if isinstance(form, model):
                    last[_counter_of(form)] = form
        return [form for _, form in sorted(last.items())]

    def told(self, event: str) -> list[str]:
        """Who was told of an event."""
        return [notice.recipient.key for notice in self.notices if notice.event == event]


def _counter_of(form: Form) -> int:
    """The counter in the form's key; 0 where the key is the case alone."""
    return next((int(getattr(form, name)) for name in ("attempt", "number", "round") if hasattr(form, name)), 0)
