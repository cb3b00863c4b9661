"""Long work says that it goes on, so that a worker that died is noticed in seconds."""

import threading
from datetime import timedelta

from temporalio.testing import ActivityEnvironment

from activities.connections.signs_of_life import EVERY, signs_of_life
from workflows.effects import billing, notifying


def test_work_that_is_one_long_statement_heartbeats_until_it_is_done():
    beaten = threading.Event()
    environment, beats = ActivityEnvironment(), []

    def heartbeat(*details: object) -> None:
        beats.append(details)
        if len(beats) == 3:
            beaten.set()

    def work() -> bool:
        with signs_of_life(timedelta(milliseconds=5)):
            return beaten.wait(10)

    environment.on_heartbeat = heartbeat
    assert environment.run(work), "three signs of life"
    assert not [one for one in threading.enumerate() if one.name == "signs-of-life"]


def test_outside_an_activity_the_work_is_simply_done():
    with signs_of_life(timedelta(milliseconds=1)):
        assert not [one for one in threading.enumerate() if one.name == "signs-of-life"]


def test_several_signs_fit_into_the_time_that_temporal_allows():
    assert min(billing._ALIVE, notifying._ALIVE) > EVERY * 3
