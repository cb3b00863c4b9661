"""The three presets of domain §2 and §2.1: what differs between them, and that all of them are lawful."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from workflows.messages.people import Role
from workflows.messages.periods import Period
from workflows.messages.policy import DutyMode, Policy, PostRequirement
from workflows.messages.revisit_policy import RevisitRule
from workflows.rules.policy_law import problems
from workflows.rules.policy_law_of_cases import REVISIT_SCOPES
from workflows.rules.policy_presets import Preset, preset_policy

NEW_YEAR = datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))


def policy_of(preset: Preset) -> Policy:
    return preset_policy(preset, "YGHY", NEW_YEAR)


def rules_of(preset: Preset) -> dict[str, RevisitRule]:
    return {rule.id: rule for rule in policy_of(preset).revisit.rules}


@pytest.mark.parametrize("preset", Preset)
def test_every_preset_is_lawful_and_keeps_its_name(preset: Preset) -> None:
    assert problems(policy_of(preset)) == ()
    assert policy_of(preset).preset == preset.value


@pytest.mark.parametrize("preset", Preset)
def test_every_preset_survives_the_database(preset: Preset) -> None:
    assert Policy.model_validate(policy_of(preset).model_dump(mode="json")) == policy_of(preset)


def test_residential_s1_revisits_repairs_in_a_month_and_complaints_in_three_days() -> None:
    rules = rules_of(Preset.RESIDENTIAL_S1)
    figures = {code: (str(rule.window), rule.min_rate, rule.by) for code, rule in rules.items() if rule.window}
    assert figures == {
        "rep": ("P1M", Decimal("0.30"), Role.STEWARD),
        "cg": ("P3D", Decimal("0.50"), Role.CS_ASSISTANT),
        "ci": ("P3D", Decimal("0.50"), Role.CS_SUPERVISOR),
        "cm": ("P3D", Decimal("1.00"), Role.SITE_MANAGER),
        "req": ("P7D", Decimal("1.00"), Role.CS_ASSISTANT),
        "act": ("P1M", Decimal("0.10"), Role.CULTURE_CLERK),
        "mov": ("P7D", Decimal("1.00"), None),
    }
    assert rules["svc"].same_as == "rep"
    assert (rules["cg"].first_channel, rules["ci"].first_channel, rules["cm"].all_rounds) == ("onsite",) * 3


def test_campus_s4_revisits_everything_customers_raise_within_24_hours() -> None:
    rules = rules_of(Preset.CAMPUS_S4)
    everything = rules["all"]
    assert everything.scope == ("repair", "complaint", "opinion", "suggestion", "assistance")
    assert (everything.window, everything.min_rate) == (Period(hours=24), Decimal("1.00"))
    assert (everything.first_channel, everything.by) == ("phone_or_platform", None)
    assert everything.satisfaction_target == Decimal("0.90")
    assert rules["mov"].scope == ("move_in", "emergency")
    assert set(rules) == {"all", "act", "mov", "svc"}


def test_street_s0_adds_a_visit_to_every_tenant_each_quarter() -> None:
    rules = rules_of(Preset.STREET_S0)
    assert rules.keys() - rules_of(Preset.RESIDENTIAL_S1).keys() == {"ten"}
    assert (rules["ten"].scope, rules["ten"].every, rules["ten"].by) == (("tenant",), "quarter", Role.STEWARD)


def test_presets_differ_where_the_table_of_the_domain_says_and_nowhere_else() -> None:
    residential, campus, street = (policy_of(preset) for preset in Preset)
    assert (residential.duty.mode, street.duty.mode) == (DutyMode.CONTROL_ROOM_AT_NIGHT,) * 2
    assert campus.duty.mode is DutyMode.THREE_SHIFTS
    assert [one.duty.single_post for one in (residential, campus, street)] == [False, True, False]
    assert [one.duty.developer_ports for one in (residential, campus, street)] == [True, False, False]
    assert campus.duty.post_requirements is PostRequirement.REFUSE
    assert [one.fee.enabled for one in (residential, campus, street)] == [True, False, True]
    assert [one.fee.half_factor for one in (residential, street)] == [Decimal("0.5"), Decimal("1.0")]
    for section in ("calendar", "repair", "late_fee", "dunning", "renovation", "approval"):
        assert getattr(residential, section) == getattr(campus, section) == getattr(street, section)


@pytest.mark.parametrize("preset", Preset)
def test_every_matter_that_customers_raise_falls_under_exactly_one_rule(preset: Preset) -> None:
    scopes = [scope for rule in policy_of(preset).revisit.rules for scope in rule.scope]
    assert len(scopes) == len(set(scopes))
    matters = {"repair", "complaint", "opinion", "suggestion", "assistance", "special_service", "activity", "move_in"}
    assert matters <= {scope.partition(".")[0] for scope in scopes}
    assert REVISIT_SCOPES.issuperset(scopes)
