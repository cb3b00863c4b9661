"""Setting papers of fees 排版: one paper or a thousand in one go, as JSON into the template.

Typst sets the pages of one document on all cores, so a batch is set some papers at a time and the parts are put
together; that is also what a progress bar counts. The same papers give the same bytes.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pypdf
import segno
import typst

from activities.documents.fee_forms import FeeForm
from activities.documents.fonts import chinese_font
from activities.documents.paper import Fields
from activities.documents.typesetting import typeset

PAPERS_AT_ONCE: Final = 50
"""Papers that are set together: a step of the progress bar is then less than a second."""


@dataclass(frozen=True)
class FeePaper:
    """A paper that is ready to be set. ``copy`` is 0 for the original, n for the n-th reprint 补打, None for a proof.

    ``subject`` is the number of the notice, the slip or the receipt.
    """

    form: FeeForm
    subject: str
    fields: Fields
    copy: int | None = 0
    watermark: str = ""


@dataclass(frozen=True)
class PrintStamp:
    """What stands at the foot of every page: the community, when it was printed, and who did it."""

    community: str
    at: datetime
    printed_at: str
    by: str


def set_paper(paper: FeePaper, stamp: PrintStamp, fonts: typst.Fonts) -> bytes:
    """Return one paper as PDF; raises ``FontMissingError`` where no Chinese font is installed."""
    return _compiled([paper], stamp, fonts, tagged=True)


def set_papers(papers: Sequence[FeePaper], stamp: PrintStamp, fonts: typst.Fonts) -> Iterator[tuple[int, bytes]]:
    """Yield how many papers are set, with the PDF of the last of them, until all are."""
    for start in range(0, len(papers), PAPERS_AT_ONCE):
        part = papers[start : start + PAPERS_AT_ONCE]
        # the structure for screen readers makes a batch eight times as large, and paper has no use for it
        yield start + len(part), _compiled(part, stamp, fonts, tagged=False)


def one_file(parts: Sequence[bytes]) -> bytes:
    """Put the parts together, in their order."""
    if len(parts) == 1:
        return parts[0]
    whole = pypdf.PdfWriter()
    for part in parts:
        whole.append(io.BytesIO(part), import_outline=False)
    written = io.BytesIO()
    whole.write(written)
    return written.getvalue()


def content_of(papers: Sequence[FeePaper], stamp: PrintStamp, fonts: typst.Fonts) -> dict[str, object]:
    """Return what the template is given; the only way by which anything gets onto a paper."""
    return {
        "font": chinese_font(fonts),
        "community": stamp.community,
        "printed_at": stamp.printed_at,
        "printed_by": stamp.by,
        "sheets": [
            {
                "form": paper.form,
                "qr": _qr_code(paper.subject),
                "copy": -1 if paper.copy is None else paper.copy,
                "watermark": paper.watermark,
                **paper.fields,
            }
            for paper in papers
        ],
    }


def _compiled(papers: Sequence[FeePaper], stamp: PrintStamp, fonts: typst.Fonts, *, tagged: bool) -> bytes:
    return typeset("fee_papers", content_of(papers, stamp, fonts), stamp.at, fonts, tagged=tagged)


def _qr_code(number: str) -> dict[str, object]:
    """The number as a QR code: a picture of one grey byte a module, with a quiet zone of one; no vectors to draw."""
    matrix = segno.make_qr(number, error="m").matrix
    side = len(matrix) + 2
    rows = [[0] * side, *([0, *row, 0] for row in matrix), [0] * side]
    return {"side": side, "data": [0 if dark else 255 for row in rows for dark in row]}
