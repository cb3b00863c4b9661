"""Case numbers, priorities, who may do what and who decides."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.messages.identifiers import CaseKind, kind_of
from workflows.messages.people import Role
from workflows.messages.policy import ApprovalPolicy
from workflows.messages.quotes import QuoteAction
from workflows.messages.repair import RepairState
from workflows.messages.repair_actions import RepairAction
from workflows.rules.allowed_actions import ACTION_TABLE, Refused, allowed_actions, check_action
from workflows.rules.authority import Decision, deciders, may_decide, who_decides
from workflows.rules.business_time import business_now
from workflows.rules.case_numbers import ALPHABET, case_number, is_case_number
from workflows.rules.priority import priority_of

SECRET = b"secret"


def test_a_message_gets_the_same_number_again_and_another_message_another() -> None:
    first = case_number(CaseKind.REPAIR, SECRET, "wechat", "m-1")
    assert case_number(CaseKind.REPAIR, SECRET, "wechat", "m-1") == first
    assert case_number(CaseKind.REPAIR, SECRET, "wechat", "m-2") != first
    assert case_number(CaseKind.REPAIR, SECRET, "phone", "m-1") != first
    assert case_number(CaseKind.REPAIR, b"another", "wechat", "m-1") != first


def test_a_message_judged_to_be_of_another_kind_keeps_its_letters() -> None:
    repair, complaint = (case_number(kind, SECRET, "wechat", "m") for kind in (CaseKind.REPAIR, CaseKind.COMPLAINT))
    assert repair[2:] == complaint[2:]
    assert (repair[:2], complaint[:2]) == ("BX", "TS")


def test_caller_and_key_cannot_be_cut_at_another_place() -> None:
    assert case_number(CaseKind.REPAIR, SECRET, "ab", "c") != case_number(CaseKind.REPAIR, SECRET, "a", "bc")


@given(st.text(max_size=40), st.text(max_size=80))
def test_every_number_can_be_read_out(caller: str, key: str) -> None:
    number = case_number(CaseKind.REPAIR, SECRET, caller, key)
    assert is_case_number(number)
    assert kind_of(number) is CaseKind.REPAIR
    assert not set("0O1IL") & set(number[3:])
    assert set(number[3:]) <= {*ALPHABET, "-"}


@pytest.mark.parametrize(
    "text", ["", "BX-7K3QM", "XX-7K3QM-9TXAB", "BX-7K3QM-9TXAO", "bx-7k3qm-9txab", "BX-7K3QM-9TXAB\n"]
)
def test_other_texts_are_no_case_numbers(text: str) -> None:
    assert not is_case_number(text)


def test_every_kind_has_a_prefix_of_its_own() -> None:
    assert len({kind.prefix for kind in CaseKind}) == len(CaseKind)


def test_emergencies_are_served_first_and_billing_last() -> None:
    assert priority_of(CaseKind.REPAIR, emergency=True) == 1
    assert priority_of(CaseKind.REPAIR, emergency=False) == 3
    assert priority_of(CaseKind.FEE_CYCLE, emergency=False) == 5


STATES = st.sampled_from([*RepairState])
ROLES = st.sampled_from([*Role])


@given(STATES, ROLES, st.booleans())
def test_what_is_listed_as_allowed_is_what_the_check_lets_through(
    state: RepairState, role: Role, is_assignee: bool
) -> None:
    listed = allowed_actions(CaseKind.REPAIR, state, role, is_assignee=is_assignee)
    for action in RepairAction:
        refused = refusal_of(action, state, role, is_assignee=is_assignee)
        assert (refused == "") == (action in listed)
        assert refused in {"", "not_allowed_for_role", "not_the_assignee", "not_allowed_in_state"}


def refusal_of(action: str, state: RepairState, role: Role, *, is_assignee: bool) -> str:
    try:
        check_action(CaseKind.REPAIR, action, state, state.label, role, is_assignee=is_assignee)
    except Refused as refusal:
        return refusal.code
    return ""


def test_every_action_of_a_repair_stands_in_the_table_once() -> None:
    written = [rule.action for rule in ACTION_TABLE[CaseKind.REPAIR]]
    assert sorted(written) == sorted([*RepairAction, *QuoteAction])


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.INTAKE, Role.SYSTEM, Role.GUARD, Role.FINANCE])
def test_roles_without_a_part_in_repairs_may_do_nothing_to_them(role: Role) -> None:
    assert all(not allowed_actions(CaseKind.REPAIR, state, role, is_assignee=True) for state in RepairState)


@pytest.mark.parametrize(
    ("decision", "amount", "role"),
    [
        (Decision.MOVE_DEADLINE, "0", Role.CS_SUPERVISOR),
        (Decision.COMPENSATION, "500.00", Role.CS_SUPERVISOR),
        (Decision.COMPENSATION, "500.01", Role.SITE_MANAGER),
        (Decision.COMPENSATION, "5000.01", Role.COMPANY_MANAGER),
        (Decision.DEDUCTION, "10.00", Role.SITE_MANAGER),
        (Decision.SECOND_EXTENSION, "0", Role.SITE_MANAGER),
    ],
)
def test_the_lowest_who_may_decide(decision: Decision, amount: str, role: Role) -> None:
    assert who_decides(decision, Decimal(amount), ApprovalPolicy()) is role


@given(st.sampled_from([*Decision]), st.decimals(0, 10_000, places=2), ROLES)
def test_whoever_may_decide_something_may_be_replaced_by_whoever_stands_higher(
    decision: Decision, amount: Decimal, role: Role
) -> None:
    policy = ApprovalPolicy()
    if may_decide(role, decision, amount, policy):
        assert may_decide(Role.COMPANY_MANAGER, decision, amount, policy)
        assert role in deciders(decision)


@given(st.timedeltas(timedelta(0), timedelta(400)))
def test_business_time_runs_on_as_workflow_time_does(elapsed: timedelta) -> None:
    received, started = datetime(2026, 5, 12, 2, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)
    assert business_now(received, started, started + elapsed) == received + elapsed
