"""What Temporal shows of a case to everybody 明面信息: search attributes and one line, without personal data."""

from dataclasses import dataclass
from typing import Any

from temporalio.common import SearchAttributePair, TypedSearchAttributes

from workflows.effects.open_text import OpenText
from workflows.messages.arrears import ArrearsStart, ArrearsState
from workflows.messages.case import CaseOpening
from workflows.messages.fee_cycle import FeeCycleStart, FeeCycleState
from workflows.messages.fee_month import FeeMonthStart, FeeMonthState
from workflows.messages.identifiers import BREACHED, CASE_KIND, CASE_STATE, COMMUNITY, LEVEL, UNIT
from workflows.messages.repair import RepairStart, RepairState
from workflows.messages.revisit import RevisitStart, RevisitState
from workflows.messages.special_service import ServiceStart, ServiceState
from workflows.rules.business_time import spoken
from workflows.rules.repair_acceptance import accepted_at_once_by
from workflows.rules.repair_classification import Hazard

Start = RepairStart | ServiceStart | RevisitStart | FeeCycleStart | ArrearsStart | FeeMonthStart
"""The start messages of the processes that there are."""


@dataclass(frozen=True)
class Face:
    """What is peculiar to a kind of case: its first state, its level if it has one, a word and rows for the details."""

    first_state: str
    word: str
    level: str = ""
    rows: tuple[tuple[str, str], ...] = ()


def face_of(start: Start) -> Face:
    """Return what this case shows besides what every case shows."""
    match start:
        case RepairStart():
            accepted = accepted_at_once_by(start) is not None
            return Face(
                first_state=(RepairState.ACCEPTED if accepted else RepairState.RECEIVED).label,
                word=start.trade.label,
                level=start.repair_class.label,
                rows=(
                    ("紧急程度", start.repair_class.label),
                    ("险情", Hazard(start.hazard).label if start.hazard else "—"),
                    ("工种", start.trade.label),
                    ("预约", spoken(start.appointment_at) or "尽快"),
                ),
            )
        case ServiceStart():
            return Face(
                first_state=ServiceState.ORDERED.label,
                word=start.category.label,
                rows=(("类别", start.category.label), ("预约", spoken(start.appointment_at) or "另行约定")),
            )
        case RevisitStart():
            return Face(
                first_state=RevisitState.PLANNED.label,
                word=start.original,
                rows=(("原单", start.original), ("应于此前回访", spoken(start.selection.due_at))),
            )
        case FeeCycleStart():
            return Face(
                first_state=FeeCycleState.EXTRACTING.label,
                word="",
                level=start.quarter_label,
                rows=(("季度", start.quarter_label), ("缴费截止", str(start.days.due_on))),
            )
        case ArrearsStart():
            first = ArrearsState.FIRST.label
            return Face(first_state=first, word="", level=first, rows=(("账户", start.account),))
        case FeeMonthStart():
            return Face(first_state=FeeMonthState.RUNNING.label, word="", level=start.month)


def attributes_at_start(start: Start) -> TypedSearchAttributes:
    """Return the search attributes of a case that has just been opened; the process keeps them up to date.

    A unit that is not known (房号待核) is left out: what is not one of our codes might hold anything, a name even.
    """
    opening, face = start.opening, face_of(start)
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(CASE_KIND, opening.kind.label),
        SearchAttributePair(CASE_STATE, face.first_state),
        SearchAttributePair(COMMUNITY, opening.community),
        SearchAttributePair(BREACHED, False),
    ]
    if face.level:
        pairs.append(SearchAttributePair(LEVEL, face.level))
    if opening.unit_verified and opening.unit:
        pairs.append(SearchAttributePair(UNIT, opening.unit))
    return TypedSearchAttributes(pairs)


def summary(start: Start) -> OpenText:
    """Return the one line that the Temporal UI shows, such as 「报修 YGHY 1-101 紧急 水」."""
    opening, face = start.opening, face_of(start)
    parts = (opening.kind.label, opening.community, _unit(opening), face.level, face.word)
    return OpenText(" ".join(part for part in parts if part))


def details(start: Start) -> OpenText:
    """Return what the Temporal UI shows below the summary: what was decided when the case was opened."""
    opening = start.opening
    rows = [
        ("来报", f"{spoken(opening.received_at)},{opening.channel.label}"),
        ("项目", opening.community),
        *((("房号", _unit(opening)), ("片区", opening.area or "—")) if _has_place(opening) else ()),
        *face_of(start).rows,
        ("政策版本", str(opening.policy_version)),
    ]
    return OpenText("\n".join(f"- **{name}** {value}" for name, value in rows))


def _has_place(opening: CaseOpening) -> bool:
    """A quarter and a month are a whole community's."""
    return bool(opening.unit) or not opening.kind.is_of_fees


def _unit(opening: CaseOpening) -> str:
    return opening.unit if opening.unit_verified else "房号待核"
