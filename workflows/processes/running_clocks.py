"""The clocks that run in one case 在途时限: started, stopped, moved and rung here, by the rules of ``rules/clocks``."""

from collections.abc import Callable, Iterable
from datetime import datetime

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.clocks import Clock, ClockRule, ClockStage
from workflows.rules import clocks


class RunningClocks:
    """Clocks by name. ``changed`` is called after every change, so that whoever waits looks again."""

    def __init__(self, running: Iterable[Clock], calendar: WorkingCalendar, changed: Callable[[], None]) -> None:
        self._running = {clock.name: clock for clock in running}
        self._calendar = calendar
        self._changed = changed

    def __contains__(self, name: str) -> bool:
        return name in self._running

    def __getitem__(self, name: str) -> Clock:
        return self._running[name]

    @property
    def all(self) -> tuple[Clock, ...]:
        """The clocks that run, in the order in which they were started."""
        return tuple(self._running.values())

    @property
    def due_at(self) -> datetime | None:
        """The earliest deadline that runs, missed ones included."""
        return clocks.earliest_due(self.all)

    def start(self, clock: Clock) -> None:
        """Run a clock, in the place of an earlier one of its name."""
        self._running.pop(clock.name, None)
        self._running[clock.name] = clock
        self._changed()

    def start_rule(
        self, name: str, label: str, rule: ClockRule, since: datetime, due_at: datetime | None = None
    ) -> None:
        """Run a clock by its rule from ``since``; ``due_at`` is given where an appointment sets the deadline."""
        self.start(clocks.start_clock(name, label, rule, since, self._calendar, due_at=due_at))

    def stop(self, *names: str) -> None:
        """Stop clocks: what they waited for has happened, or no longer matters."""
        for name in names:
            self._running.pop(name, None)
        self._changed()

    def stop_all(self) -> None:
        """Stop every clock."""
        self.stop(*list(self._running))

    def is_breached(self, name: str) -> bool:
        """Whether a clock that runs has missed its deadline."""
        return name in self._running and clocks.is_breached(self._running[name])

    def override(self, name: str, due_at: datetime, now: datetime) -> None:
        """Set a running clock's deadline anew, as somebody authorised has said."""
        self.start(clocks.override(self._running[name], due_at, self._calendar, now))

    def pause_all(self, now: datetime) -> None:
        """Let every clock stand still, in a 挂起 state with reason and promised date."""
        for clock in self.all:
            self._running[clock.name] = clocks.pause(clock, now)
        self._changed()

    def resume_all(self, now: datetime) -> None:
        """Let every clock run on (C8)."""
        for clock in self.all:
            self._running[clock.name] = clocks.resume(clock, now, self._calendar)
        self._changed()

    def next_ring(self) -> tuple[datetime | None, str]:
        """The instant at which the next clock rings, with what it says; None when none will."""
        rings = [(at, f"{clock.label}时限") for clock in self.all if (at := clocks.next_ring(clock)) is not None]
        return min(rings, default=(None, ""))

    def ring(self, now: datetime, rang: Callable[[Clock, ClockStage], None]) -> None:
        """Ring what is due, calling ``rang`` for each stage reached; a worker that was away misses none."""
        for name in list(self._running):
            while name in self._running:
                clock, stage = clocks.ring(self._running[name], now)
                if stage is None:
                    break
                self._running[name] = clock
                rang(clock, stage)
