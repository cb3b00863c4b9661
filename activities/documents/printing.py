"""Printing a form 打印: every print gets a number without a gap, and all but the first are marked 补打.

The number, the sheet and its entry in the register are one transaction: a number that was given stands on a sheet
that was made, and two who print at once stand one behind the other. The PDF itself is not kept; its SHA-256 is.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import typst
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, func, insert, select

from activities.connections.database import Database
from activities.documents.fonts import chinese_font, fonts_of_this_process
from activities.documents.forms import SignatureOf, fill, no_signatures
from activities.documents.paper import PaperForm, Papers
from activities.documents.typesetting import Print, Sheet, set_form
from activities.records.case_queries import CaseRecordView, get_case
from activities.records.community_tables import Community, PolicyVersion, Staff
from activities.records.document_tables import PrintedDocument
from activities.records.reading import one_state
from activities.records.sealing import open_columns, table_of
from workflows.messages.message import Moment
from workflows.messages.people import Actor, Role
from workflows.messages.policy import Policy
from workflows.messages.records import RevisitTask
from workflows.rules.business_time import local
from workflows.rules.duty import DUTY_ZONE

_LOCK: Final = 1005
"""First half of the advisory locks of printing; the second is the community and the form."""


class PrintRefusedError(Exception):
    """The form cannot be printed; ``code`` is for machines, ``str()`` for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class PrintedForm:
    """A print: the PDF, its number such as ``BXJL-2026-000123``, and 0 or the how-manieth reprint it is."""

    content: bytes
    print_number: str
    copy: int
    form: PaperForm
    case: str

    @property
    def file_name(self) -> str:
        """A name for the file, such as ``报修记录-BX-7K3QM-9TXAB.pdf``."""
        return f"{self.form.label}-{self.case}.pdf"


class PrintEntry(BaseModel):
    """One entry of the register of prints 打印登记. ``copy_number`` is 0 for the first print of the form."""

    model_config = ConfigDict(frozen=True)

    print_number: str
    form: PaperForm
    form_label: str
    copy_number: int
    printed_at: Moment
    printed_by: Actor
    last_sequence: int
    sha256: str


def print_form(
    db: Database,
    community: str,
    number: str,
    form: PaperForm,
    *,
    actor: Actor,
    now: datetime,
    signature_of: SignatureOf = no_signatures,
    fonts: typst.Fonts | None = None,
) -> PrintedForm:
    """Print the community's case as it stands in the records, and enter the print.

    ``now`` is the instant of the print, and its local year that of the number. Raises :class:`PrintRefusedError`
    (``unknown_case``, ``form_not_of_case``) and ``FontMissingError``; then nothing is entered.
    """
    fonts = fonts or fonts_of_this_process()
    chinese_font(fonts)
    case = get_case(db, community, number)
    if case is None:
        raise PrintRefusedError("unknown_case", "本项目没有这张单据:请核对编号")
    if case.kind is not form.kind:
        raise PrintRefusedError(
            "form_not_of_case", f"《{form.label}》只用于{form.kind.label}单,{number} 是{case.kind.label}单"
        )
    papers = papers_of(db, case, now)
    sheet = fill(form, papers, signature_of)
    stamp = _Stamp(actor, papers.actor(actor), now)
    return _enter(db, case, sheet, stamp, fonts)


def prints_of(db: Database, community: str, number: str) -> tuple[PrintEntry, ...]:
    """Return every print of the community's case, in the order in which they were made."""
    register = PrintedDocument
    with db.begin() as connection:
        rows = connection.execute(
            select(table_of(register))
            .where(register.community == community, register.case == number)
            .order_by(register.printed_at, register.form, register.copy)
        ).mappings()
        return tuple(
            PrintEntry(
                print_number=_print_number(PaperForm(row["form"]), row["year"], row["serial"]),
                form=PaperForm(row["form"]),
                form_label=PaperForm(row["form"]).label,
                copy_number=row["copy"],
                printed_at=row["printed_at"],
                printed_by=Actor(role=Role(row["printed_role"]), code=row["printed_by"]),
                last_sequence=row["last_sequence"],
                sha256=row["sha256"].hex(),
            )
            for row in rows
        )


def papers_of(db: Database, case: CaseRecordView, now: datetime) -> Papers:
    """Return what a form of the case is filled in from, with the community's name, its time zone and its staff."""
    task = next((form for form in case.forms if isinstance(form, RevisitTask)), None)
    original = get_case(db, case.community, task.original) if task else None
    with one_state(db) as connection:
        name = connection.scalar(select(Community.name).where(Community.code == case.community))
        tz = _time_zone(connection, case.community, now)
        staff = connection.execute(select(Staff.code, Staff.name).where(Staff.community == case.community))
        sealed = {row.code: row.name for row in staff}

    def name_of(code: str) -> str:
        # only the names that the form asks for are opened
        return str(open_columns(db.personal, Staff, {"name": sealed[code]})["name"]) if code in sealed else ""

    return Papers(case, name or case.community, tz, name_of, original)


@dataclass(frozen=True)
class _Stamp:
    """Who prints, by code and as it stands on paper, and when."""

    actor: Actor
    by: str
    at: datetime


def _enter(db: Database, case: CaseRecordView, sheet: Sheet, stamp: _Stamp, fonts: typst.Fonts) -> PrintedForm:
    """Give the next number, make the sheet and enter it; one behind the other for each community and form."""
    form, year = sheet.form, local(stamp.at, sheet.tz).year
    last_sequence = case.lines[-1].sequence if case.lines else 0
    with db.begin() as connection:
        kind_of_sheet = func.hashtext(f"{case.community} {form}")
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK, kind_of_sheet)))
        serial, copy = _next(connection, case, form, year)
        number = _print_number(form, year, serial)
        content = set_form(sheet, Print(number, copy, stamp.at, stamp.by, last_sequence), fonts)
        connection.execute(
            insert(PrintedDocument).values(
                community=case.community,
                form=form,
                year=year,
                serial=serial,
                case=case.number,
                copy=copy,
                printed_at=stamp.at,
                printed_role=stamp.actor.role,
                printed_by=stamp.actor.code,
                last_sequence=last_sequence,
                sha256=hashlib.sha256(content).digest(),
            )
        )
    return PrintedForm(content=content, print_number=number, copy=copy, form=form, case=case.number)


def _next(connection: Connection, case: CaseRecordView, form: PaperForm, year: int) -> tuple[int, int]:
    """The next serial number of the year, and the how-manieth print of this form of the case it is, from 0."""
    register = PrintedDocument
    of_the_form = (register.community == case.community, register.form == form)
    last = connection.scalar(select(func.max(register.serial)).where(*of_the_form, register.year == year))
    copies = connection.scalar(select(func.count()).where(*of_the_form, register.case == case.number))
    return (last or 0) + 1, copies or 0


def _print_number(form: PaperForm, year: int, serial: int) -> str:
    return f"{form.prefix}-{year}-{serial:06d}"


def _time_zone(connection: Connection, community: str, now: datetime) -> str:
    """The zone of the policy in force; that of the duty rota for a community without one."""
    body = connection.scalar(
        select(PolicyVersion.body)
        .where(PolicyVersion.community == community, PolicyVersion.effective_from <= now)
        .order_by(PolicyVersion.version.desc())
        .limit(1)
    )
    return DUTY_ZONE if body is None else Policy.model_validate(body).calendar.tz
