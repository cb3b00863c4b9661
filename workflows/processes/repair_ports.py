"""Warranty and responsible port of a repair 保修与责任端口 (L3 §40; S3; RPR-14, RPR-22), and the unit it depends on."""

from workflows.messages.notices import NoticeEvent, to_role
from workflows.messages.people import SYSTEM, Actor, Role, Trade
from workflows.messages.repair import Port, RepairClock, RepairState
from workflows.messages.repair_actions import CorrectUnitDetails, SetPortDetails
from workflows.messages.repair_events import RepairEvent
from workflows.processes.repair_closing import RepairClosing
from workflows.rules import warranty
from workflows.rules.allowed_actions import Refused
from workflows.rules.business_time import local

_S = RepairState
_NOT_BEGUN = (_S.RECEIVED, _S.ACCEPTED, _S.DISPATCHED, _S.ACKNOWLEDGED, _S.ARRIVED)


class RepairPorts(RepairClosing):
    """A repair that the developer may have to answer for."""

    def judge_warranty(self) -> None:
        """Judge by the building's acceptance and the words of the report whether it is in warranty, and whose it is."""
        accepted_on, trade = self.start.building_accepted_on, Trade(self.repair.trade)
        until = warranty.warranty_until(accepted_on, self.opening.description, trade, self.policy.warranty)
        reported_on = local(self.opening.received_at, self.calendar.tz).date()
        covered = warranty.in_warranty(reported_on, until)
        self.fill_in(in_warranty=covered, warranty_until=until)
        port = warranty.port_of(covered=covered, developer_ports=self.start.developer_ports)
        self.give_to(port, SYSTEM)

    def begin_work(self, actor: Actor) -> None:
        """开始维修."""
        self.clocks.stop(RepairClock.REPAIR_START)
        self.record(RepairEvent.WORK_STARTED, actor, state=_S.IN_PROGRESS)

    def begin_if_free(self, actor: Actor) -> None:
        """Nobody waits for a quote any longer where the work has turned out to be free."""
        if self.state is _S.ARRIVED and not self.repair.paid:
            self.begin_work(actor)

    def give_to(self, port: Port, actor: Actor, reason: str = "") -> None:
        """Have the port answer for it: 运筹 by its limits, and only 物业's work inside a home is ever paid."""
        before = self.repair.port
        self.fill_in(port=port.value)
        self.judge_payment()
        if port.value == before or (not before and port is Port.PROPERTY):
            return
        self.clocks.stop(RepairClock.SITE_CHECK, RepairClock.REPAIR_START)
        if port is Port.CONSTRUCTION and self.state in _NOT_BEGUN:
            since = self.opening.received_at if self.state is _S.RECEIVED else self.now
            self.start_clock(RepairClock.SITE_CHECK, self.policy.warranty_site_check, since)
            self.start_clock(RepairClock.REPAIR_START, self.policy.warranty_repair_start, since)
        facts = {"port": port.value, "port_label": port.label}
        self.record(RepairEvent.PORT_SET, actor, reason=reason, facts=facts)
        if port is not Port.PROPERTY:
            self.tell(NoticeEvent.PORT_ASSIGNED, to_role(Role.PORT_OWNER), facts)
        self.begin_if_free(actor)

    def judge_payment(self) -> None:
        """Whether the work needs a quote; what the customer has confirmed stays paid."""
        if self.charge.confirmed:
            return
        self.fill_in(
            paid=warranty.is_paid(
                paid_inside=self.policy.paid_inside,
                inside=self.repair.inside,
                covered=self.repair.in_warranty,
                port=Port(self.repair.port or Port.PROPERTY),
                repair_class=self.level,
            )
        )

    def refuse_port(self, details: SetPortDetails, actor: Actor) -> None:
        """Where no developer takes part everything is the property company's."""
        if details.port is not Port.PROPERTY and not self.start.developer_ports:
            raise Refused("no_developer_ports", "本项目未启用开发商端口,责任端口只能是物业")

    def set_port(self, details: SetPortDetails, actor: Actor) -> None:
        """改判责任端口, with the reason."""
        self.give_to(details.port, actor, details.reason)

    def correct_unit(self, details: CorrectUnitDetails, actor: Actor) -> None:
        """更正房号: the case is that unit's from now on, and its warranty that building's."""
        facts = {"from": self.opening.unit, "unit": details.unit, "area": details.area}
        right = {"unit": details.unit, "area": details.area, "unit_verified": True}
        self.opening = self.opening.model_copy(update=right)
        self.start = self.start.model_copy(
            update={"opening": self.opening, "building_accepted_on": details.building_accepted_on}
        )
        self.background_known = False
        self.record(RepairEvent.UNIT_CORRECTED, actor, reason=details.reason, facts=facts)
        if self.whole:
            self.judge_warranty()
            self.begin_if_free(actor)
