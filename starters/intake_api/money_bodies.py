"""What may be sent about 款项申请单: one model for each kind of request, and a signature."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from starters.intake_api.bodies import Body, Code, Money, OptionalReason, Reason
from starters.intake_api.fee_action_bodies import BillNumber
from starters.intake_api.fee_bodies import Day
from workflows.messages.ledger import PaymentMethod
from workflows.messages.money_requests import (
    CreditRequest,
    DebtAssumptionRequest,
    DepositDeductionRequest,
    DepositRefundRequest,
    LateFeeWaiverRequest,
    MoneyRequest,
    RefundRequest,
    TermsRequest,
)

_Size = Annotated[str, Field(pattern=r"^[0-9]{1,7}(\.[0-9]{1,2})?$", examples=["88.90"])]
_Price = Annotated[str, Field(pattern=r"^[0-9]{1,5}(\.[0-9]{1,4})?$", examples=["2.80"])]
_Rate = Annotated[str, Field(pattern=r"^0(\.[0-9]{1,6})?$", examples=["0.0005"])]


class _Asked(Body):
    reason: Reason


class RefundBody(_Asked):
    """退预存款: from the bank, to whoever paid."""

    kind: Literal["refund"]
    account: Code
    amount: Money

    def to_request(self) -> MoneyRequest:
        """As the ledger knows it."""
        return RefundRequest(account=self.account, amount=self.amount)


class DepositRefundBody(_Asked):
    """退押金."""

    kind: Literal["deposit_refund"]
    account: Code
    amount: Money

    def to_request(self) -> MoneyRequest:
        """As the ledger knows it."""
        return DepositRefundRequest(account=self.account, amount=self.amount)


class DepositDeductionBody(_Asked):
    """押金扣款: proven loss or agreed damages; the reason itemises them."""

    kind: Literal["deposit_deduction"]
    account: Code
    amount: Money

    def to_request(self) -> MoneyRequest:
        """As the ledger knows it."""
        return DepositDeductionRequest(account=self.account, amount=self.amount)


class LateFeeWaiverBody(_Asked):
    """滞纳金减免."""

    kind: Literal["late_fee_waiver"]
    bill: BillNumber
    amount: Money

    def to_request(self) -> MoneyRequest:
        """As the ledger knows it."""
        return LateFeeWaiverRequest(bill=self.bill, amount=self.amount)


class CreditBody(_Asked):
    """账单减免/更正."""

    kind: Literal["credit"]
    bill: BillNumber
    amount: Money

    def to_request(self) -> MoneyRequest:
        """As the ledger knows it."""
        return CreditRequest(bill=self.bill, amount=self.amount)


class DebtAssumptionBody(_Asked):
    """债务承担: the reason names the signed letter."""

    kind: Literal["debt_assumption"]
    account: Code
    to_account: Code
    bills: Annotated[tuple[BillNumber, ...], Field(min_length=1, max_length=50)]

    def to_request(self) -> MoneyRequest:
        """As the ledger knows it; a bill that is named twice is named once."""
        bills = tuple(dict.fromkeys(self.bills))
        return DebtAssumptionRequest(account=self.account, to_account=self.to_account, bills=bills)


class TermsBody(_Asked):
    """面积/单价更正 from a day on: m², CNY per m² and month, the contract's late fee clause and daily rate."""

    kind: Literal["terms"]
    unit: Code
    since: Day
    area: _Size
    price: _Price
    late_fee_clause: StrictBool = True
    late_fee_daily: _Rate | None = None

    def to_request(self) -> MoneyRequest:
        """As the ledger knows it."""
        return TermsRequest.model_validate(self.model_dump(exclude={"reason"}))


MoneyRequestBody = Annotated[
    RefundBody
    | DepositRefundBody
    | DepositDeductionBody
    | LateFeeWaiverBody
    | CreditBody
    | DebtAssumptionBody
    | TermsBody,
    Field(discriminator="kind"),
]


class SignatureBody(Body):
    """签批: approved or refused; a refusal says why."""

    approved: StrictBool = True
    note: OptionalReason = ""


class DepositBody(Body):
    """收押金."""

    account: Code
    amount: Money
    method: PaymentMethod
