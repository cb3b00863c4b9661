"""What a case with paid work holds 有偿单档: quotes, the charge, their clocks, and what can be read off them.

Used by repairs and special services alike; what people do about it is in ``quoting``.
"""

from decimal import Decimal
from typing import Any, Protocol

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import CaseOpening, CaseProgress
from workflows.messages.clocks import Clock, ClockRule, ClockStage
from workflows.messages.notices import NoticeEvent, to_customer, to_role, to_staff
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.messages.quotes import Charge, Quote, QuoteClock, QuoteEvent, QuoteStatus
from workflows.messages.records import Form
from workflows.processes.revisited import Revisited
from workflows.rules.business_time import spoken
from workflows.rules.quotes import charge_for, settled_at


class PaidWorkPolicy(Protocol):
    """The part of a process's policy that paid work needs."""

    @property
    def off_list_review(self) -> ClockRule:
        """Until a price off the list is reviewed."""

    @property
    def off_list_limit(self) -> Decimal:
        """Up to which the engineering lead approves, CNY."""

    @property
    def quote_confirmation(self) -> ClockRule:
        """Until the customer answers."""

    @property
    def charge_dispute(self) -> ClockRule:
        """Until the supervisor settles a dispute."""


class PaidWork(Revisited):
    """A case that may have paid work."""

    def __init__(self, opening: CaseOpening, calendar: WorkingCalendar, progress: CaseProgress) -> None:
        super().__init__(opening, calendar, progress)
        self.quotes: list[Quote] = []
        self.charge = Charge()

    # What a process says of itself

    @property
    def paid_work(self) -> PaidWorkPolicy:
        """The policy of paid work."""
        raise NotImplementedError

    @property
    def quoted_state(self) -> str:
        """The state in which a quote waits for its review or the customer."""
        raise NotImplementedError

    @property
    def state_to_quote_from(self) -> str:
        """The state to which a quote goes back that the review has returned."""
        raise NotImplementedError

    @property
    def state_after_consent(self) -> str:
        """The state into which the customer's consent leads."""
        raise NotImplementedError

    def go_without(self, event: QuoteEvent, actor: Actor, reason: str) -> None:
        """Record that the customer does not want it or did not answer: the case closes, or goes on without."""
        raise NotImplementedError

    # What can be read off

    @property
    def open_quote(self) -> Quote | None:
        """The quote that waits for its review or the customer; there is at most one, the newest."""
        waiting = (QuoteStatus.UNDER_REVIEW, QuoteStatus.PROPOSED)
        return self.quotes[-1] if self.quotes and self.quotes[-1].status in waiting else None

    def bill_as_confirmed(self) -> None:
        """The customer has confirmed (more): that is what is asked for, until somebody bills less or more."""
        more = charge_for(self.quotes)["confirmed"] - self.charge.confirmed
        self._charge(self.charge.billed + more, None, ceiling=self.charge.billable + more)

    def set_billed(self, billed: Decimal | None, outlay: Decimal | None = None) -> None:
        """What was asked for, and laid out (CNY); what is not said stays: work done again costs nothing more."""
        if billed is not None or outlay is not None:
            asked = self.charge.billed if billed is None else billed
            self._charge(asked, outlay, ceiling=self.charge.billable)

    def _charge(self, billed: Decimal, outlay: Decimal | None, *, ceiling: Decimal) -> None:
        """Work out the charge anew; what the supervisor has settled on is not exceeded again."""
        charge = self.charge.model_copy(update=charge_for(self.quotes, billed=billed, outlay=outlay))
        settled = self.charge.settled_at is not None
        self.charge = settled_at(charge, ceiling) if settled and charge.billable > ceiling else charge

    def withdraw_quote(self, actor: Actor) -> None:
        """The case ends while a quote is open: nobody is asked for an answer any more."""
        if self.open_quote is not None:
            self.answer_quote(QuoteStatus.SUPERSEDED, actor)

    def quote_forms(self) -> tuple[Form, ...]:
        """The quotes, and what is owed if anything ever was."""
        return (*self.quotes, *(() if self.charge == Charge() else (self.charge,)))

    def charge_facts(self) -> dict[str, str]:
        """The amounts of the charge, for lines and texts."""
        charge = self.charge
        names = {"amount": charge.billable, "confirmed": charge.confirmed, "billed": charge.billed}
        return {name: str(amount) for name, amount in names.items()}

    def clock_rang(self, clock: Clock, stage: ClockStage) -> None:
        """As for every case; the customer is reminded of a quote, and one that nobody answers lapses."""
        if clock.name != QuoteClock.QUOTE_CONFIRMATION:
            super().clock_rang(clock, stage)
        elif stage is ClockStage.REMINDED:
            self.record(NoticeEvent.QUOTE_REMINDER, SYSTEM, facts=self.quote_facts())
            self.tell(NoticeEvent.QUOTE_REMINDER, to_customer(), self.quote_facts())
        elif stage is ClockStage.BREACHED:
            self.lapse()

    @property
    def is_proposed(self) -> bool:
        """Whether a quote waits for the customer."""
        return self.open_quote is not None and self.open_quote.status is QuoteStatus.PROPOSED

    @property
    def may_be_disputed(self) -> bool:
        """Whether something is charged over which there is no dispute yet."""
        return self.charge.billable > 0 and not self.is_disputed

    @property
    def is_disputed(self) -> bool:
        """Whether a dispute waits for the supervisor."""
        return self.charge.disputed_at is not None and self.charge.settled_at is None

    def lapse(self) -> None:
        """逾期未确认: nobody has answered, so nobody works (own)."""
        self.answer_quote(QuoteStatus.LAPSED, SYSTEM)
        facts = self.quote_facts()
        self.tell_proposer(NoticeEvent.QUOTE_NOT_CONFIRMED, facts)
        self.tell(NoticeEvent.QUOTE_NOT_CONFIRMED, to_customer(), facts)
        self.go_without(QuoteEvent.QUOTE_LAPSED, SYSTEM, "")

    # What the actions have in common

    def start_quote_clock(self, clock: QuoteClock, rule: ClockRule) -> None:
        """Start one of the clocks of paid work now."""
        self.clocks.start_rule(clock, clock.label, rule, self.now)

    def change_quote(self, **changes: Any) -> None:
        """Change the newest quote."""
        self.quotes[-1] = self.quotes[-1].model_copy(update=changes)

    def answer_quote(self, status: QuoteStatus, actor: Actor, signature: str = "") -> None:
        """Say what became of the open quote; nobody waits for it any more."""
        self.change_quote(status=status, answered_at=self.now, answered_by=actor, signature=signature)
        self.clocks.stop(QuoteClock.QUOTE_REVIEW, QuoteClock.QUOTE_CONFIRMATION)

    def propose_quote(self) -> None:
        """Ask the customer, who has until the clock of the confirmation says so."""
        self.start_quote_clock(QuoteClock.QUOTE_CONFIRMATION, self.paid_work.quote_confirmation)
        self.tell(NoticeEvent.QUOTE_PROPOSED, to_customer(), self.quote_facts())

    def quote_facts(self) -> dict[str, str]:
        """The newest quote in figures, for lines and texts."""
        quote = self.quotes[-1]
        facts = {"quote": str(quote.number), "amount": str(quote.total)}
        if QuoteClock.QUOTE_CONFIRMATION in self.clocks:
            facts["confirm_by"] = spoken(self.clocks[QuoteClock.QUOTE_CONFIRMATION].due_at)
        return facts

    def tell_proposer(self, event: NoticeEvent, facts: dict[str, str]) -> None:
        """Tell whoever quoted, or the desk."""
        proposer = self.quotes[-1].proposed_by
        self.tell(event, to_staff(proposer.code) if proposer.code else to_role(Role.CS_ASSISTANT), facts)
