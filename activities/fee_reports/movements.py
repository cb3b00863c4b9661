"""Which bills a period's report is about, and what moved on them 本期与往期 (S4 4.8; §9.10).

A bill belongs to the month in which it is due, or, where that lies outside the bill's own period (a quarter for the
management fee, a month for a single charge), to that period's nearest month. So a bill that we sent late stays in its
quarter, and the months of a quarter add up to it, as the quarters do to the year. Old debt 期初欠费 belongs to none.

``period`` are the bills of the report's period: what they ask for after approved adjustments, and everything paid of
it up to the cut-off, however early. ``old`` are the bills of earlier periods: what was left of them when the period
began (corrected by what was approved or reversed since), and what came in since. So one report's arrears are the next
one's old debt. Both are sums over the same rows, which are also what a figure is followed to.
"""

from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, text

from activities.connections.database import allow
from activities.ledger.principal import MAKES_PRINCIPAL, in_sql
from workflows.rules.fee_calendar import ReportPeriod

PATIENCE: Final = timedelta(minutes=2)
"""For one statement of a report; ledger transactions have less, because others wait for them."""

PLACED: Final = r"""
    placed AS (
        SELECT bills.*, bills.kind = 'opening' AS is_old_debt,
            least(greatest(date_trunc('month', due_on)::date, coalesce(opens, date_trunc('month', due_on)::date)),
                coalesce(closes, date_trunc('month', due_on)::date)) AS month
        FROM bills CROSS JOIN LATERAL (
            SELECT
                CASE WHEN period ~ '^\d{4}Q[1-4]' THEN
                        make_date(left(period, 4)::int, 3 * substr(period, 6, 1)::int - 2, 1)
                    WHEN period ~ '^\d{4}-?(0[1-9]|1[0-2])' THEN to_date(left(replace(period, '-', ''), 6), 'YYYYMM')
                END AS opens,
                CASE WHEN period ~ '^\d{4}Q[1-4]' THEN
                        make_date(left(period, 4)::int, 3 * substr(period, 6, 1)::int, 1)
                    WHEN period ~ '^\d{4}-?(0[1-9]|1[0-2])' THEN to_date(left(replace(period, '-', ''), 6), 'YYYYMM')
                END AS closes
        ) AS own
        WHERE bills.community = :community
    )"""
"""Every bill with the month that it belongs to."""

_PRINCIPAL: Final = in_sql(MAKES_PRINCIPAL)
_IS_DUE: Final = f"coalesce(undone.kind, entries.kind) IN {_PRINCIPAL}"
_RECEIVED_SO_FAR: Final = f"""
            SELECT coalesce(-sum(paid.amount), 0)
            FROM postings AS paid JOIN journal_entries AS by ON by.id = paid.entry
            WHERE paid.community = postings.community AND paid.bill = postings.bill
                AND paid.ledger_account = 'receivable' AND by.kind NOT IN {_PRINCIPAL}
                AND (paid.entry, paid.line) <= (postings.entry, postings.line)"""  # noqa: S608 - constants

POSTED: Final = f"""
    SELECT postings.bill, postings.entry, postings.line, postings.on_day, postings.amount, {_IS_DUE} AS is_due,
        coalesce(undone.on_day, entries.on_day) AS counted_on,
        CASE WHEN {_IS_DUE}
            THEN postings.amount - CASE WHEN entries.kind = 'billing' THEN coalesce(laid_out.amount, 0) ELSE 0 END
            ELSE 0 END AS due,
        CASE WHEN {_IS_DUE} THEN 0
            WHEN laid_out.amount IS NULL THEN -postings.amount
            ELSE greatest(({_RECEIVED_SO_FAR}) - laid_out.amount, 0)
                - greatest(({_RECEIVED_SO_FAR}) + postings.amount - laid_out.amount, 0) END AS received
    FROM postings JOIN journal_entries AS entries ON entries.id = postings.entry
    LEFT JOIN journal_entries AS undone ON undone.id = entries.reverses
    LEFT JOIN (
        SELECT bill, sum(agency - collected) AS amount FROM service_gatherings
        WHERE community = :community AND bill <> '' AND agency > collected GROUP BY bill
    ) AS laid_out ON laid_out.bill = postings.bill
    WHERE postings.community = :community AND postings.ledger_account = 'receivable' AND postings.on_day <= :cut_off
    """  # noqa: S608 - constants
"""What was posted to bills up to the cut-off. A credit lowers what is due. What undoes an entry counts with that entry,
as if neither had been (PAY-05): what a credit sets free of the last payment was never received for the bill (FEE-18).
Money laid out for a customer 代办 is no charge of ours: a service's bill is due for the rest, and repays it first
(SVC-01).
"""

_STEPS: Final = (
    "DROP TABLE IF EXISTS pg_temp.scoped, pg_temp.moved, pg_temp.by_bill",
    f"""
    CREATE TEMP TABLE scoped ON COMMIT DROP AS
    WITH {PLACED}
    SELECT number, unit, account, item, due_on, month, open_principal, disputed, late_fee_clause, late_fee_daily,
        CASE WHEN NOT is_old_debt AND month >= :first THEN 'period' ELSE 'old' END AS scope
    FROM placed LEFT JOIN (
        SELECT DISTINCT bill FROM postings
        WHERE community = :community AND ledger_account = 'receivable' AND on_day >= :first
    ) AS touched ON touched.bill = number
    WHERE (NOT is_old_debt AND month BETWEEN :first AND :last)
        OR ((is_old_debt OR month < :first)
            -- what was settled before the period began, and has not moved since, is nobody's concern
            AND (open_principal > 0 OR settled_on > due_on OR touched.bill IS NOT NULL))
    """,  # noqa: S608 - constants
    "ANALYZE scoped",
    f"""
    CREATE TEMP TABLE moved ON COMMIT DROP AS
    SELECT scoped.*, entry, line, on_day, counted_on, amount, is_due, due, received,
        CASE WHEN scope = 'period' THEN due
            ELSE due - CASE WHEN counted_on < :first THEN received ELSE 0 END END AS owed,
        CASE WHEN scope = 'period' OR counted_on >= :first THEN received ELSE 0 END AS got
    FROM scoped JOIN ({POSTED}) AS posted ON posted.bill = scoped.number
    """,  # noqa: S608 - constants
    "ANALYZE moved",
    """
    CREATE TEMP TABLE by_bill ON COMMIT DROP AS
    SELECT scope, number, unit, account, item, due_on, open_principal, sum(owed) AS owed, sum(got) AS got,
        sum(amount) AS unpaid, max(counted_on) FILTER (WHERE NOT is_due) AS last_paid_on
    FROM moved GROUP BY scope, number, unit, account, item, due_on, open_principal
    """,
    "ANALYZE by_bill",
)

INCOME_ITEM: Final = """coalesce(nullif(bills.item, ''), nullif(postings.item, ''), CASE ledger_account
            WHEN 'management_fee_income' THEN 'management_fee' WHEN 'service_income' THEN 'service'
            WHEN 'parking_income' THEN 'parking' WHEN 'renovation_income' THEN 'renovation' ELSE 'operating' END)"""
"""The kind of charge of a posting of income: its bill's, its own, or the account's."""

INCOME: Final = """
    FROM postings JOIN journal_entries ON journal_entries.id = postings.entry
    LEFT JOIN bills ON bills.community = postings.community AND bills.number = postings.bill
    WHERE postings.community = :community AND postings.on_day BETWEEN :first AND :cut_off"""
"""What was posted in the period itself, with the bill that it names, if it is one: income without a bill names a code
of the price list or a case instead."""
IS_LATE_FEE: Final = "ledger_account = 'late_fee_income'"
IS_DIRECT: Final = """(bills.number IS NULL AND journal_entries.kind NOT IN ('billing', 'credit')
    AND ledger_account IN ('management_fee_income', 'service_income', 'parking_income', 'renovation_income',
        'operating_income'))"""


class Asked(NamedTuple):
    """Which report: of which community and period, with what was posted up to the day ``cut_off`` inclusive."""

    community: str
    period: ReportPeriod
    cut_off: date

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of every statement here."""
        return {
            "community": self.community,
            "first": self.period.first,
            "last": self.period.last,
            "cut_off": self.cut_off,
        }


def lay_out(connection: Connection, asked: Asked) -> None:
    """Lay the report's rows out for this transaction: ``moved`` (postings) and ``by_bill`` (bills), each with what was
    ``owed`` and ``got`` (CNY). What is asked of a report afterwards is asked of these.

    In steps and with statistics: in one statement PostgreSQL misjudges a community of 100,000 accounts by hours.
    """  # fmt: skip
    allow(connection, PATIENCE)
    for step in _STEPS:
        connection.execute(text(step), asked.values if ":" in step else {})
