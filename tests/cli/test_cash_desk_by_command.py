"""The cash desk by command: a shift is opened, money taken, counted, and the day read aloud."""

from datetime import datetime

import pytest

from starters.cli.screen import LOCAL
from tests.cli.conftest import Centre


@pytest.mark.parametrize("words", [("count-shift", "1", "cash"), ("close-day", "14.04.2026")])
async def test_what_is_typed_wrong_is_said_before_anything_is_sent(centre: Centre, words: tuple[str, ...]):
    assert (await centre.type("billing", *words)).exit_code == 2


async def test_the_supervisor_registers_a_book_and_reads_what_was_used(centre: Centre):
    cashier = "C001"
    opened = await centre.type("billing", "open-book", "SJ-01", "1234", "1299", cashier)
    assert "由 C001 领用" in opened.stdout, opened.output
    month = f"{datetime.now(LOCAL):%Y-%m}"
    shown = await centre.type("billing", "books", month)
    assert "1234–1299" in shown.stdout, shown.output
    day = await centre.type("billing", "cash-day", f"{datetime.now(LOCAL):%Y-%m-%d}")
    assert day.exit_code == 0, day.output
    services = await centre.type("billing", "services", month)
    assert "共 0 单" in services.stdout, services.output


async def test_a_supervisor_takes_no_money(centre: Centre):
    refused = await centre.type("billing", "income", "JY-01", "1")
    assert refused.exit_code == 1
    assert "not_allowed_for_role" in refused.stderr
