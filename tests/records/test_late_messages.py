"""A message to a case that takes none any more is kept once, with that case and no other."""

from activities.records.case_queries import get_case
from activities.records.case_records import CaseRecords
from activities.records.late_messages import Standing, keep_late_message, standing_of
from tests.records import repairs
from workflows.messages.people import CUSTOMER


def _keep(database, number, community="YGHY", **changes):
    late = {"message_id": "m1", "actor": CUSTOMER, "intent": "reopen", "text": "又漏了"}
    return keep_late_message(database, case=number, community=community, **{**late, **changes})


def _closed_repair(database):
    number = repairs.new_number()
    for make in (repairs.first_batch, repairs.dispatched_batch, repairs.completed_batch):
        CaseRecords(database).write_case(make(number))
    return number


def test_a_late_message_that_comes_again_is_kept_once_as_it_first_came(database):
    number = _closed_repair(database)

    assert _keep(database, number) is Standing.CLOSED
    assert _keep(database, number, text="改口") is Standing.CLOSED

    assert [late.text for late in get_case(database, "YGHY", number).late_messages] == ["又漏了"]


def test_a_message_to_a_case_that_never_closed_is_kept_and_told_apart(database):
    number = repairs.new_number()
    CaseRecords(database).write_case(repairs.first_batch(number))

    assert _keep(database, number, text="还没来") is Standing.OPEN

    assert [late.text for late in get_case(database, "YGHY", number).late_messages] == ["还没来"]
    assert standing_of(database, case=number, community="YGHY") is Standing.OPEN


def test_two_late_messages_are_both_kept(database):
    number = _closed_repair(database)

    _keep(database, number)
    _keep(database, number, message_id="m2", intent="complete", text="")

    assert {late.intent for late in get_case(database, "YGHY", number).late_messages} == {"reopen", "complete"}


def test_the_number_that_a_late_message_came_from_is_kept_with_it(database):
    number = _closed_repair(database)

    _keep(database, number, sender_phone="13900001111")

    assert [late.sender_phone for late in get_case(database, "YGHY", number).late_messages] == ["13900001111"]


def test_a_late_message_never_reaches_another_communitys_case(database):
    number = _closed_repair(database)

    assert _keep(database, number, "XYDX") is Standing.UNKNOWN
    assert _keep(database, repairs.new_number()) is Standing.UNKNOWN
    assert standing_of(database, case=number, community="XYDX") is Standing.UNKNOWN

    assert get_case(database, "YGHY", number).late_messages == ()
