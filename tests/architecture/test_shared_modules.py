"""Modules under ``workflows`` are imported once for all cases (decision 0032): none may keep anything between two."""

import ast
from collections.abc import Iterator
from pathlib import Path

CHANGING = {"append", "add", "update", "setdefault", "pop", "popitem", "extend", "insert", "remove", "clear", "discard"}


def kept_between_cases(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every place at which a function changes what belongs to the module or to a class."""
    shared = {"cls", *_names_of(tree)}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Global) or (_is_changed(node) and _owner(node) in shared):
                yield node.lineno, ast.unparse(node)


def _names_of(tree: ast.Module) -> Iterator[str]:
    for statement in tree.body:
        for node in ast.walk(statement) if isinstance(statement, ast.Assign | ast.AnnAssign) else ():
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
        if isinstance(statement, ast.ClassDef):
            yield statement.name


def _is_changed(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute | ast.Subscript):
        return isinstance(node.ctx, ast.Store | ast.Del)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING


def _owner(node: ast.AST) -> str:
    """The name that an expression such as ``NAME.part["key"].append`` hangs on; ``type(self)`` counts as ``cls``."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return "cls" if node.func.id == "type" else ""
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def test_the_lint_itself_finds_every_way_to_keep_something():
    source = """
SEEN = {}
class Case:
    count = 0
    def step(self, number):
        SEEN[number] = 1
        SEEN.setdefault(number, []).append(1)
        Case.count += 1
        type(self).count = 2
        self.seen[number] = 1
        own = []
        own.append(number)
    @classmethod
    def all(cls):
        cls.known = ()
def start():
    global STARTED
"""
    assert sorted({line for line, _ in kept_between_cases(ast.parse(source))}) == [6, 7, 8, 9, 15, 17]


def test_no_workflow_module_keeps_anything_between_two_cases(code_modules: dict[Path, ast.Module]):
    kept = [
        f"{path}:{line} {what}"
        for path, tree in code_modules.items()
        if path.is_relative_to("workflows")
        for line, what in kept_between_cases(tree)
    ]
    assert kept == []
