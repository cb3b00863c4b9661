"""Erasing a person 删除个人信息 (PIPL art. 47): his words and names are replaced, what the law keeps is kept.

First it is entered that the erasure begins, also where no restore reaches it; then the pictures go, then, in one
transaction, everything in PostgreSQL together with the entry that it is done. Whatever dies in between is begun again
by the same telephone number: it still finds what is left, and finds nothing once it is done.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Update, case, delete, func, null, select, update
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from activities.attachments.attachments import Attachments
from activities.connections.database import Database
from activities.connections.personal_data import PersonalDataCipher
from activities.persons.finding import Found, find_person
from activities.persons.hindrances import InTheWay, on_record, still_running
from activities.persons.holdings import HOLDINGS, Holding
from activities.persons.refused import PersonRefusedError
from activities.persons.requests import (
    Request,
    Requester,
    RequestStep,
    last_erased,
    new_request,
    record_step,
    unfinished,
)
from activities.persons.treatment import ERASED, TREATMENT, Treatment
from activities.records.attachment_tables import AttachmentRow
from activities.records.sealing import seal_columns, table_of
from activities.records.suppression_list import ErasedPerson, SuppressionList


@dataclass(frozen=True)
class Plan:
    """What an erasure would do. ``erased`` and ``kept`` are rows by table, ``pictures`` files that go.

    ``histories_until`` is when the last history that holds the person's words is gone from Temporal, at the latest.
    """

    found: Found
    erased: Mapping[str, int]
    kept: Mapping[str, int]
    in_the_way: tuple[InTheWay, ...]
    histories_until: datetime

    @property
    def pictures(self) -> int:
        """How many photographs and signatures are deleted."""
        return len(self.found.pictures)

    @property
    def erases(self) -> bool:
        """Whether there is anything to erase."""
        return bool(self.erased or self.pictures)


async def plan_erasure(db: Database, client: Client, phone_index: bytes, now: datetime) -> Plan:
    """Return what an erasure would do and what stands in its way; only reads.

    Raises the database's error when it is out of reach, and ``RPCError`` when Temporal is.
    """
    with db.begin() as connection:
        found = find_person(connection, db.personal, phone_index)
        recorded = on_record(connection, found)
        erased = {h.table.__tablename__: _count(connection, h, found) for h in HOLDINGS if _erased_columns(h)}
        kept = {h.table.__tablename__: _count(connection, h, found) for h in HOLDINGS if not _erased_columns(h)}
    closed = {way.number for way in recorded}
    running = tuple(way for way in await still_running(client, found) if way.number not in closed)
    kept.pop(AttachmentRow.__tablename__)
    return Plan(
        found=found,
        erased={table: count for table, count in erased.items() if count},
        kept={table: count for table, count in kept.items() if count},
        in_the_way=tuple(sorted((*recorded, *running))),
        histories_until=now + await _retention(client),
    )


def erase(
    db: Database,
    attachments: Attachments,
    plan: Plan,
    *,
    asked_by: Requester,
    staff: str,
    listed: SuppressionList | None = None,
    again: str = "",
) -> Request:
    """Erase the person of the plan and return the request under which it is on record; harmless to repeat.

    It is entered in ``listed``, from which it is repeated after a restore; then ``again`` is its number there.
    Raises :class:`PersonRefusedError`: ``unknown_staff``; ``nothing_to_erase`` where nothing is left; ``in_the_way``
    where something has to end first, which is entered as refused. Raises also the database's error, the store's and
    the list's, before anything is lost.
    """
    with db.begin() as connection:
        if not plan.erases:
            raise _nothing_to_erase(connection, plan)
        request, resumed = _request(connection, plan, asked_by, staff, again)
        if plan.in_the_way:
            numbers = [way.number for way in plan.in_the_way]
            record_step(connection, request, RequestStep.REFUSED, hindrances=numbers)
        elif not resumed:
            record_step(connection, request, RequestStep.BEGUN, counts=plan.erased)
    _refuse(plan.in_the_way)
    if listed is not None:
        listed.add_erasure(request.number, request.person, asked_by)
    delete_again = attachments.delete_contents(plan.found.pictures)
    with db.begin() as connection:
        found = find_person(connection, db.personal, plan.found.phone_index)
        _refuse(on_record(connection, found))  # what was opened meanwhile
        counts = {
            holding.table.__tablename__: connection.execute(_erasure(db.personal, holding, found)).rowcount
            for holding in HOLDINGS
            if _erased_columns(holding)
        }
        connection.execute(delete(AttachmentRow).where(AttachmentRow.id.in_(plan.found.pictures)))
        counts[AttachmentRow.__tablename__] = plan.pictures
        record_step(connection, request, RequestStep.ERASED, counts=counts)
    delete_again()
    return request


def erase_again(
    db: Database, attachments: Attachments, plan: Plan, entry: ErasedPerson, *, staff: str, listed: SuppressionList
) -> Request:
    """Repeat a listed erasure after a restore, under its number; raises as :func:`erase` does.

    Where the restored records hold nothing of the person, that is entered: whoever comes back later is a new customer.
    """
    asked_by = Requester(entry.asked_by)
    if plan.erases:
        return erase(db, attachments, plan, asked_by=asked_by, staff=staff, listed=listed, again=entry.request)
    with db.begin() as connection:
        request = new_request(connection, plan.found.phone_index, asked_by, staff)
        request = replace(request, number=entry.request)
        record_step(connection, request, RequestStep.ERASED)
    return request


def _request(connection: Connection, plan: Plan, asked_by: Requester, staff: str, again: str) -> tuple[Request, bool]:
    """The request, and whether it is one that was cut short: that goes on under its number."""
    request = new_request(connection, plan.found.phone_index, asked_by, staff)
    if plan.in_the_way:
        return request, False
    begun = unfinished(connection, plan.found.phone_index)
    return (
        (replace(request, number=begun), True) if begun else (replace(request, number=again or request.number), False)
    )


def _nothing_to_erase(connection: Connection, plan: Plan) -> PersonRefusedError:
    before = last_erased(connection, plan.found.phone_index)
    done = f":已于 {before[1]:%Y-%m-%d} 删除,登记号 {before[0]}" if before else ""
    return PersonRefusedError("nothing_to_erase", f"没有可删除的个人信息{done}")


def _refuse(in_the_way: tuple[InTheWay, ...]) -> None:
    if in_the_way:
        raise PersonRefusedError("in_the_way", "还不能删除:有未了结的事项", in_the_way)


def _erased_columns(holding: Holding) -> dict[str, Treatment]:
    columns = TREATMENT.get(holding.table.__tablename__, {})
    return {name: treatment for name, treatment in columns.items() if treatment.erases}


def _erasure(personal: PersonalDataCipher, holding: Holding, found: Found) -> Update:
    """Replace what is erased in the person's rows; what was empty stays empty."""
    table = table_of(holding.table)
    values: dict[str, Any] = {}
    for name, treatment in _erased_columns(holding).items():
        if treatment is Treatment.EMPTIED:
            values[name] = null()
        else:
            sealed = seal_columns(personal, holding.table, {name: ERASED})[name]
            values[name] = case((table.c[name].is_not(None), sealed))
    return update(table).where(holding.rows(found)).values(values)


def _count(connection: Connection, holding: Holding, found: Found) -> int:
    return connection.scalar(select(func.count()).select_from(table_of(holding.table)).where(holding.rows(found))) or 0


async def _retention(client: Client) -> timedelta:
    """How long the namespace keeps the history of a case after its end."""
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return described.config.workflow_execution_retention_ttl.ToTimedelta()
