"""《特约服务单》: what stands on it (``docs/domain/special-service.md``; S4 3.3, 4.1.2)."""

from activities.documents.paid_work import charge_fields, quote_fields
from activities.documents.paper import Fields, Papers
from activities.documents.repair_papers import customer_fields
from activities.documents.wording import term, text
from workflows.messages.quotes import Charge, Quote
from workflows.messages.records import ServiceRecord
from workflows.messages.special_service import ServiceCategory


def service_record_fields(papers: Papers) -> Fields:
    """《特约服务单》: what was ordered, quoted, done, signed for and received."""
    service = papers.the(ServiceRecord) or ServiceRecord()
    return {
        **customer_fields(papers),
        "category": term(ServiceCategory, service.category) if service.category else "",
        "item": text(service.item),
        "appointment_at": papers.moment(service.appointment_at),
        "performer": papers.staff(service.performer),
        "started_at": papers.moment(service.started_at),
        "completed_at": papers.moment(service.completed_at),
        "work_done": text(service.work_done),
        "signed_at": papers.moment(service.signed_at),
        "signed_by": text(service.signed_by),
        "signature": service.signature,
        "receipts": "、".join(service.receipts),
        "reworks": f"{service.reworks}次" if service.reworks else "",
        "rating": str(service.rating or ""),
        "quotes": [quote_fields(papers, quote) for quote in papers.every(Quote)],
        "charge": charge_fields(papers, papers.the(Charge)),
    }
