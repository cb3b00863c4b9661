"""Signed messages 签名回调: what other systems say without a token, signed as standardwebhooks says."""

from typing import Any, Final, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from starters.intake_api.intake import intake_of
from starters.intake_api.problems import ProblemError

SIGNED: Final = ("invalid_signature", "too_many_failed_logins", "malformed_json", "body_too_large", "invalid_request")
"""What every signed message can be answered."""
Said = TypeVar("Said", bound=BaseModel)


async def verified(request: Request, secret: str, body: type[Said]) -> Said:
    """Return the body of a message whose signature is right and at most five minutes old.

    Raises ``ProblemError`` (``invalid_signature``), also where there is no secret ("") and nobody can sign; a wrong
    signature counts as a wrong token does.
    """
    content = await request.body()
    try:
        if not secret:
            raise WebhookVerificationError("no secret")
        Webhook(secret).verify(content, dict(request.headers), json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: headers or content that cannot even be read
        intake_of(request).limits.count_failed_login(request.client.host if request.client else "")
        raise ProblemError("invalid_signature") from None
    try:
        return body.model_validate_json(content)
    except ValidationError as invalid:
        raise RequestValidationError(
            [{**error, "loc": ("body", *error["loc"])} for error in invalid.errors(include_input=False)]
        ) from None


def signed_body(body: type[BaseModel]) -> dict[str, Any]:
    """How the OpenAPI document shows a message that a route reads by itself, so as to verify it first."""
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": body.model_json_schema()}}},
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
            for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
        ],
    }
