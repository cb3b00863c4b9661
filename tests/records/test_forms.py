"""Every form comes out of the database as it went in, and an older one never takes the place of a newer."""

from typing import get_args

import pytest
from sqlalchemy import select

from activities.records.case_forms import FORM_TABLES
from activities.records.case_queries import get_case
from activities.records.case_records import CaseRecords
from activities.records.schema import SealedText
from activities.records.sealing import table_of
from tests.records import repairs
from tests.records.filled_forms import FILLED, SPARSE
from workflows.messages.quotes import QuoteStatus
from workflows.messages.records import CaseBatch, Form
from workflows.messages.repair import RepairState

NAMES = sorted(FILLED)
EVERY_FORM = get_args(get_args(Form)[0])


def _batch(number, sequence, *forms):
    return CaseBatch(
        header=repairs.header(number, RepairState.IN_PROGRESS, sequence),
        lines=(repairs.line(sequence, RepairState.IN_PROGRESS),),
        forms=forms,
    )


def _opened(database):
    number = repairs.new_number()
    opening = repairs.first_batch(number).model_copy(update={"forms": ()})
    CaseRecords(database).write_case(opening)
    return number


def _forms(database, number):
    return get_case(database, "YGHY", number).forms


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("forms", [FILLED, SPARSE], ids=["filled", "sparse"])
def test_a_form_is_read_back_as_it_was_written(database, forms, name):
    number = _opened(database)

    CaseRecords(database).write_case(_batch(number, 3, forms[name]))

    assert _forms(database, number) == (forms[name],)


@pytest.mark.parametrize("name", NAMES)
def test_writing_a_form_twice_leaves_one(database, name):
    number = _opened(database)

    for _ in range(2):
        CaseRecords(database).write_case(_batch(number, 3, FILLED[name]))

    assert _forms(database, number) == (FILLED[name],)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("older", "newer"), [(SPARSE, FILLED), (FILLED, SPARSE)], ids=["filled_in", "emptied"])
def test_an_older_form_that_comes_after_a_newer_changes_nothing(database, name, older, newer):
    number = _opened(database)
    records = CaseRecords(database)

    records.write_case(_batch(number, 3, older[name]))
    records.write_case(_batch(number, 4, newer[name]))
    records.write_case(_batch(number, 3, older[name]))

    assert _forms(database, number) == (newer[name],)


def test_all_forms_of_one_case_stand_in_its_record_together(database):
    number = _opened(database)

    CaseRecords(database).write_case(_batch(number, 3, *FILLED.values()))

    assert set(_forms(database, number)) == set(FILLED.values())


def test_a_second_quote_stands_beside_the_first(database):
    number = _opened(database)
    first = FILLED["quote"]
    second = first.model_copy(update={"number": 2, "status": QuoteStatus.SUPERSEDED})

    CaseRecords(database).write_case(_batch(number, 3, first, second))

    assert _forms(database, number) == (first, second)


def test_every_kind_of_form_has_its_table_and_its_example():
    assert set(FORM_TABLES) == set(EVERY_FORM)
    assert {type(form) for form in FILLED.values()} == set(EVERY_FORM)
    assert {type(form) for form in SPARSE.values()} == set(EVERY_FORM)


@pytest.mark.parametrize("message", EVERY_FORM, ids=lambda message: message.__name__)
def test_every_field_of_a_form_has_its_column(message):
    columns = set(table_of(FORM_TABLES[message]).columns.keys())
    assert set(message.model_fields) - {"form"} <= columns


@pytest.mark.parametrize("name", NAMES)
def test_an_example_fills_every_field(name):
    empty = type(FILLED[name]).model_construct().model_dump()
    assert [
        field for field, value in FILLED[name].model_dump(exclude={"form"}).items() if value == empty.get(field)
    ] == []


WRITTEN_BY_PEOPLE = (
    *("主卧卫生间", "赵先生", "更换角阀", "代购花洒", "134.85", "王女士", "李工", "赵家", "擦窗", "孙师傅", "周师傅"),
    *("已告知", "吴女士", "郑先生", "冯家", "明天派人"),
)


def test_what_people_wrote_into_a_form_cannot_be_read_without_the_keys(database):
    number = _opened(database)
    CaseRecords(database).write_case(_batch(number, 3, *FILLED.values()))

    with database.begin() as connection:
        stored = [
            value if isinstance(value, bytes) else str(value).encode()
            for row in FORM_TABLES.values()
            for column in table_of(row).columns
            if isinstance(column.type, SealedText) or column.name not in {"agency", "service_fee"}
            for value in connection.scalars(select(column))
        ]

    readable = b"\n".join(bytes(value) for value in stored)
    assert number.encode() in readable
    assert [word for word in WRITTEN_BY_PEOPLE if word.encode() in readable] == []
