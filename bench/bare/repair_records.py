"""What the bare repair writes to PostgreSQL: the same rows as ours in tables of the same columns and indexes.

Plain psycopg2 and statements written by hand; nothing is sealed, checked or compared with what stands there.
"""

import json
from typing import Any, Final

import psycopg2
from psycopg2.extensions import connection as open_connection
from psycopg2.extras import execute_values

TABLES: Final = (
    "cases", "case_lines", "repair_records", "work_orders", "revisit_tasks", "revisit_records", "revisit_items",
    "notifications",
)  # fmt: skip
CREATE: Final = "CREATE TABLE bare_{0} (LIKE {0} INCLUDING ALL)"

OPEN_CASE: Final = """
INSERT INTO bare_cases (number, community, kind, unit, unit_verified, area, channel, identity, reporter_name,
    reporter_phone, reporter_mail, description, policy_version, linked, received_at, entered_at, attachments,
    accepted_at, accepted_role, accepted_by, state, state_label, level, level_label, assignee, due_at, breached,
    closed_at, last_sequence)
VALUES (%(number)s, %(community)s, %(kind)s, %(unit)s, %(unit_verified)s, %(area)s, %(channel)s, %(identity)s, %(name)s,
    %(phone)s, %(mail)s, %(description)s, %(policy_version)s, %(linked)s, %(received_at)s, %(entered_at)s,
    %(attachments)s, %(accepted_at)s, %(accepted_role)s, %(accepted_code)s, %(state)s, %(state_label)s, %(level)s,
    %(level_label)s, %(assignee)s, %(due_at)s, %(breached)s, %(closed_at)s, %(last_sequence)s)
ON CONFLICT DO NOTHING
"""
UPDATE_CASE: Final = """
UPDATE bare_cases SET accepted_at = %(accepted_at)s, accepted_role = %(accepted_role)s, accepted_by = %(accepted_code)s,
    state = %(state)s, state_label = %(state_label)s, level = %(level)s, level_label = %(level_label)s,
    assignee = %(assignee)s, due_at = %(due_at)s, breached = %(breached)s, closed_at = %(closed_at)s,
    last_sequence = %(last_sequence)s, recorded_at = now()
WHERE number = %(number)s
"""
INSERT_LINES: Final = """
INSERT INTO bare_case_lines ("case", community, sequence, at, event, label, actor_role, actor_code, state_before, state,
    reason, facts)
VALUES %s ON CONFLICT DO NOTHING
"""
UPSERT_FORM: Final = {
    "repair_record": """
INSERT INTO bare_repair_records ("case", community, place, trade, repair_class, hazard, appointment_at, paid,
    completed_at, verified_at, verified_how, reopened, inside, port, in_warranty, warranty_until, backfilled,
    second_technician, wrong_trades, no_shows, unanswered_calls, same_faults, hot_issue, merged_into, closed_as, rating,
    verified_signature, revisit, net_seconds, last_sequence)
VALUES (%(case)s, %(community)s, %(place)s, %(trade)s, %(repair_class)s, %(hazard)s, %(appointment_at)s, %(paid)s,
    %(completed_at)s, %(verified_at)s, %(verified_how)s, %(reopened)s, %(inside)s, %(port)s, %(in_warranty)s,
    %(warranty_until)s, %(backfilled)s, %(second_technician)s, %(wrong_trades)s, %(no_shows)s, %(unanswered_calls)s,
    %(same_faults)s, %(hot_issue)s, %(merged_into)s, %(closed_as)s, %(rating)s, %(verified_signature)s, %(revisit)s,
    %(net_seconds)s, %(last_sequence)s)
ON CONFLICT ("case") DO UPDATE SET completed_at = excluded.completed_at, verified_at = excluded.verified_at,
    verified_how = excluded.verified_how, closed_as = excluded.closed_as, revisit = excluded.revisit,
    net_seconds = excluded.net_seconds, last_sequence = excluded.last_sequence
""",
    "work_order": """
INSERT INTO bare_work_orders ("case", community, attempt, technician, trade, offered_at, outcome, answered_at, reason,
    arrived_at, completed_at, work_done, materials, work_minutes, photos, signature, last_sequence)
VALUES (%(case)s, %(community)s, %(attempt)s, %(technician)s, %(trade)s, %(offered_at)s, %(outcome)s, %(answered_at)s,
    %(reason)s, %(arrived_at)s, %(completed_at)s, %(work_done)s, %(materials)s, %(work_minutes)s, %(photos)s,
    %(signature)s, %(last_sequence)s)
ON CONFLICT ("case", attempt) DO UPDATE SET outcome = excluded.outcome, answered_at = excluded.answered_at,
    reason = excluded.reason, arrived_at = excluded.arrived_at, completed_at = excluded.completed_at,
    work_done = excluded.work_done, materials = excluded.materials, work_minutes = excluded.work_minutes,
    last_sequence = excluded.last_sequence
""",
    "revisit_task": """
INSERT INTO bare_revisit_tasks ("case", community, original, original_kind, original_round, rule, position, mandatory,
    completed_at, window_ends_at, visitor, visitor_role, rounds, result, exempt_ground, opinion, opinion_by, opinion_at,
    last_sequence)
VALUES (%(case)s, %(community)s, %(original)s, %(original_kind)s, %(original_round)s, %(rule)s, %(position)s,
    %(mandatory)s, %(completed_at)s, %(window_ends_at)s, %(visitor)s, %(visitor_role)s, %(rounds)s, %(result)s,
    %(exempt_ground)s, %(opinion)s, %(opinion_by)s, %(opinion_at)s, %(last_sequence)s)
ON CONFLICT ("case") DO UPDATE SET visitor = excluded.visitor, visitor_role = excluded.visitor_role,
    rounds = excluded.rounds, result = excluded.result, opinion = excluded.opinion, opinion_by = excluded.opinion_by,
    opinion_at = excluded.opinion_at, last_sequence = excluded.last_sequence
""",
    "revisit_record": """
INSERT INTO bare_revisit_records ("case", community, round, visitor, visitor_role, method, at, solved, satisfaction,
    suggestions, handled, signed_as, signature, second_signer, refusal_reason, next_date, last_sequence)
VALUES (%(case)s, %(community)s, %(round)s, %(visitor)s, %(visitor_role)s, %(method)s, %(at)s, %(solved)s,
    %(satisfaction)s, %(suggestions)s, %(handled)s, %(signed_as)s, %(signature)s, %(second_signer)s,
    %(refusal_reason)s, %(next_date)s, %(last_sequence)s)
ON CONFLICT ("case", round) DO NOTHING
""",
}
INSERT_ORDER: Final = """
INSERT INTO bare_work_orders ("case", community, attempt, technician, trade, considered, offered_at, outcome)
VALUES (%(case)s, %(community)s, 1, 'T001', %(trade)s, 1, %(at)s, 'offered') ON CONFLICT DO NOTHING
"""
INSERT_ITEM: Final = """
INSERT INTO bare_revisit_items ("case", round, community, rule, cohort, position, selected, counting, in_base,
    mandatory, completed_at, due_at, onsite_first, onsite_always, visitor_role, revisit)
SELECT %(case)s, 1, %(community)s, 'all', %(case)s, 1, true, true, true, '', %(at)s, %(at)s, false, false, '',
    %(revisit)s
ON CONFLICT DO NOTHING
"""
CLAIM: Final = """
INSERT INTO bare_notifications ("case", event, occurrence, recipient, channel, community, status, attempts, staff,
    subject, body, provider_id, at)
VALUES (%(case)s, %(event)s, 1, %(to)s, 'inbox', %(community)s, 'sending', 1, %(staff)s, %(subject)s, %(body)s,
    %(id)s, %(at)s)
ON CONFLICT DO NOTHING
"""
ACCEPTED: Final = """
UPDATE bare_notifications SET status = 'accepted', provider_word = 'inbox', updated_at = now()
WHERE "case" = %(case)s AND event = %(event)s AND occurrence = 1 AND recipient = %(to)s AND channel = 'inbox'
"""
EARLIER: Final = "SELECT number FROM bare_cases WHERE community = %(community)s AND unit = %(unit)s"
VISITOR: Final = "SELECT staff FROM posts WHERE community = %(community)s AND role = 'steward' AND area = %(area)s"


def create_tables(url: str) -> None:
    """Create the tables beside ours. ``url`` is psycopg2's own."""
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(CREATE.format(table))
    connection.close()


def write(connection: open_connection, batch: dict[str, Any]) -> None:
    """The header, lines and forms of one step, in one transaction."""
    header, opening = batch["header"], batch["opening"]
    by = header["accepted_by"] or {"role": "", "code": ""}
    values = {**header, "accepted_role": by["role"], "accepted_code": by["code"]}
    with connection, connection.cursor() as cursor:
        if opening is None:
            cursor.execute(UPDATE_CASE, values)
        else:
            cursor.execute(OPEN_CASE, {**opening, **opening["reporter"], **values})
        execute_values(cursor, INSERT_LINES, [_line(header, line) for line in batch["lines"]])
        key = {"case": header["number"], "community": header["community"], "last_sequence": header["last_sequence"]}
        for form in batch["forms"]:
            cursor.execute(UPSERT_FORM[form["form"]], {**form, **key})


def _line(header: dict[str, Any], line: dict[str, Any]) -> tuple[Any, ...]:
    actor = line["actor"]
    return (
        header["number"], header["community"], line["sequence"], line["at"], line["event"], line["label"],
        actor["role"], actor["code"], line["state_before"], line["state"], line["reason"], json.dumps(line["facts"]),
    )  # fmt: skip


def execute(connection: open_connection, statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """One statement in a transaction of its own; returns what it selects."""
    with connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []
