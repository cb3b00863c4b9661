"""The cash desk's words 收银台用语: receipts, and where a day's cash goes (S4 4.2.1.7; ``docs/domain/fees.md``)."""

from enum import StrEnum


class ReceiptState(StrEnum):
    """收据状态. ``reversed`` is a receipt that a later one, ``red``, undoes."""

    ISSUED = "issued"
    VOID = "void"
    REVERSED = "reversed"
    RED = "red"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"issued": "已开具", "void": "作废", "reversed": "已红冲", "red": "红字"}[self]


class CashDestination(StrEnum):
    """现金去向 of a 《缴款单》 (§9.7): the bank the same day, the next bank day, or finance the same day."""

    BANK = "bank"
    IN_TRANSIT = "in_transit"
    FINANCE = "finance"
    NOTHING = "nothing"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"bank": "当日存行", "in_transit": "在途", "finance": "当日交财务", "nothing": "无现金"}[self]
