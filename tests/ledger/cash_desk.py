"""A cash desk in April 2026: who works there, what is taken, and how its day ends."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from activities.connections.database import Database
from activities.ledger import cash_days, receipt_books, receipts, shifts
from activities.ledger.direct_income import NewIncome, take_income
from activities.ledger.payments import NewPayment, take_payment
from activities.records.community_tables import PriceItem
from tests.billing.community import CODE, LONG_AGO, at
from tests.processes.fee_cases import policy
from tests.rules.year_2026 import CALENDAR_OF_2026
from workflows.messages.fee_policy import CashPolicy
from workflows.messages.ledger import PaymentMethod
from workflows.messages.people import Actor, Role

CASHIER = Actor(role=Role.CASHIER, code="C001")
SECOND = Actor(role=Role.CASHIER, code="C002")
FINANCE = Actor(role=Role.FINANCE, code="F001")
SUPERVISOR = Actor(role=Role.CS_SUPERVISOR, code="S001")
ACCOUNT = "1-101-Y1"
CASH, POS, QR = PaymentMethod.CASH, PaymentMethod.POS, PaymentMethod.QR_CODE
TUESDAY = "04-14"


def post_prices(db: Database, **more: Any) -> None:
    """Posted items of every kind that the desk takes."""
    items = (
        ("JY-01", "operating", "200.00", False),
        ("ZX-01", "renovation", "180.00", False),
        ("DS-01", "errand", "1.00", True),
        ("BJ-01", "cleaning", "40.00", False),
    )
    with db.begin() as connection:
        for code, category, price, agency in items:
            values = {"unit_price": Decimal(price), "category": category, "agency": agency, "since": LONG_AGO, **more}
            connection.execute(insert(PriceItem).values(community=CODE, code=code, name=code, unit="次", **values))


def open_shift(db: Database, moment: str = f"{TUESDAY} 08:30", staff: str = "C001") -> int:
    with db.begin() as connection:
        return shifts.open_shift(connection, CODE, staff, at(moment).date(), at(moment))


def pay(
    db: Database, amount: str, moment: str, method: PaymentMethod = CASH, *, key: str = "", actor: Actor = CASHIER
) -> str:
    new = NewPayment(
        community=CODE, key=key or f"{moment}-{amount}-{method}-{actor.code}", body_digest=amount, account=ACCOUNT,
        amount=Decimal(amount), method=method, succeeded_at=at(moment), actor=actor,
    )  # fmt: skip
    with db.begin() as connection:
        return take_payment(connection, db.personal, new, policy()).number


def income(db: Database, code: str, quantity: str, moment: str, method: PaymentMethod = CASH, **more: Any) -> str:
    values = {"key": f"{code}-{moment}", "body_digest": quantity, "actor": CASHIER, **more}
    new = NewIncome(
        community=CODE, code=code, quantity=Decimal(quantity), method=method, at=at(moment), **values
    )  # fmt: skip
    with db.begin() as connection:
        return take_income(connection, db.personal, new)


def count(
    db: Database,
    shift: int,
    counted: dict[PaymentMethod, str],
    moment: str,
    *,
    actor: Actor = CASHIER,
    reason: str = "",
) -> shifts.ShiftStanding:
    found = {method: Decimal(amount) for method, amount in counted.items()}
    with db.begin() as connection:
        return shifts.count_shift(
            connection,
            db.personal,
            community=CODE,
            shift=shift,
            counted=found,
            actor=actor,
            at=at(moment),
            reason=reason,
        )


def approve(db: Database, shift: int, moment: str, approver: Actor = SUPERVISOR) -> shifts.ShiftStanding:
    with db.begin() as connection:
        return shifts.approve_difference(
            connection, db.personal, community=CODE, shift=shift, approver=approver, at=at(moment)
        )


def deposit(reference: str, moment: str, amount: str) -> cash_days.Deposit:
    return cash_days.Deposit(reference, at(moment), Decimal(amount))


def close_day(
    db: Database,
    moment: str,
    *,
    on: date | None = None,
    paid_in: cash_days.Deposit | None = None,
    rules: CashPolicy | None = None,
    actor: Actor = CASHIER,
) -> cash_days.DayClosing:
    with db.begin() as connection:
        return cash_days.close_day(
            connection, db.personal, community=CODE, day=on or at(moment).date(), actor=actor, at=at(moment),
            policy=rules or CashPolicy(), calendar=CALENDAR_OF_2026, deposit=paid_in,
        )  # fmt: skip


def bank(
    db: Database, slip: str, paid_in: cash_days.Deposit, moment: str, actor: Actor = CASHIER
) -> cash_days.DayClosing:
    with db.begin() as connection:
        return cash_days.confirm_banking(
            connection, db.personal, community=CODE, slip=slip, deposit=paid_in, actor=actor, at=at(moment)
        )


def evening(db: Database, amount: str, moment: str = f"{TUESDAY} 17:20", staff: Actor = CASHIER) -> int:
    """A shift after the bank has closed, in which so much cash was taken and counted."""
    shift = open_shift(db, moment, staff.code)
    pay(db, amount, moment, actor=staff)
    count(db, shift, {CASH: amount}, moment, actor=staff)
    return shift


def book(db: Database, first: int, last: int, holder: str = "C001", code: str = "") -> None:
    with db.begin() as connection:
        receipt_books.open_book(connection, CODE, code or f"SJ-{first}", first, last, holder, at("04-01 09:00"))


def receipt(db: Database, payment: str, amount: str, moment: str, cashier: str = "C001") -> int:
    with db.begin() as connection:
        return receipts.issue_receipt(
            connection, db.personal, community=CODE, payment=payment, amount=Decimal(amount), cashier=cashier,
            at=at(moment),
        )  # fmt: skip


def ask_cancellation(db: Database, number: int, moment: str, *, copies_kept: bool = True) -> None:
    with db.begin() as connection:
        receipts.ask_cancellation(
            connection, db.personal, community=CODE, number=number, cashier="C001", copies_kept=copies_kept,
            reason="户名写错", at=at(moment),
        )  # fmt: skip
