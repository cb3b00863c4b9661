"""One case on the screen 单据: the row of a list, the whole record, the answer to an action."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import typer

from activities.notifications.channels import ChannelName
from starters.cli.screen import LOCAL, moment, print_facts, print_table, say
from workflows.messages.case import Channel, Identity
from workflows.messages.identifiers import CaseKind
from workflows.messages.notices import NoticeEvent
from workflows.messages.people import Role, Trade
from workflows.messages.records import WorkOrderOutcome
from workflows.messages.repair import RepairClass, RepairClock, RepairState
from workflows.messages.repair_actions import RepairAction
from workflows.rules.repair_classification import Hazard

Json = Mapping[str, Any]

_FORMS: Final = {"repair_record": "《报修记录》", "work_order": "《维修派工单》"}
_STATES: Final[dict[str, type[StrEnum]]] = {CaseKind.REPAIR: RepairState}
_STATUSES: Final = {
    "sending": "发送中",
    "queued": "待发送",
    "accepted": "已交服务商",
    "delivered": "已送达",
    "failed": "未送达",
    "unknown": "结果不明,请人工核实",
}
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


def print_answer(answer: Json) -> None:
    """What an action or a report led to, and what the same person may do next."""
    say(f"{answer.get('number', '')} {answer.get('state_label') or ''}".rstrip())
    if answer.get("unit_verified") is False:
        say("房号待核:名册里没有这个房号,受理时请核对")
    if answer.get("case_closed"):
        say("单据已关闭:来件已留存")
    if answer.get("allowed"):
        say("接下来可办:" + "、".join(_action(action) for action in answer["allowed"]))


def print_record(case: Json) -> None:
    """The whole record with its forms and notices."""
    reporter = case.get("reporter") or {}
    print_facts(
        f"{case['number']}  {case.get('state_label', '')}",
        (
            ("紧急程度", case.get("level_label")),
            ("房号", summary(case)[3]),
            ("内容", case.get("description")),
            ("报修人", reporter.get("name")),
            ("身份", _label(Identity, reporter.get("identity"))),
            ("电话", reporter.get("phone")),
            ("邮箱", reporter.get("mail")),
            ("渠道", _label(Channel, case.get("channel"))),
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
        print_facts(_FORMS.get(form.get("form"), str(form.get("form"))), _form(form))
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
    allowed = live.get("allowed") or {}
    rows = [(_label(Role, role), "、".join(map(_action, actions))) for role, actions in allowed.items()]
    print_table("可办事项", ("谁", "可办"), rows)


def _line(line: Json, kind: str) -> tuple[Any, ...]:
    said = [line.get("reason") or "", *_facts(line.get("facts") or {})]
    state = line.get("state") if line.get("state") != line.get("state_before") else ""
    if kind in _STATES:
        state = _label(_STATES[kind], state)
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
        "class": lambda code: _label(RepairClass, code),
        "channel": lambda code: _label(Channel, code),
        "hazard": lambda code: _label(Hazard, code),
        "technician": lambda code: f"技工 {code}",
        "attempt": lambda count: f"第{count}次",
        "clock": lambda code: f"{_label(RepairClock, code)}时限",
        "limit_label": lambda limit: f"限时{limit}",
        "from": lambda instant: f"原为 {moment(instant)}",
        "to": lambda instant: f"改为 {moment(instant)}",
        "due_at": lambda instant: f"期限 {instant}",
        "event": lambda code: _label(NoticeEvent, code),
        "recipient": _recipient,
        "status": lambda code: _STATUSES.get(code, ""),
    }
    return [say_it(facts[key]) for key, say_it in shown.items() if facts.get(key)]


def _notice(notice: Json) -> tuple[Any, ...]:
    return (
        moment(notice.get("at")),
        _label(NoticeEvent, notice.get("event")),
        _recipient(str(notice.get("recipient") or "")),
        _label(ChannelName, notice.get("channel")),
        _STATUSES.get(str(notice.get("status")), notice.get("status")),
    )


def _recipient(key: str) -> str:
    """The recipient's key in Chinese: the customer, a member of staff by code, or a role."""
    kind, _, code = key.partition(":")
    return {"customer": "客户", "staff": f"员工 {code}", "role": _label(Role, code)}.get(kind, key)


def _late(word: Json) -> tuple[Any, ...]:
    sender = f"{_actor(word.get('actor'))} {word.get('sender_phone') or ''}".rstrip()
    return moment(word.get("at")), sender, word.get("intent"), word.get("text")


def _clock(clock: Json) -> tuple[Any, ...]:
    progress = "暂停" if clock.get("paused_at") else _STAGES.get(str(clock.get("stage")), clock.get("stage"))
    return clock.get("label"), moment(clock.get("due_at")), moment(clock.get("remind_at")), progress


def _form(form: Json) -> list[tuple[str, Any]]:
    shown: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "attempt": ("第几次派工", str),
        "place": ("地点", str),
        "technician": ("技工", str),
        "trade": ("工种", lambda code: _label(Trade, code)),
        "hazard": ("危险标志", lambda code: _label(Hazard, code)),
        "appointment_at": ("预约时间", moment),
        "offered_at": ("派工时间", moment),
        "outcome": ("结果", lambda code: _label(WorkOrderOutcome, code)),
        "answered_at": ("答复时间", moment),
        "reason": ("原因", str),
        "arrived_at": ("到场时间", moment),
        "completed_at": ("完工时间", moment),
        "work_done": ("维修内容", str),
        "materials": ("材料", str),
        "work_minutes": ("工时(分钟)", str),
        "verified_at": ("验收时间", moment),
        "verified_how": ("验收方式", lambda how: {"customer": "客户确认", "default": "默认验收"}.get(how, how)),
        "reopened": ("返修次数", lambda count: str(count) if count else ""),
    }
    return [(name, say_it(form[key])) for key, (name, say_it) in shown.items() if form.get(key) not in (None, "")]


def _label(kind: type[StrEnum], code: Any) -> str:
    """The Chinese term of a code; the code itself where a newer API knows more than this command."""
    try:
        return str(getattr(kind(code), "label"))  # noqa: B009 - StrEnum itself has no label
    except ValueError:
        return str(code or "")


def _action(action: str) -> str:
    return f"{_label(RepairAction, action)} {action.replace('_', '-')}"


def _actor(actor: Json | None) -> str:
    return f"{_label(Role, actor.get('role'))} {actor.get('code') or ''}".rstrip() if actor else ""
