"""The ledger's words 账簿用语: books, accounts, entries, bills, methods of payment (S4 4; ``docs/domain/fees.md``).

Amounts of postings are CNY, debit positive and credit negative; the postings of an entry sum to zero.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Final

from workflows.messages.message import Message
from workflows.messages.money import Amount


class Book(StrEnum):
    """账套: renovation money is kept apart and never netted with management fees (S4 4.5)."""

    MANAGEMENT = "management"
    RENOVATION = "renovation"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"management": "物业账", "renovation": "装修专账"}[self]


class LedgerAccount(StrEnum):
    """会计科目 that the service centre posts to."""

    RECEIVABLE = "receivable"
    CASH_ON_HAND = "cash_on_hand"
    BANK = "bank"
    CLEARING = "clearing"
    PREPAYMENT = "prepayment"
    DEPOSIT = "deposit"
    AGENCY = "agency"
    MANAGEMENT_FEE_INCOME = "management_fee_income"
    PARKING_INCOME = "parking_income"
    SERVICE_INCOME = "service_income"
    OPERATING_INCOME = "operating_income"
    RENOVATION_INCOME = "renovation_income"
    LATE_FEE_INCOME = "late_fee_income"
    CASH_DIFFERENCE = "cash_difference"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _ACCOUNTS[self]


_ACCOUNTS: Final[dict[LedgerAccount, str]] = {
    LedgerAccount.RECEIVABLE: "应收账款",
    LedgerAccount.CASH_ON_HAND: "库存现金",
    LedgerAccount.BANK: "银行存款",
    LedgerAccount.CLEARING: "待清算款项",
    LedgerAccount.PREPAYMENT: "预收账款·预存",
    LedgerAccount.DEPOSIT: "其他应付款·押金",
    LedgerAccount.AGENCY: "其他应付款·代收代付",
    LedgerAccount.MANAGEMENT_FEE_INCOME: "物业管理费收入",
    LedgerAccount.PARKING_INCOME: "停车费收入",
    LedgerAccount.SERVICE_INCOME: "有偿服务收入",
    LedgerAccount.OPERATING_INCOME: "经营性收入",
    LedgerAccount.RENOVATION_INCOME: "装修相关收入",
    LedgerAccount.LATE_FEE_INCOME: "违约金收入",
    LedgerAccount.CASH_DIFFERENCE: "长短款",
}


class FeeItem(StrEnum):
    """What is charged 收费项目: the five kinds of S4 4.1, monthly parking among them."""

    MANAGEMENT_FEE = "management_fee"
    SERVICE = "service"
    PARKING = "parking"
    RENOVATION = "renovation"
    OPERATING = "operating"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _ITEMS[self][0]

    @property
    def income(self) -> LedgerAccount:
        """Where its income is posted."""
        return _ITEMS[self][1]

    @property
    def book(self) -> Book:
        """The book that it belongs to."""
        return Book.RENOVATION if self is FeeItem.RENOVATION else Book.MANAGEMENT


_ITEMS: Final[dict[FeeItem, tuple[str, LedgerAccount]]] = {
    FeeItem.MANAGEMENT_FEE: ("物业管理费", LedgerAccount.MANAGEMENT_FEE_INCOME),
    FeeItem.SERVICE: ("特约服务费", LedgerAccount.SERVICE_INCOME),
    FeeItem.PARKING: ("停车费", LedgerAccount.PARKING_INCOME),
    FeeItem.RENOVATION: ("装修相关费用", LedgerAccount.RENOVATION_INCOME),
    FeeItem.OPERATING: ("经营性费用", LedgerAccount.OPERATING_INCOME),
}


class PayerKind(StrEnum):
    """Who pays for a unit 缴费人."""

    DEVELOPER = "developer"
    OWNER = "owner"
    TENANT = "tenant"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"developer": "开发商", "owner": "业主", "tenant": "承租人"}[self]


class BillKind(StrEnum):
    """账单种类: the quarter's, the interim one of a takeover (F6, F12), a single one, old debt, or one taken over."""

    QUARTER = "quarter"
    INTERIM = "interim"
    SINGLE = "single"
    OPENING = "opening"
    ASSUMED = "assumed"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {
            "quarter": "季度账单",
            "interim": "临时账单",
            "single": "单项账单",
            "opening": "期初欠费",
            "assumed": "承担债务",
        }[self]


class EntryKind(StrEnum):
    """记账凭证种类."""

    BILLING = "billing"
    PAYMENT = "payment"
    REVERSAL = "reversal"
    PREPAYMENT_APPLIED = "prepayment_applied"
    SET_FREE = "set_free"
    CREDIT = "credit"
    TRANSFER_OF_DEBT = "transfer_of_debt"
    REFUND = "refund"
    DEPOSIT = "deposit"
    DEDUCTION = "deduction"
    BANKING = "banking"
    CASH_DIFFERENCE = "cash_difference"
    INCOME = "income"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _ENTRIES[self]


_ENTRIES: Final[dict[EntryKind, str]] = {
    EntryKind.BILLING: "计提应收",
    EntryKind.PAYMENT: "收款",
    EntryKind.REVERSAL: "收款冲回",
    EntryKind.PREPAYMENT_APPLIED: "预存抵扣",
    EntryKind.SET_FREE: "已收转预存",
    EntryKind.CREDIT: "减免/更正",
    EntryKind.TRANSFER_OF_DEBT: "债务承担",
    EntryKind.REFUND: "退款",
    EntryKind.DEPOSIT: "押金",
    EntryKind.DEDUCTION: "押金扣款",
    EntryKind.BANKING: "缴存银行",
    EntryKind.CASH_DIFFERENCE: "长短款",
    EntryKind.INCOME: "直接收入",
}


class PaymentMethod(StrEnum):
    """收取方式 (§9.11). Money counts when the provider or the bank confirms."""

    CASH = "cash"
    POS = "pos"
    QR_CODE = "qr_code"
    TRANSFER = "transfer"
    DIRECT_DEBIT = "direct_debit"
    CHEQUE = "cheque"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _METHODS[self][0]

    @property
    def into(self) -> LedgerAccount:
        """Where the money is when it has been taken."""
        return _METHODS[self][1]


_METHODS: Final[dict[PaymentMethod, tuple[str, LedgerAccount]]] = {
    PaymentMethod.CASH: ("现金", LedgerAccount.CASH_ON_HAND),
    PaymentMethod.POS: ("POS", LedgerAccount.CLEARING),
    PaymentMethod.QR_CODE: ("扫码", LedgerAccount.CLEARING),
    PaymentMethod.TRANSFER: ("转账", LedgerAccount.BANK),
    PaymentMethod.DIRECT_DEBIT: ("代扣", LedgerAccount.BANK),
    PaymentMethod.CHEQUE: ("支票", LedgerAccount.BANK),
}


BY_BANK: Final = frozenset({PaymentMethod.TRANSFER, PaymentMethod.DIRECT_DEBIT, PaymentMethod.CHEQUE})
"""Methods that the bank confirms, with its value date and its reference 流水号 (§9.11)."""


class BillStanding(Message):
    """How one bill stands on a day: CNY still to pay, with the late fee up to that day inclusive.

    ``disputed`` is the part of ``principal`` that is disputed in writing; ``late_fee`` is without what accrues on it.
    """

    number: str
    kind: BillKind
    item: FeeItem = FeeItem.MANAGEMENT_FEE
    period: str = ""
    due_on: str = ""
    principal: Amount
    late_fee: Amount
    disputed: Amount = Decimal("0.00")


class AccountStanding(Message):
    """How an account stands on a day: its open bills, oldest first, and its prepayment 预存 (CNY, ≥ 0)."""

    account: str
    unit: str = ""
    area: str = ""
    bills: tuple[BillStanding, ...] = ()
    prepaid: Amount
