"""Reading 《应收管理费用明细表》 收费明细: the table as of a version, in S4's columns (F13; S4 4.2.1.1)."""

from typing import Final

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, select, text

from activities.billing.table_versions import CURRENT_ROWS, figures
from activities.records.fee_tables import FeeTable
from workflows.messages.billing import TableFigures
from workflows.messages.money import Amount

ROWS_AT_ONCE: Final = 200


class FeeTableLine(BaseModel):
    """One row: CNY, m², CNY per m² and month. ``state`` is ready, dirty or rejected."""

    model_config = ConfigDict(frozen=True)

    account: str
    unit: str
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


class FeeTableView(BaseModel):
    """The table as of a version. ``next`` is the account to go on from, "" at the end."""

    model_config = ConfigDict(frozen=True)

    quarter: str
    version: int
    state: str
    figures: TableFigures
    rows: tuple[FeeTableLine, ...]
    next: str = ""


def read_table(
    connection: Connection, community: str, quarter: str, version: int, after: str, *, approved_only: bool
) -> FeeTableView | None:
    """Return the table as of a version (0 for the newest), or of the approved one; None where there is none."""
    asked = select(FeeTable.version, FeeTable.state).where(FeeTable.community == community, FeeTable.quarter == quarter)
    if approved_only:
        asked = asked.where(FeeTable.state == "approved")
    elif version:
        asked = asked.where(FeeTable.version == version)
    found = connection.execute(asked.order_by(FeeTable.version.desc()).limit(1)).one_or_none()
    if found is None:
        return None
    rows = connection.execute(
        text(
            f"SELECT * FROM ({CURRENT_ROWS}) AS present WHERE account > :after "  # noqa: S608 - a constant
            "ORDER BY account LIMIT :at_once"
        ),
        {
            "community": community,
            "quarter": quarter,
            "version": found.version,
            "after": after,
            "at_once": ROWS_AT_ONCE,
        },
    ).mappings()
    lines = tuple(FeeTableLine.model_validate({name: row[name] for name in FeeTableLine.model_fields}) for row in rows)
    return FeeTableView(
        quarter=quarter,
        version=found.version,
        state=found.state,
        figures=figures(connection, community, quarter, found.version),
        rows=lines,
        next=lines[-1].account if len(lines) == ROWS_AT_ONCE else "",
    )
