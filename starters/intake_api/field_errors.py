"""What is wrong with which field, told in zh-CN and without repeating its value."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,31}")
"""A name that a developer may have misspelled; anything else could be a value in the wrong place."""

_MESSAGES: Final[Mapping[str, str]] = {
    "missing": "必填",
    "extra_forbidden": "不认识的字段,请检查拼写",
    "string_type": "应为文本",
    "string_too_short": "不能为空",
    "string_too_long": "超过 {max_length} 个字",
    "string_pattern_mismatch": "格式不对",
    "string_unicode": "含有无法识别的字符",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "enum": "应为 {expected} 之一",
    "literal_error": "应为 {expected} 之一",
    "union_tag_invalid": "应为 {expected_tags} 之一",
    "union_tag_not_found": "必填",
    "model_attributes_type": "应为 JSON 对象(Content-Type: application/json)",
    "model_type": "应为 JSON 对象",
    "dict_type": "应为 JSON 对象",
    "timezone_aware": "时间应带时区,例如 2026-04-15T09:30:00+08:00",
}
_OWN: Final = "value_error"


class FieldError(BaseModel):
    """One wrong field: its dotted path, a stable code and what it should be."""

    field: str
    code: str
    message: str


def field_errors(errors: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    """Return pydantic's errors as a person can use them; values stay out."""
    return [
        FieldError(field=_path(error["loc"]), code=str(error["type"]), message=_message(error)) for error in errors[:50]
    ]


def _path(location: Sequence[int | str]) -> str:
    """Spell a location; a name that the sender made up is shown only where it can hardly be personal data."""
    parts = [str(part) if isinstance(part, int) or _NAME.fullmatch(part) else "?" for part in location]
    return ".".join(parts)


def _message(error: Mapping[str, Any]) -> str:
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind == _OWN:  # the texts of our own checks, which never hold the value
        return str(context.get("error", "格式不对"))
    if kind.startswith("datetime"):
        return _MESSAGES["timezone_aware"]
    return _MESSAGES.get(kind, "格式不对").format_map({name: _short(value) for name, value in context.items()})


def _short(value: object) -> str:
    return str(value).replace("'", "").replace(" or ", "、")
