"""A case whose finished matter may be revisited 可回访单: asking whether, and hearing how it went (R13–R16).

Whether it is revisited is decided when the work is complete, not when the customer accepts it (R14). A rework
withdraws the revisit that is open, unless the revisit itself has asked for the rework: then its next round waits.
"""

from workflows.effects.revisiting import start_planning_revisit
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import CaseOpening, CaseProgress
from workflows.messages.passing_on import CaseWord, PassedOn
from workflows.messages.selecting import RevisitRequest, RevisitSelection
from workflows.processes.case_process import CaseProcess


class Revisited(CaseProcess):
    """A case that is revisited by quota or because it must be. ``round`` counts completions."""

    def __init__(self, opening: CaseOpening, calendar: WorkingCalendar, progress: CaseProgress) -> None:
        super().__init__(opening, calendar, progress)
        self.round = 0
        self.selection: RevisitSelection | None = None
        self.selection_asked = 0
        self.revisit_open = False
        self.mandatory = ""
        self.rework_of_revisit = False
        self._early: list[PassedOn] | None = None

    # What a process says of itself

    def revisit_request(self) -> RevisitRequest:
        """The question for the present round."""
        raise NotImplementedError

    def note_selection(self, selection: RevisitSelection) -> None:
        """Record whether the matter is revisited."""
        raise NotImplementedError

    def revisit_satisfied(self, word: PassedOn) -> None:
        """The customer is satisfied; a completed job that waits for acceptance is thereby accepted (REV-24)."""
        raise NotImplementedError

    def revisit_dissatisfied(self, word: PassedOn) -> None:
        """The customer is not satisfied: the work is done again, by the day in ``facts['rectify_by']``."""
        raise NotImplementedError

    def revisit_ended(self, word: PassedOn) -> None:
        """The revisit is over, whatever came of it."""
        raise NotImplementedError

    # The revisit

    @property
    def must_ask_for_revisit(self) -> bool:
        """Whether the present completion has not been put to the quota yet."""
        return self.selection_asked < self.round and not self.revisit_open

    async def plan_revisit(self) -> None:
        """Ask whether the matter is revisited; the answer is stored by case and round, and the revisit opened.

        What the revisit says before its number is known here waits for the answer.
        """
        asked = self.round
        self.selection_asked, self.selection, self._early = asked, None, []
        request = self.revisit_request()
        selection = await self.ask(lambda: start_planning_revisit(request), "确定是否回访")
        early, self._early = self._early, None
        if selection is None:
            return
        if self.round != asked or self.is_being_reworked:
            if selection.revisit:
                self.pass_on(selection.revisit, CaseWord.REVISIT_WITHDRAWN)
            return
        self.selection = selection
        self.revisit_open = bool(selection.revisit)
        if self.revisit_open:
            self.selection_asked = asked  # whatever was demanded meanwhile has come about
        self.note_selection(selection)
        for word in early:
            self.hear_word(word)

    @property
    def is_being_reworked(self) -> bool:
        """Whether work has begun again since it was completed."""
        raise NotImplementedError

    def demand_revisit(self, reason: str) -> None:
        """Have the matter revisited whatever the quota says: a low rating, a hot issue. Once a round is enough."""
        self.mandatory = self.mandatory or reason
        revisited = self.selection is not None and bool(self.selection.revisit)
        if self.selection_asked == self.round > 0 and not revisited:
            self.selection_asked = self.round - 1
            self.revision += 1

    def count_completion(self) -> None:
        """The work is complete (again): a new round, or the next round of the revisit that asked for the rework."""
        if self.rework_of_revisit and self.revisit_open and self.selection is not None:
            self.rework_of_revisit = False
            self.pass_on(self.selection.revisit, CaseWord.RECTIFIED)
            return
        self.rework_of_revisit = False
        self.round += 1

    def withdraw_revisit(self) -> None:
        """Rework or cancellation overtakes the open revisit (R14)."""
        if self.revisit_open and self.selection is not None:
            self.pass_on(self.selection.revisit, CaseWord.REVISIT_WITHDRAWN)
        self.revisit_open = False

    def hear_word(self, word: PassedOn) -> None:
        """Hear how the revisit went; one that was withdrawn is heard no more."""
        if self._early is not None:
            self._early.append(word)
            return
        expected = self.selection.revisit if self.selection is not None and self.revisit_open else ""
        if word.sender != expected:
            return
        match word.word:
            case CaseWord.REVISIT_SATISFIED:
                self.revisit_satisfied(word)
            case CaseWord.REVISIT_DISSATISFIED:
                self.rework_of_revisit = True
                self.revisit_dissatisfied(word)
            case CaseWord.REVISIT_OVER:
                self.revisit_open = False
                self.revisit_ended(word)
