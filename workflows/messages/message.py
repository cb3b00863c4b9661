"""The one kind of model that histories hold.

A message lives as long as the longest history that carries it (months). So it ignores fields it does
not know, gives every later field a default, carries no constraint that could reject what was once
accepted, and is never renamed. What a person sends is checked strictly at the edge, before it becomes
a message (``docs/decisions/0006-messages-outlive-releases.md``).
"""

from datetime import time
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, WithJsonSchema


class Message(BaseModel):
    """A frozen value that crosses a process boundary or is kept in a workflow's history."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


Moment = Annotated[AwareDatetime, PlainSerializer(lambda at: at.isoformat(), when_used="json")]
"""An aware business instant; written with its offset so that a reader of the history sees local time."""
LocalTime = Annotated[time, WithJsonSchema({"type": "string", "examples": ["18:00:00"]})]
"""A time of day on the community's clock; it has no offset, because the day gives it."""
