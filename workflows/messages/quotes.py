"""Quotes for paid work 报价: from the posted price list or off it, confirmed by the customer before work begins."""

from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal

from workflows.messages.events import CaseEvent
from workflows.messages.message import Message, Moment
from workflows.messages.money import Amount
from workflows.messages.people import Actor


class QuoteStatus(StrEnum):
    """What became of a quote."""

    UNDER_REVIEW = "under_review"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    RETURNED = "returned"
    LAPSED = "lapsed"
    SUPERSEDED = "superseded"

    @property
    def label(self) -> str:
        """The Chinese term on the form."""
        return _STATUSES[self]


_STATUSES: Final[dict[QuoteStatus, str]] = {
    QuoteStatus.UNDER_REVIEW: "待审核",
    QuoteStatus.PROPOSED: "待客户确认",
    QuoteStatus.CONFIRMED: "客户已确认",
    QuoteStatus.DECLINED: "客户不同意",
    QuoteStatus.RETURNED: "审核退回",
    QuoteStatus.LAPSED: "逾期未确认",
    QuoteStatus.SUPERSEDED: "已被新报价取代",
}


class QuoteLine(Message):
    """One line, in CNY: ``code`` of a posted item, "" off the list; ``agency`` is the customer's own money 代办."""

    code: str = ""
    name: str = ""
    unit: str = ""
    quantity: Amount = Decimal(1)
    unit_price: Amount
    agency: bool = False


class Quote(Message):
    """One quote of a case. Key: (case, number). ``total`` is CNY; ``off_list`` marks lines that need a review."""

    form: Literal["quote"] = "quote"
    number: int
    lines: tuple[QuoteLine, ...] = ()
    total: Amount
    off_list: bool = False
    status: QuoteStatus = QuoteStatus.PROPOSED
    proposed_at: Moment
    proposed_by: Actor
    approved_at: Moment | None = None
    approved_by: Actor | None = None
    answered_at: Moment | None = None
    answered_by: Actor | None = None
    reason: str = ""
    signature: str = ""


class Charge(Message):
    """What the customer owes for a case 应收: only confirmed quotes are billable. CNY. Key: the case.

    ``billed`` is what the technician asked for, ``billable`` what may be collected, ``service_fee`` the part of
    it that is income, ``agency`` the part that was laid out for the customer, ``collected`` what was received.
    """

    form: Literal["charge"] = "charge"
    confirmed: Amount = Decimal("0.00")
    billed: Amount = Decimal("0.00")
    billable: Amount = Decimal("0.00")
    service_fee: Amount = Decimal("0.00")
    agency: Amount = Decimal("0.00")
    collected: Amount = Decimal("0.00")
    receipt: str = ""
    disputed_at: Moment | None = None
    settled_at: Moment | None = None
    settled_by: Actor | None = None
    booked_at: Moment | None = None


class QuoteClock(StrEnum):
    """Names of the clocks of paid work, in a repair as in a special service."""

    QUOTE_REVIEW = "quote_review"
    QUOTE_CONFIRMATION = "quote_confirmation"
    CHARGE_DISPUTE = "charge_dispute"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"quote_review": "报价审核", "quote_confirmation": "报价确认", "charge_dispute": "费用异议处理"}[self]


class QuoteAction(StrEnum):
    """What staff can do about paid work, in a repair as in a special service."""

    QUOTE = "quote"
    APPROVE_QUOTE = "approve_quote"
    RETURN_QUOTE = "return_quote"
    CONFIRM_QUOTE = "confirm_quote"
    DECLINE_QUOTE = "decline_quote"
    DISPUTE_CHARGE = "dispute_charge"
    SETTLE_CHARGE = "settle_charge"
    COLLECT = "collect"

    @property
    def label(self) -> str:
        """The Chinese term on a button."""
        return _ACTIONS[self]


_ACTIONS: Final[dict[QuoteAction, str]] = {
    QuoteAction.QUOTE: "报价",
    QuoteAction.APPROVE_QUOTE: "审核通过报价",
    QuoteAction.RETURN_QUOTE: "退回报价",
    QuoteAction.CONFIRM_QUOTE: "客户确认报价",
    QuoteAction.DECLINE_QUOTE: "客户不同意报价",
    QuoteAction.DISPUTE_CHARGE: "费用异议",
    QuoteAction.SETTLE_CHARGE: "裁定费用",
    QuoteAction.COLLECT: "收款",
}


class QuoteEvent(CaseEvent):
    """What the lines of a record say happened to paid work; kept for ever, so never renamed."""

    QUOTED = "quoted"
    QUOTE_APPROVED = "quote_approved"
    QUOTE_RETURNED = "quote_returned"
    QUOTE_CONFIRMED = "quote_confirmed"
    QUOTE_DECLINED = "quote_declined"
    QUOTE_LAPSED = "quote_lapsed"
    CHARGE_DISPUTED = "charge_disputed"
    CHARGE_SETTLED = "charge_settled"
    COLLECTED = "collected"

    @property
    def label(self) -> str:
        """The Chinese term on the record."""
        return _EVENTS[self]


_EVENTS: Final[dict[QuoteEvent, str]] = {
    QuoteEvent.QUOTED: "报价",
    QuoteEvent.QUOTE_APPROVED: "审核通过报价",
    QuoteEvent.QUOTE_RETURNED: "退回报价",
    QuoteEvent.QUOTE_CONFIRMED: "客户确认报价",
    QuoteEvent.QUOTE_DECLINED: "客户不同意报价",
    QuoteEvent.QUOTE_LAPSED: "未确认报价",
    QuoteEvent.CHARGE_DISPUTED: "费用异议",
    QuoteEvent.CHARGE_SETTLED: "裁定费用",
    QuoteEvent.COLLECTED: "收款",
}


class QuoteDetails(Message):
    """报价: the lines with their prices, as the edge has read them off the posted list."""

    lines: tuple[QuoteLine, ...] = ()
    reason: str = ""


class QuoteAnswerDetails(Message):
    """客户确认/不同意报价, taken down by staff; ``signature`` is the id of a stored signature."""

    reason: str = ""
    signature: str = ""


class QuoteReviewDetails(Message):
    """审核报价: approved as it is, or returned with a reason."""

    reason: str = ""


class DisputeDetails(Message):
    """费用异议, as the customer puts it."""

    reason: str = ""


class SettleChargeDetails(Message):
    """裁定费用: the amount to be collected, at most what was confirmed."""

    amount: Amount
    reason: str = ""


class CollectDetails(Message):
    """收款: CNY received, with the receipt's number."""

    amount: Amount
    receipt: str = ""
