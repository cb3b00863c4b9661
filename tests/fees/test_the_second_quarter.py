"""The whole second quarter of 2026 of the sample community, on the real server and the real ledger (CYC-01, DUN-01).

From the extraction on 03-25 to 其它方式 on 05-20: every part is real, only the clocks are moved on.
"""

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from activities.opening.fee_cases import FeeCases
from tests.fees.quarter import (
    CASHIER,
    DEBTORS,
    FINANCE,
    HOME,
    SITE_MANAGER,
    STEWARD,
    Quarter,
    assert_the_books_are_right,
    eventually,
    send_all,
)
from tests.processes.case_under_test import at
from workers.assembly import build
from workflows.messages.fee_opening import FeePeriodKind, OpenFees
from workflows.messages.identifiers import TaskQueue


@pytest.fixture
async def quarter(
    sample: Database, client: Client, time_skipper: TimeSkipper, keyring: KeyRing, tmp_path: Path
) -> AsyncIterator[Quarter]:
    # numbers of this test alone: the server is shared, and a number is never used twice
    keyring = replace(keyring, case_number_key=secrets.token_bytes(32))
    url = sample.engine.url.render_as_string(hide_password=False)
    settings = Settings(database_url=url, keys_file=tmp_path / "none")
    database = Database.connect(url, keyring, pool_size=20)
    workers = [build(queue, time_skipper.client, settings, database, keyring) for queue in TaskQueue]
    async with workers[0], workers[1], workers[2], workers[3]:
        yield Quarter(database, time_skipper.client, time_skipper, keyring)
    database.close()


@pytest.mark.timeout(300)
async def test_the_second_quarter_goes_from_extraction_to_other_means(quarter: Quarter):
    opened = await FeeCases(quarter.db, quarter.client, quarter.keyring.case_number_key).open_fees(
        OpenFees(community=HOME, kind=FeePeriodKind.CYCLE, on_day=date(2026, 3, 25), at=at("03-25 00:30"))
    )
    again = await FeeCases(quarter.db, quarter.client, quarter.keyring.case_number_key).open_fees(
        OpenFees(community=HOME, kind=FeePeriodKind.CYCLE, on_day=date(2026, 3, 26), at=at("03-26 00:30"))
    )
    assert (opened.created, again.created, again.number) == (True, False, opened.number)
    cycle = opened.number

    # 提取: every home has its row, the developer pays for the empty ones
    await quarter.becomes(cycle, "under_review")
    count, due = quarter.rows("SELECT count(*), sum(due_total) FROM fee_table_rows")[0]
    homes = quarter.rows("SELECT count(*) FROM units WHERE kind = 'home' AND community = :home", home=HOME)[0][0]
    assert count == homes == 312

    # 审核 on the 26th, 出账
    await quarter.until(cycle, "03-26 10:00")
    await quarter.act(cycle, FINANCE, "approve", version=1)
    await quarter.becomes(cycle, "approved")

    async def billed() -> bool:
        return quarter.rows("SELECT count(*) FROM fee_notices")[0][0] == homes

    await eventually(billed)
    assert quarter.rows("SELECT sum(open_principal) FROM bills")[0][0] == due

    # 派发 by the stewards on the 27th, checked to the cent
    await quarter.until(cycle, "03-27 09:00")
    await quarter.act(cycle, CASHIER, "hand_over", signed_by=["G001", "G002", "G003"])
    await send_all(quarter, cycle, at("03-27 15:00"))
    await quarter.becomes(cycle, "notified")

    # 收缴期: everybody pays but three
    await quarter.until(cycle, "04-01 09:00")
    await quarter.becomes(cycle, "collecting")
    for account, left in quarter.rows("SELECT account, open_principal FROM bills ORDER BY account"):
        if account not in DEBTORS:
            await quarter.pay(account, left, "04-08 10:00", f"T-{account}")
    await quarter.until(cycle, "04-13 00:31")
    await quarter.becomes(cycle, "dunning")

    # 首次催款: one case for each who has not paid
    cases = dict(quarter.rows('SELECT account, "case" FROM arrears_openings'))
    assert tuple(sorted(cases)) == DEBTORS
    for account in DEBTORS:
        await quarter.becomes(cases[account], "first")
    stays, pays, partly = (cases[account] for account in DEBTORS)

    async def three_sheets() -> bool:
        return quarter.rows("SELECT count(*) FROM fee_notices WHERE kind = 'first'")[0][0] == 3

    await eventually(three_sheets)
    for place, case in enumerate((stays, pays, partly)):
        await quarter.act(case, SITE_MANAGER, "seal", number=f"YY-{place}", copies=1)
        await eventually(lambda case=case: _is_sealed(quarter, case, "first"))
        await quarter.until(case, "04-17 15:00")
        await quarter.act(case, STEWARD, "deliver", received_on="2026-04-17")
    await eventually(lambda: _is(quarter, "SELECT count(*) FROM fee_notices WHERE delivered_on = '2026-04-17'", 3))

    # DUN-05: the second pays on the last evening; the third pays a part (DUN-09)
    principal = dict(quarter.rows("SELECT account, principal FROM bills WHERE account = ANY(:who)", who=list(DEBTORS)))
    await quarter.pay(DEBTORS[2], Decimal("100.00"), "04-20 10:00", "T-part")
    late = (principal[DEBTORS[1]] * 17 * Decimal("0.0005")).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    await quarter.until(pays, "04-27 20:00")
    await quarter.pay(DEBTORS[1], principal[DEBTORS[1]] + late, "04-27 20:00", "T-last-evening")
    assert (await quarter.case(pays).result())["state"] == "settled"

    # 二次催款 on 04-28, 最后催款 on the made-up Saturday, 其它方式 after that
    for stage, issued, received, following in (
        ("second", "04-28", "2026-04-28", "05-09 08:31"),
        ("final", "05-09", "2026-05-09", "05-20 08:31"),
    ):
        await quarter.until(stays, f"{issued} 08:31")
        await quarter.becomes(stays, stage)
        sheet = quarter.rows(
            'SELECT issued_on, principal, late_fee FROM fee_notices WHERE kind = :stage AND "case" = :case',
            stage=stage, case=stays,
        )  # fmt: skip
        assert sheet[0][0] == date.fromisoformat(f"2026-{issued}")
        days = (date.fromisoformat(f"2026-{issued}") - date(2026, 4, 10)).days
        assert sheet[0][1:] == (principal[DEBTORS[0]], _late_fee(principal[DEBTORS[0]], days))
        await quarter.act(stays, SITE_MANAGER, "seal", number=f"YY-{stage}", copies=1)
        await eventually(lambda stage=stage: _is_sealed(quarter, stays, stage))
        await quarter.act(stays, STEWARD, "deliver", received_on=received)
        await quarter.until(stays, following)
    await quarter.becomes(stays, "other_means")

    assert quarter.rows("SELECT sum(open_principal) FROM bills WHERE account = :who", who=DEBTORS[0])[0][0] > 0
    assert_the_books_are_right(quarter)


def _late_fee(principal: Decimal, days: int) -> Decimal:
    return (principal * days * Decimal("0.0005")).quantize(Decimal("0.01"), "ROUND_HALF_UP")


async def _is(quarter: Quarter, statement: str, expected: int) -> bool:
    return quarter.rows(statement)[0][0] == expected


async def _is_sealed(quarter: Quarter, case: str, stage: str) -> bool:
    """Whether the record says so, and with it the case."""
    order = {"first": 1, "second": 2, "final": 3}[stage]
    said = quarter.rows("SELECT count(*) FROM case_lines WHERE \"case\" = :case AND event = 'sealed'", case=case)
    return said == [(order,)]
