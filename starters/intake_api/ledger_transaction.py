"""One transaction of the ledger for a request 账务事务: in a thread of its own; a refusal becomes a problem."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeVar

from sqlalchemy import Connection, select
from starlette.concurrency import run_in_threadpool

from activities.ledger.refused import LedgerRefusedError
from activities.opening.places import policy_in_force
from activities.records.community_tables import Post
from activities.records.intake_snapshot import Caller
from starters.intake_api.intake import Intake
from starters.intake_api.problems import ProblemError
from workflows.messages.people import Role
from workflows.messages.policy import Policy
from workflows.rules.business_time import local
from workflows.rules.duty import DUTY_ZONE, holds

KEYED: Final = ("idempotency_key_required", "idempotency_key_invalid", "records_unavailable", "no_policy_in_force")
"""What every request to the ledger under an idempotency key can be answered."""
Done = TypeVar("Done")


async def in_ledger(intake: Intake, work: Callable[[Connection], Done]) -> Done:
    """Do the work in one transaction of its own thread; a refusal becomes a problem, and nothing is written."""

    def transaction() -> Done:
        with intake.database.begin() as connection:
            return work(connection)

    try:
        return await run_in_threadpool(transaction)
    except LedgerRefusedError as refused:
        raise ProblemError(refused.code, refused.message) from None


def areas_of(connection: Connection, community: str, caller: Caller) -> frozenset[str]:
    """The areas that a steward looks after today, as the one in charge or as the deputy."""
    posts = connection.execute(
        select(Post.area, Post.since, Post.until).where(
            Post.community == community, Post.staff == caller.staff, Post.role == Role.STEWARD
        )
    )
    today = local(datetime.now(UTC), DUTY_ZONE).date()
    return frozenset(area for area, since, until in posts if holds(since, until, today))


def now_by(policy: Policy) -> datetime:
    """The present instant on the clock of the policy's community: its date is the business day."""
    return local(datetime.now(UTC), policy.calendar.tz)


def now_in(intake: Intake, community: str) -> datetime:
    """The present instant on the community's clock; raises ``CaseRefusedError`` (``no_policy_in_force``)."""
    return now_by(policy_now(intake, community))


def policy_now(intake: Intake, community: str) -> Policy:
    """The community's policy; raises ``CaseRefusedError`` (``no_policy_in_force``)."""
    return policy_in_force(community, intake.snapshots.current(), datetime.now(UTC))
