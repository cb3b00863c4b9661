"""GET and POST inbox: what a member of staff has been told 站内消息."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from activities.notifications.inbox import InboxPage, list_inbox, mark_read
from activities.records.intake_snapshot import Caller
from starters.intake_api.bodies import Body
from starters.intake_api.callers import KnownCallersRoute, Right, caller_with
from starters.intake_api.intake import TheIntake
from starters.intake_api.problems import ProblemError, documented
from workflows.messages.people import Role

_LARGEST_ID = 2**63 - 1
_OVERSEERS = frozenset({Role.CS_SUPERVISOR, Role.SITE_MANAGER, Role.COMPANY_MANAGER})
"""Roles that see the messages of everybody in their communities."""
MessageId = Annotated[int, Field(ge=1, le=_LARGEST_ID)]

router = APIRouter(route_class=KnownCallersRoute, tags=["inbox 收件箱"])


class InboxQuery(Body):
    """Which messages. ``cursor`` is the last page's ``next_cursor``."""

    unread_only: bool = False
    cursor: MessageId | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class MessageRead(BaseModel):
    """The message that has been read."""

    id: int


@router.get("/v1/inbox", responses=documented("records_unavailable"))
def read_the_inbox(
    query: Annotated[InboxQuery, Query()],
    caller: Annotated[Caller, caller_with(Right.READ_INBOX)],
    intake: TheIntake,
) -> InboxPage:
    """Read one's messages in all of one's communities, the latest first; supervisors see everybody's."""
    return list_inbox(
        intake.database,
        caller.communities,
        _whose(caller),
        unread_only=query.unread_only,
        cursor=query.cursor,
        limit=query.limit,
    )


@router.post("/v1/inbox/{message}/read", responses=documented("unknown_message", "records_unavailable"))
def mark_a_message_read(
    message: Annotated[MessageId, Path()],
    caller: Annotated[Caller, caller_with(Right.READ_INBOX)],
    intake: TheIntake,
) -> MessageRead:
    """Note that one's own message, or one to whoever looks, has been read; the first time counts."""
    if not mark_read(intake.database, caller.communities, caller.staff, message):
        raise ProblemError("unknown_message")
    return MessageRead(id=message)


def _whose(caller: Caller) -> str | None:
    """Whose messages the caller may read; what only oversees is not marked read, or its recipient would miss it."""
    return None if caller.role in _OVERSEERS else caller.staff
