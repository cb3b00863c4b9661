"""The source tree as the architecture tests see it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ("workflows", "activities", "workers", "starters", "deploy")
GENERATED = {"__pycache__", "node_modules", "vendored"}


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's folder."""
    return ROOT


@pytest.fixture(scope="session")
def code_modules() -> dict[Path, ast.Module]:
    """Every Python module of the five code packages, parsed; migrations are history and left out."""
    return {
        path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8"))
        for package in CODE
        for path in sorted((ROOT / package).rglob("*.py"))
        if "versions" not in path.parts
    }


@pytest.fixture(scope="session")
def text_files() -> dict[Path, str]:
    """Every text file that belongs to the repository, without what is built or vendored."""
    folders = (*CODE, "docs", "tests", "requirements", "bench", ".ci")
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if path.is_file()]
    found += [path for path in sorted(ROOT.iterdir()) if path.is_file()]
    texts = {}
    for path in found:
        if GENERATED & set(path.parts):
            continue
        try:
            texts[path.relative_to(ROOT)] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a spreadsheet
    return texts
