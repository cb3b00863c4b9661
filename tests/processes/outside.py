"""The outside world of process tests: activities under their real names that remember what they were asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from workflows.messages.case import EventLine
from workflows.messages.dispatching import OfferOutcome, OfferRequest
from workflows.messages.identifiers import Activity
from workflows.messages.notices import Notice, NoticeOutcome
from workflows.messages.records import CaseBatch, WorkOrder


@dataclass
class Outside:
    """What a case wrote, whom it told and who takes its jobs. ``technicians`` are offered in this order."""

    technicians: list[str] = field(default_factory=lambda: ["T001", "T002", "T003"])
    batches: list[CaseBatch] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    offers: dict[int, str] = field(default_factory=dict)
    requests: list[OfferRequest] = field(default_factory=list)
    database_is_down: bool = False
    refused_writes: int = 0
    number_is_anothers: bool = False
    offers_are_impossible: bool = False
    no_channel_takes: set[str] = field(default_factory=set)

    @property
    def activities(self) -> Sequence[Callable[..., Any]]:
        """To be registered with a worker."""
        return (self.write_case, self.offer_next, self.notify)

    @activity.defn(name=Activity.WRITE_CASE)
    async def write_case(self, batch: CaseBatch) -> None:
        self._ask_database()
        if self.number_is_anothers:
            raise ApplicationError("the number is another case's", type="record_exists", non_retryable=True)
        self.batches.append(batch)

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

    def _ask_database(self) -> None:
        if self.database_is_down:
            self.refused_writes += 1
            raise ApplicationError("PostgreSQL is down", type="database_unavailable")

    @property
    def lines(self) -> list[EventLine]:
        """Every line in the order in which it was written, repeats included."""
        return [line for batch in self.batches for line in batch.lines]

    @property
    def events(self) -> list[str]:
        """The events of the record."""
        return [line.event for line in self.lines]

    @property
    def work_orders(self) -> list[WorkOrder]:
        """The work orders as last written, in order."""
        forms = [form for batch in self.batches for form in batch.forms if isinstance(form, WorkOrder)]
        return [order for _, order in sorted({order.attempt: order for order in forms}.items())]

    def told(self, event: str) -> list[str]:
        """Who was told of an event."""
        return [notice.recipient.key for notice in self.notices if notice.event == event]
