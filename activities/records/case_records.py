"""Writing what happened in a case 写入记录: the one activity behind every process's recorder."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.connections.database import Database
from activities.records.case_forms import write_form
from activities.records.case_tables import Case, CaseLine
from activities.records.sealing import seal_columns, table_of
from workflows.messages.case import CaseHeader, CaseOpening, EventLine
from workflows.messages.identifiers import Activity
from workflows.messages.records import CaseBatch

RECORD_EXISTS: Final = "record_exists"
"""The number's record tells another story: another case, or a run of this one that took another course."""
RECORD_MISSING: Final = "record_missing"
"""A later batch came, but the case's first is not in this database."""

# built once: composing a statement costs more than running it
_INSERT_CASE: Final = insert(table_of(Case)).on_conflict_do_nothing()
_BRING_UP_TO_DATE: Final = (
    update(table_of(Case))
    .where(
        Case.number == bindparam("its_number"),
        Case.community == bindparam("its_community"),
        Case.received_at == func.coalesce(bindparam("opened_at"), Case.received_at),
        Case.last_sequence < bindparam("its_sequence"),
    )
    .values(recorded_at=func.now())
)
_STORED_CASE: Final = (
    select(Case.community, Case.received_at, Case.last_sequence)
    .where(Case.number == bindparam("its_number"))
    .with_for_update()
)
_INSERT_LINE: Final = insert(table_of(CaseLine)).on_conflict_do_nothing().returning(CaseLine.sequence)


class CaseRecords:
    """The records of all cases. Every write is one transaction and harmless when repeated."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @activity.defn(name=Activity.WRITE_CASE, no_thread_cancel_exception=True)
    def write_case(self, batch: CaseBatch) -> None:
        """Write the batch: the header and forms where it is the newer, and each line that is not there yet.

        Raises ``ApplicationError`` of type ``record_exists``, not to be retried, if the record is another
        case's or holds another event under one of the numbers; of type ``record_missing``, retried, if the
        case was never opened here (a database restored from before it: rebuild the record from its history).
        """
        with self._db.begin() as connection:
            if not (batch.opening and self._open(connection, batch.opening, batch.header)):
                _bring_up_to_date(connection, batch)
            self._write_lines(connection, batch.header, batch.lines)
            for form in batch.forms:
                write_form(connection, self._db.personal, batch.header, form)

    def _open(self, connection: Connection, opening: CaseOpening, header: CaseHeader) -> bool:
        """Return whether the case was not there before."""
        personal, reporter = self._db.personal, opening.reporter
        values = {
            "number": opening.number,
            "community": opening.community,
            "unit": opening.unit,
            "unit_verified": opening.unit_verified,
            "area": opening.area,
            "channel": opening.channel,
            "identity": reporter.identity,
            "reporter_name": reporter.name,
            "reporter_phone": reporter.phone,
            "reporter_phone_index": personal.phone_index(reporter.phone) if reporter.phone else None,
            "reporter_mail": reporter.mail,
            "description": opening.description,
            "policy_version": opening.policy_version,
            "linked": list(opening.linked),
            "received_at": opening.received_at,
            "entered_at": opening.entered_at,
            "attachments": [one.id for one in opening.attachments],
            **_changing_columns(header),
        }
        return connection.execute(_INSERT_CASE, seal_columns(personal, Case, values)).rowcount == 1

    def _write_lines(self, connection: Connection, header: CaseHeader, lines: Sequence[EventLine]) -> None:
        rows = [
            seal_columns(self._db.personal, CaseLine, {"community": header.community, "case": header.number, **columns})
            for columns in map(_line_columns, lines)
        ]
        written = set(connection.scalars(_INSERT_LINE, rows))
        repeated = [line for line in lines if line.sequence not in written]
        if repeated:
            _refuse_another_course(connection, header.number, repeated)


def _bring_up_to_date(connection: Connection, batch: CaseBatch) -> None:
    """Write the header where it is the newer; find out why, where nothing was changed."""
    header, opening = batch.header, batch.opening
    newer = {
        "its_number": header.number,
        "its_community": header.community,
        "its_sequence": header.last_sequence,
        "opened_at": opening and opening.received_at,
        **_changing_columns(header),
    }
    if connection.execute(_BRING_UP_TO_DATE, newer).rowcount:
        return
    stored = connection.execute(_STORED_CASE, newer).one_or_none()
    if stored is None:
        raise ApplicationError(
            f"{header.number} 的首批记录不在数据库中(可能恢复了较早的备份):请从历史重建该案的记录",
            type=RECORD_MISSING,
        )
    if stored.community != header.community or (opening and stored.received_at != opening.received_at):
        raise ApplicationError(
            f"编号 {header.number} 已是另一案的记录,未写入任何内容,请人工核对",
            type=RECORD_EXISTS,
            non_retryable=True,
        )
    if stored.last_sequence < header.last_sequence:  # it was opened between the two statements, and is ours now
        connection.execute(_BRING_UP_TO_DATE, newer)


def _changing_columns(header: CaseHeader) -> dict[str, Any]:
    by = header.accepted_by
    return {
        **header.model_dump(exclude={"number", "community", "accepted_by"}),
        "accepted_role": by.role if by else "",
        "accepted_by": by.code if by else "",
    }


def _line_columns(line: EventLine) -> dict[str, Any]:
    return {
        **line.model_dump(exclude={"actor"}),
        "actor_role": line.actor.role,
        "actor_code": line.actor.code,
    }


def _refuse_another_course(connection: Connection, number: str, lines: Sequence[EventLine]) -> None:
    """Raise if what stands under these sequences is not what the lines say, as after a reset of the workflow."""
    told = select(CaseLine.sequence, CaseLine.at, CaseLine.event, CaseLine.actor_code, CaseLine.state).where(
        CaseLine.case == number, CaseLine.sequence.in_([line.sequence for line in lines])
    )
    stored = {row.sequence: tuple(row)[1:] for row in connection.execute(told)}
    for line in lines:
        if stored[line.sequence] != (line.at, line.event, line.actor.code, line.state):
            raise ApplicationError(
                f"{number} 第 {line.sequence} 行已记为另一事件(流程可能被重置过),未写入任何内容,请人工核对",
                type=RECORD_EXISTS,
                non_retryable=True,
            )
