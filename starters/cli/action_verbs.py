"""Acting on a case 办理: one verb an action, each under an idempotency key."""

from typing import Annotated, Any

import typer

from starters.cli.asking import CommunityOption, KeyOption, NumberArgument, PersonOption, new_key, service_centre
from starters.cli.case_page import instant, print_answer
from workflows.messages.people import Trade
from workflows.messages.repair import RepairClass, RepairClock
from workflows.messages.repair_actions import RepairAction

action_verbs = typer.Typer()


def _act(number: str, action: RepairAction, key: str, person: str, community: str, **details: Any) -> None:
    given = {name: value for name, value in details.items() if value not in (None, "")}
    with service_centre(person, community) as centre:
        path = centre.in_community("cases", number, "actions")
        print_answer(centre.send(path, {"action": action, **given}, new_key(key)))


@action_verbs.command()
def accept(
    number: NumberArgument,
    *,
    trade: Annotated[Trade | None, typer.Option(help="更正工种")] = None,
    repair_class: Annotated[RepairClass | None, typer.Option("--class", help="提高紧急程度")] = None,
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """受理"""
    _act(number, RepairAction.ACCEPT, key, person, community, trade=trade, repair_class=repair_class)


@action_verbs.command()
def dispatch(
    number: NumberArgument,
    *,
    technician: Annotated[str, typer.Option("--to", metavar="CODE", help="技工工号;不填由系统选派")] = "",
    reason: Annotated[str, typer.Option(help="派工或改派原因,记入单据")] = "",
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """派工或改派"""
    _act(number, RepairAction.DISPATCH, key, person, community, technician=technician, reason=reason)


@action_verbs.command()
def take(
    number: NumberArgument, key: KeyOption = "", person: PersonOption = "", community: CommunityOption = ""
) -> None:
    """接单"""
    _act(number, RepairAction.TAKE, key, person, community)


@action_verbs.command()
def decline(
    number: NumberArgument,
    reason: Annotated[str, typer.Option(help="退单原因")],
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """退单"""
    _act(number, RepairAction.DECLINE, key, person, community, reason=reason)


@action_verbs.command()
def arrive(
    number: NumberArgument, key: KeyOption = "", person: PersonOption = "", community: CommunityOption = ""
) -> None:
    """到场"""
    _act(number, RepairAction.ARRIVE, key, person, community)


@action_verbs.command()
def complete(
    number: NumberArgument,
    *,
    done: Annotated[str, typer.Option("--done", help="维修内容")],
    materials: Annotated[str, typer.Option(help="用料")] = "",
    minutes: Annotated[int | None, typer.Option(min=0, help="工时(分钟)")] = None,
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """完工"""
    details = {"work_done": done, "materials": materials, "work_minutes": minutes}
    _act(number, RepairAction.COMPLETE, key, person, community, **details)


@action_verbs.command()
def cancel(
    number: NumberArgument,
    reason: Annotated[str, typer.Option(help="取消原因")],
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """按客户意思取消"""
    _act(number, RepairAction.CANCEL, key, person, community, reason=reason)


@action_verbs.command("move-deadline")
def move_deadline(
    number: NumberArgument,
    *,
    clock: Annotated[RepairClock, typer.Option(help="哪个时限")],
    to: Annotated[str, typer.Option(metavar="TIME", help="新期限,如 2026-05-12 15:00")],
    reason: Annotated[str, typer.Option(help="原因,记入单据")],
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """改期限(主管以上)"""
    due_at = instant(to)
    _act(number, RepairAction.MOVE_DEADLINE, key, person, community, clock=clock, due_at=due_at, reason=reason)
