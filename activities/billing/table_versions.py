"""Versions of 《应收管理费用明细表》 and their review 审核 (S4 4.2.1.2–3; §9.4; ``docs/domain/fees.md``).

The table as of a version is, for each account, its newest row up to that version; a version holds only the rows that
were computed for it. What was returned stays readable with its reason.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from activities.billing.assessment import assess
from activities.billing.changed_units import changed_units
from activities.billing.large_statements import for_many_rows
from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.table_lock import lock_tables
from activities.records.fee_tables import FeeTable, FeeTableRow
from activities.records.posts_held import holds_post
from activities.records.sealing import seal_columns
from workflows.messages.billing import (
    CorrectRows,
    QuarterJob,
    RejectedRow,
    Reviewed,
    ReviewTable,
    ReviewVerdict,
    TableFigures,
    UnitRange,
)
from workflows.messages.people import Actor, Role
from workflows.rules.amounts import ZERO
from workflows.rules.business_time import local

UNDER_REVIEW, REJECTED, APPROVED = "under_review", "rejected", "approved"
OPEN_ROWS: Final = ("dirty", "rejected")
CURRENT_ROWS: Final = """
    SELECT DISTINCT ON (account) * FROM fee_table_rows
    WHERE community = :community AND quarter = :quarter AND version <= :version ORDER BY account, version DESC
"""
"""The table as of a version."""
_FIGURES: Final = text(
    f"""
    SELECT count(*) AS rows, count(*) FILTER (WHERE charge + adjustment > 0) AS bills,
        sum(charge) AS charge, sum(adjustment) AS adjustment, sum(arrears) AS arrears, sum(late_fee) AS late_fee,
        sum(prepaid) AS prepaid, sum(due_total) AS due_total, count(*) FILTER (WHERE state <> 'ready') AS open_rows
    FROM ({CURRENT_ROWS}) AS present WHERE :everywhere OR steward_area = ANY(:areas)
    """  # noqa: S608 - a constant
)

_WAITING: Final = """
    SELECT account, sum(amount) AS amount FROM adjustments
    WHERE community = :community AND billed_in = '' AND credits = '' GROUP BY account
"""
_DIRTY_BY_ADJUSTMENT: Final = text(
    f"""
    UPDATE fee_table_rows AS stale SET state = 'dirty'
    FROM ({CURRENT_ROWS}) AS present LEFT JOIN ({_WAITING}) AS waiting USING (account)
    WHERE stale.community = :community AND stale.quarter = :quarter AND stale.account = present.account
      AND stale.version = present.version AND present.state = 'ready'
      AND present.adjustment <> coalesce(waiting.amount, 0)
    """  # noqa: S608 - constants
)
"""A row whose 上期调整 is not what waits for the account is out of date, whoever changed it."""
_TAKE_UP: Final = text(
    f"""
    UPDATE adjustments SET billed_in = present.account || '/' || :quarter FROM ({CURRENT_ROWS}) AS present
    WHERE adjustments.community = :community AND adjustments.account = present.account
      AND billed_in = '' AND credits = ''
    """  # noqa: S608 - a constant
)
"""What is approved is what the bill will hold: adjustments that come later wait for the next table."""


def figures(
    connection: Connection, community: str, quarter: str, version: int, areas: frozenset[str] | None = None
) -> TableFigures:
    """Return the table as of a version in sums, of some areas or of all."""
    asked = {
        "community": community,
        "quarter": quarter,
        "version": version,
        "everywhere": areas is None,
        "areas": sorted(areas or ()),
    }
    sums = {name: amount if amount is not None else ZERO for name, amount in _sums(connection, asked).items()}
    return TableFigures(version=version, **sums)


def _sums(connection: Connection, asked: Mapping[str, Any]) -> dict[str, Any]:
    return dict(connection.execute(_FIGURES, asked).mappings().one())


def close_extraction(connection: Connection, job: QuarterJob, made_by: Actor) -> TableFigures:
    """Hand the first version to finance; again it changes nothing.

    Units that changed while chunks were assessed are computed again. Later changes find the version and make its rows
    dirty, because every change takes the lock of the community's tables.
    """
    lock_tables(connection, job.community)
    if not _exists(connection, job):
        units = [change.unit for change in changed_units(connection, job, UnitRange())]
        connection.execute(
            delete(FeeTableRow).where(
                FeeTableRow.community == job.community,
                FeeTableRow.quarter == job.quarter,
                FeeTableRow.version == job.version,
                FeeTableRow.unit.in_(units),
            )
        )
        assess(connection, job, units=units)
    return close_version(connection, job, made_by)


def close_version(connection: Connection, job: QuarterJob, made_by: Actor) -> TableFigures:
    """Hand the version to finance for review; again it changes nothing."""
    lock_tables(connection, job.community)
    connection.execute(
        upsert(FeeTable)
        .values(
            community=job.community,
            quarter=job.quarter,
            version=job.version,
            case=job.case,
            state=UNDER_REVIEW,
            extracted_on=job.extracted_on,
            made_at=job.at,
            made_by=made_by.code or made_by.role,
        )
        .on_conflict_do_nothing()
    )
    return figures(connection, job.community, job.quarter, job.version)


def correct_rows(connection: Connection, request: CorrectRows) -> TableFigures:
    """Compute the returned and the dirty rows anew as the next version, and hand it to finance.

    All accounts of their units are computed, because a new owner has no row yet.
    """
    job = request.job
    lock_tables(connection, job.community)
    if not _exists(connection, job):
        stale = connection.execute(
            text(f"SELECT account, unit FROM ({CURRENT_ROWS}) AS present WHERE state <> 'ready'"),  # noqa: S608
            {"community": job.community, "quarter": job.quarter, "version": job.version - 1},
        ).all()
        accounts: dict[str, list[str]] = defaultdict(list)
        for row in stale:
            accounts[row.unit].append(row.account)
        assess(connection, job, units=sorted(accounts), stale=accounts)
    return close_version(connection, job, request.made_by)


def _exists(connection: Connection, job: QuarterJob) -> bool:
    return connection.scalar(_this_version(job, select(FeeTable.version))) is not None


def _this_version(job: QuarterJob, statement: Any) -> Any:
    return statement.where(
        FeeTable.community == job.community, FeeTable.quarter == job.quarter, FeeTable.version == job.version
    )


def review(connection: Connection, personal: PersonalDataCipher, request: ReviewTable) -> Reviewed:
    """Enter finance's review of the version, once; the verdict says what came of it (CYC-04, CYC-10)."""
    job = request.job
    lock_tables(connection, job.community)
    stored = connection.execute(_this_version(job, select(FeeTable.state, FeeTable.reviewed_by))).one()
    verdict = ReviewVerdict(stored.state) if stored.state != UNDER_REVIEW else _verdict(connection, personal, request)
    return Reviewed(verdict=verdict, figures=figures(connection, job.community, job.quarter, job.version))


def _verdict(connection: Connection, personal: PersonalDataCipher, request: ReviewTable) -> ReviewVerdict:
    job = request.job
    if _is_cashier(connection, request):
        return ReviewVerdict.NOT_ALLOWED
    if request.approve:
        asked = {"community": job.community, "quarter": job.quarter, "version": job.version}
        with for_many_rows(connection):
            connection.execute(_DIRTY_BY_ADJUSTMENT, asked)
        if figures(connection, job.community, job.quarter, job.version).open_rows:
            return ReviewVerdict.ROWS_OPEN
        with for_many_rows(connection):
            connection.execute(_TAKE_UP, asked)
    elif not _reject_rows(connection, personal, job, request.rows):
        return ReviewVerdict.UNKNOWN_ROWS
    verdict = ReviewVerdict.APPROVED if request.approve else ReviewVerdict.REJECTED
    connection.execute(
        _this_version(job, update(FeeTable)).values(
            state=APPROVED if request.approve else REJECTED, reviewed_at=job.at, reviewed_by=request.reviewer.code
        )
    )
    return verdict


def _is_cashier(connection: Connection, request: ReviewTable) -> bool:
    """Whoever made a version, or holds the cashier's post that day, does not review it (§1.1)."""
    job, code = request.job, request.reviewer.code
    day = local(job.at, job.calendar.tz).date()
    made = connection.scalar(
        select(func.count()).where(
            FeeTable.community == job.community, FeeTable.quarter == job.quarter, FeeTable.made_by == code
        )
    )
    return bool(made) or holds_post(connection, job.community, code, Role.CASHIER, day)


def _reject_rows(
    connection: Connection, personal: PersonalDataCipher, job: QuarterJob, rows: tuple[RejectedRow, ...]
) -> bool:
    """Mark the rows of the table as returned; False, and nothing marked, if one is not in it."""
    asked = {"community": job.community, "quarter": job.quarter, "version": job.version}
    current = text(f"SELECT account, version FROM ({CURRENT_ROWS}) AS present")  # noqa: S608 - a constant
    present: dict[str, int] = {row.account: row.version for row in connection.execute(current, asked)}
    if not rows or any(row.account not in present for row in rows):
        return False
    for row in rows:
        connection.execute(
            update(FeeTableRow)
            .where(
                FeeTableRow.community == job.community,
                FeeTableRow.quarter == job.quarter,
                FeeTableRow.account == row.account,
                FeeTableRow.version == present[row.account],
            )
            .values(seal_columns(personal, FeeTableRow, {"state": "rejected", "reason": row.reason}))
        )
    return True
