"""The one way to a case 受理: start it, act on it, pass a customer's reply on, ask how it stands.

One message is one case: the number comes from (caller, idempotency key), and Temporal refuses a second
execution of the same number. So every answer is true after any fault: a case that runs, a refusal with a
stable code, or "outcome unknown, resend with the same key".
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import structlog
from temporalio.client import (
    Client,
    RPCError,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    TypedSearchAttributes,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCStatusCode

from activities.connections.keys import KeyRing
from activities.opening.case_start import start_case
from activities.opening.message_keys import body_digest, key_digest
from activities.opening.refused import CaseRefusedError
from activities.opening.repair_reports import RepairReport, repair_start
from activities.opening.service_orders import ServiceOrder, service_start
from activities.opening.temporal_face import Start, attributes_at_start
from activities.records.intake_snapshot import Caller, IntakeSnapshot
from starters.case_desk.archive import CaseArchive
from starters.case_desk.refused import (
    OUTCOME_UNKNOWN,
    RECORDS_UNAVAILABLE,
    case_not_running,
    outcome_unknown,
    unknown_case,
)
from workflows.messages.case import ActionRequest, ActionResult, CaseView, CustomerReply
from workflows.messages.identifiers import (
    CASE_STATE,
    COMMUNITY,
    LEVEL,
    MEMO_BODY_DIGEST,
    MEMO_KEY_DIGEST,
    UNIT,
    CaseKind,
)
from workflows.messages.message import Message
from workflows.messages.repair import RepairState
from workflows.rules.case_numbers import case_number, is_case_number

_log = structlog.get_logger(__name__)
CLOSED_LABEL: Final = RepairState.CLOSED.label


@dataclass(frozen=True)
class StartedCase:
    """A case that runs. ``created`` is False for a message that had come before."""

    number: str
    created: bool
    state_label: str
    level_label: str
    unit_verified: bool


@dataclass(frozen=True)
class ReplyTaken:
    """What became of a customer's reply: passed on to the case, or kept beside one that is closed."""

    number: str
    case_closed: bool


class CaseStarter:
    """Starts, acts, replies and asks; shared by the API and the desk.

    ``patience`` is how long Temporal may take before the outcome counts as unknown.
    """

    def __init__(
        self,
        client: Client,
        keyring: KeyRing,
        archive: CaseArchive,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        patience: timedelta = timedelta(seconds=10),
    ) -> None:
        self._client = client
        self._secret = keyring.case_number_key
        self._archive = archive
        self._now = now
        self._patience = patience

    async def start_repair(
        self, report: RepairReport, caller: Caller, key: str, snapshot: IntakeSnapshot
    ) -> StartedCase:
        """Start the repair, or return the one that the same key and body have started.

        Raises ``CaseRefusedError``: ``idempotency_key_reused``, ``idempotency_key_expired``, ``number_taken``,
        ``outcome_unknown`` and those of :func:`repair_start`.
        """
        start_of = partial(repair_start, report=report, caller=caller, snapshot=snapshot)
        return await self._start(CaseKind.REPAIR, report, caller, key, start_of)

    async def order_service(
        self, order: ServiceOrder, caller: Caller, key: str, snapshot: IntakeSnapshot
    ) -> StartedCase:
        """Start the special service, or return the one that the same key and body have started.

        Raises ``CaseRefusedError`` as :meth:`start_repair` does, and those of :func:`service_start`.
        """
        start_of = partial(service_start, order=order, caller=caller, snapshot=snapshot)
        return await self._start(CaseKind.SPECIAL_SERVICE, order, caller, key, start_of)

    async def _start(
        self, kind: CaseKind, body: Message, caller: Caller, key: str, start_of: Callable[..., Start]
    ) -> StartedCase:
        number = case_number(kind, self._secret, caller.caller, key)
        memo = {MEMO_KEY_DIGEST: key_digest(caller.caller, key), MEMO_BODY_DIGEST: body_digest(body)}
        # Temporal forgets a number after its retention; the records never do
        if await self._archive.has_record(number):
            return await self._running(number, memo)
        start = start_of(number, now=self._now())
        try:
            created = await start_case(self._client, start, memo=memo, patience=self._patience)
        except RPCError as error:
            raise _unanswered("start", error) from None
        if not created:
            return await self._running(number, memo)
        return _started(number, attributes_at_start(start), created=True)

    async def act(self, number: str, request: ActionRequest, caller: Caller) -> ActionResult:
        """Have the case do what the member of staff asks; the same message id returns the first answer.

        Raises ``CaseRefusedError``: the validator's codes, ``idempotency_key_reused``, ``case_closed``,
        ``case_not_running``, ``unknown_case``, ``outcome_unknown``, ``records_unavailable``. Every refusal is kept
        for the audit.
        """
        try:
            result = await self._updated(number, request)
            if not hmac.compare_digest(result.digest, request.digest):
                raise _key_reused()
        except CaseRefusedError as refused:
            if refused.code not in (OUTCOME_UNKNOWN, RECORDS_UNAVAILABLE):  # these decide nothing
                await self._archive.keep_refusal(number, request, caller.caller, refused.code)
            raise
        return result

    async def _updated(self, number: str, request: ActionRequest) -> ActionResult:
        handle = self._client.get_workflow_handle(_checked(number))
        try:
            result: ActionResult = await handle.execute_update(
                "act", request, id=request.message_id, result_type=ActionResult, rpc_timeout=self._patience
            )
            return result
        except WorkflowUpdateFailedError as error:
            raise _refusal(error) from None
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            raise outcome_unknown() from None
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise _unanswered("act", error) from None
        if not await self._archive.keep_late_action(number, request):
            raise _not_running(number)
        raise CaseRefusedError("case_closed", "单据已关闭,不再办理;来件已留存备查", state_label=CLOSED_LABEL)

    async def reply(self, number: str, reply: CustomerReply) -> ReplyTaken:
        """Pass the customer's words on to the case, or keep them beside a case that is closed.

        Raises ``CaseRefusedError``: ``case_not_running``, ``unknown_case``, ``outcome_unknown``,
        ``records_unavailable``.
        """
        if await self._takes_messages(number, reply.community):
            try:
                await self._client.get_workflow_handle(number).signal("reply", reply, rpc_timeout=self._patience)
                return ReplyTaken(number, case_closed=False)
            except RPCError as error:
                if error.status != RPCStatusCode.NOT_FOUND:  # it may have closed since
                    raise _unanswered("reply", error) from None
        if not await self._archive.keep_late_reply(number, reply):
            raise _not_running(number)
        return ReplyTaken(number, case_closed=True)

    async def view(self, number: str, community: str) -> CaseView:
        """Ask the case itself how it stands; no personal data.

        Raises ``CaseRefusedError``: ``unknown_case``, ``live_view_unavailable``.
        """
        handle = self._client.get_workflow_handle(_checked(number))
        try:
            view: CaseView = await handle.query("view", result_type=CaseView, rpc_timeout=self._patience)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                raise unknown_case() from None
            raise _no_view("query", error.status.name) from None
        except WorkflowQueryFailedError:
            raise _no_view("query", "failed") from None
        if view.community != community:
            raise unknown_case()
        return view

    async def _takes_messages(self, number: str, community: str) -> bool:
        """Whether the case runs; ``unknown_case`` for one of another community."""
        description = await self._described(number)
        if description is None:
            return False
        if description.typed_search_attributes.get(COMMUNITY) != community:
            raise unknown_case()
        return description.status is WorkflowExecutionStatus.RUNNING

    async def _running(self, number: str, memo: dict[str, str]) -> StartedCase:
        """Return the case that has this number already, if this very message started it."""
        description = await self._described(number)
        if description is None:
            raise CaseRefusedError(
                "idempotency_key_expired", f"该 Idempotency-Key 早先用于单据 {number},已过期:新的报修请换新的键"
            )
        held = await description.memo()
        if not hmac.compare_digest(str(held.get(MEMO_KEY_DIGEST, "")), memo[MEMO_KEY_DIGEST]):
            _log.error("case_number_taken_by_another_key", case=number)
            raise CaseRefusedError("number_taken", "编号冲突,已报警:请换一个新的 Idempotency-Key 重发")
        if not hmac.compare_digest(str(held.get(MEMO_BODY_DIGEST, "")), memo[MEMO_BODY_DIGEST]):
            raise _key_reused()
        return _started(number, description.typed_search_attributes, created=False)

    async def _described(self, number: str) -> WorkflowExecutionDescription | None:
        try:
            return await self._client.get_workflow_handle(_checked(number)).describe(rpc_timeout=self._patience)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                return None
            raise _unanswered("describe", error) from None


def _checked(number: str) -> str:
    """Only case numbers reach Temporal: no other workflow of the namespace can be named."""
    if not is_case_number(number):
        raise unknown_case()
    return number


def _started(number: str, attributes: TypedSearchAttributes, *, created: bool) -> StartedCase:
    return StartedCase(
        number=number,
        created=created,
        state_label=attributes.get(CASE_STATE) or "",
        level_label=attributes.get(LEVEL) or "",
        unit_verified=attributes.get(UNIT) is not None,
    )


def _refusal(error: WorkflowUpdateFailedError) -> CaseRefusedError:
    cause = error.cause
    match cause.type if isinstance(cause, ApplicationError) else None:
        case None | "" | "AcceptedUpdateCompletedWorkflow":
            _log.error("update_failed_without_code", cause=type(cause).__name__)
            return outcome_unknown()
        case "wrong_community":
            return unknown_case()
        case code:
            return CaseRefusedError(code, cause.message if isinstance(cause, ApplicationError) else "")


def _key_reused() -> CaseRefusedError:
    return CaseRefusedError("idempotency_key_reused", "该 Idempotency-Key 已用于另一内容:新的请求请换新的键")


def _not_running(number: str) -> CaseRefusedError:
    """Alarm: a case that should run was lost or terminated, or this process asks the wrong server or namespace."""
    _log.error("case_not_running", case=number)
    return case_not_running()


def _no_view(asked: str, reason: str) -> CaseRefusedError:
    _log.warning("case_did_not_answer", asked=asked, reason=reason)
    return CaseRefusedError("live_view_unavailable", "单据的实时状态暂时查不到:请稍后再试,或查看记录")


def _unanswered(asked: str, error: RPCError) -> CaseRefusedError:
    _log.warning("temporal_did_not_answer", asked=asked, status=error.status.name)
    return outcome_unknown()
