"""Printing over HTTP: the PDF of a form with its print number, for those who may read the record."""

import pytest

from activities.documents.fonts import fonts_of_this_process
from activities.records.case_records import CaseRecords
from tests.intake_api.conftest import ELSEWHERE, HOME, Api
from tests.records import repairs
from workflows.messages.people import Role

SOMEBODY_ELSE = "T002"


def a_repair(api: Api, community: str = HOME) -> str:
    number = repairs.new_number()
    for batch in (repairs.first_batch, repairs.dispatched_batch, repairs.completed_batch):
        CaseRecords(api.database).write_case(batch(number, community))
    return number


def path(number: str, form: str = "", community: str = HOME) -> str:
    return f"/v1/communities/{community}/cases/{number}/documents{form and '/' + form}"


async def printed(api: Api, number: str, form: str = "repair_record", role: Role = Role.CS_ASSISTANT, **whose):
    community = whose.get("community", HOME)
    return await api.http.post(path(number, form, community), headers=await api.bearer(role, **whose))


async def test_a_form_comes_as_pdf_with_its_number_and_is_entered(api: Api):
    number = a_repair(api)

    original = await printed(api, number, staff="K001")
    reprint = await printed(api, number, "repair_record")
    order = await printed(api, number, "work_order")

    assert (original.status_code, original.headers["content-type"]) == (201, "application/pdf")
    assert original.content.startswith(b"%PDF-")
    assert original.headers["cache-control"] == "no-store"
    assert f'filename="{number}-repair_record.pdf"' in original.headers["content-disposition"]
    serials = [each.headers["x-print-number"].split("-")[0::2] for each in (original, reprint, order)]
    assert serials == [["BXJL", "000001"], ["BXJL", "000002"], ["WXPG", "000001"]]
    assert [each.headers["x-print-copy"] for each in (original, reprint, order)] == ["0", "1", "0"]
    register = (await api.get(path(number))).json()
    assert [(each["form_label"], each["copy_number"]) for each in register["prints"]] == [
        ("报修记录", 0),
        ("报修记录", 1),
        ("维修派工单", 0),
    ]
    assert register["prints"][0]["printed_by"] == {"role": "cs_assistant", "code": "K001"}


@pytest.mark.parametrize("form", ["", "/repair_record"])
async def test_a_foreign_communitys_case_and_an_unknown_one_are_not_there(api: Api, form: str):
    theirs = a_repair(api, ELSEWHERE)
    headers = await api.bearer(Role.CS_SUPERVISOR)
    ask = api.http.post if form else api.http.get

    for case, community, code in (
        (theirs, ELSEWHERE, "unknown_community"),
        (theirs, HOME, "unknown_case"),
        (repairs.new_number(), HOME, "unknown_case"),
        ("BX-NOTANUMBER", HOME, "unknown_case"),
    ):
        answer = await ask(path(case, form.strip("/"), community), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, code)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_technician_prints_his_own_jobs_only(api: Api):
    number = a_repair(api)

    assert (await printed(api, number, "work_order", Role.TECHNICIAN, staff="T001")).status_code == 201
    for staff in (SOMEBODY_ELSE, ""):
        refused = await printed(api, number, "work_order", Role.TECHNICIAN, staff=staff)
        assert (refused.status_code, refused.json()["code"]) == (404, "unknown_case")


@pytest.mark.parametrize("role", [Role.INTAKE, Role.GUARD, Role.CASHIER])
async def test_who_may_not_read_records_may_not_print_them(api: Api, role: Role):
    refused = await printed(api, a_repair(api), role=role)

    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed_for_role")


async def test_a_form_that_the_case_does_not_have_is_refused_in_words(api: Api):
    refused = await printed(api, a_repair(api), "revisit_record")

    assert (refused.status_code, refused.json()["code"]) == (422, "form_not_of_case")
    assert "《回访记录表》只用于回访单" in refused.json()["detail"]
    assert (await printed(api, a_repair(api), "receipt")).json()["code"] == "invalid_request"


@pytest.fixture
def no_chinese_font(monkeypatch: pytest.MonkeyPatch):
    """A machine on which only the fonts are found that typst brings along."""
    monkeypatch.setenv("TYPST_IGNORE_SYSTEM_FONTS", "1")
    fonts_of_this_process.cache_clear()
    yield
    fonts_of_this_process.cache_clear()


@pytest.mark.usefixtures("no_chinese_font")
async def test_without_a_chinese_font_nothing_is_printed_and_nothing_entered(api: Api):
    number = a_repair(api)

    refused = await printed(api, number)

    assert (refused.status_code, refused.json()["code"]) == (503, "font_missing")
    assert "fonts-wqy-microhei" in refused.json()["detail"]
    assert (await api.get(path(number))).json()["prints"] == []


async def test_without_a_token_nothing_is_printed(api: Api):
    assert (await api.http.post(path(a_repair(api), "repair_record"))).status_code == 401
