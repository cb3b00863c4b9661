"""Files as answers: what a browser saves or shows, and under which name."""

from typing import Final
from urllib.parse import quote

from fastapi import Response

WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF: Final = "application/pdf"


def file_answer(media_type: str) -> dict[int | str, dict[str, object]]:
    """What the documentation says of a route that answers with such a file."""
    return {200: {"content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}}


def attached(content: bytes, media_type: str, name: str) -> Response:
    """The file under an ASCII name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def shown_as(plain_name: str, name: str) -> dict[str, str]:
    """The header of a file that a browser shows; saved, it has the name, or the ASCII one in an old browser."""
    return {"Content-Disposition": f"inline; filename=\"{plain_name}\"; filename*=UTF-8''{quote(name)}"}
