"""Whose data these are 查找: from a telephone number to every row that concerns the person, and to no other's.

The number is the person: whatever is filed under it is found together, and who shares a number with somebody is not
told apart from him. What others said in his cases is not his; what he said in others' cases is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, Text, and_, cast, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from activities.connections.personal_data import PersonalDataCipher
from activities.documents.payers import payers_of
from activities.records.attachment_tables import AttachmentRow
from activities.records.bill_tables import ArrearsOpening
from activities.records.case_tables import Case, CaseLine, LateMessage, RepairRecordRow, WorkOrderRow
from activities.records.community_tables import Contact, Staff
from activities.records.form_tables import QuoteRow, RevisitRecordRow, ServiceRecordRow
from activities.records.sealing import open_columns
from workflows.messages.identifiers import CaseKind

_MAY_PAY: Final = text(
    """
    SELECT DISTINCT account.community, account.code FROM contacts
    JOIN households ON households.id = contacts.household
    JOIN fee_accounts AS account ON account.community = households.community
        AND (account.household = households.id OR account.household IS NULL AND account.unit = households.unit)
    WHERE contacts.id = ANY(:contacts)
    """
)
_CUSTOMERS_WORD: Final = "reporter"
"""The fact of a reply that says whether it came from the reporter: "yes" or "no"."""

Key = tuple[str, Any]
"""A community and what is of it, or a case and what is of it."""


@dataclass(frozen=True)
class Found:
    """What leads to all that is held about one person.

    ``forwarded`` are his words in cases into which his own were merged, ``of_others`` what other persons said in his;
    both as (case, sequence). ``late`` are late messages, ``vouchers`` and ``pictures`` attachments: those that prove
    what was charged, and all others. ``phone_index`` is the keyed index of his number.
    """

    phone_index: bytes
    contacts: tuple[int, ...] = ()
    staff: tuple[Key, ...] = ()
    accounts: tuple[Key, ...] = ()
    cases: tuple[str, ...] = ()
    forwarded: tuple[Key, ...] = ()
    of_others: tuple[Key, ...] = ()
    late: tuple[Key, ...] = ()
    vouchers: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    names: int = 0

    @property
    def is_anybody(self) -> bool:
        """Whether anything at all is held about the person."""
        return bool(self.contacts or self.staff or self.cases or self.late)


def find_person(connection: Connection, personal: PersonalDataCipher, phone_index: bytes) -> Found:
    """Return everything that is filed under the number with this index (``PersonalDataCipher.phone_index``)."""
    contacts = connection.execute(select(Contact.id, Contact.name).where(Contact.phone_index == phone_index)).all()
    staff = connection.execute(select(Staff.community, Staff.code).where(Staff.phone_index == phone_index)).all()
    ids = tuple(sorted(contact.id for contact in contacts))
    accounts = _accounts(connection, personal, ids)
    cases = _cases(connection, phone_index, accounts)
    numbers = tuple(case.number for case in cases)
    forwarded, of_others = _words_of_merged_cases(connection, personal, numbers)
    vouchers, pictures = _attachments(connection, numbers)
    names = {personal.open(contact.name, "contacts.name") for contact in contacts}
    names |= {personal.open(case.reporter_name, "cases.reporter_name") for case in cases if case.reporter_name}
    return Found(
        phone_index=phone_index,
        contacts=ids,
        staff=tuple(sorted((each.community, each.code) for each in staff)),
        accounts=accounts,
        cases=numbers,
        forwarded=forwarded,
        of_others=of_others,
        late=_late_messages(connection, personal, phone_index, numbers),
        vouchers=vouchers,
        pictures=pictures,
        names=len(names),
    )


def index_of_payer(connection: Connection, personal: PersonalDataCipher, community: str, account: str) -> bytes | None:
    """Return the index of the number of who pays for the account; None for nobody, or nobody with a number."""
    payer = payers_of(connection, personal, community, [account]).get(account)
    if payer is None or payer.contact is None:
        return None
    return connection.scalar(select(Contact.phone_index).where(Contact.id == payer.contact))


def _cases(connection: Connection, phone_index: bytes, accounts: tuple[Key, ...]) -> Sequence[Row[str, bytes | None]]:
    """Return number and sealed reporter of the cases that he reported, of the arrears cases of his accounts that name
    no other number, and of the revisits of all these, which name nobody.
    """  # fmt: skip
    number, index = Case.number, Case.reporter_phone_index
    arrears = select(ArrearsOpening.case).where(tuple_(ArrearsOpening.community, ArrearsOpening.account).in_(accounts))
    reported = select(number).where(or_(index == phone_index, and_(index.is_(None), number.in_(arrears))))
    own = tuple(connection.scalars(reported))
    revisits = and_(Case.kind == CaseKind.REVISIT, Case.linked.op("&&")(cast(list(own), ARRAY(Text()))))
    chosen = select(number, Case.reporter_name).where(or_(number.in_(own), revisits)).order_by(number)
    return connection.execute(chosen).all()


def _accounts(connection: Connection, personal: PersonalDataCipher, contacts: tuple[int, ...]) -> tuple[Key, ...]:
    """Return the accounts that one of the contacts pays for; who only lives there has none."""
    possible: dict[str, list[str]] = {}
    for community, code in connection.execute(_MAY_PAY, {"contacts": list(contacts)}):
        possible.setdefault(community, []).append(code)
    return tuple(
        sorted(
            (community, code)
            for community, codes in possible.items()
            for code, payer in payers_of(connection, personal, community, codes).items()
            if payer.contact in contacts
        )
    )


def _words_of_merged_cases(
    connection: Connection, personal: PersonalDataCipher, cases: tuple[str, ...]
) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """Return his words in others' cases, and others' words in his, as (case, sequence).

    A merged case notes what its customer says and hands it on, so the same words stand in both.
    """
    into = CaseLine.facts["into"].astext
    his = _words(connection, personal, CaseLine.case.in_(cases), into.is_not(None))
    others = _words(connection, personal, into.in_(cases), CaseLine.case.not_in(cases))
    mains = {line["facts"]["into"] for line in his} - set(cases)
    forwarded = _same_words(_words(connection, personal, CaseLine.case.in_(mains)), his)
    of_others = _same_words(_words(connection, personal, CaseLine.case.in_(cases)), others)
    not_the_reporters = connection.execute(
        select(CaseLine.case, CaseLine.sequence).where(
            CaseLine.case.in_(cases), CaseLine.facts[_CUSTOMERS_WORD].astext == "no"
        )
    )
    return tuple(sorted(forwarded)), tuple(
        sorted(of_others | {(line.case, line.sequence) for line in not_the_reporters})
    )


def _words(connection: Connection, personal: PersonalDataCipher, *where: Any) -> list[dict[str, Any]]:
    lines = connection.execute(
        select(CaseLine.case, CaseLine.sequence, CaseLine.facts, CaseLine.reason).where(
            CaseLine.reason.is_not(None), *where
        )
    )
    return [open_columns(personal, CaseLine, dict(line)) for line in lines.mappings()]


def _same_words(lines: Iterable[Mapping[str, Any]], handed_on: Iterable[Mapping[str, Any]]) -> set[Key]:
    words = {(line["facts"]["into"], line["reason"]) for line in handed_on}
    return {(line["case"], line["sequence"]) for line in lines if (line["case"], line["reason"]) in words}


def _late_messages(
    connection: Connection, personal: PersonalDataCipher, phone_index: bytes, cases: tuple[str, ...]
) -> tuple[Key, ...]:
    """Return what came from his number, and in his cases from none. Senders have no index, so all are looked at."""
    senders = connection.execute(
        select(LateMessage.case, LateMessage.message_id, LateMessage.sender_phone).where(
            LateMessage.sender_phone.is_not(None) | LateMessage.case.in_(cases)
        )
    )
    mine = (
        (late.case, late.message_id)
        for late in senders
        if (late.case in cases if late.sender_phone is None else _is_his(personal, late.sender_phone, phone_index))
    )
    return tuple(sorted(mine))


def _is_his(personal: PersonalDataCipher, sender: bytes, phone_index: bytes) -> bool:
    return personal.phone_index(personal.open(sender, "late_messages.sender_phone")) == phone_index


def _attachments(connection: Connection, cases: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids of what proves a charge (signed quotes and services, receipts of outlays), and of the rest."""
    vouchers = _ids(connection, cases, QuoteRow.signature, ServiceRecordRow.signature, ServiceRecordRow.receipts)
    rest = _ids(
        connection, cases, RepairRecordRow.verified_signature, WorkOrderRow.signature, WorkOrderRow.photos,
        RevisitRecordRow.signature,
    )  # fmt: skip
    for ids in connection.scalars(select(Case.attachments).where(Case.number.in_(cases))):
        rest |= set(ids)
    stored = set(connection.scalars(select(AttachmentRow.id).where(AttachmentRow.id.in_(vouchers | rest))))
    return tuple(sorted(vouchers & stored)), tuple(sorted((rest - vouchers) & stored))


def _ids(connection: Connection, cases: tuple[str, ...], *columns: Any) -> set[str]:
    found: set[str] = set()
    for column in columns:
        table = column.class_.__table__
        for value in connection.scalars(select(column).where(table.c.case.in_(cases))):
            found |= {value} if isinstance(value, str) else set(value)
    return found - {""}
