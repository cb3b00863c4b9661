"""The reference of ``bench.repairs`` is a fair one: it comes to the same end by as many waits and effects."""

from collections import Counter

import pytest

from bench.repairs.centre import opened
from bench.repairs.playing import Stage
from bench.repairs.shape import counted, without_tasks

GOAL = 1.1
"""Of ours to the bare one: more events are more load on Temporal, fewer would mean that the reference does too much."""


@pytest.mark.timeout(300)
async def test_a_repair_and_its_revisit_have_as_many_events_as_the_bare_ones() -> None:
    async with opened() as centre:
        stage = Stage(centre)
        async with stage.workers():
            ours = await counted(stage.ours, stage.story(stage.ours, patiently=True))
            bare = await counted(stage.bare, stage.story(stage.bare, patiently=True))
    for mine, its in zip(ours, bare, strict=True):
        assert mine["ACTIVITY_TASK_COMPLETED"] == its["ACTIVITY_TASK_COMPLETED"]
        assert 1 / GOAL <= _length(mine) / _length(its) <= GOAL


def _length(events: Counter[str]) -> int:
    return sum(without_tasks(events).values())
