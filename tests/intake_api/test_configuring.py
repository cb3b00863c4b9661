"""Roster, policy and inbox over HTTP."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import python_calamine
import xlsxwriter
from sqlalchemy import insert

from activities.records.case_tables import Notification
from activities.records.sealing import seal_columns
from tests.intake_api.conftest import ELSEWHERE, HOME, Api
from tests.intake_api.test_acting import recorded
from workflows.messages.people import Role

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROSTER = f"/v1/communities/{HOME}/roster"
POLICIES = f"/v1/communities/{HOME}/policies"


async def upload(api: Api, content: bytes):
    headers = await api.bearer(Role.CS_SUPERVISOR)
    return await api.http.post(ROSTER, files={"file": ("roster.xlsx", content, XLSX)}, headers=headers)


def rewritten(content: bytes, sheet: str, *added: list[object]) -> bytes:
    """The workbook with rows added to a sheet."""
    workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).to_python() + (list(added) if name == sheet else [])
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return target.getvalue()


async def test_the_roster_comes_and_goes_as_a_spreadsheet(api: Api):
    roster = await api.get(ROSTER, Role.CS_SUPERVISOR)
    assert (roster.status_code, roster.headers["content-type"]) == (200, XLSX)
    assert "attachment" in roster.headers["content-disposition"]

    report = await upload(api, roster.content)

    assert report.status_code == 200, report.text
    assert report.json()["imported"]
    assert not any(sheet["added"] or sheet["changed"] for sheet in report.json()["counts"].values())


async def test_a_unit_of_a_new_roster_can_be_reported_at_once(api: Api):
    assert (await api.report(unit="7-701")).json()["code"] == "unknown_unit"
    roster = (await api.get(ROSTER, Role.CS_SUPERVISOR)).content
    [heading] = (
        python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(roster)).get_sheet_by_name("房号").to_python()[:1]
    )
    row = [
        "7-701" if name == "房号" else "A1" if name.startswith("片区") else "住宅" if "类" in str(name) else ""
        for name in heading
    ]

    report = await upload(api, rewritten(roster, "房号", row))

    assert report.status_code == 200, report.text
    assert (await api.report(unit="7-701")).status_code == 201


@pytest.mark.parametrize("content", [b"", b"not a spreadsheet", b"PK\x03\x04broken"])
async def test_a_file_that_is_no_roster_is_refused(api: Api, content):
    answer = await upload(api, content)

    assert (answer.status_code, answer.json()["code"]) == (422, "roster_refused")
    assert all(error["message"] and error["code"] for error in answer.json()["errors"])


async def test_every_wrong_row_is_named_and_none_is_imported(api: Api):
    roster = (await api.get(ROSTER, Role.CS_SUPERVISOR)).content

    answer = await upload(api, rewritten(roster, "房号", ["bad code!", "A1"], ["7-702", "no such area"]))

    assert (answer.status_code, answer.json()["code"]) == (422, "roster_refused")
    assert {error["field"].split("!")[0] for error in answer.json()["errors"]} == {"房号"}
    assert len(answer.json()["errors"]) >= 2
    assert (await api.report(unit="7-702")).json()["code"] == "unknown_unit"


def _tomorrow() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).isoformat()


async def test_a_policy_is_published_on_top_of_the_version_that_was_seen(api: Api):
    before = (await api.get(POLICIES)).json()["policies"]
    change = {
        "version": before[-1]["version"],
        "effective_from": _tomorrow(),
        "repair": {"acceptance": {**before[-1]["repair"]["acceptance"], "limit": "PT4M"}},
    }
    body = {"policy": change, "reason": "业主大会要求"}

    published = await api.post(POLICIES, body, Role.SITE_MANAGER)
    resent = await api.post(POLICIES, body, Role.SITE_MANAGER)

    assert published.status_code == 201, published.text
    assert (published.json()["version"], published.json()["repair"]["acceptance"]["limit"]) == (2, "PT4M")
    assert (resent.status_code, resent.json()["code"]) == (422, "policy_refused")
    assert [error["code"] for error in resent.json()["errors"]] == ["version_conflict"]
    assert len((await api.get(POLICIES)).json()["policies"]) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"repair": {"acceptence": {}}}, "policy.repair.acceptence"),
        ({"dunning": {"forbid": []}}, "policy.dunning.forbid"),
        ({"community": ELSEWHERE}, "policy.community"),
        ({"version": None}, "policy.version"),
    ],
)
async def test_a_policy_that_may_not_be_is_refused_by_field(api: Api, change, field):
    policy = {
        name: value
        for name, value in {"version": 1, "effective_from": _tomorrow(), **change}.items()
        if value is not None
    }

    answer = await api.post(POLICIES, {"policy": policy, "reason": "试"}, Role.SITE_MANAGER)

    assert (answer.status_code, answer.json()["code"]) == (422, "policy_refused")
    assert field in [error["field"] for error in answer.json()["errors"]]


def _message(api: Api, staff: str, community: str = HOME, occurrence: int = 1) -> int:
    values = {
        "case": "BX-22222-22222",
        "event": "repair_offered",
        "occurrence": occurrence,
        "recipient": f"staff:{staff}",
        "channel": "inbox",
        "community": community,
        "status": "accepted",
        "attempts": 1,
        "staff": staff,
        "subject": "新工单",
        "body": "请接单",
        "at": datetime.now(UTC),
    }
    statement = insert(Notification).values(seal_columns(api.database.personal, Notification, values))
    with api.database.begin() as connection:
        return connection.scalar(statement.returning(Notification.id))


async def test_everybody_reads_their_own_messages_and_a_supervisor_all_of_the_community(api: Api):
    mine, anothers, abroad = (
        _message(api, "T001"),
        _message(api, "T002"),
        _message(api, "T001", ELSEWHERE, occurrence=2),
    )

    async def read(role: Role, staff: str):
        return [message["id"] for message in (await api.get("/v1/inbox", role, staff=staff)).json()["messages"]]

    assert await read(Role.TECHNICIAN, "T001") == [mine]
    assert await read(Role.CS_SUPERVISOR, "S001") == [anothers, mine]
    for stranger in (anothers, abroad):
        answer = await api.post(f"/v1/inbox/{stranger}/read", {}, Role.TECHNICIAN, staff="T001")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_message")


async def test_a_supervisor_takes_no_unread_message_from_its_recipient(api: Api):
    anothers, own, anybodys = (_message(api, staff) for staff in ("T001", "S001", ""))
    supervisor = {"role": Role.CS_SUPERVISOR, "staff": "S001"}

    read = [await api.post(f"/v1/inbox/{message}/read", {}, **supervisor) for message in (anothers, own, anybodys)]

    assert [answer.status_code for answer in read] == [404, 200, 200]
    unread = await api.get("/v1/inbox?unread_only=true", Role.TECHNICIAN, staff="T001")
    assert [message["id"] for message in unread.json()["messages"]] == [anothers]


async def test_a_message_that_was_read_is_no_longer_unread(api: Api):
    first, second = (_message(api, "T001", occurrence=number) for number in (1, 2))
    whose = {"role": Role.TECHNICIAN, "staff": "T001"}

    for _ in range(2):
        assert (await api.post(f"/v1/inbox/{first}/read", {}, **whose)).json() == {"id": first}

    unread = (await api.get("/v1/inbox?unread_only=true", **whose)).json()["messages"]
    assert [message["id"] for message in unread] == [second]


async def test_pages_of_cases_follow_each_other_without_a_gap_or_a_repeat(api: Api, workers):
    numbers = [(await api.report(description=f"第{count}件")).json()["number"] for count in range(5)]
    for number in numbers:
        await recorded(api, number, "reported")
    path, seen, cursor = f"/v1/communities/{HOME}/cases", [], ""
    while True:
        page = (await api.get(f"{path}?limit=2&cursor={cursor}")).json()
        seen += [case["number"] for case in page["cases"]]
        if not (cursor := page["next_cursor"]):
            break

    assert seen == numbers[::-1]
    assert page["as_of"]
