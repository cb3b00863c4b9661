"""What may be uploaded 附件检查: an image that says what it is by its content, drawn anew without anything besides.

The type is read off the content, never off a name. The size in pixels is known before anything is decoded, so that a
small file cannot fill the memory. What is kept is drawn anew: upright, without EXIF (and the place where the
photograph was taken), and without whatever else was hidden in the file.
"""

import io
import warnings
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

BYTES_AT_MOST: Final = 15 * 1024 * 1024
"""A photograph of a modern telephone has 3 to 8 MB (own)."""
PIXELS_AT_MOST: Final = 60_000_000
"""Decoded they take some 180 MB; a telephone's photograph has 12 to 50 million (own)."""
_ACCEPTED: Final = ("JPEG", "PNG", "WEBP", "HEIF")
_LONG_SIDE: Final = 2560
_SIGNATURE_SIDE: Final = 1200
_QUALITY: Final = 85

pillow_heif.register_heif_opener(thumbnails=False)


class Purpose(StrEnum):
    """What the image is for."""

    PHOTO = "photo"
    SIGNATURE = "signature"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"photo": "照片", "signature": "签名"}[self]


class AttachmentRefusedError(Exception):
    """An upload that is not kept; ``code`` is for machines, the message tells a person what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class CheckedImage:
    """An image as it is kept: its bytes, media type, and size in pixels."""

    content: bytes
    type: str
    width: int
    height: int


def checked_image(content: bytes, purpose: Purpose) -> CheckedImage:
    """Return the image drawn anew: a photograph as JPEG, a signature as PNG. The same bytes give the same image.

    Raises :class:`AttachmentRefusedError`: ``attachment_empty``, ``attachment_too_large``,
    ``attachment_not_an_image``, ``attachment_too_many_pixels``, ``attachment_damaged``.
    """
    if not content:
        raise AttachmentRefusedError("attachment_empty", "文件是空的:请重新选择照片")
    if len(content) > BYTES_AT_MOST:
        raise AttachmentRefusedError("attachment_too_large", "文件超过15MB:请压缩后再上传")
    image = _opened(content)
    if image.width * image.height > PIXELS_AT_MOST:
        raise AttachmentRefusedError("attachment_too_many_pixels", "图片像素过大:请缩小后再上传")
    side = _SIGNATURE_SIDE if purpose is Purpose.SIGNATURE else _LONG_SIDE
    try:
        drawn = ImageOps.exif_transpose(image)
        drawn = drawn.convert("RGBA" if purpose is Purpose.SIGNATURE else "RGB")
        drawn.thumbnail((side, side), Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError) as error:
        raise _damaged() from error
    return _written(drawn, purpose)


def _opened(content: bytes) -> Image.Image:
    """Read the header only; nothing is decoded yet, and of an animation only the first picture ever is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit is our own, and lower
            return Image.open(io.BytesIO(content), formats=_ACCEPTED)
    except Image.DecompressionBombError as error:
        raise AttachmentRefusedError("attachment_too_many_pixels", "图片像素过大:请缩小后再上传") from error
    except UnidentifiedImageError as error:
        raise AttachmentRefusedError("attachment_not_an_image", "不是照片:请上传 JPEG、PNG、WebP 或 HEIC") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise _damaged() from error


def _written(drawn: Image.Image, purpose: Purpose) -> CheckedImage:
    fresh = Image.new(drawn.mode, drawn.size)  # a new canvas: what hung on the old one stays behind
    fresh.paste(drawn)
    written = io.BytesIO()
    if purpose is Purpose.SIGNATURE:
        fresh.save(written, "PNG", optimize=True)
        return CheckedImage(written.getvalue(), "image/png", fresh.width, fresh.height)
    fresh.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return CheckedImage(written.getvalue(), "image/jpeg", fresh.width, fresh.height)


def _damaged() -> AttachmentRefusedError:
    return AttachmentRefusedError("attachment_damaged", "图片已损坏或不完整:请重新拍摄或上传")
