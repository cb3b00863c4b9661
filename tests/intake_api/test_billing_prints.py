"""Papers of fees over HTTP: one as PDF, many in one file, told how far it is; a steward prints his own areas."""

import json
from base64 import b64decode
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.documents import fee_records as records
from tests.documents.fee_pages import pages, read
from tests.intake_api.conftest import ELSEWHERE, HOME, Api
from workflows.messages.arrears import DunningStage
from workflows.messages.people import Role

PRINTS = f"/v1/communities/{HOME}/billing/prints"
TOLD = {"Accept": "application/x-ndjson"}


@pytest.fixture
def numbers(api: Api) -> list[str]:
    """The notices of the billed quarter."""
    return records.billed_quarter(api.database)


async def printed(api: Api, path: str, role: Role = Role.CASHIER, body: Any = None, *, told: bool = False, **whose):
    headers = {**await api.bearer(role, **whose), **(TOLD if told else {})}
    return await api.http.post(f"{PRINTS}/{path}", headers=headers, json=body)


async def test_a_notice_comes_as_pdf_and_again_as_a_reprint(api: Api, numbers: list[str]):
    original = await printed(api, f"bill_notice/{numbers[0]}", staff="C001")
    reprint = await printed(api, f"bill_notice/{numbers[0]}", Role.STEWARD, staff="G001")

    assert (original.status_code, original.headers["content-type"]) == (201, "application/pdf")
    assert original.headers["cache-control"] == "no-store"
    assert f'filename="bill_notice-{numbers[0]}.pdf"' in original.headers["content-disposition"]
    assert [each.headers["x-print-copy"] for each in (original, reprint)] == ["0", "1"]
    assert "补打第1次" in read(reprint.content)
    assert "打印人:收银员" in read(original.content)


async def test_a_dunning_notice_without_a_seal_is_refused_and_its_proof_is_not(api: Api):
    """DUN-13 (print side)."""
    number = records.dunned(api.database, "04-13", [(records.bill(api.database), DunningStage.FIRST)])

    refused = await printed(api, f"first_notice/{number}")
    proof = await printed(api, f"first_notice/{number}?proof=true")

    assert (refused.status_code, refused.json()["code"]) == (409, "seal_missing")
    assert (proof.status_code, proof.headers["x-print-copy"]) == (201, "proof")
    assert "未用印,不得送达" in read(proof.content)


async def test_many_notices_come_as_one_pdf(api: Api, numbers: list[str]):
    answer = await printed(api, "notices", body={"numbers": numbers[:3]})

    assert (answer.status_code, answer.headers["content-type"]) == (201, "application/pdf")
    assert answer.headers["x-print-notices"] == "3"
    assert len(pages(answer.content)) == 3


async def test_who_wants_to_know_is_told_how_far_it_is_and_gets_the_file_at_the_end(api: Api, numbers: list[str]):
    answer = await printed(api, "notices", body={"numbers": numbers[:60]}, told=True)

    *progress, last = [json.loads(line) for line in answer.text.splitlines()]
    assert (answer.status_code, answer.headers["content-type"]) == (201, "application/x-ndjson")
    assert [(line["done"], line["total"]) for line in progress] == [(0, 60), (50, 60), (60, 60)]
    assert (last["total"], last["reprints"]) == (60, 0)
    assert len(pages(b64decode(last["file"]))) == 60
    with api.database.begin() as connection:
        assert connection.execute(text("SELECT count(*), count(DISTINCT batch) FROM fee_prints")).one() == (60, 1)


async def test_a_steward_prints_his_areas_and_a_supervisor_every_one(api: Api, numbers: list[str]):
    with api.database.begin() as connection:
        his = set(connection.scalars(text("SELECT area FROM posts WHERE staff = 'G001' AND community = 'YGHY'")))
        foreign = connection.scalars(text("SELECT code FROM areas WHERE community = 'YGHY' ORDER BY code")).all()
        count = text("SELECT count(*) FROM fee_notices WHERE steward_area = ANY(:areas)")
        of_his = connection.execute(count, {"areas": sorted(his)}).scalar_one()
    body = {"quarter": "2026Q2"}

    own = await printed(api, "notices", Role.STEWARD, body, staff="G001")
    other = await printed(
        api, "notices", Role.STEWARD, {"area": next(area for area in foreign if area not in his)}, staff="G001"
    )
    every = await printed(api, "notices", Role.CS_SUPERVISOR, body, staff="S001")

    assert own.headers["x-print-notices"] == str(of_his)
    assert (other.status_code, other.json()["code"]) == (403, "not_your_area")
    assert every.headers["x-print-notices"] == str(len(numbers))
    assert of_his < len(numbers)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "selection_missing"),
        ({"area": "A9"}, 404, "no_notices"),
        ({"numbers": ["JF-2026-009999"]}, 404, "unknown_notice"),
        ({"numbers": ["JF"]}, 422, "invalid_request"),
        ({"quarter": "2026"}, 422, "invalid_request"),
        ({"kind": "sms", "area": "A1"}, 422, "invalid_request"),
    ],
)
@pytest.mark.parametrize("told", [False, True])
async def test_what_cannot_be_printed_is_a_problem_before_anything_is_sent(api: Api, body, status, code, told):
    answer = await printed(api, "notices", body=body, told=told)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("receipt/0000001", 404, "unknown_receipt"),
        ("cash_slip/JK-2026-000001", 404, "unknown_slip"),
        ("final_notice/CK-2026-000001", 404, "unknown_notice"),
        ("invoice/1", 422, "invalid_request"),
        ("receipt/1%00", 422, "invalid_request"),
    ],
)
async def test_a_paper_that_is_not_there_is_a_problem(api: Api, path: str, status: int, code: str):
    answer = await printed(api, path)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.GUARD, Role.INTAKE])
async def test_who_may_not_read_the_ledger_prints_nothing_of_it(api: Api, role: Role):
    for path, body in (("receipt/1", None), ("notices", {"area": "A1"})):
        answer = await printed(api, path, role, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed_for_role")


async def test_another_communitys_notice_is_not_there(api: Api, numbers: list[str]):
    headers = await api.bearer(Role.CASHIER, ELSEWHERE)
    path = f"/v1/communities/{ELSEWHERE}/billing/prints/bill_notice/{numbers[0]}"

    answer = await api.http.post(path, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_notice")


async def test_a_steward_prints_no_single_paper_of_another_area_and_no_receipt(api: Api, numbers: list[str]):
    with api.database.begin() as connection:
        foreign = connection.scalars(
            text(
                "SELECT number FROM fee_notices WHERE steward_area NOT IN"
                " (SELECT area FROM posts WHERE staff = 'G001' AND community = 'YGHY') ORDER BY number LIMIT 1"
            )
        ).one()
    for path in (f"bill_notice/{foreign}", "receipt/1234", "cash_slip/JK-2026-000001"):
        refused = await printed(api, path, Role.STEWARD, staff="G001")
        assert (refused.status_code, refused.json()["code"]) == (403, "not_your_area"), path


async def test_the_register_names_every_print_and_keeps_it(api: Api, numbers: list[str]):
    for staff in ("C001", "C001"):
        await printed(api, f"bill_notice/{numbers[0]}", staff=staff)
    entries = (await api.get(f"{PRINTS}/bill_notice/{numbers[0]}", Role.FINANCE)).json()
    assert [(one["copy_number"], one["printed_by"], one["printed_role"]) for one in entries] == [
        (0, "C001", "cashier"), (1, "C001", "cashier"),
    ]  # fmt: skip
    with pytest.raises(IntegrityError), api.database.begin() as connection:
        connection.execute(text("UPDATE fee_prints SET printed_by = 'X'"))
