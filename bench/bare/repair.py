"""A repair and its revisit as the least that tells the same story 对照流程: the reference of ``bench.repairs``. FROZEN.

The same messages of the same size, waits, effects, search attributes and marker as a repair of ours that is played
step by step; ``python -m bench.repairs shape`` counts both histories. Left out, for that is what is measured: rules and
clocks, checks of what is allowed, repeated messages, encryption, the sandbox, models (payloads are plain JSON),
summaries and current details, batching of lines, continue-as-new, reopening. What is written is written by hand.

Frozen: a faster reference makes every ratio worse and a slower one better, so a change here needs a review that is
noted in ``docs/decisions/0030-the-bare-repair.md``.
"""

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any, Final

from temporalio import workflow
from temporalio.common import SearchAttributeKey

from bench.bare import repair_messages as messages

REPAIR: Final = "BareRepair"
REVISIT: Final = "BareRevisit"
QUEUE: Final = "bench-bare"

_STATE: Final = SearchAttributeKey.for_keyword("CaseState")
_LEVEL: Final = SearchAttributeKey.for_keyword("Level")
_ASSIGNEE: Final = SearchAttributeKey.for_keyword("Assignee")
_DUE_AT: Final = SearchAttributeKey.for_datetime("DueAt")
_BREACHED: Final = SearchAttributeKey.for_bool("Breached")

Payload = dict[str, Any]


def revisit_of(number: str) -> str:
    """The number of a repair's revisit."""
    return f"HF-{number[3:]}"


class _Case:
    """What both do: show themselves, write, tell, wait."""

    def __init__(self, start: Payload) -> None:
        self.opening: Payload = start["opening"]
        self.header = messages.first_header(self.opening)
        self.said: set[str] = set()
        self.timer: asyncio.Future[None] | None = None

    async def act(self, request: Payload) -> Payload:
        """A member of staff acts."""
        self.said.add(request["action"])
        return messages.result(self.header, self.now)

    def reply(self, reply: Payload) -> None:
        """The customer's word."""
        self.said.add(reply["intent"])

    def hear(self, word: Payload) -> None:
        """The other case's word."""
        self.said.add(word["word"])

    @property
    def now(self) -> str:
        """Now, as payloads say it."""
        return workflow.now().isoformat()

    def enter(self, state: str, label: str, seconds: int = 0, **changes: Any) -> None:
        """Another state, shown, with a timer of its own if ``seconds`` is given."""
        due_at: datetime | None = workflow.now() + timedelta(seconds=seconds) if seconds else None
        self.header |= {"state": state, "state_label": label, "due_at": due_at and due_at.isoformat(), **changes}
        workflow.upsert_search_attributes(
            [
                _STATE.value_set(label),
                _LEVEL.value_set("一般"),
                _ASSIGNEE.value_set(self.header["assignee"]) if self.header["assignee"] else _ASSIGNEE.value_unset(),
                _DUE_AT.value_set(due_at) if due_at else _DUE_AT.value_unset(),
                _BREACHED.value_set(False),
            ]
        )
        self.stop_timer()
        if seconds:
            self.timer = asyncio.ensure_future(workflow.sleep(seconds))

    def stop_timer(self) -> None:
        """Whatever it was for has come."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def write(self, *events: tuple[str, str], forms: tuple[Payload, ...] = ()) -> Awaitable[None]:
        """Write the header, a line for each event, and the forms."""
        first = self.header["last_sequence"] + 1
        self.header["last_sequence"] += len(events)
        lines = [
            {
                "sequence": first + step, "at": self.now, "event": event, "label": label,
                "actor": {"role": "technician", "code": "T001"}, "state_before": self.header["state"],
                "state": self.header["state"], "reason": "", "facts": {"technician": "T001", "attempt": "1"},
            }
            for step, (event, label) in enumerate(events)
        ]  # fmt: skip
        opening = self.opening if first == 1 else None
        return self.effect("write", {"header": self.header, "lines": lines, "forms": list(forms), "opening": opening})

    def tell(self, event: str, to: str, staff: str = "") -> None:
        """Tell somebody, without waiting for it."""
        self.effect("notify", messages.notice(self.header, self.opening["unit"], event, (to, staff), self.now))

    def effect(self, name: str, told: Payload) -> workflow.ActivityHandle[Any]:
        """Start an activity, retried for ever as ours are."""
        return workflow.start_activity(f"bare.{name}", told, start_to_close_timeout=timedelta(seconds=15))

    async def until(self, message: str) -> None:
        """Wait for a message."""
        await workflow.wait_condition(lambda: message in self.said)


@workflow.defn(name=REPAIR)
class BareRepair(_Case):
    """From the report to the end of the reopen window."""

    @workflow.init
    def __init__(self, start: Payload) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Payload) -> Payload:
        """The story, in one order."""
        workflow.patched("in-one-order")
        await self.find_a_technician()
        await self.repair()
        await self.be_revisited()
        self.enter("closed", "已关闭", 655_191, closed_at=self.now)
        form = messages.repair_record(completed_at=self.now, verified_at=self.now, closed_as="closed", net_seconds=4)
        await self.write(("revisited", "回访"), ("closed", "关闭"), forms=(form,))
        self.tell("case_closed", "customer")
        if self.timer is not None:
            await self.timer
        return self.header

    async def find_a_technician(self) -> None:
        """待受理, 已受理, 已派工."""
        self.enter("received", "待受理", 240)
        await self.write(("reported", "报修"), forms=(messages.repair_record(),))
        self.tell("case_received", "role")
        await self.until("accept")
        by = {"role": "cs_assistant", "code": "K001"}
        self.enter("accepted", "已受理", 240, accepted_at=self.now, accepted_by=by)
        case = {"case": self.header["number"], "community": self.header["community"], "unit": self.opening["unit"]}
        written = self.write(("accepted", "受理"))
        recalled = self.effect(
            "recall",
            {**case, "trade": "plumbing", "hazard": "", "merge_from": self.now, "count_from": self.now},
        )
        await written
        self.tell("case_accepted", "customer")
        await recalled
        offer = {**case, "attempt": 1, "at": self.now, "trade": "plumbing", "area": "N", "declined": [], "named": ""}
        offered = await self.effect("offer", offer)
        self.enter("dispatched", "已派工", 240, assignee=offered["technician"])
        await self.write(("offered", "派工"), forms=(messages.work_order(offered_at=self.now),))
        self.tell("repair_offered", "staff", "T001")
        await self.until("take")

    async def repair(self) -> None:
        """已接单, 维修中, 已完工."""
        self.enter("acknowledged", "已接单", 718)
        order = messages.work_order(offered_at=self.now, answered_at=self.now, outcome="taken")
        await self.write(("taken", "接单"), forms=(order,))
        self.tell("repair_dispatched", "customer")
        await self.until("arrive")
        self.enter("in_progress", "维修中", 247_676)
        order |= {"arrived_at": self.now}
        await self.write(("arrived", "到场"), ("work_started", "开始维修"), forms=(order,))
        await self.until("complete")
        self.enter("completed", "已完工", 172_799)
        order |= {"completed_at": self.now, "outcome": "done", "work_done": "更换阀芯", "work_minutes": 25}
        written = self.write(
            ("completed", "完工"), forms=(messages.repair_record(completed_at=self.now, net_seconds=4), order)
        )
        planned = self.effect(
            "plan",
            {
                "case": self.header["number"], "kind": "repair", "community": self.header["community"], "round": 1,
                "unit": self.opening["unit"], "area": "N", "scopes": ["repair"], "overlays": [], "at": self.now,
                "business_now": self.now, "mandatory": "", "barred": ["T001"], "level": "general",
            },
        )  # fmt: skip
        await written
        self.tell("repair_completed", "customer")
        await planned
        form = messages.repair_record(completed_at=self.now, revisit=revisit_of(self.header["number"]), net_seconds=4)
        await self.write(("selected_for_revisit", "抽中回访"), forms=(form,))
        await self.until("confirm")

    async def be_revisited(self) -> None:
        """待回访, until the revisit is over."""
        self.enter("awaiting_revisit", "待回访")
        form = messages.repair_record(completed_at=self.now, verified_at=self.now, verified_how="customer")
        await self.write(("verified", "客户确认验收"), ("awaiting_revisit", "待回访"), forms=(form,))
        await self.until("revisit_satisfied")
        await self.write(("revisited", "回访"))
        await self.until("revisit_over")

    @workflow.update(name="act")
    async def act(self, request: Payload) -> Payload:
        """A member of staff acts."""
        return await super().act(request)

    @workflow.signal(name="reply")
    def reply(self, reply: Payload) -> None:
        """The customer's word."""
        super().reply(reply)

    @workflow.signal(name="hear")
    def hear(self, word: Payload) -> None:
        """The revisit's word."""
        super().hear(word)


@workflow.defn(name=REVISIT)
class BareRevisit(_Case):
    """From the selection to the reviewed record."""

    @workflow.init
    def __init__(self, start: Payload) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Payload) -> Payload:
        """The story, in one order."""
        original, at = start["original"], self.now
        case = {"case": self.header["number"], "community": self.header["community"], "area": "N"}
        task = messages.revisit_task(original=original, completed_at=at, window_ends_at=at)
        self.enter("planned", "待安排", 69_119)
        written = self.write(("planned", "列入回访"), forms=(task,))
        chosen = self.effect("visitor", {**case, "business_now": at, "wanted": "steward", "named": "", "barred": []})
        await written
        task |= {"visitor": (await chosen)["staff"], "visitor_role": "steward"}
        self.show_visitor(task["visitor"])
        await self.write(("assigned", "指派回访人"), forms=(task,))
        self.tell("revisit_assigned", "staff", task["visitor"])
        await self.until("record")
        await self.review(original, task)
        return self.header

    def show_visitor(self, visitor: str) -> None:
        """已指派: the window's timer goes on."""
        timer, self.timer = self.timer, None
        self.enter("assigned", "已指派", assignee=visitor)
        self.timer = timer

    async def review(self, original: str, task: Payload) -> None:
        """已回访·满意, 主管已审阅."""
        self.enter("satisfied", "已回访·满意", 178_553)
        task |= {"rounds": 1, "result": "satisfied"}
        record = messages.revisit_record(visitor=task["visitor"], at=self.now)
        written = self.write(("satisfied", "回访满意"), forms=(task, record))
        facts = {"round": "1", "method": "phone", "satisfaction": "satisfied", "solved": "yes"}
        passed = self.effect("pass_on", messages.word(self.header, original, "revisit_satisfied", self.now, facts))
        await written
        self.tell("revisit_to_review", "role")
        await passed
        over = messages.word(self.header, original, "revisit_over", self.now, {"result": "satisfied"})
        await self.effect("pass_on", over)
        await self.until("give_opinion")
        self.enter("reviewed", "主管已审阅", closed_at=self.now)
        task |= {"opinion": "属实", "opinion_by": "S001", "opinion_at": self.now}
        await self.write(("reviewed", "审阅"), ("closed", "回访办结"), forms=(task,))

    @workflow.update(name="act")
    async def act(self, request: Payload) -> Payload:
        """A member of staff acts."""
        return await super().act(request)
