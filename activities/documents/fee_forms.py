"""The papers of fees 收费单据: notices, receipt, slip of a day's cash (S4 4.2.1.4–10; ``docs/domain/fees.md``)."""

from enum import StrEnum
from typing import Final, NamedTuple

from activities.ledger.numbers import Series
from workflows.messages.arrears import DunningStage


class FeeForm(StrEnum):
    """A paper of fees; the value is its name in addresses and in the register of prints."""

    BILL_NOTICE = "bill_notice"
    FIRST_NOTICE = "first_notice"
    SECOND_NOTICE = "second_notice"
    FINAL_NOTICE = "final_notice"
    CASH_SLIP = "cash_slip"
    RECEIPT = "receipt"

    @property
    def label(self) -> str:
        """The name that stands on the paper."""
        return _FORMS[self].label

    @property
    def series(self) -> Series | None:
        """Which numbers it bears; None for the receipt, whose numbers are those of its book 收据本."""
        return _FORMS[self].series

    @property
    def notice_kind(self) -> str:
        """``fee_notices.kind`` of what it prints: bill, first, second, final; "" for what is not a notice."""
        return _FORMS[self].notice_kind

    @property
    def stage(self) -> DunningStage | None:
        """The step of dunning that it is."""
        dunned = self.notice_kind and self is not FeeForm.BILL_NOTICE
        return DunningStage(self.notice_kind) if dunned else None


class _Form(NamedTuple):
    label: str
    series: Series | None
    notice_kind: str = ""


_FORMS: Final[dict[FeeForm, _Form]] = {
    FeeForm.BILL_NOTICE: _Form("缴费通知单", Series.BILL_NOTICE, "bill"),
    FeeForm.FIRST_NOTICE: _Form("首次催款通知单", Series.DUNNING_NOTICE, "first"),
    FeeForm.SECOND_NOTICE: _Form("第二次催款通知单", Series.DUNNING_NOTICE, "second"),
    FeeForm.FINAL_NOTICE: _Form("最后催款通知单", Series.DUNNING_NOTICE, "final"),
    FeeForm.CASH_SLIP: _Form("缴款单", Series.CASH_SLIP),
    FeeForm.RECEIPT: _Form("收据", None),
}
NOTICE_FORMS: Final = {form.notice_kind: form for form in FeeForm if form.notice_kind}
"""The form of each ``fee_notices.kind``."""
