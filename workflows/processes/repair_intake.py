"""How a repair is taken in 受理: by the desk or at once, with what the records know of the same fault (S0, S4)."""

from workflows.effects.recalling import start_recalling
from workflows.messages.background import BackgroundRequest, CaseBackground
from workflows.messages.notices import NoticeEvent, to_customer, to_role
from workflows.messages.people import CUSTOMER, SYSTEM, Actor, Role
from workflows.messages.repair import RepairClass, RepairClock, RepairState
from workflows.messages.repair_actions import AcceptDetails
from workflows.messages.repair_events import RepairEvent
from workflows.processes.repair_ports import RepairPorts
from workflows.rules.allowed_actions import Refused
from workflows.rules.repair_acceptance import accepted_at_once_by
from workflows.rules.repair_background import looking_back
from workflows.rules.repair_classification import more_urgent
from workflows.rules.repair_clocks import arrival_rule

_S = RepairState


class RepairIntake(RepairPorts):
    """A repair that is reported, accepted and compared with earlier ones."""

    def take_in(self) -> None:
        """Enter the report; an emergency is accepted at once and its people are told before any paperwork."""
        facts = {"channel": self.opening.channel.value, "class": self.level.value}
        self.record(RepairEvent.REPORTED, CUSTOMER, facts=facts)
        if self.repair.hazard:
            self.tell_of_emergency()
        if self.whole:
            self.judge_warranty()
        acceptor = accepted_at_once_by(self.start)
        if acceptor is not None:
            self.accept(AcceptDetails(), acceptor)
        else:
            self.start_clock(RepairClock.ACCEPTANCE, self.policy.acceptance)
            self.tell(NoticeEvent.CASE_RECEIVED, to_role(Role.CS_ASSISTANT))

    def refuse_acceptance(self, details: AcceptDetails, actor: Actor) -> None:
        """Words of danger and of urgency outrank the desk; a job entered afterwards waits for the lead."""
        wanted = details.repair_class
        if wanted is not None and more_urgent(self.level, wanted) is not wanted:
            raise Refused("hazard_outranks", f"本单已按“{self.level.label}”受理时限执行,不能降低紧急程度")
        if self.start.backfill is not None:
            raise Refused("backfill_unproven", "补单须由工程主管核实,请等待核实结果")

    def accept(self, details: AcceptDetails, actor: Actor) -> None:
        """受理: the customer is told; the dispatch clock and the clock to completion start."""
        newly_emergency = details.repair_class is RepairClass.EMERGENCY and self.level is not RepairClass.EMERGENCY
        self.fill_in(
            trade=details.trade or self.repair.trade,
            repair_class=details.repair_class or self.repair.repair_class,
        )
        self.show_class()
        self.note_acceptance(actor)
        self.clocks.stop(RepairClock.ACCEPTANCE)
        self.start_dispatch_clock()
        self.start_finish_clock()
        self.record(RepairEvent.ACCEPTED, actor, state=_S.ACCEPTED)
        self.tell(NoticeEvent.CASE_ACCEPTED, to_customer())
        if newly_emergency:
            self.tell_of_emergency()
        if self.whole and (details.trade or details.repair_class):
            self.judge_warranty()

    def note_acceptance(self, actor: Actor) -> None:
        """Who accepted the case first, and when."""
        self.header = self.header.model_copy(
            update={
                "accepted_at": self.header.accepted_at or self.now,
                "accepted_by": self.header.accepted_by or actor,
            }
        )

    def show_class(self) -> None:
        """Let the header say the class that the forms say."""
        self.header = self.header.model_copy(update={"level": self.level.value, "level_label": self.level.label})

    def raise_to_emergency(self, hazard: str, actor: Actor) -> None:
        """发现险情: words of danger in a later message make it an emergency, with an emergency's limits from now."""
        self.fill_in(repair_class=RepairClass.EMERGENCY, hazard=hazard)
        self.show_class()
        if RepairClock.FINISH in self.clocks:
            self.start_finish_clock()
        if RepairClock.ARRIVAL in self.clocks:
            self.start_clock(RepairClock.ARRIVAL, arrival_rule(self.policy, self.level))
        self.record(RepairEvent.HAZARD_REPORTED, actor, facts={"hazard": hazard})
        self.tell_of_emergency()
        if self.whole:
            self.judge_payment()
            self.begin_if_free(actor)
        if self.state is _S.RECEIVED:
            self.accept(AcceptDetails(), SYSTEM)

    # What the records know

    @property
    def must_look_back(self) -> bool:
        """Whether the records are still to be asked: once accepted, in an emergency only when it has been offered."""
        if not self.whole or self.background_known or not self.opening.unit:
            return False
        waits = self.level is RepairClass.EMERGENCY and not self.work_orders
        return self.state not in (_S.RECEIVED, _S.CLOSED) and not waits

    async def look_back(self) -> None:
        """Ask for open cases of the same fault, and how often it has come."""
        received_at = self.opening.received_at
        request = BackgroundRequest(
            case=self.opening.number,
            community=self.opening.community,
            unit=self.opening.unit,
            trade=self.repair.trade,
            hazard=self.repair.hazard,
            merge_from=looking_back(received_at, self.policy.merge_within, self.calendar),
            count_from=looking_back(received_at, self.policy.same_fault_within, self.calendar),
        )
        self.background_known = True
        background = await self.ask(lambda: start_recalling(request), "查同类报修")
        if background is not None and self.state is not _S.CLOSED:
            self.note_background(background)

    def note_background(self, background: CaseBackground) -> None:
        """疑似重复 is the desk's to judge, never merged by a machine; the third same fault is a 热点问题."""
        self.fill_in(same_faults=background.same_faults)
        if background.possible_duplicates:
            facts = {"cases": "、".join(background.possible_duplicates)}
            self.record(RepairEvent.DUPLICATE_SUSPECTED, SYSTEM, facts=facts)
            self.tell(NoticeEvent.DUPLICATE_SUSPECTED, to_role(Role.CS_ASSISTANT), facts)
        if background.same_faults >= self.policy.hot_issue_from and not self.repair.hot_issue:
            self.fill_in(hot_issue=True)
            facts = {"same_faults": str(background.same_faults)}
            self.record(RepairEvent.HOT_ISSUE, SYSTEM, facts=facts)
            self.tell(NoticeEvent.HOT_ISSUE, to_role(Role.CS_SUPERVISOR), facts)
            self.demand_revisit("hot_issue")
