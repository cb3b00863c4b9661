"""报价 and 收费 on the forms of paid work (S0 《有偿服务项目及收费标准》, ``docs/domain/special-service.md``)."""

from activities.documents.paper import Fields, Papers
from activities.documents.wording import amount, quantity, text
from workflows.messages.quotes import Charge, Quote, QuoteLine


def quote_fields(papers: Papers, quote: Quote) -> Fields:
    """One quote with its lines; amounts in CNY."""
    return {
        "number": str(quote.number),
        "status": quote.status.label,
        "proposed_at": papers.moment(quote.proposed_at),
        "proposed_by": papers.actor(quote.proposed_by),
        "approved_by": papers.actor(quote.approved_by),
        "answered_at": papers.moment(quote.answered_at),
        "total": amount(quote.total),
        "reason": text(quote.reason),
        "signature": quote.signature,
        "lines": [_line(line) for line in quote.lines],
    }


def charge_fields(papers: Papers, charge: Charge | None) -> Fields:
    """What is owed and what was received, CNY; without a charge every field is blank."""
    if charge is None:
        return {}
    return {
        "billable": amount(charge.billable),
        "service_fee": amount(charge.service_fee),
        "agency": amount(charge.agency),
        # nothing received yet is a blank to be filled in by hand, not a nought
        "collected": amount(charge.collected) if charge.collected or charge.receipt else "",
        "receipt": text(charge.receipt),
        "disputed_at": papers.moment(charge.disputed_at),
        "settled_at": papers.moment(charge.settled_at),
        "settled_by": papers.actor(charge.settled_by),
    }


def _line(line: QuoteLine) -> Fields:
    return {
        "code": text(line.code) or "(表外)",
        "name": text(line.name) + ("(代办)" if line.agency else ""),
        "unit": text(line.unit),
        "quantity": quantity(line.quantity),
        "unit_price": amount(line.unit_price),
        "total": amount(line.quantity * line.unit_price),
    }
