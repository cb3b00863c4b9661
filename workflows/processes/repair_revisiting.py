"""The revisit of a finished repair 报修回访: what is asked, and what its answers do (R8, R13, R14, R17; REV-24)."""

from datetime import date

from workflows.messages.passing_on import PassedOn
from workflows.messages.people import SYSTEM
from workflows.messages.repair import RepairClass, RepairState
from workflows.messages.repair_events import RepairEvent
from workflows.messages.selecting import RevisitRequest, RevisitSelection
from workflows.processes.repair_finishing import RepairFinishing
from workflows.rules.repair_classification import Hazard
from workflows.rules.time_limits import end_of_day

_S = RepairState
_DONE = (_S.COMPLETED, _S.VERIFIED, _S.AWAITING_REVISIT, _S.CLOSED)


class RepairRevisiting(RepairFinishing):
    """A repair whose customer is asked afterwards."""

    def revisit_request(self) -> RevisitRequest:
        """The question for the present round: paid work by its own rule where there is one, an emergency besides."""
        emergency = self.level is RepairClass.EMERGENCY
        completed_at = self.repair.completed_at or self.now
        return RevisitRequest(
            case=self.opening.number,
            kind=self.opening.kind.value,
            community=self.opening.community,
            round=self.round,
            unit=self.opening.unit,
            area=self.opening.area,
            scopes=("repair.paid", "repair") if self.repair.paid else ("repair",),
            overlays=("emergency",) if emergency else (),
            completed_at=completed_at,
            business_now=self.now,
            mandatory=self.mandatory or ("emergency" if emergency else ""),
            barred=self.who_worked,
            level="major" if self.repair.hazard == Hazard.LIFT_ENTRAPMENT else "general",
        )

    @property
    def who_worked(self) -> tuple[str, ...]:
        """Who carried out the remedy and so may not revisit it (R17)."""
        there = [order.technician for order in self.work_orders if order.arrived_at or order.completed_at]
        return tuple(dict.fromkeys(code for code in (*there, self.repair.second_technician) if code))

    @property
    def is_being_reworked(self) -> bool:
        """Whether work has begun again since it was completed."""
        return self.state not in _DONE

    def note_selection(self, selection: RevisitSelection) -> None:
        """抽中回访 with its rule and window, or not; a community without a rule for repairs has nothing to note."""
        self.fill_in(revisit=selection.revisit)
        if not selection.rule and not selection.selected:
            return
        facts = {"rule": selection.rule, "position": str(selection.position), "cohort": selection.cohort}
        if selection.selected:
            due = {"due_at": selection.due_at.isoformat()} if selection.due_at else {}
            facts |= {"revisit": selection.revisit, "mandatory": selection.mandatory, **due}
        event = RepairEvent.SELECTED_FOR_REVISIT if selection.selected else RepairEvent.NOT_SELECTED
        self.record(event, SYSTEM, facts=facts)

    def revisit_satisfied(self, word: PassedOn) -> None:
        """A satisfied answer accepts a free job that waits for it (REV-24); money needs the customer's own word."""
        facts = {"revisit": word.sender, "result": "satisfied"}
        self.record(RepairEvent.REVISITED, SYSTEM, facts=facts)
        if self.state is _S.COMPLETED and not self.repair.paid:
            self.verify("revisit", "回访中验收", SYSTEM)

    def revisit_dissatisfied(self, word: PassedOn) -> None:
        """回访不满意: the same technician puts it right by the day that the customer was told."""
        if self.state not in _DONE:
            return
        if self.state is _S.CLOSED:
            self.open_again()
        rectify_by = word.facts.get("rectify_by", "")
        due_at = end_of_day(date.fromisoformat(rectify_by[:10]), self.calendar) if rectify_by else None
        facts = {"revisit": word.sender, "rectify_by": rectify_by, "round": word.facts.get("round", "")}
        self.mandatory = self.mandatory or "low_rating"
        self.rework(RepairEvent.REVISIT_DISSATISFIED, SYSTEM, word.text, due_at, facts)

    def await_revisit(self) -> None:
        """待回访: accepted, and its revisit is still open."""
        revisit = self.selection.revisit if self.selection is not None else ""
        self.record(RepairEvent.AWAITING_REVISIT, SYSTEM, state=_S.AWAITING_REVISIT, facts={"revisit": revisit})

    def revisit_ended(self, word: PassedOn) -> None:
        """The revisit is over, whatever came of it."""
        facts = {"revisit": word.sender, "result": word.facts.get("result", "")}
        self.record(RepairEvent.REVISITED, SYSTEM, facts=facts)
        if self.state is _S.AWAITING_REVISIT:
            self.close_the_finished(SYSTEM)
