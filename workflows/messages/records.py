"""What a process hands to its recorder, and what the recorder hands to PostgreSQL in one piece."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from workflows.messages.case import CaseHeader, CaseOpening, EventLine
from workflows.messages.message import Message, Moment
from workflows.messages.quotes import Charge, Quote


class RepairRecord(Message):
    """《报修记录》: the columns that only a repair has (``docs/domain/repair.md``; S0 4.2.1).

    ``closed_as`` says how it came to be closed (see ``RepairEvent``); ``net_seconds`` is the time from order to
    completion without suspensions 工时统计 (S4 二.4). ``verified_signature`` is the id of a stored signature.
    """

    form: Literal["repair_record"] = "repair_record"
    place: str = ""
    trade: str = ""
    repair_class: str = ""
    hazard: str = ""
    appointment_at: Moment | None = None
    paid: bool = False
    completed_at: Moment | None = None
    verified_at: Moment | None = None
    verified_how: str = ""
    reopened: int = 0
    inside: bool | None = None
    port: str = ""
    in_warranty: bool | None = None
    warranty_until: date | None = None
    backfilled: bool = False
    second_technician: str = ""
    wrong_trades: int = 0
    no_shows: int = 0
    unanswered_calls: int = 0
    same_faults: int = 1
    hot_issue: bool = False
    merged_into: str = ""
    closed_as: str = ""
    rating: int | None = None
    verified_signature: str = ""
    revisit: str = ""
    net_seconds: int | None = None


class WorkOrderOutcome(StrEnum):
    """What became of an offer 派工结果."""

    OFFERED = "offered"
    TAKEN = "taken"
    DECLINED = "declined"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"
    DONE = "done"

    @property
    def label(self) -> str:
        """The Chinese term on the form."""
        return _OUTCOMES[self]


_OUTCOMES: Final[dict[WorkOrderOutcome, str]] = {
    WorkOrderOutcome.OFFERED: "待接单",
    WorkOrderOutcome.TAKEN: "已接单",
    WorkOrderOutcome.DECLINED: "退单",
    WorkOrderOutcome.MISSED: "超时未接",
    WorkOrderOutcome.WITHDRAWN: "撤回",
    WorkOrderOutcome.DONE: "完工",
}


class WorkOrder(Message):
    """《维修派工单》: one offer of a repair to one technician, and what became of it. Key: (case, attempt)."""

    form: Literal["work_order"] = "work_order"
    attempt: int
    technician: str
    trade: str
    offered_at: Moment
    outcome: WorkOrderOutcome = WorkOrderOutcome.OFFERED
    answered_at: Moment | None = None
    reason: str = ""
    arrived_at: Moment | None = None
    completed_at: Moment | None = None
    work_done: str = ""
    materials: str = ""
    work_minutes: int | None = None
    photos: tuple[str, ...] = ()
    signature: str = ""


class Suspension(Message):
    """One suspension 挂起 of a repair. Key: (case, number). ``promised_on`` is the last day told to the customer."""

    form: Literal["suspension"] = "suspension"
    number: int
    ground: str
    reason: str = ""
    promised_on: date
    suspended_at: Moment
    resumed_at: Moment | None = None


class ServiceRecord(Message):
    """《特约服务单》: the columns that only a special service has. Key: the case."""

    form: Literal["service_record"] = "service_record"
    category: str = ""
    item: str = ""
    appointment_at: Moment | None = None
    performer: str = ""
    started_at: Moment | None = None
    completed_at: Moment | None = None
    work_done: str = ""
    signed_at: Moment | None = None
    signature: str = ""
    signed_by: str = ""
    receipts: tuple[str, ...] = ()
    reworks: int = 0
    closed_as: str = ""
    rating: int | None = None
    revisit: str = ""


class RevisitTask(Message):
    """The task of a revisit 回访任务: of which matter, by which rule, until when, by whom. Key: the case."""

    form: Literal["revisit_task"] = "revisit_task"
    original: str
    original_kind: str
    original_round: int
    rule: str = ""
    position: int = 0
    mandatory: str = ""
    completed_at: Moment
    window_ends_at: Moment
    visitor: str = ""
    visitor_role: str = ""
    rounds: int = 0
    result: str = ""
    exempt_ground: str = ""
    opinion: str = ""
    opinion_by: str = ""
    opinion_at: Moment | None = None


class RevisitRecord(Message):
    """《回访记录表》: one round of a revisit (S1). Key: (case, round).

    ``solved``, ``satisfaction`` and ``suggestions`` are the three questions (R6); 未答 is an answer (R20).
    ``signed_as`` is 签名, 「电话回访」, 「平台回访」 or 「客户拒签」 (R5, R19); ``signature`` the id of a stored one.
    """

    form: Literal["revisit_record"] = "revisit_record"
    round: int
    visitor: str
    visitor_role: str = ""
    method: str
    at: Moment
    solved: str
    satisfaction: str
    suggestions: str = ""
    handled: str = ""
    signed_as: str = ""
    signature: str = ""
    second_signer: str = ""
    refusal_reason: str = ""
    next_date: date | None = None


class RevisitAttempt(Message):
    """One attempt to reach the customer 联系记录. Key: (case, number)."""

    form: Literal["revisit_attempt"] = "revisit_attempt"
    number: int
    at: Moment
    channel: str
    visitor: str = ""
    note: str = ""


class RevisitMatter(Message):
    """A matter raised in a revisit 回访新意见 (R7, R9, R21). Key: (case, number).

    Answered at once, or with an appointed time; ``linked_case`` is the repair that was opened for it.
    """

    form: Literal["revisit_matter"] = "revisit_matter"
    number: int
    round: int
    kind: str
    text: str = ""
    raised_at: Moment
    appointed_at: Moment | None = None
    answered_at: Moment | None = None
    answer: str = ""
    linked_case: str = ""


Form = Annotated[
    RepairRecord
    | WorkOrder
    | Quote
    | Charge
    | Suspension
    | ServiceRecord
    | RevisitTask
    | RevisitRecord
    | RevisitAttempt
    | RevisitMatter,
    Field(discriminator="form"),
]
"""Every form that some process fills in; a new process adds its own."""


class CaseBatch(Message):
    """Lines in order, with the forms as they stand after the last of them; written in one transaction.

    ``opening`` is in the first batch only. Writing a batch twice, or an older one after a newer one,
    changes nothing: lines are keyed by sequence and forms carry the header's ``last_sequence``.
    """

    header: CaseHeader
    lines: tuple[EventLine, ...]
    forms: tuple[Form, ...] = ()
    opening: CaseOpening | None = None
