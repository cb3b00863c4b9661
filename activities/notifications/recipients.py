"""Recipients 通知对象: from "the customer", "T003" or "the supervisor" to a person with addresses and a language."""

import re
from typing import Final

from sqlalchemy import Connection, select
from temporalio.exceptions import ApplicationError

from activities.connections.database import Database
from activities.connections.personal_data import PersonalDataCipher
from activities.connections.settings import EmergencyContact
from activities.notifications.channels import Addressee
from activities.notifications.directory import Directory
from activities.notifications.stand_in import person_for
from activities.records.case_tables import Case
from activities.records.community_tables import Contact
from activities.records.sealing import open_columns
from workflows.messages.notices import Notice, Recipient, RecipientKind
from workflows.messages.people import Role


def addressee_of(db: Database, notice: Notice, directory: Directory) -> Addressee:
    """Return whom the notice is for.

    Raises ``ApplicationError`` (``record_not_yet_written``, retried) when the customer's case is not written yet.
    """
    if notice.recipient.kind is RecipientKind.CUSTOMER:
        with db.begin() as connection:
            return _customer(connection, db.personal, notice)
    return staff_addressee(db.personal, notice, directory)


def staff_addressee(personal: PersonalDataCipher, notice: Notice, directory: Directory) -> Addressee:
    """Return the member of staff, or whoever stands in for the role; without addresses if the community has nobody."""
    return _member(personal, notice.recipient.key, _staff_code(notice, directory), directory)


def who_phones(personal: PersonalDataCipher, notice: Notice, directory: Directory) -> Addressee:
    """Return who tells the recipient in person 人工告知: the unit's steward a customer, the desk a colleague."""
    role = Role.STEWARD if notice.recipient.kind is RecipientKind.CUSTOMER else Role.CS_ASSISTANT
    code = person_for(directory.rota, role, notice.area, notice.at)
    return _member(personal, notice.recipient.key, code, directory)


def emergency_addressee(notice: Notice, contact: EmergencyContact) -> Addressee:
    """Return a contact of last resort as the notice's addressee."""
    return Addressee(key=notice.recipient.key, phone=contact.phone, mail=contact.mail)


def surname_of(personal: PersonalDataCipher, staff: str, directory: Directory) -> str:
    """Return the surname of a member of staff, "" for a code that the community does not have."""
    member = directory.members.get(staff)
    return surname(personal.open(member.name, "staff.name")) if member else ""


def surname(name: str) -> str:
    """Return the surname of a Chinese name, of two characters where it is a compound one; else the last word."""
    name = name.strip()
    if not name or name.isascii():
        return name.split()[-1] if name else ""
    compound = _COMPOUND_SURNAME.match(name)
    return compound[1] if compound else name[0]


_COMPOUND_SURNAME: Final = re.compile(
    "(欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙"
    "|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|令狐|百里|呼延|东郭|南门|西门|轩辕|拓跋)."
)


def _staff_code(notice: Notice, directory: Directory) -> str | None:
    recipient: Recipient = notice.recipient
    if recipient.kind is RecipientKind.STAFF:
        return recipient.staff
    return person_for(directory.rota, recipient.role or Role.CS_SUPERVISOR, notice.area, notice.at)


def _member(personal: PersonalDataCipher, key: str, code: str | None, directory: Directory) -> Addressee:
    member = directory.members.get(code or "")
    if member is None:
        return Addressee(key=key)
    return Addressee(
        key=key,
        staff=member.code,
        phone=personal.open(member.phone, "staff.phone") if member.phone else "",
        mail=personal.open(member.mail, "staff.mail") if member.mail else "",
    )


def _customer(connection: Connection, personal: PersonalDataCipher, notice: Notice) -> Addressee:
    """The case's reporter, or that of the other case of the same community that the recipient names."""
    case = notice.recipient.of_case or notice.case
    stored = (
        connection.execute(
            select(Case.reporter_phone, Case.reporter_mail, Case.reporter_phone_index).where(
                Case.number == case, Case.community == notice.community
            )
        )
        .mappings()
        .one_or_none()
    )
    if stored is None:
        raise ApplicationError(f"{case} 的记录还没有写入,写入后再通知客户", type="record_not_yet_written")
    reporter = open_columns(personal, Case, dict(stored))
    known = _known_contact(connection, personal, notice.community, stored["reporter_phone_index"])
    return Addressee(
        key=notice.recipient.key,
        is_customer=True,
        phone=reporter["reporter_phone"],
        mail=reporter["reporter_mail"] or known.get("mail", ""),
        language=known.get("language", "zh_CN"),
    )


def _known_contact(
    connection: Connection, personal: PersonalDataCipher, community: str, phone_index: bytes | None
) -> dict[str, str]:
    """What the community's files say of the person with this number: language, and mail if the report had none."""
    if phone_index is None:
        return {}
    stored = (
        connection.execute(
            select(Contact.mail, Contact.language)
            .where(Contact.community == community, Contact.phone_index == phone_index)
            .order_by(Contact.id.desc())
            .limit(1)
        )
        .mappings()
        .one_or_none()
    )
    return {} if stored is None else open_columns(personal, Contact, dict(stored))
