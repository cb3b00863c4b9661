"""From an order to the start of a special service 特约服务 (``docs/domain/special-service.md``; S4 3.3)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from activities.opening.places import place_of, policy_in_force
from activities.opening.refused import CaseRefusedError
from activities.records.intake_snapshot import Caller, IntakeSnapshot
from workflows.messages.attachments import AttachmentRef
from workflows.messages.case import CaseOpening, Channel, Reporter
from workflows.messages.identifiers import CaseKind
from workflows.messages.message import Message, Moment
from workflows.messages.people import Actor, Role
from workflows.messages.special_service import ServiceCategory, ServiceStart


class ServiceOrder(Message):
    """What was ordered, checked at the edge. Personal data: the reporter and the free text."""

    community: str
    unit: str
    channel: Channel
    category: ServiceCategory
    description: str
    item: str = ""
    reporter: Reporter = Reporter()
    appointment_at: Moment | None = None
    attachments: tuple[AttachmentRef, ...] = ()


def service_start(
    number: str, order: ServiceOrder, caller: Caller, snapshot: IntakeSnapshot, now: datetime
) -> ServiceStart:
    """Return the start message of the service, ordered at ``now`` under the policy then in force.

    Raises ``CaseRefusedError``: ``unknown_unit``, ``appointment_in_past``, ``no_policy_in_force``,
    ``unknown_price_item`` for an item that is not posted.
    """
    policy = policy_in_force(order.community, snapshot, now)
    place = place_of(order.community, order.unit, snapshot, now)
    if order.appointment_at is not None and order.appointment_at < now:
        raise CaseRefusedError("appointment_in_past", "预约时间已过:请改约,或不填以另行约定")
    if order.item and order.item not in snapshot.prices.get(order.community, {}):
        raise CaseRefusedError("unknown_price_item", "《收费标准》中没有这个项目编码:请核对,或不填编码以另行报价")
    return ServiceStart(
        opening=CaseOpening(
            number=number,
            kind=CaseKind.SPECIAL_SERVICE,
            community=order.community,
            channel=order.channel,
            received_at=now.astimezone(ZoneInfo(policy.calendar.tz)),
            unit=order.unit,
            unit_verified=place.verified,
            area=place.area,
            reporter=order.reporter,
            description=order.description,
            policy_version=policy.version,
            accepted_by=None if caller.role is Role.INTAKE else Actor(role=caller.role, code=caller.staff),
            attachments=order.attachments,
        ),
        category=order.category,
        item=order.item,
        appointment_at=order.appointment_at,
        policy=policy.service,
        calendar=snapshot.calendar,
    )
