"""Reading 《应收管理费用明细表》 收费明细: the table as of a version, in S4's columns (F13; S4 4.2.1.1)."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Row, select, text

from activities.billing.table_versions import APPROVED, CURRENT_ROWS, figures
from activities.connections.personal_data import PersonalDataCipher
from activities.documents.payers import payers_of
from activities.records.fee_tables import FeeTable, FeeTableRow
from activities.records.sealing import open_columns
from workflows.messages.billing import TableFigures
from workflows.messages.money import Amount

ROWS_AT_ONCE: Final = 200
_ROWS_OF_A_FILE: Final = 2000
"""Rows that are held in memory while a file is written."""
_SOME: Final = text(
    f"""
    SELECT * FROM ({CURRENT_ROWS}) AS present
    WHERE account > :after AND (:everywhere OR steward_area = ANY(:areas)) ORDER BY account LIMIT :at_once
    """  # noqa: S608 - a constant
)


class FeeTableLine(BaseModel):
    """One row: CNY, m², CNY per m² and month. ``state`` is ready, dirty or rejected; ``reason`` why it was returned."""

    model_config = ConfigDict(frozen=True)

    account: str
    unit: str
    payer: str
    steward_area: str
    area: Amount
    price: Amount
    charge: Amount
    adjustment: Amount
    arrears: Amount
    late_fee: Amount
    prepaid: Amount
    due_total: Amount
    state: str
    reason: str


class FeeTableView(BaseModel):
    """The table as of a version. ``next`` is the account to go on from, "" at the end."""

    model_config = ConfigDict(frozen=True)

    quarter: str
    version: int
    state: str
    figures: TableFigures
    rows: tuple[FeeTableLine, ...]
    next: str = ""


class WhichTable(NamedTuple):
    """Which table somebody asks for. ``version`` 0 is the newest; ``areas`` None are all.

    A steward sees the approved version of his own areas only (CYC-04).
    """

    community: str
    quarter: str
    version: int = 0
    approved_only: bool = False
    areas: frozenset[str] | None = None


def read_table(
    connection: Connection, personal: PersonalDataCipher, which: WhichTable, after: str
) -> FeeTableView | None:
    """Return the table as of a version, 200 rows after an account; None where there is none."""
    found = _version(connection, which)
    if found is None:
        return None
    lines = _lines(connection, personal, which, found.version, after, ROWS_AT_ONCE)
    return FeeTableView(
        quarter=which.quarter,
        version=found.version,
        state=found.state,
        figures=figures(connection, which.community, which.quarter, found.version, which.areas),
        rows=lines,
        next=lines[-1].account if len(lines) == ROWS_AT_ONCE else "",
    )


def whole_table(
    connection: Connection, personal: PersonalDataCipher, which: WhichTable
) -> tuple[int, Iterator[FeeTableLine]] | None:
    """Return the version and all its rows, which are read while they are used; None where there is no such table."""
    found = _version(connection, which)
    if found is None:
        return None

    def lines() -> Iterator[FeeTableLine]:
        after = ""
        while some := _lines(connection, personal, which, found.version, after, _ROWS_OF_A_FILE):
            yield from some
            after = some[-1].account

    return found.version, lines()


def _version(connection: Connection, which: WhichTable) -> Row[int, str] | None:
    asked = select(FeeTable.version, FeeTable.state).where(
        FeeTable.community == which.community, FeeTable.quarter == which.quarter
    )
    if which.approved_only:
        asked = asked.where(FeeTable.state == APPROVED)
    elif which.version:
        asked = asked.where(FeeTable.version == which.version)
    return connection.execute(asked.order_by(FeeTable.version.desc()).limit(1)).one_or_none()


def _lines(  # noqa: PLR0917 - which rows of which table
    connection: Connection, personal: PersonalDataCipher, which: WhichTable, version: int, after: str, at_once: int
) -> tuple[FeeTableLine, ...]:
    asked = {
        "community": which.community,
        "quarter": which.quarter,
        "version": version,
        "after": after,
        "everywhere": which.areas is None,
        "areas": sorted(which.areas or ()),
        "at_once": at_once,
    }
    rows = connection.execute(_SOME, asked).mappings().all()
    payers = payers_of(connection, personal, which.community, [row["account"] for row in rows])
    return tuple(
        FeeTableLine.model_validate(
            {
                **{name: row[name] for name in FeeTableLine.model_fields if name in row},
                "payer": payers[row["account"]].name,
                "reason": _reason(personal, row["reason"]),
            }
        )
        for row in rows
    )


def _reason(personal: PersonalDataCipher, stored: memoryview | None) -> str:
    sealed = None if stored is None else bytes(stored)
    return str(open_columns(personal, FeeTableRow, {"reason": sealed})["reason"])
