"""Files as answers: spreadsheets and papers that a browser saves under a name."""

from typing import Final

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
