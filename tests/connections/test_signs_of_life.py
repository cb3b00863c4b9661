"""Long work says that it goes on, so that a worker that died is noticed in seconds."""

import threading
from datetime import timedelta

from temporalio.testing import ActivityEnvironment

from activities.connections import signs_of_life as signs_of_life_module
from activities.connections.signs_of_life import EVERY, signs_of_life
from workflows.effects import billing, notifying


class Work:
    """An activity's work that lasts until so many signs of life have come."""

    def __init__(self) -> None:
        self.beats = 0
        self.environment = ActivityEnvironment()
        self.environment.on_heartbeat = self.heartbeat
        self._came = threading.Condition()

    def heartbeat(self, *_: object) -> None:
        with self._came:
            self.beats += 1
            self._came.notify_all()

    def go_on_until(self, beats: int) -> bool:
        def work() -> bool:
            with signs_of_life(timedelta(milliseconds=5)), self._came:
                return self._came.wait_for(lambda: self.beats >= beats, 10)

        return self.environment.run(work)


def test_work_that_is_one_long_statement_heartbeats_until_it_is_done():
    assert Work().go_on_until(3), "three signs of life"


def test_work_that_is_done_gives_no_more_signs_while_other_work_goes_on():
    done, other = Work(), Work()
    assert done.go_on_until(1)
    assert other.go_on_until(1)  # one may have been on its way when the work was done
    given = done.beats
    assert other.go_on_until(5)
    assert done.beats == given


def test_outside_an_activity_the_work_is_simply_done():
    before = signs_of_life_module._pulse.cache_info().currsize
    with signs_of_life(timedelta(milliseconds=1)):
        assert signs_of_life_module._pulse.cache_info().currsize == before


def test_several_signs_fit_into_the_time_that_temporal_allows():
    assert min(billing._ALIVE, notifying._ALIVE) > EVERY * 3
