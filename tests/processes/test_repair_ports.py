"""Warranty and responsible port of a repair 保修与责任端口; numbers of docs/domain/scenarios.md."""

from datetime import date

import pytest

from tests.processes.case_under_test import CaseUnderTest, at
from tests.processes.centre import DESK, SUPERVISOR, Centre, technician
from workflows.messages.identifiers import UNIT
from workflows.messages.records import RepairRecord

T1 = technician("T001")


def record_of(centre: Centre) -> RepairRecord:
    return centre.outside.forms(RepairRecord)[-1]


async def running(case: CaseUnderTest) -> dict[str, object]:
    return {clock.name: clock.due_at for clock in (await case.view()).clocks}


async def in_warranty(centre: Centre, **how) -> CaseUnderTest:
    return await centre.dispatched(
        description="卫生间渗水",
        received="05-12 10:00:00",
        inside=True,
        building_accepted_on=date(2022, 6, 30),
        developer_ports=True,
        **how,
    )


async def test_rpr_14_a_leak_in_warranty_is_the_developers_and_free(centre: Centre) -> None:
    case = await in_warranty(centre)
    clocks = await running(case)
    assert clocks["site_check"] == at("05-13 10:00")
    assert clocks["repair_start"] == at("05-15 10:00")
    await case.told("port_assigned", "role:port_owner")
    await case.recorded("port_set")
    record = record_of(centre)
    assert (record.in_warranty, record.port, record.paid) == (True, "construction", False)
    assert record.warranty_until == date(2027, 6, 30)
    await case.act(T1, "take")
    assert (await case.act(T1, "arrive")).state == "in_progress", "free work begins at once"
    assert not {"site_check", "repair_start"} & set(await running(case))


async def test_a_developer_who_does_not_look_or_begin_is_the_group_s(centre: Centre) -> None:
    case = await in_warranty(centre)
    await case.act(T1, "take")
    await case.wait_until("05-13 10:00:05")
    assert "role:re_cs_group" in centre.outside.told("clock_breached")
    await case.wait_until("05-15 10:00:05")
    await case.comes_true(lambda view: view.breached, "breached")
    missed = [line.facts["clock"] for line in centre.outside.lines if line.event == "clock_breached"]
    assert missed[-1] == "repair_start"


@pytest.mark.parametrize(
    ("accepted_on", "ports", "port", "covered"),
    [
        (date(2020, 1, 1), True, "property", False),
        (date(2024, 1, 1), False, "property", True),
        (None, True, "property", None),
    ],
)
async def test_out_of_warranty_or_without_a_developer_it_is_the_property_companys(
    centre: Centre, accepted_on: date | None, ports: bool, port: str, covered: bool | None
) -> None:
    case = await centre.dispatched(
        description="卫生间渗水", inside=False, building_accepted_on=accepted_on, developer_ports=ports
    )
    await case.recorded("offered")
    assert (record_of(centre).port, record_of(centre).in_warranty) == (port, covered)
    assert centre.outside.told("port_assigned") == []


async def test_rpr_22_works_are_the_builders_advice_the_planners_and_the_rest_the_property_companys(
    centre: Centre,
) -> None:
    case = await centre.dispatched(description="想改阳台隔断", developer_ports=True)
    assert await case.refusal_of(DESK, "set_port", port="construction") == "not_allowed_for_role"
    await case.act(SUPERVISOR, "set_port", port="construction", reason="工程施工类")
    assert "site_check" in await running(case)
    await case.act(SUPERVISOR, "set_port", port="product", reason="工程咨询类")
    assert "site_check" not in await running(case)
    await case.told("port_assigned", "role:port_owner", "role:port_owner")
    await case.act(SUPERVISOR, "set_port", port="property", reason="已出保修期")
    await case.comes_true(lambda _: record_of(centre).port == "property", "given back")


async def test_rpr_22_what_is_nobodys_duty_here_is_explained_and_closed(centre: Centre) -> None:
    case = await centre.report("想借物业车位做生意", developer_ports=True)
    assert (await case.act(DESK, "dismiss", to="无效", reason="不属于物业服务范围,已向业主解释")).state == "closed"
    await case.told("case_dismissed", "customer")
    await case.recorded("dismissed")
    await case.recorded("dismissed")
    line = next(line for line in centre.outside.lines if line.event == "dismissed")
    assert (line.facts["to"], line.reason) == ("无效", "不属于物业服务范围,已向业主解释")


async def test_a_community_without_a_developer_gives_him_nothing(centre: Centre) -> None:
    case = await centre.dispatched()
    assert await case.refusal_of(SUPERVISOR, "set_port", port="product") == "no_developer_ports"


async def test_what_turns_out_to_be_the_developers_needs_no_quote(centre: Centre) -> None:
    case = await centre.dispatched(inside=True, developer_ports=True)
    await case.act(T1, "take")
    assert (await case.act(T1, "arrive")).state == "arrived", "inside a home and out of warranty it is paid"
    assert (await case.act(SUPERVISOR, "set_port", port="construction")).state == "in_progress"


async def test_a_corrected_unit_is_judged_by_its_own_building(centre: Centre) -> None:
    case = await centre.dispatched(description="卫生间渗水", inside=True, developer_ports=True, unit="?")
    await case.act(DESK, "correct_unit", unit="2-0502", area="B", building_accepted_on="2024-06-30", reason="房号写错")
    await case.recorded("unit_corrected")
    view = await case.view()
    assert view.unit == "2-0502"
    await case.comes_true(lambda _: centre.outside.recalled[-1].unit == "2-0502", "asked for the right unit")
    assert record_of(centre).port == "construction"
    await case.recorded("unit_corrected")
    line = next(line for line in centre.outside.lines if line.event == "unit_corrected")
    assert line.facts == {"from": "?", "unit": "2-0502", "area": "B"}
    described = await case.handle.describe()
    assert described.typed_search_attributes[UNIT] == "2-0502"
    await case.told("port_assigned", "role:port_owner")
    assert centre.outside.notices[-1].unit == "2-0502"
