"""What the ways in ask of the records, without ever waiting long for them 留存.

PostgreSQL may be down for an hour and reports are accepted all the same. So every question here has a time
limit, a database that has just failed is left alone for a while, and refusals wait in memory until it is back.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

import structlog

from activities.connections.database import Database, is_unavailable
from activities.opening.refused import CaseRefusedError
from activities.records.case_queries import has_record
from activities.records.late_messages import Standing, keep_late_message, standing_of
from activities.records.refusals import write_refusal
from starters.case_desk.refused import records_unavailable, unknown_case
from workflows.messages.case import ActionRequest, CustomerReply
from workflows.messages.identifiers import kind_of
from workflows.rules.allowed_actions import Refused, rule_for
from workflows.rules.case_numbers import is_case_number

_log = structlog.get_logger(__name__)
_Answer = TypeVar("_Answer")
_PATIENCE_SECONDS: Final = 1.5
_LEAVE_ALONE_SECONDS: Final = 5.0
_MOST_WAITING: Final = 1000


class RecordsUnavailableError(Exception):
    """PostgreSQL did not answer in time."""


class CaseArchive:
    """The records as the ways in see them; one for each process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="archive")
        self._leave_alone_until = 0.0
        self._waiting: deque[Callable[[Database], None]] = deque()

    async def has_record(self, number: str) -> bool:
        """Whether the records hold a case of this number; False also while PostgreSQL cannot say.

        A record that is missed here is still safe: the case's first write refuses the number of another case.
        """
        try:
            return await self._ask(partial(has_record, number=number))
        except RecordsUnavailableError:
            return False

    async def keep_late_action(self, number: str, request: ActionRequest) -> bool:
        """Keep an action whose case no longer runs, as :meth:`keep_late_reply` does.

        Raises ``CaseRefusedError`` also, and keeps nothing, if the role could never take the action.
        """
        try:
            _check_role(number, request)
        except CaseRefusedError:
            await self._late(partial(standing_of, case=number, community=request.community))
            raise
        return await self._late(
            partial(
                keep_late_message,
                case=number,
                community=request.community,
                message_id=request.message_id,
                actor=request.actor,
                intent=request.action,
                text=_words_of(request),
            )
        )

    async def keep_late_reply(self, number: str, reply: CustomerReply) -> bool:
        """Keep a reply whose case no longer runs; keeping it twice is harmless. Returns whether the case had closed.

        Raises ``CaseRefusedError``: ``unknown_case`` if no such case was ever recorded in the community,
        ``records_unavailable`` if PostgreSQL cannot say.
        """
        return await self._late(
            partial(
                keep_late_message,
                case=number,
                community=reply.community,
                message_id=reply.message_id,
                actor=reply.recorded_by,
                intent=reply.intent,
                text=reply.text,
                sender_phone=reply.sender_phone,
            )
        )

    async def _late(self, ask: Callable[[Database], Standing]) -> bool:
        try:
            standing = await self._ask(ask)
        except RecordsUnavailableError:
            raise records_unavailable() from None
        if standing is Standing.UNKNOWN:
            raise unknown_case()
        return standing is Standing.CLOSED

    async def keep_refusal(self, number: str, request: ActionRequest, caller: str, code: str) -> None:
        """Keep a refused action for the audit: now, or as soon as PostgreSQL is back."""
        if not is_case_number(number):
            number = "?"  # whatever stood in the address, a name and a telephone number even
        _log.info("action_refused", case=number, action=request.action, role=request.actor.role, code=code)
        write = partial(
            write_refusal,
            code=code,
            actor=request.actor,
            caller=caller,
            community=request.community,
            case=number,
            action=request.action,
            message_id=request.message_id,
        )
        try:
            await self._ask(write)
        except RecordsUnavailableError:
            if len(self._waiting) < _MOST_WAITING:
                self._waiting.append(write)
            else:
                _log.error("refusal_not_kept", case=number, code=code, cause="too many wait")
        except Exception as error:
            _log.error("refusal_not_kept", case=number, code=code, cause=type(error).__name__)

    async def keep_writing(self) -> None:
        """Write the refusals that wait for PostgreSQL, for as long as the process runs."""
        while True:
            await asyncio.sleep(_LEAVE_ALONE_SECONDS)
            await self.write_waiting()

    async def write_waiting(self) -> int:
        """Write what waits, oldest first, and return how many are left."""
        while self._waiting:
            try:
                await self._ask(self._waiting[0])
            except RecordsUnavailableError:
                break
            except Exception as error:
                _log.error("refusal_not_kept", cause=type(error).__name__)
            self._waiting.popleft()
        return len(self._waiting)

    def close(self) -> None:
        """Give up the threads; what still waits is in the log only."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, question: Callable[[Database], _Answer]) -> _Answer:
        if time.monotonic() < self._leave_alone_until:
            raise RecordsUnavailableError
        asked = asyncio.get_running_loop().run_in_executor(self._threads, question, self._db)
        try:
            return await asyncio.wait_for(asked, _PATIENCE_SECONDS)
        except TimeoutError:
            reason = "slow"
        except Exception as error:
            if not is_unavailable(error):
                raise
            reason = "unreachable"
        self._leave_alone_until = time.monotonic() + _LEAVE_ALONE_SECONDS
        _log.warning("records_unavailable", reason=reason)
        raise RecordsUnavailableError


def _check_role(number: str, request: ActionRequest) -> None:
    kind = kind_of(number)
    if kind is None:
        raise unknown_case()
    try:
        rule_for(kind, request.action, request.actor.role)
    except Refused as refused:
        raise CaseRefusedError(refused.code, str(refused)) from None


def _words_of(request: ActionRequest) -> str:
    """What was written into the action's form, as JSON; "" where nothing was."""
    written = {name: value for name, value in request.details.items() if value not in (None, "", [])}
    return json.dumps(written, ensure_ascii=False) if written else ""
