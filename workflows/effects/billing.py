"""What the fee processes ask of the ledger 收费作业. Whoever is asked twice changes nothing the second time."""

from datetime import timedelta
from typing import Final, TypeVar

from temporalio import workflow
from temporalio.workflow import ActivityHandle

from workflows.effects.open_text import OpenText
from workflows.effects.recording import UNTIL_IT_WORKS
from workflows.messages.billing import (
    ChunkDone,
    ChunkJob,
    ChunkPlan,
    CloseVersion,
    CorrectRows,
    CycleStanding,
    CycleStandingRequest,
    DayDuties,
    DayFindings,
    FeeReportSent,
    Gathered,
    GatherServices,
    Listed,
    ListOverdue,
    PlanChunks,
    Reviewed,
    ReviewTable,
    SendFeeReport,
    TableFigures,
)
from workflows.messages.identifiers import Activity, TaskQueue
from workflows.messages.message import Message

Answer = TypeVar("Answer", bound=Message)
_ALIVE: Final = timedelta(seconds=10)
"""Without a heartbeat for so long the worker is gone, and another one takes the work."""


def _start(asked: Activity, request: Message, answer: type[Answer], summary: str) -> ActivityHandle[Answer]:
    """Retried for ever: money that cannot be written now is written when PostgreSQL is back."""
    return workflow.start_activity(
        asked,
        request,
        result_type=answer,
        task_queue=TaskQueue.BILLING,
        start_to_close_timeout=timedelta(hours=6),
        heartbeat_timeout=_ALIVE,
        retry_policy=UNTIL_IT_WORKS,
        summary=OpenText(summary),
    )


def start_planning_chunks(request: PlanChunks) -> ActivityHandle[ChunkPlan]:
    """Begin to cut the community into chunks."""
    return _start(Activity.PLAN_CHUNKS, request, ChunkPlan, "划分计费段")


def start_assessing(request: ChunkJob) -> ActivityHandle[ChunkDone]:
    """Begin to assess a chunk."""
    return _start(Activity.ASSESS_CHUNK, request, ChunkDone, f"应收计算 第{request.chunk.number}段")


def start_closing_version(request: CloseVersion) -> ActivityHandle[TableFigures]:
    """Begin to hand a version of the table to finance."""
    summary = f"应收明细表 第{request.job.version}版提交审核"
    return _start(Activity.CLOSE_VERSION, request, TableFigures, summary)


def start_correcting(request: CorrectRows) -> ActivityHandle[TableFigures]:
    """Begin to compute returned and dirty rows anew."""
    return _start(Activity.CORRECT_ROWS, request, TableFigures, f"更正 第{request.job.version}版")


def start_reviewing(request: ReviewTable) -> ActivityHandle[Reviewed]:
    """Begin to enter finance's review."""
    return _start(Activity.REVIEW_TABLE, request, Reviewed, f"财务审核 第{request.job.version}版")


def start_issuing_bills(request: ChunkJob) -> ActivityHandle[ChunkDone]:
    """Begin to issue the bills of a chunk."""
    return _start(Activity.ISSUE_BILLS, request, ChunkDone, f"出账 第{request.chunk.number}段")


def start_standing(request: CycleStandingRequest) -> ActivityHandle[CycleStanding]:
    """Begin to look how the quarter's bills stand; only reads."""
    return _start(Activity.CYCLE_STANDING, request, CycleStanding, "收缴情况")


def start_listing(request: ListOverdue) -> ActivityHandle[Listed]:
    """Begin to list what is overdue and to open its arrears cases; resumes where it stopped."""
    return _start(Activity.LIST_OVERDUE, request, Listed, f"催款名单 {request.on_day}")


def start_day_duties(request: DayDuties) -> ActivityHandle[DayFindings]:
    """Begin to look at the cash desk's days; only reads."""
    return _start(Activity.DAY_DUTIES, request, DayFindings, f"日结检查 {request.on_day}")


def start_gathering(request: GatherServices) -> ActivityHandle[Gathered]:
    """Begin to total the month's paid services."""
    return _start(Activity.GATHER_SERVICES, request, Gathered, f"有偿服务汇总 {request.month}")


def start_sending_report(request: SendFeeReport) -> ActivityHandle[FeeReportSent]:
    """Begin to freeze and send a report."""
    return _start(Activity.SEND_FEE_REPORT, request, FeeReportSent, f"收费报表 {request.kind} {request.first}")
