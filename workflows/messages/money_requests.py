"""款项申请单: money that one person asks for and others sign for, before anything is booked (§1.1, §9.3–9.5).

Amounts are CNY. A body holds codes and amounts only; why it is asked for is sealed beside it.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from workflows.messages.message import Message
from workflows.messages.money import Amount


class MoneyRequestKind(StrEnum):
    """申请种类."""

    REFUND = "refund"
    DEPOSIT_REFUND = "deposit_refund"
    DEPOSIT_DEDUCTION = "deposit_deduction"
    LATE_FEE_WAIVER = "late_fee_waiver"
    CREDIT = "credit"
    DEBT_ASSUMPTION = "debt_assumption"
    TERMS = "terms"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {
            "refund": "退预存款",
            "deposit_refund": "退押金",
            "deposit_deduction": "押金扣款",
            "late_fee_waiver": "滞纳金减免",
            "credit": "账单减免/更正",
            "debt_assumption": "债务承担",
            "terms": "面积/单价更正",
        }[self]


class MoneyRequestState(StrEnum):
    """申请单状态."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"waiting": "待签批", "done": "已办理", "refused": "已退回", "withdrawn": "已撤回"}[self]


class RefundRequest(Message):
    """退预存款, also what a credit has set free (FEE-18): from the bank, to whoever paid."""

    kind: Literal[MoneyRequestKind.REFUND] = MoneyRequestKind.REFUND
    account: str
    amount: Amount


class DepositRefundRequest(Message):
    """退押金 from the bank to whoever paid it; no interest (§8)."""

    kind: Literal[MoneyRequestKind.DEPOSIT_REFUND] = MoneyRequestKind.DEPOSIT_REFUND
    account: str
    amount: Amount


class DepositDeductionRequest(Message):
    """押金扣款: proven loss or agreed damages, never a fine (§8)."""

    kind: Literal[MoneyRequestKind.DEPOSIT_DEDUCTION] = MoneyRequestKind.DEPOSIT_DEDUCTION
    account: str
    amount: Amount


class LateFeeWaiverRequest(Message):
    """滞纳金减免 of one bill (§9.3)."""

    kind: Literal[MoneyRequestKind.LATE_FEE_WAIVER] = MoneyRequestKind.LATE_FEE_WAIVER
    bill: str
    amount: Amount


class CreditRequest(Message):
    """减免 or 更正 of one bill, which becomes less by the amount (§9.4)."""

    kind: Literal[MoneyRequestKind.CREDIT] = MoneyRequestKind.CREDIT
    bill: str
    amount: Amount


class DebtAssumptionRequest(Message):
    """债务承担: another account of the unit takes open bills over, by signed letter (FEE-17; 民法典 §552)."""

    kind: Literal[MoneyRequestKind.DEBT_ASSUMPTION] = MoneyRequestKind.DEBT_ASSUMPTION
    account: str
    to_account: str
    bills: tuple[str, ...]


class TermsRequest(Message):
    """面积/单价更正 of a unit from a day on: m², CNY per m² and month, the contract's late fee (FEE-14, FEE-18)."""

    kind: Literal[MoneyRequestKind.TERMS] = MoneyRequestKind.TERMS
    unit: str
    since: date
    area: Amount
    price: Amount
    late_fee_clause: bool = True
    late_fee_daily: Amount | None = None


MoneyRequest = Annotated[
    RefundRequest
    | DepositRefundRequest
    | DepositDeductionRequest
    | LateFeeWaiverRequest
    | CreditRequest
    | DebtAssumptionRequest
    | TermsRequest,
    Field(discriminator="kind"),
]
MONEY_REQUEST: TypeAdapter[MoneyRequest] = TypeAdapter(MoneyRequest)


def amount_of(request: MoneyRequest) -> Decimal:
    """What is asked for in CNY; 0 where the amount only follows from the ledger."""
    return getattr(request, "amount", Decimal(0))
