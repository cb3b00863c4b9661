"""Rows of a table that finance has not approved yet 待审明细: a fact makes them dirty in its transaction (FEE-10)."""

from sqlalchemy import Connection, func, select, text, update

from activities.records.fee_tables import FeeAccount, FeeTable, FeeTableRow

_NEWEST = text(
    """
    SELECT quarter, max(version) AS version FROM fee_tables AS made
    WHERE community = :community AND NOT EXISTS (
        SELECT FROM fee_tables WHERE community = made.community AND quarter = made.quarter AND state = 'approved')
    GROUP BY quarter ORDER BY quarter DESC LIMIT 1
    """
)


def make_dirty(connection: Connection, community: str, unit: str) -> str:
    """Mark the unit's rows of a table that waits for approval; return that cycle's case, "" where no table waits.

    A unit without a row gets one that is dirty, so that its new payer is computed too. The caller has locked the
    community's tables.
    """
    waiting = connection.execute(_NEWEST, {"community": community}).one_or_none()
    if waiting is None:
        return ""
    table = (FeeTable.community == community, FeeTable.quarter == waiting.quarter)
    newest = (
        select(FeeTableRow.account, func.max(FeeTableRow.version).label("version"))
        .where(FeeTableRow.community == community, FeeTableRow.quarter == waiting.quarter, FeeTableRow.unit == unit)
        .group_by(FeeTableRow.account)
        .subquery()
    )
    marked = connection.execute(
        update(FeeTableRow)
        .where(
            FeeTableRow.community == community,
            FeeTableRow.quarter == waiting.quarter,
            FeeTableRow.account == newest.c.account,
            FeeTableRow.version == newest.c.version,
        )
        .values(state="dirty")
    ).rowcount
    if not marked:
        _add_dirty_row(connection, community, unit, waiting.quarter, waiting.version)
    return str(connection.scalar(select(FeeTable.case).where(*table, FeeTable.version == waiting.version)))


def _add_dirty_row(connection: Connection, community: str, unit: str, quarter: str, version: int) -> None:
    account = connection.scalar(
        select(FeeAccount.code)
        .where(FeeAccount.community == community, FeeAccount.unit == unit)
        .order_by(FeeAccount.since.desc(), FeeAccount.code.desc())
        .limit(1)
    )
    if account is not None:
        connection.execute(
            text(
                """
                INSERT INTO fee_table_rows (community, quarter, account, version, unit, steward_area, area, price,
                    charge, adjustment, arrears, late_fee, prepaid, due_total, lines, state)
                SELECT :community, :quarter, :account, :version, code, area, coalesce(floor_area, 0), 0,
                    0, 0, 0, 0, 0, 0, '[]', 'dirty'
                FROM units WHERE community = :community AND code = :unit ON CONFLICT DO NOTHING
                """
            ),
            {"community": community, "quarter": quarter, "account": account, "version": version, "unit": unit},
        )
