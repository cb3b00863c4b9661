"""From a case's record to a form that is ready to be set 填单."""

from collections.abc import Callable, Mapping
from typing import Final

from activities.documents.paper import Fields, PaperForm, Papers
from activities.documents.repair_papers import repair_record_fields, work_order_fields
from activities.documents.revisit_paper import revisit_record_fields
from activities.documents.service_paper import service_record_fields
from activities.documents.typesetting import Sheet
from activities.documents.wording import text
from activities.records.case_queries import CaseRecordView
from workflows.messages.quotes import Quote
from workflows.messages.records import RepairRecord, RevisitRecord, ServiceRecord, WorkOrder

SignatureOf = Callable[[str], bytes | None]
"""Gives the picture of a stored signature by its id, None where it is not at hand."""

_FILL: Final[Mapping[PaperForm, Callable[[Papers], Fields]]] = {
    PaperForm.REPAIR_RECORD: repair_record_fields,
    PaperForm.WORK_ORDER: work_order_fields,
    PaperForm.REVISIT_RECORD: revisit_record_fields,
    PaperForm.SERVICE_RECORD: service_record_fields,
}


def no_signatures(_: str) -> None:
    """No picture is at hand: a form then gives the number under which the signature is kept."""


def fill(form: PaperForm, papers: Papers, signature_of: SignatureOf = no_signatures) -> Sheet:
    """Return the form as it stands on paper, with the pictures of the signatures that are at hand."""
    pictures = {each: signature_of(each) for each in signature_ids(papers.record)}
    return Sheet(
        form=form,
        case=papers.record.number,
        community_name=text(papers.community_name),
        tz=papers.tz,
        fields=_FILL[form](papers),
        signatures={each: picture for each, picture in pictures.items() if picture},
    )


def signature_ids(record: CaseRecordView) -> list[str]:
    """Return the ids of the signatures that the case's forms name, each once."""
    named = [
        form.verified_signature if isinstance(form, RepairRecord) else form.signature
        for form in record.forms
        if isinstance(form, RepairRecord | WorkOrder | Quote | ServiceRecord | RevisitRecord)
    ]
    return list(dict.fromkeys(filter(None, named)))
