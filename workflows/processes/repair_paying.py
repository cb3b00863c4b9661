"""Paid work of a repair 有偿维修: where a quote takes the case, and where its answer leads (S0; RPR-07, RPR-16)."""

from workflows.messages.notices import NoticeEvent, to_customer, to_staff
from workflows.messages.people import Actor
from workflows.messages.quotes import QuoteAction, QuoteAnswerDetails, QuoteClock, QuoteEvent, QuoteStatus
from workflows.messages.repair import RepairState
from workflows.processes.paid_work import PaidWorkPolicy
from workflows.processes.repair_backfilling import RepairBackfilling
from workflows.rules.quotes import outstanding

_S = RepairState


class RepairPaying(RepairBackfilling):
    """A repair that may cost the customer something."""

    @property
    def paid_work(self) -> PaidWorkPolicy:
        """The part of the repair's policy that paid work needs."""
        return self.policy

    @property
    def quoted_state(self) -> str:
        """待确认报价: a second quote takes work that is under way there, too."""
        return _S.QUOTED

    @property
    def work_has_begun(self) -> bool:
        """Whether there is work that goes on without the open quote: free work, or what was confirmed before."""
        return bool(self.charge.confirmed) or not self.repair.paid

    @property
    def state_to_quote_from(self) -> str:
        """Back to the technician, who quotes anew or goes on with what was confirmed."""
        return _S.IN_PROGRESS if self.work_has_begun else _S.ARRIVED

    @property
    def state_after_consent(self) -> str:
        """维修中."""
        return _S.IN_PROGRESS

    def confirm_quote(self, details: QuoteAnswerDetails, actor: Actor) -> None:
        """客户确认: from now on the job is a paid one, which is never accepted by default."""
        self.fill_in(paid=True)
        super().confirm_quote(details, actor)

    def go_without(self, event: QuoteEvent, actor: Actor, reason: str) -> None:
        """Not confirmed: what was confirmed before stands and goes on; where there is nothing, the case closes."""
        if self.work_has_begun:
            self.record(event, actor, state=_S.IN_PROGRESS, reason=reason)
            return
        technician = self.withdraw()
        self.close(event, actor, reason)
        self.tell(NoticeEvent.CASE_CLOSED, to_customer(), self.until_when_reopened())
        if technician and technician != self.quotes[-1].proposed_by.code:
            self.tell(NoticeEvent.CASE_CANCELLED, to_staff(technician))

    def occasions_of_paid_work(self) -> dict[str, bool]:
        """Which actions of paid work have an occasion now."""
        under_review = self.open_quote is not None and self.open_quote.status is QuoteStatus.UNDER_REVIEW
        return {
            QuoteAction.APPROVE_QUOTE: under_review,
            QuoteAction.RETURN_QUOTE: under_review,
            QuoteAction.CONFIRM_QUOTE: self.is_proposed,
            QuoteAction.DECLINE_QUOTE: self.is_proposed,
            QuoteAction.DISPUTE_CHARGE: self.may_be_disputed,
            QuoteAction.SETTLE_CHARGE: QuoteClock.CHARGE_DISPUTE in self.clocks,
            QuoteAction.COLLECT: outstanding(self.charge) > 0,
        }
