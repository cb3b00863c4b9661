"""A community whose quarters come to what a test says, built through the ledger's own functions."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, text

from activities.connections.database import Database
from activities.fee_reports.arrears_reasons import record_arrears_reason
from activities.fee_reports.compiling import compile_report, occasion, report_of
from activities.fee_reports.drill_down import FigureLines, lines_of_figure
from activities.fee_reports.report import FeeReport
from activities.fee_reports.sending import send_report
from activities.ledger.billing import NewBill, issue_bill
from activities.ledger.credits import NewCredit, credit_bill
from activities.ledger.journal import NewEntry, post
from activities.ledger.payments import NewPayment, take_payment
from activities.ledger.reversals import reverse_payment
from activities.records.cash_tables import ParkingDay, ServiceGathering
from activities.records.community_tables import PolicyVersion
from tests.billing import community
from tests.billing.community import CODE, at, day
from workflows.messages.billing import FeeReportSent, SendFeeReport
from workflows.messages.fee_reports import ArrearsCause, Figure
from workflows.messages.ledger import BillKind, Book, EntryKind, FeeItem, PaymentMethod
from workflows.messages.people import Actor, Role
from workflows.messages.policy import Policy
from workflows.rules.fee_calendar import ReportKind, parse_period
from workflows.rules.postings import direct_income

CASHIER = Actor(role=Role.CASHIER, code="C001")
FINANCE = Actor(role=Role.FINANCE, code="F001")
SUPERVISOR = Actor(role=Role.CS_SUPERVISOR, code="S001")
TZ = "Asia/Shanghai"
POLICY = Policy(community=CODE, version=1, effective_from=datetime.fromisoformat("2020-01-01T00:00:00+08:00"))


class Ledger:
    """The community's ledger, and what a test does to it."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.count = 0
        community.found(db)
        with db.begin() as connection:
            connection.execute(
                insert(PolicyVersion).values(
                    community=CODE, version=1, effective_from=POLICY.effective_from, author="M001", reason="tests",
                    body=POLICY.model_dump(mode="json"),
                )
            )  # fmt: skip

    def flats(self, *units: str) -> None:
        for unit in units:
            community.flat(self.db, unit)

    def bill(
        self, unit: str, amount: str, period: str = "2026Q2", *, due: str = "04-10", item: FeeItem | None = None,
        kind: BillKind | None = None, issued: str = "", suffix: str = "",
    ) -> str:  # fmt: skip
        """Issue a bill: a quarter's, unless it is of something else than the management fee."""
        item = item or FeeItem.MANAGEMENT_FEE
        kind = kind or (BillKind.QUARTER if item is FeeItem.MANAGEMENT_FEE else BillKind.SINGLE)
        number = f"{unit}-Y1/{period}{suffix}" + ("" if item is FeeItem.MANAGEMENT_FEE else f"-{item}-1")
        on = day(issued) if issued else day(due) - timedelta(days=9)
        new = NewBill(
            community=CODE, number=number, account=f"{unit}-Y1", kind=kind, item=item, period=period, issued_on=on,
            due_on=day(due), at=at("01-01"), actor=CASHIER, amount=Decimal(amount),
        )  # fmt: skip
        with self.db.begin() as connection:
            issue_bill(connection, self.db.personal, new)
        return number

    def pay(self, unit: str, amount: str, on: str, *bills: str, method: PaymentMethod = PaymentMethod.TRANSFER) -> str:
        """Take money on a day, for the bills that are named, else for the oldest."""
        self.count += 1
        new = NewPayment(
            community=CODE, key=f"pay-{self.count}", body_digest=f"{self.count}", account=f"{unit}-Y1",
            amount=Decimal(amount), method=method, succeeded_at=at(f"{on}T10:00"), actor=CASHIER, designated=bills,
        )  # fmt: skip
        with self.db.begin() as connection:
            return take_payment(connection, self.db.personal, new, POLICY).number

    def reverse(self, payment: str, on: str) -> None:
        with self.db.begin() as connection:
            reverse_payment(connection, self.db.personal, CODE, payment, FINANCE, at(f"{on}T10:00"))

    def credit(self, bill: str, amount: str, on: str) -> None:
        """Correct a bill downwards; what was paid of it is set free first (FEE-18)."""
        self.count += 1
        with self.db.begin() as connection:
            new = NewCredit(
                community=CODE, bill=bill, amount=Decimal(amount), key=f"credit-{self.count}", at=at(f"{on}T11:00"),
                actor=FINANCE, approved_by=("S001", "F002"), source=bill, late_fee=POLICY.late_fee,
            )  # fmt: skip
            credit_bill(connection, self.db.personal, new)

    def gathered_bill(self, unit: str, month: str, fee: str, agency: str, *, due: str) -> str:
        """A paid job whose bill asks for the fee and for money laid out."""
        total = str(Decimal(fee) + Decimal(agency))
        bill = self.bill(unit, total, month, item=FeeItem.SERVICE, due=due)
        self.gathered(month, f"TY-{self.count:05}-BBBBB", fee, agency, bill=bill)
        return bill

    def income(self, item: FeeItem, amount: str, on: str) -> None:
        """Take money for which there is no bill."""
        with self.db.begin() as connection:
            self._post(connection, EntryKind.INCOME, on, direct_income(item, PaymentMethod.CASH, Decimal(amount)))

    def _post(self, connection: Any, kind: EntryKind, on: str, legs: Any) -> None:
        self.count += 1
        entry = NewEntry(
            community=CODE, key=f"entry-{self.count}", book=Book.MANAGEMENT, kind=kind, on_day=day(on),
            at=at(f"{on}T11:00"), actor=FINANCE, legs=legs,
        )  # fmt: skip
        post(connection, self.db.personal, entry)

    def explain(self, unit: str, cause: ArrearsCause = ArrearsCause.VACANT, on: str = "05-06", note: str = "") -> bool:
        with self.db.begin() as connection:
            return record_arrears_reason(
                connection, self.db.personal, CODE, f"{unit}-Y1", cause, note, at(f"{on}T09:00"), "G001", TZ
            )

    def parking(self, on: str, due: str, received: str, free: int = 0, checked_by: str = "C001") -> None:
        with self.db.begin() as connection:
            connection.execute(
                insert(ParkingDay).values(
                    community=CODE, day=day(on), attendant="P001", tickets=100, due=Decimal(due),
                    received=Decimal(received), free_passes=free, shortage=Decimal(due) - Decimal(received),
                    checked_by=checked_by, at=at(f"{on}T20:00"), key=f"parking-{on}",
                )
            )  # fmt: skip

    def gathered(self, month: str, case: str, fee: str, agency: str = "0.00", *, bill: str = "") -> None:
        with self.db.begin() as connection:
            connection.execute(
                insert(ServiceGathering).values(
                    community=CODE, case=case, month=month, kind="special_service", unit="1-101",
                    booked_at=datetime.fromisoformat(f"{month}-10T10:00:00+08:00"), service_fee=Decimal(fee),
                    agency=Decimal(agency), collected=Decimal(0) if bill else Decimal(fee) + Decimal(agency),
                    bill=bill,
                    gathered_at=datetime.fromisoformat(f"{month}-26T10:00:00+08:00"), gathered_by="K001",
                )
            )  # fmt: skip

    def execute(self, statement: str, **values: Any) -> None:
        with self.db.begin() as connection:
            connection.execute(text(statement), values)

    def report(self, kind: str, period: str, on: str = "12-31") -> FeeReport:
        """The report as the ledger stands, looked at on a day."""
        with self.db.begin() as connection:
            return compile_report(
                connection, occasion(connection, CODE, parse_period(ReportKind(kind), period), at(f"{on}T12:00"))
            )

    def shown(self, kind: str, period: str, on: str = "12-31") -> FeeReport:
        """The report as people are shown it: as it was sent, if it was."""
        with self.db.begin() as connection:
            return report_of(
                connection, occasion(connection, CODE, parse_period(ReportKind(kind), period), at(f"{on}T12:00"))
            )

    def lines(self, kind: str, period: str, figure: Figure, on: str = "12-31", **part: Any) -> FigureLines:
        with self.db.begin() as connection:
            on_day = occasion(connection, CODE, parse_period(ReportKind(kind), period), at(f"{on}T12:00"))
            return lines_of_figure(connection, on_day, figure, **part)

    def send(self, kind: str, first: str, on: str) -> FeeReportSent:
        request = SendFeeReport(
            case="YJ-TESTS-TESTS", community=CODE, kind=kind, first=date.fromisoformat(first),
            due_at=at(f"{on}T18:00"), at=at(f"{on}T15:00"), actor=CASHIER,
        )  # fmt: skip
        with self.db.begin() as connection:
            return send_report(connection, request)
