"""Whose data these are 查找: from a telephone number to every row that concerns the person, and to no other's.

The number is the person: whatever is filed under it is found together, and who shares a number with somebody is not
told apart from him. What others said in his cases is not his; what he said in others' cases is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, select, text, tuple_

from activities.connections.database import allow
from activities.connections.personal_data import PersonalDataCipher
from activities.documents.payers import payers_of
from activities.records.attachment_tables import AttachmentRow
from activities.records.bill_tables import ArrearsOpening
from activities.records.case_tables import Case, CaseLine, LateMessage, RepairRecordRow, WorkOrderRow
from activities.records.community_tables import Community, Contact, Staff
from activities.records.form_tables import QuoteRow, RevisitRecordRow, RevisitTaskRow, ServiceRecordRow
from activities.records.sealing import open_columns
from workflows.messages.arrears import ArrearsEvent
from workflows.messages.special_service import ServiceEvent

_MAY_PAY: Final = text(
    """
    SELECT DISTINCT account.community, account.code, account.household IS NOT NULL AS named
    FROM contacts
    JOIN households ON households.id = contacts.household
    JOIN fee_accounts AS account ON account.community = households.community
        AND (account.household = households.id
            OR account.household IS NULL AND account.unit = households.unit AND account.payer <> 'developer'
                AND (households.until IS NULL OR households.until > greatest(households.since, account.since))
                AND NOT EXISTS (
                    SELECT FROM fee_accounts AS later
                    WHERE later.community = account.community AND later.unit = account.unit
                      AND later.payer = account.payer AND (later.since, later.code) > (account.since, account.code)
                      AND later.since <= households.since))
    WHERE contacts.id = ANY(:contacts)
      AND (contacts.identity = account.payer OR NOT EXISTS (
          SELECT FROM contacts AS others
          WHERE others.household = households.id AND others.identity IN ('owner', 'tenant')))
    """
)
"""The accounts of his households, and those of his units in his time of which nobody says whose they are.

An owner's account is every owner's of the household, a tenant's every tenant's; who only lives there has none.
"""

_ON_LINES: Final = text(
    """
    SELECT event, fact.key, fact.value FROM case_lines CROSS JOIN LATERAL jsonb_each_text(facts) AS fact
    WHERE "case" = ANY(:cases) AND fact.value LIKE '%FJ-%'
    """
)
_ID: Final = re.compile(r"FJ-[A-Z2-7]{26}")
"""The id of an attachment, wherever it stands."""
_FROM_THE_REPORTER: Final = "reporter"
"""The fact of a reply that says whether it came from the reporter: "yes" or "no"."""

_LONG: Final = timedelta(minutes=5)
"""How long a query may take: somebody may have reported cases for years, and no index is made for a rare request."""

Key = tuple[str, Any]
"""A community and what is of it, or a case and what is of it."""


@dataclass(frozen=True)
class Found:
    """What leads to all that is held about one person.

    ``doubtful`` are accounts that may be his: nobody has said whose. ``mains`` are others' cases into which his were
    merged, ``forwarded`` his words in them, ``of_others`` what other persons said in his; both as (case, sequence).
    ``late`` are late messages, ``vouchers`` and ``pictures`` attachments: those that prove what was charged, and all
    others. ``names`` is how many different names stand there; ``phone_index`` the keyed index of his number.
    """

    phone_index: bytes
    contacts: tuple[int, ...] = ()
    staff: tuple[Key, ...] = ()
    accounts: tuple[Key, ...] = ()
    doubtful: tuple[Key, ...] = ()
    cases: tuple[str, ...] = ()
    mains: tuple[str, ...] = ()
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
    """Return everything that is filed under the number with this index (``PersonalDataCipher.phone_index``).

    From then on the transaction's statements may take minutes.
    """
    allow(connection, _LONG)
    known = list(connection.scalars(select(Community.code)))  # they lead the indexes
    contacts = connection.execute(
        select(Contact.id, Contact.name).where(Contact.community.in_(known), Contact.phone_index == phone_index)
    ).all()
    staff = connection.execute(select(Staff.community, Staff.code).where(Staff.phone_index == phone_index)).all()
    ids = tuple(sorted(contact.id for contact in contacts))
    accounts, doubtful = _accounts(connection, ids)
    cases = _cases(connection, known, phone_index, accounts)
    numbers = tuple(case.number for case in cases)
    mains, forwarded, of_others = _merged(connection, personal, numbers)
    vouchers, pictures = _attachments(connection, numbers)
    names = {personal.open(contact.name, "contacts.name") for contact in contacts}
    names |= {personal.open(case.reporter_name, "cases.reporter_name") for case in cases if case.reporter_name}
    return Found(
        phone_index=phone_index,
        contacts=ids,
        staff=tuple(sorted((each.community, each.code) for each in staff)),
        accounts=accounts,
        doubtful=doubtful,
        cases=numbers,
        mains=mains,
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


def _cases(
    connection: Connection, communities: list[str], phone_index: bytes, accounts: tuple[Key, ...]
) -> Sequence[Row[str, bytes | None]]:
    """Return number and sealed reporter of the cases that he reported, of the arrears cases of his accounts that name
    no other number, and of the revisits of all these, which name nobody.
    """  # fmt: skip
    number, index = Case.number, Case.reporter_phone_index
    his = tuple_(ArrearsOpening.community, ArrearsOpening.account).in_(accounts)
    arrears = tuple(connection.scalars(select(ArrearsOpening.case).where(his)))
    reported = select(number).where(Case.community.in_(communities), index == phone_index)
    nobodys = select(number).where(number.in_(arrears), index.is_(None))
    own = {*connection.scalars(reported), *connection.scalars(nobodys)}
    task = RevisitTaskRow
    revisits = select(task.case).where(task.community.in_(communities), task.original.in_(own))
    own |= set(connection.scalars(revisits))
    return connection.execute(select(number, Case.reporter_name).where(number.in_(own)).order_by(number)).all()


def _accounts(connection: Connection, contacts: tuple[int, ...]) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """Return the accounts that one of the contacts pays for, and those of which it is not known whether he does."""
    his: set[Key] = set()
    doubtful: set[Key] = set()
    for community, code, named in connection.execute(_MAY_PAY, {"contacts": list(contacts)}):
        (his if named else doubtful).add((community, code))
    return tuple(sorted(his)), tuple(sorted(doubtful))


def _merged(
    connection: Connection, personal: PersonalDataCipher, cases: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[Key, ...], tuple[Key, ...]]:
    """Return the cases of others into which his were merged, his words in them, and others' words in his.

    A merged case notes what its customer says and hands it on, so the same words stand in both; a main case notes
    which cases joined it.
    """
    of_his = CaseLine.case.in_(cases)
    joined = set(
        connection.scalars(select(CaseLine.facts["case"].astext).where(of_his, CaseLine.facts.has_key("case")))
    )
    into = connection.scalars(select(CaseLine.facts["into"].astext).where(of_his, CaseLine.facts.has_key("into")))
    mains = set(into) - set(cases)
    said = _words(connection, personal, CaseLine.case.in_({*cases, *mains, *joined}))
    his = [line for line in said if line["case"] in cases]
    forwarded = _same_words([line for line in said if line["case"] in mains], his)
    others = [line for line in said if line["case"] in joined - set(cases)]
    of_others = _same_words(his, others) | {
        (line["case"], line["sequence"])
        for line in his
        if line["facts"].get(_FROM_THE_REPORTER) == "no" or line["event"] == ArrearsEvent.DELIVERED  # names a witness
    }
    return tuple(sorted(mains)), tuple(sorted(forwarded)), tuple(sorted(of_others))


def _words(connection: Connection, personal: PersonalDataCipher, *where: Any) -> list[dict[str, Any]]:
    lines = connection.execute(
        select(CaseLine.case, CaseLine.sequence, CaseLine.event, CaseLine.facts, CaseLine.reason).where(
            CaseLine.reason.is_not(None), *where
        )
    )
    return [open_columns(personal, CaseLine, dict(line)) for line in lines.mappings()]


def _same_words(lines: Iterable[Mapping[str, Any]], handed_on: Iterable[Mapping[str, Any]]) -> set[Key]:
    words = {(line["facts"].get("into"), line["reason"]) for line in handed_on}
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
    """Return the ids of what proves a charge (signed quotes and services, receipts of outlays), and of the rest.

    Forms hold the last of each; what was signed before the work was done again, and what no form asks for, is on lines.
    """
    vouchers = _ids(connection, cases, QuoteRow.signature, ServiceRecordRow.signature, ServiceRecordRow.receipts)
    rest = _ids(
        connection, cases, RepairRecordRow.verified_signature, WorkOrderRow.signature, WorkOrderRow.photos,
        RevisitRecordRow.signature,
    )  # fmt: skip
    for ids in connection.scalars(select(Case.attachments).where(Case.number.in_(cases))):
        rest |= set(ids)
    for event, key, ids in connection.execute(_ON_LINES, {"cases": list(cases)}):
        proves = key == "receipts" or event == ServiceEvent.SIGNED
        (vouchers if proves else rest).update(_ID.findall(ids))
    stored = set(connection.scalars(select(AttachmentRow.id).where(AttachmentRow.id.in_(vouchers | rest))))
    return tuple(sorted(vouchers & stored)), tuple(sorted((rest - vouchers) & stored))


def _ids(connection: Connection, cases: tuple[str, ...], *columns: Any) -> set[str]:
    found: set[str] = set()
    for column in columns:
        table = column.class_.__table__
        for value in connection.scalars(select(column).where(table.c.case.in_(cases))):
            found |= {value} if isinstance(value, str) else set(value)
    return found - {""}
