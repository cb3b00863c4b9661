"""The house keeps its shape: seven rooms, named after the business, in pieces that fit on a screen."""

import ast
import subprocess
import sys
from pathlib import Path

ROOMS = {"workflows", "activities", "workers", "starters", "deploy", "docs", "tests"}
BESIDE_THE_ROOMS = {"requirements", "bench"}
DUMPING_GROUNDS = {"utils", "util", "common", "helpers", "helper", "base", "manager", "service", "misc", "shared"}
LINES_OF_A_MODULE = 300
LINES_OF_A_FUNCTION = 50


def test_the_top_level_holds_the_seven_rooms_and_nothing_else(root: Path):
    ignored = {line.strip().strip("/") for line in (root / ".gitignore").read_text().splitlines()}
    folders = {path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")}
    folders = {name for name in folders - ignored if not name.endswith(".egg-info") and name != "__pycache__"}
    assert folders - BESIDE_THE_ROOMS == ROOMS


def test_no_file_or_folder_is_a_dumping_ground(text_files: dict[Path, str]):
    found = [path for path in text_files if DUMPING_GROUNDS & {part.split(".")[0].lower() for part in path.parts}]
    assert not found, f"name these after the business thing in them: {found}"


def test_every_package_and_module_says_what_it_is(code_modules: dict[Path, ast.Module]):
    silent = [str(path) for path, tree in code_modules.items() if not ast.get_docstring(tree)]
    assert not silent


def test_a_module_stays_under_three_hundred_lines(root: Path, code_modules: dict[Path, ast.Module]):
    lengths = {str(path): len((root / path).read_text(encoding="utf-8").splitlines()) for path in code_modules}
    assert {path: length for path, length in lengths.items() if length > LINES_OF_A_MODULE} == {}


def test_a_function_fits_on_a_screen(code_modules: dict[Path, ast.Module]):
    too_long = {
        f"{path}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for path, tree in code_modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > LINES_OF_A_FUNCTION
    }
    assert too_long == {}


def test_imports_point_one_way(root: Path):
    lint = Path(sys.executable).with_name("lint-imports")
    linted = subprocess.run([lint, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    assert linted.returncode == 0, linted.stdout
