"""Two neighbours of whom every sealed column there is says something: whose it is, and where it stands."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from activities.attachments.attachments import Attachments
from activities.attachments.images import Purpose
from activities.connections.database import Database
from activities.persons.treatment import TREATMENT
from activities.records.attachment_tables import AttachmentRow  # noqa: F401 - one of the tables
from activities.records.bill_tables import Bill, LateFeeWaiver
from activities.records.case_tables import Case, CaseLine, LateMessage, Notification, RepairRecordRow, WorkOrderRow
from activities.records.cash_tables import (
    ArrearsReason,
    MoneyRequest,
    MoneySignature,
    Payment,
    Receipt,
    ReceiptBook,
)
from activities.records.community_tables import Contact, Household, Unit
from activities.records.fee_tables import FeeAccount, FeeTableRow, UnitFact
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
from activities.records.journal_tables import JournalEntry, Posting
from activities.records.migration import declared_schema
from activities.records.schema import Row, SealedText
from activities.records.sealing import open_columns, seal_columns, table_of
from tests.attachments.pictures import picture
from tests.billing import community
from workflows.messages.identifiers import CaseKind
from workflows.messages.people import Actor, Role
from workflows.rules.case_numbers import case_number

NOON = datetime(2026, 4, 15, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ONCE = date(2020, 1, 1)
DESK = Actor(role=Role.CS_ASSISTANT, code="C001")
CODE = community.CODE
_PLAIN: dict[type, Any] = {
    str: "x", int: 1, bool: False, Decimal: Decimal(1), datetime: NOON, date: ONCE, time: time(9), dict: {}, list: [],
    bytes: b"\0" * 32, object: {},
}  # fmt: skip
"""By what a column is in Python; ``object`` is JSON."""


@dataclass(frozen=True)
class Neighbour:
    """Somebody with his ``name``, telephone number and flat; ``repair`` and ``revisit`` are his cases."""

    name: str
    phone: str
    unit: str

    @property
    def account(self) -> str:
        return f"{self.unit}-Y1"

    @property
    def bill(self) -> str:
        return f"{self.account}/2026Q1"

    @property
    def repair(self) -> str:
        return case_number(CaseKind.REPAIR, b"tests", "persons", self.name)

    @property
    def revisit(self) -> str:
        return case_number(CaseKind.REVISIT, b"tests", "persons", self.name)

    def said(self, table: str, column: str) -> str:
        """What stands of him in a sealed column."""
        return f"{self.name}·{table}.{column}"


ANNA = Neighbour("欧阳安娜", "+86 174 0090 9123", "1-101")
BERT = Neighbour("司马伯特", "+86 174 0090 9456", "1-102")


def put(connection: Connection, db: Database, who: Neighbour, row: type[Row], **given: Any) -> Any:
    """Insert a row of his: what is sealed says so, what must be there and is not given is as plain as can be."""
    table = table_of(row)
    values: dict[str, Any] = {}
    for column in table.columns:
        if isinstance(column.type, SealedText):
            values[column.name] = who.said(table.name, column.name)
        elif not column.nullable and column.server_default is None and column.name != "id":
            values[column.name] = CODE if column.name == "community" else _PLAIN[column.type.python_type]
    values |= given
    returned = connection.execute(
        insert(table).values(seal_columns(db.personal, row, values)).returning(*table.primary_key.columns)
    )
    return returned.one()[0]


def settle_in(db: Database, who: Neighbour, *, until: date | None = date(2026, 4, 1)) -> None:
    """He has a flat, was billed, paid and moved out ``until``; a repair of his was made, charged and revisited."""
    with db.begin() as connection:
        put(connection, db, who, Unit, code=who.unit, area="A1", building="1栋", kind="home")
        home = put(connection, db, who, Household, unit=who.unit, since=ONCE, until=until)
        put(
            connection, db, who, Contact, household=home, position=1, identity="owner", phone=who.phone,
            phone_index=db.personal.phone_index(who.phone),
        )  # fmt: skip
        put(connection, db, who, FeeAccount, code=who.account, unit=who.unit, payer="owner", household=home, since=ONCE)
        if until is not None:  # sold
            later = {"code": f"{who.unit}-Y2", "unit": who.unit, "payer": "owner", "since": until}
            put(connection, db, who, FeeAccount, **later)
        put(connection, db, who, UnitFact, unit=who.unit, account=who.account, kind="permit_issued", key=who.unit)
        _money(connection, db, who)
        _cases(connection, db, who)


def _money(connection: Connection, db: Database, who: Neighbour) -> None:
    of_his = {"account": who.account, "bill": who.bill}
    put(
        connection, db, who, Bill, number=who.bill, account=who.account, unit=who.unit, kind="quarter",
        item="management_fee", period="2026Q1", principal=Decimal(100), late_fee_clause=False,
    )  # fmt: skip
    billed = put(connection, db, who, JournalEntry, key=f"bill {who.unit}", book="management", kind="bill")
    _post(connection, billed, ("receivable", 100, of_his), ("management_fee_income", -100, {}))
    paid = put(connection, db, who, JournalEntry, key=f"pay {who.unit}", book="management", kind="payment")
    _post(connection, paid, ("bank", 100, {}), ("receivable", -100, of_his))
    payment = {"number": f"SK-{who.unit}", "key": who.unit, "account": who.account, "amount": Decimal(100)}
    put(connection, db, who, Payment, entry=paid, method="transfer", **payment)
    book = put(connection, db, who, ReceiptBook, code=who.unit, first=1, last=100, next=2)
    assert book
    number = int(who.unit[-3:])
    put(connection, db, who, Receipt, number=number, book=who.unit, payment=payment["number"], state="issued")
    put(connection, db, who, LateFeeWaiver, bill=who.bill, key=who.unit)
    asked = {"subject": who.bill, "asked_by": "C001", "state": "done", "key": who.unit}
    put(connection, db, who, MoneyRequest, number=f"KX-{who.unit}", **asked)
    put(connection, db, who, MoneySignature, request=f"KX-{who.unit}", post="finance", staff="F001", asked_by="C001")
    put(connection, db, who, ArrearsReason, account=who.account, reason="other")
    sums = {"charge": Decimal(100), "adjustment": 0, "arrears": 0, "late_fee": 0, "prepaid": 0, "due_total": 100}
    put(connection, db, who, FeeTableRow, quarter="2026Q1", account=who.account, unit=who.unit, **sums)


def _post(connection: Connection, entry: int, *sides: tuple[str, int, dict[str, str]]) -> None:
    rows = [
        {"entry": entry, "line": line, "community": CODE, "ledger_account": account, "amount": Decimal(amount),
         "on_day": ONCE, "account": "", "bill": "", **of_his}
        for line, (account, amount, of_his) in enumerate(sides, start=1)
    ]  # fmt: skip
    connection.execute(insert(Posting), rows)


def _cases(connection: Connection, db: Database, who: Neighbour) -> None:
    case(connection, db, who, who.repair, CaseKind.REPAIR, phone=who.phone)
    case(connection, db, who, who.revisit, CaseKind.REVISIT, linked=[who.repair], reporter_name="", reporter_mail="")
    for row in (RepairRecordRow, ServiceRecordRow, SuspensionRow):
        put(connection, db, who, row, case=who.repair)
    put(connection, db, who, WorkOrderRow, case=who.repair, outcome="done")
    lines = [{"name": who.said("quotes", "lines"), "unit_price": "9"}]
    quoted = {"lines": json.dumps(lines, ensure_ascii=False), "proposed_by": {"role": "technician", "code": "T001"}}
    put(connection, db, who, QuoteRow, case=who.repair, status="confirmed", **quoted)
    put(connection, db, who, ChargeRow, case=who.repair, billable=Decimal(9), collected=Decimal(9))
    put(connection, db, who, RevisitTaskRow, case=who.revisit, original=who.repair)
    for row in (RevisitRecordRow, RevisitAttemptRow, RevisitMatterRow):
        put(connection, db, who, row, case=who.revisit)
    put(connection, db, who, Notification, case=who.repair, recipient="customer", event="case_accepted")
    put(connection, db, who, Notification, case=who.revisit, recipient=f"customer:{who.repair}", event="revisit")
    late = {"case": who.repair, "intent": "comment", "actor_role": "customer", "actor_code": ""}
    put(connection, db, who, LateMessage, message_id="m1", sender_phone=who.phone, **late)
    put(connection, db, who, LateMessage, message_id="m2", sender_phone="", **late)


def case(
    connection: Connection, db: Database, who: Neighbour, number: str, kind: CaseKind, *, phone: str = "", **given: Any
) -> None:
    """A closed case of his, with one line."""
    told = {"identity": "owner", "channel": "phone", "state": "closed", "closed_at": NOON, "unit": who.unit, **given}
    index = db.personal.phone_index(phone) if phone else None
    put(
        connection, db, who, Case, number=number, kind=kind, reporter_phone=phone, reporter_phone_index=index,
        accepted_role="cs_assistant", last_sequence=1, **told,
    )  # fmt: skip
    put(connection, db, who, CaseLine, case=number, sequence=1, actor_role="customer", actor_code="", event="closed")


def photograph(attachments: Attachments, who: Neighbour, name: str) -> str:
    """A picture that he sent; its id."""
    key = hashlib.sha256(f"{who.name}{name}".encode()).hexdigest()
    return attachments.upload(CODE, DESK, picture(), Purpose.PHOTO, key_digest=key, now=NOON).ref.id


def everything_sealed(db: Database) -> Iterator[tuple[str, str, str]]:
    """Table, column and text of every sealed value there is."""
    rows = {mapper.local_table.name: mapper.class_ for mapper in Row.registry.mappers}
    with db.begin() as connection:
        for table in declared_schema().sorted_tables:
            sealed = [column for column in table.columns if isinstance(column.type, SealedText)]
            if not sealed:
                continue
            for stored in connection.execute(select(*sealed)).mappings():
                for name, text in open_columns(db.personal, rows[table.name], dict(stored)).items():
                    yield table.name, name, text


def where_sealed(db: Database, who: Neighbour) -> set[tuple[str, str]]:
    """Table and column of every sealed value that names him, or is his number."""
    return {(table, column) for table, column, text in everything_sealed(db) if who.name in text or who.phone in text}


def kept_columns() -> set[tuple[str, str]]:
    """What is not erased, by the rules."""
    return {(table, name) for table, columns in TREATMENT.items() for name, how in columns.items() if not how.erases}
