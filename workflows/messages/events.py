"""What the lines of a record say happened 事项: an enum for each kind of case, kept for ever and never renamed."""

from enum import StrEnum


class CaseEvent(StrEnum):
    """Base of those enums; each member has the Chinese term that people read."""

    @property
    def label(self) -> str:
        """The Chinese term."""
        raise NotImplementedError
