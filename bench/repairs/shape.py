"""What both histories consist of 历史对照: the same waits and effects, so that the ratios say something."""

from collections import Counter
from typing import Final

from temporalio.api.enums.v1 import EventType

from bench.figures import at_most, record, say
from bench.repairs.playing import Side, Stage, Story

_TASKS: Final = frozenset({"WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED", "WORKFLOW_TASK_COMPLETED"})
"""How often a worker was asked depends on how busy it is, not on the process."""


async def counted(side: Side, story: Story) -> tuple[Counter[str], Counter[str]]:
    """Play a story patiently and return the events of the repair and of its revisit, by type."""
    await story.play()
    repair, revisit = [await _events(side, number) for number in (story.number, story.revisit)]
    return repair, revisit


async def _events(side: Side, number: str) -> Counter[str]:
    history = await side.client.get_workflow_handle(number).fetch_history()
    return Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events)


def without_tasks(events: Counter[str]) -> Counter[str]:
    """Without workflow tasks."""
    return Counter({name: count for name, count in events.items() if name not in _TASKS})


async def compare(stage: Stage) -> None:
    """Print both histories' counts by type, and keep the ratio of their lengths."""
    async with stage.workers():
        ours, bare = [await counted(side, stage.story(side, patiently=True)) for side in stage.sides]
    for what, mine, other in zip(("repair", "revisit"), ours, bare, strict=True):
        say(f"{what:48}guanjia   bare")
        for name in sorted({*mine, *other}):
            say(f"  {name:48}{mine[name]:5}  {other[name]:5}")
    mine, other = [sum(sum(without_tasks(events).values()) for events in both) for both in (ours, bare)]
    record("repair and revisit: events without workflow tasks", mine)
    record("repair and revisit / bare: events without workflow tasks", mine / other, goal=at_most(1.1))
