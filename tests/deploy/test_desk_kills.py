"""Money taken with receipts at a whole centre whose parts are killed: one payment, one receipt, no number skipped."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from deploy.one_machine.embedded_postgres import database_url
from tests.deploy.centre import Centre

CUSTOMERS = 80
DESKS = 4
DEATHS = ("api", "postgres", "worker", "api", "postgres")


@pytest.fixture
def desk(centre: Centre) -> Centre:
    """A centre whose cashier has an open shift and a receipt book."""
    assert centre.request("POST", "billing/shifts", "cashier", {}).status_code == 200
    body = {"code": "SJ-1", "first": 1001, "last": 2000, "holder": "C001"}
    answer = centre.request("POST", "billing/receipt-books", "finance", body)
    assert answer.status_code == 200, answer.text
    return centre


def serve(centre: Centre, customer: int, served: threading.Semaphore) -> None:
    """A customer pays and gets a receipt; what was not answered is asked again under the same key."""
    paid = {"account": f"1-{101 + customer % 3}-Y1", "amount": f"{10 + customer}.00", "method": "cash"}
    taken = centre.request("POST", "billing/payments", "cashier", paid, key=f"customer-{customer}-pays")
    assert taken.status_code in {200, 201}, taken.text
    asked = {"payment": taken.json()["number"], "amount": paid["amount"]}
    issued = centre.request("POST", "billing/receipts", "cashier", asked, key=f"customer-{customer}-receipt")
    assert issued.status_code == 200, issued.text
    served.release()


def killed_in_turn(centre: Centre, served: threading.Semaphore) -> None:
    """Kill a part whenever so many more customers have gone, while others are being served."""
    for part in DEATHS:
        for _ in range(CUSTOMERS // (len(DEATHS) + 1)):
            assert served.acquire(timeout=60)
        victim = (
            next(each for each in centre.family() if each.name() == "postgres")
            if part == "postgres"
            else centre.child(part)
        )
        victim.kill()
        victim.wait(10)


@pytest.mark.timeout(300)
def test_every_customer_gets_one_receipt_and_no_number_is_skipped(desk: Centre):
    served = threading.Semaphore(0)
    with ThreadPoolExecutor(DESKS + 1) as threads:
        killing = threads.submit(killed_in_turn, desk, served)
        serving = [threads.submit(serve, desk, customer, served) for customer in range(CUSTOMERS)]
        for each in (killing, *serving):
            each.result()

    url = database_url(desk.folder / "postgres")
    database = Database.connect(url, KeyRing.load(desk.folder / "keys.toml"))
    with database.begin() as connection:
        rows = connection.execute(
            text(
                "SELECT receipts.number AS receipt, payments.number, payments.amount, receipts.amount AS printed"
                " FROM payments JOIN receipts ON receipts.payment = payments.number ORDER BY receipts.number"
            )
        ).all()
        assert connection.scalar(text("SELECT sum(amount) FROM postings")) == 0
    database.close()
    assert [row.receipt for row in rows] == list(range(1001, 1001 + CUSTOMERS))
    assert sorted(row.amount for row in rows) == [10 + customer for customer in range(CUSTOMERS)]
    assert all(row.amount == row.printed for row in rows)
    assert len({row.number for row in rows}) == CUSTOMERS
    numbers = sorted(row.number for row in rows)
    assert numbers == [f"{numbers[0][:8]}{number:06d}" for number in range(1, CUSTOMERS + 1)]
