"""Money is conserved over random sequences of bills, payments, reversals, refunds, credits, transfers and prices.

Lives of a unit, each of a dozen movements on the real ledger; the books are looked at after each. A life is one
transaction that is rolled back when it ends, and what would be transactions in it are savepoints, at whose end
everything is checked that PostgreSQL checks when a transaction is committed.

``GUANJIA_LIVES=10000 pytest -n 2 tests/ledger/test_conservation.py`` plays ten times as many, in a quarter of an hour.
"""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, text

from activities.billing.quarter_table import QuarterTables
from activities.connections.database import Database
from activities.ledger.billed_periods import quarters_billed
from activities.ledger.facts import NewFact, enter_fact
from activities.ledger.money_requests import Asking, ask, sign
from activities.ledger.payments import NewPayment, take_payment
from activities.ledger.price_changes import NewTerms, enter_terms
from activities.ledger.refused import LedgerRefusedError
from activities.ledger.reversals import reverse_payment
from activities.ledger.unit_charging import unit_chargings
from tests.billing.community import CODE, LONG_AGO, at, day, flat, job_of
from tests.ledger.test_facts import bill_quarter
from tests.processes.fee_cases import policy
from tests.rules.year_2026 import CALENDAR_OF_2026
from workflows.messages.fee_policy import Allocation
from workflows.messages.ledger import PaymentMethod
from workflows.messages.money_requests import MONEY_REQUEST
from workflows.messages.people import Actor, Role
from workflows.messages.policy import Policy
from workflows.messages.unit_facts import UnitFactKind
from workflows.rules.charges import charge_lines, total
from workflows.rules.quarters import Quarter

CASHIER = Actor(role=Role.CASHIER, code="C001")
FINANCE = Actor(role=Role.FINANCE, code="F001")
STEWARD = Actor(role=Role.STEWARD, code="G001")
POLICY = policy()
INTEREST_FIRST = POLICY.model_copy(update={"fee": POLICY.fee.model_copy(update={"allocation": Allocation.LEGAL_561})})
"""Payments of late fee while the principal is open: what was paid of it moves with debts and credits."""
LIVES = int(os.environ.get("GUANJIA_LIVES", "1000"))
BATCHES = 20
"""Tests that share the lives, so that several processes can play them."""
MOVEMENTS = 12


@dataclass(frozen=True)
class OneLife(Database):
    """A database whose transactions are savepoints of one that is never committed."""

    connection: Connection

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A savepoint; what is checked at a commit is checked at its end."""
        with self.connection.begin_nested():
            yield self.connection
            self.connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            self.connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))


@contextmanager
def one_life(db: Database) -> Iterator[OneLife]:
    """A life, of which nothing is left."""
    with db.engine.connect() as connection:
        yield OneLife(db.engine, db.personal, connection)
        connection.rollback()


class Life:
    """A unit's fees from the first quarter on, moved at random."""

    def __init__(self, db: Database, tables: QuarterTables, seed: int, rules: Policy) -> None:
        self.rules = rules
        self.db, self.tables, self.chance = db, tables, random.Random(seed)  # noqa: S311 - a test's own dice
        self.today = day("01-20")
        self.step = 0
        self.payments: list[str] = []

    def move(self) -> None:
        """One movement, some days later; what the ledger refuses leaves nothing."""
        self.step += 1
        self.today += timedelta(days=self.chance.randint(0, 9))
        movement = self.chance.choice(
            [self.pay, self.pay, self.pay, self.reverse, self.fact, self.price, self.refund, self.credit, self.assume]
        )
        with suppress(LedgerRefusedError):
            movement()

    @property
    def now(self):
        return at(f"{self.today:%m-%d} 10:00")

    def pay(self) -> None:
        with self.db.begin() as connection:
            account = self.chance.choice(sorted(connection.scalars(text("SELECT code FROM fee_accounts"))))
            amount = Decimal(self.chance.randint(1, 120_000)) / 100
            new = NewPayment(
                community=CODE, key=f"p{self.step}", body_digest="", account=account, amount=amount,
                method=PaymentMethod.TRANSFER, succeeded_at=self.now, actor=CASHIER,
            )  # fmt: skip
            taken = take_payment(connection, self.db.personal, new, self.rules)
            assert sum(part.amount for part in taken.parts) == amount
        self.payments.append(taken.number)

    def reverse(self) -> None:
        if self.payments:
            number = self.chance.choice(self.payments)
            with self.db.begin() as connection:
                reverse_payment(connection, self.db.personal, CODE, number, FINANCE, self.now)

    def fact(self) -> None:
        kind = self.chance.choice(
            [UnitFactKind.TRANSFER, UnitFactKind.PERMIT_ISSUED, UnitFactKind.TENANCY, UnitFactKind.WORKS_PROVEN]
        )
        new = NewFact(
            community=CODE, unit="1-101", kind=kind, day=self.today - timedelta(days=self.chance.randint(0, 20)),
            key=f"f{self.step}", at=self.now, actor=STEWARD,
        )  # fmt: skip
        with self.db.begin() as connection:
            enter_fact(connection, self.db.personal, new, self.rules, CALENDAR_OF_2026)

    def request(self, **body: Any) -> None:
        """Something that is asked for and signed by everybody who must."""
        request = MONEY_REQUEST.validate_python(body)
        asking = Asking(
            community=CODE, key=f"r{self.step}", body_digest="", request=request, actor=CASHIER, at=self.now, reason="x"
        )
        with self.db.begin() as connection:
            number = ask(connection, self.db.personal, asking, self.rules).number
            for signer in (Actor(role=Role.COMPANY_MANAGER, code="B001"), FINANCE):
                sign(connection, self.db.personal, CODE, number, signer, self.now, self.rules)

    def some(self, statement: str) -> Any:
        """One of the rows, at random; refused like anything else that is not there."""
        with self.db.begin() as connection:
            found = connection.execute(text(statement)).all()
        if not found:
            raise LedgerRefusedError("nothing", "")
        return self.chance.choice(found)

    def part_of(self, amount: Decimal) -> Decimal:
        return Decimal(self.chance.randint(1, int(amount * 100))) / 100

    def refund(self) -> None:
        held = self.some(
            "SELECT account, balance FROM liabilities WHERE ledger_account = 'prepayment' AND balance > 0 ORDER BY 1"
        )
        self.request(kind="refund", account=held.account, amount=self.part_of(held.balance))

    def credit(self) -> None:
        bill = self.some("SELECT number, principal FROM bills ORDER BY number")
        self.request(kind="credit", bill=bill.number, amount=self.part_of(bill.principal))

    def assume(self) -> None:
        bill = self.some("SELECT number, account FROM bills WHERE open_principal > 0 ORDER BY number")
        to = self.some("SELECT code FROM fee_accounts ORDER BY code")
        self.request(kind="debt_assumption", account=bill.account, to_account=to.code, bills=(bill.number,))

    def price(self) -> None:
        new = NewTerms(
            community=CODE, unit="1-101", since=self.today - timedelta(days=self.chance.randint(0, 40)),
            area=Decimal(self.chance.randint(5000, 15000)) / 100, price=Decimal("2.80"), key=f"t{self.step}",
            at=self.now, actor=CASHIER, supervisor="S001", finance="F001",
        )  # fmt: skip
        with self.db.begin() as connection:
            enter_terms(connection, self.db.personal, new, self.rules)


def look_at_the_books(connection: Connection) -> None:
    """What holds at every moment."""

    def none(statement: str) -> None:
        assert connection.execute(text(statement)).all() == []

    assert connection.execute(text("SELECT coalesce(sum(amount), 0) FROM postings")).scalar_one() == 0
    none(
        "SELECT number FROM bills LEFT JOIN (SELECT bill, sum(amount) AS left FROM postings"
        " WHERE ledger_account = 'receivable' GROUP BY bill) AS posted ON bill = number"
        " WHERE open_principal <> coalesce(posted.left, 0) OR open_principal < 0"
    )
    none(
        "SELECT number FROM bills LEFT JOIN (SELECT bill, -sum(amount) AS paid FROM postings"
        " WHERE ledger_account = 'late_fee_income' GROUP BY bill) AS posted ON bill = number"
        " WHERE late_fee_paid <> coalesce(posted.paid, 0) OR late_fee_paid < 0"
    )
    none(
        "SELECT liabilities.account FROM liabilities LEFT JOIN (SELECT account, -sum(amount) AS owed FROM postings"
        " WHERE ledger_account = 'prepayment' GROUP BY account) AS posted USING (account)"
        " WHERE ledger_account = 'prepayment' AND (balance <> coalesce(owed, 0) OR balance < 0)"
    )


def what_was_billed_is_what_should_be(connection: Connection) -> None:
    """Bills and adjustments of a billed quarter come to what the facts now say, for every payer (F7)."""
    billed = quarters_billed(connection, CODE, "1-101")
    fee = POLICY.fee
    (unit,) = unit_chargings(connection, CODE, units=["1-101"], trigger=fee.trigger, vacancy=fee.vacancy)
    for quarter in sorted({one.period for one in billed}):
        lines = charge_lines(unit, quarter.first_day, quarter.last_day, fee.half_factor)
        for account in {line.account for line in lines} | {one.account for one in billed if one.period == quarter}:
            so_far = sum(one.amount for one in billed if (one.account, one.period) == (account, quarter))
            assert so_far == total(lines, account), (account, quarter)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_money_is_conserved_whatever_happens(billed: Database, tables: QuarterTables, batch: int):
    flat(billed, payers={"K": LONG_AGO, "Y1": day("01-05")} if batch % 2 else {"Y1": LONG_AGO})
    bill_quarter(tables, "2026Q1", "01-06 10:00")
    for seed in range(batch, LIVES, BATCHES):
        with one_life(billed) as db:
            life = Life(db, QuarterTables(db), seed, INTEREST_FIRST if batch // 2 % 2 else POLICY)
            for _ in range(MOVEMENTS):
                if life.today >= Quarter(2026, 1).last_day and not _is_billed(db):
                    bill_quarter(life.tables, "2026Q2", f"{life.today:%m-%d} 09:00")
                life.move()
                look_at_the_books(db.connection)
            what_was_billed_is_what_should_be(db.connection)


def _is_billed(db: Database) -> bool:
    with db.begin() as connection:
        count = text("SELECT count(*) FROM fee_tables WHERE quarter = :quarter")
        return bool(connection.execute(count, {"quarter": job_of("2026Q2").quarter}).scalar_one())
