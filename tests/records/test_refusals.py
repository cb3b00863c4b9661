"""Every refused request leaves a row, and nothing of what was said in it."""

from sqlalchemy import select

from activities.records.case_tables import Refusal
from activities.records.refusals import write_refusal
from activities.records.sealing import table_of
from workflows.messages.people import Actor, Role

TECHNICIAN = Actor(role=Role.TECHNICIAN, code="T003")


def _rows(database):
    with database.begin() as connection:
        return connection.execute(select(table_of(Refusal)).order_by(Refusal.id)).all()


def test_a_refusal_says_who_wanted_what_and_why_not(database):
    write_refusal(
        database,
        code="not_the_assignee",
        actor=TECHNICIAN,
        caller="app-1",
        community="YGHY",
        case="BX-7K3QM-9TXAB",
        action="complete",
        message_id="m1",
    )

    (row,) = _rows(database)
    assert (row.code, row.actor_role, row.actor_code) == ("not_the_assignee", "technician", "T003")
    assert (row.caller, row.community, row.case) == ("app-1", "YGHY", "BX-7K3QM-9TXAB")
    assert (row.action, row.message_id) == ("complete", "m1")


def test_every_attempt_is_counted(database):
    for _ in range(3):
        write_refusal(database, code="not_allowed_for_role", actor=TECHNICIAN, message_id="m1")

    assert len(_rows(database)) == 3


def test_whatever_the_caller_wrote_is_kept_without_its_words(database):
    write_refusal(
        database,
        code="unknown_action",
        actor=TECHNICIAN,
        case="BX\x00'; DROP TABLE refusals; --",
        action="张晓梅 家" + "a" * 500,
        message_id="\ud800\u202e",
    )

    (row,) = _rows(database)
    assert row.case == "BX????DROP?TABLE?refusals??--"
    assert row.action == "?????" + "a" * 59
    assert row.message_id == "??"
