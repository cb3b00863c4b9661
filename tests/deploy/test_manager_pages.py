"""What a manager sees in the Temporal UI, in a real browser; ``make screenshots`` keeps the pictures.

Set ``GUANJIA_SCREENSHOTS`` to a folder to have them written there.
"""

import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from starters.cli.manager_links import MANAGER_QUERIES, link
from tests.deploy.centre import Centre
from workflows.messages.case import Channel

CHROMIUM = "/usr/bin/chromium"
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian's chromium is not installed")
WAITING_FOR_ACCEPTANCE = next(query for query in MANAGER_QUERIES if query.name == "待受理")


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser: Browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page.set_default_timeout(20_000)
        expect.set_options(timeout=20_000)
        yield page
        await browser.close()


async def keep(page: Page, name: str) -> None:
    if folder := os.environ.get("GUANJIA_SCREENSHOTS"):
        await page.screenshot(path=Path(folder, f"{name}.png"))


async def test_a_manager_follows_a_link_to_what_waits_and_reads_the_case_in_chinese(centre: Centre, page: Page) -> None:
    report = {
        "unit": "1-101",
        "channel": Channel.PLATFORM,
        "description": "厨房水龙头漏水",
        "reporter": {"name": "林金丝雀", "phone": "+8617400100001"},
    }
    number = centre.request("POST", "repairs", "desk", report).json()["number"]
    ui = f"http://127.0.0.1:{centre.ports['GUANJIA_TEMPORAL_UI_PORT']}"

    await page.goto(link(ui, "default", WAITING_FOR_ACCEPTANCE.query))
    await expect(page.get_by_text(number).first).to_be_visible()
    await keep(page, "waiting-for-acceptance")

    await page.goto(f"{ui}/namespaces/default/workflows/{number}")
    await expect(page.get_by_text("受理时限").first).to_be_visible()
    await keep(page, "one-case")
    await page.get_by_role("tab", name="User Metadata").click()
    summary, details = (page.frame_locator("iframe").nth(place) for place in (0, 2))
    await expect(summary.get_by_text("报修 YGHY 1-101")).to_be_visible()
    for text in ("状态", "待受理", "等待前台受理", "受理期限"):
        await expect(details.get_by_text(text).first).to_be_visible()
    await keep(page, "one-case-summary")
    await page.get_by_role("tab", name="Search Attributes").click()
    for text in ("CaseState", "待受理", "DueAt", "1-101"):
        await expect(page.get_by_text(text).first).to_be_visible()
    await keep(page, "one-case-attributes")
    content = await page.content()
    assert "林金丝雀" not in content
    assert "17400100001" not in content


async def test_a_manager_reads_the_quarter_and_the_month_of_the_fees_in_chinese(centre: Centre, page: Page) -> None:
    today = f"{datetime.now(ZoneInfo('Asia/Shanghai')):%Y-%m-%d}"
    opened = {}
    for kind in ("cycle", "month"):
        answer = centre.request("POST", "billing/periods", "cashier", {"kind": kind, "day": today})
        assert answer.status_code < 300, answer.text
        opened[kind] = answer.json()["number"]
    centre.wait_for(lambda: centre.record(opened["cycle"]).get("state") == "under_review")
    ui = f"http://127.0.0.1:{centre.ports['GUANJIA_TEMPORAL_UI_PORT']}"
    waiting = next(query for query in MANAGER_QUERIES if query.name == "应收表待审核")
    await page.goto(link(ui, "default", waiting.query))
    await expect(page.get_by_text(opened["cycle"]).first).to_be_visible()
    await keep(page, "tables-to-review")
    for kind, name, state in (("cycle", "one-quarter", "待审核"), ("month", "one-month", "月份")):
        await page.goto(f"{ui}/namespaces/default/workflows/{opened[kind]}")
        await page.get_by_role("tab", name="User Metadata").click()
        summary, details = (page.frame_locator("iframe").nth(place) for place in (0, 2))
        await expect(summary.get_by_text("YGHY").first).to_be_visible()
        await keep(page, name)
        await expect(details.get_by_text(state).first).to_be_visible()
