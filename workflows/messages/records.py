"""What a process hands to its recorder, and what the recorder hands to PostgreSQL in one piece."""

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from workflows.messages.case import CaseHeader, CaseOpening, EventLine
from workflows.messages.message import Message, Moment


class RepairRecord(Message):
    """《报修记录》: the columns that only a repair has (``docs/domain/repair.md``; S0 4.2.1)."""

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


Form = Annotated[RepairRecord | WorkOrder, Field(discriminator="form")]
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
