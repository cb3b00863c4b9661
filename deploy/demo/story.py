"""The story 演示故事: a technician declines, another comes, the customer is content.

Scenes on their business dates; each is a sentence about the case as it stands, and then what is done.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from activities.opening.repair_reports import RepairReport
from deploy.demo.demo_centre import DemoCentre
from workflows.messages.case import CaseView, Channel, Identity, ReplyIntent, Reporter
from workflows.messages.people import Actor, Role
from workflows.messages.repair_actions import RepairAction

REPORT: Final = RepairReport(
    community="YGHY",
    unit="3-802",
    channel=Channel.PLATFORM,
    description="阳台升降晾衣架卡住了,放不下来",
    reporter=Reporter(name="林小满", phone="+8617400188802", mail="lin@example.com", identity=Identity.OWNER),
)
"""An invented customer of the sample community."""


@dataclass(frozen=True)
class Scene:
    """What happens at one business instant. Both functions get the case as it stands just before."""

    at: datetime
    said: Callable[[CaseView], str]
    done: Callable[[DemoCentre, CaseView], Awaitable[CaseView]]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def _by(role: Role, code: str, action: RepairAction, **details: object) -> Callable[..., Awaitable[CaseView]]:
    return lambda centre, case: centre.act(Actor(role=role, code=code or case.assignee), action, **details)


def _by_the_technician(action: RepairAction, **details: object) -> Callable[..., Awaitable[CaseView]]:
    """Done by whoever has the job."""
    return _by(Role.TECHNICIAN, "", action, **details)


REPORTED_AT: Final = _at("2026-05-12 10:00:00")

SCENES: Final = (
    Scene(
        _at("2026-05-12 10:04:30"),
        lambda _: "客服助理 K001 受理;系统按工种和值班选派技工",
        _by(Role.CS_ASSISTANT, "K001", RepairAction.ACCEPT),
    ),
    Scene(
        _at("2026-05-12 10:06:00"),
        lambda case: f"技工 {case.assignee} 退单:正在一栋抢修,半小时内走不开;系统另派",
        _by_the_technician(RepairAction.DECLINE, reason="正在一栋抢修,半小时内走不开"),
    ),
    Scene(_at("2026-05-12 10:08:00"), lambda case: f"技工 {case.assignee} 接单", _by_the_technician(RepairAction.TAKE)),
    Scene(
        _at("2026-05-12 10:15:00"), lambda case: f"技工 {case.assignee} 到场", _by_the_technician(RepairAction.ARRIVE)
    ),
    Scene(
        _at("2026-05-12 10:52:00"),
        lambda case: f"技工 {case.assignee} 完工:更换手摇器和钢丝绳",
        _by_the_technician(
            RepairAction.COMPLETE, work_done="更换手摇器和钢丝绳", materials="手摇器1个、钢丝绳1根", work_minutes=35
        ),
    ),
    Scene(
        _at("2026-05-12 19:30:00"),
        lambda _: "客户回复:修好了,谢谢",
        lambda centre, _: centre.reply(ReplyIntent.CONFIRM, "修好了,谢谢"),
    ),
)

ENDS_AT: Final = _at("2026-05-20 00:00:00")
"""24:00 of the seventh day: the reopen window 返修期 is over, and with it the process."""
