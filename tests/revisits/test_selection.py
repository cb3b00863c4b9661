"""Selection is exact, whoever asks at the same time and however often (R13–R15; docs/decisions/0015)."""

import math
import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from activities.connections.database import Database
from activities.records.community_tables import Community
from activities.records.policies import publish_policy
from activities.records.revisit_tables import RevisitItem
from activities.revisits.selection import select_for_revisit, take_out_of_count
from tests.at_once import at_once
from workflows.messages.selecting import RevisitRequest, RevisitSelection, Uncounted

CHINA = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 5, 12, 12, 0, tzinfo=CHINA)


def found_community(database: Database, preset: str = "residential-S1", code: str = "YGHY") -> None:
    with database.begin() as connection:
        connection.execute(insert(Community).values(code=code, name=code, preset=preset))
    publish_policy(
        database,
        {"community": code, "preset": preset, "effective_from": "2026-01-01T00:00:00+08:00"},
        author="M001",
        reason="试行",
    )


@pytest.fixture
def residential(database: Database) -> Database:
    found_community(database)
    return database


@pytest.fixture
def busy(residential: Database, keyring: Any) -> Iterator[Database]:
    """The same database with a connection for each of eight threads."""
    opened = Database.connect(residential.engine.url.render_as_string(hide_password=False), keyring, pool_size=8)
    yield opened
    opened.close()


def select_one(database: Database, case: str, **changes: Any) -> RevisitSelection:
    known = {"case": case, "kind": "repair", "community": "YGHY", "round": 1, "scopes": ("repair",)}
    request = RevisitRequest(**{**known, "completed_at": NOON, "business_now": NOON, **changes})
    with database.begin() as connection:
        return select_for_revisit(connection, request, f"HF-{case}-{request.round}").selection


def uncount(database: Database, case: str, *, leaves_base: bool = False) -> None:
    with database.begin() as connection:
        take_out_of_count(connection, Uncounted(case=case, community="YGHY", round=1, leaves_base=leaves_base))


def test_rev_01_the_first_fourth_and_seventh_of_ten_are_selected(residential: Database) -> None:
    chosen = [k for k in range(1, 11) if select_one(residential, f"R{k}").selected]
    assert chosen == [1, 4, 7]


def test_rev_02_of_forty_seven_fifteen_are_selected(residential: Database) -> None:
    assert sum(select_one(residential, f"R{k}").selected for k in range(47)) == 15


def test_rev_05_on_a_campus_every_repair_is_selected_and_due_in_a_day(database: Database) -> None:
    found_community(database, "campus-S4")
    completed = datetime(2026, 4, 30, 17, 40, tzinfo=CHINA)
    answers = [select_one(database, f"R{k}", completed_at=completed) for k in range(3)]
    assert all(one.selected for one in answers)
    assert {one.due_at for one in answers} == {datetime(2026, 5, 1, 17, 40, tzinfo=CHINA)}


def test_rev_14_one_that_was_not_reached_is_replaced_by_the_next(residential: Database) -> None:
    for k in range(1, 5):
        select_one(residential, f"R{k}")
    uncount(residential, "R4")
    assert [k for k in range(5, 11) if select_one(residential, f"R{k}").selected] == [5, 7]
    assert counting(residential) == 3, "1, 5 and 7 of ten"


def test_one_that_was_exempted_leaves_the_base_and_is_not_replaced(residential: Database) -> None:
    for k in range(1, 4):
        select_one(residential, f"R{k}")
    uncount(residential, "R1", leaves_base=True)
    assert [k for k in range(4, 8) if select_one(residential, f"R{k}").selected] == [4, 5], "of a base without R1"


def test_rev_23_an_emergency_that_is_second_of_ten_keeps_its_place_and_counts(residential: Database) -> None:
    answers = {}
    for k in range(1, 11):
        how = {"mandatory": "emergency", "overlays": ("emergency",)} if k == 2 else {}
        answers[k] = select_one(residential, f"R{k}", **how)
    assert (answers[2].position, answers[2].selected, answers[2].rule) == (2, True, "rep")
    assert answers[2].due_at == datetime(2026, 5, 20, tzinfo=CHINA)
    assert [k for k, one in answers.items() if one.selected] == [1, 2, 7], "no fourth: two count already"


def test_asking_again_gives_the_stored_answer_even_when_others_have_come(residential: Database) -> None:
    first = select_one(residential, "R1")
    select_one(residential, "R2")
    assert select_one(residential, "R1") == first


def test_a_low_rating_afterwards_selects_a_matter_that_the_quota_left_out(residential: Database) -> None:
    select_one(residential, "R1")
    assert not select_one(residential, "R2").selected
    asked_again = select_one(residential, "R2", mandatory="low_rating")
    assert (asked_again.selected, asked_again.mandatory, asked_again.revisit) == (True, "low_rating", "HF-R2-1")


def test_each_round_of_work_has_its_own_place(residential: Database) -> None:
    select_one(residential, "R1")
    again = select_one(residential, "R1", round=2)
    assert (again.position, again.revisit) == (2, "")


def test_uncounting_twice_or_something_unknown_changes_nothing(residential: Database) -> None:
    select_one(residential, "R1")
    for _ in range(2):
        uncount(residential, "R1")
    uncount(residential, "unheard-of")
    assert counting(residential) == 0


def test_another_community_has_sequences_of_its_own(residential: Database) -> None:
    found_community(residential, code="XXJD")
    assert select_one(residential, "R1").position == 1
    assert select_one(residential, "R2", community="XXJD").position == 1


def counting(database: Database) -> int:
    with database.begin() as connection:
        return len(connection.scalars(select(RevisitItem.case).where(RevisitItem.counting)).all())


def model(rate: Decimal, events: list[tuple[str, str, bool]]) -> tuple[list[str], int]:
    """One after the other, in plain Python: which matters are selected, and how many count at the end.

    An event is (what, matter, flag): ``complete`` with whether it is mandatory, ``uncount`` with whether it leaves the
    base.
    """
    base: list[str] = []
    counting: list[str] = []
    selected: list[str] = []
    for what, matter, flag in events:
        if what == "complete":
            base.append(matter)
            if flag or len(counting) < math.ceil(rate * len(base)):
                selected.append(matter)
                counting.append(matter)
        else:
            counting = [one for one in counting if one != matter]
            base = [one for one in base if one != matter or not flag]
    return selected, len(counting)


@pytest.mark.timeout(300)
def test_eight_at_once_complete_a_thousand_matters_as_one_after_the_other_would(busy: Database) -> None:
    chance = random.Random(20260512)  # noqa: S311 - a seed, not a secret
    months = {"2026-06": NOON, "2026-07": NOON + timedelta(days=40)}
    wanted = {
        f"R{n}": (chance.choice(list(months)), "low_rating" if chance.random() < 0.1 else "") for n in range(1000)
    }
    shares = [chance.sample(part, len(part)) for part in (list(wanted)[n::8] for n in range(8))]

    def complete(caller: int) -> None:
        for case in shares[caller]:
            cohort, mandatory = wanted[case]
            for _ in range(caller % 3 + 1):  # a worker that died asks again
                select_one(busy, case, completed_at=months[cohort], mandatory=mandatory)

    at_once(8, complete)
    for cohort in months:
        items = in_order(busy, cohort)
        assert [item.position for item in items] == list(range(1, len(items) + 1))
        assert {item.case for item in items} == {case for case, (month, _) in wanted.items() if month == cohort}
        events = [("complete", item.case, bool(wanted[item.case][1])) for item in items]
        selected, counted = model(Decimal("0.30"), events)
        assert [item.case for item in items if item.selected] == selected
        assert sum(item.counting for item in items) == counted


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_with_matters_given_up_in_between_the_outcome_is_the_models(residential: Database, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seed, not a secret
    events: list[tuple[str, str, bool]] = []
    open_matters: list[str] = []
    for n in range(25):
        matter = f"S{seed}-{n}-{uuid.uuid4().hex[:6]}"
        mandatory = chance.random() < 0.1
        select_one(residential, matter, scopes=("special_service",), mandatory="low_rating" if mandatory else "")
        events.append(("complete", matter, mandatory))
        open_matters.append(matter)
        if chance.random() < 0.3:
            given_up = open_matters.pop(chance.randrange(len(open_matters)))
            leaves = chance.random() < 0.5
            uncount(residential, given_up, leaves_base=leaves)
            events.append(("uncount", given_up, leaves))
    items = [item for item in in_order(residential, "2026-06", "svc") if item.case.startswith("S")]
    mine = {matter for what, matter, _ in events if what == "complete"}
    selected, counted = model(Decimal("0.30"), events)
    assert [item.case for item in items if item.selected and item.case in mine] == selected
    assert sum(item.counting for item in items if item.case in mine) == counted
    with residential.begin() as connection:  # the next example begins with an empty sequence
        connection.execute(delete(RevisitItem))


def in_order(database: Database, cohort: str, rule: str = "rep") -> Sequence[Any]:
    with database.begin() as connection:
        return connection.execute(
            select(RevisitItem.case, RevisitItem.position, RevisitItem.selected, RevisitItem.counting)
            .where(RevisitItem.cohort == cohort, RevisitItem.rule == rule)
            .order_by(RevisitItem.position)
        ).all()
