"""The quarter by command 季度收费: opening it, the table, notices, facts, payments, accounts."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import typer

from starters.cli.asking import CommunityOption, JsonOption, KeyOption, PersonOption, new_key, service_centre
from starters.cli.billing_cash_verbs import Amount
from starters.cli.case_page import instant
from starters.cli.printed_file import refuse_to_lose, write_printed
from starters.cli.screen import print_facts, print_json, print_table, say
from workflows.messages.fee_opening import FeePeriodKind
from workflows.messages.ledger import BillKind, FeeItem, PaymentMethod
from workflows.messages.unit_facts import UnitFactKind

billing_quarter_verbs = typer.Typer()
_Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="DAY", help="日期,如 2026-03-25")]
_Quarter = Annotated[str, typer.Argument(metavar="QUARTER", help="季度,如 2026Q2")]
_Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="缴费账户,如 1-101-Y1")]

_TABLE: Final = {
    "unit": "房号",
    "payer": "业主",
    "area": "面积",
    "price": "标准",
    "charge": "应收",
    "adjustment": "上期调整",
    "arrears": "上季欠费",
    "late_fee": "滞纳金",
    "prepaid": "预存抵扣",
    "due_total": "本月应收",
    "reason": "退回原因",
}


@billing_quarter_verbs.command("open")
def open_period(
    kind: Annotated[FeePeriodKind, typer.Argument(help="cycle 季度收费,month 收费月结")],
    day: _Day,
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """开立某日所属的季度收费单或月结单;定时任务会自行开立,重复开立是同一张"""
    with service_centre(person, community) as centre:
        body = {"kind": kind.value, "day": str(day.date())}
        answer = centre.send(centre.in_community("billing", "periods"), body, new_key(key))
    say(f"{answer['number']} {'已开立' if answer['created'] else '早已开立'}")


@billing_quarter_verbs.command("table")
def table(
    quarter: _Quarter,
    *,
    version: Annotated[int, typer.Option(min=0, help="第几版;不填为现行版")] = 0,
    returned: Annotated[bool, typer.Option("--returned", help="只列出退回和待重算的行")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.xlsx", help="存成电子表格")] = None,
    as_json: JsonOption = False,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """《应收管理费用明细表》;管家只看到已审核的、自己片区的"""
    with service_centre(person, community) as centre:
        if out is not None:
            refuse_to_lose(out, overwrite=False)
            query = f"quarter={quarter}&version={version}"
            write_printed(out, centre.fetch(centre.in_community("billing", "table.xlsx") + f"?{query}"))
            say(f"已存为 {out}")
            return
        path = centre.in_community("billing", "table")
        asked: dict[str, str | int | bool | None] = {"quarter": quarter, "version": version}
        answer = centre.read(path, asked)
        rows: list[dict[str, Any]] = list(answer["rows"])
        following = answer["next"]
        while following:
            page = centre.read(path, {**asked, "version": answer["version"], "after": following})
            rows += page["rows"]
            following = page["next"]
    if as_json:
        print_json({**answer, "rows": rows, "next": ""})
        return
    shown = [row for row in rows if not returned or row["state"] != "ready"]
    title = f"{quarter} 第{answer['version']}版 {answer['state']}"
    print_table(title, tuple(_TABLE.values()), [tuple(row[name] for name in _TABLE) for row in shown])
    say(f"共 {len(shown)} 行,本月应收合计 {answer['figures']['due_total']} 元")


@billing_quarter_verbs.command("unsent")
def unsent(as_json: JsonOption = False, person: PersonOption = "", community: CommunityOption = "") -> None:
    """待派发的《缴费通知单》;管家只看到自己片区的"""
    found: list[dict[str, Any]] = []
    with service_centre(person, community) as centre:
        path = centre.in_community("billing", "notices", "unsent")
        while some := centre.read(path, {"after": found[-1]["number"] if found else ""}):
            found += some
    if as_json:
        print_json(found)
        return
    names = ("number", "unit", "account", "steward_area", "total", "issued_on")
    rows = [tuple(one[name] for name in names) for one in found]
    print_table("待派发", ("编号", "房号", "账户", "片区", "金额", "开具"), rows)
    say(f"共 {len(rows)} 份")


@billing_quarter_verbs.command("send")
def send(
    notices: Annotated[list[str], typer.Argument(metavar="NUMBER=TOTAL ...", help="通知单编号=填写的金额")],
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """派发填好的《缴费通知单》:金额须与明细表一分不差;有一份不符,全部不派发"""
    written = [text.partition("=") for text in notices]
    if any(not total for _, _, total in written):
        raise typer.BadParameter("应写成 JF-2026-000001=751.80", param_hint="NUMBER=TOTAL")
    body = {"notices": [{"number": number, "total": total} for number, _, total in written]}
    with service_centre(person, community) as centre:
        answer = centre.send(centre.in_community("billing", "notices", "sent"), body)
    print_table(
        "已派发", ("编号", "账户", "缴费期限"), [(one["number"], one["account"], one["due_on"]) for one in answer]
    )


@billing_quarter_verbs.command("fact")
def fact(
    unit: Annotated[str, typer.Argument(help="房号")],
    kind: Annotated[UnitFactKind, typer.Argument(help="事实")],
    day: _Day,
    *,
    account: Annotated[str, typer.Option(help="退租后由谁缴费")] = "",
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="到哪一天")] = None,
    works_seen: Annotated[bool, typer.Option("--works-seen", help="撤销许可时已见施工")] = False,
    entered_by: Annotated[str, typer.Option(metavar="STAFF", help="主管确认入住时:看到的管家")] = "",
    evidence: Annotated[str, typer.Option(help="依据")] = "",
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """登记房屋事实:收房、过户、出租、退租、装修许可、施工、入住 …"""
    body = {
        "unit": unit, "kind": kind.value, "day": str(day.date()), "account": account,
        "until": None if until is None else str(until.date()), "works_seen": works_seen, "entered_by": entered_by,
        "evidence": evidence,
    }  # fmt: skip
    with service_centre(person, community) as centre:
        answer = centre.send(centre.in_community("billing", "facts"), body, new_key(key))
    facts = [
        ("缴费账户", answer["account"]),
        ("新账单", "、".join(answer["bills"])),
        ("调整", "、".join(f"{whose} {amount}" for whose, amount in answer["adjusted"].items())),
        ("多收违约金转预存", answer["late_fee_returned"] if Decimal(answer["late_fee_returned"]) else ""),
        ("重新审核", answer["table_in_review"]),
    ]
    print_facts(f"{unit} {kind.value}", [one for one in facts if one[1]])


@billing_quarter_verbs.command("payer")
def payer(
    account: _Account,
    since: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="SINCE", help="名册中的入住日期")],
    *,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """账户属哪一户:名册看不出或有误时,由客服指明"""
    with service_centre(person, community) as centre:
        path = centre.in_community("billing", "accounts", account, "household")
        centre.send(path, {"since": str(since.date())})
    say(f"{account} 的缴费人已登记为 {since.date()} 入住的住户")


@billing_quarter_verbs.command("pay")
def pay(
    account: _Account,
    *,
    amount: Amount,
    method: Annotated[PaymentMethod, typer.Option("--method", help="收款方式")] = PaymentMethod.CASH,
    bill: Annotated[list[str] | None, typer.Option(metavar="BILL", help="客户指定先付的账单;可重复")] = None,
    reference: Annotated[
        str, typer.Option(metavar="REF", help="转账、代扣、支票的银行流水号,转账须填;同一流水只入账一次")
    ] = "",
    value_date: Annotated[str, typer.Option(metavar="TIME", help="银行到账时间,如 2026-04-14 16:20;不填是现在")] = "",
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """收款:先付客户指定的,否则先付最早的欠费;多付的转为预存"""
    body = {
        "account": account, "amount": amount, "method": method.value, "designated": bill or [],
        "bank_reference": reference, "succeeded_at": instant(value_date),
    }  # fmt: skip
    with service_centre(person, community) as centre:
        answer = centre.send(centre.in_community("billing", "payments"), body, new_key(key))
    kinds = {"principal": "本金", "late_fee": "滞纳金", "prepayment": "预存"}
    rows = [(part["bill"], kinds.get(part["kind"], part["kind"]), part["amount"]) for part in answer["parts"]]
    print_table(f"收款 {answer['number']}", ("账单", "用途", "金额"), rows)


@billing_quarter_verbs.command("reverse")
def reverse(
    payment: Annotated[str, typer.Argument(metavar="NUMBER", help="收款编号,如 SK-2026-000001")],
    *,
    reason: Annotated[str, typer.Option(help="原因;停车、经营性等直接收入必填")] = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """冲回一笔收款,由收款人以外的人办理;账单按原期限重新打开"""
    with service_centre(person, community) as centre:
        answer = centre.send(centre.in_community("billing", "payments", payment, "reversal"), {"reason": reason})
    say(f"{payment} 已冲回" + (f",账户 {answer['account']}" if answer["account"] else ""))


@billing_quarter_verbs.command("account")
def account_standing(
    account: _Account, as_json: JsonOption = False, person: PersonOption = "", community: CommunityOption = ""
) -> None:
    """一个账户的未缴账单、滞纳金和预存"""
    with service_centre(person, community) as centre:
        answer = centre.read(centre.in_community("billing", "accounts", account))
    if as_json:
        print_json(answer)
        return
    rows = [
        (one["number"], FeeItem(one["item"]).label, BillKind(one["kind"]).label, one["due_on"], one["principal"],
         one["late_fee"], one["disputed"])
        for one in answer["bills"]
    ]  # fmt: skip
    print_table(account, ("账单", "项目", "种类", "期限", "未缴本金", "滞纳金", "争议"), rows)
    say(f"预存 {answer['prepaid']} 元")


@billing_quarter_verbs.command("statement")
def statement(
    account: _Account,
    *,
    first: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="从哪一天")] = None,
    last: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="到哪一天")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="存成 .xlsx 电子表格,或可打印的 .pdf")
    ] = None,
    as_json: JsonOption = False,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """《业主收费台账》:一个账户的每笔应收、收款、收据和余额"""
    days = {name: str(day.date()) for name, day in (("first", first), ("last", last)) if day is not None}
    with service_centre(person, community) as centre:
        path = centre.in_community("billing", "accounts", account)
        if out is not None:
            kind = ".pdf" if out.suffix.lower() == ".pdf" else ".xlsx"
            refuse_to_lose(out, overwrite=False)
            write_printed(out, centre.fetch(f"{path}/statement{kind}?{urlencode(days)}"))
            say(f"已存为 {out}")
            return
        answer = centre.read(f"{path}/statement", days)
    if as_json:
        print_json(answer)
        return
    names = ("day", "kind_label", "charged", "paid", "late_fee", "prepaid", "deposit", "owed", "prepaid_balance")
    rows = [(*(one[name] for name in names), "、".join(one["receipts"])) for one in answer["lines"]]
    columns = ("日期", "摘要", "应收", "已收", "滞纳金", "预存", "押金", "欠费余额", "预存余额", "收据号")
    print_table(f"{account} {answer['payer']} 上期结转 {answer['owed_before']}", columns, rows)
    say(f"欠费本金 {answer['owed']} 元,预存 {answer['prepaid']} 元,押金 {answer['deposit']} 元")
