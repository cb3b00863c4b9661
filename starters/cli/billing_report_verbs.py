"""``guanjia billing``: the reports of the fees, who is in arrears and why 收费报表."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from starters.cli.asking import REFUSED, CommunityOption, JsonOption, PersonOption, service_centre
from starters.cli.screen import moment, plain, print_facts, print_json, print_table, say, warnings

billing_report_verbs = typer.Typer()


class KindArgument(StrEnum):
    """How long a period, as it is typed."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"

    @property
    def in_path(self) -> str:
        """As the API spells it."""
        return self.replace("-", "_")


Kind = Annotated[KindArgument, typer.Argument(metavar="KIND", help="month、quarter、half-year 或 year")]
Period = Annotated[str, typer.Argument(metavar="PERIOD", help="2026-04、2026Q2、2026H1 或 2026")]


@billing_report_verbs.command()
def report(
    kind: Kind,
    period: Period,
    *,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="存成 .xlsx 或 .pdf")] = None,
    as_json: JsonOption = False,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """收费报表:收费率、清欠率、各项费用;已报送的照报送时的样子"""
    if out is not None:
        _save(out, kind, period, person, community)
        return
    with service_centre(person, community) as centre:
        answer = centre.read(centre.in_community("billing", "reports", kind.in_path, period))
    if _printed(answer, as_json=as_json):
        return
    columns = (
        "项目",
        "应收",
        "已收",
        "欠费",
        "往期欠费",
        "清欠收回",
        "往期未清",
        "已收滞纳金",
        "未收滞纳金",
        "直接收入",
    )
    names = ("due", "received", "arrears", "old_due", "old_received", "old_arrears")
    late = ("late_fee_received", "late_fee_owed", "direct")
    rows = [(one["label"], *(one[name] for name in (*names, *late))) for one in answer["kinds"]]
    print_table(f"{answer['label']}收费报表(元)", columns, rows)
    collection, clearing, parking = answer["collection"], answer["clearing"], answer["parking"]["rate"]
    print_facts(
        "",
        (
            ("综合收费率", f"{collection['percent']}({'达标' if collection['met'] else '未达标'})"),
            ("清欠率", clearing["percent"]),
            ("停车场收费率", parking["percent"]),
            ("收款截至", answer["cut_off"]),
            ("应于此前报送", moment(answer["due_at"])),
            ("已报送", moment(answer.get("sent_at"))),
            ("缺收据号", "、".join(map(str, answer["receipts"]["missing"]))),
        ),
    )
    changed = [(one["label"], one["due"], one["received"], one["percent_now"]) for one in answer["adjustments"]]
    print_table("调整", ("报表", "应收", "已收", "现收费率"), changed)


@billing_report_verbs.command()
def lines(
    kind: Kind,
    period: Period,
    figure: Annotated[str, typer.Argument(metavar="FIGURE", help="如 due、received、arrears、collected")],
    *,
    item: Annotated[str, typer.Option("--item", help="只看一个收费项目或收取方式")] = "",
    offset: Annotated[int, typer.Option("--offset", min=0, help="从第几行起")] = 0,
    as_json: JsonOption = False,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """报表中一个数字的来源:逐笔账单、分录或收款"""
    with service_centre(person, community) as centre:
        path = centre.in_community("billing", "reports", kind.in_path, period, "lines")
        answer = centre.read(path, {"figure": figure, "item": item, "offset": offset})
    if _printed(answer, as_json=as_json):
        return
    rows = [
        (one["on_day"], one["reference"], one["account"], one["unit"], one["item"], one["amount"])
        for one in answer["lines"]
    ]
    print_table(answer["label"], ("日期", "凭据", "账户", "房号", "项目", "金额(元)"), rows)
    say(f"共 {answer['count']} 行,合计 {answer['total']} 元")


@billing_report_verbs.command()
def arrears(
    *,
    area: Annotated[str, typer.Option("--area", help="只看一个片区")] = "",
    as_json: JsonOption = False,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """欠费一览:账龄、原因、催缴进度,最久的在前"""
    with service_centre(person, community) as centre:
        answer = centre.read(centre.in_community("billing", "arrears"), {"area": area})
    if _printed(answer, as_json=as_json):
        return
    rows = [
        (one["account"], one["unit"], one["area"], one["principal"], one["late_fee"], one["oldest_due"], one["days"],
         one["reason_label"], one["stage"], one["case"])
        for one in answer["accounts"]
    ]  # fmt: skip
    columns = ("账户", "房号", "片区", "本金(元)", "滞纳金(元)", "最早到期", "天数", "原因", "催缴", "催缴单")
    print_table("", columns, rows)
    say(f"{len(rows)} 户{',还有更多' if answer['next'] else ''},数据截至 {moment(answer['as_of'])}")


@billing_report_verbs.command()
def reason(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="缴费账户,如 1-101-Y1")],
    cause: Annotated[
        str,
        typer.Argument(
            metavar="CAUSE",
            help="vacant 无人居住、quality_dispute 质量争议、service_dispute 服务争议、unreachable 失联、"
            "hardship 困难、other 其他",
        ),
    ],
    *,
    note: Annotated[str, typer.Option("--note", help="说明")] = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """登记一户欠费的原因;没有原因,报表不能报送"""
    body = {"reasons": [{"account": account, "reason": cause, "note": note}]}
    with service_centre(person, community) as centre:
        answer = centre.send(centre.in_community("billing", "arrears-reasons"), body)
    say("已登记" if answer["entered"] else "今天已登记过同样的原因")


@billing_report_verbs.command()
def overview(
    quarter: Annotated[str, typer.Argument(metavar="QUARTER", help="如 2026Q2")],
    as_json: JsonOption = False,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """一个季度的收费概况"""
    with service_centre(person, community) as centre:
        answer = centre.read(centre.in_community("billing", "overview"), {"quarter": quarter})
    if _printed(answer, as_json=as_json):
        return
    collection = answer["collection"]
    print_facts(
        answer["label"],
        (
            ("应收(元)", collection["due"]),
            ("已收(元)", collection["received"]),
            ("综合收费率", f"{collection['percent']}({'达标' if collection['met'] else '未达标'})"),
            ("未派发通知单", answer["unsent_notices"]),
            ("在途现金(元)", answer["cash_in_transit"]),
            ("数据截至", moment(answer["as_of"])),
        ),
    )
    rows = [(one["stage"], one["accounts"], one["principal"]) for one in answer["arrears"]]
    print_table("催缴中", ("进度", "户数", "欠费(元)"), rows)


def _printed(answer: Any, *, as_json: bool) -> bool:
    if as_json:
        print_json(answer)
    return as_json


def _save(out: Path, kind: KindArgument, period: str, person: str, community: str) -> None:
    if out.suffix not in (".xlsx", ".pdf"):
        raise typer.BadParameter("文件名应以 .xlsx 或 .pdf 结尾", param_hint="--out")
    if out.exists():
        warnings().print(plain(f"文件 {out} 已存在,不会覆盖"))
        raise typer.Exit(REFUSED)
    with service_centre(person, community) as centre:
        path = centre.in_community("billing", "reports", kind.in_path, f"{period}{out.suffix}")
        content = centre.fetch(path)
    out.write_bytes(content)
    say(f"已存为 {out}")
