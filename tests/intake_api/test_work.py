"""Lists for a day's work over HTTP: whose they are, and that they say "as of" when."""

from tests.intake_api.conftest import HOME, Api
from tests.intake_api.test_acting import offered, recorded
from workflows.messages.people import Role

WORK = f"/v1/communities/{HOME}/work"


async def test_a_technician_sees_his_own_day_and_nobody_elses(api: Api, workers):
    number = (await api.report(channel="phone")).json()["number"]
    technician = await offered(api, number)
    await recorded(api, number, "offered")
    own = await api.get(f"{WORK}/day", Role.TECHNICIAN, staff=technician)
    assert [job["number"] for job in own.json()["jobs"]] == [number], own.text
    assert own.json()["as_of"]
    other = "T001" if technician != "T001" else "T002"
    peeked = await api.get(f"{WORK}/day?staff={technician}", Role.TECHNICIAN, staff=other)
    assert (peeked.json()["staff"], peeked.json()["jobs"]) == (other, [])
    led = await api.get(f"{WORK}/day?staff={technician}", Role.ENGINEERING_LEAD)
    assert [job["number"] for job in led.json()["jobs"]] == [number]
    assert "王" not in own.text, "no customer's name"


async def test_the_supervisor_sees_what_is_unfinished_and_a_technician_does_not(api: Api, workers):
    number = (await api.report()).json()["number"]
    await recorded(api, number, "reported")
    morning = (await api.get(f"{WORK}/morning", Role.CS_SUPERVISOR)).json()
    assert [item["number"] for item in morning["unfinished"]["items"]] == [number]
    assert morning["unfinished"]["items"][0]["turn"]["role"] == "cs_assistant"
    assert (await api.get(f"{WORK}/overdue", Role.CS_SUPERVISOR)).json()["items"] == []
    for path in ("morning", "overdue", "time?year=2026&month=5"):
        refused = await api.get(f"{WORK}/{path}", Role.TECHNICIAN, staff="T001")
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed_for_role")


async def test_the_months_statement_is_data_and_a_spreadsheet(api: Api):
    statement = await api.get(f"{WORK}/time?year=2026&month=5", Role.SITE_MANAGER)
    assert statement.json()["due_at"].startswith("2026-06-03T18:00"), statement.text
    workbook = await api.get(f"{WORK}/time.xlsx?year=2026&month=5", Role.SITE_MANAGER)
    assert workbook.content.startswith(b"PK")
    assert (await api.get(f"{WORK}/time?year=2026&month=13", Role.SITE_MANAGER)).status_code == 422


async def test_the_posted_prices_are_those_that_quotes_are_read_off(api: Api):
    posted = {item["code"]: item for item in (await api.get(f"/v1/communities/{HOME}/price-list")).json()}
    assert posted["WX-01"]["unit_price"] == "30.00"


async def test_the_list_of_cases_is_filtered_by_when_and_where(api: Api, workers):
    number = (await api.report()).json()["number"]
    await recorded(api, number, "reported")
    cases = f"/v1/communities/{HOME}/cases"
    for query, expected in (
        ("received_from=2020-01-01T00:00:00Z", [number]),
        ("received_before=2020-01-01T00:00:00Z", []),
        ("open_at=2099-01-01T00:00:00Z", [number]),
        ("breached=true", []),
        ("kind=repair", [number]),
        ("kind=revisit", []),
    ):
        answer = (await api.get(f"{cases}?{query}")).json()
        assert [case["number"] for case in answer["cases"]] == expected, query
