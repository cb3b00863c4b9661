"""Suspension of a repair 挂起: for parts, for the owner, for a third party; never without a day told to the customer.

Every clock stands still meanwhile (C6, C8); one runs to the end of the promised day (RPR-06).
"""

from workflows.messages.notices import NoticeEvent, to_customer, to_staff
from workflows.messages.people import SYSTEM, Actor
from workflows.messages.records import Suspension
from workflows.messages.repair import RepairClock, RepairState
from workflows.messages.repair_actions import ResumeDetails, SuspendDetails
from workflows.messages.repair_events import RepairEvent
from workflows.processes.repair_visiting import RepairVisiting
from workflows.rules.allowed_actions import Refused
from workflows.rules.authority import Decision, deciders
from workflows.rules.time_limits import deadline, end_of_day, last_day

_S = RepairState


class RepairSuspension(RepairVisiting):
    """A repair that waits for something outside."""

    def refuse_suspension(self, details: SuspendDetails, actor: Actor) -> None:
        """A promised day is today or later; one more than seven days off is the supervisor's to promise."""
        if details.promised_on < self.now.date():
            raise Refused("promise_in_past", "承诺日期不能早于今天")
        latest = deadline(self.now, self.policy.promise_at_most, self.calendar)
        if end_of_day(details.promised_on, self.calendar) > latest and actor.role not in deciders(
            Decision.MOVE_DEADLINE
        ):
            limit = f"{last_day(latest, self.calendar):%Y-%m-%d}"
            raise Refused("beyond_authority", f"承诺日期最晚为 {limit},更晚的须由客服主管决定")

    def suspend(self, details: SuspendDetails, actor: Actor) -> None:
        """挂起, or a new promise while suspended; the customer is told why and until when."""
        again = self.state is _S.SUSPENDED
        promised_on, ground = details.promised_on, details.ground
        if again:
            self.suspensions[-1] = self.suspensions[-1].model_copy(
                update={"ground": ground.value, "reason": details.reason, "promised_on": promised_on}
            )
            self.clocks.stop(RepairClock.PROMISE)
        else:
            self.suspensions.append(
                Suspension(
                    number=len(self.suspensions) + 1,
                    ground=ground.value,
                    reason=details.reason,
                    promised_on=promised_on,
                    suspended_at=self.now,
                )
            )
            self.clocks.pause_all(self.now)
        clock, due_at = RepairClock.PROMISE, end_of_day(promised_on, self.calendar)
        self.clocks.start_rule(clock, clock.label, self.policy.promise, self.now, due_at)
        event = RepairEvent.PROMISE_RENEWED if again else RepairEvent.SUSPENDED
        facts = {"ground": ground.value, "ground_label": ground.label, "promised_on": promised_on.isoformat()}
        self.record(event, actor, state=_S.SUSPENDED, reason=details.reason, facts=facts)
        self.tell(NoticeEvent.REPAIR_SUSPENDED, to_customer(), facts)

    def resume(self, details: ResumeDetails, actor: Actor) -> None:
        """恢复维修: every clock runs on."""
        self.end_suspension()
        self.clocks.stop(RepairClock.PROMISE)
        self.clocks.resume_all(self.now)
        self.record(RepairEvent.RESUMED, actor, state=_S.IN_PROGRESS, reason=details.reason)
        self.tell(NoticeEvent.REPAIR_RESUMED, to_customer())
        if self.header.assignee and self.header.assignee != actor.code:
            self.tell(NoticeEvent.REPAIR_RESUMED, to_staff(self.header.assignee))

    def raise_to_emergency(self, hazard: str, actor: Actor) -> None:
        """An emergency waits for nothing: a suspended repair goes on at once."""
        if self.state is _S.SUSPENDED:
            self.resume(ResumeDetails(), SYSTEM)
        super().raise_to_emergency(hazard, actor)
