"""Who is in arrears, for how long, and why 欠费一览 (S4 4.7; §9.11): the list, and entering a reason."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, insert, select, text

from activities.connections.personal_data import PersonalDataCipher
from activities.fee_reports.detail import reasons_given
from activities.fee_reports.report import Cents
from activities.ledger.account_state import bill_states
from activities.ledger.refused import LedgerRefusedError
from activities.records.cash_tables import ArrearsReason
from activities.records.fee_tables import FeeAccount
from activities.records.sealing import open_columns, seal_columns
from workflows.messages.arrears import ArrearsState
from workflows.messages.fee_reports import ArrearsCause
from workflows.messages.ledger import Book
from workflows.messages.policy import Policy
from workflows.rules.amounts import ZERO
from workflows.rules.business_time import local

_OVERDUE: Final = text(
    """
    SELECT account, min(unit) AS unit, min(steward_area) AS area, count(*) AS bills, sum(open_principal) AS principal,
        min(due_on) AS oldest_due
    FROM bills
    WHERE community = :community AND open_principal > 0 AND due_on < :today AND (:area = '' OR steward_area = :area)
    GROUP BY account HAVING min(due_on) <= :due_by AND (:after = '' OR (min(due_on), account) > (:after_due, :after))
    ORDER BY oldest_due, account LIMIT :at_most
    """
)
_STAGES: Final = text(
    """
    SELECT account, opened."case", coalesce(cases.state, '') AS state FROM arrears_openings AS opened
    LEFT JOIN cases ON cases.number = opened."case"
    WHERE opened.community = :community AND opened.closed_at IS NULL AND account = ANY(:accounts)
    """
)


class ArrearsOf(BaseModel):
    """An account in arrears. CNY; ``days`` since the oldest due day; ``reason`` "" where nobody has said why.

    ``case`` is its open arrears case, ``stage`` how far that has climbed; "" where there is none yet.
    """

    model_config = ConfigDict(frozen=True)

    account: str
    unit: str
    area: str
    bills: int
    principal: Cents
    late_fee: Cents
    oldest_due: date
    days: int
    reason: str
    reason_label: str
    case: str
    stage: str


def arrears_of(
    connection: Connection,
    community: str,
    policy: Policy,
    at: datetime,
    *,
    area: str = "",
    due_by: date | None = None,
    after: tuple[date, str] | None = None,
    at_most: int = 200,
) -> tuple[ArrearsOf, ...]:
    """Return the accounts with something past due, the oldest debt first.

    ``due_by`` keeps to debts as old as that, ``after`` (oldest due day and account) goes on where a page ended.
    """
    today = local(at, policy.calendar.tz).date()
    asked = {"community": community, "today": today, "area": area, "due_by": due_by or today, "at_most": at_most}
    page = {"after_due": after[0] if after else today, "after": after[1] if after else ""}
    rows = connection.execute(_OVERDUE, {**asked, **page}).all()
    accounts = [row.account for row in rows]
    late_fees = dict.fromkeys(accounts, ZERO)
    for book in Book:
        for account, states in bill_states(connection, community, accounts, today, policy.late_fee, book=book).items():
            late_fees[account] += sum((state.open.late_fee for state in states), ZERO)
    reasons = reasons_given(connection, community, policy.calendar.tz)
    stages = {row.account: row for row in connection.execute(_STAGES, {"community": community, "accounts": accounts})}
    made = []
    for row in rows:
        given = reasons.get(row.account)
        reason = given.reason if given is not None and given.on_day >= row.oldest_due else ""
        stage = stages.get(row.account)
        made.append(
            ArrearsOf(
                account=row.account,
                unit=row.unit,
                area=row.area,
                bills=row.bills,
                principal=row.principal,
                late_fee=late_fees[row.account],
                oldest_due=row.oldest_due,
                days=(today - row.oldest_due).days,
                reason=reason,
                reason_label=ArrearsCause(reason).label if reason else "",
                case=stage.case if stage else "",
                stage=stage_label(stage.state) if stage else "",
            )
        )
    return tuple(made)


def stage_label(state: str) -> str:
    """The Chinese term of an arrears case's state; 待立单 for a case whose record has not been written yet."""
    return ArrearsState(state).label if state else "待立单"


def record_arrears_reason(  # noqa: PLR0917 - who says what of whom, when
    connection: Connection,
    personal: PersonalDataCipher,
    community: str,
    account: str,
    cause: ArrearsCause,
    note: str,
    at: datetime,
    entered_by: str,
    tz: str,
) -> bool:
    """Enter why an account is in arrears; the latest reason holds. ``note`` is free text and sealed.

    The same reason entered again on the same day by the same person is one row: then it returns False. Raises
    :class:`LedgerRefusedError` (``unknown_account``).
    """
    known = connection.scalar(
        select(FeeAccount.code).where(FeeAccount.community == community, FeeAccount.code == account).with_for_update()
    )
    if known is None:
        raise LedgerRefusedError("unknown_account", "本项目没有这个缴费账户:请核对编码")
    values = {"community": community, "account": account, "reason": cause, "note": note, "entered_by": entered_by}
    last = (
        connection.execute(
            select(ArrearsReason)
            .where(ArrearsReason.community == community, ArrearsReason.account == account)
            .order_by(ArrearsReason.id.desc())
            .limit(1)
        )
        .mappings()
        .one_or_none()
    )
    if last is not None and local(last["at"], tz).date() == local(at, tz).date():
        opened = open_columns(personal, ArrearsReason, dict(last))
        if {name: opened[name] for name in values} == values:
            return False
    connection.execute(insert(ArrearsReason).values(seal_columns(personal, ArrearsReason, {**values, "at": at})))
    return True


def record_arrears_reasons(  # noqa: PLR0917 - as above, for many
    connection: Connection,
    personal: PersonalDataCipher,
    community: str,
    given: Iterable[tuple[str, ArrearsCause, str]],
    at: datetime,
    entered_by: str,
    tz: str,
) -> int:
    """Enter the reasons of several accounts, all or none, and return how many were new. Locks accounts in order."""
    return sum(
        record_arrears_reason(connection, personal, community, account, cause, note, at, entered_by, tz)
        for account, cause, note in sorted(given)
    )
