"""What no company may decide: each floor and limit refuses by the name of its field."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.messages.fee_policy import DunningPolicy
from workflows.messages.periods import Period
from workflows.messages.policy import Policy
from workflows.rules.policy_law import problems
from workflows.rules.policy_presets import Preset, preset_policy
from workflows.rules.repair_classification import Hazard

LAWFUL = preset_policy(Preset.RESIDENTIAL_S1, "YGHY", datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")))


def changed(path: str, value: Any) -> Policy:
    """The lawful policy with one field changed, however deep it lies."""
    whole = LAWFUL.model_dump(mode="json")
    *way, last = path.split(".")
    place = whole
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return Policy.model_validate(whole)


def codes(policy: Policy) -> dict[str, str]:
    return {problem.field: problem.code for problem in problems(policy)}


@pytest.mark.parametrize("lever", DunningPolicy().forbid)
def test_a_forbidden_lever_of_dunning_cannot_be_allowed(lever: str) -> None:
    policy = changed("dunning.forbid", [one for one in DunningPolicy().forbid if one != lever])
    assert codes(policy) == {"dunning.forbid": "below_floor"}
    assert lever in problems(policy)[0].message


def test_more_levers_may_be_forbidden() -> None:
    assert codes(changed("dunning.forbid", [*DunningPolicy().forbid, "parking_entry"])) == {}


@pytest.mark.parametrize("hazard", Hazard)
def test_no_hazard_may_lose_the_words_by_which_it_is_recognised(hazard: Hazard) -> None:
    path = f"repair.hazard_words.{hazard}"
    assert codes(changed(path, [])) == {path: "below_floor"}


def test_hazards_left_out_of_the_table_of_words_are_refused_each_by_name() -> None:
    assert codes(changed("repair.hazard_words", {})) == {f"repair.hazard_words.{one}": "below_floor" for one in Hazard}


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("preset", "villa-S9", "unknown_value"),
        ("effective_from", "0001-01-02T00:00:00+00:00", "out_of_range"),
        ("calendar.tz", "Europe/Berlin", "unknown_value"),
        # the day before a holiday would take days from the customer
        ("calendar.customer_roll", "preceding", "unknown_value"),
        ("repair.acceptance.limit", "PT0M", "must_be_positive"),
        ("repair.acceptance.limit", {"minutes": -5}, "must_be_positive"),
        ("repair.acceptance.limit", {"hours": 1, "minutes": -60}, "must_be_positive"),
        ("repair.acceptance.limit", {"days": 1, "hours": 2}, "mixed_units"),
        ("repair.acceptance.limit", {"days": 0, "hours": 2}, "mixed_units"),
        ("repair.acceptance.limit", "PT99999999999H", "out_of_range"),
        ("repair.finish.limit", "P13M", "out_of_range"),
        ("repair.finish.limit", "P400B", "out_of_range"),
        ("repair.finish.next_after", "PT0M", "must_be_positive"),
        ("repair.finish.remind_share", 0, "out_of_range"),
        ("repair.finish.remind_share", 1.2, "out_of_range"),
        ("repair.finish.remind_share", float("nan"), "out_of_range"),
        ("repair.finish.alert", [], "required"),
        ("repair.finish.alert", ["customer"], "unknown_value"),
        ("repair.finish.next_level", ["system"], "unknown_value"),
        ("repair.misses_before_lead_assigns", 0, "out_of_range"),
        ("repair.default_acceptance", "P0D", "must_be_positive"),
        ("repair.reopen_window", "P0D", "must_be_positive"),
        ("repair.hazard_words.gas.0", "漏", "out_of_range"),
        ("repair.hazard_words.gas.0", "漏 气", "bad_text"),
        ("repair.urgent_words.0", "停\u200b水", "bad_text"),
        ("repair.trade_words.lift.0", "", "out_of_range"),
        ("revisit.satisfied_from", 6, "out_of_range"),
        ("revisit.rules.0.id", "", "bad_text"),
        ("revisit.rules.0.scope", [], "required"),
        ("revisit.rules.0.scope", ["repairs"], "unknown_value"),
        ("revisit.rules.0.window", None, "required"),
        ("revisit.rules.0.window", "P0D", "must_be_positive"),
        ("revisit.rules.0.min_rate", "1.01", "out_of_range"),
        ("revisit.rules.0.min_rate", "-0.01", "out_of_range"),
        ("revisit.rules.0.first_channel", "pigeon", "unknown_value"),
        ("revisit.rules.0.all_rounds", "pigeon", "unknown_value"),
        ("revisit.rules.0.by", "customer", "unknown_value"),
        ("revisit.rules.0.satisfaction_target", "90", "out_of_range"),
        ("revisit.rules.7.same_as", "nothing", "unknown_value"),
        ("revisit.rules.1.id", "rep", "duplicate"),
        ("revisit.rules.1.scope", ["repair"], "duplicate"),
        ("fee.half_factor", "1.5", "out_of_range"),
        ("fee.half_factor", "-0.5", "out_of_range"),
        ("fee.full_trigger", "whenever", "unknown_value"),
        ("fee.allocation", "late_fee_first", "unknown_value"),
        ("fee.proration", "thirtieths", "unknown_value"),
        ("fee.due_day", 31, "out_of_range"),
        # the slip that the message names: 0.05 % typed as 0.05
        ("late_fee.daily", "0.05", "out_of_range"),
        ("late_fee.cap_ratio", "1.1", "out_of_range"),
        ("late_fee.require_contract_clause", False, "below_floor"),
        ("fee.extraction_day", 31, "out_of_range"),
        ("fee.review_day", 24, "out_of_range"),
        ("fee.due_day", 21, "out_of_range"),
        ("fee.interim_due_days", 0, "out_of_range"),
        ("late_fee.supervisor_waives_up_to", "-1", "out_of_range"),
        ("dunning.sealed", ["second"], "below_floor"),
        ("dunning.sealed", ["first", "other_means"], "unknown_value"),
        ("dunning.other_means", ["lawsuit", "water"], "below_floor"),
        ("dunning.further_attempts", -1, "out_of_range"),
        ("fee.vacancy.after_months", -1, "out_of_range"),
        ("fee.vacancy.after_months", 61, "out_of_range"),
        ("fee.vacancy.factor", "1.1", "out_of_range"),
        ("cash.overnight_limit", "0.001", "out_of_range"),
        ("cash.value_date_days", 0, "out_of_range"),
        ("cash.reference_required", ["transfer", "cash"], "unknown_value"),
        ("fee_reports.gathering_closes_day", 24, "out_of_range"),
        ("dunning.step_days", [10, 10], "out_of_range"),
        ("dunning.step_days.1", 0, "out_of_range"),
        ("renovation.review", "P0B", "must_be_positive"),
        ("renovation.extensions_at_most", -1, "out_of_range"),
        ("approval.supervisor_limit", "-1", "out_of_range"),
        ("approval.supervisor_limit", "500.001", "out_of_range"),
        ("approval.supervisor_limit", "6000.00", "out_of_range"),
        ("approval.site_manager_limit", "1e400", "out_of_range"),
    ],
)
def test_a_senseless_value_is_refused_by_the_name_of_its_field(path: str, value: Any, code: str) -> None:
    assert codes(changed(path, value))[path] == code


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("repair.promise.alert", [], "required"),
        ("repair.promise_at_most", "P0D", "must_be_positive"),
        ("repair.merge_within", "PT0M", "must_be_positive"),
        ("repair.same_fault_within", "P2000D", "out_of_range"),
        ("repair.off_list_limit", "-1", "out_of_range"),
        ("repair.call_out_fee", "0.005", "out_of_range"),
        ("repair.hot_issue_from", 1, "out_of_range"),
        ("repair.no_shows_before_closing", 0, "out_of_range"),
        ("repair.low_rating", 6, "out_of_range"),
        ("repair.work_time_due", "P3D", "unknown_value"),
        ("repair.warranty.waterproof_words.0", "渗 水", "bad_text"),
        ("service.quoting.limit", "PT0M", "must_be_positive"),
        ("service.signature.alert.0", "customer", "unknown_value"),
        ("service.late_cancellation_fee", "-0.01", "out_of_range"),
        ("service.free_cancellation_before", "P400D", "out_of_range"),
        ("revisit.window.remind_share", 0, "out_of_range"),
        ("revisit.attempts", 21, "out_of_range"),
        ("revisit.attempt_days", 4, "out_of_range"),
        ("revisit.attempt_channels", 4, "out_of_range"),
        ("revisit.satisfaction_target", "90", "out_of_range"),
        ("revisit.opinion_by", "system", "unknown_value"),
        ("revisit.reply_at_most", "P0D", "must_be_positive"),
    ],
)
def test_a_senseless_value_about_cases_is_refused_by_the_name_of_its_field(path: str, value: Any, code: str) -> None:
    field = path if not path.endswith("alert.0") else path.removesuffix(".0")
    assert codes(changed(path, value)) == {field: code}


@pytest.mark.parametrize("spelled", ["9:30", "24:00", "09:30:15", "09:30+08:00", "九点半", ""])
def test_a_time_of_day_that_no_process_could_read_is_refused(spelled: str) -> None:
    assert codes(changed("repair.backfill_by", spelled)) == {"repair.backfill_by": "wrong_type"}
    assert codes(changed("revisit.quiet_hours.1.0", spelled)) == {"revisit.quiet_hours.1.0": "wrong_type"}


@pytest.mark.parametrize(
    ("kind", "least"), [("structure", 600), ("waterproof", 60), ("heating_and_cooling", 24), ("general", 24)]
)
def test_a_warranty_may_be_longer_than_the_law_asks_and_never_shorter(kind: str, least: int) -> None:
    path = f"repair.warranty.{kind}"
    assert codes(changed(path, f"P{least - 1}M")) == {path: "below_floor"}
    assert codes(changed(path, f"P{least}M")) == {}
    assert codes(changed(path, f"P{least + 12}M")) == {}
    assert codes(changed(path, "P9999M")) == {path: "out_of_range"}
    assert codes(changed(path, "P365D")) == {path: "mixed_units"}


def test_an_unknown_trade_or_hazard_in_the_tables_of_words_is_refused() -> None:
    whole = LAWFUL.model_dump(mode="json")
    whole["repair"]["hazard_words"]["meteorite"] = ["陨石坠落"]
    whole["repair"]["trade_words"]["magic"] = ["魔法"]
    found = codes(Policy.model_validate(whole))
    assert found == {"repair.hazard_words": "unknown_value", "repair.trade_words": "unknown_value"}


def test_the_same_day_is_a_lawful_limit_and_no_observation_is_lawful_too() -> None:
    assert codes(changed("repair.finish_urgent.limit", "P0D")) == {}
    assert codes(changed("renovation.observation", "P0D")) == {}


def test_all_problems_are_told_at_once() -> None:
    policy = LAWFUL.model_copy(
        update={
            "preset": "?",
            "late_fee": LAWFUL.late_fee.model_copy(update={"daily": Decimal(1)}),
            "dunning": DunningPolicy(forbid=()),
        }
    )
    assert codes(policy).keys() == {"preset", "late_fee.daily", "dunning.forbid"}
    assert all(problem.message.isprintable() and len(problem.message) > 3 for problem in problems(policy))


@given(
    months=st.integers(-3, 15),
    working_days=st.integers(-3, 400),
    days=st.none() | st.integers(-3, 400),
    hours=st.integers(-3, 10_000),
    minutes=st.integers(-3, 10_000),
)
def test_a_period_that_is_accepted_is_positive_of_one_unit_and_at_most_a_year(
    months: int, working_days: int, days: int | None, hours: int, minutes: int
) -> None:
    period = Period(months=months, working_days=working_days, days=days, hours=hours, minutes=minutes)
    repair = LAWFUL.repair.model_copy(update={"reopen_window": period})
    if not problems(LAWFUL.model_copy(update={"repair": repair})):
        given_units = [bool(months), bool(working_days), days is not None, bool(hours or minutes)]
        assert sum(given_units) == 1
        assert min(months, working_days, days or 0, hours, minutes) >= 0
        assert Period.parse(str(period)) == Period(
            months=months, working_days=working_days, days=days, hours=hours, minutes=minutes
        )
