"""Setting a form 排版: the fields, the print and the pictures go into the template as JSON and come out as a PDF.

Customers' words reach typst as values of JSON only, never as a piece of a template, so whatever they write is printed
as it was written. The same fields and the same print give the same bytes.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import segno
import typst
from PIL import Image, UnidentifiedImageError

from activities.documents.fonts import chinese_font
from activities.documents.paper import Fields, PaperForm
from activities.documents.wording import moment

TEMPLATES: Final = Path(__file__).parent / "templates"
_SIGNATURE_PIXELS: Final = (900, 300)
"""Enough for a signature of a centimetre's height on paper; a larger picture is made smaller."""


@dataclass(frozen=True)
class Print:
    """Which print of a form this is, as it stands on every page. ``copy`` is 0, or the how-manieth reprint 补打."""

    number: str
    copy: int
    at: datetime
    by: str
    last_sequence: int


@dataclass(frozen=True)
class Sheet:
    """A form that is ready to be set: its fields, what stands around them, and the signatures by their ids."""

    form: PaperForm
    case: str
    community_name: str
    tz: str
    fields: Fields
    signatures: Mapping[str, bytes]


def set_form(sheet: Sheet, printed: Print, fonts: typst.Fonts) -> bytes:
    """Return the PDF; raises ``FontMissingError`` where no Chinese font is installed."""
    return typeset(sheet.form, content_of(sheet, printed, fonts), printed.at, fonts)


def typeset(
    template: str, content: Mapping[str, object], at: datetime, fonts: typst.Fonts, *, tagged: bool = True
) -> bytes:
    """Return what a template makes of its content as a PDF of that instant; every paper comes through here."""
    return typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        font_paths=fonts,
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        timestamp=at.astimezone(UTC).replace(microsecond=0),  # typst refuses fractions
        pdf_tags=tagged,
    )


def content_of(sheet: Sheet, printed: Print, fonts: typst.Fonts) -> dict[str, object]:
    """Return what the template is given; the only way by which anything gets into a form."""
    return {
        "font": chinese_font(fonts),
        "title": sheet.form.label,
        "community": sheet.community_name,
        "number": sheet.case,
        "qr": _qr_code(sheet.case),
        "print": {
            "number": printed.number,
            "copy": printed.copy,
            "at": moment(printed.at, sheet.tz),
            "by": printed.by,
            "sequence": str(printed.last_sequence),
        },
        "form": sheet.fields,
        "images": {each: list(small) for each, image in sheet.signatures.items() if (small := _small(image))},
    }


def _qr_code(number: str) -> str:
    """The number as a QR code, an SVG picture."""
    svg = io.BytesIO()
    segno.make_qr(number, error="m").save(svg, kind="svg", border=1)
    return svg.getvalue().decode()


def _small(image: bytes) -> bytes:
    """The picture as a small PNG; b"" for one that cannot be read, of which the form then gives the number."""
    try:
        with Image.open(io.BytesIO(image)) as opened:
            opened.thumbnail(_SIGNATURE_PIXELS)
            png = io.BytesIO()
            opened.convert("LA" if "A" in opened.getbands() else "L").save(png, "PNG")
            return png.getvalue()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return b""
