"""Forms 单据: where each is kept. A new form is a message, a table and one entry here."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert

from activities.connections.personal_data import PersonalDataCipher
from activities.records.case_tables import RepairRecordRow, WorkOrderRow
from activities.records.form_tables import (
    ChargeRow,
    QuoteRow,
    RevisitAttemptRow,
    RevisitMatterRow,
    RevisitRecordRow,
    RevisitTaskRow,
    ServiceRecordRow,
    SuspensionRow,
)
from activities.records.schema import Row, SealedText
from activities.records.sealing import open_columns, seal_columns, table_of
from workflows.messages.case import CaseHeader
from workflows.messages.quotes import Charge, Quote
from workflows.messages.records import (
    Form,
    RepairRecord,
    RevisitAttempt,
    RevisitMatter,
    RevisitRecord,
    RevisitTask,
    ServiceRecord,
    Suspension,
    WorkOrder,
)

FORM_TABLES: Final[Mapping[type[Form], type[Row]]] = {
    RepairRecord: RepairRecordRow,
    WorkOrder: WorkOrderRow,
    Quote: QuoteRow,
    Charge: ChargeRow,
    Suspension: SuspensionRow,
    ServiceRecord: ServiceRecordRow,
    RevisitTask: RevisitTaskRow,
    RevisitRecord: RevisitRecordRow,
    RevisitAttempt: RevisitAttemptRow,
    RevisitMatter: RevisitMatterRow,
}
"""Each field of the message is a column of the same name; the table's key is the case, with a counter if need be."""


def write_form(connection: Connection, personal: PersonalDataCipher, header: CaseHeader, form: Form) -> None:
    """Put the form in the place of an older one of the same key; a newer one stays as it is."""
    values = {
        **form.model_dump(exclude={"form"}),
        **_as_json(form),
        "case": header.number,
        "community": header.community,
        "last_sequence": header.last_sequence,
    }
    connection.execute(_upsert(type(form)), seal_columns(personal, FORM_TABLES[type(form)], values))


@cache
def _kept_as_json(message: type[Form]) -> Mapping[str, bool]:
    """Which fields are kept as JSON: a person who acted, and, as sealed text (True), what is more than one text."""
    columns = table_of(FORM_TABLES[message]).columns
    return {
        name: isinstance(columns[name].type, SealedText)
        for name, field in message.model_fields.items()
        if name != "form"
        and (
            isinstance(columns[name].type, JSONB)
            or (isinstance(columns[name].type, SealedText) and field.annotation is not str)
        )
    }


def _as_json(form: Form) -> dict[str, Any]:
    kept = _kept_as_json(type(form))
    plain = form.model_dump(mode="json", include=set(kept))
    return {
        name: json.dumps(plain[name], ensure_ascii=False) if sealed else plain[name] for name, sealed in kept.items()
    }


def _from_json(message: type[Form], values: dict[str, Any]) -> dict[str, Any]:
    return values | {name: json.loads(values[name]) for name, sealed in _kept_as_json(message).items() if sealed}


@cache
def _upsert(message: type[Form]) -> Insert:
    """Built once: composing a statement costs more than running it."""
    table = table_of(FORM_TABLES[message])
    statement = insert(table)
    key = table.primary_key.columns.keys()
    filled_in = {*message.model_fields, "last_sequence"} - {"form", *key}
    return statement.on_conflict_do_update(
        index_elements=key,
        set_={name: statement.excluded[name] for name in sorted(filled_in)},
        where=table.c.last_sequence < statement.excluded.last_sequence,
    )


def forms_of(connection: Connection, personal: PersonalDataCipher, community: str, number: str) -> tuple[Form, ...]:
    """Return the case's forms in the order of the registry and their counters, sealed columns opened."""
    forms: list[Form] = []
    for message, row in FORM_TABLES.items():
        table = table_of(row)
        statement = (
            select(*(table.c[name] for name in message.model_fields if name != "form"))
            .where(table.c.case == number, table.c.community == community)
            .order_by(*table.primary_key.columns)
        )
        found = connection.execute(statement).mappings()
        forms += [
            message.model_validate(_from_json(message, open_columns(personal, row, dict(stored)))) for stored in found
        ]
    return tuple(forms)
