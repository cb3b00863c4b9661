"""What a command prints 屏幕: aligned tables with Chinese text, local times, no control character of a customer."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

LOCAL: Final = ZoneInfo("Asia/Shanghai")
_WIDTH_OF_A_FILE: Final = 160
_TEXT_DIRECTION: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def screen() -> Console:
    """Standard output; wide enough for every column when it goes into a file or a pipe."""
    return Console(width=None if sys.stdout.isatty() else _WIDTH_OF_A_FILE, highlight=False)


def warnings() -> Console:
    """Standard error, for what went wrong."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def plain(value: Any) -> Text:
    """The value as text that can do nothing to the terminal: what came from outside is neither markup nor escapes."""
    return Text("".join(_harmless(character) for character in ("" if value is None else str(value))))


def _harmless(character: str) -> str:
    if character in "\n\t":
        return " "
    if character in _TEXT_DIRECTION or unicodedata.category(character) == "Cc":
        return "\N{REPLACEMENT CHARACTER}"
    return character


def moment(value: Any) -> str:
    """An instant of the API as the wall clock shows it, such as 「2026-05-12 10:25」; "" for none."""
    if not value:
        return ""
    try:
        return f"{datetime.fromisoformat(str(value)).astimezone(LOCAL):%Y-%m-%d %H:%M}"
    except ValueError:
        return str(value)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows under Chinese headings; nothing at all where there are none."""
    table = Table(title=Text(title, style="bold"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for position, column in enumerate(columns):
        table.add_column(column, no_wrap=position == 0, overflow="fold")
    for row in rows:
        table.add_row(*(plain(value) for value in row))
    if table.row_count:
        screen().print(table)


def print_facts(title: str, facts: Sequence[tuple[str, Any]]) -> None:
    """Print names with their values, one a line; what is empty is left out."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts:
        if value not in (None, ""):
            table.add_row(Text(name, style="dim"), plain(value))
    screen().print(Text(title, style="bold"))
    screen().print(table)


def print_json(answer: Any) -> None:
    """Print an answer as the machine-readable text that it is."""
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))


def say(text: str) -> None:
    """Print one line."""
    screen().print(plain(text), soft_wrap=True)
