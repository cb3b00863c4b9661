"""One full sample of every message: each optional field filled, so that decoding it tries every type.

``python -m tests.messages.samples 0.1.0`` writes the samples of a release, as the data converter puts them
into histories, into ``released/0.1.0/``. A released folder is never written again: what stands in it lies in
the histories of somebody's open cases.
"""

import enum
import importlib
import json
import pkgutil
import sys
import types
import typing
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime
from temporalio.contrib.pydantic import pydantic_data_converter

import workflows.messages
from workflows.messages.message import Message
from workflows.messages.periods import Period

RELEASED = Path(__file__).parent / "released"
ENUMERATIONS = "enumerations.json"
_LOCAL = timezone(timedelta(hours=8))
_SCALARS: dict[Any, Any] = {
    str: "文字",
    int: 3,
    float: 0.8,
    bool: True,
    Decimal: Decimal("0.50"),
    date: date(2026, 5, 12),
    time: time(21, 30),
    Any: "任意",
    Period: Period(hours=2, minutes=30),
    AwareDatetime: datetime(2026, 5, 12, 10, 10, tzinfo=_LOCAL),
}
_UNIONS = (typing.Union, types.UnionType)


def _defined_in_messages(kind: type) -> list[Any]:
    modules = [
        importlib.import_module(f"{workflows.messages.__name__}.{module.name}")
        for module in pkgutil.iter_modules(workflows.messages.__path__)
    ]
    found = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, kind) and value.__module__.startswith("workflows.messages")
    }
    return sorted(found, key=lambda value: str(value.__name__))


def message_classes() -> list[type[Message]]:
    """Every message of this build, by name."""
    return [cls for cls in _defined_in_messages(Message) if cls is not Message]


def enumerations() -> dict[str, list[str]]:
    """Every closed list of values that messages and registered names use."""
    return {cls.__name__: [str(member.value) for member in cls] for cls in _defined_in_messages(enum.Enum)}


def variants(annotation: Any) -> list[Any]:
    """The types that a value of this type can have, without None: one but for a union."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return variants(arguments[0])
    if origin in _UNIONS:
        return [variant for kind in arguments if kind is not type(None) for variant in variants(kind)]
    return [annotation]


def sample_of(annotation: Any) -> Any:
    """A value of the type, as full as it can be; deterministic, so that two builds can be compared."""
    kind = variants(annotation)[0]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        value = arguments[0]
    elif origin is tuple:
        each = variants(arguments[0]) if arguments[-1] is Ellipsis else arguments
        value = tuple(sample_of(variant) for variant in each)
    elif origin is dict:
        value = {sample_of(arguments[0]): sample_of(arguments[1])}
    elif kind in _SCALARS:
        value = _SCALARS[kind]
    elif issubclass(kind, enum.Enum):
        value = list(kind)[-1]
    else:
        value = full(kind)
    return value


def full(cls: type[Message]) -> Message:
    """An instance of the message with every field filled in; ``progress`` of a start ends after one round."""
    hints = typing.get_type_hints(cls, include_extras=True)
    return cls(**{name: sample_of(hints[name]) for name in cls.model_fields})


def as_in_a_history(message: Message) -> Any:
    """The JSON that the data converter writes for the message, before it is encrypted."""
    [payload] = pydantic_data_converter.payload_converter.to_payloads([message])
    return json.loads(payload.data)


def decoded(cls: type[Message], data: Any) -> Message:
    """What this build makes of JSON that lies in a history."""
    payload_converter = pydantic_data_converter.payload_converter
    [payload] = payload_converter.to_payloads([{}])
    payload.data = json.dumps(data).encode()
    [message] = payload_converter.from_payloads([payload], [cls])
    return typing.cast(Message, message)


def write_release(release: str) -> Path:
    """Write the samples of a release that is about to be made; raises ``FileExistsError`` for one that was."""
    folder = RELEASED / release
    folder.mkdir(parents=True)
    contents = {f"{cls.__name__}.json": as_in_a_history(full(cls)) for cls in message_classes()}
    for name, data in (contents | {ENUMERATIONS: enumerations()}).items():
        (folder / name).write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return folder


if __name__ == "__main__":
    sys.stdout.write(f"{write_release(sys.argv[1])}\n")
