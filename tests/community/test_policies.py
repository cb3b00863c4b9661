"""Publishing a policy: versions that are only added, and refusals by the name of the field."""

import threading
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from activities.connections.database import Database
from activities.records.community_tables import PolicyVersion
from activities.records.policies import (
    NoPolicyInForceError,
    PolicyRefusedError,
    policies_of,
    policy_at,
    policy_in_force,
    publish_policy,
)
from workflows.messages.periods import Period
from workflows.messages.policy import Policy
from workflows.rules.policy_presets import Preset, preset_policy

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST = {"community": "YGHY", "preset": "residential-S1", "effective_from": "2026-04-15T00:00:00+08:00"}


def publish(database: Database, changes: dict[str, Any], author: str = "M001", reason: str = "试行") -> Policy:
    return publish_policy(database, changes, author, reason)


def refusal(database: Database, changes: dict[str, Any], **signature: str) -> dict[str, str]:
    """What was refused, as code by field; nothing may have been written."""
    before = stored(database)
    with pytest.raises(PolicyRefusedError) as refused:
        publish(database, changes, **signature)
    assert stored(database) == before
    assert all(problem.message for problem in refused.value.problems)
    return {problem.field: problem.code for problem in refused.value.problems}


def stored(database: Database) -> int:
    with database.begin() as connection:
        return connection.scalar(select(func.count()).select_from(PolicyVersion))


def versions(database: Database, community: str = "YGHY") -> tuple[Policy, ...]:
    with database.begin() as connection:
        return policies_of(connection, community)


def test_the_first_version_is_the_preset_with_what_differs(empty_community: Database) -> None:
    published = publish(empty_community, {**FIRST, "repair": {"arrival": {"limit": "PT20M"}}})
    assert published.version == 1
    assert published.repair.arrival.limit == Period(minutes=20)
    preset = preset_policy(Preset.RESIDENTIAL_S1, "YGHY", published.effective_from)
    assert published.repair.arrival.alert == preset.repair.arrival.alert
    assert published.revisit == preset.revisit
    assert versions(empty_community) == (published,)


def test_a_later_version_differs_from_the_last_where_no_preset_is_named(empty_community: Database) -> None:
    publish(empty_community, {**FIRST, "fee": {"due_day": 12}})
    changes = {"community": "YGHY", "effective_from": "2026-05-01T00:00:00+08:00", "late_fee": {"daily": "0.0003"}}
    second = publish(empty_community, changes)
    assert (second.version, second.fee.due_day, second.late_fee.daily) == (2, 12, Decimal("0.0003"))
    assert [policy.version for policy in versions(empty_community)] == [1, 2]


def test_a_named_preset_starts_afresh(empty_community: Database) -> None:
    publish(empty_community, {**FIRST, "fee": {"due_day": 12}})
    second = publish(empty_community, {**FIRST, "preset": "campus-S4"})
    assert (second.fee.due_day, second.fee.enabled, second.duty.single_post) == (10, False, True)


def test_a_policy_that_was_read_can_be_published_whole(empty_community: Database) -> None:
    read = publish(empty_community, FIRST).model_dump(mode="json")
    read["repair"]["trade_words"] = {"lift": ["电梯"]}
    second = publish(empty_community, read)
    assert second.version == 2
    assert second.repair.trade_words == {"lift": ("电梯",)}


def test_a_table_of_words_is_replaced_as_a_whole(empty_community: Database) -> None:
    published = publish(empty_community, {**FIRST, "repair": {"trade_words": {"lift": ["电梯", "扶梯"]}}})
    assert published.repair.trade_words == {"lift": ("电梯", "扶梯")}
    assert published.repair.hazard_words


def test_author_and_reason_are_kept_with_the_version(empty_community: Database) -> None:
    publish(empty_community, FIRST, author="M001", reason="业主大会决定 2026-04-02")
    with empty_community.begin() as connection:
        row = connection.execute(select(PolicyVersion)).one()
    assert (row.author, row.reason, row.version) == ("M001", "业主大会决定 2026-04-02", 1)
    assert row.created_at is not None


@pytest.mark.parametrize("signature", [{"author": ""}, {"author": "x" * 65}, {"reason": " "}, {"reason": "x\x00"}])
def test_a_version_without_author_or_reason_is_refused(empty_community: Database, signature: dict[str, str]) -> None:
    assert refusal(empty_community, FIRST, **signature) == {next(iter(signature)): "required"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"repairs": {}}, {"repairs": "unknown_field"}),
        ({"repair": {"arival": "PT5M"}}, {"repair.arival": "unknown_field"}),
        ({"repair": {"arrival": {"limit": "PT5M", "remind": 1}}}, {"repair.arrival.remind": "unknown_field"}),
        ({"repair": {"arrival": {"limit": {"days": 1, "weeks": 2}}}}, {"repair.arrival.limit.weeks": "unknown_field"}),
        (
            {"revisit": {"rules": [{"id": "a", "scop": []}]}},
            {"revisit.rules.0.scope": "required", "revisit.rules.0.scop": "unknown_field"},
        ),
        ({"repair": {"arrival": {"limit": "5 minutes"}}}, {"repair.arrival.limit": "wrong_type"}),
        ({"repair": {"arrival": {"alert": ["boss"]}}}, {"repair.arrival.alert.0": "unknown_value"}),
        ({"duty": {"mode": "nobody"}}, {"duty.mode": "unknown_value"}),
        ({"duty": {"single_post": "yes"}}, {"duty.single_post": "wrong_type"}),
        ({"duty": None}, {"duty": "wrong_type"}),
        ({"duty": []}, {"duty": "wrong_type"}),
        ({"fee": {"due_day": "10"}}, {"fee.due_day": "wrong_type"}),
        ({"fee": {"due_day": 10.5}}, {"fee.due_day": "wrong_type"}),
        ({"fee": {"due_day": True}}, {"fee.due_day": "wrong_type"}),
        ({"fee": {"half_factor": "half"}}, {"fee.half_factor": "wrong_type"}),
        ({"fee": {"half_factor": float("nan")}}, {"fee.half_factor": "wrong_type"}),
        ({"fee": {"half_factor": {}}}, {"fee.half_factor": "wrong_type"}),
        ({"fee": {"full_trigger": 7}}, {"fee.full_trigger": "wrong_type"}),
        ({"repair": {"hazard_words": {"gas": "漏气"}}}, {"repair.hazard_words.gas": "wrong_type"}),
        ({"repair": {"hazard_words": []}}, {"repair.hazard_words": "wrong_type"}),
        ({"dunning": {"step_days": "10"}}, {"dunning.step_days": "wrong_type"}),
        ({"effective_from": "2026-04-15T00:00:00"}, {"effective_from": "wrong_type"}),
        ({"effective_from": "tomorrow"}, {"effective_from": "wrong_type"}),
        ({"effective_from": 20260415}, {"effective_from": "wrong_type"}),
        ({"late_fee": {"daily": "0.5"}}, {"late_fee.daily": "out_of_range"}),
        ({"dunning": {"forbid": []}}, {"dunning.forbid": "below_floor"}),
        ({"preset": "villa"}, {"preset": "unknown_value"}),
        ({"preset": ["residential-S1"]}, {"preset": "unknown_value"}),
        ({"preset": None}, {"preset": "unknown_value"}),
        ({"community": "NOWHERE"}, {"community": "unknown_community"}),
        ({"community": "YGHY\x00"}, {"community": "unknown_community"}),
        ({"community": 7}, {"community": "unknown_community"}),
        ({"version": 5}, {"version": "version_conflict"}),
        ({"version": "1"}, {"version": "version_conflict"}),
        (
            {"revisit": {"rules": [{"id": "\x00", "scope": ["repair"], "window": "P1D"}]}},
            {"revisit.rules.0.id": "bad_text"},
        ),
        ({"repair": {"urgent_words": ["\ud800停"]}}, {"": "wrong_type"}),
        ({"fee": {"due_day": object()}}, {"": "wrong_type"}),
    ],
)  # fmt: skip
def test_unknown_fields_wrong_types_and_unlawful_values_are_refused_by_field(
    empty_community: Database, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    assert refusal(empty_community, {**FIRST, **changes}) == expected


def test_without_a_day_from_which_it_holds_a_policy_is_refused(empty_community: Database) -> None:
    changes = {name: value for name, value in FIRST.items() if name != "effective_from"}
    assert refusal(empty_community, changes) == {"effective_from": "required"}


def test_all_problems_of_a_policy_come_in_one_refusal(empty_community: Database) -> None:
    found = refusal(empty_community, {**FIRST, "duty": {"mode": "x", "y": 1}, "fee": {"due_day": "z"}})
    assert found == {"duty.mode": "unknown_value", "duty.y": "unknown_field", "fee.due_day": "wrong_type"}
    found = refusal(empty_community, {**FIRST, "late_fee": {"daily": "1"}, "fee": {"due_day": 31}})
    assert found == {"late_fee.daily": "out_of_range", "fee.due_day": "out_of_range"}


def test_a_version_cannot_begin_before_the_last_one_did(empty_community: Database) -> None:
    publish(empty_community, FIRST)
    assert refusal(empty_community, {**FIRST, "effective_from": "2026-04-14T23:59:59+08:00"}) == {
        "effective_from": "out_of_order"
    }


def test_whoever_edited_an_older_version_is_told_so(empty_community: Database) -> None:
    read = publish(empty_community, FIRST).model_dump(mode="json")
    publish(empty_community, {**read, "fee": {**read["fee"], "due_day": 11}})
    assert refusal(empty_community, {**read, "fee": {**read["fee"], "due_day": 12}}) == {"version": "version_conflict"}
    assert versions(empty_community)[-1].fee.due_day == 11


def test_two_people_who_publish_at_once_make_two_versions(empty_community: Database) -> None:
    ready = threading.Barrier(8)

    def one(day: int) -> None:
        ready.wait()
        publish(empty_community, {**FIRST, "fee": {"due_day": day}})

    people = [threading.Thread(target=one, args=(day,)) for day in range(1, 9)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert [policy.version for policy in versions(empty_community)] == list(range(1, 9))
    assert {policy.fee.due_day for policy in versions(empty_community)} == set(range(1, 9))


def test_the_version_in_force_is_the_last_that_has_begun(empty_community: Database) -> None:
    publish(empty_community, FIRST)
    publish(empty_community, {**FIRST, "effective_from": "2026-05-01T00:00:00+08:00"})
    publish(empty_community, {**FIRST, "effective_from": "2026-05-01T00:00:00+08:00"})
    may = datetime(2026, 5, 1, tzinfo=SHANGHAI)
    with empty_community.begin() as connection:
        of_those_read = partial(policy_at, versions(empty_community))
        of_those_stored = partial(policy_in_force, connection, "YGHY")
        for in_force in (of_those_read, of_those_stored):
            assert in_force(may - timedelta(seconds=1)).version == 1
            assert in_force(may).version == 3
            with pytest.raises(NoPolicyInForceError):
                in_force(datetime(2026, 4, 14, tzinfo=SHANGHAI))
        with pytest.raises(NoPolicyInForceError):
            policy_in_force(connection, "XYDX", may)


def test_each_community_has_its_own_versions(empty_community: Database) -> None:
    publish(empty_community, FIRST)
    publish(empty_community, {**FIRST, "community": "XYDX", "preset": "campus-S4"})
    assert [policy.preset for policy in versions(empty_community, "XYDX")] == ["campus-S4"]
    assert [policy.version for policy in versions(empty_community)] == [1]


@pytest.mark.parametrize("spelled", ["25:00", "九点", 9])
def test_a_time_of_day_that_there_is_none_of_is_refused(empty_community: Database, spelled: object) -> None:
    assert refusal(empty_community, {**FIRST, "duty": {"night_from": spelled}}) == {"duty.night_from": "wrong_type"}
