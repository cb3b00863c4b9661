"""Printing papers of fees 打印收费单据: one, or an area's notices in one file with a progress bar."""

from base64 import b64decode
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from starters.cli.asking import CommunityOption, PersonOption, service_centre
from starters.cli.printed_file import OutOption, OverwriteOption, refuse_to_lose, write_printed
from starters.cli.screen import say, warnings
from starters.cli.service_centre import ServiceCentre, UnansweredRequestError

billing_print_verbs = typer.Typer()


class PaperArgument(StrEnum):
    """Which paper, as it is typed."""

    BILL_NOTICE = "bill-notice"
    FIRST_NOTICE = "first-notice"
    SECOND_NOTICE = "second-notice"
    FINAL_NOTICE = "final-notice"
    CASH_SLIP = "cash-slip"
    RECEIPT = "receipt"


class KindOption(StrEnum):
    """Which notices, as it is typed."""

    BILL = "bill"
    FIRST = "first"
    SECOND = "second"
    FINAL = "final"


@billing_print_verbs.command("print")
def print_paper(
    form: Annotated[PaperArgument, typer.Argument(metavar="FORM", help="、".join(PaperArgument))],
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="通知单、缴款单编号或收据号,如 JF-2026-000001")],
    *,
    out: OutOption,
    proof: Annotated[bool, typer.Option("--proof", help="样张:不登记,不得送达")] = False,
    overwrite: OverwriteOption = False,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """打印一张通知单、缴款单或收据;每次打印都登记,第二次起注明补打"""
    refuse_to_lose(out, overwrite=overwrite)
    with service_centre(person, community) as centre:
        path = centre.in_community("billing", "prints", form.replace("-", "_"), number)
        content, about = centre.print_out(path, {"proof": True} if proof else {})
    write_printed(out, content)
    copy = about.get("x-print-copy", "0")
    which = {"0": "原件", "proof": "样张"}.get(copy, f"补打第{copy}次")
    say(f"已写入 {out}({len(content)} 字节),{which}")


@billing_print_verbs.command("print-notices")
def print_notices(
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="[NUMBER]...", help="通知单编号;不填则按下列条件")
    ] = None,
    *,
    out: OutOption,
    area: Annotated[str, typer.Option(metavar="CODE", help="片区")] = "",
    quarter: Annotated[str, typer.Option(metavar="QUARTER", help="季度,如 2026Q2")] = "",
    kind: Annotated[KindOption | None, typer.Option(help="缴费、首次、第二次或最后催款通知单")] = None,
    issued_on: Annotated[str, typer.Option(metavar="DAY", help="开具日期,如 2026-04-13")] = "",
    unprinted: Annotated[bool, typer.Option("--new", help="只打印还没有打印过的")] = False,
    overwrite: OverwriteOption = False,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """把许多通知单打印成一个PDF,按片区和房号排列;每张都登记"""
    refuse_to_lose(out, overwrite=overwrite)
    body: dict[str, Any] = {
        "numbers": numbers or [], "area": area, "quarter": quarter, "kind": kind or "", "unprinted": unprinted,
        "issued_on": issued_on or None,
    }  # fmt: skip
    with service_centre(person, community) as centre:
        result = _followed(centre, centre.in_community("billing", "prints", "notices"), body)
    content = b64decode(result["file"])
    write_printed(out, content)
    reprints = f",其中补打 {result['reprints']} 张" if result["reprints"] else ""
    say(f"已写入 {out}({len(content)} 字节),通知单 {result['total']} 张{reprints}")


def _followed(centre: ServiceCentre, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Show how far the batch is, and return its last line."""
    columns = (TextColumn("打印通知单"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=warnings(), transient=True) as progress:
        task = progress.add_task("", total=None)
        for said in centre.follow(path, body):
            if "file" in said:
                return said
            progress.update(task, completed=said["done"], total=said["total"])
    raise UnansweredRequestError("没有等到答复,结果未知")
