"""Printed pages as they are seen: set by typst as pictures, and read back by the outlines of their characters.

A font gives every character an outline, and typst names each outline once a size. So a text stands on a page if the
outlines of its characters follow one another there; white space has none.
"""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import typst
from PIL import Image, ImageDraw

from activities.documents.fonts import chinese_font, fonts_of_this_process
from activities.documents.forms import fill, no_signatures
from activities.documents.paper import PaperForm, Papers
from activities.documents.typesetting import TEMPLATES, Print, Sheet, content_of, set_form
from tests.documents.sheets import later

BODY, FOOT, MARK, TITLE = 9.5, 8.0, 10.5, 19.0
"""Sizes of text in points."""
_OUTLINE = re.compile(r'<use xlink:href="#(g[0-9A-F]+)"')
_PIECE = re.compile(r'<g transform="matrix\(1 0 0 -1 ([\d.]+) [\d.]+\)">(.*?)</g>')
_WITHIN = re.compile(r' x="([\d.]+)"')
FIRST = Print("BXJL-2026-000123", 0, later(days=12), "客户助理 刘敏(C001)", 12)
"""The first print of a form."""
PAGE_WIDTH = 595.28
"""A4, in points."""


def _pen_stroke() -> bytes:
    picture = Image.new("RGB", (1200, 400), "white")
    ImageDraw.Draw(picture).line([(50, 300), (260, 320), (400, 90), (700, 200), (1150, 120)], fill="black", width=14)
    png = io.BytesIO()
    picture.save(png, "PNG")
    return png.getvalue()


PEN_STROKE = _pen_stroke()
"""A signature as it is stored."""


def print_of(**changes) -> Print:
    """Another print of the same form."""
    return replace(FIRST, **changes)


def sheet(form: PaperForm, papers: Papers, signature_of=no_signatures) -> Sheet:
    """The form, filled in."""
    return fill(form, papers, signature_of)


def pictures(ready: Sheet, printed: Print = FIRST, kind: str = "svg", ppi: float = 60) -> list[bytes]:
    """The pages as pictures."""
    fonts = fonts_of_this_process()
    given = {"data": json.dumps(content_of(ready, printed, fonts))}
    made = typst.compile(
        TEMPLATES / f"{ready.form}.typ", root=TEMPLATES, font_paths=fonts, sys_inputs=given, format=kind, ppi=ppi
    )
    return made if isinstance(made, list) else [made]


def pdf(ready: Sheet, printed: Print = FIRST) -> bytes:
    """The form as it is handed out."""
    return set_form(ready, printed, fonts_of_this_process())


@cache
def _outline(character: str, size: float) -> str:
    fonts = fonts_of_this_process()
    source = (
        "#set page(width: auto, height: auto)\n"
        "#text(font: sys.inputs.font, size: float(sys.inputs.size) * 1pt, sys.inputs.text)"
    )
    given = {"font": chinese_font(fonts), "size": str(size), "text": character}
    made = typst.compile(source.encode(), font_paths=fonts, sys_inputs=given, format="svg")
    found = _OUTLINE.findall((made[0] if isinstance(made, list) else made).decode())
    assert len(found) <= 1, character
    return found[0] if found else ""


def stands(text: str, pages: Sequence[bytes], size: float = BODY) -> bool:
    """Whether the text is to be read on the pages, in one piece, line breaks aside."""
    return times(text, pages, size) > 0


def times(text: str, pages: Sequence[bytes], size: float = BODY) -> int:
    """How many times it is to be read there."""
    wanted = " ".join(outline for character in text if (outline := _outline(character, size)))
    assert wanted, "nothing to look for"
    return " ".join(outline for page in pages for outline in _OUTLINE.findall(page.decode())).count(wanted)


def last_places(page: bytes) -> list[float]:
    """Where each piece of a line ends at the latest: the place of its last character, in points from the left."""
    edges = []
    for start, characters in _PIECE.findall(page.decode()):
        inside = _WITHIN.findall(characters)
        edges.append(float(start) + (float(inside[-1]) if inside else 0))
    return edges
