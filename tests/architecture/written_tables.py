"""Tables of the documentation that follow from the code. ``python -m tests.architecture.written_tables`` rewrites them.

A table stands in its page between ``<!-- table NAME -->`` and ``<!-- end of table -->``; a test fails when it differs
from what the code says.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from starters.cli.manager_links import MANAGER_QUERIES, link
from starters.cli.profile import TEMPORAL_UI
from starters.cli.screen import LOCAL
from workflows.messages.arrears import ArrearsState
from workflows.messages.clocks import ClockRule
from workflows.messages.fee_cycle import FeeCycleState
from workflows.messages.fee_month import FeeMonthState
from workflows.messages.fee_policy import DunningPolicy, FeePolicy, FeeReportPolicy
from workflows.messages.identifiers import SEARCH_ATTRIBUTES, CaseKind
from workflows.messages.message import Message
from workflows.messages.people import Role
from workflows.messages.repair import RepairState
from workflows.messages.repair_policy import RepairPolicy
from workflows.messages.revisit import RevisitState
from workflows.messages.revisit_policy import RevisitPolicy
from workflows.messages.service_policy import ServicePolicy
from workflows.messages.special_service import ServiceState
from workflows.rules.allowed_actions import ACTION_TABLE

ROOT: Final = Path(__file__).resolve().parents[2]
EXAMPLE_DAY: Final = datetime(2026, 5, 12, 9, 0, tzinfo=LOCAL)
"""The day that stands in the links of the documentation; ``guanjia links`` fills in today."""


def markdown(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def actions(kind: CaseKind, states: Iterable[Any]) -> str:
    """Who may do what to a case of that kind, and in which of its states."""
    in_order = tuple(states)
    rows = [
        (
            f"`{rule.action}`",
            rule.label,
            "、".join(state.label for state in in_order if state in rule.states),
            "、".join(role.label for role in Role if role in rule.roles),
            "、".join(role.label for role in Role if role in rule.bound),
        )
        for rule in ACTION_TABLE[kind]
    ]
    return markdown(("Action", "中文", "In state", "Role", "Own cases only"), rows)


def clocks(chapter: str, policy: Message) -> str:
    """The time limits of one chapter of the policy as the preset residential-S1 has them."""
    rows = [
        (
            f"`{chapter}.{name}`",
            f"`{rule.limit}` {rule.limit.label}",
            f"{rule.remind_share:.0%}",
            "、".join(role.label for role in rule.alert),
            f"{'、'.join(role.label for role in rule.next_level)}, after {rule.next_after.label}",
        )
        for name in type(policy).model_fields
        if isinstance(rule := getattr(policy, name), ClockRule)
    ]
    return markdown(("Policy field", "Limit", "Reminder at", "At the deadline tells", "Then tells"), rows)


def manager_links() -> str:
    """The questions of managers with their links on one machine."""
    rows = []
    for question in MANAGER_QUERIES:
        query = question.at(EXAMPLE_DAY)
        shown = f"[{question.name}]({link(TEMPORAL_UI, 'default', query)})"
        rows.append((shown, question.meaning, f"`` {query} ``"))
    return markdown(("View", "What it finds", "List filter"), rows)


def search_attributes() -> str:
    """The registered names of the search attributes, with their types."""
    return markdown(
        ("Name", "Type"), [(f"`{key.name}`", key.indexed_value_type.name.capitalize()) for key in SEARCH_ATTRIBUTES]
    )


WRITTEN: Final[dict[str, Callable[[], str]]] = {
    "docs/domain/repair.md#actions": partial(actions, CaseKind.REPAIR, RepairState),
    "docs/domain/repair.md#clocks": partial(clocks, "repair", RepairPolicy()),
    "docs/domain/special-service.md#actions": partial(actions, CaseKind.SPECIAL_SERVICE, ServiceState),
    "docs/domain/special-service.md#clocks": partial(clocks, "service", ServicePolicy()),
    "docs/domain/revisit.md#actions": partial(actions, CaseKind.REVISIT, RevisitState),
    "docs/domain/revisit.md#clocks": partial(clocks, "revisit", RevisitPolicy()),
    "docs/domain/fee-cycle.md#actions": partial(actions, CaseKind.FEE_CYCLE, FeeCycleState),
    "docs/domain/fee-cycle.md#clocks": partial(clocks, "fee", FeePolicy()),
    "docs/domain/fee-cycle.md#month actions": partial(actions, CaseKind.FEE_MONTH, FeeMonthState),
    "docs/domain/fee-cycle.md#month clocks": partial(clocks, "fee_reports", FeeReportPolicy()),
    "docs/domain/arrears.md#actions": partial(actions, CaseKind.ARREARS, ArrearsState),
    "docs/domain/arrears.md#clocks": partial(clocks, "dunning", DunningPolicy()),
    "docs/managers.md#links": manager_links,
    "docs/managers.md#search attributes": search_attributes,
}


def between(name: str) -> re.Pattern[str]:
    """Finds the table of that name in a page, with its marks."""
    return re.compile(rf"(<!-- table {re.escape(name)} -->\n).*?(\n<!-- end of table -->)", re.DOTALL)


def rewrite() -> None:
    """Write every table anew."""
    for place, table in WRITTEN.items():
        page, name = place.split("#")
        text = (ROOT / page).read_text(encoding="utf-8")
        rewritten = between(name).sub(lambda marks, table=table: f"{marks[1]}\n{table()}\n{marks[2]}", text)  # type: ignore[misc]
        (ROOT / page).write_text(rewritten, encoding="utf-8")


if __name__ == "__main__":
    rewrite()
