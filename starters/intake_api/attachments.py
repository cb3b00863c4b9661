"""POST and GET attachments: photographs and signatures are uploaded first, and actions name their ids 附件."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from activities.attachments.attachments import Uploaded
from activities.attachments.images import BYTES_AT_MOST, AttachmentRefusedError, Purpose
from activities.opening.message_keys import key_digest
from activities.records.intake_snapshot import Caller
from starters.intake_api.attached_files import attached
from starters.intake_api.callers import CommunityCode, IdempotencyKey, KnownCallersRoute, Right, actor_of, caller_with
from starters.intake_api.intake import TheIntake
from starters.intake_api.problems import ProblemError, documented
from workflows.messages.attachments import AttachmentRef

router = APIRouter(route_class=KnownCallersRoute, tags=["attachments 附件"])
_AT_ONCE: Final = asyncio.Semaphore(2)
"""Images decoded at the same time in one process: each may take some 200 MB while it lasts."""
_IMAGES: Final = ("image/jpeg", "image/png", "image/webp", "image/heic")
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/v1/communities/{community}/attachments",
    status_code=201,
    max_body_size=BYTES_AT_MOST + 1024,
    responses={
        200: {"model": AttachmentRef, "description": "The same upload had come before; this is its file."},
        **documented(
            "idempotency_key_required",
            "idempotency_key_invalid",
            "idempotency_key_reused",
            "attachment_empty",
            "attachment_too_large",
            "attachment_not_an_image",
            "attachment_too_many_pixels",
            "attachment_damaged",
            "attachments_unavailable",
            "records_unavailable",
        ),
    },
    openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(_IMAGES, _BINARY)}},
)
async def upload_an_attachment(
    *,
    request: Request,
    purpose: Annotated[Purpose, Query()],
    community: CommunityCode,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.ATTACH)],
    intake: TheIntake,
    response: Response,
) -> AttachmentRef:
    """Upload one image as the body; JPEG, PNG, WebP or HEIC, at most 15 MB. It is kept upright and without EXIF."""
    content = await request.body()

    def upload() -> Uploaded:
        return intake.attachments.upload(
            community,
            actor_of(caller),
            content,
            purpose,
            key_digest=key_digest(caller.caller, key),
            now=datetime.now(UTC),
        )

    try:
        async with _AT_ONCE:
            uploaded = await asyncio.to_thread(upload)
    except AttachmentRefusedError as refused:
        raise ProblemError(refused.code, str(refused)) from None
    if not uploaded.created:
        response.status_code = 200
    return uploaded.ref


@router.get(
    "/v1/communities/{community}/attachments/{attachment}",
    response_class=Response,
    responses={
        200: {"content": {"image/jpeg": _BINARY, "image/png": _BINARY}},
        **documented("unknown_attachment", "attachment_damaged", "attachments_unavailable", "records_unavailable"),
    },
)
def read_an_attachment(
    community: CommunityCode,
    attachment: str,
    _: Annotated[Caller, caller_with(Right.READ_RECORDS)],
    intake: TheIntake,
) -> Response:
    """Read an image of the community. Personal data: it shows homes and handwriting."""
    try:
        found = intake.attachments.read(community, attachment) if attachment.startswith("FJ-") else None
    except AttachmentRefusedError as refused:
        raise ProblemError(refused.code, str(refused)) from None
    except FileNotFoundError:
        raise ProblemError("attachment_damaged", "附件库中没有这张图片:请从备份恢复") from None
    if found is None:
        raise ProblemError("unknown_attachment")
    content, media_type = found
    suffix = media_type.removeprefix("image/")
    return attached(content, media_type, f"{attachment}.{suffix}")
