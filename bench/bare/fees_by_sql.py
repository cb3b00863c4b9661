"""The quarter's table as one bare INSERT … SELECT: the same rows, amounts and lines, computed in SQL.

No streaming, no chunks, no staging, no rules that are tested apart, nothing carried forward: only what a charge is.
"""

from typing import Final

BARE_TABLE: Final = "CREATE TABLE bare_rows (LIKE fee_table_rows INCLUDING ALL)"
ASSESS: Final = """
INSERT INTO bare_rows (community, quarter, account, version, unit, steward_area, area, price, charge, adjustment,
    arrears, late_fee, prepaid, due_total, lines)
WITH months AS (
    SELECT month::date, (month + interval '1 month' - interval '1 day')::date AS last
    FROM generate_series(CAST(:first AS timestamp), CAST(:last AS timestamp), '1 month') AS month
), billed AS (
    SELECT account.code AS account, account.unit, terms.area, terms.price,
        round(terms.area * terms.price, 2) AS monthly,
        greatest(account.since, CAST(:first AS date)) AS begins, full_price.since AS full_from
    FROM fee_accounts AS account
    JOIN LATERAL (
        SELECT area, price FROM fee_terms WHERE community = account.community AND unit = account.unit
        AND since <= :last ORDER BY since DESC, id DESC LIMIT 1
    ) AS terms ON true
    LEFT JOIN LATERAL (
        SELECT min(day) AS since FROM unit_facts WHERE community = account.community AND unit = account.unit
        AND kind IN ('permit_issued', 'works_start', 'works_proven', 'occupied')
    ) AS full_price ON true
    WHERE account.community = :community AND account.since <= :last
), spans AS (
    SELECT account, unit, area, price, monthly, month, span.first, span.last, span.factor,
        months.last - month + 1 AS of_month
    FROM billed CROSS JOIN months CROSS JOIN LATERAL (VALUES
        (greatest(month, begins), least(months.last, coalesce(full_from - 1, months.last)), 0.5),
        (greatest(month, begins, full_from), CASE WHEN full_from IS NOT NULL THEN months.last END, 1)
    ) AS span (first, last, factor)
    WHERE span.first <= span.last
), lines AS (
    SELECT *, last - first + 1 AS days, round(monthly * factor * (last - first + 1) / of_month, 2) AS amount
    FROM spans
)
SELECT :community, :quarter, account, 1, lines.unit, units.area, lines.area, price, sum(amount), 0, 0, 0, 0,
    sum(amount),
    jsonb_agg(jsonb_build_object('month', month::text, 'first', first::text, 'last', last::text,
        'monthly', monthly::text, 'factor', factor::text, 'days', days, 'amount', amount::text) ORDER BY first)
FROM lines JOIN units ON units.community = :community AND units.code = lines.unit
GROUP BY account, lines.unit, units.area, lines.area, price
"""
SAME: Final = """
SELECT count(*) FROM (
    SELECT account, unit, area, price, charge, due_total, lines FROM fee_table_rows
    EXCEPT SELECT account, unit, area, price, charge, due_total, lines FROM bare_rows
) AS differing
"""
