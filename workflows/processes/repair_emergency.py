"""Emergencies of a repair 应急: who is told at once, what is said to whom, the second person, the lift contractor.

At least two persons; nobody but the contractor opens a lift's doors (``docs/domain/repair.md``).
"""

from typing import Final

from workflows.messages.clocks import Clock, ClockStage
from workflows.messages.notices import NoticeEvent, to_customer, to_role, to_staff
from workflows.messages.people import Actor, Role
from workflows.messages.repair import RepairClass, RepairClock, RepairState
from workflows.messages.repair_actions import SendSecondDetails
from workflows.messages.repair_events import RepairEvent
from workflows.processes.repair_file import RepairFile
from workflows.rules.allowed_actions import Refused
from workflows.rules.repair_classification import Hazard

WITH_A_SCRIPT: Final = frozenset({Hazard.GAS, Hazard.LIFT_ENTRAPMENT, Hazard.BURST_PIPE})
"""Hazards for which there are words to say and things to do until help comes."""


class RepairEmergency(RepairFile):
    """A repair that may be a danger to people or property."""

    def tell_of_emergency(self) -> None:
        """Everybody whom the policy names learns of an emergency at once: dispatch precedes paperwork."""
        label = Hazard(self.repair.hazard).label if self.repair.hazard else self.level.label
        for role in self.policy.emergency_told:
            self.tell(NoticeEvent.EMERGENCY, to_role(role), {"hazard_label": label}, emergency=True)
        if self.whole:
            self.start_emergency_clocks()
            self.say_what_to_do()

    def start_emergency_clocks(self) -> None:
        """A second person is to be sent; people in a lift are the contractor's, from the report on (RPR-12)."""
        since = self.opening.received_at if self.state is RepairState.RECEIVED else self.now
        if not self.repair.second_technician and RepairClock.SECOND_PERSON not in self.clocks:
            self.start_clock(RepairClock.SECOND_PERSON, self.policy.second_person)
        if self.repair.hazard == Hazard.LIFT_ENTRAPMENT and RepairClock.LIFT_CONTRACTOR not in self.clocks:
            self.start_clock(RepairClock.LIFT_CONTRACTOR, self.policy.lift_contractor, since)

    def say_what_to_do(self) -> None:
        """Give the customer and the desk the words and steps for gas, a burst pipe and a lift."""
        if self.repair.hazard not in WITH_A_SCRIPT:
            return
        facts = {"hazard": self.repair.hazard, "hazard_label": Hazard(self.repair.hazard).label}
        for recipient in (to_customer(), to_role(Role.CS_ASSISTANT), to_role(Role.CONTROL_ROOM)):
            self.tell(NoticeEvent.EMERGENCY_SCRIPT, recipient, facts, emergency=True)

    def clock_rang(self, clock: Clock, stage: ClockStage) -> None:
        """As for every clock; for a lift contractor who has not come 119 and a second one are called."""
        super().clock_rang(clock, stage)
        if clock.name == RepairClock.LIFT_CONTRACTOR and stage is ClockStage.BREACHED:
            for role in clock.rule.alert:
                self.tell(NoticeEvent.LIFT_RESCUE_LATE, to_role(role), emergency=True)

    def refuse_second(self, details: SendSecondDetails, actor: Actor) -> None:
        """The second person is another one than the first."""
        if not details.technician.strip():
            raise Refused("unknown_technician", "请写明增派的技工工号")
        if details.technician == self.header.assignee:
            raise Refused("same_person", "该技工已在本单上,请增派另一人")

    def send_second(self, details: SendSecondDetails, actor: Actor) -> None:
        """增派第二人: told where to go; the clock for him stops."""
        self.fill_in(second_technician=details.technician)
        self.clocks.stop(RepairClock.SECOND_PERSON)
        self.record(RepairEvent.SECOND_SENT, actor, facts={"technician": details.technician})
        self.tell(NoticeEvent.SECOND_PERSON_SENT, to_staff(details.technician))

    def refuse_contractor(self, details: None, actor: Actor) -> None:
        """A contractor is awaited only for people in a lift."""
        if RepairClock.LIFT_CONTRACTOR not in self.clocks:
            raise Refused("no_contractor_awaited", "本单没有等待电梯维保单位到场")

    def contractor_arrived(self, details: None, actor: Actor) -> None:
        """维保单位到场."""
        self.clocks.stop(RepairClock.LIFT_CONTRACTOR)
        self.record(RepairEvent.CONTRACTOR_ARRIVED, actor)

    @property
    def can_wait(self) -> bool:
        """Whether the customer may name a time, or be given up as absent: never in an emergency."""
        return self.level is not RepairClass.EMERGENCY
