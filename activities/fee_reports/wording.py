"""How a report says what it is 报表用语: sent or a preview, and where a day's cash went."""

from activities.fee_reports.report import CashSlip, FeeReport
from workflows.messages.cash_desk import CashDestination


def state_of(report: FeeReport) -> str:
    """Whether the report was sent, by whom and when, or how things stand at an instant."""
    if report.sent_at is None:
        return f"未报送(数据截至 {report.as_of:%Y-%m-%d %H:%M})"
    return f"已报送 {report.sent_at:%Y-%m-%d %H:%M} {report.sent_by}".rstrip()


def destination_of(slip: CashSlip) -> str:
    """Where the cash of a 《缴款单》 went."""
    return CashDestination(slip.destination).label
