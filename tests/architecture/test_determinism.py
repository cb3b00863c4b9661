"""Nothing under ``workflows`` asks the machine for the time or for chance: a replay must give the same answer."""

import ast
from collections.abc import Iterator
from pathlib import Path

CLOCK_READINGS = {"now", "utcnow", "today", "time_ns", "monotonic", "perf_counter", "fromtimestamp"}
CHANCE = {"uuid1", "uuid4", "urandom", "token_hex", "token_bytes", "token_urlsafe", "randint", "shuffle"}
ENVIRONMENT = {"environ", "getenv"}
IMPURE_MODULES = {"random", "secrets", "os", "time", "subprocess", "socket"}
ASKED = {"datetime", "date", "time", "uuid", "os", "secrets", "random"}


def impurities(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every place of a module that asks the machine for something that a replay would not get again."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name in IMPURE_MODULES)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = {alias.name for alias in node.names}
            if node.module in IMPURE_MODULES or names & (CHANCE | ENVIRONMENT):
                yield node.lineno, f"from {node.module}"
        elif (
            isinstance(node, ast.Attribute)
            and node.attr in CLOCK_READINGS | CHANCE | ENVIRONMENT
            and ast.unparse(node.value).split(".")[-1] in ASKED
        ):
            yield node.lineno, ast.unparse(node)


def readings(code_modules: dict[Path, ast.Module], package: str) -> list[str]:
    return [
        f"{path}:{line} {what}"
        for path, tree in code_modules.items()
        if path.is_relative_to(package)
        for line, what in impurities(tree)
    ]


def test_the_lint_itself_finds_every_way_to_ask_the_machine():
    source = "\n".join(
        (
            "import random",
            "import time",
            "from os import environ",
            "from uuid import uuid4",
            "datetime.now(UTC)",
            "datetime.utcnow()",
            "datetime.date.today()",
            "workflow.now()",
            "self.now",
        )
    )
    assert [line for line, _ in impurities(ast.parse(source))] == [1, 2, 3, 4, 5, 6, 7]


def test_no_workflow_module_asks_the_machine_for_the_time_or_for_chance(code_modules: dict[Path, ast.Module]):
    assert readings(code_modules, "workflows") == []


def test_rules_and_messages_do_not_even_ask_the_workflow(code_modules: dict[Path, ast.Module]):
    asked = [
        f"{path}:{node.lineno}"
        for path, tree in code_modules.items()
        if path.is_relative_to("workflows/rules") or path.is_relative_to("workflows/messages")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("temporalio")
        and "workflow" in {alias.name for alias in node.names}
    ]  # fmt: skip
    assert asked == []
