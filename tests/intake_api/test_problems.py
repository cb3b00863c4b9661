"""Every refusal that a case can give has its place in the catalogue of problems."""

import ast
from pathlib import Path

import pytest

import workflows
from starters.intake_api.problems import CATALOGUE

ANSWERED_AS_UNKNOWN_CASE = "wrong_community"


def _codes_that_processes_refuse_with() -> set[str]:
    """First arguments of ``Refused(...)`` and ``reject(...)`` anywhere in the processes and their rules."""
    codes = set()
    for file in Path(workflows.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Refused", "reject"):
                codes |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    return codes


def test_every_refusal_of_a_process_has_a_status_and_a_text():
    codes = _codes_that_processes_refuse_with() - {ANSWERED_AS_UNKNOWN_CASE}

    assert "not_allowed_in_state" in codes
    assert codes <= set(CATALOGUE)


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_problem_says_what_to_do_in_chinese(code):
    status, text = CATALOGUE[code]

    assert 400 <= status < 600
    assert any("\u4e00" <= letter <= "\u9fff" for letter in text)
