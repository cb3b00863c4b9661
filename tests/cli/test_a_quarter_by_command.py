"""A quarter by command: opened, its table read and kept, a fact, a payment, an account."""

import asyncio
import time
from datetime import datetime, timedelta
from pathlib import Path

from python_calamine import CalamineWorkbook
from sqlalchemy import text

from activities.billing.table_workbook import COLUMNS
from starters.cli.screen import LOCAL
from tests.cli.conftest import Centre


async def test_the_table_is_read_returned_and_kept_as_a_spreadsheet(centre: Centre, tmp_path: Path):
    past = datetime.now(LOCAL) - timedelta(days=340)  # a quarter that no other test opens on this server
    opened = await centre.type("billing", "open", "cycle", f"{past:%Y-%m-%d}")
    assert opened.exit_code == 0, opened.output
    cycle = opened.stdout.split()[0]
    assert cycle.startswith("SF-")
    quarter, until = "", time.monotonic() + 40
    while not quarter:
        assert time.monotonic() < until, "the table was never made"
        await asyncio.sleep(0.2)
        with centre.database.begin() as connection:
            quarter = connection.execute(text("SELECT quarter FROM fee_tables LIMIT 1")).scalar() or ""
    shown = await centre.type("billing", "table", quarter)
    assert "共 312 行" in shown.stdout, shown.output
    out = tmp_path / "table.xlsx"
    kept = await centre.type("billing", "table", quarter, "--out", str(out))
    assert kept.exit_code == 0, kept.output
    rows = CalamineWorkbook.from_path(str(out)).get_sheet_by_name("应收管理费用明细表").to_python()
    assert tuple(rows[1]) == COLUMNS
    assert len(rows) == 2 + 312
    assert (await centre.type("billing", "table", quarter, "--out", str(out))).exit_code != 0, "nothing is overwritten"
    unsent = await centre.type("billing", "unsent")
    assert "共 0 份" in unsent.stdout, unsent.output


async def test_what_is_typed_wrong_is_said_before_anything_is_sent(centre: Centre):
    assert (await centre.type("billing", "send", "JF-2026-000001")).exit_code == 2
    assert (await centre.type("billing", "open", "year", "2026-03-25")).exit_code == 2
    assert (await centre.type("billing", "fact", "1-101", "takeover", "25.03.2026")).exit_code == 2
    yesterday = ("--amount", "10", "--value-date", "昨天")
    assert "2026-05-12 14:00" in (await centre.type("billing", "pay", "1-101-Y1", *yesterday)).stderr


async def test_an_account_is_read_and_an_unknown_one_is_refused(centre: Centre):
    known = await centre.type("billing", "account", "1-101-Y1")
    assert "预存 0" in known.stdout, known.output
    with centre.database.begin() as connection:
        moved_in = connection.execute(
            text("SELECT since FROM households WHERE community = 'YGHY' AND unit = '1-101'")
        ).scalar_one()
    named = await centre.type("billing", "payer", "1-101-Y1", str(moved_in))
    assert (named.exit_code, str(moved_in) in named.stdout) == (0, True), named.output
    nobody = await centre.type("billing", "payer", "1-101-Y1", "2019-01-01")
    assert (nobody.exit_code, "unknown_household" in nobody.stderr) == (1, True), nobody.output
    unknown = await centre.type("billing", "account", "9-999-Y1")
    assert unknown.exit_code == 1
    assert "unknown_account" in unknown.stderr
