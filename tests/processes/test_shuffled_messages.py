"""300 repairs whose messages come shuffled, late and three times end as a plain-Python model of the diagram says."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.testing import TimeSkipper

from tests.processes.case_under_test import CaseUnderTest, code_of, eventually
from tests.processes.centre import CONTROL_ROOM, DESK, Centre, workers
from workflows.messages.records import RepairRecord

REPAIRS = 300
AT_ONCE = 24
PROMISED_ON = (date(2026, 5, 12) + timedelta(days=3)).isoformat()


@dataclass(frozen=True)
class Sent:
    """One message: an action of the desk or the control room, or a reply of the customer."""

    id: str
    name: str
    is_reply: bool

    def details(self) -> dict[str, Any]:
        return {
            "wrong_trade": {"trade": "electrical"},
            "suspend": {"ground": "parts", "promised_on": PROMISED_ON},
            "call": {"answered": True},
        }.get(self.name, {})


SCRIPT = (
    "accept", "decline", "take", "no_show", "arrive", "wrong_trade", "take", "arrive", "suspend", "call", "resume",
    "complete", "reply reject", "complete", "reply confirm", "reply rate", "reply reopen", "take", "arrive", "complete",
    "reply comment", "reply confirm", "reply cancel",
)  # fmt: skip
"""A repair in which everything happens; each case gets a part of it, in another order."""

MAIN_PATH = ("accept", "take", "arrive", "complete", "reply confirm")
MOVES = {
    ("received", "accept"): "dispatched",
    ("received", "reply cancel"): "closed",
    ("dispatched", "take"): "acknowledged",
    ("dispatched", "decline"): "dispatched",
    ("dispatched", "reply cancel"): "closed",
    ("acknowledged", "decline"): "dispatched",
    ("acknowledged", "no_show"): "acknowledged",
    ("acknowledged", "arrive"): "in_progress",
    ("acknowledged", "reply cancel"): "closed",
    ("in_progress", "wrong_trade"): "dispatched",
    ("in_progress", "suspend"): "suspended",
    ("in_progress", "complete"): "completed",
    ("suspended", "suspend"): "suspended",
    ("suspended", "resume"): "in_progress",
    ("completed", "reply reject"): "in_progress",
    ("completed", "reply reopen"): "in_progress",
    ("completed", "reply confirm"): "closed",
    ("closed", "reply reject"): "dispatched",
    ("closed", "reply reopen"): "dispatched",
}
"""The part of the diagram that these messages reach; offers are taken to arrive at once."""
EVENTS = {
    "accept": "accepted",
    "take": "taken",
    "decline": "declined",
    "no_show": "no_show",
    "arrive": "arrived",
    "wrong_trade": "wrong_trade",
    "suspend": "suspended",
    "resume": "resumed",
    "complete": "completed",
    "call": "called",
    "reply reject": "rejected",
    "reply confirm": "verified",
    "reply cancel": "cancelled",
    "reply rate": "rated",
}
COUNTED = {*EVENTS.values(), "customer_replied", "reopened", "promise_renewed"}


@dataclass
class Model:
    """What a repair does with these messages, in plain words."""

    state: str = "received"
    wrong_trades: int = 0
    rounds: int = 0
    no_shows: int = 0
    reopened: int = 0
    events: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)

    def takes(self, message: Sent) -> bool:
        """Whether the message is carried out or noted; False for an action that is refused."""
        if message.id in self.seen:
            return True
        name = f"reply {message.name}" if message.is_reply else message.name
        before, after = self.state, MOVES.get((self.state, name))
        if name == "wrong_trade" and self.wrong_trades:
            after = None  # the trade is electrical already
        if name == "call" and before != "closed":
            after = before
        if name == "reply rate" and before in ("completed", "closed") and self.rounds:
            after = before
        if after is None:
            if message.is_reply:
                self.seen.add(message.id)
                self.events["customer_replied"] += 1
            return message.is_reply
        self.seen.add(message.id)
        self.state = after
        self.count(name, before)
        return True

    def count(self, name: str, before: str) -> None:
        event = EVENTS.get(name, "rejected")
        if before == "closed" and name in ("reply reject", "reply reopen"):
            event = "reopened"
            self.reopened, self.no_shows = self.reopened + 1, 0
        if (before, name) == ("suspended", "suspend"):
            event = "promise_renewed"
        self.events[event] += 1
        self.wrong_trades += event == "wrong_trade"
        self.no_shows += event == "no_show"
        self.rounds += event == "completed"


def messages(chance: random.Random) -> list[Sent]:
    """A part of the script, some of it late, some of it again later."""
    kept = [name for name in SCRIPT if chance.random() < (0.85 if name in MAIN_PATH else 0.2)]
    places = sorted((index + chance.choice([0, 0, 0, 1, 2, 6]) + chance.random(), index) for index in range(len(kept)))
    sent = [
        Sent(f"s{index}", kept[index].removeprefix("reply "), kept[index].startswith("reply ")) for _, index in places
    ]
    for _ in range(2):
        again = chance.randrange(len(sent))
        sent.insert(chance.randint(again + 1, len(sent)), sent[again])
    return sent


async def deliver(case: CaseUnderTest, message: Sent, copies: int) -> bool:
    """Send a message, or several copies of it at once; return whether it was taken."""
    if message.is_reply:
        more = {"rating": 4} if message.name == "rate" else {}
        for _ in range(copies):
            await case.reply(message.name, "说明", message_id=message.id, **more)
        return True
    actor = DESK if message.name in ("accept", "call") else CONTROL_ROOM
    sending = [case.act(actor, message.name, message.id, **message.details()) for _ in range(copies)]
    answers = await asyncio.gather(*sending, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, WorkflowUpdateFailedError):
            assert code_of(answer) in ("not_allowed_in_state", "same_trade"), answer
        elif isinstance(answer, BaseException):
            raise answer
    refused = [isinstance(answer, WorkflowUpdateFailedError) for answer in answers]
    assert len(set(refused)) == 1, "copies are answered alike"
    return not refused[0]


async def play(centre: Centre, seed: int, places: asyncio.Semaphore) -> None:
    chance = random.Random(seed)  # noqa: S311 - which messages, repeatable by seed
    async with places:
        model, case = Model(), await centre.report("水龙头滴水")
        for message in messages(chance):
            expected = model.takes(message)
            assert await deliver(case, message, chance.choice([1, 1, 3])) is expected, (seed, message, model.state)
            if message.is_reply or model.state == "dispatched":
                await settles(case, model, seed)
        await is_recorded(centre, case, model)


async def settles(case: CaseUnderTest, model: Model, seed: int) -> None:
    """Wait until what the case does by itself is done: offering, closing."""
    somebody = model.state == "dispatched"
    await case.comes_true(
        lambda view: view.state == model.state and bool(view.assignee) >= somebody, f"{model.state} (seed {seed})"
    )


async def is_recorded(centre: Centre, case: CaseUnderTest, model: Model) -> None:
    """Wait until the record says, without a gap, what the model says."""

    def found() -> tuple[Counter[str], tuple[object, ...]]:
        batches = centre.outside.of_case[case.number]
        records = [form for batch in batches for form in batch.forms if isinstance(form, RepairRecord)]
        last, state = records[-1], batches[-1].header.state
        events = Counter(line.event for batch in batches for line in batch.lines if line.event in COUNTED)
        return events, (last.wrong_trades, last.no_shows, last.reopened, state)

    expected = (+model.events, (model.wrong_trades, model.no_shows, model.reopened, model.state))
    await eventually(lambda: found() == expected)
    sequences = [line.sequence for line in centre.outside.lines_of(case.number)]
    assert sequences == list(range(1, len(sequences) + 1))


@pytest.mark.parametrize("hundred", range(REPAIRS // 100))
@pytest.mark.timeout(300)
async def test_300_repairs_with_shuffled_late_and_tripled_messages_end_as_the_model_says(
    client: Client, time_skipper: TimeSkipper, hundred: int
) -> None:
    centre = Centre(time_skipper)
    centre.outside.technicians = [f"T{number:03}" for number in range(1, 31)]
    places = asyncio.Semaphore(AT_ONCE)
    async with workers(client, centre.outside, cached=100), asyncio.TaskGroup() as plays:
        for one in range(100):
            plays.create_task(play(centre, hundred * 100 + one, places))
