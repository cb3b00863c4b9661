"""A workflow that hands Temporal something in every way there is, to see what Temporal can read of it."""

import contextlib
from datetime import timedelta

from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from workflows.effects.open_text import OpenText

NAME = "王小明的真名"
"""Personal data: must be found nowhere."""
DETAILS = OpenText("**待派工** 等待工程主管")


class Person(BaseModel):
    """A message with personal data in it."""

    name: str


@activity.defn(name="probe.refuse")
def refuse(person: Person) -> Person:
    """Fail with personal data in the message and the details."""
    raise ApplicationError(f"refused {person.name}", person, type="probe_refused", non_retryable=True)


@activity.defn(name="probe.echo")
def echo(person: Person) -> Person:
    """Answer with the argument."""
    return person


@workflow.defn(name="Probe")
class Probe:
    """Goes through activities, timers, waits, a signal, an update and a query, and fails."""

    def __init__(self) -> None:
        self._told: list[Person] = []

    @workflow.run
    async def run(self, person: Person) -> None:
        workflow.set_current_details(DETAILS)
        await self._call("probe.echo", person, OpenText("登记报修"))
        try:
            await self._call("probe.refuse", person, OpenText("拒绝报修"))
        except ActivityError:
            workflow.upsert_memo({"refused": person})
        await workflow.sleep(0.01, summary=OpenText("等 5 分钟"))
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(lambda: False, timeout=0.01, timeout_summary=OpenText("受理时限"))
        await self._call("probe.echo", person, f"未声明可公开:{person.name}")
        await workflow.wait_condition(lambda: len(self._told) == 2)
        raise ApplicationError(f"ended for {person.name}", person, type="probe_ended")

    async def _call(self, name: str, person: Person, summary: str) -> Person:
        return await workflow.execute_activity(
            name,
            person,
            result_type=Person,
            start_to_close_timeout=timedelta(seconds=10),
            retry_policy=RetryPolicy(maximum_attempts=1),
            summary=summary,
        )

    @workflow.signal(description="客户回复")
    def tell(self, person: Person) -> None:
        self._told.append(person)

    @workflow.update
    def act(self, person: Person) -> Person:
        self._told.append(person)
        return person

    @act.validator
    def _may_act(self, person: Person) -> None:
        if person.name != NAME:
            raise ApplicationError(f"nobody is called {person.name}", type="probe_rejected")

    @workflow.query
    def told(self) -> list[Person]:
        return self._told


@workflow.defn(name="Faulty")
class Faulty:
    """Has a bug: its workflow task fails, again and again, until it is mended."""

    @workflow.run
    async def run(self, person: Person) -> None:
        raise ValueError(f"a bug met {person.name}")
