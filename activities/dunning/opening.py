"""From a listed account to the start of its arrears case 催缴立单; the only message that holds the payer's name."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select

from activities.connections.database import Database
from activities.documents.payers import payers_of
from activities.records.community_tables import Contact, Unit
from activities.records.fee_tables import FeeAccount
from activities.records.sealing import open_columns
from workflows.messages.arrears import ArrearsStart, ListedBill
from workflows.messages.billing import ListOverdue
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import CaseOpening, Channel, Identity, Reporter
from workflows.messages.identifiers import CaseKind
from workflows.messages.policy import Policy


def arrears_start(  # noqa: PLR0917 - what the list hands over, in its order
    db: Database,
    request: ListOverdue,
    account: str,
    number: str,
    bills: tuple[ListedBill, ...],
    policy: Policy,
    calendar: WorkingCalendar,
) -> ArrearsStart:
    """Return the start message. Who pays for the account is told: what a former owner owes is his, wherever he lives
    now.
    """  # fmt: skip
    unit, known = _payer(db, request.community, account)
    return ArrearsStart(
        opening=CaseOpening(
            number=number,
            kind=CaseKind.ARREARS,
            community=request.community,
            channel=Channel.SCHEDULE,
            received_at=request.at.astimezone(ZoneInfo(policy.calendar.tz)),
            unit=unit.unit,
            area=unit.area,
            reporter=Reporter(
                name=known.get("name", ""),
                phone=known.get("phone", ""),
                mail=known.get("mail", ""),
                identity=Identity(known.get("identity", Identity.OWNER)),
            ),
            policy_version=policy.version,
            linked=(request.case,) if request.case else (),
        ),
        account=account,
        bills=bills,
        dunning=policy.dunning,
        late_fee=policy.late_fee,
        calendar=calendar,
        customer_roll=policy.calendar.customer_roll,
    )


def _payer(db: Database, community: str, account: str) -> tuple[Row[*tuple[Any, ...]], dict[str, Any]]:
    """The account's unit with its area, and who pays for it, as far as that is known."""
    with db.begin() as connection:
        unit = connection.execute(
            select(FeeAccount.unit, Unit.area)
            .join(Unit, (Unit.community == FeeAccount.community) & (Unit.code == FeeAccount.unit))
            .where(FeeAccount.community == community, FeeAccount.code == account)
        ).one()
        payer = payers_of(connection, db.personal, community, [account])[account]
        contact = (
            connection.execute(
                select(Contact.name, Contact.phone, Contact.mail, Contact.identity).where(Contact.id == payer.contact)
            )
            .mappings()
            .one_or_none()
        )
    return unit, {} if contact is None else open_columns(db.personal, Contact, dict(contact))
