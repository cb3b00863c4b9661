"""The reports of the fees over HTTP: four formats with the same figures, arrears with reasons, the manager's view."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

from activities.connections.database import Database
from tests.intake_api.conftest import HOME, Api
from tests.intake_api.test_fees import ACCOUNT, issue
from workflows.messages.people import Role

BILLING = f"/v1/communities/{HOME}/billing"
TODAY = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
QUARTER = f"{TODAY.year}Q{(TODAY.month + 2) // 3}"
REPORT = f"{BILLING}/reports/quarter/{QUARTER}"


@pytest.fixture
async def owing(api: Api, sample: Database) -> Api:
    """The API of a community in which two accounts owe this quarter, and one of them pays a part."""
    for account, amount in ((ACCOUNT, "751.80"), ("1-102-Y1", "1234.56")):
        issue(sample, account, amount, QUARTER)
    paid = {"account": ACCOUNT, "amount": "500.00", "method": "transfer", "bank_reference": "B500"}
    taken = await api.post(f"{BILLING}/payments", paid, Role.CASHIER, staff="C001")
    assert taken.status_code == 201, taken.text
    return api


async def test_the_four_formats_agree_to_the_cent(owing: Api):
    report = (await owing.get(REPORT, Role.FINANCE)).json()
    assert "lines" not in report
    assert (report["collection"]["due"], report["collection"]["received"]) == ("1986.36", "500.00")
    assert (report["collection"]["percent"], report["collection"]["met"]) == ("25.17 %", False)
    assert [kind["item"] for kind in report["kinds"]] == [
        "management_fee", "service", "parking", "renovation", "operating",
    ]  # fmt: skip

    detail = (await owing.get(f"{REPORT}/detail", Role.FINANCE)).json()
    assert detail["count"] == 2
    due = sum((Decimal(line["due"]) for line in detail["lines"]), Decimal(0))
    followed = (await owing.get(f"{REPORT}/lines?figure=due&item=management_fee", Role.FINANCE)).json()
    assert followed["total"] == str(due) == report["collection"]["due"]
    assert {line["reference"] for line in followed["lines"]} == {f"{ACCOUNT}/{QUARTER}", f"1-102-Y1/{QUARTER}"}

    workbook = await owing.get(f"{REPORT}.xlsx", Role.FINANCE)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(workbook.content)).get_sheet_by_name("费用收缴明细表").to_python()
    assert [[row[0], f"{row[2]:.2f}", f"{row[3]:.2f}", f"{row[4]:.2f}"] for row in rows[1:]] == [
        [line["unit"], line["due"], line["received"], line["arrears"]] for line in detail["lines"]
    ]
    paper = await owing.get(f"{REPORT}.pdf", Role.FINANCE)
    assert (paper.headers["content-type"], paper.content[:4]) == ("application/pdf", b"%PDF")


async def test_the_period_has_to_be_one_of_its_kind(owing: Api):
    for path in ("reports/month/2026Q2", "reports/year/2026-04.xlsx", "reports/quarter/2026/lines?figure=due"):
        refused = await owing.get(f"{BILLING}/{path}", Role.FINANCE)
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_period"), refused.text
    assert (await owing.get(f"{BILLING}/reports/month/2026-13", Role.FINANCE)).json()["code"] == "invalid_request"


async def test_who_is_in_arrears_is_listed_and_explained(owing: Api, sample: Database):
    with sample.begin() as connection:
        connection.exec_driver_sql("UPDATE bills SET due_on = %s", (TODAY - timedelta(days=30),))
    listed = (await owing.get(f"{BILLING}/arrears", Role.STEWARD)).json()
    assert [(one["account"], one["days"], one["reason"]) for one in listed["accounts"]] == [
        (ACCOUNT, 30, ""), ("1-102-Y1", 30, ""),
    ]  # fmt: skip
    assert listed["next"] == ""
    given = {"reasons": [{"account": ACCOUNT, "reason": "quality_dispute", "note": "漏水未修"}]}
    entered = await owing.post(f"{BILLING}/arrears-reasons", given, Role.CS_SUPERVISOR, staff="S001")
    assert entered.json() == {"entered": 1}, entered.text
    again = await owing.post(f"{BILLING}/arrears-reasons", given, Role.CS_SUPERVISOR, staff="S001")
    assert again.json() == {"entered": 0}
    listed = (await owing.get(f"{BILLING}/arrears", Role.STEWARD)).json()
    assert [one["reason_label"] for one in listed["accounts"]] == ["质量争议", ""]
    assert "漏水" not in (await owing.get(f"{BILLING}/arrears", Role.STEWARD)).text
    rest = await owing.get(f"{BILLING}/arrears?after={listed['accounts'][0]['oldest_due']} {ACCOUNT}", Role.STEWARD)
    assert [one["account"] for one in rest.json()["accounts"]] == ["1-102-Y1"]
    unknown = {"reasons": [*given["reasons"], {"account": "9-999-Y1", "reason": "vacant"}]}
    refused = await owing.post(f"{BILLING}/arrears-reasons", unknown, Role.CS_SUPERVISOR, staff="S001")
    assert refused.json()["code"] == "unknown_account"
    wrong = {"reasons": [{"account": ACCOUNT, "reason": "lazy"}]}
    assert (await owing.post(f"{BILLING}/arrears-reasons", wrong, Role.CS_SUPERVISOR)).status_code == 422
    assert (await owing.get(f"{BILLING}/arrears?after=nonsense", Role.STEWARD)).json()["code"] == "invalid_cursor"


async def test_a_manager_sees_the_quarter_at_a_glance(owing: Api):
    seen = (await owing.get(f"{BILLING}/overview?quarter={QUARTER}", Role.SITE_MANAGER)).json()
    assert (seen["collection"]["due"], seen["collection"]["received"]) == ("1986.36", "500.00")
    assert (seen["unsent_notices"], seen["arrears"], seen["cash_in_transit"]) == (2, [], "0.00")


@pytest.mark.parametrize(
    ("path", "role"),
    [
        (f"reports/quarter/{QUARTER}", Role.TECHNICIAN),
        (f"reports/quarter/{QUARTER}.xlsx", Role.INTAKE),
        ("arrears", Role.GUARD),
        (f"overview?quarter={QUARTER}", Role.PARKING_ATTENDANT),
    ],
)
async def test_who_has_no_right_sees_no_report(owing: Api, path: str, role: Role):
    answer = await owing.get(f"{BILLING}/{path}", role)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed_for_role")
