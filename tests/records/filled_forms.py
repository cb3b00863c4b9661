"""Every form with nothing left out, and as empty as it can be."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from workflows.messages.people import CUSTOMER, Actor, Role
from workflows.messages.quotes import Charge, Quote, QuoteLine, QuoteStatus
from workflows.messages.records import (
    Form,
    RepairRecord,
    RevisitAttempt,
    RevisitMatter,
    RevisitRecord,
    RevisitTask,
    ServiceRecord,
    Suspension,
    WorkOrder,
    WorkOrderOutcome,
)

NOON = datetime(2026, 4, 15, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
T001 = Actor(role=Role.TECHNICIAN, code="T001")
LEAD = Actor(role=Role.ENGINEERING_LEAD, code="E001")
PHOTO, SIGNATURE = "FJ-01JRVF5T1N8ZQ0W4X3Y2K7M9AB", "FJ-01JRVF5T1N8ZQ0W4X3Y2K7M9AC"


def later(hours: int) -> datetime:
    """So many hours after noon."""
    return NOON + timedelta(hours=hours)


FILLED: dict[str, Form] = {
    form.form: form
    for form in (
        RepairRecord(
            place="主卧卫生间",
            trade="plumbing",
            repair_class="urgent",
            hazard="burst_pipe",
            appointment_at=later(1),
            paid=True,
            completed_at=later(2),
            verified_at=later(3),
            verified_how="signature",
            reopened=1,
            inside=True,
            port="construction",
            in_warranty=False,
            warranty_until=date(2028, 6, 30),
            backfilled=True,
            second_technician="T002",
            wrong_trades=1,
            no_shows=2,
            unanswered_calls=3,
            same_faults=3,
            hot_issue=True,
            merged_into="BX-01JRVF5T1N8ZQ0W4X3Y2K7M9AB",
            closed_as="verified",
            rating=5,
            verified_signature=SIGNATURE,
            revisit="HF-01JRVF5T1N8ZQ0W4X3Y2K7M9AB",
            net_seconds=9_000,
        ),
        WorkOrder(
            attempt=2,
            technician="T001",
            trade="plumbing",
            offered_at=NOON,
            outcome=WorkOrderOutcome.DONE,
            answered_at=later(1),
            reason="赵先生要求换人",
            arrived_at=later(2),
            completed_at=later(3),
            work_done="更换角阀",
            materials="角阀 1 只",
            work_minutes=40,
            photos=(PHOTO,),
            signature=SIGNATURE,
        ),
        Quote(
            number=1,
            lines=(
                QuoteLine(
                    code="SD-01", name="更换角阀", unit="只", quantity=Decimal("1.5"), unit_price=Decimal("30.10")
                ),
                QuoteLine(name="代购花洒", unit="只", unit_price=Decimal("134.85"), agency=True),
            ),
            total=Decimal("180.00"),
            off_list=True,
            status=QuoteStatus.CONFIRMED,
            proposed_at=NOON,
            proposed_by=T001,
            approved_at=later(1),
            approved_by=LEAD,
            answered_at=later(2),
            answered_by=CUSTOMER,
            reason="王女士说太贵",
            signature=SIGNATURE,
        ),
        Charge(
            confirmed=Decimal("180.00"),
            billed=Decimal("260.00"),
            billable=Decimal("180.00"),
            service_fee=Decimal("45.15"),
            agency=Decimal("134.85"),
            collected=Decimal("180.00"),
            receipt="SJ-20260415-07",
            disputed_at=later(1),
            settled_at=later(2),
            settled_by=LEAD,
            booked_at=later(3),
        ),
        Suspension(
            number=1,
            ground="parts",
            reason="等李工送阀芯",
            promised_on=date(2026, 4, 18),
            suspended_at=NOON,
            resumed_at=later(9),
        ),
        ServiceRecord(
            category="cleaning",
            item="赵家日常保洁",
            appointment_at=NOON,
            performer="T001",
            started_at=later(1),
            completed_at=later(2),
            work_done="擦窗",
            signed_at=later(3),
            signature=SIGNATURE,
            signed_by="赵先生",
            receipts=(PHOTO,),
            reworks=1,
            closed_as="signed",
            rating=4,
            revisit="HF-01JRVF5T1N8ZQ0W4X3Y2K7M9AB",
        ),
        RevisitTask(
            original="BX-01JRVF5T1N8ZQ0W4X3Y2K7M9AB",
            original_kind="repair",
            original_round=2,
            rule="rep",
            position=3,
            mandatory="emergency",
            completed_at=NOON,
            window_ends_at=later(24),
            visitor="G001",
            visitor_role="steward",
            rounds=2,
            result="satisfied",
            exempt_ground="refused_contact",
            opinion="请孙师傅道歉",
            opinion_by="S001",
            opinion_at=later(30),
        ),
        RevisitRecord(
            round=1,
            visitor="G001",
            visitor_role="steward",
            method="onsite",
            at=NOON,
            solved="yes",
            satisfaction="satisfied",
            suggestions="希望周师傅常来",
            handled="已告知",
            signed_as="signature",
            signature=SIGNATURE,
            second_signer="G002",
            refusal_reason="吴女士不愿签",
            next_date=date(2026, 4, 20),
        ),
        RevisitAttempt(number=1, at=NOON, channel="phone", visitor="G001", note="郑先生未接"),
        RevisitMatter(
            number=1,
            round=1,
            kind="repair",
            text="冯家门铃不响",
            raised_at=NOON,
            appointed_at=later(20),
            answered_at=later(1),
            answer="明天派人",
            linked_case="BX-01JRVF5T1N8ZQ0W4X3Y2K7M9AC",
        ),
    )
}
"""Each form with a value in every field, free text with somebody's name in it."""

SPARSE: dict[str, Form] = {
    form.form: form
    for form in (
        RepairRecord(),
        WorkOrder(attempt=2, technician="T001", trade="plumbing", offered_at=NOON),
        Quote(number=1, total=Decimal("0.00"), proposed_at=NOON, proposed_by=T001),
        Charge(),
        Suspension(number=1, ground="owner", promised_on=date(2026, 4, 16), suspended_at=NOON),
        ServiceRecord(),
        RevisitTask(
            original="BX-01JRVF5T1N8ZQ0W4X3Y2K7M9AB",
            original_kind="repair",
            original_round=1,
            completed_at=NOON,
            window_ends_at=NOON,
        ),
        RevisitRecord(round=1, visitor="G001", method="phone", at=NOON, solved="", satisfaction=""),
        RevisitAttempt(number=1, at=NOON, channel="phone"),
        RevisitMatter(number=1, round=1, kind="repair", raised_at=NOON),
    )
}
"""Each form as it begins, of the same key as the filled one."""
