"""What is done about paid work 报价与收费: quotes, their review, the customer's consent, disputes, collection.

No work before the customer confirms; more work needs another quote; only what was confirmed is billable
(``docs/domain/repair.md``; RPR-07).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from workflows.messages.message import Message
from workflows.messages.notices import NoticeEvent, to_customer, to_role
from workflows.messages.people import Actor, Role
from workflows.messages.quotes import (
    CollectDetails,
    DisputeDetails,
    Quote,
    QuoteAction,
    QuoteAnswerDetails,
    QuoteClock,
    QuoteDetails,
    QuoteEvent,
    QuoteReviewDetails,
    QuoteStatus,
    SettleChargeDetails,
)
from workflows.processes.paid_work import PaidWork
from workflows.rules.allowed_actions import Refused
from workflows.rules.quotes import CENT, off_list, outstanding, problem_of, reviewers, settled_at, total_of

QUOTE_DETAILS: Final[Mapping[str, type[Message]]] = {
    QuoteAction.QUOTE: QuoteDetails,
    QuoteAction.APPROVE_QUOTE: QuoteReviewDetails,
    QuoteAction.RETURN_QUOTE: QuoteReviewDetails,
    QuoteAction.CONFIRM_QUOTE: QuoteAnswerDetails,
    QuoteAction.DECLINE_QUOTE: QuoteAnswerDetails,
    QuoteAction.DISPUTE_CHARGE: DisputeDetails,
    QuoteAction.SETTLE_CHARGE: SettleChargeDetails,
    QuoteAction.COLLECT: CollectDetails,
}
"""The details of each action of paid work."""


class Quoting(PaidWork):
    """A case with paid work, as people act on it."""

    # What staff do

    def refuse_quote_action(self, action: str, details: Any, actor: Actor) -> None:
        """Refuse what the table allows and the quotes of this case do not."""
        checks: dict[str, Callable[[Any, Actor], None]] = {
            QuoteAction.QUOTE: self._refuse_quote,
            QuoteAction.APPROVE_QUOTE: self._refuse_approval,
            QuoteAction.RETURN_QUOTE: self._refuse_return,
            QuoteAction.CONFIRM_QUOTE: self._refuse_consent,
            QuoteAction.DECLINE_QUOTE: self._refuse_decline,
            QuoteAction.DISPUTE_CHARGE: self._refuse_dispute,
            QuoteAction.SETTLE_CHARGE: self._refuse_settlement,
            QuoteAction.COLLECT: self._refuse_collection,
        }
        if action in checks:
            checks[action](details, actor)

    def carry_out_quote_action(self, action: str, details: Any, actor: Actor) -> bool:
        """Do what the action does; False where it is none of paid work."""
        methods: dict[str, Callable[[Any, Actor], None]] = {
            QuoteAction.QUOTE: self.quote,
            QuoteAction.APPROVE_QUOTE: self.approve_quote,
            QuoteAction.RETURN_QUOTE: self.return_quote,
            QuoteAction.CONFIRM_QUOTE: self.confirm_quote,
            QuoteAction.DECLINE_QUOTE: self.decline_quote,
            QuoteAction.DISPUTE_CHARGE: lambda details, actor: self.dispute(actor, details.reason),
            QuoteAction.SETTLE_CHARGE: self.settle,
            QuoteAction.COLLECT: self.collect,
        }
        if action not in methods:
            return False
        methods[action](details, actor)
        return True

    def quote(self, details: QuoteDetails, actor: Actor) -> None:
        """报价: prices off the list are reviewed first; a newer quote takes the place of one that is still open."""
        if self.open_quote is not None:
            self.answer_quote(QuoteStatus.SUPERSEDED, actor)
        unposted = bool(off_list(details.lines))
        quote = Quote(
            number=len(self.quotes) + 1,
            lines=details.lines,
            total=total_of(details.lines),
            off_list=unposted,
            status=QuoteStatus.UNDER_REVIEW if unposted else QuoteStatus.PROPOSED,
            proposed_at=self.now,
            proposed_by=actor,
            reason=details.reason,
        )
        self.quotes.append(quote)
        facts = {"quote": str(quote.number), "amount": str(quote.total), "off_list": "yes" if unposted else "no"}
        self.record(QuoteEvent.QUOTED, actor, state=self.quoted_state, reason=details.reason, facts=facts)
        if unposted:
            self.start_quote_clock(QuoteClock.QUOTE_REVIEW, self.paid_work.off_list_review)
            self.tell(
                NoticeEvent.QUOTE_TO_REVIEW, to_role(reviewers(quote.lines, self.paid_work.off_list_limit)[0]), facts
            )
        else:
            self.propose_quote()

    def approve_quote(self, details: QuoteReviewDetails, actor: Actor) -> None:
        """审核通过: the customer is asked."""
        self.change_quote(status=QuoteStatus.PROPOSED, approved_at=self.now, approved_by=actor)
        self.clocks.stop(QuoteClock.QUOTE_REVIEW)
        self.record(QuoteEvent.QUOTE_APPROVED, actor, reason=details.reason, facts=self.quote_facts())
        self.propose_quote()

    def return_quote(self, details: QuoteReviewDetails, actor: Actor) -> None:
        """退回: whoever quoted does it anew."""
        self.change_quote(status=QuoteStatus.RETURNED, approved_at=self.now, approved_by=actor)
        self.clocks.stop(QuoteClock.QUOTE_REVIEW)
        facts, state = self.quote_facts(), self.state_to_quote_from
        self.record(QuoteEvent.QUOTE_RETURNED, actor, state=state, reason=details.reason, facts=facts)
        self.tell_proposer(NoticeEvent.QUOTE_RETURNED, facts)

    def confirm_quote(self, details: QuoteAnswerDetails, actor: Actor) -> None:
        """客户确认: what was confirmed is billable, and the work begins or goes on."""
        self.answer_quote(QuoteStatus.CONFIRMED, actor, signature=details.signature)
        self.bill_as_confirmed()
        facts, state = self.quote_facts(), self.state_after_consent
        self.record(QuoteEvent.QUOTE_CONFIRMED, actor, state=state, reason=details.reason, facts=facts)
        self.tell_proposer(NoticeEvent.QUOTE_CONFIRMED, facts)

    def decline_quote(self, details: QuoteAnswerDetails, actor: Actor) -> None:
        """客户不同意: the case closes, or goes on with what was confirmed before."""
        self.answer_quote(QuoteStatus.DECLINED, actor, signature=details.signature)
        self.tell_proposer(NoticeEvent.QUOTE_NOT_CONFIRMED, self.quote_facts())
        self.go_without(QuoteEvent.QUOTE_DECLINED, actor, details.reason)

    def dispute(self, actor: Actor, reason: str) -> None:
        """费用异议: the supervisor settles it within the time limit."""
        self.charge = self.charge.model_copy(update={"disputed_at": self.now, "settled_at": None, "settled_by": None})
        self.start_quote_clock(QuoteClock.CHARGE_DISPUTE, self.paid_work.charge_dispute)
        facts = self.charge_facts()
        self.record(QuoteEvent.CHARGE_DISPUTED, actor, reason=reason, facts=facts)
        self.tell(NoticeEvent.CHARGE_DISPUTED, to_role(Role.CS_SUPERVISOR), facts)

    def settle(self, details: SettleChargeDetails, actor: Actor) -> None:
        """裁定费用: at most what was confirmed."""
        settled = settled_at(self.charge, details.amount)
        self.charge = settled.model_copy(update={"settled_at": self.now, "settled_by": actor})
        self.clocks.stop(QuoteClock.CHARGE_DISPUTE)
        facts = self.charge_facts()
        self.record(QuoteEvent.CHARGE_SETTLED, actor, reason=details.reason, facts=facts)
        self.tell(NoticeEvent.CHARGE_SETTLED, to_customer(), facts)

    def collect(self, details: CollectDetails, actor: Actor) -> None:
        """收款, in one or several parts; the form keeps the newest receipt, the lines keep each."""
        collected = self.charge.collected + details.amount
        self.charge = self.charge.model_copy(update={"collected": collected, "receipt": details.receipt})
        facts = {"amount": str(details.amount), "receipt": details.receipt}
        self.record(QuoteEvent.COLLECTED, actor, facts=facts)

    # What the customer says

    def confirm_quote_by_reply(self, actor: Actor, text: str) -> None:
        """The customer's own consent."""
        self.confirm_quote(QuoteAnswerDetails(reason=text), actor)

    def decline_quote_by_reply(self, actor: Actor, text: str) -> None:
        """The customer's own refusal."""
        self.decline_quote(QuoteAnswerDetails(reason=text), actor)

    def dispute_by_reply(self, actor: Actor, text: str) -> None:
        """The customer's own dispute."""
        self.dispute(actor, text)

    # What the table allows and the quotes of this case do not

    def _refuse_quote(self, details: QuoteDetails, actor: Actor) -> None:
        problem = problem_of(details.lines)
        if problem:
            raise Refused("bad_quote", problem)

    def _refuse_review(self) -> Quote:
        quote = self.open_quote
        if quote is None or quote.status is not QuoteStatus.UNDER_REVIEW:
            raise Refused("no_quote_under_review", "没有等待审核的报价")
        return quote

    def _refuse_approval(self, details: QuoteReviewDetails, actor: Actor) -> None:
        quote = self._refuse_review()
        if actor.role not in reviewers(quote.lines, self.paid_work.off_list_limit):
            limit = self.paid_work.off_list_limit
            raise Refused("beyond_authority", f"目录外报价超过{limit}元,须由管理处经理审核")
        if actor.code and actor.code == quote.proposed_by.code:
            raise Refused("own_quote", "报价人不能审核自己的报价,请由他人审核")

    def _refuse_return(self, details: QuoteReviewDetails, actor: Actor) -> None:
        self._refuse_review()
        if not details.reason.strip():
            raise Refused("reason_required", "请写明退回报价的原因")

    def _refuse_unless_proposed(self) -> Quote:
        if self.open_quote is None or not self.is_proposed:
            raise Refused("no_quote_proposed", "没有等待客户确认的报价")
        return self.open_quote

    def _refuse_consent(self, details: QuoteAnswerDetails, actor: Actor) -> None:
        """Consent is on paper or said to somebody else than the one who wants the money."""
        quote = self._refuse_unless_proposed()
        if details.signature.strip():
            return
        if actor.code and actor.code == quote.proposed_by.code:
            raise Refused("signature_required", "报价人代客户确认须附客户签名,或请客户直接回复确认")
        if not details.reason.strip():
            raise Refused("reason_required", "请附客户签名,或写明客户是怎样确认的")

    def _refuse_decline(self, details: QuoteAnswerDetails, actor: Actor) -> None:
        self._refuse_unless_proposed()

    def _refuse_dispute(self, details: DisputeDetails, actor: Actor) -> None:
        if not self.may_be_disputed:
            raise Refused("nothing_to_dispute", "本单没有可提出异议的费用,或异议已在处理")

    def _refuse_settlement(self, details: SettleChargeDetails, actor: Actor) -> None:
        if not self.is_disputed:
            raise Refused("no_dispute", "本单没有待裁定的费用异议")
        if not 0 <= details.amount <= self.charge.confirmed or details.amount != details.amount.quantize(CENT):
            raise Refused("beyond_confirmed", f"裁定金额应在0与客户已确认的{self.charge.confirmed}元之间,最多两位小数")
        if not details.reason.strip():
            raise Refused("reason_required", "请写明裁定的理由")

    def _refuse_collection(self, details: CollectDetails, actor: Actor) -> None:
        if self.is_disputed:
            raise Refused("charge_disputed", "费用异议尚未裁定,暂不收款")
        if details.amount <= 0 or details.amount != details.amount.quantize(CENT):
            raise Refused("bad_amount", "收款金额必须大于0,最多两位小数")
        if details.amount > outstanding(self.charge):
            raise Refused("over_collected", f"最多还可收{outstanding(self.charge)}元")
        if not details.receipt.strip():
            raise Refused("receipt_required", "请写明收据号")
