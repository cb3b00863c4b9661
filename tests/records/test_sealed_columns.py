"""A copy of the database names nobody: personal data are sealed, each value in its own column."""

import json

import pytest
from sqlalchemy import LargeBinary, select

from activities.connections.encryption import TamperedError
from activities.records.case_queries import get_case
from activities.records.case_records import CaseRecords
from activities.records.case_tables import Case
from activities.records.late_messages import keep_late_message
from activities.records.migration import declared_schema
from activities.records.schema import SealedText
from activities.records.sealing import open_columns, seal_columns
from tests.dispatching import rota
from tests.records import repairs
from workflows.messages.people import CUSTOMER

PERSONAL = (
    "张晓梅",
    "13800138000",
    "138 0013 8000",
    "zhang@example.com",
    "老王",
    "张女士",
    "张家",
    "师傅",
    "又漏了",
    "13900001111",
)


def _dump(database):
    """Everything in every table, as bytes."""
    with database.begin() as connection:
        values = [
            value
            for table in declared_schema().sorted_tables
            for row in connection.execute(select(table))
            for value in row
        ]
    return b"\n".join(
        bytes(value) if isinstance(value, bytes) else json.dumps(value, default=str, ensure_ascii=False).encode()
        for value in values
    )


def _whole_story(database):
    number = repairs.new_number()
    rota.community(database, T001=rota.ALL_DAY)
    for make in (repairs.first_batch, repairs.dispatched_batch, repairs.completed_batch):
        CaseRecords(database).write_case(make(number))
    late = {"message_id": "m1", "actor": CUSTOMER, "intent": "reopen", "text": "又漏了", "sender_phone": "13900001111"}
    keep_late_message(database, case=number, community="YGHY", **late)
    return number


def test_no_name_number_or_word_of_a_person_stands_in_the_database(database):
    number = _whole_story(database)

    dump = _dump(database)

    assert number.encode() in dump
    assert [word for word in PERSONAL if word.encode() in dump] == []


def test_with_the_keys_all_of_it_can_be_read_again(database):
    number = _whole_story(database)

    record = get_case(database, "YGHY", number).model_dump_json()

    assert [word for word in PERSONAL if word not in record] == ["13800138000", "师傅"]


def test_the_same_name_is_stored_differently_each_time(database):
    one, other = (seal_columns(database.personal, Case, {"reporter_name": "张晓梅"}) for _ in range(2))

    assert one != other


def test_a_value_moved_to_another_column_cannot_be_read(database):
    sealed = seal_columns(database.personal, Case, {"reporter_name": "张晓梅"})

    with pytest.raises(TamperedError):
        open_columns(database.personal, Case, {"reporter_mail": sealed["reporter_name"]})


def test_what_is_empty_is_stored_as_nothing_and_read_as_empty(database):
    empty = {"reporter_name": "", "reporter_mail": None, "description": ""}

    sealed = seal_columns(database.personal, Case, empty)

    assert (sealed["reporter_name"], sealed["reporter_mail"]) == (None, None)
    assert sealed["description"], "a column that must have a value has one"
    assert set(open_columns(database.personal, Case, sealed).values()) == {""}


def test_every_column_of_bytes_is_either_sealed_or_a_digest():
    loose = [
        str(column)
        for table in declared_schema().sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and not isinstance(column.type, SealedText) and column.type.length != 32
    ]
    assert loose == []


def test_what_is_no_column_is_not_left_out_without_a_word(database):
    with pytest.raises(KeyError, match="no_such_column"):
        seal_columns(database.personal, Case, {"number": "BX-1", "no_such_column": "value"})
    with pytest.raises(KeyError, match="renamed"):
        open_columns(database.personal, Case, {"renamed": b"sealed"})
