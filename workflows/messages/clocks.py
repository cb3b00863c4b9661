"""The state of one running time limit. What it means and how it moves: ``workflows/rules/clocks.py``."""

from enum import StrEnum

from workflows.messages.message import Message, Moment
from workflows.messages.people import Role
from workflows.messages.periods import Period


class ClockRule(Message):
    """A time limit 时限 of the policy: how long, when to remind, whom to alert (``docs/domain/time.md``, C6).

    ``remind_share`` is the share of the time from start to deadline after which the person in charge is
    reminded. ``alert`` are told at the deadline, ``next_level`` after a further ``next_after``. A limit that is
    no promise to the customer (a technician's five minutes to answer) does not make the case overdue.
    """

    limit: Period
    remind_share: float = 0.8
    alert: tuple[Role, ...] = (Role.CS_SUPERVISOR,)
    next_level: tuple[Role, ...] = (Role.SITE_MANAGER,)
    next_after: Period = Period(working_days=1)
    is_promise: bool = True


def clock_rule(
    limit: str,
    *alert: Role,
    next_level: tuple[Role, ...] = (Role.SITE_MANAGER,),
    after: str = "P1B",
    is_promise: bool = True,
    remind_share: float = 0.8,
) -> ClockRule:
    """Return a default of the policy: the limit as it is written (``PT5M``), and who is alerted."""
    return ClockRule(
        limit=Period.parse(limit),
        remind_share=remind_share,
        alert=alert,
        next_level=next_level,
        next_after=Period.parse(after),
        is_promise=is_promise,
    )


class ClockStage(StrEnum):
    """How far a clock has rung."""

    RUNNING = "running"
    REMINDED = "reminded"
    BREACHED = "breached"
    ESCALATED = "escalated"


class Clock(Message):
    """A time limit that runs in one case. Instants are business time.

    ``remind_at`` follows a moved deadline; ``moved`` counts how often somebody has moved it.
    """

    name: str
    label: str
    rule: ClockRule
    started_at: Moment
    due_at: Moment
    remind_at: Moment
    escalate_at: Moment
    stage: ClockStage = ClockStage.RUNNING
    paused_at: Moment | None = None
    moved: int = 0
