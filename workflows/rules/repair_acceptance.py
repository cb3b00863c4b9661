"""Who accepts a repair without its having to wait 即时受理 (domain: repair)."""

from workflows.messages.people import SYSTEM, Actor
from workflows.messages.repair import RepairStart


def accepted_at_once_by(start: RepairStart) -> Actor | None:
    """Return who accepts the report in the case's first step; None when it waits for the desk.

    Entering it at the desk is accepting it, and an emergency is accepted by the system: dispatch precedes paperwork.
    """
    return start.opening.accepted_by or (SYSTEM if start.hazard else None)
