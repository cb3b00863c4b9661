"""``guanjia person``: what the centre holds about a person, handed out 查阅复制 and erased 删除 (PIPL art. 44-47)."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from activities.persons.requests import Requester
from deploy.records_here import records_here
from deploy.settings_here import settings_here
from starters.cli.printed_file import OverwriteOption, ready_to_print, refuse_to_lose
from starters.cli.screen import LOCAL, print_table, say

if TYPE_CHECKING:  # what needs the database is imported when it runs, like everything in ``process_verbs``
    from activities.attachments.attachments import Attachments
    from activities.connections.database import Database
    from activities.connections.settings import Settings
    from activities.persons.erasing import Plan
    from activities.records.suppression_list import SuppressionList

person_verbs = typer.Typer(help="个人信息:查阅、复制、删除", no_args_is_help=True)

StaffOption = Annotated[str, typer.Option("--staff", help="经办人的工号")]
AskedByOption = Annotated[
    Requester, typer.Option("--asked-by", help="谁提出的:person 本人,agent 受托人,relative 近亲属,authority 主管机关")
]
AccountOption = Annotated[
    str, typer.Option("--account", metavar="项目/账户", help="按缴费账户找人,如 YGHY/1-101-Y1;不填则输入电话号码")
]


@person_verbs.callback()
def _persons() -> None:
    """Verbs of persons; one of them has to be named."""


@person_verbs.command("export")
def export(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", dir_okay=False, help="写入哪个文件:.json 或 .xlsx")],
    staff: StaffOption,
    asked_by: AskedByOption = Requester.PERSON,
    account: AccountOption = "",
    overwrite: OverwriteOption = False,
) -> None:
    """导出本中心持有的某人的全部信息;电话号码在提示后输入,或由标准输入给出,不作为参数。文件只有本人可读"""
    from activities.persons.export import as_json, export_person, rows_held
    from activities.persons.refused import PersonRefusedError
    from activities.persons.requests import RequestStep, new_request, record_step
    from activities.persons.workbook import as_workbook

    if out.suffix not in {".json", ".xlsx"}:
        raise typer.BadParameter("请写成 .json 或 .xlsx", param_hint="--out")
    refuse_to_lose(out, overwrite=overwrite)
    with records_here(settings_here()) as database, _refusals_said():
        person = _person(database, account)
        found, document = export_person(database, person, datetime.now(LOCAL))
        with database.begin() as connection:
            request = new_request(connection, person, asked_by, staff)
        if not found.is_anybody:
            raise PersonRefusedError("nothing_held", "没有找到此人的任何信息")
        content = as_json(document) if out.suffix == ".json" else as_workbook(document)
        # what is not on record is not handed out
        with ready_to_print(out, content), database.begin() as connection:
            record_step(connection, request, RequestStep.EXPORTED, counts=rows_held(document))
    _say_names(found.names)
    say(f"已写入 {out}({sum(rows_held(document).values())} 行),登记号 {request.number}:请当面或以加密方式交付,然后删除")


@person_verbs.command("erase")
def erase(
    staff: StaffOption,
    asked_by: AskedByOption = Requester.PERSON,
    account: AccountOption = "",
    yes: Annotated[bool, typer.Option("--yes", help="不再询问,直接删除(用于脚本)")] = False,
    listed: Annotated[bool, typer.Option("--listed", help="恢复备份之后:重做名单上备份所没有的删除")] = False,
) -> None:
    """删除某人的信息,法律要求留存的除外;先列出要做什么再询问。被打断后用同一号码重新运行即可"""
    from activities.persons import erasing
    from activities.records.suppression_list import SuppressionList

    if listed and account:
        raise typer.BadParameter("--account 与 --listed 只能取一")
    settings = settings_here()
    suppressed = SuppressionList.of(settings)
    with records_here(settings) as database, _refusals_said():
        if listed:
            raise typer.Exit(_erase_listed(database, settings, suppressed, staff, yes=yes))
        plan = _plan(database, _person(database, account))
        if plan.erases and not plan.in_the_way:
            _confirm(yes=yes)
        with _attachments(database, settings, plan) as attachments:
            done = erasing.erase(database, attachments, plan, asked_by=asked_by, staff=staff, listed=suppressed)
    say(f"已删除,登记号 {done.number}")
    say(f"Temporal 中的流程历史是加密的,最迟于 {plan.histories_until.astimezone(LOCAL):%Y-%m-%d} 自动删除")
    say("数据库和附件的备份中仍有加密的副本,到备份轮换期满为止;恢复备份后请运行 guanjia person erase --listed")


def _erase_listed(
    database: "Database", settings: "Settings", suppressed: "SuppressionList", staff: str, *, yes: bool
) -> int:
    """Repeat what a restore has undone; the exit code: 1 while something is in the way of one of them."""
    from activities.persons import erasing
    from activities.persons.refused import PersonRefusedError
    from activities.persons.requests import to_repeat

    suppressed.require_there()
    with database.begin() as connection:
        entries = to_repeat(connection, suppressed)
    say(f"名单上有 {len(suppressed.erased())} 次删除,其中 {len(entries)} 次这里还没有")
    left = 0
    for entry in entries:
        say(f"登记号 {entry.request}({entry.at.astimezone(LOCAL):%Y-%m-%d})")
        plan = _plan(database, bytes.fromhex(entry.person))
        if plan.erases and not plan.in_the_way:
            _confirm(yes=yes)
        try:
            with _attachments(database, settings, plan) as attachments:
                erasing.erase_again(database, attachments, plan, entry, staff=staff, listed=suppressed)
        except PersonRefusedError as refused:
            if refused.code != "in_the_way":
                raise
            left += 1
            typer.echo(f"{entry.request} {refused} [{refused.code}]", err=True)
    say(f"已重新删除 {len(entries) - left} 次,{left} 次有障碍:了结后请再运行一次")
    return int(left > 0)


def _plan(database: "Database", person: bytes) -> "Plan":
    """What is to be done, shown."""
    from activities.persons import erasing
    from deploy.with_temporal import with_temporal

    now = datetime.now(UTC)
    plan = with_temporal(lambda client: erasing.plan_erasure(database, client, person, now))
    _say_plan(plan)
    return plan


def _confirm(*, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter("没有终端可以询问:确认后请加 --yes", param_hint="--yes")
    typer.confirm("删除后不能恢复。确定删除吗?", abort=True)


@contextmanager
def _attachments(database: "Database", settings: "Settings", plan: "Plan") -> "Iterator[Attachments]":
    from activities.attachments.attachments import Attachments
    from activities.connections.keys import KeyRing
    from deploy.attachments_here import attachments_here

    with attachments_here(settings, database, plan.found.pictures) as store:
        yield Attachments(database, store, KeyRing.load(settings.keys_file).personal)


def _person(database: "Database", account: str) -> bytes:
    """The keyed index of whose data are asked for. A number as an argument would be seen by whoever lists processes."""
    from activities.persons.finding import index_of_payer
    from activities.persons.refused import PersonRefusedError

    if account:
        community, _, code = account.partition("/")
        with database.begin() as connection:
            found = index_of_payer(connection, database.personal, community, code)
        if found is None:
            raise PersonRefusedError("unknown_payer", f"账户 {account} 没有登记电话的缴费人")
        return found
    typed = typer.prompt("电话号码", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    if not typed.strip():
        raise typer.BadParameter("没有输入电话号码")
    return database.personal.phone_index(typed.strip())


def _say_plan(plan: "Plan") -> None:
    from activities.persons.holdings import BY_TABLE

    def rows(counts: Mapping[str, int]) -> list[tuple[str, int]]:
        return [(BY_TABLE[table].title, count) for table, count in counts.items()]

    _say_names(plan.found.names)
    pictures = [("附件(照片、签名)", plan.pictures)] if plan.pictures else []
    print_table("将删除", ("表", "行"), [*rows(plan.erased), *pictures])
    vouchers = [("附件(收费凭证)", len(plan.found.vouchers))] if plan.found.vouchers else []
    print_table("依法留存", ("表", "行"), [*rows(plan.kept), *vouchers])
    print_table("障碍", ("事项", "编号"), [(way.what.label, way.number) for way in plan.in_the_way])


def _say_names(names: int) -> None:
    if names > 1:
        say(f"请留意:这个号码下有 {names} 个不同的姓名,请先核实是否同一人")


@contextmanager
def _refusals_said() -> Iterator[None]:
    """A refusal is one line on standard error, with its code, and exit code 1."""
    from activities.persons.refused import PersonRefusedError

    try:
        yield
    except PersonRefusedError as refused:
        typer.echo(f"{refused} [{refused.code}]", err=True)
        raise typer.Exit(1) from None
