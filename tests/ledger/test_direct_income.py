"""Money without a bill: operating charges by the list, renovation in its own book, agency money (S4 4.4, 4.5)."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from activities.connections.database import Database
from activities.ledger.direct_income import agency_held, pay_agency_out
from activities.ledger.refused import LedgerRefusedError
from tests.at_once import at_once
from tests.billing.community import CODE, at, flat
from tests.ledger.cash_desk import ACCOUNT, CASHIER, FINANCE, QR, TUESDAY, income, open_shift, post_prices
from workflows.messages.ledger import PaymentMethod
from workflows.messages.people import Actor, Role

MORNING = f"{TUESDAY} 10:00"


@pytest.fixture
def desk(billed: Database) -> Database:
    """A desk with posted prices and an open shift."""
    flat(billed)
    post_prices(billed)
    open_shift(billed)
    return billed


def refused(code: str):
    return pytest.raises(LedgerRefusedError, check=lambda error: error.code == code)


def detail(db: Database, code: str) -> list[tuple[str, str, str]]:
    """The detail account of an item: book, ledger account, CNY."""
    asked = text(
        "SELECT book, ledger_account, amount FROM postings JOIN journal_entries ON id = entry"
        " WHERE bill = :code ORDER BY entry, line"
    )
    with db.begin() as connection:
        return [(row.book, row.ledger_account, str(row.amount)) for row in connection.execute(asked, {"code": code})]


def pay_out(db: Database, amount: str, key: str = "out-1", actor: Actor = FINANCE, code: str = "DS-01") -> int:
    with db.begin() as connection:
        return pay_agency_out(
            connection, db.personal, community=CODE, key=key, code=code, amount=Decimal(amount), actor=actor,
            at=at("04-20 10:00"),
        )  # fmt: skip


def test_an_operating_charge_costs_what_is_posted_and_has_its_detail_account(desk):
    income(desk, "JY-01", "3", MORNING)
    income(desk, "JY-01", "0.5", f"{TUESDAY} 11:00", QR)
    assert detail(desk, "JY-01") == [
        ("management", "operating_income", "-600.00"), ("management", "operating_income", "-100.00"),
    ]  # fmt: skip


def test_a_renovation_charge_is_in_its_own_book(desk):
    income(desk, "ZX-01", "1", MORNING, account=ACCOUNT)
    assert detail(desk, "ZX-01") == [("renovation", "renovation_income", "-180.00")]


def test_only_what_is_posted_is_charged_and_services_by_their_case(desk):
    with refused("unknown_price_item"):
        income(desk, "XX-99", "1", MORNING)
    with refused("charged_by_case"):
        income(desk, "BJ-01", "1", MORNING)
    with refused("unknown_account"):
        income(desk, "ZX-01", "1", MORNING, account="9-999-Y1")
    with refused("invalid_amount"):
        income(desk, "JY-01", "0", MORNING)


def test_the_same_request_is_taken_once_and_another_under_its_key_refused(desk):
    numbers = at_once(4, lambda _: income(desk, "JY-01", "1", MORNING, key="income-1"))
    assert len(set(numbers)) == 1
    assert len(detail(desk, "JY-01")) == 1
    with refused("idempotency_key_reused"):
        income(desk, "JY-01", "2", MORNING, key="income-1")


def test_agency_money_is_no_income_and_goes_out_without_a_surcharge(desk):
    income(desk, "DS-01", "68.50", MORNING)
    assert detail(desk, "DS-01") == [("management", "agency", "-68.50")]
    with refused("agency_exceeded"):
        pay_out(desk, "68.51")
    assert pay_out(desk, "60.00") == pay_out(desk, "60.00")
    with desk.begin() as connection:
        assert agency_held(connection, CODE, "DS-01") == Decimal("8.50")
    assert ("management", "bank", "-60.00") in detail(desk, "DS-01")


def test_a_key_that_was_used_for_another_payout_is_refused(desk):
    income(desk, "DS-01", "300", MORNING)
    pay_out(desk, "100.00", "out-1")
    with refused("idempotency_key_reused"):
        pay_out(desk, "120.00", "out-1")


def test_who_took_agency_money_in_does_not_pay_it_out(desk):
    income(desk, "DS-01", "68.50", MORNING)
    with refused("beyond_authority"):
        pay_out(desk, "1.00", actor=CASHIER)
    with refused("two_persons"):
        pay_out(desk, "1.00", actor=Actor(role=Role.FINANCE, code="C001"))


def test_two_at_once_never_pay_out_more_than_was_taken_in(desk):
    income(desk, "DS-01", "100.00", MORNING)

    def one(index: int) -> str:
        try:
            pay_out(desk, "60.00", key=f"out-{index}")
        except LedgerRefusedError as error:
            return error.code
        return ""

    assert sorted(at_once(3, one)) == ["", "agency_exceeded", "agency_exceeded"]


def test_a_transfer_needs_no_shift(billed):
    post_prices(billed)
    with refused("no_open_shift"):
        income(billed, "JY-01", "1", MORNING)
    assert income(billed, "JY-01", "1", MORNING, PaymentMethod.TRANSFER) == "SK-2026-000001"
