"""Every print has a number without a gap and an entry in the register; all but the first say 补打."""

import hashlib
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import typst
from sqlalchemy import select

from activities.documents.fonts import FontMissingError
from activities.documents.forms import fill
from activities.documents.paper import PaperForm
from activities.documents.printing import PrintRefusedError, papers_of, print_form, prints_of
from activities.records.case_queries import get_case
from activities.records.case_records import CaseRecords
from activities.records.community_tables import Community
from tests.at_once import at_once
from tests.documents import sheets
from tests.records import repairs
from workflows.messages.identifiers import CaseKind
from workflows.messages.people import Actor, Role
from workflows.messages.records import RevisitRecord, RevisitTask
from workflows.messages.revisit import RevisitState
from workflows.rules.case_numbers import case_number

NOON = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=ZoneInfo("Asia/Shanghai"))
DESK = Actor(role=Role.CS_ASSISTANT, code="C001")
RECORD, ORDER, REVISIT = PaperForm.REPAIR_RECORD, PaperForm.WORK_ORDER, PaperForm.REVISIT_RECORD


def a_repair(database, community="YGHY"):
    number = repairs.new_number()
    for batch in (repairs.first_batch, repairs.dispatched_batch, repairs.completed_batch):
        CaseRecords(database).write_case(batch(number, community))
    return number


def printed(database, number, form=RECORD, community="YGHY", now=NOON, **more):
    return print_form(database, community, number, form, actor=DESK, now=now, **more)


def test_the_first_print_is_the_original_and_the_next_are_reprints(sample):
    number = a_repair(sample)

    prints = [printed(sample, number, now=NOON + timedelta(minutes=minute)) for minute in range(3)]

    assert [each.print_number for each in prints] == ["BXJL-2026-000001", "BXJL-2026-000002", "BXJL-2026-000003"]
    assert [each.copy for each in prints] == [0, 1, 2]
    assert all(each.content.startswith(b"%PDF-") for each in prints)
    assert prints[0].file_name == f"报修记录-{number}.pdf"


def test_the_register_says_who_printed_what_and_when_and_holds_the_digest_of_the_sheet(sample):
    number = a_repair(sample)
    first, order = printed(sample, number), printed(sample, number, ORDER, now=NOON + timedelta(hours=1))

    entries = prints_of(sample, "YGHY", number)

    assert [(each.print_number, each.form_label, each.copy_number) for each in entries] == [
        (first.print_number, "报修记录", 0),
        (order.print_number, "维修派工单", 0),
    ]
    assert entries[0].printed_at == NOON
    assert entries[0].printed_by == DESK
    assert entries[0].last_sequence == 5
    assert entries[0].sha256 == hashlib.sha256(first.content).hexdigest()


def test_forms_communities_and_years_are_numbered_each_by_themselves(sample):
    ours, theirs = a_repair(sample), a_repair(sample, "XYDX")
    new_year = datetime(2026, 12, 31, 16, 30, tzinfo=ZoneInfo("UTC"))  # half past midnight in Shanghai

    assert printed(sample, ours).print_number == "BXJL-2026-000001"
    assert printed(sample, ours, ORDER).print_number == "WXPG-2026-000001"
    assert printed(sample, theirs, community="XYDX").print_number == "BXJL-2026-000001"
    assert printed(sample, a_repair(sample)).print_number == "BXJL-2026-000002"
    assert printed(sample, ours, now=new_year).print_number == "BXJL-2027-000001"
    assert printed(sample, ours, now=new_year).copy == 2


def test_eight_who_print_at_once_get_eight_numbers_without_a_gap(sample):
    numbers = [a_repair(sample) for _ in range(2)]

    prints = at_once(8, lambda index: printed(sample, numbers[index % 2]))

    assert sorted(each.print_number for each in prints) == [f"BXJL-2026-{serial:06}" for serial in range(1, 9)]
    for number in numbers:
        assert sorted(each.copy for each in prints if each.case == number) == [0, 1, 2, 3]


def test_a_print_that_fails_takes_no_number(sample):
    number = a_repair(sample)
    with pytest.raises(FontMissingError):
        printed(sample, number, fonts=typst.Fonts(include_system_fonts=False))
    with pytest.raises(PrintRefusedError):
        printed(sample, number, REVISIT)

    assert prints_of(sample, "YGHY", number) == ()
    assert printed(sample, number).print_number == "BXJL-2026-000001"


def test_a_form_of_another_kind_of_case_is_refused(sample):
    with pytest.raises(PrintRefusedError, match="《回访记录表》只用于回访单") as refused:
        printed(sample, a_repair(sample), REVISIT)

    assert refused.value.code == "form_not_of_case"


def test_a_foreign_communitys_case_is_as_good_as_none(sample):
    theirs = a_repair(sample, "XYDX")
    printed(sample, theirs, community="XYDX")

    with pytest.raises(PrintRefusedError) as refused:
        printed(sample, theirs)

    assert refused.value.code == "unknown_case"
    assert prints_of(sample, "YGHY", theirs) == ()


def test_a_form_is_filled_in_from_the_tables_of_quotes_and_charges_and_names_the_staff(sample):
    number = repairs.new_number()
    batch = repairs.dispatched_batch(number)
    CaseRecords(sample).write_case(repairs.first_batch(number))
    forms = (*batch.forms, *sheets.quotes(), sheets.charge())
    CaseRecords(sample).write_case(batch.model_copy(update={"forms": forms}))

    papers = papers_of(sample, get_case(sample, "YGHY", number), NOON)
    fields = fill(ORDER, papers).fields

    assert papers.community_name == _name(sample, "YGHY")
    assert papers.tz == "Asia/Shanghai"
    assert fields["quotes"][0]["lines"][2] == {
        "code": "(表外)",
        "name": "定制橱柜踢脚修复",
        "unit": "米",
        "quantity": "2.5",
        "unit_price": "480.00",
        "total": "1,200.00",
    }
    assert fields["charge"]["collected"] == "91.00"
    assert fields["order"]["technician"].endswith("(T001)")
    assert fields["order"]["technician"] != "(T001)"


def test_a_revisit_is_printed_with_the_words_of_its_original_case(sample):
    original = a_repair(sample)
    number = case_number(CaseKind.REVISIT, b"tests", "revisit", original)
    task = RevisitTask(
        original=original,
        original_kind="repair",
        original_round=1,
        completed_at=repairs.MORNING,
        window_ends_at=repairs.MORNING + timedelta(days=30),
    )
    record = RevisitRecord(
        round=1, visitor="C001", method="phone", at=NOON, solved="yes", satisfaction="satisfied", signed_as="电话回访"
    )
    batch = repairs.first_batch(number, kind=CaseKind.REVISIT)
    header = batch.header.model_copy(
        update={
            "kind": CaseKind.REVISIT,
            "state": RevisitState.SATISFIED,
            "state_label": RevisitState.SATISFIED.label,
        }
    )
    CaseRecords(sample).write_case(batch.model_copy(update={"header": header, "forms": (task, record)}))

    fields = fill(REVISIT, papers_of(sample, get_case(sample, "YGHY", number), NOON)).fields

    assert fields["original"] == original
    assert fields["original_text"] == "厨房水管漏水,钥匙在门卫老王处"
    assert printed(sample, number, REVISIT).print_number == "HFJL-2026-000001"


def _name(database, community):
    with database.begin() as connection:
        return connection.scalar(select(Community.name).where(Community.code == community))
