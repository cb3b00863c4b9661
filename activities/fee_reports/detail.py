"""《费用收缴明细表》 (S4 4.7; §9.10): who was to pay how much of what, what came, what is missing, and why."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, text

from activities.fee_reports.late_fees import LateFeeOwed
from activities.fee_reports.movements import INCOME, INCOME_ITEM, IS_DIRECT, IS_LATE_FEE, Asked
from activities.fee_reports.report import DetailLine, KindLine, Rate, Scope
from workflows.messages.fee_reports import ArrearsCause
from workflows.messages.ledger import FeeItem
from workflows.rules.amounts import ZERO
from workflows.rules.collection_rate import meets, percent

RECURRING: Final = (FeeItem.MANAGEMENT_FEE, FeeItem.SERVICE, FeeItem.PARKING)
"""What 综合收费率 counts: charges that are billed again and again (§9.11); no renovation, no passing income."""
NOT_DUE_YET: Final = "未到期"
PAID_SINCE: Final = "期后已缴清"
_LINES: Final = text(
    """
    SELECT scope, unit, account, item, sum(owed) AS due, sum(got) AS received,
        min(due_on) FILTER (WHERE owed > got AND due_on <= :cut_off) AS overdue_since,
        coalesce(sum(open_principal) FILTER (WHERE owed > got AND due_on <= :cut_off), 0) AS still_open
    FROM by_bill GROUP BY scope, unit, account, item
    ORDER BY scope DESC, unit COLLATE "C", account COLLATE "C", item
    """
)
_REASONS: Final = text(
    """
    SELECT DISTINCT ON (account) account, reason, (at AT TIME ZONE :tz)::date AS given_on FROM arrears_reasons
    WHERE community = :community ORDER BY account, id DESC
    """
)
_INCOME: Final = text(
    f"""
    SELECT {INCOME_ITEM} AS item, coalesce(-sum(amount) FILTER (WHERE {IS_LATE_FEE}), 0) AS late_fee,
        coalesce(-sum(amount) FILTER (WHERE {IS_DIRECT}), 0) AS direct
    {INCOME} AND ({IS_LATE_FEE} OR {IS_DIRECT}) GROUP BY 1
    """
)


class Given(NamedTuple):
    """The reason that was given last for an account's arrears."""

    reason: str
    on_day: date


def reasons_given(connection: Connection, community: str, tz: str) -> Mapping[str, Given]:
    """Return the latest reason of every account that has one."""
    rows = connection.execute(_REASONS, {"community": community, "tz": tz})
    return {row.account: Given(row.reason, row.given_on) for row in rows}


def detail_lines(
    connection: Connection, asked: Asked, late_fees: Iterable[LateFeeOwed], reasons: Mapping[str, Given]
) -> tuple[DetailLine, ...]:
    """Return the lines of the period's bills, then those of old debt; lines of nothing at all are left out.

    A reason holds from the day on which it was given for the arrears of that time: whoever has paid in between, and
    owes again, is asked again.
    """
    fees: dict[tuple[str, ...], Decimal] = {}
    for fee in late_fees:
        key = (fee.scope, fee.account, fee.item)
        fees[key] = fees.get(key, ZERO) + fee.amount
    rows = connection.execute(_LINES, asked.values).all()
    oldest: dict[str, date] = {}
    for row in rows:
        if row.overdue_since is not None:
            oldest[row.account] = min(row.overdue_since, oldest.get(row.account, row.overdue_since))
    made = []
    for row in rows:
        late_fee = fees.get((row.scope, row.account, row.item), ZERO)
        if row.due or row.received or late_fee:
            made.append(_line(row, late_fee, reasons.get(row.account), oldest.get(row.account)))
    return tuple(made)


def _line(row: Any, late_fee: Decimal, given: Given | None, oldest: date | None) -> DetailLine:
    arrears = row.due - row.received
    return DetailLine(
        scope=Scope(row.scope),
        unit=row.unit,
        account=row.account,
        item=FeeItem(row.item),
        due=row.due,
        received=row.received,
        arrears=arrears,
        late_fee=late_fee,
        reason=_reason(row, given, oldest) if arrears > 0 else "",
        overdue_since=row.overdue_since,
    )


def _reason(row: Any, given: Given | None, oldest: date | None) -> str:
    if row.overdue_since is None:
        return NOT_DUE_YET
    if given is not None and oldest is not None and given.on_day >= oldest:
        return ArrearsCause(given.reason).label
    return "" if row.still_open else PAID_SINCE


def kind_lines(connection: Connection, asked: Asked, lines: Iterable[DetailLine]) -> tuple[KindLine, ...]:
    """Return a line for each of the five kinds, even of nothing (RPT-03)."""
    names = ("due", "received", "arrears", "old_due", "old_received", "old_arrears", "late_fee_owed")
    sums = {item: dict.fromkeys(names, ZERO) for item in FeeItem}
    for line in lines:
        prefix = "" if line.scope is Scope.PERIOD else "old_"
        of_kind = sums[line.item]
        of_kind[f"{prefix}due"] += line.due
        of_kind[f"{prefix}received"] += line.received
        of_kind[f"{prefix}arrears"] += line.arrears
        of_kind["late_fee_owed"] += line.late_fee
    income = {row.item: row for row in connection.execute(_INCOME, asked.values)}
    return tuple(
        KindLine(
            item=item,
            label=item.label,
            late_fee_received=income[item].late_fee if item in income else ZERO,
            direct=income[item].direct if item in income else ZERO,
            **sums[item],
        )
        for item in FeeItem
    )


def collection_rate(kinds: Iterable[KindLine], target: Decimal) -> Rate:
    """综合收费率 (CYC-06, RPT-01): principal received for the period over principal due for it, compared unrounded."""
    counted = [kind for kind in kinds if kind.item in RECURRING]
    due, received = sum((kind.due for kind in counted), ZERO), sum((kind.received for kind in counted), ZERO)
    return Rate(
        due=due, received=received, percent=percent(received, due), target=target, met=meets(received, due, target)
    )


def clearing_rate(kinds: Iterable[KindLine]) -> Rate:
    """清欠率: what came in of old debt over what was left of it when the period began. No target is set for it."""
    counted = [kind for kind in kinds if kind.item in RECURRING]
    due = sum((kind.old_due for kind in counted), ZERO)
    received = sum((kind.old_received for kind in counted), ZERO)
    return Rate(due=due, received=received, percent=percent(received, due))
