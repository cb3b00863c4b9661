"""《报修记录》 and 《维修派工单》: what stands on them (``docs/domain/repair.md``; S0 4.2.1, S4 二.4)."""

from typing import Final

from activities.documents.paid_work import charge_fields, quote_fields
from activities.documents.paper import Fields, Papers
from activities.documents.wording import day, duration, term, text, yes_no
from workflows.messages.people import Trade
from workflows.messages.quotes import Charge, Quote
from workflows.messages.records import RepairRecord, Suspension, WorkOrder, WorkOrderOutcome
from workflows.messages.repair import Port, RepairClass
from workflows.messages.repair_actions import SuspensionGround
from workflows.rules.repair_classification import Hazard

_WAYS: Final = {
    "customer": "客户确认",
    "signature": "客户签字",
    "revisit": "回访中确认",
    "default": "默认验收",
    "signal": "客户确认",
}
"""How a repair was accepted 验收方式, by the word of the record."""
_STANDING: Final = (WorkOrderOutcome.TAKEN, WorkOrderOutcome.DONE, WorkOrderOutcome.OFFERED)


def customer_fields(papers: Papers) -> Fields:
    """The head that every form begins with 单据抬头."""
    case = papers.record
    return {
        "unit": text(case.unit) + ("" if case.unit_verified else "(房号待核)"),
        "area": text(case.area),
        "name": text(case.reporter.name),
        "identity": case.reporter.identity.label,
        "phone": text(case.reporter.phone),
        "channel": case.channel.label,
        "description": text(case.description),
        "received_at": papers.moment(case.received_at),
        "accepted_at": papers.moment(case.accepted_at),
        "accepted_by": papers.actor(case.accepted_by),
        "state": case.state_label,
        "level": case.level_label,
        "policy_version": str(case.policy_version or ""),
        "linked": "、".join(case.linked),
        "closed_at": papers.moment(case.closed_at),
    }


def repair_fields(papers: Papers) -> Fields:
    """The columns that only a repair has; blank where the record is not written yet."""
    repair = papers.the(RepairRecord) or RepairRecord()
    case = papers.record
    return {
        "place": text(repair.place),
        "inside": {True: "户内", False: "公共部位"}.get(repair.inside, "") if repair.inside is not None else "",
        "trade": term(Trade, repair.trade),
        "class": term(RepairClass, repair.repair_class) or case.level_label,
        "hazard": term(Hazard, repair.hazard) if repair.hazard else "",
        "wanted": papers.moment(repair.appointment_at) or ("尽快" if repair.repair_class else ""),
        "port": term(Port, repair.port) if repair.port else "",
        "in_warranty": _warranty(repair),
        "paid": yes_no(repair.paid) if repair.repair_class else "",
        "completed_at": papers.moment(repair.completed_at),
        "verified_at": papers.moment(repair.verified_at),
        "verified_how": _WAYS.get(repair.verified_how, text(repair.verified_how)),
        "gross": duration(_gross_seconds(papers, repair)),
        "net": duration(repair.net_seconds),
        "reopened": _times(repair.reopened),
        "second_technician": papers.staff(repair.second_technician),
        "revisit": text(repair.revisit),
        "notes": _notes(repair),
        "rating": str(repair.rating or ""),
        "signature": repair.verified_signature,
    }


def repair_record_fields(papers: Papers) -> Fields:
    """《报修记录》: the head, the columns of a repair, and the lines of the record."""
    orders = papers.every(WorkOrder)
    return {
        **customer_fields(papers),
        **repair_fields(papers),
        "technician": papers.staff(orders[-1].technician) if orders else "",
        "lines": line_fields(papers),
        "signature": signature_of_the_work(papers),
    }


def work_order_fields(papers: Papers) -> Fields:
    """《维修派工单》: the order that stands, what was quoted and received, and every order before it."""
    orders = papers.every(WorkOrder)
    standing = next((order for order in reversed(orders) if order.outcome in _STANDING), None)
    return {
        **customer_fields(papers),
        **repair_fields(papers),
        "order": _order(papers, standing) if standing else {},
        "orders": [_order(papers, order) for order in orders],
        "suspensions": [
            {
                "number": str(suspension.number),
                "ground": term(SuspensionGround, suspension.ground),
                "reason": text(suspension.reason),
                "suspended_at": papers.moment(suspension.suspended_at),
                "promised_on": day(suspension.promised_on),
                "resumed_at": papers.moment(suspension.resumed_at),
            }
            for suspension in papers.every(Suspension)
        ],
        "quotes": [quote_fields(papers, quote) for quote in papers.every(Quote)],
        "charge": charge_fields(papers, papers.the(Charge)),
        "signature": signature_of_the_work(papers),
    }


def line_fields(papers: Papers) -> list[Fields]:
    """The lines of the record 处理经过."""
    return [
        {
            "at": papers.moment(line.at),
            "label": text(line.label),
            "actor": papers.actor(line.actor),
            "reason": text(line.reason),
        }
        for line in papers.record.lines
    ]


def signature_of_the_work(papers: Papers) -> str:
    """The id of the customer's signature for the work: given on acceptance, or on the latest order that has one."""
    repair = papers.the(RepairRecord)
    on_orders = [order.signature for order in papers.every(WorkOrder) if order.signature]
    return (repair.verified_signature if repair else "") or (on_orders[-1] if on_orders else "")


def _order(papers: Papers, order: WorkOrder) -> Fields:
    return {
        "attempt": str(order.attempt),
        "technician": papers.staff(order.technician),
        "trade": term(Trade, order.trade),
        "offered_at": papers.moment(order.offered_at),
        "outcome": order.outcome.label,
        "answered_at": papers.moment(order.answered_at),
        "taken_at": papers.moment(order.answered_at) if order.outcome in _STANDING else "",
        "reason": text(order.reason),
        "arrived_at": papers.moment(order.arrived_at),
        "completed_at": papers.moment(order.completed_at),
        "work_done": text(order.work_done),
        "materials": text(order.materials),
        "work_minutes": "" if order.work_minutes is None else str(order.work_minutes),
        "photos": "、".join(order.photos),
    }


def _warranty(repair: RepairRecord) -> str:
    until = f"(至 {day(repair.warranty_until)})" if repair.warranty_until else ""
    return yes_no(repair.in_warranty) + until


def _gross_seconds(papers: Papers, repair: RepairRecord) -> int | None:
    """From order to completion 下单→完成 (S4 二.4); None while the work is not done."""
    if repair.completed_at is None:
        return None
    return int((repair.completed_at - papers.record.received_at).total_seconds())


def _times(count: int) -> str:
    return f"{count}次" if count else ""


def _notes(repair: RepairRecord) -> str:
    """What a reader must not miss 备注."""
    notes = [
        "补单(事后登记,时间为实际时间)" if repair.backfilled else "",
        f"热点问题:90天内同一故障第{repair.same_faults}次" if repair.hot_issue else "",
        f"已并入 {text(repair.merged_into)}" if repair.merged_into else "",
        f"上门无人{repair.no_shows}次" if repair.no_shows else "",
        f"工种不符{repair.wrong_trades}次" if repair.wrong_trades else "",
    ]
    return ";".join(filter(None, notes))
