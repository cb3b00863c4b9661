"""Opening a quarter's cycle or a month's case 收费立单: once for each period, whoever asks and however often."""

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.connections.database import Database
from activities.opening.case_start import start_case
from activities.records.policies import NoPolicyInForceError, policy_in_force
from activities.records.reading import one_state
from activities.records.working_calendar import calendar_around
from workflows.messages.case import CaseOpening, Channel
from workflows.messages.fee_cycle import FeeCycleStart
from workflows.messages.fee_month import FeeMonthStart
from workflows.messages.fee_opening import FeePeriodKind, FeesOpened, OpenFees
from workflows.messages.identifiers import Activity, CaseKind
from workflows.messages.policy import Policy
from workflows.rules.case_numbers import case_number
from workflows.rules.fee_periods import cycle_start, month_code, month_start, quarter_asked_for


class FeeCases:
    """Cycles and months. The number follows from community and period."""

    def __init__(self, db: Database, client: Client, case_number_key: bytes) -> None:
        self._db = db
        self._client = client
        self._secret = case_number_key

    @activity.defn(name=Activity.OPEN_FEES)
    async def open_fees(self, request: OpenFees) -> FeesOpened:
        """Open the case of the period under the policy now in force.

        Raises ``ApplicationError`` of type ``no_policy_in_force``, retried: a community without a policy gets one.
        """
        start = await asyncio.to_thread(self._start_of, request)
        if start is None:
            return FeesOpened()
        created = await start_case(self._client, start, patience=timedelta(seconds=10))
        return FeesOpened(number=start.opening.number, created=created)

    def _start_of(self, request: OpenFees) -> FeeCycleStart | FeeMonthStart | None:
        with one_state(self._db) as connection:
            try:
                policy = policy_in_force(connection, request.community, request.at)
            except NoPolicyInForceError:
                message = f"项目 {request.community} 没有生效的政策,不能开立收费单"
                raise ApplicationError(message, type="no_policy_in_force") from None
            calendar = calendar_around(connection, request.on_day)
        if not policy.fee.enabled:
            return None
        if request.kind is FeePeriodKind.CYCLE:
            quarter = quarter_asked_for(request.on_day)
            opening = self._opening(CaseKind.FEE_CYCLE, quarter.code, request, policy)
            return cycle_start(opening, quarter, policy, calendar)
        opening = self._opening(CaseKind.FEE_MONTH, month_code(request.on_day), request, policy)
        return month_start(opening, request.on_day, policy, calendar)

    def _opening(self, kind: CaseKind, period: str, request: OpenFees, policy: Policy) -> CaseOpening:
        return CaseOpening(
            number=case_number(kind, self._secret, kind, f"{request.community}:{period}"),
            kind=kind,
            community=request.community,
            channel=Channel.SCHEDULE,
            received_at=request.at.astimezone(ZoneInfo(policy.calendar.tz)),
            policy_version=policy.version,
        )
