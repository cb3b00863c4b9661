"""Bills and 《缴费通知单》 of an approved table 出账 (S4 4.2.1.4; §9.1): set by set, a chunk in one transaction.

A bill that is there already is left as it is, so a chunk that was done is done again without effect, and the notices'
numbers have no gap: they are taken in the transaction that uses them.
"""

from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, text

from activities.billing.changed_units import changed_units
from activities.billing.large_statements import for_many_rows
from activities.billing.table_versions import CURRENT_ROWS
from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.account_state import open_bills
from activities.ledger.billed_periods import Change, settle_billed_periods
from activities.ledger.journal import NewEntry, post
from activities.ledger.numbers import Series, next_numbers
from activities.ledger.payments import items_of
from activities.ledger.table_lock import share_tables
from workflows.messages.billing import ChunkDone, ChunkJob, QuarterJob
from workflows.messages.ledger import Book, EntryKind
from workflows.messages.people import SYSTEM
from workflows.rules.allocation import apply_prepayment
from workflows.rules.business_time import local
from workflows.rules.fee_calendar import late_dispatch_due
from workflows.rules.postings import prepayment_applied

_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(1012, hashtext(:chunk))")
"""A second attempt at a chunk waits for the first, and then finds it done."""
_TO_BILL: Final = text(
    f"""
    CREATE TEMP TABLE to_bill ON COMMIT DROP AS
    SELECT present.*, account || '/' || :quarter AS number, charge + adjustment AS principal
    FROM ({CURRENT_ROWS}) AS present
    WHERE (:first = '' OR unit COLLATE "C" >= :first) AND (:until = '' OR unit COLLATE "C" < :until)
      AND charge + adjustment > 0
      AND NOT EXISTS (
        SELECT FROM bills WHERE community = :community AND number = present.account || '/' || :quarter)
    """  # noqa: S608 - a constant
)
_LOCK_ACCOUNTS: Final = text(
    """
    SELECT code FROM fee_accounts WHERE community = :community AND unit IN (SELECT unit FROM to_bill)
    ORDER BY code COLLATE "C" FOR UPDATE
    """
)
"""Accounts come before bills and prepayments, and by code, here as everywhere: a bill would lock its account anyway,
in whatever order bills are made, and a debt that is assumed or a reversal locks several."""
_STEPS: Final = tuple(
    map(
        text,
        (
            """
            INSERT INTO bills (community, number, account, unit, steward_area, kind, item, period, issued_on, due_on,
                principal, late_fee_clause, late_fee_daily)
            SELECT :community, number, account, unit, steward_area, 'quarter', 'management_fee', :quarter, :issued_on,
                :due_on, principal, coalesce(terms.late_fee_clause, false), terms.late_fee_daily
            FROM to_bill LEFT JOIN LATERAL (
                SELECT late_fee_clause, late_fee_daily FROM fee_terms
                WHERE community = :community AND fee_terms.unit = to_bill.unit AND since <= :due_on
                ORDER BY since DESC, id DESC LIMIT 1
            ) AS terms ON true
            """,
            """
            INSERT INTO charge_lines (community, bill, account, period, kind, month, first_day, last_day, monthly,
                factor, days, amount)
            SELECT :community, number, account, :quarter, 'charge', (line->>'month')::date, (line->>'first')::date,
                (line->>'last')::date, (line->>'monthly')::numeric, (line->>'factor')::numeric,
                (line->>'days')::smallint, (line->>'amount')::numeric
            FROM to_bill, jsonb_array_elements(lines) AS line
            """,
            """
            INSERT INTO charge_lines (community, bill, account, period, kind, month, first_day, last_day, monthly,
                factor, days, amount)
            SELECT :community, number, to_bill.account, adjustments.period, 'adjustment', :month, :month, :month,
                0, 0, 0, adjustments.amount
            FROM to_bill JOIN adjustments ON adjustments.community = :community AND billed_in = to_bill.number
            """,
            """
            INSERT INTO journal_entries (community, key, book, kind, on_day, at, actor_role, actor_code, source)
            SELECT :community, 'bill:' || number, 'management', 'billing', :issued_on, :at, 'system', '', :case
            FROM to_bill ORDER BY number
            """,
        ),
    )
)
_POSTINGS: Final = text(
    """
    INSERT INTO postings (entry, line, community, ledger_account, account, bill, item, amount, on_day)
    SELECT id, side.line, :community, side.ledger_account, account, number, 'management_fee',
        side.sign * principal, :issued_on
    FROM to_bill JOIN journal_entries ON journal_entries.community = :community AND key = 'bill:' || number,
        (VALUES (1, 'receivable', 1), (2, 'management_fee_income', -1)) AS side (line, ledger_account, sign)
    """
)
"""Planned as any other posting is: its triggers' plans stay with the connection, for one posting as for very many."""
_NOTICES: Final = text(
    """
    INSERT INTO fee_notices (community, number, key, "case", kind, account, unit, steward_area, issued_on, principal,
        late_fee, total, lines)
    SELECT :community, given.number, 'bill:' || to_bill.number, :case, 'bill', account, unit, steward_area, :issued_on,
        principal + arrears - prepaid, late_fee, due_total,
        jsonb_build_array(jsonb_build_object('bill', to_bill.number, 'stage', 'bill', 'principal', principal::text,
            'late_fee', '0.00', 'arrears', arrears::text, 'arrears_late_fee', late_fee::text, 'prepaid', prepaid::text))
    FROM (
        SELECT *, row_number() OVER (ORDER BY steward_area, unit COLLATE "C", account) AS place FROM to_bill
    ) AS to_bill
    JOIN unnest(CAST(:numbers AS text[])) WITH ORDINALITY AS given (number, place) USING (place)
    """
)
_NOTICED: Final = text(
    """
    SELECT count(*) AS bills, coalesce(array_agg(DISTINCT steward_area ORDER BY steward_area), '{}') AS areas
    FROM fee_notices
    WHERE community = :community AND "case" = :case AND kind = 'bill'
      AND (:first = '' OR unit COLLATE "C" >= :first) AND (:until = '' OR unit COLLATE "C" < :until)
    """
)
"""The chunk's notices, whichever attempt has made them."""


def issue_bills(connection: Connection, personal: PersonalDataCipher, request: ChunkJob) -> ChunkDone:
    """Issue the bills of a chunk of the approved table, use up prepayments for them, and number their notices.

    A row that comes to nothing makes no bill. A notice tells what is carried forward; only its bill is new debt. What
    changed a unit after the approval is settled as soon as its bill is there.
    """
    job, chunk = request.job, request.chunk
    issued_on = local(job.at, job.calendar.tz).date()
    asked: dict[str, Any] = {
        "community": job.community,
        "quarter": job.quarter,
        "version": job.version,
        "first": chunk.first,
        "until": chunk.until,
        "issued_on": issued_on,
        "due_on": _due_on(job, issued_on),
        "month": job.due_on.replace(day=1),
        "at": job.at,
        "case": job.case,
    }
    share_tables(connection, job.community)
    connection.execute(_ONE_AT_A_TIME, {"chunk": f"{job.community} {job.quarter} {chunk.first}"})
    with for_many_rows(connection):
        connection.execute(_TO_BILL, asked)
    count = connection.execute(text("SELECT count(*) FROM to_bill")).scalar_one()
    if count:
        changes = _changes(connection, request)
        connection.execute(_LOCK_ACCOUNTS, asked)
        with for_many_rows(connection):
            for step in _STEPS:
                connection.execute(step, asked)
        connection.execute(_POSTINGS, asked)
        _use_prepayments(connection, personal, job)
        numbers = next_numbers(connection, job.community, Series.BILL_NOTICE, issued_on.year, count)
        with for_many_rows(connection):
            connection.execute(_NOTICES, {**asked, "numbers": numbers})
        for change in changes:
            settle_billed_periods(connection, personal, change, job.fee)
    connection.execute(text("DROP TABLE to_bill"))
    noticed = connection.execute(_NOTICED, asked).one()
    return ChunkDone(rows=noticed.bills, written=count, areas=tuple(noticed.areas))


def _changes(connection: Connection, request: ChunkJob) -> list[Change]:
    """What changed units of the chunk that are billed now."""
    billed = set(connection.scalars(text("SELECT unit FROM to_bill")))
    return [one for one in changed_units(connection, request.job, request.chunk) if one.unit in billed]


def _due_on(job: QuarterJob, issued_on: date) -> date:
    """The quarter's due day; who can be told only after the month's end has his ten days all the same (F10)."""
    if issued_on <= job.notices_by:
        return job.due_on
    return late_dispatch_due(job.due_on, issued_on, job.fee, job.calendar, job.customer_roll)


def _use_prepayments(connection: Connection, personal: PersonalDataCipher, job: QuarterJob) -> None:
    """预存抵扣: whoever has prepaid pays principal by it, the oldest bill first (FEE-26)."""
    prepaid = connection.execute(
        text(
            "SELECT account, balance FROM liabilities WHERE community = :community AND book = 'management' "
            "AND ledger_account = 'prepayment' AND balance > 0 AND account IN (SELECT account FROM to_bill) "
            "ORDER BY account FOR UPDATE"
        ),
        {"community": job.community},
    ).all()
    on_day = local(job.at, job.calendar.tz).date()
    for account, balance in prepaid:
        parts = apply_prepayment(balance, open_bills(connection, job.community, account, on_day, job.late_fee))
        if not parts:
            continue
        post(
            connection,
            personal,
            NewEntry(
                community=job.community,
                key=f"prepaid:{account}/{job.quarter}",
                book=Book.MANAGEMENT,
                kind=EntryKind.PREPAYMENT_APPLIED,
                on_day=on_day,
                at=job.at,
                actor=SYSTEM,
                legs=prepayment_applied(account, parts, items_of(connection, job.community, parts)),
                source=job.case,
            ),
        )
