"""What staff can do to a repair 报修办理, and what each action needs to be told."""

from datetime import date
from enum import StrEnum
from typing import Final

from workflows.messages.message import Message, Moment
from workflows.messages.money import Amount
from workflows.messages.people import Trade
from workflows.messages.repair import Port, RepairClass


class RepairAction(StrEnum):
    """What staff can do to a repair, besides what ``QuoteAction`` says."""

    ACCEPT = "accept"
    DISPATCH = "dispatch"
    TAKE = "take"
    DECLINE = "decline"
    ARRIVE = "arrive"
    COMPLETE = "complete"
    CANCEL = "cancel"
    MOVE_DEADLINE = "move_deadline"
    WRONG_TRADE = "wrong_trade"
    NO_SHOW = "no_show"
    CALL = "call"
    RESCHEDULE = "reschedule"
    SEND_SECOND = "send_second"
    CONTRACTOR_ARRIVED = "contractor_arrived"
    SUSPEND = "suspend"
    RESUME = "resume"
    VERIFY = "verify"
    REJECT_WORK = "reject_work"
    REOPEN = "reopen"
    MERGE = "merge"
    DISMISS = "dismiss"
    REFUSED_ENTRY = "refused_entry"
    CONFIRM_BACKFILL = "confirm_backfill"
    REFUSE_BACKFILL = "refuse_backfill"
    CORRECT_UNIT = "correct_unit"
    SET_PORT = "set_port"

    @property
    def label(self) -> str:
        """The Chinese term on a button."""
        return _ACTIONS[self]


_ACTIONS: Final[dict[RepairAction, str]] = {
    RepairAction.ACCEPT: "受理",
    RepairAction.DISPATCH: "派工",
    RepairAction.TAKE: "接单",
    RepairAction.DECLINE: "退单",
    RepairAction.ARRIVE: "到场",
    RepairAction.COMPLETE: "完工",
    RepairAction.CANCEL: "取消",
    RepairAction.MOVE_DEADLINE: "改期限",
    RepairAction.WRONG_TRADE: "工种不符",
    RepairAction.NO_SHOW: "上门无人",
    RepairAction.CALL: "电话联系客户",
    RepairAction.RESCHEDULE: "改约",
    RepairAction.SEND_SECOND: "增派第二人",
    RepairAction.CONTRACTOR_ARRIVED: "维保单位到场",
    RepairAction.SUSPEND: "挂起",
    RepairAction.RESUME: "恢复维修",
    RepairAction.VERIFY: "客户验收",
    RepairAction.REJECT_WORK: "验收不合格",
    RepairAction.REOPEN: "返修",
    RepairAction.MERGE: "并单",
    RepairAction.DISMISS: "非报修转出",
    RepairAction.REFUSED_ENTRY: "客户拒修",
    RepairAction.CONFIRM_BACKFILL: "核实补单",
    RepairAction.REFUSE_BACKFILL: "补单不实",
    RepairAction.CORRECT_UNIT: "更正房号",
    RepairAction.SET_PORT: "改判责任端口",
}


class AcceptDetails(Message):
    """受理: the desk may correct the trade and raise the class; hazard words are never lowered."""

    trade: Trade | None = None
    repair_class: RepairClass | None = None


class DispatchDetails(Message):
    """派工: to a technician by code, or to whom the rule chooses."""

    technician: str = ""
    reason: str = ""


class DeclineDetails(Message):
    """退单: with the reason, which the next technician and the lead can read."""

    reason: str = ""


class CompleteDetails(Message):
    """完工: what was done and used, the minutes worked (工时), what is charged (CNY), ids of photos and signature."""

    work_done: str = ""
    materials: str = ""
    work_minutes: int | None = None
    billed: Amount | None = None
    photos: tuple[str, ...] = ()
    signature: str = ""


class CancelDetails(Message):
    """取消 at the customer's word, taken down by the desk; the call-out fee only where it was agreed."""

    reason: str = ""
    fee_agreed: bool = False


class WrongTradeDetails(Message):
    """工种不符: the trade that the fault calls for."""

    trade: Trade
    reason: str = ""


class NoShowDetails(Message):
    """上门无人: what the technician found."""

    reason: str = ""


class CallDetails(Message):
    """电话联系客户: whether somebody answered."""

    answered: bool = False
    reason: str = ""


class RescheduleDetails(Message):
    """改约: the new appointment."""

    appointment_at: Moment
    reason: str = ""


class SendSecondDetails(Message):
    """增派第二人: an emergency is never one person's work."""

    technician: str


class SuspensionGround(StrEnum):
    """Why a repair is suspended 挂起原因."""

    PARTS = "parts"
    OWNER = "owner"
    THIRD_PARTY = "third_party"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"parts": "待料", "owner": "待业主", "third_party": "待第三方"}[self]


class SuspendDetails(Message):
    """挂起, or a new promise while suspended: for what, until which day at the latest, told to the customer."""

    ground: SuspensionGround
    promised_on: date
    reason: str = ""


class ResumeDetails(Message):
    """恢复维修."""

    reason: str = ""


class VerifyDetails(Message):
    """客户验收 taken down by staff: the id of the customer's signature, or the word it was given in."""

    signature: str = ""
    reason: str = ""
    rating: int | None = None


class RejectWorkDetails(Message):
    """验收不合格, or 返修 of a closed case, as the customer puts it."""

    reason: str = ""


class MergeDetails(Message):
    """并单: the number of the open case of the same fault."""

    into: str
    reason: str = ""


class DismissDetails(Message):
    """非报修转出 or 无效: where it goes and why, as it was explained to the customer; ``to`` is a label or a number."""

    to: str = ""
    reason: str = ""


class RefusedEntryDetails(Message):
    """客户拒修: the signed reason. ``harms_others`` leads to a written notice (L1 §288) and the site manager."""

    reason: str = ""
    signature: str = ""
    harms_others: bool = False


class BackfillReviewDetails(Message):
    """核实补单: what the lead found."""

    reason: str = ""


class CorrectUnitDetails(Message):
    """更正房号: the right code, its area, and the day of its building's acceptance, as the edge has looked them up."""

    unit: str
    area: str = ""
    building_accepted_on: date | None = None
    reason: str = ""


class SetPortDetails(Message):
    """改判责任端口 (S3): construction works and defects in warranty 运筹, advice 产技, else 物业."""

    port: Port
    reason: str = ""


class MoveDeadlineDetails(Message):
    """改期限: a supervisor's recorded override of one clock; ``due_at`` is the new deadline."""

    clock: str
    due_at: Moment
    reason: str = ""
