"""A quarter of the sample community as tests play it: on a real server and a real ledger, with its clocks moved on."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.ledger.bill_notices import WrittenNotice, send_notices
from activities.ledger.payments import NewPayment, take_payment
from activities.ledger.telling import tell_moved, tell_sent
from tests.processes.case_under_test import at
from tests.processes.fee_cases import policy
from tests.rules.year_2026 import CALENDAR_OF_2026
from workflows.messages.case import ActionRequest, CaseView
from workflows.messages.ledger import PaymentMethod
from workflows.messages.people import Actor, Role

HOME = "YGHY"
FINANCE = Actor(role=Role.FINANCE, code="F001")
CASHIER = Actor(role=Role.CASHIER, code="C001")
STEWARD = Actor(role=Role.STEWARD, code="G001")
SITE_MANAGER = Actor(role=Role.SITE_MANAGER, code="M001")
DEBTORS = ("1-101-Y1", "1-102-Y1", "1-103-Y1")


@dataclass
class Quarter:
    """The community's quarter as it is played."""

    db: Database
    client: Client
    skipper: TimeSkipper
    keyring: KeyRing
    messages: int = 0

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.db.begin() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def case(self, number: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(number)

    async def view(self, number: str) -> CaseView:
        seen: CaseView = await self.case(number).query("view", result_type=CaseView)
        return seen

    async def until(self, number: str, moment: str) -> None:
        remaining = at(moment) - (await self.view(number)).now
        if remaining.total_seconds() > 0:
            await self.skipper.fast_forward(self.case(number), remaining)

    async def act(self, case: str, actor: Actor, action: str, /, **details: Any) -> None:
        self.messages += 1
        request = ActionRequest(
            action=action, community=HOME, actor=actor, message_id=f"m{self.messages}", details=details
        )
        await self.case(case).execute_update("act", request, id=request.message_id)

    async def becomes(self, number: str, state: str) -> None:
        async def reached() -> bool:
            return (await self.view(number)).state == state

        await eventually(reached)

    async def pay(self, account: str, amount: Decimal, moment: str, transaction: str) -> None:
        new = NewPayment(
            community=HOME, key=transaction, body_digest=transaction, account=account, amount=amount,
            method=PaymentMethod.QR_CODE, succeeded_at=at(moment), actor=Actor(role=Role.SYSTEM), provider="gateway",
            transaction=transaction,
        )  # fmt: skip

        def take() -> None:
            with self.db.begin() as connection:
                take_payment(connection, self.db.personal, new, policy())

        await asyncio.to_thread(take)
        await tell_moved(self.client, self.db, HOME, [account], transaction, at(moment))


async def eventually(condition: Callable[[], Awaitable[bool]], patience: float = 40) -> None:
    """Wait until it is so."""
    until = time.monotonic() + patience
    while not await condition():
        assert time.monotonic() < until, "it never came"
        await asyncio.sleep(0.05)


async def send_all(quarter: Quarter, cycle: str, moment: datetime) -> None:
    """Each steward writes and sends the notices of the own area."""
    for area, steward in (("A1", "G001"), ("A2", "G002"), ("A3", "G003")):
        written = [
            WrittenNotice(number, total)
            for number, total in quarter.rows(
                "SELECT number, total FROM fee_notices WHERE steward_area = :area ORDER BY number", area=area
            )
        ]
        actor = Actor(role=Role.STEWARD, code=steward)
        with quarter.db.begin() as connection:
            done = send_notices(connection, HOME, written, actor, moment, policy(), CALENDAR_OF_2026, frozenset({area}))
        assert done.cycles == {cycle}
        await tell_sent(quarter.client, HOME, done.cycles, f"sent-{area}", moment)


def assert_the_books_are_right(quarter: Quarter) -> None:
    """Nothing lost, nothing doubled, no number skipped."""
    assert quarter.rows("SELECT sum(amount) FROM postings")[0][0] == 0
    for series, table in (("JF", "fee_notices"), ("CK", "fee_notices"), ("SK", "payments")):
        numbers = sorted(n for (n,) in quarter.rows(f"SELECT number FROM {table} WHERE number LIKE '{series}-%'"))  # noqa: S608
        assert numbers == [f"{series}-2026-{n:06d}" for n in range(1, len(numbers) + 1)]
    recomputed = quarter.rows(
        "SELECT count(*) FROM bills LEFT JOIN (SELECT bill, sum(amount) AS amount FROM postings"
        " WHERE ledger_account = 'receivable' GROUP BY bill) AS posted ON bill = number"
        " WHERE open_principal <> coalesce(amount, 0)"
    )
    assert recomputed == [(0,)]
