"""From a figure to its lines 追溯: the bills, postings or payments that it is the sum of, to the cent (S4 4.7).

The lines are selected from the very rows that the report sums up. Of a report that was sent they are those of today:
what differs since is the 调整 of the next report.
"""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, text

from activities.fee_reports.cash_figures import TAKEN, months_of
from activities.fee_reports.compiling import Occasion
from activities.fee_reports.late_entries import LATE_LINES, in_columns, late_entries
from activities.fee_reports.late_fees import late_fees_owed
from activities.fee_reports.movements import INCOME, INCOME_ITEM, IS_DIRECT, IS_LATE_FEE, lay_out
from activities.fee_reports.report import Cents
from workflows.messages.fee_reports import Figure
from workflows.rules.amounts import ZERO

_F = Figure
_BILL_LINES: Final = """
    SELECT 'bill' AS source, number AS reference, number AS bill, account, unit, item, due_on AS on_day,
        {amount} AS amount FROM by_bill WHERE scope = '{scope}'"""
_POSTED_LINES: Final = """
    SELECT 'entry' AS source, entry::text AS reference, number AS bill, account, unit, item, on_day, got AS amount
    FROM moved WHERE scope = '{scope}'"""
_INCOME_LINES: Final = f"""
    SELECT 'entry' AS source, entry::text AS reference, postings.bill, postings.account,
        coalesce(bills.unit, '') AS unit, {INCOME_ITEM} AS item, postings.on_day, -amount AS amount {INCOME}"""
_PARKING_LINES: Final = """
    SELECT 'parking' AS source, day::text || ' ' || attendant AS reference, '' AS bill, '' AS account, '' AS unit,
        'parking' AS item, day AS on_day, {amount} AS amount
    FROM parking_days WHERE community = :community AND day BETWEEN :first AND :cut_off AND checked_by <> ''"""
_SERVICE_LINES: Final = """
    SELECT 'case' AS source, "case" AS reference, bill, '' AS account, unit, 'service' AS item,
        (booked_at AT TIME ZONE :tz)::date AS on_day, {amount} AS amount
    FROM service_gatherings WHERE community = :community AND month = ANY(:months)"""
_TAKEN_LINES: Final = f"""
    SELECT 'payment' AS source, number AS reference, '' AS bill, account, '' AS unit, method AS item, on_day, amount
    FROM ({TAKEN}) AS taken"""  # noqa: S608 - constants
_SELECTED: Final = {
    _F.DUE: _BILL_LINES.format(amount="owed", scope="period"),
    _F.RECEIVED: _POSTED_LINES.format(scope="period"),
    _F.ARREARS: _BILL_LINES.format(amount="owed - got", scope="period"),
    _F.OLD_DUE: _BILL_LINES.format(amount="owed", scope="old"),
    _F.OLD_RECEIVED: _POSTED_LINES.format(scope="old"),
    _F.OLD_ARREARS: _BILL_LINES.format(amount="owed - got", scope="old"),
    _F.LATE_FEE_RECEIVED: f"{_INCOME_LINES} AND {IS_LATE_FEE}",
    _F.DIRECT: f"{_INCOME_LINES} AND {IS_DIRECT}",
    _F.COLLECTED: _TAKEN_LINES,
    _F.LATE_ENTERED: LATE_LINES,
    _F.PARKING_DUE: _PARKING_LINES.format(amount="due"),
    _F.PARKING_RECEIVED: _PARKING_LINES.format(amount="received"),
    _F.SERVICE_FEE: _SERVICE_LINES.format(amount="service_fee"),
    _F.AGENCY: _SERVICE_LINES.format(amount="agency"),
}

_OF_BILLS: Final = (_F.DUE, _F.RECEIVED, _F.ARREARS, _F.OLD_DUE, _F.OLD_RECEIVED, _F.OLD_ARREARS)


class FigureLine(BaseModel):
    """One line of a figure, CNY. ``source`` says what ``reference`` is: a bill, an entry, a payment, a case, a day.

    ``item`` is the kind of charge, or of a payment its method.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    reference: str
    bill: str
    account: str
    unit: str
    item: str
    on_day: str
    amount: Cents


class FigureLines(BaseModel):
    """A page of a figure's lines, with the sum and number of all of them."""

    model_config = ConfigDict(frozen=True)

    figure: Figure
    label: str
    total: Cents
    count: int
    lines: tuple[FigureLine, ...]


def lines_of_figure(
    connection: Connection,
    on: Occasion,
    figure: Figure,
    *,
    item: str = "",
    offset: int = 0,
    at_most: int = 1000,
) -> FigureLines:
    """Return the lines of a report's figure; ``item`` keeps to one kind of charge, or to one method of payment."""
    if figure is _F.LATE_FEE_OWED:
        return _owed(connection, on, item, offset, at_most)
    if figure in _OF_BILLS:
        lay_out(connection, on.asked)
    head = f"WITH line AS ({_SELECTED[figure]})"
    kept = "FROM line WHERE amount <> 0 AND (:item = '' OR item = :item)"
    values: dict[str, Any] = {
        **on.asked.values,
        "item": item,
        "months": list(months_of(on.asked.period)),
        "tz": on.tz,
        "offset": offset,
        "at_most": at_most,
        **(in_columns(late_entries(connection, on.asked)) if figure is _F.LATE_ENTERED else {}),
    }
    # the statements are put together of constants; what is asked for comes as parameters
    total, count = connection.execute(text(f"{head} SELECT coalesce(sum(amount), 0), count(*) {kept}"), values).one()
    rows = connection.execute(
        text(f"{head} SELECT * {kept} ORDER BY on_day, reference, bill, amount OFFSET :offset LIMIT :at_most"),
        values,
    ).mappings()
    lines = tuple(FigureLine(**{**row, "on_day": row["on_day"].isoformat()}) for row in rows)
    return FigureLines(figure=figure, label=figure.label, total=total, count=count, lines=lines)


def _owed(connection: Connection, on: Occasion, item: str, offset: int, at_most: int) -> FigureLines:
    """What is owed in late fee follows from a rule and stands in no row; its lines are the bills that owe it."""
    lay_out(connection, on.asked)
    owed = [
        fee for fee in late_fees_owed(connection, on.asked, on.policy.late_fee, on.tz) if not item or fee.item == item
    ]
    lines = tuple(
        FigureLine(
            source="bill",
            reference=fee.bill,
            bill=fee.bill,
            account=fee.account,
            unit=fee.unit,
            item=fee.item,
            on_day=on.asked.cut_off.isoformat(),
            amount=fee.amount,
        )
        for fee in owed
    )
    return FigureLines(
        figure=_F.LATE_FEE_OWED,
        label=_F.LATE_FEE_OWED.label,
        total=sum((fee.amount for fee in owed), ZERO),
        count=len(owed),
        lines=lines[offset : offset + at_most],
    )
