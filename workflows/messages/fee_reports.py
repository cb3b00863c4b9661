"""Words of the fee reports 收费报表用语: why somebody owes, and the figures that a report is made of (§9.10, §9.11)."""

from enum import StrEnum
from typing import Final


class ArrearsCause(StrEnum):
    """欠费原因: why an account is in arrears; without one the report is not sent (S4 4.7, RPT-03)."""

    VACANT = "vacant"
    QUALITY_DISPUTE = "quality_dispute"
    SERVICE_DISPUTE = "service_dispute"
    UNREACHABLE = "unreachable"
    HARDSHIP = "hardship"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _CAUSES[self]


_CAUSES: Final[dict[ArrearsCause, str]] = {
    ArrearsCause.VACANT: "无人居住",
    ArrearsCause.QUALITY_DISPUTE: "质量争议",
    ArrearsCause.SERVICE_DISPUTE: "服务争议",
    ArrearsCause.UNREACHABLE: "失联",
    ArrearsCause.HARDSHIP: "困难",
    ArrearsCause.OTHER: "其他",
}


class Figure(StrEnum):
    """A figure of a report, each of which can be followed to its lines. CNY."""

    DUE = "due"
    RECEIVED = "received"
    ARREARS = "arrears"
    OLD_DUE = "old_due"
    OLD_RECEIVED = "old_received"
    OLD_ARREARS = "old_arrears"
    LATE_FEE_RECEIVED = "late_fee_received"
    LATE_FEE_OWED = "late_fee_owed"
    DIRECT = "direct"
    COLLECTED = "collected"
    LATE_ENTERED = "late_entered"
    PARKING_DUE = "parking_due"
    PARKING_RECEIVED = "parking_received"
    SERVICE_FEE = "service_fee"
    AGENCY = "agency"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _FIGURES[self]


_FIGURES: Final[dict[Figure, str]] = {
    Figure.DUE: "本期应收",
    Figure.RECEIVED: "本期已收",
    Figure.ARREARS: "本期欠费",
    Figure.OLD_DUE: "往期欠费",
    Figure.OLD_RECEIVED: "清欠收回",
    Figure.OLD_ARREARS: "往期未清",
    Figure.LATE_FEE_RECEIVED: "已收滞纳金",
    Figure.LATE_FEE_OWED: "未收滞纳金",
    Figure.DIRECT: "直接收入",
    Figure.COLLECTED: "收款合计",
    Figure.LATE_ENTERED: "补录收款",
    Figure.PARKING_DUE: "停车应收",
    Figure.PARKING_RECEIVED: "停车实收",
    Figure.SERVICE_FEE: "有偿服务费",
    Figure.AGENCY: "代收代付",
}
