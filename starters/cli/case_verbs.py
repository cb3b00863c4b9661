"""Reporting a matter and looking it up 登记与查询."""

from typing import Annotated, Any

import typer

from starters.cli.asking import (
    CommunityOption,
    JsonOption,
    KeyOption,
    NumberArgument,
    PersonOption,
    new_key,
    service_centre,
)
from starters.cli.case_page import instant, print_answer, print_live, print_record, summary
from starters.cli.screen import moment, print_json, print_table, say
from starters.cli.service_centre import RefusedRequestError, ServiceCentre, UnansweredRequestError
from workflows.messages.case import Channel, Identity, ReplyIntent
from workflows.messages.people import Trade

case_verbs = typer.Typer()


@case_verbs.command()
def report(
    unit: Annotated[str, typer.Argument(help="房号或公共部位编码")],
    description: Annotated[str, typer.Argument(help="故障描述")],
    *,
    name: Annotated[str, typer.Option(help="报修人姓名")] = "",
    phone: Annotated[str, typer.Option(help="报修人电话")] = "",
    mail: Annotated[str, typer.Option(help="报修人邮箱")] = "",
    identity: Annotated[Identity, typer.Option(help="报修人身份")] = Identity.OWNER,
    channel: Annotated[Channel, typer.Option(help="渠道")] = Channel.PHONE,
    trade: Annotated[Trade | None, typer.Option(help="工种;不填则按描述判断")] = None,
    appointment: Annotated[str, typer.Option(metavar="TIME", help="预约时间,如 2026-05-12 14:00;不填为尽快")] = "",
    place: Annotated[str, typer.Option(help="具体位置")] = "",
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """登记一张报修单"""
    optional = {"trade": trade, "appointment_at": instant(appointment), "place": place or None}
    body = {
        "unit": unit,
        "channel": channel,
        "description": description,
        "reporter": {"name": name, "phone": phone, "mail": mail, "identity": identity},
        **{field: value for field, value in optional.items() if value is not None},
    }
    with service_centre(person, community) as centre:
        print_answer(centre.send(centre.in_community("repairs"), body, new_key(key)))


@case_verbs.command("list")
def list_cases(
    *,
    kind: Annotated[str, typer.Option(help="单据类别,如 repair")] = "",
    state: Annotated[str, typer.Option(help="状态,如 dispatched")] = "",
    assignee: Annotated[str, typer.Option(help="经办人工号")] = "",
    unit: Annotated[str, typer.Option(help="房号")] = "",
    level: Annotated[str, typer.Option(help="紧急程度,如 emergency")] = "",
    phone: Annotated[str, typer.Option(help="报修人电话")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="只看已过期限的")] = False,
    open_only: Annotated[bool, typer.Option("--open", help="只看未关闭的")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="每页张数")] = 50,
    cursor: Annotated[str, typer.Option(help="上一页给出的下一页标记")] = "",
    as_json: JsonOption = False,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """查询单据"""
    filters = {
        "kind": kind,
        "state": state,
        "assignee": assignee,
        "unit": unit,
        "level": level,
        "phone": phone,
        "overdue": "true" if overdue else None,
        "open": "true" if open_only else None,
        "limit": limit,
        "cursor": cursor,
    }
    with service_centre(person, community) as centre:
        page = centre.read(centre.in_community("cases"), filters)
    if as_json:
        print_json(page)
        return
    columns = ("单号", "状态", "紧急程度", "房号", "经办人", "来报时间", "期限", "超时", "内容")
    print_table("", columns, [summary(case) for case in page["cases"]])
    say(f"共 {len(page['cases'])} 张,数据截至 {moment(page.get('as_of'))}")
    if page.get("next_cursor"):
        say(f"下一页:--cursor {page['next_cursor']}")


@case_verbs.command()
def show(
    number: NumberArgument, as_json: JsonOption = False, person: PersonOption = "", community: CommunityOption = ""
) -> None:
    """查看一张单:记录、表单、通知和现在可办的事项"""
    with service_centre(person, community) as centre:
        live = _live(centre, number)
        record = _record(centre, number, may_be_missing=live is not None)
    if as_json:
        print_json({"record": record, "live": live})
        return
    if record is None:
        say(f"{number} 的记录尚未写入,或记录库暂不可用")
    else:
        print_record(record)
    print_live(live)


@case_verbs.command()
def reply(
    number: NumberArgument,
    *,
    intent: Annotated[ReplyIntent, typer.Option(help="客户的意思")],
    text: Annotated[str, typer.Option(help="客户原话")] = "",
    appointment: Annotated[str, typer.Option(metavar="TIME", help="改约到何时")] = "",
    rating: Annotated[int | None, typer.Option(min=1, max=5, help="评价,5 分最好")] = None,
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """代客户登记答复:验收、报价、改约、费用异议、评价、取消、返修或留言"""
    with service_centre(person, community) as centre:
        optional = {"appointment_at": instant(appointment), "rating": rating}
        given = {field: value for field, value in optional.items() if value is not None}
        body = {"intent": intent, "text": text, **given}
        print_answer(centre.send(centre.in_community("cases", number, "replies"), body, new_key(key)))


def _record(centre: ServiceCentre, number: str, *, may_be_missing: bool) -> Any:
    """The record; None where it may be missing, because a running case can be ahead of what is written."""
    try:
        return centre.read(centre.in_community("cases", number))
    except (RefusedRequestError, UnansweredRequestError):
        if may_be_missing:
            return None
        raise


def _live(centre: ServiceCentre, number: str) -> dict[str, Any] | None:
    """The case as its workflow sees it; None where it has ended or does not answer, and the record must do."""
    try:
        live = centre.read(centre.in_community("cases", number, "live"))
    except (RefusedRequestError, UnansweredRequestError):
        return None
    return live if isinstance(live, dict) else None
