"""From a listed account to the start of its arrears case 催缴立单; the only message that holds the payer's name."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from activities.connections.database import Database
from activities.records.community_tables import Contact, Household, Unit
from activities.records.fee_tables import FeeAccount
from activities.records.sealing import open_columns
from workflows.messages.arrears import ArrearsStart, ListedBill
from workflows.messages.billing import ListOverdue
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import CaseOpening, Channel, Identity, Reporter
from workflows.messages.identifiers import CaseKind
from workflows.messages.ledger import PayerKind
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
    """Return the start message. Who is told is the first contact of the account's own household: what a former owner
    owes is his, wherever he lives now.
    """  # fmt: skip
    row, household, contact = _payer(db, request.community, account)
    known = open_columns(db.personal, Contact, dict(contact)) if contact and household is not None else {}
    return ArrearsStart(
        opening=CaseOpening(
            number=number,
            kind=CaseKind.ARREARS,
            community=request.community,
            channel=Channel.SCHEDULE,
            received_at=request.at.astimezone(ZoneInfo(policy.calendar.tz)),
            unit=row.unit,
            area=row.area,
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


def _pays_now(connection: Connection, community: str, unit: str, account: str) -> bool:
    """Whether it is the unit's newest payer who is meant: whoever lives there now is told nobody else's debt."""
    newest = connection.execute(
        select(FeeAccount.code, FeeAccount.payer)
        .where(FeeAccount.community == community, FeeAccount.unit == unit)
        .order_by(FeeAccount.since.desc(), FeeAccount.code.desc())
        .limit(1)
    ).one()
    return bool(newest.code == account and newest.payer != PayerKind.DEVELOPER)


def _payer(db: Database, community: str, account: str) -> tuple[Row[*tuple[Any, ...]], int | None, Any]:
    """The account with its unit and area, whose household it is, and that household's first contact."""
    with db.begin() as connection:
        row = connection.execute(
            select(FeeAccount.unit, FeeAccount.household, FeeAccount.payer, Unit.area)
            .join(Unit, (Unit.community == FeeAccount.community) & (Unit.code == FeeAccount.unit))
            .where(FeeAccount.community == community, FeeAccount.code == account)
        ).one()
        household = row.household
        if household is None and _pays_now(connection, community, row.unit, account):
            household = connection.scalar(
                select(Household.id).where(
                    Household.community == community, Household.unit == row.unit, Household.until.is_(None)
                )
            )
        contact = (
            connection.execute(
                select(Contact.name, Contact.phone, Contact.mail, Contact.identity)
                .where(Contact.community == community, Contact.household == household)
                .order_by(Contact.position)
                .limit(1)
            )
            .mappings()
            .one_or_none()
        )
    return row, household, contact
