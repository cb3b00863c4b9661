"""The cash desk by command 收银台: shifts, the day's closing, receipts; incomes are in ``billing_income_verbs``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

import typer

from starters.cli.asking import CommunityOption, PersonOption, service_centre
from starters.cli.form_page import label
from starters.cli.screen import LOCAL, moment, print_table, say
from workflows.messages.cash_desk import CashDestination, ReceiptState
from workflows.messages.ledger import PaymentMethod

billing_cash_verbs = typer.Typer()
Json = Mapping[str, Any]
_METHODS: Final = "、".join(f"{method.value}({method.label})" for method in PaymentMethod)
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="DAY", help="日期,如 2026-04-14")]
ShiftArgument = Annotated[int, typer.Argument(metavar="SHIFT", help="班次号")]
SlipArgument = Annotated[str, typer.Argument(metavar="SLIP", help="缴款单号,如 JK-2026-000001")]
ReceiptArgument = Annotated[int, typer.Argument(metavar="RECEIPT", help="收据号")]
Reference = Annotated[str, typer.Option("--reference", metavar="NO", help="银行回单号")]
Deposited = Annotated[
    str, typer.Option("--at", metavar="TIME", help="存款时间,如 2026-04-14T16:20:00+08:00;不填是现在")
]
Amount = Annotated[str, typer.Option("--amount", metavar="CNY", help="金额,如 1240.00")]


@billing_cash_verbs.command("open-shift")
def open_shift(person: PersonOption = "", community: CommunityOption = "") -> None:
    """开班:打开自己今天的当班"""
    say(f"已开班,班次号 {_send(('shifts',), {}, person, community)['shift']}")


@billing_cash_verbs.command("count-shift")
def count_shift(
    shift: ShiftArgument,
    counted: Annotated[list[str], typer.Argument(metavar="METHOD=CNY…", help=f"逐项实点金额:{_METHODS}")],
    *,
    reason: Annotated[str, typer.Option(help="长款/短款原因")] = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """清点当班;有长款/短款的,要等主管审批才能关班"""
    pairs = [each.partition("=") for each in counted]
    if not all(separator for _, separator, _ in pairs):
        raise typer.BadParameter("请写成 方式=金额,如 cash=1240.00", param_hint="METHOD=CNY")
    body = {"counted": {method: amount for method, _, amount in pairs}, "reason": reason}
    _print_shifts([_send(("shifts", str(shift), "count"), body, person, community)])


@billing_cash_verbs.command("approve-shift")
def approve_shift(shift: ShiftArgument, person: PersonOption = "", community: CommunityOption = "") -> None:
    """主管审批长款/短款,并关班"""
    _print_shifts([_send(("shifts", str(shift), "approval"), {}, person, community)])


@billing_cash_verbs.command("close-day")
def close_day(
    day: Day,
    *,
    reference: Reference = "",
    amount: Amount = "",
    at: Deposited = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """日结,出《缴款单》;已存行的填回单号和金额"""
    body = {"deposit": _deposit(reference, at, amount)} if reference else {}
    _print_slips([_send(("days", str(day.date()), "closing"), body, person, community)])


@billing_cash_verbs.command("cash-day")
def cash_day(day: Day, person: PersonOption = "", community: CommunityOption = "") -> None:
    """一天的当班、缴款单和停车交账"""
    with service_centre(person, community) as centre:
        answer = centre.read(centre.in_community("billing", "days", str(day.date())))
    _print_shifts(answer["shifts"])
    _print_slips(answer["slips"])
    print_hand_ins(answer["parking"])


@billing_cash_verbs.command("receive-cash")
def receive_cash(slip: SlipArgument, person: PersonOption = "", community: CommunityOption = "") -> None:
    """财务部确认已接收当日须交财务的现金"""
    _print_slips([_send(("slips", slip, "received"), {}, person, community)])


@billing_cash_verbs.command("confirm-banking")
def confirm_banking(
    slip: SlipArgument,
    *,
    reference: Reference,
    amount: Amount,
    at: Deposited = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """确认在途现金已存行"""
    _print_slips([_send(("slips", slip, "banked"), _deposit(reference, at, amount), person, community)])


@billing_cash_verbs.command("open-book")
def open_book(
    code: Annotated[str, typer.Argument(metavar="BOOK", help="收据本号")],
    first: Annotated[int, typer.Argument(min=1, help="起号")],
    last: Annotated[int, typer.Argument(min=1, help="止号")],
    holder: Annotated[str, typer.Argument(metavar="STAFF", help="领用的收银员工号")],
    *,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """登记收据本,交收银员领用"""
    body = {"code": code, "first": first, "last": last, "holder": holder}
    answer = _send(("receipt-books",), body, person, community)
    say(f"收据本 {answer['code']} 由 {answer['holder']} 领用")


@billing_cash_verbs.command("books")
def books(
    month: Annotated[str, typer.Argument(metavar="YYYY-MM", help="月份")],
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """《票据交回》:一个月里已用、作废、红字、未用和缺号"""
    with service_centre(person, community) as centre:
        answer = centre.read(centre.in_community("billing", "receipt-books"), {"month": month})
    rows = [
        (book["book"], book["holder"], *(_numbers(book[name]) for name in ("used", "void", "red")),
         f"{book['unused_from']}–{book['unused_to']}" if book["unused_from"] <= book["unused_to"] else "",
         _numbers(book["missing"]))
        for book in answer
    ]  # fmt: skip
    print_table("", ("收据本", "领用人", "已用", "作废", "红字", "未用", "缺号"), rows)


@billing_cash_verbs.command("receipt")
def receipt(
    payment: Annotated[str, typer.Argument(metavar="PAYMENT", help="收款编号,如 SK-2026-000001")],
    *,
    amount: Amount,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """开收据"""
    answer = _send(("receipts",), {"payment": payment, "amount": amount}, person, community)
    say(f"收据号 {answer['printed']}")


@billing_cash_verbs.command("cancel-receipt")
def cancel_receipt(
    number: ReceiptArgument,
    *,
    reason: Annotated[str, typer.Option(help="原因")],
    copies_kept: Annotated[bool, typer.Option("--copies-kept", help="全部联次已收回")] = False,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """申请作废(日结前)或红冲(日结后)"""
    body = {"reason": reason, "copies_kept": copies_kept}
    _send(("receipts", str(number), "cancellation"), body, person, community)
    say(f"收据 {number} 已申请,待批准")


@billing_cash_verbs.command("void-receipt")
def void_receipt(number: ReceiptArgument, person: PersonOption = "", community: CommunityOption = "") -> None:
    """主管批准作废,并重开"""
    _say_cancelled(_send(("receipts", str(number), "void"), {}, person, community))


@billing_cash_verbs.command("red-receipt")
def red_receipt(number: ReceiptArgument, person: PersonOption = "", community: CommunityOption = "") -> None:
    """财务部批准红冲,并重开"""
    _say_cancelled(_send(("receipts", str(number), "red"), {}, person, community))


@billing_cash_verbs.command("lost-receipt")
def lost_receipt(number: ReceiptArgument, person: PersonOption = "", community: CommunityOption = "") -> None:
    """登记客户联遗失(原收据不重开)"""
    _send(("receipts", str(number), "lost"), {}, person, community)
    say(f"收据 {number} 已登记遗失")


def print_hand_ins(hand_ins: list[Json]) -> None:
    """The car park's hand-ins, with what was declared, the rate of 收费率 and whether it is 100 %."""
    columns = ("日期", "车管员", "票数", "应收", "申报", "实收", "差额", "短款", "收费率", "", "免费", "核对人")
    rows = [
        (
            each["day"],
            each["attendant"],
            *(each["figures"][name] for name in ("tickets", "due")),
            each["declared"]["received"] if each["declared"] else "",
            each["figures"]["received"],
            each["difference"] or "",
            each["shortage"],
            "" if each["rate"] is None else f"{float(each['rate']):.2%}",
            "达标" if each["target_met"] else "未达标",
            each["figures"]["free_passes"],
            each["checked_by"] or "待核对",
        )
        for each in hand_ins
    ]
    print_table("停车交账", columns, rows)


def _send(path: tuple[str, ...], body: Json, person: str, community: str) -> Any:
    with service_centre(person, community) as centre:
        return centre.send(centre.in_community("billing", *path), body)


def _deposit(reference: str, at: str, amount: str) -> Json:
    return {"reference": reference, "at": at or datetime.now(LOCAL).isoformat(timespec="seconds"), "amount": amount}


def _print_shifts(shifts: list[Json]) -> None:
    nothing = [{"method": "", "booked": "", "counted": "", "variance": ""}]
    rows = [
        (
            shift["shift"],
            shift["staff"],
            label(PaymentMethod, count["method"]),
            *(count[name] for name in ("booked", "counted", "variance")),
            _stands(shift),
        )
        for shift in shifts
        for count in shift["counts"] or nothing
    ]
    print_table("当班", ("班次号", "收银员", "方式", "系统", "实点", "差额", "状态"), rows)


def _stands(shift: Json) -> str:
    if shift["awaits_approval"]:
        return "待主管审批"
    return f"已关班 {shift['slip']}".rstrip() if shift["closed_at"] else "当班中"


def _print_slips(slips: list[Json]) -> None:
    rows = [
        (slip["slip"], slip["day"], slip["cash"], label(CashDestination, slip["destination"]),
         slip["bank_reference"], moment(slip["banked_at"]), slip["closed_by"], slip["received_by"])
        for slip in slips
    ]  # fmt: skip
    columns = ("缴款单", "日期", "现金", "去向", "回单号", "存行时间", "缴款人", "接收人")
    print_table("缴款单", columns, rows)


def _say_cancelled(answer: Json) -> None:
    red = f",红字收据 {answer['red']}" if answer["red"] else ""
    again = f",重开 {answer['reissued']}" if answer["reissued"] else ""
    say(f"收据 {answer['number']} {label(ReceiptState, answer['state'])}{red}{again}")


def _numbers(numbers: list[int]) -> str:
    return "、".join(str(number) for number in numbers)
