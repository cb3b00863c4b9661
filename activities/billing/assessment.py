"""Assessing a quarter 应收计算: accounts streamed through the charge rules into 《应收管理费用明细表》 (S4 4.2.1.1).

The rules are in one place, ``workflows/rules/charges.py``; here they meet volume. Rows go by COPY into a staging table
and from there into the table in one statement that writes nothing twice.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, text

from activities.billing.carried_forward import CarriedForward, carried_forward
from activities.ledger.unit_charging import unit_chargings
from workflows.messages.billing import QuarterJob, UnitRange
from workflows.rules.amounts import ZERO
from workflows.rules.charges import ChargeLine, UnitCharging, charge_lines
from workflows.rules.quarters import Quarter

ROWS_AT_ONCE: Final = 5000
"""Rows held in memory before they are copied out."""
_STAGING: Final = text(
    """
    CREATE TEMP TABLE assessed (
        account text, unit text, charge numeric(14,2), adjustment numeric(14,2), arrears numeric(14,2),
        late_fee numeric(14,2), prepaid numeric(14,2), area numeric(10,2), price numeric(10,4), lines jsonb
    ) ON COMMIT DROP
    """
)
_COPY: Final = "COPY assessed FROM STDIN"
_TAKE_IN: Final = text(
    """
    INSERT INTO fee_table_rows (community, quarter, account, version, unit, steward_area, area, price, charge,
        adjustment, arrears, late_fee, prepaid, due_total, lines, state)
    SELECT :community, :quarter, account, :version, unit, units.area, assessed.area, price, charge, adjustment, arrears,
        late_fee, prepaid, charge + adjustment + arrears + late_fee - prepaid, lines, 'ready'
    FROM assessed JOIN units ON units.community = :community AND units.code = assessed.unit
    ON CONFLICT DO NOTHING
    """
)


class AssessedRow(NamedTuple):
    """One row of the table before it is stored; CNY. ``area`` in m² and ``price`` are those of its last line."""

    account: str
    unit: str
    charge: Decimal
    carried: CarriedForward
    area: Decimal
    price: Decimal
    lines: Sequence[ChargeLine]


def assess(
    connection: Connection,
    job: QuarterJob,
    *,
    chunk: UnitRange | None = None,
    units: Sequence[str] | None = None,
    stale: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> int:
    """Compute and store the rows of a chunk or of some units as version ``job.version``; return how many are new.

    Accounts that owe nothing make no row, unless they are among the ``stale`` ones of their unit: a row that is to be
    corrected may come to nothing, and would wait for ever if nothing took its place.
    """
    connection.execute(_STAGING)
    raw = connection.connection.cursor()
    rows = _rows(connection, job, chunk or UnitRange(), units, stale)
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        raw.copy_expert(_COPY, io.StringIO("".join(map(_as_copied, batch))))
    connection.execute(text("ANALYZE assessed (unit)"))
    taken = connection.execute(
        _TAKE_IN, {"community": job.community, "quarter": job.quarter, "version": job.version}
    ).rowcount
    connection.execute(text("DROP TABLE assessed"))
    return int(taken)


def _rows(
    connection: Connection,
    job: QuarterJob,
    chunk: UnitRange,
    units: Sequence[str] | None,
    stale: Mapping[str, Sequence[str]],
) -> Iterator[AssessedRow]:
    """Yield the rows in the order of units; former payers have one while they owe something."""
    quarter = Quarter.parse(job.quarter)
    carried = carried_forward(connection, job, chunk, units)
    charged = unit_chargings(
        connection, job.community, first=chunk.first, until=chunk.until, units=units,
        trigger=job.fee.trigger, vacancy=job.fee.vacancy,
    )  # fmt: skip
    for unit in charged:
        lines = charge_lines(unit, quarter.first_day, quarter.last_day, job.fee.half_factor)
        old = stale.get(unit.unit, ())
        for account in dict.fromkeys([*(line.account for line in lines), *carried.accounts_of(unit.unit), *old]):
            row = _row(unit, account, [line for line in lines if line.account == account], carried.of(account))
            if row.charge or any(row.carried) or account in old:
                yield row


def _row(unit: UnitCharging, account: str, lines: list[ChargeLine], carried: CarriedForward) -> AssessedRow:
    due = sum((line.amount for line in lines), ZERO)
    terms = _terms_on(unit, lines[-1].first if lines else None)
    return AssessedRow(
        account=account,
        unit=unit.unit,
        charge=max(due - carried.billed, ZERO),  # an interim bill may have asked for this quarter already (F12)
        carried=carried._replace(billed=ZERO).with_prepayment_for(max(due - carried.billed, ZERO)),
        area=terms[0],
        price=terms[1],
        lines=lines if due > carried.billed else (),
    )


def _terms_on(unit: UnitCharging, day: date | None) -> tuple[Decimal, Decimal]:
    known = [terms for terms in unit.terms if day is None or terms.since <= day]
    return (known[-1].area, known[-1].price) if known else (Decimal(0), Decimal(0))


def _as_copied(row: AssessedRow) -> str:
    """A line of COPY text. Codes are cut to what COPY reads as itself."""
    carried = row.carried
    lines = ",".join(map(_line_as_json, row.lines))
    fields: Iterable[Any] = (
        _escaped(row.account), _escaped(row.unit), row.charge, carried.adjustment, carried.arrears, carried.late_fee,
        carried.prepaid, row.area, row.price, f"[{lines}]",
    )  # fmt: skip
    return "\t".join(map(str, fields)) + "\n"


def _escaped(code: str) -> str:
    return code.replace("\\", "\\\\").replace("\t", "\\t") if "\\" in code or "\t" in code else code


def _line_as_json(line: ChargeLine) -> str:
    """Written by hand, because a million times three lines are; every value is a number or a date."""
    return (
        f'{{"month":"{line.month}","first":"{line.first}","last":"{line.last}","monthly":"{line.monthly}",'
        f'"factor":"{line.factor}","days":{line.days},"amount":"{line.amount}"}}'
    )
