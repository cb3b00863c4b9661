"""Names that outlive a release are given once, and each names one thing."""

import ast
from collections import Counter
from pathlib import Path

from temporalio.api.enums.v1 import IndexedValueType

from workflows.messages.identifiers import SEARCH_ATTRIBUTES, Activity, CaseKind, TaskQueue

MOST_OF_A_TYPE = {"INDEXED_VALUE_TYPE_KEYWORD": 10}
MOST_OF_ANOTHER = 3


def test_the_eight_search_attributes_are_unique_and_fit_a_sql_store():
    assert [key.name for key in SEARCH_ATTRIBUTES] == [
        "CaseKind", "CaseState", "Community", "Unit", "Assignee", "DueAt", "Level", "Breached",
    ]  # fmt: skip
    of_type = Counter(IndexedValueType.Name(int(key.indexed_value_type)) for key in SEARCH_ATTRIBUTES)
    too_many = {kind: count for kind, count in of_type.items() if count > MOST_OF_A_TYPE.get(kind, MOST_OF_ANOTHER)}
    assert too_many == {}


def test_every_registered_name_names_one_thing():
    for names in (Activity, TaskQueue, CaseKind):
        assert len(names.__members__) == len({member.value for member in names}), names
    prefixes = Counter(kind.prefix for kind in CaseKind)
    assert [prefix for prefix, count in prefixes.items() if count > 1] == []


def registrations(code_modules: dict[Path, ast.Module]) -> list[str]:
    """The ``name=`` of every ``@activity.defn`` of the code."""
    return [
        ast.unparse(keyword.value)
        for tree in code_modules.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "activity.defn"
        for keyword in decorator.keywords
        if keyword.arg == "name"
    ]


def test_every_activity_is_implemented_exactly_once_under_its_registered_name(code_modules: dict[Path, ast.Module]):
    assert sorted(registrations(code_modules)) == sorted(f"Activity.{activity.name}" for activity in Activity)
