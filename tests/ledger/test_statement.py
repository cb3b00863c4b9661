"""《业主收费台账》: what stands on it is what the ledger says (S4 篇4.2)."""

import io
from decimal import Decimal

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from activities.documents.fonts import fonts_of_this_process
from activities.ledger.account_state import standing
from activities.ledger.billing import NewBill, issue_bill
from activities.ledger.refused import LedgerRefusedError
from activities.ledger.statement import Statement, statement
from activities.ledger.statement_paper import statement_pdf
from activities.ledger.statement_workbook import COLUMNS, statement_workbook
from tests.billing.community import CODE, at, day, flat
from tests.ledger.test_money_requests import FINANCE, SUPERVISOR, asked, deposit, signed, sold
from tests.ledger.test_payments import ACCOUNT, Q1, issue, pay, reverse
from tests.processes.fee_cases import policy
from workflows.messages.ledger import BillKind, FeeItem
from workflows.messages.people import SYSTEM


def of(db, account: str = ACCOUNT, first: str = "01-01", last: str = "12-31") -> Statement:
    with db.begin() as connection:
        return statement(connection, db.personal, CODE, account, day(first), day(last))


@pytest.fixture
def lived(billed):
    """Two bills, a payment that was reversed, one that stands and prepays, a refund, a deposit."""
    flat(billed, facts=[("permit_issued", "2020-01-01")])
    issue(billed, "2026Q1", "01-02", "01-12")
    taken = pay(billed, "751.80", "01-10 10:00")
    reverse(billed, taken.number, "01-20 09:00")
    issue(billed, "2026Q2", "03-26", "04-10")
    pay(billed, "1600.00", "04-08 10:00")
    deposit(billed, "2000.00")
    request = asked(billed, "refund", account=ACCOUNT, amount="10.00")
    for post in (SUPERVISOR, FINANCE):
        signed(billed, request.number, post)
    return billed


def test_every_movement_has_its_line_and_the_balance_ends_at_what_is_owed(lived):
    seen = of(lived)
    assert [(line.kind.value, str(line.charged), str(line.paid), str(line.owed)) for line in seen.lines] == [
        ("billing", "751.80", "0.00", "751.80"),
        ("payment", "0.00", "751.80", "0.00"),
        ("reversal", "0.00", "-751.80", "751.80"),
        ("billing", "751.80", "0.00", "1503.60"),
        ("deposit", "0.00", "0.00", "1503.60"),
        ("payment", "0.00", "1503.60", "0.00"),
        ("refund", "0.00", "0.00", "0.00"),
    ]
    with lived.begin() as connection:
        stands = standing(connection, CODE, ACCOUNT, day("12-31"), policy().late_fee)
    assert seen.owed == sum((bill.principal for bill in stands.bills), Decimal(0))
    assert (seen.prepaid, seen.deposit) == (stands.prepaid, Decimal("2000.00"))
    late = sum((line.late_fee for line in seen.lines), Decimal(0))
    assert (seen.prepaid, late) == (Decimal("1600.00") - Decimal("1503.60") - late - 10, late)


def test_what_lies_before_is_brought_forward(lived):
    seen = of(lived, first="04-01")
    assert (seen.owed_before, seen.prepaid_before) == (Decimal("1503.60"), Decimal(0))
    assert [line.day for line in seen.lines] == [day("04-01"), day("04-08"), day("04-20")]
    assert of(lived, last="01-15").owed == 0


def issue_to(db, account: str) -> None:
    new = NewBill(
        community=CODE, number=f"{account}/2026Q3", account=account, kind=BillKind.QUARTER,
        item=FeeItem.MANAGEMENT_FEE, period="2026Q3", issued_on=day("06-26"), due_on=day("07-10"),
        at=at("06-26 10:00"), actor=SYSTEM, amount=Decimal("751.80"),
    )  # fmt: skip
    with db.begin() as connection:
        issue_bill(connection, db.personal, new)


def test_the_renovation_book_is_kept_apart_but_for_its_deposits(lived):
    before = of(lived)
    with lived.begin() as connection:
        number = f"{ACCOUNT}/202604-renovation-1"
        bill = NewBill(
            community=CODE, number=number, account=ACCOUNT, kind=BillKind.SINGLE, item=FeeItem.RENOVATION,
            period="2026-04", issued_on=day("04-20"), due_on=day("04-30"), at=at("04-20 10:00"), actor=SYSTEM,
            amount=Decimal("300.00"),
        )  # fmt: skip
        issue_bill(connection, lived.personal, bill)
    assert of(lived) == before


def test_a_new_owners_statement_holds_nothing_of_the_one_before_him(lived):
    new = sold(lived)
    issue_to(lived, new)
    assert of(lived, new).lines
    assert all(bill.startswith(f"{new}/") for line in of(lived, new).lines for bill in line.bills)
    assert not any(bill == Q1 for line in of(lived, new).lines for bill in line.bills)


def test_the_spreadsheet_says_the_same(lived):
    seen = of(lived)
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(statement_workbook(seen)))
    rows = workbook.get_sheet_by_index(0).to_python()
    assert tuple(rows[3]) == COLUMNS
    assert len(rows) == 4 + len(seen.lines)
    assert rows[4][:5] == [day("01-02"), "计提应收", Q1, 751.8, 0.0]
    assert rows[-1][9:11] == [float(seen.owed), float(seen.prepaid)]


def test_the_paper_says_the_same_on_as_many_pages_as_it_takes(lived):
    seen = of(lived)
    fonts = fonts_of_this_process()
    paper = PdfReader(io.BytesIO(statement_pdf(seen, "阳光花园", at("12-31 09:00"), fonts)))
    words = "".join(page.extract_text() for page in paper.pages)
    for said in ("业主收费台账", "阳光花园", ACCOUNT, Q1, "1,503.60", "2,000.00", "打印时间：2026-12-31 09:00"):
        assert said in words, said
    assert words.count("计提应收") == 2
    longer = seen.model_copy(update={"lines": seen.lines * 10})
    pages = PdfReader(io.BytesIO(statement_pdf(longer, "阳光花园", at("12-31 09:00"), fonts))).pages
    assert len(pages) > 2
    assert all("上期结转" in page.extract_text() or "欠费余额" in page.extract_text() for page in pages)


def test_an_account_that_is_none_is_refused(lived):
    with pytest.raises(LedgerRefusedError) as refused:
        of(lived, "9-999-Y1")
    assert refused.value.code == "unknown_account"
