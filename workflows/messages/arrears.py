"""Messages of an account's arrears 催缴 (S4 4.2.1.8–11; ``docs/domain/fees.md``)."""

from enum import StrEnum
from typing import Final


class DunningStage(StrEnum):
    """How far a bill has climbed the ladder of notices; each bill climbs its own (§9.11)."""

    FIRST = "first"
    SECOND = "second"
    FINAL = "final"
    OTHER_MEANS = "other_means"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _STAGES[self]


_STAGES: Final[dict[DunningStage, str]] = {
    DunningStage.FIRST: "首次催款",
    DunningStage.SECOND: "二次催款",
    DunningStage.FINAL: "最后催款",
    DunningStage.OTHER_MEANS: "其它方式",
}
