"""Night jobs entered afterwards 补单 (S0 4.1.3; §12; RPR-11): true times, judged by them, borne out by the log.

What the control room's log does not bear out waits for the engineering lead.
"""

from datetime import datetime

from workflows.messages.clocks import ClockRule
from workflows.messages.notices import NoticeEvent, to_customer, to_role
from workflows.messages.people import CUSTOMER, SYSTEM, Actor, Role
from workflows.messages.records import WorkOrder, WorkOrderOutcome
from workflows.messages.repair import Backfill, RepairClock, RepairState
from workflows.messages.repair_actions import BackfillReviewDetails
from workflows.messages.repair_events import RepairEvent
from workflows.processes.repair_merging import RepairMerging
from workflows.rules.allowed_actions import Refused
from workflows.rules.business_time import local, spoken
from workflows.rules.repair_backfill import backfill_due, kept
from workflows.rules.repair_clocks import arrival_rule, finish_rule
from workflows.rules.time_limits import deadline

_S = RepairState


class RepairBackfilling(RepairMerging):
    """A repair that was done, or begun, before it was entered."""

    def take_in(self) -> None:
        """Enter the report; one that is entered afterwards is in the state that it had reached by then."""
        backfill = self.start.backfill
        if backfill is None:
            super().take_in()
            return
        facts = {"channel": self.opening.channel.value, "class": self.level.value, "backfill": "yes"}
        self.record(RepairEvent.REPORTED, CUSTOMER, facts=facts, at=self.called_at)
        self.judge_warranty()
        if backfill.logged:
            self.enter_night_job(backfill, self.opening.accepted_by or SYSTEM)
            return
        self.record(RepairEvent.BACKFILL_UNPROVEN, self.opening.accepted_by or SYSTEM)
        self.tell(NoticeEvent.BACKFILL_UNPROVEN, to_role(Role.ENGINEERING_LEAD), {"technician": backfill.technician})

    @property
    def called_at(self) -> datetime:
        """The true time of the call."""
        return local(self.opening.received_at, self.calendar.tz)

    def enter_night_job(self, backfill: Backfill, actor: Actor) -> None:
        """Enter call, arrival and completion with their true times; what was late then is on record as late."""
        called_at, arrived_at = self.called_at, local(backfill.arrived_at, self.calendar.tz)
        self.header = self.header.model_copy(
            update={"accepted_at": called_at, "accepted_by": actor, "assignee": backfill.technician}
        )
        self.fill_in(backfilled=True)
        self.work_orders.append(
            WorkOrder(
                attempt=1,
                technician=backfill.technician,
                trade=self.repair.trade,
                offered_at=called_at,
                outcome=WorkOrderOutcome.TAKEN,
                answered_at=called_at,
                arrived_at=arrived_at,
            )
        )
        self.dispatched_at = called_at
        self.record(RepairEvent.ACCEPTED, actor, state=_S.ACCEPTED, at=called_at)
        taken = {"technician": backfill.technician, "attempt": "1"}
        self.record(RepairEvent.TAKEN, actor, state=_S.ACKNOWLEDGED, facts=taken, at=called_at)
        self.judge_by_true_times(RepairClock.ARRIVAL, arrival_rule(self.policy, self.level), arrived_at)
        self.record(RepairEvent.ARRIVED, actor, state=_S.ARRIVED, at=arrived_at)
        self.record(RepairEvent.WORK_STARTED, actor, state=_S.IN_PROGRESS, at=arrived_at)
        self.clocks.stop(RepairClock.SITE_CHECK, RepairClock.REPAIR_START)
        if backfill.completed_at is not None:
            self.enter_completion(backfill, local(backfill.completed_at, self.calendar.tz), actor)
        else:
            rule = finish_rule(self.policy, self.level)
            self.start_clock(RepairClock.FINISH, rule, called_at)
        in_time = self.now <= backfill_due(called_at, self.policy.backfill_by, self.calendar)
        self.record(RepairEvent.BACKFILLED, actor, facts={"in_time": "yes" if in_time else "no"})
        if self.repair.completed_at is not None:
            self.tell(NoticeEvent.REPAIR_COMPLETED, to_customer(), {"limit_label": self.policy.reopen_window.label})

    def enter_completion(self, backfill: Backfill, completed_at: datetime, actor: Actor) -> None:
        """Completed at its true time, which opens the revisit window."""
        self.change_order(outcome=WorkOrderOutcome.DONE, completed_at=completed_at, work_done=backfill.work_done)
        self.judge_by_true_times(RepairClock.FINISH, finish_rule(self.policy, self.level), completed_at)
        self.note_completion(completed_at)
        if self.repair.paid:
            self.set_billed(None)
        self.record(RepairEvent.COMPLETED, actor, state=_S.COMPLETED, at=completed_at)

    def judge_by_true_times(self, clock: RepairClock, rule: ClockRule, happened_at: datetime) -> None:
        """Put a missed limit on record at the time at which it was missed."""
        if kept(rule, self.called_at, happened_at, self.calendar):
            return
        due_at = deadline(self.called_at, rule.limit, self.calendar)
        self.header = self.header.model_copy(update={"breached": True})
        facts = {"clock": clock.value, "clock_label": clock.label, "due_at": spoken(due_at)}
        self.record(NoticeEvent.CLOCK_BREACHED, SYSTEM, label=f"{clock.label}超时", facts=facts, at=due_at)

    # What the log does not bear out

    def refuse_backfill_review(self, details: BackfillReviewDetails, actor: Actor) -> None:
        """Only an entry that the log does not bear out is reviewed, and not by who made it."""
        if self.start.backfill is None or self.start.backfill.logged:
            raise Refused("no_backfill_to_review", "本单不是待核实的补单")
        if self.opening.accepted_by is not None and actor.code == self.opening.accepted_by.code:
            raise Refused("own_entry", "补单须由他人核实")

    def confirm_backfill(self, details: BackfillReviewDetails, actor: Actor) -> None:
        """核实补单: the job was done as it was entered."""
        assert self.start.backfill is not None  # noqa: S101 - refuse_backfill_review() has looked
        self.record(RepairEvent.BACKFILL_CONFIRMED, actor, reason=details.reason)
        self.enter_night_job(self.start.backfill, self.opening.accepted_by or actor)

    def refuse_backfill(self, details: BackfillReviewDetails, actor: Actor) -> None:
        """补单不实: closed; who entered it is told."""
        self.close(RepairEvent.BACKFILL_REFUSED, actor, details.reason)
        self.tell(NoticeEvent.BACKFILL_REFUSED, to_role(Role.CS_ASSISTANT))
