"""Printing the forms of a case 打印单据, and the register of what was printed."""

from enum import StrEnum
from typing import Annotated

import typer

from starters.cli.asking import CommunityOption, NumberArgument, PersonOption, service_centre
from starters.cli.printed_file import OutOption, OverwriteOption, refuse_to_lose, write_printed
from starters.cli.screen import moment, print_table, say

document_verbs = typer.Typer()


class FormArgument(StrEnum):
    """Which form, as it is typed."""

    REPAIR_RECORD = "repair-record"
    WORK_ORDER = "work-order"
    REVISIT_RECORD = "revisit-record"
    SERVICE_RECORD = "service-record"


@document_verbs.command("print")
def print_form(
    number: NumberArgument,
    form: Annotated[
        FormArgument, typer.Argument(metavar="FORM", help="repair-record、work-order、revisit-record 或 service-record")
    ],
    *,
    out: OutOption,
    overwrite: OverwriteOption = False,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """打印一张单的表单(PDF);每次打印都编号登记,第二次起注明补打"""
    refuse_to_lose(out, overwrite=overwrite)
    with service_centre(person, community) as centre:
        path = centre.in_community("cases", number, "documents", form.replace("-", "_"))
        content, about = centre.print_out(path)
    write_printed(out, content)
    copy = about.get("x-print-copy", "0")
    which = "原件" if copy == "0" else f"补打第{copy}次"
    say(f"已写入 {out}({len(content)} 字节),打印编号 {about.get('x-print-number', '')},{which}")


@document_verbs.command("prints")
def list_prints(number: NumberArgument, person: PersonOption = "", community: CommunityOption = "") -> None:
    """列出一张单的打印记录"""
    with service_centre(person, community) as centre:
        register = centre.read(centre.in_community("cases", number, "documents"))
    rows = [
        (
            entry["print_number"],
            entry["form_label"],
            f"补打第{entry['copy_number']}次" if entry["copy_number"] else "原件",
            moment(entry["printed_at"]),
            entry["printed_by"].get("code") or entry["printed_by"].get("role"),
        )
        for entry in register["prints"]
    ]
    print_table("", ("打印编号", "表单", "原件/补打", "打印时间", "打印人"), rows)
    say(f"共打印 {len(rows)} 次")
