"""One case on the screen 单据: the row of a list, the whole record, the answer to an action."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import typer

from activities.notifications.channels import ChannelName
from starters.cli.form_page import facts_of, label, title_of
from starters.cli.screen import LOCAL, moment, print_facts, print_table, say
from workflows.messages.arrears import ArrearsState
from workflows.messages.case import Channel, Identity
from workflows.messages.fee_cycle import FeeCycleState
from workflows.messages.fee_month import FeeMonthState
from workflows.messages.identifiers import CaseKind
from workflows.messages.notices import NoticeEvent
from workflows.messages.people import Role
from workflows.messages.repair import RepairClass, RepairClock, RepairState
from workflows.messages.revisit import RevisitState
from workflows.messages.special_service import ServiceState
from workflows.rules.allowed_actions import ACTION_TABLE
from workflows.rules.repair_classification import Hazard

Json = Mapping[str, Any]

_STATES: Final[dict[str, type[StrEnum]]] = {
    CaseKind.REPAIR: RepairState,
    CaseKind.SPECIAL_SERVICE: ServiceState,
    CaseKind.REVISIT: RevisitState,
    CaseKind.FEE_CYCLE: FeeCycleState,
    CaseKind.FEE_MONTH: FeeMonthState,
    CaseKind.ARREARS: ArrearsState,
}
_STATUSES: Final = {
    "sending": "发送中",
    "queued": "待发送",
    "accepted": "已交服务商",
    "delivered": "已送达",
    "failed": "未送达",
    "unknown": "结果不明,请人工核实",
}
_REPAIR_CLOCKS: Final = frozenset(RepairClock)
_STAGES: Final = {"running": "计时中", "reminded": "已提醒", "breached": "已超时", "escalated": "已升级"}


def instant(text: str) -> str | None:
    """An instant that a person typed, on the clock of Asia/Shanghai unless it names another; None for nothing."""
    if not text:
        return None
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"时间“{text}”应写成 2026-05-12 14:00") from None
    return (typed if typed.tzinfo else typed.replace(tzinfo=LOCAL)).isoformat()


def summary(case: Json) -> tuple[Any, ...]:
    """The row of one case in a list."""
    unit = case.get("unit") or ""
    return (
        case["number"],
        case.get("state_label"),
        case.get("level_label"),
        unit if case.get("unit_verified", True) else f"{unit}(待核)",
        case.get("assignee"),
        moment(case.get("received_at")),
        moment(case.get("due_at")),
        "超时" if case.get("breached") else "",
        case.get("description"),
    )


def print_answer(answer: Json, kind: CaseKind = CaseKind.REPAIR) -> None:
    """What an action or a report led to, and what the same person may do next."""
    say(f"{answer.get('number', '')} {answer.get('state_label') or ''}".rstrip())
    if answer.get("unit_verified") is False:
        say("房号待核:名册里没有这个房号,受理时请核对")
    if answer.get("case_closed"):
        say("单据已关闭:来件已留存")
    if answer.get("allowed"):
        say("接下来可办:" + "、".join(_action(action, kind) for action in answer["allowed"]))


def print_record(case: Json) -> None:
    """The whole record with its forms and notices."""
    reporter = case.get("reporter") or {}
    print_facts(
        f"{case['number']}  {case.get('state_label', '')}",
        (
            (CaseKind(case["kind"]).level_term, case.get("level_label")),
            ("房号", summary(case)[3]),
            ("内容", case.get("description")),
            ("报修人", reporter.get("name")),
            ("身份", "" if CaseKind(case["kind"]).is_of_fees else label(Identity, reporter.get("identity"))),
            ("电话", reporter.get("phone")),
            ("邮箱", reporter.get("mail")),
            ("渠道", label(Channel, case.get("channel"))),
            ("来报时间", moment(case.get("received_at"))),
            ("受理时间", moment(case.get("accepted_at"))),
            ("受理人", _actor(case.get("accepted_by"))),
            ("经办人", case.get("assignee")),
            ("期限", moment(case.get("due_at"))),
            ("是否超时", "是" if case.get("breached") else ""),
            ("关闭时间", moment(case.get("closed_at"))),
            ("政策版本", case.get("policy_version")),
            ("关联单", "、".join(case.get("linked") or ())),
        ),
    )
    lines = [_line(line, str(case.get("kind"))) for line in case.get("lines") or ()]
    print_table("记录", ("序", "时间", "事项", "转为", "经手", "说明"), lines)
    for form in case.get("forms") or ():
        print_facts(title_of(form), facts_of(form))
    notices = case.get("notifications") or ()
    print_table("通知", ("时间", "事由", "收件人", "渠道", "结果"), map(_notice, notices))
    late = case.get("late_messages") or ()
    print_table("流程结束后来件", ("时间", "来自", "意思", "内容"), map(_late, late))
    say(f"记录截至 {moment(case.get('as_of'))}")


def print_live(live: Json | None) -> None:
    """What a running case waits for, its clocks, and who may do what now."""
    if live is None:
        say("实时状态取不到:单据已办结,或流程服务暂不可用")
        return
    print_facts("现在", (("状态", live.get("state_label")), ("等待", live.get("waiting_for"))))
    clocks = live.get("clocks") or ()
    print_table("时限", ("时限", "期限", "提醒", "进展"), map(_clock, clocks))
    kind = CaseKind(live.get("kind", CaseKind.REPAIR))
    allowed = live.get("allowed") or {}
    rows = [
        (label(Role, role), "、".join(_action(action, kind) for action in actions)) for role, actions in allowed.items()
    ]
    print_table("可办事项", ("谁", "可办"), rows)


def _line(line: Json, kind: str) -> tuple[Any, ...]:
    said = [line.get("reason") or "", *_facts(line.get("facts") or {})]
    state = line.get("state") if line.get("state") != line.get("state_before") else ""
    if kind in _STATES:
        state = label(_STATES[kind], state)
    columns = (
        moment(line.get("at")),
        line.get("label"),
        state,
        _actor(line.get("actor")),
        " ".join(filter(None, said)),
    )
    return (line.get("sequence"), *columns)


def _facts(facts: Json) -> list[str]:
    """What a line's facts say to people; the others are for machines, or said by the line's label already."""
    shown: dict[str, Callable[[Any], str]] = {
        "class": lambda code: label(RepairClass, code),
        "channel": lambda code: label(Channel, code),
        "hazard": lambda code: label(Hazard, code),
        "technician": lambda code: f"技工 {code}",
        "attempt": lambda count: f"第{count}次",
        "clock": lambda code: f"{label(RepairClock, code)}时限" if code in _REPAIR_CLOCKS else "",
        "amount": lambda amount: f"{amount}元",
        "receipt": lambda number: f"收据 {number}",
        "version": lambda number: f"第{number}版",
        "verdict": str,
        "bills": lambda bills: f"账单 {bills}",
        "sheet": lambda number: f"通知单 {number}",
        "stage_label": str,
        "received_on": lambda day: f"签收 {day}",
        "rate": lambda rate: f"收费率 {rate}",
        "signature": lambda picture: f"签名 {picture}",
        "photos": lambda pictures: f"照片 {pictures}",
        "receipts": lambda pictures: f"票据 {pictures}",
        "ground_label": str,
        "promised_on": lambda day: f"承诺 {day}",
        "rectify_by": lambda day: f"约定 {day} 前整改",
        "visitor": lambda code: f"回访人 {code}",
        "revisit": lambda number: f"回访单 {number}",
        "position": lambda place: f"第{place}位",
        "case": str,
        "cases": str,
        "into": lambda number: f"并入 {number}",
        "limit_label": lambda limit: f"限时{limit}",
        "from": lambda instant: f"原为 {moment(instant)}",
        "to": lambda to: f"改为 {moment(to)}" if to[:4].isdigit() else f"转 {to}",
        "due_at": lambda at: f"期限 {moment(at) if 'T' in at else at}",
        "event": lambda code: label(NoticeEvent, code),
        "recipient": _recipient,
        "status": lambda code: _STATUSES.get(code, ""),
    }
    return [say_it(facts[key]) for key, say_it in shown.items() if facts.get(key)]


def _notice(notice: Json) -> tuple[Any, ...]:
    return (
        moment(notice.get("at")),
        label(NoticeEvent, notice.get("event")),
        _recipient(str(notice.get("recipient") or "")),
        label(ChannelName, notice.get("channel")),
        _STATUSES.get(str(notice.get("status")), notice.get("status")),
    )


def _recipient(key: str) -> str:
    """The recipient's key in Chinese: the customer, a member of staff by code, or a role."""
    kind, _, code = key.partition(":")
    return {"customer": "客户", "staff": f"员工 {code}", "role": label(Role, code)}.get(kind, key)


def _late(word: Json) -> tuple[Any, ...]:
    sender = f"{_actor(word.get('actor'))} {word.get('sender_phone') or ''}".rstrip()
    return moment(word.get("at")), sender, word.get("intent"), word.get("text")


def _clock(clock: Json) -> tuple[Any, ...]:
    progress = "暂停" if clock.get("paused_at") else _STAGES.get(str(clock.get("stage")), clock.get("stage"))
    return clock.get("label"), moment(clock.get("due_at")), moment(clock.get("remind_at")), progress


def _action(action: str, kind: CaseKind = CaseKind.REPAIR) -> str:
    row = next((row for row in ACTION_TABLE.get(kind, ()) if row.action == action), None)
    return f"{row.label if row else action} {action.replace('_', '-')}"


def _actor(actor: Json | None) -> str:
    return f"{label(Role, actor.get('role'))} {actor.get('code') or ''}".rstrip() if actor else ""
