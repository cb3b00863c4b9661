"""The story 演示故事: declined, quoted, a part on order, an unhappy first revisit, a second one that settles it.

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
from workflows.messages.quotes import QuoteAction
from workflows.messages.repair_actions import RepairAction
from workflows.messages.revisit_actions import RevisitAction

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
    """What happens at one business instant, to the repair or to its revisit; both functions get it as it stands."""

    at: datetime
    said: Callable[[CaseView], str]
    done: Callable[[DemoCentre, CaseView], Awaitable[CaseView]]
    of_revisit: bool = False


def _at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def _by(role: Role, code: str, action: str, **details: object) -> Callable[..., Awaitable[CaseView]]:
    """Done by that person, or by whoever has the case."""
    return lambda centre, case: centre.act(case.number, Actor(role=role, code=code or case.assignee), action, **details)


def _by_the_technician(action: str, **details: object) -> Callable[..., Awaitable[CaseView]]:
    return _by(Role.TECHNICIAN, "", action, **details)


def _quoted(centre: DemoCentre, case: CaseView) -> Awaitable[CaseView]:
    lines = [centre.price("GC-02").model_dump(mode="json")]
    technician = Actor(role=Role.TECHNICIAN, code=case.assignee)
    return centre.act(case.number, technician, QuoteAction.QUOTE, lines=lines)


REPORTED_AT: Final = _at("05-12 10:00:00")
_DESK: Final = (Role.CS_ASSISTANT, "K001")

SCENES: Final = (
    Scene(
        _at("05-12 10:04:30"),
        lambda _: "客服助理 K001 受理;系统按工种和值班选派技工",
        _by(*_DESK, RepairAction.ACCEPT),
    ),
    Scene(
        _at("05-12 10:06:00"),
        lambda case: f"技工 {case.assignee} 退单:正在一栋抢修,半小时内走不开;系统另派",
        _by_the_technician(RepairAction.DECLINE, reason="正在一栋抢修,半小时内走不开"),
    ),
    Scene(_at("05-12 10:08:00"), lambda case: f"技工 {case.assignee} 接单", _by_the_technician(RepairAction.TAKE)),
    Scene(_at("05-12 10:15:00"), lambda case: f"技工 {case.assignee} 到场", _by_the_technician(RepairAction.ARRIVE)),
    Scene(
        _at("05-12 10:25:00"),
        lambda case: f"技工 {case.assignee} 按《收费标准》报价:安装晾衣架,客户确认前不动工",
        _quoted,
    ),
    Scene(
        _at("05-12 10:40:00"),
        lambda _: "客户回复:同意报价",
        lambda centre, _: centre.reply(ReplyIntent.CONFIRM_QUOTE, "同意,请换新的"),
    ),
    Scene(
        _at("05-12 10:55:00"),
        lambda case: f"技工 {case.assignee} 挂起:晾衣架缺货,承诺 05-14 前继续;各项期限暂停",
        _by_the_technician(RepairAction.SUSPEND, ground="parts", promised_on="2026-05-14", reason="晾衣架订货"),
    ),
    Scene(
        _at("05-14 09:00:00"),
        lambda case: f"配件到货,技工 {case.assignee} 恢复维修",
        _by_the_technician(RepairAction.RESUME),
    ),
    Scene(
        _at("05-14 09:50:00"),
        lambda case: f"技工 {case.assignee} 完工;本次抽中回访",
        _by_the_technician(
            RepairAction.COMPLETE, work_done="更换升降晾衣架", materials="晾衣架1套", work_minutes=70, billed="100.00"
        ),
    ),
    Scene(
        _at("05-14 19:30:00"),
        lambda _: "客户回复:装好了;有偿维修从不默认验收,须客户开口",
        lambda centre, _: centre.reply(ReplyIntent.CONFIRM, "装好了"),
    ),
    Scene(
        _at("05-15 10:00:00"),
        lambda case: f"管家 {case.assignee} 第一次回访:又卡住了,不满意,约定 05-17 前整改",
        _by(
            Role.STEWARD,
            "",
            RevisitAction.RECORD,
            method="phone",
            solved="no",
            satisfaction="dissatisfied",
            suggestions="希望换个结实的",
            handled="已安排返修",
            rectify_by="2026-05-17",
        ),
        of_revisit=True,
    ),
    Scene(
        _at("05-16 09:30:00"),
        lambda case: f"技工 {case.assignee} 返修完工:更换钢丝绳和手摇器",
        _by_the_technician(RepairAction.COMPLETE, work_done="更换钢丝绳和手摇器", work_minutes=40, billed="100.00"),
    ),
    Scene(
        _at("05-16 12:00:00"),
        lambda _: "客户回复:这次好用了",
        lambda centre, _: centre.reply(ReplyIntent.CONFIRM, "这次好用了"),
    ),
    Scene(
        _at("05-18 10:00:00"),
        lambda case: f"管家 {case.assignee} 第二次回访:已解决,满意",
        _by(
            Role.STEWARD,
            "",
            RevisitAction.RECORD,
            method="phone",
            solved="yes",
            satisfaction="satisfied",
            suggestions="无",
        ),
        of_revisit=True,
    ),
    Scene(
        _at("05-18 15:00:00"),
        lambda _: "客服主管 S001 审阅回访",
        _by(Role.CS_SUPERVISOR, "S001", RevisitAction.GIVE_OPINION, opinion="属实,请跟进该批晾衣架质量"),
        of_revisit=True,
    ),
)

ENDS_AT: Final = _at("05-26 00:00:00")
"""24:00 of the seventh day: the reopen window 返修期 is over, and with it the process."""
