"""Money without a bill is reversed by the rules of payments, and what hangs on it is as before (§9.5, §9.7–9.9)."""

from decimal import Decimal

from sqlalchemy import text

from activities.connections.database import Database
from activities.ledger.collected_services import ToHandIn, not_handed_in
from activities.ledger.direct_income import agency_held
from activities.ledger.parking import hand_in_of
from activities.ledger.reversals import reverse_payment
from tests.billing.community import CODE, at, day
from tests.ledger.cash_desk import (
    ACCOUNT,
    CASH,
    CASHIER,
    FINANCE,
    TUESDAY,
    close_day,
    count,
    deposit,
    income,
    open_shift,
)
from tests.ledger.test_direct_income import MORNING, detail, pay_out, refused
from tests.ledger.test_direct_income import desk as desk  # noqa: PLC0414 - a fixture
from tests.ledger.test_money_requests import MANAGER, asked, signed
from tests.ledger.test_money_requests import deposit as take_deposit
from tests.ledger.test_paid_services import centre as centre  # noqa: PLC0414 - a fixture
from tests.ledger.test_paid_services import charge, repair, take_over
from tests.ledger.test_parking import SOLD, check, hands_in, parking_income
from tests.ledger.test_parking import desk as car_park  # noqa: F401 - a fixture
from workflows.messages.people import Actor


def reverse(
    db: Database, number: str, moment: str = f"{TUESDAY} 15:00", *, by: Actor = FINANCE, reason: str = "录错项目"
) -> tuple[str, ...]:
    with db.begin() as connection:
        return reverse_payment(connection, db.personal, CODE, number, by, at(moment), reason)


def booked(db: Database, account: str) -> str:
    with db.begin() as connection:
        assert connection.execute(text("SELECT sum(amount) FROM postings")).scalar_one() == 0
        asked_for = text("SELECT coalesce(sum(amount), 0.00) FROM postings WHERE ledger_account = :account")
        return str(connection.execute(asked_for, {"account": account}).scalar_one())


def test_a_wrong_entry_is_reversed_once_by_another_person_with_a_reason(desk):
    number = income(desk, "JY-01", "1", MORNING)
    with refused("two_persons"):
        reverse(desk, number, by=CASHIER)
    with refused("reason_required"):
        reverse(desk, number, reason=" ")
    for _ in range(2):
        assert reverse(desk, number) == ()
    assert detail(desk, "JY-01") == [
        ("management", "operating_income", "-200.00"), ("management", "operating_income", "200.00"),
    ]  # fmt: skip
    assert booked(desk, "cash_on_hand") == "0.00"
    with desk.begin() as connection:
        stored = connection.execute(text("SELECT reason FROM journal_entries WHERE kind = 'reversal'")).scalar_one()
    assert "录错".encode() not in bytes(stored)


def test_it_is_not_in_the_till_any_more_when_the_shift_is_counted(desk):
    number = income(desk, "JY-01", "1", MORNING)
    income(desk, "JY-01", "2", f"{TUESDAY} 11:00")
    reverse(desk, number)
    with desk.begin() as connection:
        shift = connection.execute(text("SELECT id FROM shifts")).scalar_one()
    assert count(desk, shift, {CASH: "400.00"}, f"{TUESDAY} 16:00").closed_at is not None


def test_after_the_count_it_is_given_back_from_the_bank(desk):
    """不得坐支 (§9.7): what was counted is banked whole."""
    number = income(desk, "JY-01", "1", MORNING)
    with desk.begin() as connection:
        shift = connection.execute(text("SELECT id FROM shifts")).scalar_one()
    count(desk, shift, {CASH: "200.00"}, f"{TUESDAY} 14:00")
    reverse(desk, number)
    slip = close_day(desk, f"{TUESDAY} 16:20", paid_in=deposit("HD-1", f"{TUESDAY} 16:20", "200.00"))
    assert slip.cash == Decimal("200.00")
    assert (booked(desk, "bank"), booked(desk, "cash_on_hand")) == ("0.00", "0.00")


def test_agency_money_that_was_paid_on_is_not_reversed(desk):
    number = income(desk, "DS-01", "68.50", MORNING)
    pay_out(desk, "60.00")
    with refused("agency_paid_out"):
        reverse(desk, number)
    other = income(desk, "DS-01", "60.00", f"{TUESDAY} 11:00")
    reverse(desk, other)
    with desk.begin() as connection:
        assert agency_held(connection, CODE, "DS-01") == Decimal("8.50")


def test_a_deposit_that_was_deducted_from_is_not_reversed(desk):
    """It had been an error of the server: PostgreSQL lets no deposit fall below zero."""
    number = take_deposit(desk, "2000.00")
    deduction = asked(desk, "deposit_deduction", account=ACCOUNT, amount="600.00")
    signed(desk, deduction.number, MANAGER)
    with refused("deposit_spent"):
        reverse(desk, number)


def test_a_car_parks_check_that_was_wrong_is_made_again(car_park):  # noqa: F811 - a fixture
    hands_in(car_park)
    check(car_park)
    reverse(car_park, "SK-2026-000001")
    assert parking_income(car_park) == 0
    with car_park.begin() as connection:
        waiting = hand_in_of(connection, CODE, day(TUESDAY), "V001")
    assert (waiting.checked_by, waiting.figures, waiting.declared) == ("", SOLD, SOLD)
    with refused("payment_reversed"):  # the first check's request once more
        check(car_park)
    again = check(car_park, key="again")
    assert (again.checked_by, parking_income(car_park)) == ("C001", Decimal("1845.00"))


def test_a_services_money_that_was_entered_wrongly_is_handed_in_again(centre):
    open_shift(centre)
    case = repair(centre, f"{TUESDAY} 09:00", charge("65.50", collected="65.50"))
    number = take_over(centre, case)
    reverse(centre, number)
    with centre.begin() as connection:
        assert not_handed_in(connection, CODE) == (ToHandIn(case, Decimal("65.50")),)
    assert take_over(centre, case, "over-2") != number
    assert booked(centre, "service_income") == "-65.50"
