"""The car park, paid services and money without a bill by command 停车、有偿服务、直接收入."""

from datetime import datetime
from typing import Annotated

import typer

from starters.cli.asking import CommunityOption, KeyOption, NumberArgument, PersonOption, new_key, service_centre
from starters.cli.billing_cash_verbs import Amount, print_hand_ins
from starters.cli.screen import print_table, say
from workflows.messages.ledger import PaymentMethod

billing_income_verbs = typer.Typer()
Method = Annotated[PaymentMethod, typer.Option("--method", help="收款方式")]


@billing_income_verbs.command("parking")
def parking(
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="DAY", help="日期,如 2026-04-14")],
    *,
    tickets: Annotated[int, typer.Option(min=0, help="票数")],
    due: Annotated[str, typer.Option(metavar="CNY", help="应收")],
    received: Annotated[str, typer.Option(metavar="CNY", help="实收现金")],
    free: Annotated[int, typer.Option(min=0, help="经批准免费放行的车次,不计应收")] = 0,
    attendant: Annotated[str, typer.Option(metavar="STAFF", help="车管员工号;收银员核对时填写")] = "",
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """停车场交账:车管员交账,收银员核对并收款"""
    body = {
        "day": str(day.date()), "attendant": attendant, "tickets": tickets, "due": due, "received": received,
        "free_passes": free,
    }  # fmt: skip
    with service_centre(person, community) as centre:
        print_hand_ins([centre.send(centre.in_community("billing", "parking"), body, new_key(key))])


@billing_income_verbs.command("services")
def services(
    month: Annotated[str, typer.Argument(metavar="YYYY-MM", help="月份")],
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """《有偿服务费明细》,以及已收未交的款项"""
    with service_centre(person, community) as centre:
        answer = centre.read(centre.in_community("billing", "services"), {"month": month})
    names = ("case", "unit", "accepted_on", "service_fee", "agency", "collected", "bill")
    rows = [tuple(job[name] for name in names) for job in answer["jobs"]]
    print_table("有偿服务费明细", ("单号", "房号", "验收日期", "服务费", "代办款", "已收", "账单"), rows)
    waiting = [(each["case"], each["amount"]) for each in answer["not_handed_in"]]
    print_table("已收未交", ("单号", "金额"), waiting)
    say(f"共 {len(rows)} 单")


@billing_income_verbs.command("hand-in")
def hand_in(
    number: NumberArgument,
    *,
    method: Method = PaymentMethod.CASH,
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """收银员接收一张单上已收的款项"""
    with service_centre(person, community) as centre:
        path = centre.in_community("billing", "services", number, "handed-in")
        answer = centre.send(path, {"method": method.value}, new_key(key))
    say(f"已入账 {answer['payment']}")


@billing_income_verbs.command("income")
def income(
    code: Annotated[str, typer.Argument(metavar="ITEM", help="《收费标准》中的项目编码")],
    quantity: Annotated[str, typer.Argument(metavar="QUANTITY", help="数量,如 1 或 0.5")],
    *,
    method: Method = PaymentMethod.CASH,
    account: Annotated[str, typer.Option(help="缴费账户;没有的不填")] = "",
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """收取经营性、装修、停车费用或代收款,按公示标准"""
    body = {"code": code, "quantity": quantity, "method": method.value, "account": account}
    with service_centre(person, community) as centre:
        answer = centre.send(centre.in_community("billing", "incomes"), body, new_key(key))
    say(f"已入账 {answer['payment']}")


@billing_income_verbs.command("pay-agency")
def pay_agency(
    code: Annotated[str, typer.Argument(metavar="ITEM", help="代收项目编码")],
    *,
    amount: Amount,
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """财务部从银行代付,不超过代收余额"""
    with service_centre(person, community) as centre:
        path = centre.in_community("billing", "agency", code, "payouts")
        answer = centre.send(path, {"amount": amount}, new_key(key))
    say(f"已代付,凭证号 {answer['entry']}")
