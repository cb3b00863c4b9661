"""Class, hazard and trade of a reported repair 紧急程度·危险·工种, from the words of the report (domain: repair)."""

from enum import StrEnum

from workflows.messages.message import Message
from workflows.messages.people import Trade
from workflows.messages.repair import RepairClass
from workflows.messages.repair_policy import RepairPolicy


class Hazard(StrEnum):
    """A danger to people or property 危险标志, the most dangerous first."""

    GAS = "gas"
    FIRE = "fire"
    LIFT_ENTRAPMENT = "lift_entrapment"
    LIVE_WIRE = "live_wire"
    BURST_PIPE = "burst_pipe"
    FLOODING = "flooding"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _HAZARDS[self][0]

    @property
    def trade(self) -> Trade:
        """The trade that goes first, whatever else the report says."""
        return _HAZARDS[self][1]


_HAZARDS: dict[Hazard, tuple[str, Trade]] = {
    Hazard.GAS: ("燃气泄漏", Trade.GAS),
    Hazard.FIRE: ("火情", Trade.ELECTRICAL),
    Hazard.LIFT_ENTRAPMENT: ("电梯困人", Trade.LIFT),
    Hazard.LIVE_WIRE: ("漏电", Trade.ELECTRICAL),
    Hazard.BURST_PIPE: ("爆管", Trade.PLUMBING),
    Hazard.FLOODING: ("水淹", Trade.PLUMBING),
}


class Classification(Message):
    """What a report's words say of it. ``hazard`` is a :class:`Hazard` code or ""."""

    repair_class: RepairClass
    hazard: str
    trade: Trade


def classify(description: str, trade: Trade | None, policy: RepairPolicy) -> Classification:
    """Judge a report: hazard words outrank all else, then words of 急修, then a general repair.

    A trade that the reporter names is kept, except that a hazard calls its own. Otherwise the trade with the
    longest matching word wins, so that 「下水道堵」 beats 「水」; no match is :attr:`Trade.GENERAL`.
    """
    words = "".join(description.split())
    hazard = next((h for h in Hazard if any(word in words for word in policy.hazard_words.get(h, ()))), None)
    if hazard is not None:
        return Classification(repair_class=RepairClass.EMERGENCY, hazard=hazard, trade=hazard.trade)
    urgent = any(word in words for word in policy.urgent_words)
    return Classification(
        repair_class=RepairClass.URGENT if urgent else RepairClass.GENERAL,
        hazard="",
        trade=trade or _trade_by_words(words, policy),
    )


def _trade_by_words(words: str, policy: RepairPolicy) -> Trade:
    found = [(len(word), trade) for trade in Trade for word in policy.trade_words.get(trade, ()) if word in words]
    return max(found, key=lambda match: match[0], default=(0, Trade.GENERAL))[1]


def more_urgent(first: RepairClass, second: RepairClass) -> RepairClass:
    """Return the more urgent of two classes."""
    order = list(RepairClass)
    return min(first, second, key=order.index)
