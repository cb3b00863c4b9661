"""The three presets 预设 of a community's policy: each says only what differs (``docs/domain/policy.md``).

The defaults of :class:`workflows.messages.policy.Policy` are those of residential-S1; only its revisit rules
stand here, because the rules of a community are one list that is replaced as a whole.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from workflows.messages.fee_policy import FeePolicy
from workflows.messages.message import Message
from workflows.messages.people import Role
from workflows.messages.periods import Period
from workflows.messages.policy import DutyMode, DutyPolicy, Policy, PostRequirement
from workflows.messages.revisit_policy import RevisitPolicy, RevisitRule


class Preset(StrEnum):
    """The kinds of community that the sources describe."""

    RESIDENTIAL_S1 = "residential-S1"
    CAMPUS_S4 = "campus-S4"
    STREET_S0 = "street-S0"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _LABELS[self]


_LABELS: Final = {
    Preset.RESIDENTIAL_S1: "住宅小区",
    Preset.CAMPUS_S4: "学校园区",
    Preset.STREET_S0: "商业街区",
}


def _rule(identifier: str, *scope: str, window: str = "", min_rate: str = "1.00", **details: Any) -> RevisitRule:
    return RevisitRule(
        id=identifier,
        scope=scope,
        window=Period.parse(window) if window else None,
        min_rate=Decimal(min_rate),
        **details,
    )


_ACTIVITY: Final = _rule("act", "activity", window="P1M", min_rate="0.10", by=Role.CULTURE_CLERK)

_RESIDENTIAL: Final = (
    # S1 gives the windows and rates of repairs, complaints and activities; the rest is our own figure
    _rule("rep", "repair", window="P1M", min_rate="0.30", by=Role.STEWARD),
    _rule("cg", "complaint.general", window="P3D", min_rate="0.50", first_channel="onsite", by=Role.CS_ASSISTANT),
    _rule("ci", "complaint.important", window="P3D", min_rate="0.50", first_channel="onsite", by=Role.CS_SUPERVISOR),
    _rule("cm", "complaint.major", window="P3D", all_rounds="onsite", by=Role.SITE_MANAGER),
    _rule("req", "opinion", "suggestion", window="P7D", by=Role.CS_ASSISTANT),
    _ACTIVITY,
    _rule("mov", "move_in", "emergency", "assistance", window="P7D"),
    _rule("svc", "special_service", same_as="rep"),
)

_CAMPUS: Final = (
    # S4 二.5: everything that customers raise, within 24 hours; no visitor named: by level (R4)
    _rule(
        "all",
        *("repair", "complaint", "opinion", "suggestion", "assistance"),
        window="PT24H",
        first_channel="phone_or_platform",
        satisfaction_target=Decimal("0.90"),
    ),
    _ACTIVITY,
    _rule("mov", "move_in", "emergency", window="P7D"),
    _rule("svc", "special_service", same_as="all"),
)

_STREET: Final = (
    *_RESIDENTIAL,
    # S0 篇2.8: tenants are visited regularly; each quarter is our own figure
    _rule("ten", "tenant", every="quarter", by=Role.STEWARD),
)

_DIFFERENCES: Final[Mapping[Preset, Mapping[str, Message]]] = {
    Preset.RESIDENTIAL_S1: {"revisit": RevisitPolicy(rules=_RESIDENTIAL)},
    Preset.CAMPUS_S4: {
        "duty": DutyPolicy(
            mode=DutyMode.THREE_SHIFTS,
            single_post=True,
            post_requirements=PostRequirement.REFUSE,
            developer_ports=False,
        ),
        "revisit": RevisitPolicy(rules=_CAMPUS),
        "fee": FeePolicy(enabled=False),
    },
    Preset.STREET_S0: {
        "duty": DutyPolicy(developer_ports=False),
        "revisit": RevisitPolicy(rules=_STREET),
        "fee": FeePolicy(half_factor=Decimal("1.0")),
    },
}


def preset_policy(preset: Preset, community: str, effective_from: datetime, *, version: int = 1) -> Policy:
    """Return the policy of a community that has decided nothing of its own; ``effective_from`` is aware."""
    return Policy(
        community=community,
        version=version,
        effective_from=effective_from,
        preset=preset.value,
        **_DIFFERENCES[preset],
    )
