"""Who is offered a job: the rule alone, for any community that can be."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.messages.dispatching import OfferOutcome, OfferRequest
from workflows.messages.people import Trade
from workflows.rules.dispatching import Candidate, choose

NOW = datetime(2026, 4, 15, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CODES = [f"T{number:03}" for number in range(1, 9)]
AREAS = ["A1", "A2"]

candidates = st.lists(
    st.builds(
        Candidate,
        code=st.sampled_from(CODES),
        trades=st.frozensets(st.sampled_from([Trade.PLUMBING, Trade.ELECTRICAL, Trade.GENERAL])),
        on_duty=st.booleans(),
        areas=st.frozensets(st.sampled_from(AREAS)),
        open_jobs=st.integers(0, 3),
        last_offered_at=st.none() | st.integers(0, 3).map(lambda hours: NOW - timedelta(hours=hours)),
    ),
    unique_by=lambda candidate: candidate.code,
)
requests = st.builds(
    OfferRequest,
    case=st.just("BX-7K3QM-9TXAB"),
    community=st.just("YGHY"),
    attempt=st.just(1),
    business_now=st.just(NOW),
    trade=st.sampled_from([Trade.PLUMBING, Trade.GAS, Trade.GENERAL]),
    area=st.sampled_from(["", *AREAS]),
    declined=st.lists(st.sampled_from(CODES), max_size=4).map(tuple),
    emergency=st.booleans(),
)
a_name = st.sampled_from([*CODES, "T404"])


def _request(**changes):
    known = {"case": "BX-7K3QM-9TXAB", "community": "YGHY", "attempt": 1, "business_now": NOW}
    return OfferRequest(**{**known, "trade": Trade.PLUMBING, **changes})


def _plumber(code, **changes):
    return Candidate(code=code, trades=frozenset({Trade.PLUMBING}), **changes)


@given(candidates, requests, st.randoms(use_true_random=False))
def test_the_order_in_which_technicians_are_listed_does_not_matter(people, request, shuffler):
    shuffled = list(people)
    shuffler.shuffle(shuffled)

    assert choose(shuffled, request) == choose(people, request)


@given(candidates, requests)
def test_nobody_off_duty_or_who_has_declined_is_ever_chosen_by_the_rule(people, request):
    by_code = {person.code: person for person in people}

    chosen = choose(people, request).technician

    assert chosen not in request.declined
    assert chosen == "" or by_code[chosen].on_duty


@given(candidates, requests, a_name)
def test_a_named_technician_is_offered_the_job_whatever_the_rule_would_say(people, request, name):
    known = name in {person.code for person in people}

    outcome = choose(people, request.model_copy(update={"named": name}))

    assert outcome == (OfferOutcome(technician=name, considered=1) if known else OfferOutcome())


@given(candidates, requests)
def test_nobody_is_offered_an_ordinary_job_that_is_not_of_the_trade_nor_anyone_of_general_trade(people, request):
    request = request.model_copy(update={"emergency": False})
    by_code = {person.code: person for person in people}

    chosen = choose(people, request).technician

    if chosen and request.trade is not Trade.GENERAL:
        assert by_code[chosen].trades & {request.trade, Trade.GENERAL}


@given(candidates, requests)
def test_in_an_emergency_somebody_goes_if_anybody_on_duty_has_not_declined(people, request):
    free = {person.code for person in people if person.on_duty} - set(request.declined)

    outcome = choose(people, request.model_copy(update={"emergency": True}))

    assert (outcome.technician in free) if free else outcome == OfferOutcome()
    assert outcome.considered == len(free)


@given(candidates, requests)
def test_an_emergency_finds_whoever_an_ordinary_job_would_find(people, request):
    ordinary = choose(people, request.model_copy(update={"emergency": False}))
    emergency = choose(people, request.model_copy(update={"emergency": True}))

    if ordinary.technician:
        assert emergency.technician == ordinary.technician


@given(candidates, requests)
def test_whoever_declines_is_replaced_by_another_until_nobody_is_left(people, request):
    asked = []
    while True:
        outcome = choose(people, request.model_copy(update={"declined": (*request.declined, *asked)}))
        if not outcome.technician:
            break
        asked.append(outcome.technician)

    assert len(asked) == len(set(asked)) == choose(people, request).considered


@given(candidates, requests)
def test_no_other_of_the_trade_has_fewer_open_jobs_than_the_one_chosen(people, request):
    chosen = choose(people, request).technician
    if not chosen:
        return
    able = [person for person in people if person.on_duty and person.code not in request.declined]
    of_the_trade = [person for person in able if request.trade in (Trade.GENERAL, *person.trades)]
    if of_the_trade:
        assert chosen in {person.code for person in of_the_trade}
        jobs = {person.code: person.open_jobs for person in of_the_trade}
        assert jobs[chosen] == min(jobs.values())


@given(candidates, requests, st.integers(1, 3))
def test_having_less_to_do_never_costs_anyone_the_offer(people, request, fewer):
    chosen = choose(people, request).technician
    eased = [
        replace(person, open_jobs=person.open_jobs - fewer) if person.code == chosen else person for person in people
    ]

    assert choose(eased, request).technician == chosen


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (_plumber("T002", open_jobs=3), Candidate("T001", frozenset({Trade.GENERAL}))),
        (_plumber("T002"), _plumber("T001", open_jobs=1, areas=frozenset({"A1"}))),
        (_plumber("T002", areas=frozenset({"A1"}), last_offered_at=NOW), _plumber("T001", areas=frozenset({"A2"}))),
        (_plumber("T002"), _plumber("T001", last_offered_at=NOW - timedelta(days=9))),
        (_plumber("T002", last_offered_at=NOW - timedelta(hours=2)), _plumber("T001", last_offered_at=NOW)),
        (_plumber("T001"), _plumber("T002")),
    ],
    ids=[
        "the trade before general trade, however busy",
        "fewer open jobs before the area",
        "the unit's area before the longest wait",
        "never offered anything before offered long ago",
        "waited longer before just offered",
        "all equal: by code",
    ],
)
def test_one_comes_before_the_other(better, worse):
    assert choose([worse, better], _request(area="A1")) == OfferOutcome(technician=better.code, considered=2)


def test_a_job_of_general_trade_fits_anyone():
    electrician = Candidate("T001", frozenset({Trade.ELECTRICAL}))

    assert choose([electrician], _request(trade=Trade.GENERAL)).technician == "T001"
    assert choose([electrician], _request(trade=Trade.GAS)).technician == ""


def test_an_emergency_takes_the_trade_first_then_general_trade_then_anyone():
    plumber, handyman = _plumber("T003", open_jobs=9), Candidate("T002", frozenset({Trade.GENERAL}), open_jobs=1)
    electrician = Candidate("T001", frozenset({Trade.ELECTRICAL}))
    everyone, declined = [electrician, handyman, plumber], []
    while chosen := choose(everyone, _request(emergency=True, declined=tuple(declined))).technician:
        declined.append(chosen)

    assert declined == ["T003", "T002", "T001"]
