"""The page of what the benches measured says what was met and what was missed."""

from typing import Any

from bench.figures import at_least, at_most
from bench.plots import page


def figure(value: float, goal: str | None, met: bool | None, pairs: tuple[float, ...] = ()) -> dict[str, Any]:
    kept = {"value": value, "unit": "", "goal": goal, "met": met, "measured": "2026-11-29", "machine": "2 CPUs"}
    return kept | ({"pairs": list(pairs)} if pairs else {})


def test_every_figure_with_a_goal_is_drawn_and_all_are_listed() -> None:
    shown = page(
        {
            "cases a second": figure(0.6, "≥ 0.75", met=False, pairs=(0.5, 0.6, 0.7)),
            "memory": figure(1.2, "≤ 1.5", met=True),
            "cases": figure(100, None, met=None),
        }
    )
    drawing, listing = shown.split("</svg>")
    assert "cases a second: 0.6, goal ≥ 0.75, missed" in drawing
    assert "memory: 1.2, goal ≤ 1.5, met" in drawing
    assert listing.count("<tr><td>") == 3
    assert "<td>no</td>" in listing


def test_a_goal_is_met_at_its_limit_and_missed_beyond_it() -> None:
    assert (at_most(2).met_by(2), at_most(2).met_by(2.01)) == (True, False)
    assert (at_least(0.75).met_by(0.75), at_least(0.75).met_by(0.74)) == (True, False)
    assert (str(at_most(2)), str(at_least(0.75))) == ("≤ 2", "≥ 0.75")
