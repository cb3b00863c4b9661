"""Any action on any case 办理: ``guanjia act NUMBER ACTION field=value …``, and the ones with lists of their own.

The everyday actions have verbs of their own (``action_verbs``); the rest are spelled out here, checked against the
details that the process itself expects.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError

from starters.cli.asking import CommunityOption, KeyOption, NumberArgument, PersonOption, new_key, service_centre
from starters.cli.case_page import instant, print_answer
from workflows.messages.case import Channel, Identity
from workflows.messages.identifiers import CaseKind, kind_of
from workflows.messages.message import Message
from workflows.messages.revisit import RevisitMethod, Satisfaction, Solved
from workflows.messages.special_service import ServiceCategory
from workflows.rules.allowed_actions import ACTION_TABLE

any_action = typer.Typer()
_PLACES: Final = {
    CaseKind.SPECIAL_SERVICE: "special-services",
    CaseKind.REVISIT: "revisits",
    CaseKind.FEE_CYCLE: "fee-cycles",
    CaseKind.FEE_MONTH: "fee-months",
    CaseKind.ARREARS: "arrears",
}


def act_on(  # noqa: PLR0917 - the options that every verb shares, in their order
    number: str, action: str, details: Mapping[str, Any], key: str, person: str, community: str
) -> None:
    """Send an action to the route of the case's kind, and print the answer."""
    with service_centre(person, community) as centre:
        kind = kind_of(number) or CaseKind.REPAIR
        path = centre.in_community(_PLACES.get(kind, "cases"), number, "actions")
        print_answer(centre.send(path, {"action": action, **details}, new_key(key)), kind)


@any_action.command()
def act(
    number: NumberArgument,
    action: Annotated[str, typer.Argument(help="办理事项,如 suspend;可办的见 show")],
    details: Annotated[list[str] | None, typer.Argument(metavar="[FIELD=VALUE]...", help="办理内容")] = None,
    *,
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """办理任何事项,如 act BX-… suspend ground=parts promised_on=2026-05-14"""
    name = action.replace("-", "_")
    act_on(number, name, _details(number, name, details or []), key, person, community)


@any_action.command()
def quote(
    number: NumberArgument,
    *,
    item: Annotated[list[str] | None, typer.Option(metavar="CODE[:数量]", help="《收费标准》中的项目")] = None,
    line: Annotated[list[str] | None, typer.Option(metavar="名称:单价[:数量]", help="目录外的项目,须审核")] = None,
    reason: Annotated[str, typer.Option(help="说明")] = "",
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """报价:客户确认前不动工"""
    lines = [*map(_posted, item or ()), *map(_off_list, line or ())]
    act_on(number, "quote", {"lines": lines, "reason": reason}, key, person, community)


@any_action.command()
def order(
    unit: Annotated[str, typer.Argument(help="房号")],
    description: Annotated[str, typer.Argument(help="需要什么")],
    *,
    category: Annotated[ServiceCategory, typer.Option(help="类别")],
    item: Annotated[str, typer.Option(help="《收费标准》中的项目编码")] = "",
    name: Annotated[str, typer.Option(help="客户姓名")] = "",
    phone: Annotated[str, typer.Option(help="客户电话")] = "",
    identity: Annotated[Identity, typer.Option(help="客户身份")] = Identity.OWNER,
    channel: Annotated[Channel, typer.Option(help="渠道")] = Channel.PHONE,
    appointment: Annotated[str, typer.Option(metavar="TIME", help="预约时间")] = "",
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """登记一张特约服务单"""
    body = {
        "unit": unit,
        "channel": channel,
        "category": category,
        "description": description,
        "item": item,
        "reporter": {"name": name, "phone": phone, "identity": identity},
        **({"appointment_at": instant(appointment)} if appointment else {}),
    }
    with service_centre(person, community) as centre:
        answer = centre.send(centre.in_community("special-services"), body, new_key(key))
        print_answer(answer, CaseKind.SPECIAL_SERVICE)


@any_action.command()
def record(
    number: NumberArgument,
    *,
    method: Annotated[RevisitMethod, typer.Option(help="上门、电话或平台")],
    solved: Annotated[Solved, typer.Option(help="处理好了吗")],
    satisfaction: Annotated[Satisfaction, typer.Option(help="满意吗")],
    suggestions: Annotated[str, typer.Option(help="还有意见建议吗;没有填“无”,没有回答填“未答”")],
    handled: Annotated[str, typer.Option(help="处理情况")] = "",
    signature: Annotated[str, typer.Option(metavar="FJ-…", help="客户签名的附件号")] = "",
    second_signer: Annotated[str, typer.Option(help="客户拒签时第二名签名人的工号")] = "",
    refusal: Annotated[str, typer.Option(help="客户拒签的原因")] = "",
    rectify_by: Annotated[str, typer.Option(metavar="DATE", help="约定整改日期,如 2026-05-17")] = "",
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """记录一次回访"""
    details = {
        "method": method,
        "solved": solved,
        "satisfaction": satisfaction,
        "suggestions": suggestions,
        "handled": handled,
        "signature": signature,
        "refused_to_sign": bool(refusal),
        "second_signer": second_signer,
        "refusal_reason": refusal,
        **({"rectify_by": rectify_by} if rectify_by else {}),
    }
    act_on(number, "record", details, key, person, community)


def _posted(text: str) -> dict[str, str]:
    code, _, quantity = text.partition(":")
    return {"code": code, "quantity": quantity or "1"}


def _off_list(text: str) -> dict[str, str]:
    name, _, rest = text.partition(":")
    price, _, quantity = rest.partition(":")
    if not price:
        raise typer.BadParameter(f"“{text}”应写成 名称:单价 或 名称:单价:数量")
    return {"name": name, "unit_price": price, "quantity": quantity or "1"}


def _details(number: str, action: str, given: Sequence[str]) -> dict[str, Any]:
    """What was written after the action, in the types that the process expects of it."""
    kind = kind_of(number)
    if kind is None or action not in {rule.action for rule in ACTION_TABLE.get(kind, ())}:
        raise typer.BadParameter(f"{kind.label if kind else '这个单号'}没有“{action}”这一操作")
    model = _models(kind).get(action)
    fields = dict(map(named, given))
    unknown = fields.keys() - (model.model_fields.keys() if model else ())
    if unknown:
        known = "、".join(model.model_fields) if model else "无"
        raise typer.BadParameter(f"没有“{'、'.join(sorted(unknown))}”这一项;可填:{known}")
    if model is None:
        return {}
    try:
        typed = model.model_validate(fields)
    except ValidationError as invalid:
        wrong = "、".join(sorted({str(error["loc"][0]) for error in invalid.errors()}))
        raise typer.BadParameter(f"缺少或写错了:{wrong}") from None
    return typed.model_dump(mode="json", include=set(fields))


def named(text: str) -> tuple[str, Any]:
    """The name and the value of ``name=value``; times are read as the local ones they are."""
    name, sign, value = text.partition("=")
    if not sign:
        raise typer.BadParameter(f"“{text}”应写成 名称=内容")
    return name, instant(value) if name.endswith("_at") else value


def _models(kind: CaseKind) -> Mapping[str, type[Message]]:
    """The details of each action of the kind; the processes are asked only here, because loading them takes a while."""
    from workflows.processes.arrears import Arrears
    from workflows.processes.case_messages import CaseMessages
    from workflows.processes.fee_cycle import FeeCycle
    from workflows.processes.fee_month import FeeMonth
    from workflows.processes.repair import Repair
    from workflows.processes.revisit import Revisit
    from workflows.processes.special_service import SpecialService

    processes: dict[CaseKind, type[CaseMessages]] = {
        CaseKind.REPAIR: Repair,
        CaseKind.SPECIAL_SERVICE: SpecialService,
        CaseKind.REVISIT: Revisit,
        CaseKind.FEE_CYCLE: FeeCycle,
        CaseKind.FEE_MONTH: FeeMonth,
        CaseKind.ARREARS: Arrears,
    }
    return processes[kind].details_of
