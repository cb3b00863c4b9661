"""What flows through the centre: repairs from the report to the last revisit, by robots that look and act over HTTP."""

import asyncio
import random
from typing import Any

from sqlalchemy import text

from tests.chaos.centre import HOME, PATIENCE, Centre
from workflows.messages.people import Role

DESK = (Role.CS_ASSISTANT, "K001")
VISITORS = (Role.STEWARD, Role.CS_ASSISTANT, Role.CS_SUPERVISOR)
AT_ONCE = 20
"""How often the same report is sent at once, now and then."""
_LOOKS_EVERY = 0.7
"""Seconds: two dozen who looked five times a second were most of what the API and PostgreSQL had to do."""


class Traffic:
    """Repairs that were accepted, and how far they have come."""

    def __init__(self, centre: Centre, chance: random.Random, cases: int, seed: int) -> None:
        self.centre, self.chance, self.cases, self.seed = centre, chance, cases, seed
        self.accepted: dict[str, str] = {}
        with centre.database.begin() as connection:
            homes = text("SELECT code FROM units WHERE community = :home AND kind = 'home' ORDER BY code")
            self.units = list(connection.scalars(homes, {"home": HOME}))
        self.places = asyncio.Semaphore(24)
        self.revisited = 0

    async def flow(self) -> None:
        """All repairs, some at once, until each waits for nobody but a clock or a revisit."""
        await asyncio.gather(*(self._place(number) for number in range(self.cases)))

    def share_reported(self) -> float:
        """How much of it has come in, from 0 to 1."""
        return len(self.accepted) / self.cases

    async def _place(self, number: int) -> None:
        async with self.places:
            await self.repair(number)

    async def repair(self, place: int) -> None:
        """One repair, reported once or twenty times at once, until it is done and confirmed."""
        key = f"chaos-{self.seed}-{place:06}"
        body = {
            "unit": self.units[place % len(self.units)], "channel": "platform",
            "description": f"第{place}件:水龙头滴水",
            "reporter": {"name": "混沌", "phone": f"+8617400{place:06}"},
        }  # fmt: skip
        times = AT_ONCE if place % 10 == 0 else 1
        answers = await asyncio.gather(*(self.centre.request("POST", "repairs", DESK, key, body) for _ in range(times)))
        assert {answer.status_code for answer in answers} <= {200, 201}, answers[0].text
        (number,) = {answer.json()["number"] for answer in answers}
        self.accepted[key] = number
        await self.until_done(number)

    async def until_done(self, number: str) -> None:
        """Do what is next, as whoever has to, until the repair waits for its revisit or is closed."""
        until, before = 0.0, None
        for turn in range(100_000):
            record = (await self.centre.request("GET", f"cases/{number}", DESK)).json()
            state = record.get("state", "")
            if state in {"awaiting_revisit", "closed"}:
                return
            if state != before:
                until, before = asyncio.get_running_loop().time() + PATIENCE, state
            await self._step(number, state, (Role.TECHNICIAN, record.get("assignee", "")), turn)
            if asyncio.get_running_loop().time() > until:
                raise AssertionError(f"{number} stays {state}{await self.centre.stands(number)}")
            await asyncio.sleep(_LOOKS_EVERY)

    async def _step(self, number: str, state: str, technician: tuple[Role, str], turn: int) -> None:
        match state:
            case "received":
                await self.act(number, "accept", DESK, turn)
            case "dispatched" if technician[1]:
                await self.act(number, "take", technician, turn)
            case "acknowledged":
                await self.act(number, "arrive", technician, turn)
            case "arrived":
                await self.act(number, "quote", technician, turn, lines=[{"code": "WX-01"}])
            case "quoted":
                await self.reply(number, "confirm_quote")
            case "in_progress":
                await self.act(number, "complete", technician, turn, work_done="更换阀芯", work_minutes=25)
            case "completed":
                await self.reply(number, "confirm")
            case _:
                pass

    async def act(self, number: str, action: str, who: tuple[Role, str], turn: int, **details: Any) -> None:
        """Sent three times, as a nervous screen does; what is refused has been overtaken by something else."""
        body = {"action": action, **details}
        send = self.centre.request("POST", f"cases/{number}/actions", who, f"{number}-{action}-{turn}", body)
        again = self.centre.request("POST", f"cases/{number}/actions", who, f"{number}-{action}-{turn}", body)
        answers = await asyncio.gather(send, again)
        assert len({answer.status_code for answer in answers}) == 1, [answer.text for answer in answers]
        assert answers[0].status_code in {200, 409, 403}, answers[0].text

    async def reply(self, number: str, intent: str) -> None:
        """The customer's word, three times: by the messaging platform, or as the desk has taken it down."""
        by_platform = self.chance.random() < 0.5
        say = self._by_platform if by_platform else self._by_the_desk
        for answer in await asyncio.gather(*(say(number, intent) for _ in range(3))):
            assert answer.status_code < 300, answer.text

    async def _by_the_desk(self, number: str, intent: str) -> Any:
        body = {"intent": intent}
        return await self.centre.request("POST", f"cases/{number}/replies", DESK, f"{number}-{intent}", body)

    async def _by_platform(self, number: str, intent: str) -> Any:
        body = {"community": HOME, "number": number, "intent": intent, "message_id": f"wx-{number}-{intent}"}
        secret = self.centre.keyring.reply_webhook_secret
        return await self.centre.signed("customer-replies", secret, f"wx-{number}-{intent}", body)

    async def revisit_all(self) -> None:
        """Record every revisit that is open."""
        rows = await asyncio.to_thread(self._open_revisits)
        await asyncio.gather(*(self._revisit(*row) for row in rows))

    def _open_revisits(self) -> list[tuple[str, str, str]]:
        statement = text(
            "SELECT DISTINCT ON (number) number, role, staff FROM cases JOIN posts"
            " ON posts.community = cases.community AND staff = assignee AND posts.until IS NULL"
            " WHERE cases.community = :home AND kind = 'revisit' AND closed_at IS NULL AND role = ANY(:visitors)"
            " ORDER BY number"
        )
        with self.centre.database.begin() as connection:
            return [tuple(row) for row in connection.execute(statement, {"home": HOME, "visitors": list(VISITORS)})]

    async def _revisit(self, number: str, role: str, visitor: str) -> None:
        body = {
            "action": "record", "method": "phone", "solved": "yes", "satisfaction": "satisfied", "suggestions": "无"
        }  # fmt: skip
        async with self.places:
            answer = await self.centre.request(
                "POST", f"revisits/{number}/actions", (Role(role), visitor), f"{number}-record", body
            )
            assert answer.status_code == 200, answer.text
            self.revisited += 1
