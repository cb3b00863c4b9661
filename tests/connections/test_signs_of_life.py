"""Long work says that it goes on, so that a worker that died is noticed in seconds."""

import threading
from concurrent.futures import ThreadPoolExecutor
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
    with signs_of_life(timedelta(milliseconds=1)):
        assert timedelta(milliseconds=1) not in signs_of_life_module._pulses


def test_however_much_work_begins_at_once_one_thread_beats_for_it():
    every, together = timedelta(milliseconds=7), threading.Barrier(20)

    def begin(_: int) -> None:
        together.wait(10)
        with signs_of_life_module._pulse(every).of_this_work():
            together.wait(10)

    before = _beating()
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(begin, range(20)))
    assert _beating() == before + 1


def _beating() -> int:
    return sum(one.name == "signs-of-life" for one in threading.enumerate())


def test_several_signs_fit_into_the_time_that_temporal_allows():
    assert min(billing._ALIVE, notifying._ALIVE) > EVERY * 3
