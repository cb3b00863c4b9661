"""Opening the repair that a revisit calls for 回访中提出立单 (R7): a case of its own, of the same customer."""

import asyncio
from zoneinfo import ZoneInfo

from sqlalchemy import select
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.connections.database import Database
from activities.opening.case_start import start_case
from activities.opening.places import Place, place_of, policy_in_force
from activities.opening.refused import CaseRefusedError
from activities.opening.repair_reports import RepairReport, repair_from
from activities.records.case_tables import Case
from activities.records.intake_snapshot import load_snapshot
from activities.records.sealing import open_columns
from workflows.messages.case import CaseOpening, Channel, Identity, Reporter
from workflows.messages.identifiers import Activity, CaseKind
from workflows.messages.repair import RepairStart
from workflows.messages.selecting import LinkedCase, LinkedCaseRequest
from workflows.rules.case_numbers import case_number


class LinkedCases:
    """Cases that cases open. The number follows from the cause, so asking twice opens one."""

    def __init__(self, db: Database, client: Client, case_number_key: bytes) -> None:
        self._db = db
        self._client = client
        self._secret = case_number_key

    @activity.defn(name=Activity.OPEN_LINKED)
    async def open_linked(self, request: LinkedCaseRequest) -> LinkedCase:
        """Open the repair and return its number; the desk accepts it like every report.

        Raises ``ApplicationError``: ``record_not_yet_written``, retried, where the original's record is not there
        yet; the code of the refusal, not retried, where it cannot be opened.
        """
        number = case_number(CaseKind.REPAIR, self._secret, request.source, f"matter-{request.matter}")
        start = await asyncio.to_thread(self._start_of, number, request)
        await start_case(self._client, start)
        return LinkedCase(number=number)

    def _start_of(self, number: str, request: LinkedCaseRequest) -> RepairStart:
        snapshot = load_snapshot(self._db, request.business_now)
        original = self._original(request)
        try:
            policy = policy_in_force(request.community, snapshot, request.business_now)
            place = place_of(request.community, original["unit"], snapshot, request.business_now)
        except CaseRefusedError as refused:
            if refused.code != "unknown_unit":
                raise ApplicationError(refused.message, type=refused.code, non_retryable=True) from None
            place = Place(verified=False)
        report = RepairReport(
            community=request.community,
            unit=original["unit"],
            channel=Channel.REVISIT,
            description=request.description,
            reporter=Reporter(
                name=original["reporter_name"],
                phone=original["reporter_phone"],
                mail=original["reporter_mail"],
                identity=Identity(original["identity"]),
            ),
            appointment_at=request.appointment_at,
        )
        opening = CaseOpening(
            number=number,
            kind=CaseKind.REPAIR,
            community=request.community,
            channel=Channel.REVISIT,
            received_at=request.business_now.astimezone(ZoneInfo(policy.calendar.tz)),
            unit=report.unit,
            unit_verified=place.verified,
            area=place.area,
            reporter=report.reporter,
            description=report.description,
            policy_version=policy.version,
            linked=(request.source, request.original),
        )
        return repair_from(opening, report, place, policy, snapshot)

    def _original(self, request: LinkedCaseRequest) -> dict[str, str]:
        columns = (Case.unit, Case.identity, Case.reporter_name, Case.reporter_phone, Case.reporter_mail)
        asked = select(*columns).where(Case.number == request.original, Case.community == request.community)
        with self._db.begin() as connection:
            stored = connection.execute(asked).mappings().one_or_none()
        if stored is None:
            raise ApplicationError(f"{request.original} 的记录还没有写入", type="record_not_yet_written")
        return open_columns(self._db.personal, Case, dict(stored))
