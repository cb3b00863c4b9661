"""《缴费通知单》 written by stewards, checked to the cent and sent (S4 4.2.1.4; CYC-05, CYC-12)."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from activities.ledger.bill_notices import NoticesSent, WrittenNotice, send_notices
from activities.ledger.refused import LedgerRefusedError
from tests.billing.community import CODE, at, day, flat
from tests.ledger.test_facts import bill_quarter
from tests.processes.fee_cases import policy
from tests.rules.year_2026 import CALENDAR_OF_2026
from workflows.messages.people import Actor, Role

STEWARD = Actor(role=Role.STEWARD, code="G001")
FIRST, SECOND = "JF-2026-000001", "JF-2026-000002"


@pytest.fixture
def billed_twice(billed, tables):
    """Two flats at full price with a notice each."""
    for unit in ("1-101", "1-102"):
        flat(billed, unit, facts=[("permit_issued", "2020-01-01")])
    bill_quarter(tables, "2026Q2", "03-26 10:00")
    return billed


def send(db, *written: tuple[str, str], moment: str = "03-27 15:00", areas=frozenset({"A1"})) -> NoticesSent:
    notices = [WrittenNotice(number, Decimal(total)) for number, total in written]
    with db.begin() as connection:
        return send_notices(connection, CODE, notices, STEWARD, at(moment), policy(), CALENDAR_OF_2026, areas)


def sent_on(db) -> list[tuple[str, str | None]]:
    with db.begin() as connection:
        rows = connection.execute(text("SELECT account, sent_on, due_on FROM bills ORDER BY account"))
        return [
            (row.account, None if row.sent_on is None else f"{row.sent_on:%m-%d} {row.due_on:%m-%d}") for row in rows
        ]


def test_cyc_12_what_differs_by_a_yuan_cannot_be_sent_and_nothing_of_its_batch_is(billed_twice):
    with pytest.raises(LedgerRefusedError) as refused:
        send(billed_twice, (FIRST, "751.80"), (SECOND, "752.80"))
    assert refused.value.code == "amount_differs"
    assert SECOND in refused.value.message
    with pytest.raises(LedgerRefusedError) as refused:
        send(billed_twice, (FIRST, "751.79"), (SECOND, "752.80"))
    assert f"{FIRST}、{SECOND}" in refused.value.message
    assert sent_on(billed_twice) == [("1-101-Y1", None), ("1-102-Y1", None)]


def test_what_is_sent_in_time_keeps_its_due_day_and_is_sent_once(billed_twice):
    first = send(billed_twice, (FIRST, "751.80"))
    again = send(billed_twice, (FIRST, "751.80"), moment="04-05 10:00")
    assert [(one.number, one.due_on) for one in first.sent] == [(FIRST, day("04-10"))]
    assert [one.due_on for one in again.sent] == [day("04-10")]
    assert sent_on(billed_twice) == [("1-101-Y1", "03-27 04-10"), ("1-102-Y1", None)]


def test_cyc_05_what_is_sent_late_gives_its_household_ten_days(billed_twice):
    """F10: sent on 04-03, due on 04-13; the other household's day stays."""
    assert [one.due_on for one in send(billed_twice, (SECOND, "751.80"), moment="04-03 10:00").sent] == [day("04-13")]
    send(billed_twice, (FIRST, "751.80"))
    assert sent_on(billed_twice) == [("1-101-Y1", "03-27 04-10"), ("1-102-Y1", "04-03 04-13")]


@pytest.mark.parametrize(
    ("number", "areas", "code"),
    [("JF-2026-000009", {"A1"}, "unknown_notice"), (FIRST, {"A9"}, "not_your_area"), (FIRST, set(), "not_your_area")],
)
def test_nobody_sends_what_is_not_there_or_not_his(billed_twice, number, areas, code):
    with pytest.raises(LedgerRefusedError) as refused:
        send(billed_twice, (number, "751.80"), areas=frozenset(areas))
    assert refused.value.code == code
