"""The reports of the fees by command."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cli.conftest import Centre
from tests.intake_api.test_fees import ACCOUNT, issue


async def test_a_report_is_shown_followed_and_saved(centre: Centre, tmp_path: Path):
    today = datetime.now(UTC).date()
    quarter = f"{today.year}Q{(today.month + 2) // 3}"
    await asyncio.to_thread(issue, centre.database, ACCOUNT, "751.80", quarter)
    shown = await centre.type("billing", "report", "quarter", quarter)
    assert shown.exit_code == 0, shown.output
    assert "751.80" in shown.stdout
    assert "0.00 %(未达标)" in shown.stdout
    assert all(kind in shown.stdout for kind in ("物业管理费", "特约服务费", "停车费", "装修相关费用", "经营性费用"))
    lines = await centre.type("billing", "lines", "quarter", quarter, "due")
    assert "共 1 行,合计 751.80 元" in lines.stdout, lines.output
    for name, begins in (("report.xlsx", b"PK"), ("report.pdf", b"%PDF")):
        out = tmp_path / name
        saved = await centre.type("billing", "report", "quarter", quarter, "--out", str(out))
        assert saved.exit_code == 0, saved.output
        assert out.read_bytes().startswith(begins)
        assert (await centre.type("billing", "report", "quarter", quarter, "--out", str(out))).exit_code != 0
    assert (await centre.type("billing", "report", "quarter", quarter, "--out", str(tmp_path / "a.doc"))).exit_code == 2
    seen = await centre.type("billing", "overview", quarter)
    assert "综合收费率" in seen.stdout, seen.output


async def test_arrears_are_listed_and_a_reason_is_given(centre: Centre):
    long_ago = datetime.now(UTC).date() - timedelta(days=40)
    await asyncio.to_thread(issue, centre.database, ACCOUNT, "751.80", "2026Q1")

    def overdue() -> None:
        with centre.database.begin() as connection:
            connection.exec_driver_sql("UPDATE bills SET due_on = %s", (long_ago,))

    await asyncio.to_thread(overdue)
    assert "1 户" in (await centre.type("billing", "arrears")).stdout
    said = await centre.type("billing", "reason", ACCOUNT, "vacant", "--note", "长期在外")
    assert "已登记" in said.stdout, said.output
    listed = await centre.type("billing", "arrears")
    assert "无人居住" in listed.stdout
    assert "unknown_account" in (await centre.type("billing", "reason", "9-999-Y1", "vacant")).stderr
