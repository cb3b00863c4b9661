"""款项申请单 by command: asking, signing, withdrawing, and what waits; deposits 押金."""

from decimal import Decimal
from typing import Annotated, Any

import typer

from starters.cli.any_action import named
from starters.cli.asking import CommunityOption, JsonOption, KeyOption, PersonOption, new_key, service_centre
from starters.cli.billing_cash_verbs import Amount
from starters.cli.screen import moment, print_facts, print_json, print_table, say
from workflows.messages.ledger import PaymentMethod
from workflows.messages.money_requests import MoneyRequestKind, MoneyRequestState
from workflows.messages.people import Role

billing_request_verbs = typer.Typer()
_Number = Annotated[str, typer.Argument(metavar="NUMBER", help="申请单号,如 SQ-2026-000001")]


@billing_request_verbs.command("ask")
def ask(
    kind: Annotated[MoneyRequestKind, typer.Argument(help="申请种类")],
    details: Annotated[
        list[str],
        typer.Argument(metavar="NAME=VALUE ...", help="内容,如 account=1-101-Y1 amount=48.20;多张账单用逗号隔开"),
    ],
    *,
    reason: Annotated[str, typer.Option("--reason", help="原因")],
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """申请退款、减免、更正、债务承担、退押金、扣押金,如 ask refund account=1-101-Y1 amount=48.20 --reason 客户要求"""
    body = {"kind": kind.value, **dict(map(_detail, details)), "reason": reason}
    with service_centre(person, community) as centre:
        _show(centre.send(centre.in_community("billing", "requests"), body, new_key(key)))


@billing_request_verbs.command("sign")
def sign(
    number: _Number,
    *,
    refuse: Annotated[bool, typer.Option("--refuse", help="退回,须写明原因")] = False,
    note: Annotated[str, typer.Option("--note", help="意见")] = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """以自己的岗位签批一张申请单;最后一人签批后即入账"""
    with service_centre(person, community) as centre:
        path = centre.in_community("billing", "requests", number, "signature")
        _show(centre.send(path, {"approved": not refuse, "note": note}))


@billing_request_verbs.command("withdraw")
def withdraw(number: _Number, person: PersonOption = "", community: CommunityOption = "") -> None:
    """撤回自己的申请单"""
    with service_centre(person, community) as centre:
        _show(centre.send(centre.in_community("billing", "requests", number, "withdrawal"), {}))


@billing_request_verbs.command("request")
def request(
    number: _Number, as_json: JsonOption = False, person: PersonOption = "", community: CommunityOption = ""
) -> None:
    """查看一张申请单和签批"""
    with service_centre(person, community) as centre:
        answer = centre.read(centre.in_community("billing", "requests", number))
    if as_json:
        print_json(answer)
    else:
        _show(answer)


@billing_request_verbs.command("requests")
def requests(
    state: Annotated[MoneyRequestState | None, typer.Option("--state", help="状态;不填列出全部")] = None,
    as_json: JsonOption = False,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """列出申请单"""
    with service_centre(person, community) as centre:
        path = centre.in_community("billing", "requests")
        answer = centre.read(path, {} if state is None else {"state": state.value})
    if as_json:
        print_json(answer)
        return
    rows = [
        (one["number"], one["kind_label"], one["state_label"], one["subject"], one["amount"], _waits_for(one))
        for one in answer
    ]
    print_table("款项申请单", ("编号", "种类", "状态", "账户/账单/房号", "金额", "待签批"), rows)
    say(f"共 {len(rows)} 张")


@billing_request_verbs.command("deposit")
def deposit(
    account: Annotated[str, typer.Argument(help="缴费账户")],
    *,
    amount: Amount,
    method: Annotated[PaymentMethod, typer.Option("--method", help="收款方式")] = PaymentMethod.CASH,
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """收押金:不是收入,退还或扣款须经申请和签批"""
    body = {"account": account, "amount": amount, "method": method.value}
    with service_centre(person, community) as centre:
        answer = centre.send(centre.in_community("billing", "deposits"), body, new_key(key))
    say(f"已入账 {answer['payment']}")


def _detail(text: str) -> tuple[str, Any]:
    """A detail as the request knows it: bills as a list, a clause as yes or no."""
    name, value = named(text)
    match name:
        case "bills":
            return name, [bill for bill in value.split(",") if bill]
        case "late_fee_clause":
            return name, value == "true"
        case _:
            return name, value


def _waits_for(answer: dict[str, Any]) -> str:
    return "、".join(Role(post).label for post in answer["waits_for"])


def _show(answer: dict[str, Any]) -> None:
    facts = [
        ("种类", answer["kind_label"]),
        ("状态", answer["state_label"]),
        ("账户/账单/房号", answer["subject"]),
        ("金额", answer["amount"]),
        ("原因", answer["reason"]),
        ("申请", f"{answer['asked_by']} {moment(answer['asked_at'])}"),
        ("待签批", _waits_for(answer)),
    ]
    if Decimal(answer["late_fee_returned"]):
        facts.append(("多收违约金转预存", answer["late_fee_returned"]))
    print_facts(answer["number"], facts)
    signed = [
        (Role(one["post"]).label, one["staff"], "同意" if one["approved"] else "退回", moment(one["at"]), one["note"])
        for one in answer["signatures"]
    ]
    print_table("签批", ("岗位", "工号", "意见", "时间", "说明"), signed)
