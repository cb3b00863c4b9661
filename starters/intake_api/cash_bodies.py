"""What may be sent to the cash desk 收银台: counts, deposits, receipts, the car park's figures, direct income."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field, StrictInt

from activities.ledger.cash_days import Deposit
from activities.ledger.parking import ParkingFigures
from starters.intake_api.bodies import (
    Body,
    Code,
    Instant,
    Money,
    OptionalCode,
    OptionalReason,
    OptionalStaffCode,
    Reason,
    StaffCode,
)
from starters.intake_api.fee_bodies import Day
from workflows.messages.ledger import PaymentMethod
from workflows.rules.business_time import local

ShiftNumber = Annotated[int, Path(ge=1, le=2_000_000_000, description="班次号")]
SlipNumber = Annotated[str, Path(pattern=r"^JK-[0-9]{4}-[0-9]{6,10}$", description="缴款单号")]
ReceiptNumber = Annotated[int, Path(ge=1, le=99_999_999, description="收据号, without leading zeros")]
BookCode = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.#-]{1,32}$", description="收据本号")]
ItemCode = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.#-]{1,32}$", description="项目编码")]
Case = Annotated[str, Path(pattern=r"^(BX|TY)-[0-9A-Z]{5}-[0-9A-Z]{5}$", description="单号")]
Month = Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-04"])]
_Number = Annotated[StrictInt, Field(ge=1, le=99_999_999)]
_Pieces = Annotated[StrictInt, Field(ge=0, le=1_000_000)]


class CountBody(Body):
    """当班清点: what was counted by method, CNY; a difference 长款/短款 needs its reason."""

    counted: dict[PaymentMethod, Money] = Field(examples=[{"cash": "1240.00", "pos": "2310.00"}])
    reason: OptionalReason = ""


class DepositBody(Body):
    """存款: the bank's reference, when the money was paid in, and how much: all of the cash."""

    reference: Code
    at: Instant
    amount: Money

    def as_deposit(self, tz: str) -> Deposit:
        """The deposit on the community's clock."""
        return Deposit(self.reference, local(self.at, tz), self.amount)


class ClosingBody(Body):
    """日结: with the deposit, where the cash has been paid in already."""

    deposit: DepositBody | None = None


class BookBody(Body):
    """登记收据本: its numbers, and the cashier who has it."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.#-]{1,32}$", examples=["SJ-2026-01"])]
    first: _Number
    last: _Number
    holder: StaffCode


class HolderBody(Body):
    """移交收据本."""

    holder: StaffCode


class ReceiptBody(Body):
    """开收据 for a payment."""

    payment: Annotated[str, Field(pattern=r"^SK-[0-9]{4}-[0-9]{6,10}$", examples=["SK-2026-000001"])]
    amount: Money


class CancellationBody(Body):
    """申请作废/红冲. ``copies_kept``: all copies are here."""

    reason: Reason
    copies_kept: bool = False


class ParkingBody(Body):
    """停车场交账. The attendant hands in his own; the cashier checks, and names whose it is."""

    day: Day
    attendant: OptionalStaffCode = Field(default="", description="车管员工号; left out by the attendant himself.")
    tickets: _Pieces
    due: Money
    received: Money
    free_passes: _Pieces = 0

    @property
    def figures(self) -> ParkingFigures:
        """The figures as the ledger takes them."""
        return ParkingFigures(self.tickets, self.due, self.received, self.free_passes)


class IncomeBody(Body):
    """直接收入: so much of a posted item."""

    code: Code
    quantity: Money
    method: PaymentMethod
    account: OptionalCode = ""


class CollectedBody(Body):
    """有偿服务交款: in which way the money comes in."""

    method: PaymentMethod = PaymentMethod.CASH


class PayoutBody(Body):
    """代付."""

    amount: Money
