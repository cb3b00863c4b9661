"""Figures 指标: what a bench has measured and whether its goal is met; ``bench/results.json`` keeps them by name."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

RESULTS: Final = Path(__file__).parent / "results.json"


@dataclass(frozen=True)
class Goal:
    """What a figure should be: at most or at least so much."""

    limit: float
    at_least: bool = False

    def met_by(self, value: float) -> bool:
        """Whether a value is good enough."""
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        """As it is printed, such as ``≤ 8``."""
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"


def at_most(limit: float) -> Goal:
    """The figure should not be higher."""
    return Goal(limit)


def at_least(limit: float) -> Goal:
    """The figure should not be lower."""
    return Goal(limit, at_least=True)


def record(name: str, value: float, unit: str = "", goal: Goal | None = None, *, pairs: Sequence[float] = ()) -> None:
    """Print a figure with its goal, and keep it; one measured again replaces the earlier one.

    ``pairs`` are the single ratios that ``value`` is the median of, for the plot (``bench/plots.py``).
    """
    verdict = "" if goal is None else f"   goal {goal}: {'met' if goal.met_by(value) else 'MISSED'}"
    say(f"{name}: {value:.2f}{unit and ' ' + unit}{verdict}")
    figures = all_kept()
    figures[name] = {
        "value": round(value, 3),
        "unit": unit,
        "goal": None if goal is None else str(goal),
        "met": None if goal is None else goal.met_by(value),
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        **({"pairs": [round(pair, 3) for pair in pairs]} if pairs else {}),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
    }
    RESULTS.write_text(json.dumps(figures, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def all_kept() -> dict[str, Any]:
    """Every figure that has been kept, by name."""
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


def record_pairs(name: str, pairs: Sequence[float], goal: Goal) -> None:
    """Keep the median of ratios that were measured in alternation, and each of them."""
    record(name, statistics.median(pairs), goal=goal, pairs=pairs)


def say(line: str) -> None:
    """Print a line at once, however long the next one takes."""
    print(line, flush=True)  # noqa: T201
