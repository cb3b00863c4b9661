"""A form on the screen 表单: its title and what is filled in, in the field's own terms."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

from starters.cli.screen import moment
from workflows.messages.people import Trade
from workflows.messages.quotes import QuoteStatus
from workflows.messages.records import WorkOrderOutcome
from workflows.messages.repair import Port
from workflows.messages.repair_actions import SuspensionGround
from workflows.messages.revisit import ExemptGround, RevisitMethod, Satisfaction, Solved
from workflows.messages.special_service import ServiceCategory
from workflows.rules.repair_classification import Hazard

Json = Mapping[str, Any]

_TITLES: Final = {
    "repair_record": "《报修记录》",
    "work_order": "《维修派工单》",
    "quote": "报价",
    "charge": "应收",
    "suspension": "挂起",
    "service_record": "《特约服务单》",
    "revisit_task": "回访任务",
    "revisit_record": "《回访记录表》",
    "revisit_attempt": "联系记录",
    "revisit_matter": "回访新意见",
}
_HOW: Final = {"customer": "客户确认", "signature": "客户签字", "revisit": "回访中验收", "default": "默认验收"}


def title_of(form: Json) -> str:
    """The form's title; its code where a newer API knows more than this command."""
    return _TITLES.get(str(form.get("form")), str(form.get("form")))


def label(kind: type[StrEnum], code: Any) -> str:
    """The Chinese term of a code; the code itself where a newer API knows more than this command."""
    try:
        return str(getattr(kind(code), "label"))  # noqa: B009 - StrEnum itself has no label
    except ValueError:
        return str(code or "")


def _of(kind: type[StrEnum]) -> Callable[[Any], str]:
    return lambda code: label(kind, code)


def _yes(value: Any) -> str:
    return "是" if value else ""


def _some(count: Any) -> str:
    return str(count) if count else ""


def _lines(lines: Any) -> str:
    return ";".join(
        f"{line.get('code') or '目录外'} {line.get('name')} {line.get('unit_price')}元×{line.get('quantity')}"
        for line in lines
    )


_SHOWN: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "attempt": ("第几次派工", str),
    "round": ("轮次", str),
    "original": ("原单", str),
    "rule": ("回访规则", str),
    "place": ("地点", str),
    "inside": ("户内", _yes),
    "category": ("类别", _of(ServiceCategory)),
    "item": ("项目", str),
    "technician": ("技工", str),
    "performer": ("服务人员", str),
    "visitor": ("回访人", str),
    "second_technician": ("第二人", str),
    "trade": ("工种", _of(Trade)),
    "hazard": ("危险标志", _of(Hazard)),
    "port": ("责任端口", _of(Port)),
    "in_warranty": ("保修期内", _yes),
    "paid": ("有偿", _yes),
    "appointment_at": ("预约时间", moment),
    "offered_at": ("派工时间", moment),
    "outcome": ("结果", _of(WorkOrderOutcome)),
    "answered_at": ("答复时间", moment),
    "lines": ("明细", _lines),
    "total": ("合计(元)", str),
    "status": ("报价结果", _of(QuoteStatus)),
    "confirmed": ("客户已确认(元)", str),
    "billed": ("报收(元)", str),
    "billable": ("应收(元)", str),
    "agency": ("其中代办(元)", str),
    "collected": ("已收(元)", str),
    "receipt": ("收据号", str),
    "ground": ("挂起原因", _of(SuspensionGround)),
    "promised_on": ("承诺日期", str),
    "suspended_at": ("挂起时间", moment),
    "resumed_at": ("恢复时间", moment),
    "reason": ("原因", str),
    "arrived_at": ("到场时间", moment),
    "started_at": ("开始时间", moment),
    "completed_at": ("完工时间", moment),
    "work_done": ("维修内容", str),
    "materials": ("材料", str),
    "work_minutes": ("工时(分钟)", str),
    "verified_at": ("验收时间", moment),
    "verified_how": ("验收方式", lambda how: _HOW.get(how, how)),
    "signed_at": ("签字时间", moment),
    "rating": ("评价", lambda points: f"{points}分"),
    "reopened": ("返修次数", _some),
    "no_shows": ("上门无人", _some),
    "same_faults": ("同一故障", lambda count: f"第{count}次" if count > 1 else ""),
    "merged_into": ("并入", str),
    "revisit": ("回访单", str),
    "window_ends_at": ("应于此前回访", moment),
    "method": ("方式", _of(RevisitMethod)),
    "channel": ("方式", _of(RevisitMethod)),
    "at": ("时间", moment),
    "solved": ("处理好了吗", _of(Solved)),
    "satisfaction": ("满意吗", _of(Satisfaction)),
    "suggestions": ("还有意见建议吗", str),
    "handled": ("处理情况", str),
    "signed_as": ("客户签名", str),
    "next_date": ("下次日期", str),
    "exempt_ground": ("免回访原因", _of(ExemptGround)),
    "opinion": ("审阅意见", str),
    "opinion_by": ("审阅人", str),
    "text": ("意见", str),
    "appointed_at": ("约定答复", moment),
    "answer": ("答复", str),
    "linked_case": ("已立单", str),
}
"""What of a form is shown, in this order, and how; the rest is for machines."""


def facts_of(form: Json) -> list[tuple[str, Any]]:
    """What is filled in, with its heading."""
    filled = (
        (name, say_it(form[key])) for key, (name, say_it) in _SHOWN.items() if form.get(key) not in (None, "", [])
    )
    return [(name, said) for name, said in filled if said]
