"""What may be sent about paid work 报价与收费: lines by the posted list or off it, answers, disputes, receipts."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from activities.records.price_list import PostedPrice
from starters.intake_api.bodies import AttachmentId, Body, Code, Money, OptionalCode, OptionalReason, Reason, one_line
from starters.intake_api.problems import ProblemError
from workflows.messages.quotes import QuoteLine

ItemName = Annotated[str, Field(max_length=100), AfterValidator(one_line)]


class QuoteLineBody(Body):
    """One line: a posted item by its ``code``, whose price is read off the list, or one off the list with its price."""

    code: OptionalCode = Field(default="", examples=["WX-01"])
    quantity: Money = Decimal(1)
    name: ItemName = ""
    unit: ItemName = ""
    unit_price: Money | None = None
    agency: bool = Field(default=False, description="代办: the customer's own money that is laid out.")

    def resolved(self, posted: Mapping[str, PostedPrice]) -> QuoteLine:
        """The line with its price; raises ``ProblemError``: ``unknown_price_item``, ``invalid_details``."""
        if self.code:
            item = posted.get(self.code)
            if item is None:
                raise ProblemError("unknown_price_item")
            return QuoteLine(
                code=item.code,
                name=item.name,
                unit=item.unit,
                quantity=self.quantity,
                unit_price=item.unit_price,
                agency=item.agency,
            )
        if self.unit_price is None or not self.name:
            raise ProblemError("invalid_details", "目录外的项目要写明名称和单价")
        return QuoteLine(
            name=self.name,
            unit=self.unit,
            quantity=self.quantity,
            unit_price=self.unit_price,
            agency=self.agency,
        )


class QuoteBody(Body):
    """报价."""

    action: Literal["quote"]
    lines: Annotated[tuple[QuoteLineBody, ...], Field(min_length=1, max_length=50)]
    reason: OptionalReason = ""


class ApproveQuoteBody(Body):
    """审核通过报价."""

    action: Literal["approve_quote"]
    reason: OptionalReason = ""


class ReturnQuoteBody(Body):
    """退回报价, with the reason."""

    action: Literal["return_quote"]
    reason: Reason


class ConfirmQuoteBody(Body):
    """客户确认报价, by signature or by a word that is written down."""

    action: Literal["confirm_quote"]
    signature: AttachmentId = ""
    reason: OptionalReason = ""


class DeclineQuoteBody(Body):
    """客户不同意报价."""

    action: Literal["decline_quote"]
    signature: AttachmentId = ""
    reason: OptionalReason = ""


class DisputeChargeBody(Body):
    """费用异议, as the customer puts it."""

    action: Literal["dispute_charge"]
    reason: Reason


class SettleChargeBody(Body):
    """裁定费用: at most what was confirmed."""

    action: Literal["settle_charge"]
    amount: Money
    reason: Reason


class CollectBody(Body):
    """收款, with the receipt's number."""

    action: Literal["collect"]
    amount: Money
    receipt: Code


QuoteActionBody = (
    QuoteBody
    | ApproveQuoteBody
    | ReturnQuoteBody
    | ConfirmQuoteBody
    | DeclineQuoteBody
    | DisputeChargeBody
    | SettleChargeBody
    | CollectBody
)
"""What can be done about paid work, in a repair as in a special service."""
