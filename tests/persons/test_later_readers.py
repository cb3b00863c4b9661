"""After somebody was erased, whatever read his name goes on: papers, notices, the list of arrears, the roster."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update
from temporalio.client import Client

from activities.attachments.attachments import Attachments
from activities.attachments.store import AttachmentStore
from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.documents.fee_forms import FeeForm
from activities.documents.fee_printing import print_fee_document
from activities.documents.paper import PaperForm
from activities.documents.printing import print_form
from activities.dunning.opening import arrears_start
from activities.notifications.directory import read_directory
from activities.notifications.recipients import addressee_of
from activities.persons.erasing import erase, plan_erasure
from activities.persons.requests import Requester
from activities.persons.treatment import ERASED
from activities.records.bill_tables import Bill
from activities.records.case_records import CaseRecords
from activities.records.community_tables import Contact, Household, Staff
from activities.records.fee_tables import FeeAccount
from activities.records.roster_export import export_roster
from tests.documents import fee_records as papers
from tests.documents.fee_pages import read
from tests.processes.fee_cases import policy
from tests.records import repairs
from tests.rules.year_2026 import CALENDAR_OF_2026
from workflows.messages.billing import ListOverdue
from workflows.messages.notices import Notice, NoticeEvent, to_customer

NAME, PHONE = repairs.ZHANG.name, repairs.ZHANG.phone
CODE, ACCOUNT = papers.CODE, papers.ACCOUNT


@pytest.fixture
async def forgotten(sample: Database, client: Client, keyring: KeyRing, tmp_path: Path) -> tuple[Database, str, int]:
    """Who paid for the first flat has moved out and been erased; a repair of his, and a receipt."""
    with sample.begin() as connection:
        home = connection.scalar(select(Household.id).where(Household.community == CODE, Household.unit == "1-101"))
        connection.execute(update(Household).where(Household.id == home).values(until=date(2026, 4, 1)))
        connection.execute(
            update(FeeAccount).where(FeeAccount.community == CODE, FeeAccount.code == ACCOUNT).values(household=home)
        )
        sold = {"code": "1-101-Y2", "unit": "1-101", "payer": "owner", "since": date(2026, 4, 1)}
        connection.execute(insert(FeeAccount).values(community=CODE, **sold))
        named = {
            "name": sample.personal.seal(NAME, "contacts.name"),
            "phone": sample.personal.seal(PHONE, "contacts.phone"),
            "phone_index": sample.personal.phone_index(PHONE),
        }
        connection.execute(update(Contact).where(Contact.household == home, Contact.position == 1).values(**named))
        staff = connection.scalar(select(Staff.code).where(Staff.community == CODE).limit(1)) or ""
    number = repairs.new_number()
    for batch in (repairs.first_batch, repairs.dispatched_batch, repairs.completed_batch):
        CaseRecords(sample).write_case(batch(number))
    papers.bill(sample)
    payment = papers.paid(sample, "751.80", "04-08 10:00")
    slip = papers.receipt(sample, payment, "751.80", "04-08 10:05")
    assert NAME in read(
        print_fee_document(sample, CODE, FeeForm.RECEIPT, str(slip), papers.CASHIER, repairs.MORNING).content
    )
    plan = await plan_erasure(sample, client, sample.personal.phone_index(PHONE), repairs.MORNING)
    attachments = Attachments(sample, AttachmentStore(tmp_path.as_uri()), keyring.personal)
    erase(sample, attachments, plan, asked_by=Requester.PERSON, staff=staff)
    return sample, number, slip


def test_a_receipt_is_printed_again_without_his_name(forgotten: tuple[Database, str, int]):
    db, _, slip = forgotten
    paper = read(print_fee_document(db, CODE, FeeForm.RECEIPT, str(slip), papers.CASHIER, repairs.MORNING).content)
    assert ERASED in paper
    assert NAME not in paper
    assert "751.80" in paper


@pytest.mark.parametrize("form", [PaperForm.REPAIR_RECORD, PaperForm.WORK_ORDER])
def test_the_forms_of_his_case_are_printed_again(forgotten: tuple[Database, str, int], form: PaperForm):
    db, number, _ = forgotten
    paper = read(print_form(db, CODE, number, form, actor=papers.CASHIER, now=repairs.MORNING).content)
    assert number in paper
    assert ERASED in paper
    assert NAME not in paper


def test_a_notice_finds_no_address_of_his(forgotten: tuple[Database, str, int]):
    db, number, _ = forgotten
    notice = Notice(
        case=number, community=CODE, event=NoticeEvent.CASE_CLOSED, recipient=to_customer(), at=repairs.MORNING
    )
    told = addressee_of(db, notice, read_directory(db, CODE))
    assert (told.phone, told.mail) == ("", "")


def test_an_arrears_case_of_his_account_opens_without_his_name(forgotten: tuple[Database, str, int]):
    db, _, _ = forgotten
    asked = ListOverdue(community=CODE, on_day=date(2026, 4, 20), at=repairs.MORNING)
    start = arrears_start(db, asked, ACCOUNT, "CJ-1", (), policy(), CALENDAR_OF_2026)
    assert (start.opening.reporter.name, start.opening.reporter.phone) == (ERASED, "")


def test_the_roster_is_handed_out_and_the_ledger_sums_to_zero(forgotten: tuple[Database, str, int]):
    db, _, _ = forgotten
    assert export_roster(db, CODE).startswith(b"PK")
    with db.begin() as connection:
        assert connection.scalar(text("SELECT sum(amount) FROM postings")) == 0
        assert connection.scalar(select(Bill.open_principal).where(Bill.account == ACCOUNT)) == 0
