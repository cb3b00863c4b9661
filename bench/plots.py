"""``bench/results.html``: every figure with a goal, and the pairs that it is the median of; then all as a table.

``python -m bench.plots`` draws what ``bench/results.json`` holds. The page needs nothing from anywhere else.
"""

import html
import io
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.figures import all_kept

PAGE: Final = Path(__file__).parent / "results.html"
_MET, _MISSED, _PAIR = "#2e7d32", "#c62828", "#616161"
_INCHES_WIDE: Final = 9
_INCHES_A_ROW: Final = 0.75
_STYLE: Final = (
    "body{font:15px sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse;width:100%}"
    "td,th{border-bottom:1px solid #ddd;padding:.3em .5em;text-align:left}td.number{text-align:right}"
    "svg{width:100%;height:auto}"
)


def plotted(figures: dict[str, Any]) -> str:
    """Every figure that has a goal, one row each on an axis of its own from zero, as SVG."""
    with_goal = {name: figure for name, figure in figures.items() if figure["goal"] is not None}
    picture = Figure(figsize=(_INCHES_WIDE, _INCHES_A_ROW * len(with_goal)), layout="constrained")
    rows = picture.subplots(len(with_goal), 1, squeeze=False)[:, 0]
    for axes, (name, figure) in zip(rows, with_goal.items(), strict=True):
        _row(axes, name, figure)
    svg = io.StringIO()
    # letters stay letters, and the same figures give the same file
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "guanjia"}):
        picture.savefig(svg, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return svg.getvalue()[svg.getvalue().index("<svg") :]


def _row(axes: Axes, name: str, figure: dict[str, Any]) -> None:
    pairs, value, limit = figure.get("pairs", []), figure["value"], _limit(figure)
    colour = _MET if figure["met"] else _MISSED
    axes.barh(0, value, height=0.5, color=colour, alpha=0.35)
    axes.plot([value], [0], marker="|", markersize=14, markeredgewidth=2, color=colour)
    axes.plot(pairs, [0] * len(pairs), linestyle="none", marker="o", markersize=4, color=_PAIR)
    axes.axvline(limit, color="black", linewidth=1, linestyle="--")
    unit = f" {figure['unit']}" if figure["unit"] else ""
    verdict = "met" if figure["met"] else "missed"
    axes.set_title(f"{name}: {value:g}{unit}, goal {figure['goal']}{unit}, {verdict}", fontsize=9, loc="left")
    axes.set_xlim(0, 1.15 * max(limit, value, *pairs))
    axes.set_yticks([])
    axes.tick_params(labelsize=7)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)


def _limit(figure: dict[str, Any]) -> float:
    """The number of a goal such as ``≤ 8``."""
    return float(figure["goal"].split()[1])


def page(figures: dict[str, Any]) -> str:
    """The whole page."""
    lines = "\n".join(
        f"<tr><td>{html.escape(name)}</td><td class=number>{figure['value']:g} {html.escape(figure['unit'])}</td>"
        f"<td>{html.escape(figure['goal'] or '')}</td><td>{_verdict(figure)}</td>"
        f"<td>{figure['measured']}</td><td>{html.escape(figure['machine'])}</td></tr>"
        for name, figure in figures.items()
    )
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Guanjia: what the benches measured</title><style>{_STYLE}</style>
<h1>What the benches measured</h1>
<p>Written by <code>make bench</code> from <code>bench/results.json</code>. A bar is the median, a dot one pair in which
both sides took turns, the dashed line the goal.</p>
{plotted(figures)}
<table><tr><th>Figure<th>Value<th>Goal<th>Met<th>Measured<th>Machine</tr>
{lines}
</table></html>
"""


def _verdict(figure: dict[str, Any]) -> str:
    return {True: "yes", False: "no", None: ""}[figure["met"]]


if __name__ == "__main__":
    PAGE.write_text(page(dict(sorted(all_kept().items()))), encoding="utf-8")
