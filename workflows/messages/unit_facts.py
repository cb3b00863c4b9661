"""Facts about a unit that decide who pays how much 房屋事实: takeover, permit, occupation, transfer (F2, F4, F5, F7).

The move-in and renovation processes will send them; until then the desk enters them.
"""

from enum import StrEnum
from typing import Final


class UnitFactKind(StrEnum):
    """What happened to a unit, or is known of it, from a day on."""

    TAKEOVER = "takeover"
    TRANSFER = "transfer"
    TENANCY = "tenancy"
    VACATED = "vacated"
    PERMIT_ISSUED = "permit_issued"
    FILING_ACCEPTED = "filing_accepted"
    WORKS_START = "works_start"
    WORKS_PROVEN = "works_proven"
    OCCUPIED = "occupied"
    PERMIT_CANCELLED = "permit_cancelled"
    TERMS_CHANGED = "terms_changed"
    VACANCY_GRANTED = "vacancy_granted"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _KINDS[self]


_KINDS: Final[dict[UnitFactKind, str]] = {
    UnitFactKind.TAKEOVER: "收房",
    UnitFactKind.TRANSFER: "过户",
    UnitFactKind.TENANCY: "承租人缴费",
    UnitFactKind.VACATED: "退租",
    UnitFactKind.PERMIT_ISSUED: "装修许可签发",
    UnitFactKind.FILING_ACCEPTED: "装修备案受理",
    UnitFactKind.WORKS_START: "装修开工",
    UnitFactKind.WORKS_PROVEN: "巡查发现已施工",
    UnitFactKind.OCCUPIED: "未装修入住",
    UnitFactKind.PERMIT_CANCELLED: "装修许可撤销",
    UnitFactKind.TERMS_CHANGED: "单价或面积变更",
    UnitFactKind.VACANCY_GRANTED: "空置优惠",
}
