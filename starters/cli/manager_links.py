"""Questions managers ask 管理视图: links into the Temporal UI with today's dates filled in (``docs/managers.md``)."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated, Final
from urllib.parse import quote

import typer

from starters.cli.asking import REFUSED
from starters.cli.profile import ProfileError, load_profile
from starters.cli.screen import LOCAL, plain, print_table, screen, warnings


@dataclass(frozen=True)
class ManagerQuery:
    """One question. ``query`` is a list filter of Temporal; ``{today}`` is 00:00 local time, ``{now}`` this minute."""

    name: str
    meaning: str
    query: str

    def at(self, now: datetime) -> str:
        """The list filter as of an instant; Temporal has no ``now()`` of its own in filters."""
        today = datetime.combine(now.astimezone(LOCAL).date(), time(), LOCAL)
        return self.query.format(today=today.isoformat(), now=now.astimezone(LOCAL).isoformat(timespec="seconds"))


_RUNNING: Final = "ExecutionStatus = 'Running'"
_OPEN: Final = "ExecutionStatus = 'Running' AND CaseState != '已关闭'"

# Level is a word of the filter's own grammar, so it stands in back quotes or the server refuses it.
MANAGER_QUERIES: Final = (
    ManagerQuery("超时未结", "missed a deadline and still open", f"Breached = true AND {_OPEN}"),
    ManagerQuery("已过期限", "a running deadline lies behind us", f"DueAt < '{{now}}' AND {_OPEN}"),
    ManagerQuery("今日紧急", "emergencies reported today", "`Level` = '紧急' AND StartTime >= '{today}'"),
    ManagerQuery("紧急未结", "emergencies still open", f"`Level` = '紧急' AND {_OPEN}"),
    ManagerQuery(
        "等待派工或接单",
        "waiting for a technician",
        "CaseKind = '报修' AND CaseState IN ('已受理', '已派工') AND ExecutionStatus = 'Running'",
    ),
    ManagerQuery("待受理", "not yet accepted by the desk", "CaseState = '待受理' AND ExecutionStatus = 'Running'"),
    ManagerQuery("等待客户验收", "waiting for the customer", "CaseState = '已完工' AND ExecutionStatus = 'Running'"),
    ManagerQuery("待确认报价", "a quote waits for its answer", f"CaseState = '待确认报价' AND {_RUNNING}"),
    ManagerQuery("挂起", "on hold for parts, the owner or a third party", f"CaseState = '挂起' AND {_RUNNING}"),
    ManagerQuery("待回访", "accepted, its revisit is open", f"CaseState = '待回访' AND {_RUNNING}"),
    ManagerQuery("回访未办结", "revisits that are not over", f"CaseKind = '回访' AND {_RUNNING}"),
    ManagerQuery("待客户签字", "special services that nobody has signed", f"CaseState = '待验收' AND {_RUNNING}"),
    ManagerQuery("收费周期", "quarters of fees that are under way", f"CaseKind = '收费' AND {_OPEN}"),
    ManagerQuery(
        "应收表待审核", "tables that wait for finance", f"CaseKind = '收费' AND CaseState = '待审核' AND {_RUNNING}"
    ),
    ManagerQuery("催缴中", "accounts in arrears", f"CaseKind = '催缴' AND {_RUNNING}"),
    ManagerQuery("催缴期满待决定", "all three notices have run out", f"CaseState = '其它方式' AND {_RUNNING}"),
    ManagerQuery("收费月结未报", "months whose reports are not sent", f"CaseKind = '收费月结' AND {_OPEN}"),
    ManagerQuery(
        "异常结束",
        "ended without being closed; the record must say why",
        "ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut')",
    ),
)
"""Every question of the docs page; a test asks the real server each of them."""


def link(ui: str, namespace: str, query: str) -> str:
    """The address of the Temporal UI's list of workflows with the filter set."""
    return f"{ui.rstrip('/')}/namespaces/{quote(namespace, safe='')}/workflows?query={quote(query, safe='')}"


def links(
    ui: Annotated[str, typer.Option(envvar="GUANJIA_TEMPORAL_UI", help="Temporal UI 的地址")] = "",
) -> None:
    """列出管理视图的链接,可存为浏览器书签(带日期的当天有效)"""
    from activities.connections.settings import SettingsError
    from activities.connections.temporal import namespace_here  # takes its time, and no other command needs it

    try:
        address = ui or load_profile().temporal_ui
        namespace = namespace_here()
    except (ProfileError, SettingsError) as error:
        warnings().print(plain(str(error)))
        raise typer.Exit(REFUSED) from None
    now = datetime.now(LOCAL)
    print_table("", ("视图", "条件"), [(question.name, question.at(now)) for question in MANAGER_QUERIES])
    for question in MANAGER_QUERIES:
        screen().print(plain(f"{question.name} {link(address, namespace, question.at(now))}"), soft_wrap=True)
