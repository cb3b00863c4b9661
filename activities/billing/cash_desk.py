"""What the month's case has done at the cash desk 收费月结作业: days looked at, services gathered, reports sent."""

from datetime import timedelta

from temporalio import activity

from activities.billing.service_gathering import gather_services
from activities.connections.database import Database
from activities.connections.signs_of_life import signs_of_life
from activities.fee_reports.sending import send_report
from activities.ledger.cash_duties import overdue_in_transit, unclosed_days
from activities.ledger.money_request_reading import requests_waiting
from activities.records.policies import policy_in_force
from activities.records.working_calendar import working_calendar
from workflows.messages.billing import (
    DayDuties,
    DayFindings,
    FeeReportSent,
    Gathered,
    GatherServices,
    SendFeeReport,
)
from workflows.messages.identifiers import Activity


class CashDesk:
    """The activities behind ``workflows/effects/billing.py`` for the month; repeating them is harmless."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @activity.defn(name=Activity.DAY_DUTIES, no_thread_cancel_exception=True)
    def day_duties(self, request: DayDuties) -> DayFindings:
        """Say which days' cash is not closed or 在途 beyond its bank day, and which requests wait; only reads."""
        years = (request.on_day.year - 1, request.on_day.year)
        with signs_of_life(), self._db.begin() as connection:
            calendar = working_calendar(connection, years)
            policy = policy_in_force(connection, request.community, request.at)
            reminded = request.at - timedelta(days=policy.approval.remind_days)
            return DayFindings(
                unclosed_days=unclosed_days(connection, request.community, request.on_day),
                in_transit=overdue_in_transit(connection, request.community, request.on_day, calendar),
                requests=requests_waiting(connection, request.community, reminded),
            )

    @activity.defn(name=Activity.GATHER_SERVICES, no_thread_cancel_exception=True)
    def gather_services(self, request: GatherServices) -> Gathered:
        """Total the month's paid services."""
        with signs_of_life(), self._db.begin() as connection:
            return gather_services(connection, self._db.personal, request)

    @activity.defn(name=Activity.SEND_FEE_REPORT, no_thread_cancel_exception=True)
    def send_fee_report(self, request: SendFeeReport) -> FeeReportSent:
        """Freeze and send a report."""
        with signs_of_life(), self._db.begin() as connection:
            return send_report(connection, request)
