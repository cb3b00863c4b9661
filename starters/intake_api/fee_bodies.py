"""What may be sent to the ledger 收费登记: facts, payments, notices."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from activities.documents.notice_selection import MOST_NOTICES
from starters.intake_api.bodies import Body, Code, Instant, Money, OptionalCode, OptionalReason, OptionalStaffCode
from starters.intake_api.fee_action_bodies import BillNumber
from workflows.messages.fee_opening import FeePeriodKind
from workflows.messages.ledger import PaymentMethod
from workflows.messages.unit_facts import UnitFactKind

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
"""A day that this business can mean."""
NoticeNumber = Annotated[str, Field(pattern=r"^(JF|CK)-\d{4}-\d{6,10}$", examples=["CK-2026-000001"])]


class FactBody(Body):
    """登记房屋事实. ``entered_by`` is the steward who saw an occupation, which a supervisor confirms by sending it.

    Of a vacancy ``day`` is since when the unit is empty, and ``until`` the first day on which it is so no more.
    """

    unit: Code
    kind: UnitFactKind
    day: Day
    account: OptionalCode = Field(default="", description="退租后由谁缴费: the account that pays again.")
    until: Day | None = None
    works_seen: bool = False
    entered_by: OptionalStaffCode = ""
    evidence: OptionalReason = ""


class HouseholdBody(Body):
    """账户属哪一户: the household of the unit that the roster lists from this day on (入住日期)."""

    since: Day


class PaymentBody(Body):
    """收款: money that the cashier has taken or the bank has confirmed."""

    account: Code
    amount: Money
    method: PaymentMethod
    designated: Annotated[tuple[BillNumber, ...], Field(max_length=50)] = ()
    bank_reference: OptionalCode = Field(
        default="", description="转账须填;转账、代扣、支票: 流水号, which is booked once."
    )
    succeeded_at: Instant | None = Field(default=None, description="转账、代扣、支票: the bank's value date and time.")


class ReversalBody(Body):
    """收款冲回. Money without a bill 直接收入 needs its reason; the bank that takes a payment back needs none."""

    reason: OptionalReason = ""


class GatewayPaymentBody(Body):
    """What a payment gateway says, signed: a payment that has succeeded."""

    community: Code
    account: Code
    amount: Money
    method: PaymentMethod
    provider: Code
    transaction: Code
    succeeded_at: Instant
    designated: Annotated[tuple[BillNumber, ...], Field(max_length=50)] = ()


class WrittenNoticeBody(Body):
    """A 《缴费通知单》 as the steward has written it."""

    number: Annotated[str, Field(pattern=r"^JF-\d{4}-\d{6,10}$", examples=["JF-2026-000001"])]
    total: Money


class SendNoticesBody(Body):
    """派发缴费通知单: all or none."""

    notices: Annotated[tuple[WrittenNoticeBody, ...], Field(min_length=1, max_length=500)]


class PrintNoticesBody(Body):
    """批量打印通知单: by numbers, or by area, quarter, kind and day of issue; ``unprinted`` leaves reprints out."""

    numbers: Annotated[tuple[NoticeNumber, ...], Field(max_length=MOST_NOTICES)] = ()
    area: OptionalCode = ""
    quarter: Annotated[str, Field(pattern=r"^([1-9]\d{3}Q[1-4])?$")] = ""
    kind: Literal["", "bill", "first", "second", "final"] = ""
    issued_on: Day | None = None
    unprinted: bool = False


class OpenPeriodBody(Body):
    """按期开立: the cycle or month that a day asks for, where the schedule has not opened it."""

    kind: FeePeriodKind
    day: Day
