"""Messages of the repair 报修 (``docs/domain/repair.md``; S0 4.2.1, S4)."""

from datetime import date
from enum import StrEnum
from typing import Final

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import CaseOpening, CaseProgress
from workflows.messages.message import Message, Moment
from workflows.messages.people import Trade
from workflows.messages.quotes import Charge, Quote
from workflows.messages.records import RepairRecord, Suspension, WorkOrder
from workflows.messages.repair_policy import RepairPolicy
from workflows.messages.selecting import RevisitSelection


class RepairState(StrEnum):
    """States of a repair in the order of the diagram in ``docs/domain/repair.md``."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    ARRIVED = "arrived"
    QUOTED = "quoted"
    IN_PROGRESS = "in_progress"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    VERIFIED = "verified"
    AWAITING_REVISIT = "awaiting_revisit"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The Chinese term of the diagram."""
        return _STATES[self]


_STATES: Final[dict[RepairState, str]] = {
    RepairState.RECEIVED: "待受理",
    RepairState.ACCEPTED: "已受理",
    RepairState.DISPATCHED: "已派工",
    RepairState.ACKNOWLEDGED: "已接单",
    RepairState.ARRIVED: "已到场",
    RepairState.QUOTED: "待确认报价",
    RepairState.IN_PROGRESS: "维修中",
    RepairState.SUSPENDED: "挂起",
    RepairState.COMPLETED: "已完工",
    RepairState.VERIFIED: "已验收",
    RepairState.AWAITING_REVISIT: "待回访",
    RepairState.CLOSED: "已关闭",
}


class RepairClass(StrEnum):
    """Urgency 紧急程度, most urgent first."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    GENERAL = "general"

    @property
    def label(self) -> str:
        """The Chinese term; also the value of the search attribute ``Level``."""
        return _CLASSES[self]


_CLASSES: Final[dict[RepairClass, str]] = {
    RepairClass.EMERGENCY: "紧急",
    RepairClass.URGENT: "急修",
    RepairClass.GENERAL: "一般",
}


class Port(StrEnum):
    """Who answers for the matter 责任端口 (S3)."""

    PROPERTY = "property"
    CONSTRUCTION = "construction"
    PRODUCT = "product"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _PORTS[self]


_PORTS: Final[dict[Port, str]] = {
    Port.PROPERTY: "物业",
    Port.CONSTRUCTION: "运筹",
    Port.PRODUCT: "产技",
}


class RepairClock(StrEnum):
    """Names of the clocks that can run in a repair."""

    ACCEPTANCE = "acceptance"
    DISPATCH = "dispatch"
    TECHNICIAN_ANSWER = "technician_answer"
    ARRIVAL = "arrival"
    FINISH = "finish"
    SECOND_PERSON = "second_person"
    LIFT_CONTRACTOR = "lift_contractor"
    SITE_CHECK = "site_check"
    REPAIR_START = "repair_start"
    PROMISE = "promise"
    REAPPOINTMENT = "reappointment"

    @property
    def label(self) -> str:
        """The Chinese term in notices and on the board."""
        return _CLOCKS[self]


_CLOCKS: Final[dict[RepairClock, str]] = {
    RepairClock.ACCEPTANCE: "受理",
    RepairClock.DISPATCH: "派工",
    RepairClock.TECHNICIAN_ANSWER: "接单",
    RepairClock.ARRIVAL: "到场",
    RepairClock.FINISH: "完工",
    RepairClock.SECOND_PERSON: "增派第二人",
    RepairClock.LIFT_CONTRACTOR: "电梯维保单位到场",
    RepairClock.SITE_CHECK: "保修现场查看",
    RepairClock.REPAIR_START: "保修开工",
    RepairClock.PROMISE: "承诺继续维修",
    RepairClock.REAPPOINTMENT: "重新预约",
}


class Backfill(Message):
    """补单: a night job entered the next morning, with the true times of the control room's log (S0; §12).

    The call is the opening's ``received_at``. ``logged`` says that the control room's record bears it out; without
    one the entry waits for the engineering lead. Instants are business time.
    """

    technician: str
    arrived_at: Moment
    completed_at: Moment | None = None
    work_done: str = ""
    logged: bool = True


class RepairProgress(Message):
    """All that a repair knows besides its start: carried over continue-as-new.

    ``merged`` are the numbers of cases that were merged into this one; their reporters are told what this one's is.
    ``round`` counts completions; ``selection`` is the answer to the latest question for a revisit, ``mandatory`` why
    there must be one, ``rework_of_revisit`` whether the open one waits for the work to be put right.
    """

    case: CaseProgress
    record: RepairRecord
    work_orders: tuple[WorkOrder, ...] = ()
    orders_before_reopening: int = 0
    dispatched_at: Moment | None = None
    reopen_until: Moment | None = None
    quotes: tuple[Quote, ...] = ()
    charge: Charge = Charge()
    suspensions: tuple[Suspension, ...] = ()
    merged: tuple[str, ...] = ()
    background_known: bool = False
    round: int = 0
    selection: RevisitSelection | None = None
    selection_asked: int = 0
    revisit_open: bool = False
    mandatory: str = ""
    rework_of_revisit: bool = False
    reopened_at: Moment | None = None


class RepairStart(Message):
    """The one argument of the repair workflow. ``progress`` is set only by continue-as-new.

    ``inside`` is whether the place lies inside a home 户内 (None: not said); ``building_accepted_on`` starts the
    warranty (None: not known); ``developer_ports`` is whether the developer's ports take part (S3).
    """

    opening: CaseOpening
    trade: Trade
    repair_class: RepairClass
    hazard: str = ""
    place: str = ""
    appointment_at: Moment | None = None
    policy: RepairPolicy = RepairPolicy()
    calendar: WorkingCalendar = WorkingCalendar()
    progress: RepairProgress | None = None
    inside: bool | None = None
    building_accepted_on: date | None = None
    developer_ports: bool = False
    backfill: Backfill | None = None


class RepairOutcome(Message):
    """How a repair ended, when its reopen window is over."""

    number: str
    state: RepairState
    closed_at: Moment | None = None
