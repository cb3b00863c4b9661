"""Records that papers of fees are printed from: a billed quarter, dunning sheets, a receipt, a day's slip; all real."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select, text, update

from activities.billing.quarter_table import QuarterTables
from activities.connections.database import Database
from activities.dunning.sheets import DunningSheets
from activities.ledger.billing import NewBill, issue_bill
from activities.ledger.cash_days import close_day
from activities.ledger.payments import NewPayment, take_payment
from activities.ledger.receipt_books import open_book
from activities.ledger.receipts import issue_receipt
from activities.ledger.shifts import count_shift, open_shift
from activities.records.bill_tables import Bill, FeeNotice
from tests.billing.community import CODE, at, day, job_of
from tests.processes.fee_cases import policy
from tests.rules.year_2026 import CALENDAR_OF_2026
from workflows.messages.arrears import DunningStage, SheetLine
from workflows.messages.billing import ChunkJob, CloseVersion, PlanChunks, ReviewTable
from workflows.messages.dunning import SealRequest, SheetRequest
from workflows.messages.ledger import BillKind, FeeItem, PaymentMethod
from workflows.messages.people import SYSTEM, Actor, Role

ACCOUNT = "1-101-Y1"
CASHIER = Actor(role=Role.CASHIER, code="C001")
FINANCE = Actor(role=Role.FINANCE, code="F001")
STEWARD = Actor(role=Role.STEWARD, code="G001")
SITE_MANAGER = Actor(role=Role.SITE_MANAGER, code="M001")


def billed_quarter(db: Database) -> list[str]:
    """Bill the sample community's second quarter; the numbers of its 《缴费通知单》."""
    tables, job = QuarterTables(db), job_of()
    chunks = tables.plan_chunks(PlanChunks(community=CODE)).chunks
    for chunk in chunks:
        tables.assess_chunk(ChunkJob(job=job, chunk=chunk))
    tables.close_version(CloseVersion(job=job, made_by=SYSTEM))
    tables.review_table(ReviewTable(job=job, reviewer=FINANCE, approve=True))
    for chunk in chunks:
        tables.issue_bills(ChunkJob(job=job, chunk=chunk))
    with db.begin() as connection:
        return list(connection.scalars(select(FeeNotice.number).order_by(FeeNotice.number)))


def bill(
    db: Database,
    period: str = "2026Q2",
    amount: str = "751.80",
    due: str = "04-10",
    *,
    item: FeeItem = FeeItem.MANAGEMENT_FEE,
    clause: bool = True,
    kind: BillKind = BillKind.QUARTER,
) -> str:
    """Bill the first flat; its number."""
    number = f"{ACCOUNT}/{period}" + ("" if item is FeeItem.MANAGEMENT_FEE else f"-{item}-1")
    with db.begin() as connection:
        issue_bill(
            connection,
            db.personal,
            NewBill(
                community=CODE, number=number, account=ACCOUNT, kind=kind, item=item, period=period,
                issued_on=day("01-05"), due_on=day(due), at=at("01-05 10:00"), actor=SYSTEM, amount=Decimal(amount),
            ),
        )  # fmt: skip
        connection.execute(update(Bill).where(Bill.number == number).values(late_fee_clause=clause))
    return number


def dunned(
    db: Database, issued: str, lines: Sequence[tuple[str, DunningStage]], *, ordinal: int = 1, seal: str = ""
) -> str:
    """Issue a sheet of dunning notices for the first flat, and register its seal; its number."""
    sheets = DunningSheets(db)
    request = SheetRequest(
        case="CJ-TEST-2026", community=CODE, account=ACCOUNT, ordinal=ordinal, on_day=day(issued),
        at=at(f"{issued} 08:30"), lines=tuple(SheetLine(bill=number, stage=stage) for number, stage in lines),
    )  # fmt: skip
    number = sheets.issue_sheet(request).number
    if seal:
        registered = SealRequest(
            community=CODE, sheet=number, register_number=seal, copies=1, approved_by=SITE_MANAGER,
            at=at(f"{issued} 09:00"),
        )  # fmt: skip
        assert not sheets.register_seal(registered).refused
    return number


def paid(db: Database, amount: str, moment: str, method: PaymentMethod = PaymentMethod.CASH) -> str:
    """The first flat pays at the desk; the payment's number."""
    moment_at = at(moment)
    with db.begin() as connection:
        open_shift(connection, CODE, CASHIER.code, moment_at.date(), moment_at)
        new = NewPayment(
            community=CODE, key=f"paid:{moment}:{amount}", body_digest="1", account=ACCOUNT, amount=Decimal(amount),
            method=method, succeeded_at=moment_at, actor=CASHIER,
        )  # fmt: skip
        return take_payment(connection, db.personal, new, policy()).number


def receipt(db: Database, payment: str, amount: str, moment: str, first: int = 1201) -> int:
    """Issue the receipt of a payment out of the cashier's book; its number."""
    with db.begin() as connection:
        open_book(connection, CODE, f"B{first}", first, first + 49, CASHIER.code, at("01-05 09:00"))
        return issue_receipt(
            connection, db.personal, community=CODE, payment=payment, amount=Decimal(amount), cashier=CASHIER.code,
            at=at(moment),
        )  # fmt: skip


def closed_day(db: Database, on: str, counted: dict[PaymentMethod, str], moment: datetime) -> str:
    """Count the cashier's shift and close the day; the number of its 《缴款单》."""
    with db.begin() as connection:
        shift = connection.execute(
            text("SELECT id FROM shifts WHERE staff = 'C001' AND closed_at IS NULL")
        ).scalar_one()
        count_shift(
            connection, db.personal, community=CODE, shift=shift, actor=CASHIER, at=moment,
            counted={method: Decimal(amount) for method, amount in counted.items()},
        )  # fmt: skip
        return close_day(
            connection, db.personal, community=CODE, day=date.fromisoformat(f"2026-{on}"), actor=CASHIER, at=moment,
            policy=policy().cash, calendar=CALENDAR_OF_2026,
        ).slip  # fmt: skip
