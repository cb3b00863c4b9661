"""Records that forms are printed from: full, empty, hostile, long."""

from datetime import date, timedelta
from decimal import Decimal

from activities.documents.paper import Papers
from activities.records.case_queries import CaseRecordView
from tests.records.repairs import DESK, MORNING, opening
from workflows.messages.case import EventLine, Reporter
from workflows.messages.identifiers import CaseKind
from workflows.messages.people import CUSTOMER, SYSTEM, Actor, Role
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

REPAIR = "BX-7K3QM-9TXAB"
REVISIT = "HF-2M8RT-4QWCD"
SERVICE = "TY-5N4PV-8KLEF"
NAMES = {"T001": "王建国", "T002": "李志强", "C001": "刘敏", "S001": "陈静", "G001": "赵芳"}
TECHNICIAN = Actor(role=Role.TECHNICIAN, code="T001")
LEAD = Actor(role=Role.ENGINEERING_LEAD, code="E001")


def later(**after) -> object:
    """An instant after the report came in."""
    return MORNING + timedelta(**after)


def record(number: str, kind: CaseKind, *forms: Form, **changes) -> CaseRecordView:
    """A case as the records show it."""
    start = opening(number)
    known = {
        "number": number,
        "kind": kind,
        "community": "YGHY",
        "unit": start.unit,
        "unit_verified": True,
        "area": "A1",
        "channel": start.channel,
        "description": start.description,
        "received_at": MORNING,
        "accepted_at": later(minutes=3),
        "state": "closed",
        "state_label": "已关闭",
        "level": "general",
        "level_label": "一般",
        "assignee": "T001",
        "due_at": None,
        "breached": False,
        "closed_at": later(days=2),
        "recorded_at": later(days=2),
        "reporter": start.reporter,
        "policy_version": 3,
        "linked": (),
        "accepted_by": DESK,
        "lines": (line(1, "报修"),),
        "forms": forms,
        "notifications": (),
        "late_messages": (),
        "as_of": later(days=3),
    }
    return CaseRecordView(**{**known, **changes})


def line(sequence: int, label: str, actor: Actor = SYSTEM, reason: str = "", **after) -> EventLine:
    """One line of the record."""
    at = later(**(after or {"minutes": sequence}))
    return EventLine(sequence=sequence, at=at, event=f"repair.{sequence}", label=label, actor=actor, reason=reason)


def papers(case: CaseRecordView, original: CaseRecordView | None = None) -> Papers:
    """What a form of the case is filled in from."""
    return Papers(case, "阳光花园", "Asia/Shanghai", lambda code: NAMES.get(code, ""), original)


def quotes() -> tuple[Quote, ...]:
    """One that was refused, one off the list that was confirmed with a signature."""
    tap = QuoteLine(code="A03", name="更换角阀(含拆旧)", unit="只", quantity=Decimal(2), unit_price=Decimal("35.5"))
    hose = QuoteLine(code="A07", name="更换软管", unit="根", unit_price=Decimal(20))
    carving = QuoteLine(name="定制橱柜踢脚修复", unit="米", quantity=Decimal("2.50"), unit_price=Decimal(480))
    common = {"proposed_by": TECHNICIAN, "answered_by": CUSTOMER}
    return (
        Quote(
            number=1,
            lines=(tap, hose, carving),
            total=Decimal("1291.00"),
            off_list=True,
            status=QuoteStatus.DECLINED,
            proposed_at=later(minutes=40),
            approved_by=LEAD,
            answered_at=later(minutes=55),
            reason="客户认为踢脚不必修复",
            **common,
        ),
        Quote(
            number=2,
            lines=(tap, hose),
            total=Decimal(91),
            status=QuoteStatus.CONFIRMED,
            proposed_at=later(minutes=60),
            answered_at=later(minutes=66),
            signature="FJ-01JB3QZ5N8V6X7Y2W4K9M1C0TR",
            **common,
        ),
    )


def charge() -> Charge:
    """What the second quote came to, received."""
    return Charge(
        confirmed=Decimal(91),
        billed=Decimal(91),
        billable=Decimal(91),
        service_fee=Decimal(91),
        collected=Decimal(91),
        receipt="SJ-000417",
    )


def orders() -> tuple[WorkOrder, ...]:
    """Declined by one technician, done by the next, and put right by him once more."""
    return (
        WorkOrder(
            attempt=1,
            technician="T002",
            trade="plumbing",
            offered_at=later(minutes=4),
            outcome=WorkOrderOutcome.DECLINED,
            answered_at=later(minutes=6),
            reason="在5栋抢修,赶不过来",
        ),
        WorkOrder(
            attempt=2,
            technician="T001",
            trade="plumbing",
            offered_at=later(minutes=7),
            outcome=WorkOrderOutcome.DONE,
            answered_at=later(minutes=9),
            arrived_at=later(minutes=20),
            completed_at=later(days=1, hours=2),
            work_done="关闭户内总阀,拆除锈蚀角阀两只,更换铜质角阀及编织软管,试压30分钟无渗漏,清理现场。",
            materials="铜质角阀(DN15)2只,不锈钢编织软管40cm 1根,生料带1卷",
            work_minutes=85,
            photos=("FJ-01JB3QZ5N8V6X7Y2W4K9M1C0TA", "FJ-01JB3QZ5N8V6X7Y2W4K9M1C0TB"),
            signature="FJ-01JB3QZ5N8V6X7Y2W4K9M1C0TS",
        ),
    )


def repair() -> RepairRecord:
    """The columns of the repair, all filled in."""
    return RepairRecord(
        place="厨房洗菜盆下",
        trade="plumbing",
        repair_class="urgent",
        hazard="burst_pipe",
        appointment_at=later(minutes=30),
        paid=True,
        completed_at=later(days=1, hours=2),
        verified_at=later(days=1, hours=3),
        verified_how="signature",
        reopened=1,
        inside=True,
        port="property",
        in_warranty=False,
        warranty_until=date(2024, 6, 30),
        backfilled=True,
        second_technician="T002",
        wrong_trades=1,
        no_shows=1,
        same_faults=3,
        hot_issue=True,
        rating=4,
        verified_signature="FJ-01JB3QZ5N8V6X7Y2W4K9M1C0TS",
        revisit=REVISIT,
        net_seconds=9 * 3600,
    )


def full_repair(**changes) -> CaseRecordView:
    """A repair with everything that can befall one."""
    suspension = Suspension(
        number=1,
        ground="parts",
        reason="铜质角阀缺货,已联系供应商",
        promised_on=date(2026, 4, 17),
        suspended_at=later(hours=1),
        resumed_at=later(days=1),
    )
    lines = (
        line(1, "报修", CUSTOMER),
        line(2, "受理", DESK, "客户很急,厨房地面已积水"),
        line(3, "派工", SYSTEM, "", minutes=4),
        line(4, "退单", Actor(role=Role.TECHNICIAN, code="T002"), "在5栋抢修,赶不过来", minutes=6),
        line(5, "接单", TECHNICIAN, "", minutes=9),
        line(6, "到场", TECHNICIAN, "", minutes=20),
        line(7, "挂起", TECHNICIAN, "铜质角阀缺货,已联系供应商", hours=1),
        line(8, "完工", TECHNICIAN, "", days=1, hours=2),
        line(9, "客户签字验收", DESK, "", days=1, hours=3),
    )
    forms = (repair(), *orders(), *quotes(), charge(), suspension)
    return record(REPAIR, CaseKind.REPAIR, *forms, **{"lines": lines, **changes})


def empty_repair(**changes) -> CaseRecordView:
    """A case whose reporter said as little as possible, and of which nothing is written yet."""
    nothing = {"unit": "", "area": "", "description": "", "reporter": Reporter(), "accepted_by": None}
    blank = {"accepted_at": None, "closed_at": None, "state_label": "待受理", "level_label": "", "policy_version": 0}
    return record(REPAIR, CaseKind.REPAIR, **{**nothing, **blank, **changes})


def full_revisit(**changes) -> CaseRecordView:
    """Unhappy at the first visit, settled by telephone at the second; two matters raised."""
    task = RevisitTask(
        original=REPAIR,
        original_kind="repair",
        original_round=1,
        rule="repair",
        position=4,
        mandatory="low_rating",
        completed_at=later(days=1, hours=2),
        window_ends_at=later(days=31),
        visitor="G001",
        visitor_role="steward",
        rounds=2,
        result="satisfied",
        opinion="回访及时,整改到位。请工程部检查同批角阀。",
        opinion_by="S001",
        opinion_at=later(days=9),
    )
    first = RevisitRecord(
        round=1,
        visitor="G001",
        visitor_role="steward",
        method="onsite",
        at=later(days=3),
        solved="no",
        satisfaction="dissatisfied",
        suggestions="接口处仍有渗水,地柜受潮,希望尽快处理并说明原因。",
        handled="当场致歉,约定4月20日前返修。",
        signed_as="客户拒签",
        second_signer="C001",
        refusal_reason="客户表示修好再签",
        next_date=date(2026, 4, 20),
    )
    second = RevisitRecord(
        round=2,
        visitor="G001",
        visitor_role="steward",
        method="phone",
        at=later(days=6),
        solved="yes",
        satisfaction="satisfied",
        suggestions="无",
        handled="已返修,客户认可。",
        signed_as="电话回访",
    )
    matters = (
        RevisitMatter(
            number=1,
            round=1,
            kind="repair",
            text="阳台推拉门关不严",
            raised_at=later(days=3),
            appointed_at=later(days=5),
            linked_case="BX-9PQRS-TUVWX",
        ),
        RevisitMatter(
            number=2,
            round=2,
            kind="suggestion",
            text="建议小区快递柜加装雨棚",
            raised_at=later(days=6),
            answered_at=later(days=6),
            answer="已转工程部列入二季度计划",
        ),
    )
    attempts = (
        RevisitAttempt(number=1, at=later(days=2), channel="phone", visitor="G001", note="无人接听"),
        RevisitAttempt(number=2, at=later(days=2, hours=4), channel="platform", visitor="G001", note="未回复"),
    )
    whole = {"state_label": "主管已审阅", **changes}
    return record(REVISIT, CaseKind.REVISIT, task, first, second, *attempts, *matters, **whole)


def full_service(**changes) -> CaseRecordView:
    """An errand with money laid out for the customer."""
    service = ServiceRecord(
        category="errand",
        item="代购并安装吸顶灯",
        appointment_at=later(days=1),
        performer="T001",
        started_at=later(days=1),
        completed_at=later(days=1, hours=1),
        work_done="代购吸顶灯1盏并安装调试。",
        signed_at=later(days=1, hours=1),
        signature="FJ-01JB3QZ5N8V6X7Y2W4K9M1C0TS",
        signed_by="张晓梅",
        receipts=("FJ-01JB3QZ5N8V6X7Y2W4K9M1C0TC",),
        reworks=1,
        rating=5,
    )
    lines = (
        QuoteLine(code="D01", name="灯具安装", unit="盏", unit_price=Decimal(60)),
        QuoteLine(name="吸顶灯(代购)", unit="盏", unit_price=Decimal(268), agency=True),
    )
    quote = Quote(
        number=1,
        lines=lines,
        total=Decimal(328),
        status=QuoteStatus.CONFIRMED,
        proposed_at=later(minutes=30),
        proposed_by=DESK,
        answered_at=later(minutes=40),
    )
    owed = Charge(
        confirmed=Decimal(328),
        billable=Decimal(328),
        service_fee=Decimal(60),
        agency=Decimal(268),
        collected=Decimal(328),
        receipt="SJ-000420",
        disputed_at=later(days=2),
        settled_at=later(days=3),
        settled_by=Actor(role=Role.CS_SUPERVISOR, code="S001"),
    )
    return record(SERVICE, CaseKind.SPECIAL_SERVICE, service, quote, owed, **changes)
