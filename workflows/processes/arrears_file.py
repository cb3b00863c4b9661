"""The file of one account's arrears 催缴单档: where each bill is on the ladder, which sheets are on their way."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from temporalio import workflow

from workflows.messages.arrears import (
    ArrearsClock,
    ArrearsEvent,
    ArrearsProgress,
    ArrearsStart,
    ArrearsState,
    BillLadder,
    ListedBill,
    OpenSheet,
)
from workflows.messages.case import CaseHeader, CaseProgress
from workflows.messages.clocks import Clock
from workflows.messages.notices import Recipient, to_role
from workflows.messages.people import Actor, Role
from workflows.processes.fee_case import FeeCase
from workflows.rules.dunning import limitation_date
from workflows.rules.dunning_ladder import owed, state_of

_S = ArrearsState


@dataclass(frozen=True)
class Entered:
    """What somebody has entered and the ledger has still to take in."""

    action: str
    details: Any
    actor: Actor


class ArrearsFile(FeeCase):
    """An account's arrears as they stand."""

    def __init__(self, start: ArrearsStart) -> None:
        progress = start.progress or _beginning(start)
        super().__init__(start.opening, start.calendar, progress.case)
        self.start = start
        self.policy = start.dunning
        self.ladders = {ladder.bill: ladder for ladder in progress.ladders}
        self.open_sheets = {sheet.number: sheet for sheet in progress.open_sheets}
        self.sheets = progress.sheets
        self.last_sheet_on = progress.last_sheet_on
        self.plan = progress.plan
        self.agreed_principal = progress.agreed_principal
        self.agreed_bills = progress.agreed_bills
        self.means = progress.means
        self.standing = progress.standing
        # what was said since the process last looked; never open at continue-as-new
        self.entered: list[Entered] = []
        self.ledger_moved = start.progress is None
        self.is_closing = False
        self.is_closed = False

    @property
    def state(self) -> ArrearsState:
        """The state as the enum that the steps and rules know."""
        return ArrearsState(self.header.state)

    @property
    def today(self) -> date:
        """The business day."""
        return self.now.date()

    def state_now(self) -> ArrearsState:
        """The state that follows from the ladders."""
        return state_of(tuple(self.ladders.values()), self.standing, instalments=bool(self.plan))

    def note(self, event: ArrearsEvent, actor: Actor, *, reason: str = "", facts: dict[str, str] | None = None) -> None:
        """Record an event with the state that now follows; the level is the state's label, for managers' lists."""
        state = self.state_now()
        self.header = self.header.model_copy(update={"level": state, "level_label": state.label})
        self.record(event, actor, state=state, reason=reason, facts=facts)

    def add(self, bills: Iterable[ListedBill]) -> list[str]:
        """Put bills onto the ladder; those that are there stay where they are."""
        new = [bill for bill in bills if bill.bill not in self.ladders]
        for bill in new:
            self.ladders[bill.bill] = BillLadder(**bill.model_dump())
        return [bill.bill for bill in new]

    def change(self, bills: Iterable[str], how: Callable[[BillLadder], BillLadder]) -> None:
        """Change some ladders."""
        for bill in bills:
            self.ladders[bill] = how(self.ladders[bill])
        self.revision += 1

    def in_charge(self, clock: Clock) -> Recipient:
        """Deliveries are the steward's, disputes the supervisor's."""
        return to_role(Role.CS_SUPERVISOR if clock.name == ArrearsClock.DISPUTE_ANSWER else Role.STEWARD)

    def state_label(self, state: str) -> str:
        """The Chinese term of the diagram."""
        return ArrearsState(state).label

    def facts(self) -> dict[str, str]:
        """What texts may say: what is owed without what is disputed, and until when it can be sued for, CNY."""
        principal, late_fee = owed(self.standing, self.ladders)
        facts = {
            **super().facts(),
            "account": self.start.account,
            "amount": f"{principal + late_fee:.2f}",
            "late_fee": f"{late_fee:.2f}",
            "day": str(self.today),
        }
        if self.last_sheet_on is not None:
            facts["limitation"] = str(limitation_date(self.last_sheet_on, self.policy))
        return facts

    def settled(self) -> bool:
        """Nothing said since the process last looked is lost with a run."""
        return super().settled() and not self.entered and not self.ledger_moved

    def carried(self) -> ArrearsStart:
        """The next run's start: the same start, with what has happened."""
        progress = ArrearsProgress(
            case=self.progress(),
            ladders=tuple(self.ladders.values()),
            open_sheets=tuple(self.open_sheets.values()),
            sheets=self.sheets,
            last_sheet_on=self.last_sheet_on,
            plan=self.plan,
            agreed_principal=self.agreed_principal,
            agreed_bills=self.agreed_bills,
            means=self.means,
            standing=self.standing,
        )
        return self.start.model_copy(update={"progress": progress})


def sheet_facts(sheet: OpenSheet) -> dict[str, str]:
    """What texts say of a sheet, CNY."""
    return {
        "sheet": sheet.number,
        "stage_label": sheet.stage.label,
        "amount": f"{sheet.principal + sheet.late_fee:.2f}",
        "late_fee": f"{sheet.late_fee:.2f}",
    }


def _beginning(start: ArrearsStart) -> ArrearsProgress:
    """The progress of arrears that have just been listed."""
    header = CaseHeader(
        number=start.opening.number,
        kind=start.opening.kind,
        community=start.opening.community,
        state=_S.FIRST,
        state_label=_S.FIRST.label,
        level=_S.FIRST,
        level_label=_S.FIRST.label,
        accepted_at=start.opening.received_at,
    )
    ladders = tuple(BillLadder(**bill.model_dump()) for bill in start.bills)
    return ArrearsProgress(case=CaseProgress(started_at=workflow.info().start_time, header=header), ladders=ladders)
