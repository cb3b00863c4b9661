"""Fee accounts 缴费账户 of a unit: one for each payer in turn (F5, F8, F11; ``docs/domain/fees.md``)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import structlog
from sqlalchemy import Connection, func, insert, select, update

from activities.ledger.refused import LedgerRefusedError
from activities.records.community_tables import Household, Unit
from activities.records.fee_tables import FeeAccount
from workflows.messages.ledger import PayerKind

log = structlog.get_logger(__name__)
_LETTERS: Final = {PayerKind.DEVELOPER: "K", PayerKind.OWNER: "Y", PayerKind.TENANT: "Z"}


def lock_unit(connection: Connection, community: str, unit: str) -> None:
    """One change of a unit at a time. Raises :class:`LedgerRefusedError` (``unknown_unit``)."""
    found = connection.scalar(select(Unit.code).where(Unit.community == community, Unit.code == unit).with_for_update())
    if found is None:
        raise LedgerRefusedError("unknown_unit", "本项目没有这个房号:请核对")


def lock_accounts_of(connection: Connection, community: str, units: Sequence[str]) -> None:
    """One movement at a time of every account of some units; locked by code, as everybody does who locks several."""
    connection.execute(
        select(FeeAccount.code)
        .where(FeeAccount.community == community, FeeAccount.unit.in_(units))
        .order_by(FeeAccount.code.collate("C"))
        .with_for_update()
    )


def lock_unit_of(connection: Connection, community: str, account: str) -> None:
    """One movement at a time of every account of the account's unit.

    Raises :class:`LedgerRefusedError` (``unknown_account``).
    """
    unit = connection.scalar(
        select(FeeAccount.unit).where(FeeAccount.community == community, FeeAccount.code == account)
    )
    if unit is None:
        raise LedgerRefusedError("unknown_account", "本项目没有这个缴费账户:请核对编码")
    lock_accounts_of(connection, community, [unit])


def account_for(
    connection: Connection, community: str, unit: str, payer: PayerKind | None = None, code: str = ""
) -> str:
    """Return the unit's newest account of that kind or of that code; "" where there is none."""
    asked = select(FeeAccount.code).where(FeeAccount.community == community, FeeAccount.unit == unit)
    if payer is not None:
        asked = asked.where(FeeAccount.payer == payer)
    if code or payer is None:
        asked = asked.where(FeeAccount.code == code)
    return connection.scalar(asked.order_by(FeeAccount.since.desc(), FeeAccount.code.desc()).limit(1)) or ""


def next_account(connection: Connection, community: str, unit: str, payer: PayerKind, since: date) -> str:
    """Open the unit's next account of that kind from a day on and return its code, such as ``1-101-Y2``.

    The caller has locked the unit. Whose it is, the roster says (``name_payers``).
    """
    letter = _LETTERS[payer]
    count = connection.scalar(
        select(func.count()).where(
            FeeAccount.community == community, FeeAccount.unit == unit, FeeAccount.payer == payer
        )
    )
    code = f"{unit}-{letter}" if payer is PayerKind.DEVELOPER else f"{unit}-{letter}{(count or 0) + 1}"
    connection.execute(insert(FeeAccount).values(community=community, code=code, unit=unit, payer=payer, since=since))
    return code


def set_household(  # noqa: PLR0917 - whose, of which account, said by whom
    connection: Connection, community: str, account: str, since: date, staff: str, at: datetime
) -> None:
    """Say whose the account is: the household that the roster lists in its unit from that day on.

    Raises :class:`LedgerRefusedError` (``unknown_account``, also for the developer's; ``unknown_household``).
    """
    mine = (FeeAccount.community == community, FeeAccount.code == account, FeeAccount.payer != PayerKind.DEVELOPER)
    unit = connection.scalar(select(FeeAccount.unit).where(*mine).with_for_update())
    if unit is None:
        raise LedgerRefusedError("unknown_account", "本项目没有这个业主或租户的缴费账户:请核对编码")
    household = connection.scalar(
        select(Household.id).where(Household.community == community, Household.unit == unit, Household.since == since)
    )
    if household is None:
        raise LedgerRefusedError("unknown_household", "名册中该房号没有这一天入住的住户:请核对入住日期")
    connection.execute(update(FeeAccount).where(*mine).values(household=household, named_by=staff, named_at=at))
    log.info("payer_named", community=community, account=account, staff=staff)
