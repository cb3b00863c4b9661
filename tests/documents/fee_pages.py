"""Papers of fees as they are read: the text of a PDF page by page, without what only breaks lines."""

import io
import re

import pypdf

_PUNCTUATION = str.maketrans({"\uff0c": ",", "\uff1a": ":", "\uff1b": ";"})


def pages(content: bytes) -> list[str]:
    """The text of each page, without spaces and line ends, and with the punctuation of our sources."""
    return [
        re.sub(r"\s", "", page.extract_text()).translate(_PUNCTUATION)
        for page in pypdf.PdfReader(io.BytesIO(content)).pages
    ]


def read(content: bytes) -> str:
    """The text of all pages."""
    return "".join(pages(content))


def fonts(content: bytes) -> set[str]:
    """The names of the fonts that the pages are set in."""
    found = set()
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        found |= {str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()}
    return found
