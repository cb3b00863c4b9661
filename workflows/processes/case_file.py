"""The file of one case 单档: its time, its record, its clocks, and whom it tells. Nothing here waits.

A process is a subclass of a subclass: this part knows what a case is, ``case_process`` how it is asked and waits.
"""

from datetime import datetime

from temporalio import workflow

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import CaseOpening, CaseProgress, EventLine
from workflows.messages.clocks import Clock, ClockStage
from workflows.messages.events import CaseEvent
from workflows.messages.notices import Notice, NoticeEvent, NoticeOutcome, Recipient, to_role
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.messages.records import Form
from workflows.processes.messenger import Messenger
from workflows.processes.recorder import Recorder
from workflows.processes.running_clocks import RunningClocks
from workflows.rules.business_time import business_now, local, spoken


class CaseFile:
    """One case of any kind: what it is, when it is, what happened, what runs and who has been told.

    ``revision`` counts every change, so that whoever waits looks again.
    """

    def __init__(self, opening: CaseOpening, calendar: WorkingCalendar, progress: CaseProgress) -> None:
        self.opening = opening
        self.calendar = calendar
        self.started_at = progress.started_at
        self.header = progress.header
        self.clocks = RunningClocks(progress.clocks, calendar, self._clocks_changed)
        self.occurrences = dict(progress.occurrences)
        self.revision = 0
        self.recorder = Recorder(
            opening, lambda: (self.header, self.forms()), written_up_to=progress.header.last_sequence
        )
        self.messenger = Messenger(self.recorder, self.note_undelivered)

    # What a process says of itself

    def forms(self) -> tuple[Form, ...]:
        """The process's forms as they stand now."""
        raise NotImplementedError

    def state_label(self, state: str) -> str:
        """The Chinese term of a state."""
        raise NotImplementedError

    def in_charge(self, clock: Clock) -> Recipient:
        """Who is reminded before a clock's deadline."""
        raise NotImplementedError

    # Time

    @property
    def now(self) -> datetime:
        """Business now, on the community's clock."""
        instant = business_now(self.opening.entered_at or self.opening.received_at, self.started_at, workflow.now())
        return local(instant, self.calendar.tz)

    def _clocks_changed(self) -> None:
        self.header = self.header.model_copy(update={"due_at": self.clocks.due_at})
        self.revision += 1

    def ring_clocks(self) -> None:
        """Ring what is due. Messages come before timers, so each is preceded by this: a missed limit stays missed."""
        self.clocks.ring(self.now, self.clock_rang)

    def clock_rang(self, clock: Clock, stage: ClockStage) -> None:
        """Record and tell what a clock says: remind whom it waits for, alert at the deadline, then the next level."""
        event, suffix, recipients = {
            ClockStage.REMINDED: (NoticeEvent.CLOCK_REMINDER, "时限提醒", (self.in_charge(clock),)),
            ClockStage.BREACHED: (NoticeEvent.CLOCK_BREACHED, "超时", _roles(clock.rule.alert)),
            ClockStage.ESCALATED: (NoticeEvent.CLOCK_ESCALATED, "超时升级", _roles(clock.rule.next_level)),
        }[stage]
        if stage is ClockStage.BREACHED and clock.rule.is_promise:
            self.header = self.header.model_copy(update={"breached": True})
        facts = {"clock_label": clock.label, "limit_label": clock.rule.limit.label, "due_at": spoken(clock.due_at)}
        self.record(event, SYSTEM, label=f"{clock.label}{suffix}", facts={"clock": clock.name, **facts})
        for recipient in recipients:
            self.tell(event, recipient, facts)

    # Lines and notices

    def record(
        self,
        event: CaseEvent,
        actor: Actor,
        *,
        label: str = "",
        state: str | None = None,
        reason: str = "",
        facts: dict[str, str] | None = None,
        at: datetime | None = None,
    ) -> None:
        """Put one line into the record, changing the state where one is given; ``label`` says more than the event's.

        ``at`` is the true time of something that is entered afterwards 补单; else it is happening now.
        """
        before = self.header.state
        after = before if state is None else state
        sequence = self.header.last_sequence + 1
        self.header = self.header.model_copy(
            update={"state": after, "state_label": self.state_label(after), "last_sequence": sequence}
        )
        self.revision += 1
        self.recorder.put(
            EventLine(
                sequence=sequence,
                at=at or self.now,
                event=event,
                label=label or event.label,
                actor=actor,
                state_before=before,
                state=after,
                reason=reason,
                facts=facts or {},
            )
        )

    def tell(
        self, event: NoticeEvent, recipient: Recipient, facts: dict[str, str] | None = None, *, emergency: bool = False
    ) -> None:
        """Tell somebody; repeats of the same event to the same recipient are told apart by their count."""
        self._tell(event, recipient, self.opening.area, facts, emergency=emergency)

    def tell_steward_of(self, area: str, event: NoticeEvent) -> None:
        """Tell the steward of an area that is not the case's own, which may have none."""
        self._tell(event, to_role(Role.STEWARD), area)

    def _tell(
        self,
        event: NoticeEvent,
        recipient: Recipient,
        area: str,
        facts: dict[str, str] | None = None,
        *,
        emergency: bool = False,
    ) -> None:
        key = f"{event}:{recipient.key}"
        self.occurrences[key] = self.occurrences.get(key, 0) + 1
        notice = Notice(
            case=self.opening.number,
            community=self.opening.community,
            event=event,
            recipient=recipient,
            at=self.now,
            occurrence=self.occurrences[key],
            unit=self.opening.unit,
            area=area,
            facts={**self.facts(), **(facts or {})},
            emergency=emergency,
        )
        self.messenger.tell(notice, after_line=self.header.last_sequence)

    def facts(self) -> dict[str, str]:
        """What every text may say of the case: codes, labels and dates, never a name or a telephone number."""
        return {
            "number": self.opening.number,
            "unit": self.opening.unit,
            "state_label": self.header.state_label,
            "level_label": self.header.level_label,
            "technician": self.header.assignee,
            "due_at": spoken(self.header.due_at),
        }

    def note_undelivered(self, notice: Notice, outcome: NoticeOutcome) -> None:
        """Record that somebody could not be told, so that a person can do it."""
        facts = {"event": notice.event, "recipient": notice.recipient.key, "status": outcome.status}
        self.record(NoticeEvent.DELIVERY_FAILED, SYSTEM, facts=facts)


def _roles(roles: tuple[Role, ...]) -> tuple[Recipient, ...]:
    return tuple(to_role(role) for role in roles)
