"""Accounts are locked before bills and prepayments, by code: nobody waits in a circle (``activities/ledger``)."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import Connection, text

from activities.billing.quarter_table import QuarterTables
from activities.connections.database import Database
from activities.dunning.disputes import enter_dispute
from activities.ledger.payments import NewPayment, lock_account, take_payment
from tests.billing.community import CODE, LONG_AGO, at, day, flat
from tests.ledger.test_disputes import SUPERVISOR
from tests.ledger.test_facts import FINANCE, bill_quarter
from tests.ledger.test_payments import ACCOUNT, CASHIER, Q1, issue, pay
from tests.processes.fee_cases import policy
from workflows.messages.arrears_actions import DisputedPart
from workflows.messages.billing import ChunkJob, ReviewTable, UnitRange
from workflows.messages.dunning import DisputeRequest
from workflows.messages.ledger import PaymentMethod

_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


def meanwhile(
    db: Database,
    first: Callable[[Connection], object],
    other: Callable[[], object],
    then: Callable[[Connection], object],
) -> None:
    """Do ``first``, begin ``other`` in a thread of its own, and when that waits do ``then`` in the first transaction.

    PostgreSQL ends one of the two where they wait for each other.
    """
    with ThreadPoolExecutor(1) as thread:
        with db.begin() as connection:
            first(connection)
            running: Future[object] = thread.submit(other)
            with db.engine.connect() as looking:
                while not looking.scalar(_WAITING):
                    assert not running.done(), running.result()
                    looking.rollback()
            then(connection)
        running.result(timeout=60)


def locks(account: str) -> Callable[[Connection], object]:
    return lambda connection: lock_account(connection, CODE, account)


def pays(db: Database, amount: str, moment: str) -> Callable[[Connection], object]:
    new = NewPayment(
        community=CODE, key=f"k-{moment}", body_digest=amount, account=ACCOUNT, amount=Decimal(amount),
        method=PaymentMethod.TRANSFER, succeeded_at=at(moment), actor=CASHIER, designated=(Q1,),
    )  # fmt: skip
    return lambda connection: take_payment(connection, db.personal, new, policy())


def test_a_dispute_that_is_upheld_and_a_payment_of_its_bill_take_turns(billed: Database):
    flat(billed)
    issue(billed, "2026Q1", "01-02", "01-12")

    def disputes(*, settle: bool | None) -> object:
        request = DisputeRequest(
            community=CODE, account=ACCOUNT, key=f"CJ-1:{settle}", settle=settle, reason="面积", actor=SUPERVISOR,
            parts=(DisputedPart(bill=Q1, amount=Decimal("300.00")),), at=at("02-15 10:00"),
        )  # fmt: skip
        with billed.begin() as connection:
            return enter_dispute(connection, billed.personal, request)

    disputes(settle=None)
    meanwhile(billed, locks(ACCOUNT), lambda: disputes(settle=True), pays(billed, "100.00", "02-15 10:00"))
    with billed.begin() as connection:
        left = connection.execute(text("SELECT open_principal FROM bills")).scalar_one()
    assert left == Decimal("351.80")


@pytest.fixture
def approved(billed: Database, tables: QuarterTables) -> ChunkJob:
    """An approved second quarter of a flat that is sold in it; the seller owes the first and has prepaid something."""
    flat(billed, payers={"Y1": LONG_AGO, "Y2": day("05-16")}, facts=[("permit_issued", "2020-01-01")])
    pay(billed, "20.00", "01-01 10:00")
    issue(billed, "2026Q1", "01-02", "01-12")
    job = bill_quarter(tables, "2026Q2", "03-25 00:30", approve=False)
    tables.review_table(ReviewTable(job=job, reviewer=FINANCE, approve=True))
    return ChunkJob(job=job, chunk=UnitRange(number=1))


@pytest.mark.parametrize("what", ["a payment", "a debt's assumption"])
def test_a_quarters_bills_take_turns_with(billed: Database, tables: QuarterTables, approved: ChunkJob, what: str):
    """The payment settles an old bill and is prepaid for the rest, both of which billing moves too."""
    then = pays(billed, "1000.00", "03-26 10:00") if what == "a payment" else locks("1-101-Y2")
    meanwhile(billed, locks(ACCOUNT), lambda: tables.issue_bills(approved), then)
    with billed.begin() as connection:
        assert connection.execute(text("SELECT sum(amount) FROM postings")).scalar_one() == 0
        assert connection.execute(text("SELECT count(*) FROM bills WHERE period = '2026Q2'")).scalar_one() == 2
