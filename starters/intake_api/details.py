"""From a body to the details of an action 办理内容: what the way in looks up before the case hears of it.

Prices are read off the posted list, units off the register, and a technician or other member of staff is one who is
there; all from the intake snapshot, so that it works while PostgreSQL is away (``docs/decisions/0016``).
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from activities.records.intake_snapshot import IntakeSnapshot
from starters.intake_api.bodies import Body
from starters.intake_api.intake import Intake
from starters.intake_api.problems import ProblemError
from starters.intake_api.quote_bodies import QuoteBody
from starters.intake_api.repair_bodies import CorrectUnitBody, DispatchBody, SendSecondBody
from starters.intake_api.revisit_bodies import AssignVisitorBody, RecordBody
from starters.intake_api.service_bodies import AssignPerformerBody
from workflows.messages.people import Role

_Looked = Callable[[Any, str, IntakeSnapshot], dict[str, Any]]


def details_of(body: Body, community: str, snapshot: IntakeSnapshot) -> dict[str, Any]:
    """Return the action with its details, as JSON.

    Raises ``ProblemError``: ``unknown_price_item``, ``unknown_unit``, ``unknown_technician``, ``unknown_staff``.
    """
    plain: dict[str, Any] = body.model_dump(mode="json")
    look_up = _LOOKED_UP.get(type(body))
    return plain if look_up is None else {**plain, **look_up(body, community, snapshot)}


def _prices(body: QuoteBody, community: str, snapshot: IntakeSnapshot) -> dict[str, Any]:
    posted = snapshot.prices.get(community, {})
    return {"lines": [line.resolved(posted).model_dump(mode="json") for line in body.lines]}


def _place(body: CorrectUnitBody, community: str, snapshot: IntakeSnapshot) -> dict[str, Any]:
    place = snapshot.units.get(community, {}).get(body.unit)
    if place is None:
        raise ProblemError("unknown_unit")
    accepted_on = place.building_accepted_on
    return {"area": place.area, "building_accepted_on": accepted_on.isoformat() if accepted_on else None}


def _technician(body: DispatchBody | SendSecondBody, community: str, snapshot: IntakeSnapshot) -> dict[str, Any]:
    """Only one of the community's active technicians; "" lets the rule choose."""
    if body.technician and Role.TECHNICIAN not in snapshot.staff.get(community, {}).get(body.technician, frozenset()):
        raise ProblemError("unknown_technician")
    return {}


def _staff(*codes: str) -> Callable[[str, IntakeSnapshot], dict[str, Any]]:
    def check(community: str, snapshot: IntakeSnapshot) -> dict[str, Any]:
        known = snapshot.staff.get(community, {})
        if any(code and code not in known for code in codes):
            raise ProblemError("unknown_staff")
        return {}

    return check


def attachments_in(details: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of all photographs and signatures that the details name."""
    one = details.get("signature") or ""
    several = [each for field in ("photos", "receipts") for each in details.get(field) or ()]
    return frozenset(each for each in (one, *several) if each)


async def refuse_unknown_attachments(intake: Intake, community: str, ids: Collection[str]) -> None:
    """Raise ``ProblemError`` (``unknown_attachment``) unless each was uploaded in this community.

    While PostgreSQL is away nobody can say: what names an attachment is answered ``records_unavailable`` then.
    """
    if ids and await asyncio.to_thread(intake.attachments.unknown, community, ids):
        raise ProblemError("unknown_attachment")


_LOOKED_UP: Final[Mapping[type[Body], _Looked]] = {
    QuoteBody: _prices,
    CorrectUnitBody: _place,
    DispatchBody: _technician,
    SendSecondBody: _technician,
    AssignPerformerBody: lambda body, community, snapshot: _staff(body.performer)(community, snapshot),
    AssignVisitorBody: lambda body, community, snapshot: _staff(body.visitor)(community, snapshot),
    RecordBody: lambda body, community, snapshot: _staff(body.second_signer)(community, snapshot),
}
