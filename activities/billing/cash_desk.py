"""What the month's case has done at the cash desk 收费月结作业: days looked at, services gathered, reports sent."""

from typing import Final

from sqlalchemy import text
from temporalio import activity

from activities.billing.fee_report import send_report
from activities.billing.service_gathering import gather_services
from activities.connections.database import Database
from workflows.messages.billing import (
    DayDuties,
    DayFindings,
    FeeReportSent,
    Gathered,
    GatherServices,
    SendFeeReport,
)
from workflows.messages.identifiers import Activity

_UNCLOSED: Final = text(
    """
    SELECT DISTINCT on_day FROM payments
    WHERE community = :community AND method = 'cash' AND on_day < :on_day AND reversed_at IS NULL
      AND NOT EXISTS (SELECT FROM cash_days WHERE community = payments.community AND day = payments.on_day)
    ORDER BY on_day
    """
)
_IN_TRANSIT: Final = text(
    """
    SELECT DISTINCT day FROM cash_days
    WHERE community = :community AND banked_at IS NULL AND cash > 0 AND day < :on_day AND destination = 'in_transit'
    ORDER BY day
    """
)


class CashDesk:
    """The activities behind ``workflows/effects/billing.py`` for the month; repeating them is harmless."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @activity.defn(name=Activity.DAY_DUTIES, no_thread_cancel_exception=True)
    def day_duties(self, request: DayDuties) -> DayFindings:
        """Say which days' cash is not closed, and which is still 在途; only reads."""
        asked = {"community": request.community, "on_day": request.on_day}
        with self._db.begin() as connection:
            return DayFindings(
                unclosed_days=tuple(connection.scalars(_UNCLOSED, asked)),
                in_transit=tuple(connection.scalars(_IN_TRANSIT, asked)),
            )

    @activity.defn(name=Activity.GATHER_SERVICES, no_thread_cancel_exception=True)
    def gather_services(self, request: GatherServices) -> Gathered:
        """Total the month's paid services."""
        with self._db.begin() as connection:
            return gather_services(connection, request)

    @activity.defn(name=Activity.SEND_FEE_REPORT, no_thread_cancel_exception=True)
    def send_fee_report(self, request: SendFeeReport) -> FeeReportSent:
        """Freeze and send a report."""
        with self._db.begin() as connection:
            return send_report(connection, request)
