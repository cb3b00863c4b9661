"""Lists for a day's work 工作清单: a technician's day, what is overdue, the morning, the month's statement, prices."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from starters.cli.asking import REFUSED, CommunityOption, JsonOption, PersonOption, service_centre
from starters.cli.form_page import label
from starters.cli.screen import moment, plain, print_facts, print_json, print_table, say, warnings
from workflows.messages.people import Role, Trade

work_verbs = typer.Typer()
Json = Mapping[str, Any]
_OPEN = ("单号", "状态", "紧急程度", "房号", "轮到谁", "期限", "已超", "来报时间")


@work_verbs.command()
def day(
    staff: Annotated[str, typer.Option(metavar="CODE", help="工号;不填是自己")] = "",
    as_json: JsonOption = False,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """某人今天要办的事,最急的在前"""
    answer = _read("day", {"staff": staff}, person, community)
    if _printed(answer, as_json=as_json):
        return
    rows = [
        (
            job["number"],
            job["state_label"],
            job["level_label"],
            job["unit"],
            label(Trade, job["trade"]),
            moment(job["appointment_at"]) or ("今天" if job["today"] else ""),
            moment(job["due_at"]),
            _late(job),
            "第二人" if job["second"] else "",
        )
        for job in answer["jobs"]
    ]
    print_table("", ("单号", "状态", "紧急程度", "房号", "工种", "预约", "期限", "已超", ""), rows)
    say(
        f"{answer['staff']}:待办 {len(rows)} 件,今天已完工 {answer['done_today']} 件,数据截至 {moment(answer['as_of'])}"
    )


@work_verbs.command("overdue")
def overdue_items(as_json: JsonOption = False, person: PersonOption = "", community: CommunityOption = "") -> None:
    """已过期限、还没办结的单,最久的在前"""
    answer = _read("overdue", {}, person, community)
    if not _printed(answer, as_json=as_json):
        _print_items("", answer)


@work_verbs.command()
def morning(as_json: JsonOption = False, person: PersonOption = "", community: CommunityOption = "") -> None:
    """晨查:未完事项、夜间来件、补单、没有人负责的单"""
    answer = _read("morning", {}, person, community)
    if _printed(answer, as_json=as_json):
        return
    _print_items("未完事项", answer["unfinished"])
    night = [
        (entry["number"], entry["state_label"], entry["level_label"], entry["unit"], moment(entry["received_at"]),
         "补单" if entry["entered_at"] else "")
        for entry in answer["night"]
    ]  # fmt: skip
    title = f"夜间来件({moment(answer['night_from'])} 至 {moment(answer['night_until'])})"
    print_table(title, ("单号", "状态", "紧急程度", "房号", "来电时间", ""), night)
    say(f"夜间 {len(night)} 件,其中补单 {answer['backfilled']} 件")
    if answer["without_owner"]:
        say("没有人负责:" + "、".join(answer["without_owner"]))


@work_verbs.command("work-time")
def work_time(
    year: Annotated[int, typer.Argument(min=2020, max=2100)],
    month: Annotated[int, typer.Argument(min=1, max=12)],
    *,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.xlsx", help="存成电子表格")] = None,
    as_json: JsonOption = False,
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """工时统计:下单到完工的时间,按工种、技工、紧急程度"""
    if out is not None:
        _save(out, f"work/time.xlsx?year={year}&month={month}", person, community)
        return
    answer = _read("time", {"year": year, "month": month}, person, community)
    if _printed(answer, as_json=as_json):
        return
    columns = ("", "件数", "净时中位", "净时最长", "毛时中位", "毛时最长", "按时率")
    for title, groups in (("工种", "by_trade"), ("技工", "by_technician"), ("紧急程度", "by_class")):
        print_table(title, columns, [(group["label"], *_figures(group["figures"])) for group in answer[groups]])
    overall = answer["overall"]
    print_facts(
        f"{year}年{month}月",
        (
            ("件数", overall["jobs"] if overall else 0),
            ("应于此前报送", moment(answer["due_at"])),
            ("数据截至", moment(answer["as_of"])),
        ),
    )


@work_verbs.command()
def prices(as_json: JsonOption = False, person: PersonOption = "", community: CommunityOption = "") -> None:
    """《有偿服务项目及收费标准》"""
    with service_centre(person, community) as centre:
        posted = centre.read(centre.in_community("price-list"))
    if _printed(posted, as_json=as_json):
        return
    rows = [
        (item["code"], item["name"], item["unit"], item["unit_price"], "代办" if item["agency"] else "")
        for item in posted
    ]
    print_table("", ("编码", "项目", "单位", "单价(元)", ""), rows)


def _read(path: str, query: Mapping[str, Any], person: str, community: str) -> Any:
    with service_centre(person, community) as centre:
        return centre.read(centre.in_community("work", path), query)


def _printed(answer: Any, *, as_json: bool) -> bool:
    if as_json:
        print_json(answer)
    return as_json


def _save(out: Path, path: str, person: str, community: str) -> None:
    if out.exists():
        warnings().print(plain(f"文件 {out} 已存在,不会覆盖"))
        raise typer.Exit(REFUSED)
    with service_centre(person, community) as centre:
        content = centre.fetch(f"{centre.in_community()}/{path}")
    out.write_bytes(content)
    say(f"已存为 {out}")


def _print_items(title: str, items: Json) -> None:
    rows = [
        (
            item["number"],
            item["state_label"],
            item["level_label"],
            item["unit"],
            f"{label(Role, item['turn']['role'])} {item['turn'].get('code', '')}".rstrip(),
            moment(item["due_at"]),
            _late(item),
            moment(item["received_at"]),
        )
        for item in items["items"]
    ]
    print_table(title, _OPEN, rows)
    say(f"共 {items['in_all']} 件,数据截至 {moment(items['as_of'])}")


def _late(item: Json) -> str:
    return _hours(item["late_seconds"]) if item["late_seconds"] else ""


def _figures(figures: Json) -> tuple[Any, ...]:
    times = (_hours(figures[name]) for name in ("net_median", "net_longest", "gross_median", "gross_longest"))
    return (figures["jobs"], *times, f"{float(figures['share_in_time']):.2%}")


def _hours(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}小时{minutes}分" if hours else f"{minutes}分"
