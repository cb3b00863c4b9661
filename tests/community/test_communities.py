"""Founding a community 新建项目."""

from datetime import UTC, datetime

import pytest

from activities.connections.database import Database
from activities.records.communities import FoundingRefusedError, NewCommunity, found_community
from activities.records.policies import policies_of
from workflows.rules.policy_presets import Preset

NOW = datetime(2026, 5, 12, 2, 0, tzinfo=UTC)


def test_a_community_is_founded_with_the_policy_of_its_preset(database: Database) -> None:
    found_community(database, NewCommunity("XYDX", "星苑大学", Preset.CAMPUS_S4, NOW), "system")
    with database.begin() as connection:
        [policy] = policies_of(connection, "XYDX")
    assert (policy.version, policy.preset, policy.effective_from) == (1, "campus-S4", NOW)
    assert policy.duty.single_post


def test_a_code_that_is_taken_is_refused_and_changes_nothing(database: Database) -> None:
    found_community(database, NewCommunity("YGHY", "阳光花园", Preset.RESIDENTIAL_S1, NOW), "system")
    with pytest.raises(FoundingRefusedError, match="YGHY"):
        found_community(database, NewCommunity("YGHY", "月光花园", Preset.CAMPUS_S4, NOW), "system")
    with database.begin() as connection:
        assert [policy.preset for policy in policies_of(connection, "YGHY")] == ["residential-S1"]


@pytest.mark.parametrize("code", ["", "Y", "yghy", "阳光", "YG HY", "YGHY'--", "1YG", "Y" * 17])
def test_a_code_that_could_not_stand_in_an_address_is_refused(database: Database, code: str) -> None:
    with pytest.raises(FoundingRefusedError):
        found_community(database, NewCommunity(code, "阳光花园", Preset.RESIDENTIAL_S1, NOW), "system")


@pytest.mark.parametrize("name", ["", "  ", "阳光\u202e花园"])
def test_a_name_that_nobody_could_read_is_refused(database: Database, name: str) -> None:
    with pytest.raises(FoundingRefusedError):
        found_community(database, NewCommunity("YGHY", name, Preset.RESIDENTIAL_S1, NOW), "system")
