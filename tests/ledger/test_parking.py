"""The car park's daily hand-in (S4 4.6; §9.8): the attendant hands in, the cashier checks."""

from decimal import Decimal
from hashlib import sha256

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from activities.connections.database import Database
from activities.ledger.parking import HandIn, ParkingFigures, check_hand_in, hand_in, hand_ins_of
from activities.ledger.refused import LedgerRefusedError
from activities.records.community_tables import Post, Staff
from activities.records.sealing import seal_columns
from tests.at_once import at_once
from tests.billing.community import CODE, LONG_AGO, at, day
from tests.ledger.cash_desk import CASH, CASHIER, SECOND, TUESDAY, close_day, count, deposit, open_shift
from workflows.messages.people import Actor, Role

SOLD = ParkingFigures(tickets=373, due=Decimal("1865.00"), received=Decimal("1845.00"), free_passes=3)


@pytest.fixture
def desk(billed: Database) -> Database:
    """A desk with an attendant, V001."""
    with billed.begin() as connection:
        named = seal_columns(billed.personal, Staff, {"community": CODE, "code": "V001", "name": "车管员"})
        connection.execute(insert(Staff).values(named))
        connection.execute(
            insert(Post).values(community=CODE, staff="V001", role=Role.PARKING_ATTENDANT, since=LONG_AGO)
        )
    open_shift(billed)
    return billed


def refused(code: str):
    return pytest.raises(LedgerRefusedError, check=lambda error: error.code == code)


def hands_in(db: Database, figures: ParkingFigures = SOLD, on: str = TUESDAY) -> HandIn:
    with db.begin() as connection:
        return hand_in(
            connection, community=CODE, key=f"in-{on}", day=day(on), attendant="V001", figures=figures,
            at=at(f"{TUESDAY} 15:00"),
        )  # fmt: skip


def check(
    db: Database,
    figures: ParkingFigures = SOLD,
    *,
    cashier: Actor = CASHIER,
    attendant: str = "V001",
    on: str = TUESDAY,
    key: str = "",
) -> HandIn:
    digest = sha256(repr(figures).encode()).hexdigest()
    with db.begin() as connection:
        return check_hand_in(
            connection, db.personal, community=CODE, key=key or f"check-{attendant}-{on}", body_digest=digest,
            day=day(on), attendant=attendant, figures=figures, cashier=cashier, at=at(f"{TUESDAY} 15:30"),
        )  # fmt: skip


def parking_income(db: Database) -> Decimal:
    with db.begin() as connection:
        asked = text("SELECT coalesce(-sum(amount), 0.00) FROM postings WHERE ledger_account = 'parking_income'")
        return connection.execute(asked).scalar_one()


def test_pkg_01_a_shortage_stays_on_the_shift_and_the_target_is_missed(desk):
    waiting = hands_in(desk)
    assert (waiting.checked_by, parking_income(desk)) == ("", 0)

    checked = check(desk)
    assert (checked.shortage, checked.rate, checked.target_met) == (Decimal("20.00"), Decimal("0.9893"), False)
    assert (checked.checked_by, checked.figures.free_passes) == ("C001", 3)
    assert parking_income(desk) == Decimal("1845.00")
    with desk.begin() as connection:
        assert hand_ins_of(connection, CODE, day(TUESDAY)) == (checked,)


def test_free_passes_are_not_due_so_the_rate_can_be_whole(desk):
    checked = check(desk, ParkingFigures(10, Decimal("50.00"), Decimal("50.00"), free_passes=40))
    assert (checked.rate, checked.target_met) == (Decimal("1.0000"), True)


def test_the_cash_is_in_the_cashiers_shift_and_goes_to_the_bank_with_it(desk):
    check(desk)
    with desk.begin() as connection:
        shift = connection.execute(text("SELECT id FROM shifts")).scalar_one()
    count(desk, shift, {CASH: "1845.00"}, f"{TUESDAY} 16:00")
    slip = close_day(desk, f"{TUESDAY} 16:20", paid_in=deposit("HD-1", f"{TUESDAY} 16:20", "1845.00"))
    assert slip.cash == Decimal("1845.00")


def test_a_check_that_comes_again_books_once(desk):
    hands_in(desk)
    answers = at_once(4, lambda _: check(desk))
    assert set(answers) == {check(desk)}
    assert parking_income(desk) == Decimal("1845.00")


def test_what_was_checked_is_changed_by_nobody(desk):
    hands_in(desk)
    check(desk)
    other = ParkingFigures(373, Decimal("1865.00"), Decimal("1865.00"))
    with refused("checked_already"):
        hands_in(desk, other)
    with refused("checked_already"):
        check(desk, other)
    open_shift(desk, staff="C002")
    with refused("checked_already"):
        check(desk, cashier=SECOND)


def test_what_the_attendant_declared_stays_beside_what_the_cashier_counted(desk):
    waiting = hands_in(desk)
    assert (waiting.declared, waiting.difference) == (SOLD, Decimal("0.00"))

    counted = ParkingFigures(373, Decimal("1865.00"), Decimal("1840.00"), free_passes=3)
    checked = check(desk, counted)
    assert (checked.figures, checked.declared, checked.difference) == (counted, SOLD, Decimal("-5.00"))
    assert (checked.shortage, parking_income(desk)) == (Decimal("25.00"), Decimal("1840.00"))
    assert hands_in(desk) == checked  # what he has said before is no change


def test_a_later_figure_of_the_attendant_replaces_his_first_until_it_is_checked(desk):
    hands_in(desk)
    more = ParkingFigures(373, Decimal("1865.00"), Decimal("1865.00"))
    assert hands_in(desk, more).declared == more


def test_a_day_that_the_cashier_enters_alone_has_nothing_declared(desk):
    checked = check(desk)
    assert (checked.declared, checked.difference) == (None, None)


def test_nobody_checks_his_own_hand_in(desk):
    with refused("two_persons"):
        check(desk, cashier=Actor(role=Role.CASHIER, code="V001"))
    hands_in(desk)
    with pytest.raises(IntegrityError, match="two_persons"), desk.begin() as connection:
        connection.execute(text("UPDATE parking_days SET checked_by = attendant"))


def test_only_an_attendants_hand_in_of_a_day_that_has_come_is_taken(desk):
    with refused("unknown_attendant"):
        check(desk, attendant="C002")
    with refused("day_in_future"):
        hands_in(desk, on="04-15")
    with refused("invalid_amount"):
        check(desk, ParkingFigures(1, Decimal("5.00"), Decimal("-5.00")))


def test_a_day_without_cash_is_checked_and_books_nothing(desk):
    checked = check(desk, ParkingFigures(0, Decimal("0.00"), Decimal("0.00"), free_passes=2))
    assert (checked.rate, checked.target_met, parking_income(desk)) == (None, True, 0)
