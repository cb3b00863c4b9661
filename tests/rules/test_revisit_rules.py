"""Which matters are revisited, by whom, and what a record must hold (docs/domain/revisit.md)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.people import Actor, Role
from workflows.messages.periods import Period
from workflows.messages.records import RevisitAttempt
from workflows.messages.revisit import RevisitMethod, Satisfaction, Solved
from workflows.messages.revisit_actions import RaisedMatter, RecordDetails
from workflows.messages.revisit_policy import RevisitPolicy, RevisitRule
from workflows.messages.selecting import RevisitSelection
from workflows.rules.allowed_actions import Refused
from workflows.rules.policy_presets import Preset, preset_policy
from workflows.rules.revisit_selection import is_selected, required, terms_of
from workflows.rules.revisit_visits import (
    is_quiet,
    is_settled,
    is_unreachable,
    opinion_role,
    refuse_record,
    satisfaction_rate,
    signed_as,
    visitor_role,
)

CHINA = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkingCalendar()
POLICY = RevisitPolicy()
STEWARD = Actor(role=Role.STEWARD, code="G001")
SUPERVISOR = Actor(role=Role.CS_SUPERVISOR, code="S001")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CHINA)


def rules(preset: Preset) -> tuple[RevisitRule, ...]:
    return preset_policy(preset, "YGHY", at("01-01 00:00")).revisit.rules


def selected_of(rate: str, matters: int) -> list[int]:
    """Which of the matters are selected when nothing else happens, from 1."""
    chosen: list[int] = []
    for k in range(1, matters + 1):
        if is_selected(Decimal(rate), k, len(chosen)):
            chosen.append(k)
    return chosen


def test_rev_01_of_ten_repairs_at_thirty_per_cent_the_first_fourth_and_seventh_are_selected() -> None:
    assert selected_of("0.30", 10) == [1, 4, 7]
    assert required(Decimal("0.30"), 10) == 3


def test_rev_02_of_forty_seven_fifteen_are_required() -> None:
    assert required(Decimal("0.30"), 47) == 15


def test_rev_06_of_thirteen_complaints_at_half_seven_are_required() -> None:
    assert required(Decimal("0.50"), 13) == 7


def test_rev_18_paid_repairs_have_their_own_rule_and_sequence() -> None:
    mixed = (
        RevisitRule(id="paid", scope=("repair.paid",), window=Period(hours=24)),
        RevisitRule(id="rep", scope=("repair",), window=Period(months=1), min_rate=Decimal("0.30")),
    )
    completed = at("05-11 10:00")
    paid = terms_of(mixed, ("repair.paid", "repair"), (), completed, CALENDAR)
    free = terms_of(mixed, ("repair",), (), completed, CALENDAR)
    assert paid is not None
    assert free is not None
    assert (paid.rule, paid.due_at) == ("paid", at("05-12 10:00"))
    assert (free.rule, free.due_at) == ("rep", at("06-12 00:00"))
    assert required(paid.rate, 8) + required(free.rate, 20) == 14


def test_rev_23_an_emergency_keeps_its_place_among_repairs_and_has_the_stricter_window() -> None:
    terms = terms_of(rules(Preset.RESIDENTIAL_S1), ("repair",), ("emergency",), at("05-12 16:00"), CALENDAR)
    assert terms is not None
    assert (terms.rule, terms.rate, terms.cohort) == ("rep", Decimal("0.30"), "2026-06")
    assert terms.due_at == at("05-20 00:00"), "24:00 of 05-19"


def test_rpr_11_on_a_campus_an_emergency_is_due_within_a_day_all_the_same() -> None:
    terms = terms_of(rules(Preset.CAMPUS_S4), ("repair",), ("emergency",), at("04-12 00:35"), CALENDAR)
    assert terms is not None
    assert terms.due_at == at("04-13 00:35")


def test_rev_05_on_a_campus_every_repair_is_due_in_24_hours_whatever_the_holiday() -> None:
    terms = terms_of(rules(Preset.CAMPUS_S4), ("repair",), (), at("04-30 17:40"), CALENDAR)
    assert terms is not None
    assert (terms.due_at, terms.rate, terms.onsite_first) == (at("05-01 17:40"), Decimal("1.00"), False)


def test_a_special_service_is_counted_apart_though_its_rule_is_the_repairs() -> None:
    terms = terms_of(rules(Preset.RESIDENTIAL_S1), ("special_service",), (), at("05-12 16:00"), CALENDAR)
    assert terms is not None
    assert (terms.rule, terms.rate, terms.due_at) == ("svc", Decimal("0.30"), at("06-13 00:00"))


def test_a_matter_for_which_there_is_no_rule_is_not_revisited() -> None:
    assert terms_of(rules(Preset.RESIDENTIAL_S1), ("goods_pass",), (), at("05-12 16:00"), CALENDAR) is None


@given(st.decimals(0, 1, places=2), st.integers(1, 400))
def test_the_quota_is_met_exactly_after_every_matter(rate: Decimal, matters: int) -> None:
    assert len(selected_of(str(rate), matters)) == required(rate, matters)


@pytest.mark.parametrize(
    ("level", "by", "expected"),
    [
        ("general", None, Role.STEWARD),
        ("general", Role.CS_ASSISTANT, Role.CS_ASSISTANT),
        ("important", Role.STEWARD, Role.CS_SUPERVISOR),
        ("major", None, Role.SITE_MANAGER),
    ],
)
def test_who_visits_depends_on_the_level_before_the_rule(level: str, by: Role | None, expected: Role) -> None:
    assert visitor_role(RevisitSelection(by=by), level) is expected


@pytest.mark.parametrize(
    ("visitor", "by"),
    [
        (Role.STEWARD, Role.CS_SUPERVISOR),
        (Role.CS_SUPERVISOR, Role.SITE_MANAGER),
        (Role.SITE_MANAGER, None),
        (None, Role.CS_SUPERVISOR),
    ],
)
def test_the_opinion_is_given_one_level_up_and_on_a_managers_visit_by_nobody(
    visitor: Role | None, by: Role | None
) -> None:
    assert opinion_role(visitor, POLICY) is by


@pytest.mark.parametrize(
    ("time", "quiet"),
    [("08:59", True), ("09:00", False), ("11:59", False), ("12:00", True), ("14:00", False), ("17:30", True),
     ("19:00", False), ("20:59", False), ("21:00", True), ("03:00", True)],
)  # fmt: skip
def test_nobody_is_telephoned_at_noon_at_supper_or_at_night(time: str, quiet: bool) -> None:
    assert is_quiet(at(f"05-12 {time}"), POLICY, CALENDAR) is quiet


def attempts(*when: str) -> list[RevisitAttempt]:
    """Attempts such as ``05-12 10:00 phone``."""
    made = [text.rsplit(" ", 1) for text in when]
    return [RevisitAttempt(number=n, at=at(moment), channel=way) for n, (moment, way) in enumerate(made, start=1)]


@pytest.mark.parametrize(
    ("made", "within_a_day", "unreachable"),
    [
        (("05-12 10:00 phone", "05-12 15:00 onsite", "05-13 10:00 phone"), False, True),
        (("05-12 10:00 phone", "05-13 10:00 onsite"), False, False),
        (("05-12 10:00 phone", "05-12 15:00 onsite", "05-12 19:30 phone"), False, False),
        (("05-12 10:00 phone", "05-12 15:00 phone", "05-13 10:00 phone"), False, False),
        (("05-12 10:00 phone", "05-12 15:00 onsite", "05-12 19:30 phone"), True, True),
        (("05-12 10:00 phone", "05-12 11:00 onsite", "05-12 11:30 phone"), True, False),
    ],
)
def test_three_attempts_on_two_days_by_two_ways_are_needed(
    made: tuple[str, ...], within_a_day: bool, unreachable: bool
) -> None:
    assert is_unreachable(attempts(*made), POLICY, CALENDAR, within_a_day=within_a_day) is unreachable


COMPLETE: dict[str, Any] = {
    "method": RevisitMethod.PHONE,
    "solved": Solved.YES,
    "satisfaction": Satisfaction.SATISFIED,
    "suggestions": "无",
}


def refusal(
    actor: Actor = STEWARD, *, first_round: bool = True, selection: RevisitSelection | None = None, **changes: Any
) -> str:
    details = RecordDetails(**{**COMPLETE, **changes})
    try:
        refuse_record(
            details,
            actor,
            at("04-08 10:00"),
            first_round=first_round,
            selection=selection or RevisitSelection(),
            policy=POLICY,
            calendar=CALENDAR,
        )
    except Refused as refused:
        return refused.code
    return ""


def test_rev_09_on_site_needs_a_signature_and_by_telephone_the_form_says_so() -> None:
    assert refusal(method=RevisitMethod.ONSITE) == "signature_required"
    assert refusal(method=RevisitMethod.ONSITE, signature="FJ-1") == ""
    assert refusal() == ""
    assert signed_as(RecordDetails(**COMPLETE)) == "电话回访"
    assert signed_as(RecordDetails(**{**COMPLETE, "method": RevisitMethod.PLATFORM})) == "平台回访"


def test_rev_10_a_major_matter_is_visited_in_every_round_and_a_general_one_in_the_first() -> None:
    major, general = RevisitSelection(onsite_always=True), RevisitSelection(onsite_first=True)
    assert refusal(first_round=False, selection=major) == "onsite_required"
    assert refusal(selection=general) == "onsite_required"
    assert refusal(first_round=False, selection=general) == ""


def test_rev_27_a_customer_who_will_not_sign_needs_a_second_signer_and_a_reason() -> None:
    alone = {"method": RevisitMethod.ONSITE, "refused_to_sign": True, "refusal_reason": "不愿签字"}
    assert refusal(**alone) == "second_signer_required"
    assert refusal(**alone, second_signer="G001") == "second_signer_required", "nobody is his own second"
    assert refusal(**{**alone, "refusal_reason": " "}, second_signer="G002") == "second_signer_required"
    assert refusal(**alone, second_signer="G002") == ""
    assert signed_as(RecordDetails(**{**COMPLETE, **alone})) == "客户拒签"


def test_rev_34_all_three_answers_are_needed_and_unanswered_is_an_answer() -> None:
    for missing in ({"suggestions": " "}, {"solved": None}, {"satisfaction": None}):
        assert refusal(**missing) == "answers_missing"
    silent = {"solved": Solved.UNANSWERED, "satisfaction": Satisfaction.UNANSWERED, "suggestions": "未答"}
    assert refusal(**silent) == ""
    assert satisfaction_rate([Satisfaction.SATISFIED, Satisfaction.UNANSWERED]) == 1


def test_rev_28_fairly_satisfied_counts_as_satisfied() -> None:
    answers = [
        *[Satisfaction.VERY_SATISFIED] * 20,
        *[Satisfaction.SATISFIED] * 22,
        *[Satisfaction.FAIRLY_SATISFIED] * 3,
        *[Satisfaction.DISSATISFIED] * 5,
    ]
    assert satisfaction_rate(answers) == Decimal("0.90") == POLICY.satisfaction_target
    assert satisfaction_rate([]) is None


@pytest.mark.parametrize("answer", Satisfaction)
def test_a_matter_that_is_not_solved_is_not_settled_however_content_the_customer(answer: Satisfaction) -> None:
    assert not is_settled(RecordDetails(**{**COMPLETE, "solved": Solved.NO, "satisfaction": answer}), POLICY)


def test_a_dissatisfied_customer_is_told_a_day_within_three_and_a_later_one_by_the_supervisor() -> None:
    unhappy = {"satisfaction": Satisfaction.DISSATISFIED}
    assert refusal(**unhappy) == "rectify_by_required"
    assert refusal(**unhappy, rectify_by=date(2026, 4, 7)) == "rectify_by_in_past"
    assert refusal(**unhappy, rectify_by=date(2026, 4, 11)) == ""
    assert refusal(**unhappy, rectify_by=date(2026, 4, 12)) == "beyond_authority"
    assert refusal(SUPERVISOR, **unhappy, rectify_by=date(2026, 4, 12)) == ""


def test_a_new_matter_is_answered_at_once_or_by_an_appointed_time_within_three_days() -> None:
    now = at("04-08 10:00")
    assert refusal(matters=(RaisedMatter(kind="opinion", text="路灯太暗", answer="已解释"),)) == ""
    assert refusal(matters=(RaisedMatter(kind="opinion", text="路灯太暗"),)) == "reply_time_required"
    soon = RaisedMatter(kind="opinion", text="路灯太暗", appointed_at=now + timedelta(days=2))
    late = RaisedMatter(kind="opinion", text="路灯太暗", appointed_at=now + timedelta(days=5))
    assert refusal(matters=(soon,)) == ""
    assert refusal(matters=(late,)) == "beyond_authority"
    assert refusal(SUPERVISOR, matters=(late,)) == ""
    assert refusal(matters=(RaisedMatter(kind="opinion", text=" ", answer="好"),)) == "matter_incomplete"
