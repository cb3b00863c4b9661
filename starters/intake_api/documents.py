"""POST and GET documents: printing the forms of a case as PDF, and the register of what was printed 打印单据."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel

from activities.attachments.images import AttachmentRefusedError
from activities.connections.encryption import EncryptionError
from activities.documents.fonts import FontMissingError
from activities.documents.paper import PaperForm
from activities.documents.printing import PrintEntry, PrintRefusedError, print_form, prints_of
from activities.records.case_queries import get_case
from activities.records.intake_snapshot import Caller
from starters.intake_api.attached_files import PDF, shown_as
from starters.intake_api.callers import CommunityCode, KnownCallersRoute, Right, actor_of, caller_with
from starters.intake_api.intake import Intake, TheIntake
from starters.intake_api.problems import ProblemError, documented
from workflows.messages.people import Role
from workflows.messages.records import WorkOrder
from workflows.rules.case_numbers import is_case_number

router = APIRouter(route_class=KnownCallersRoute, tags=["documents 打印单据"])


class PdfResponse(Response):
    """A form to be put on paper."""

    media_type = PDF


class PrintRegister(BaseModel):
    """Every print of the forms of a case, in the order in which they were made."""

    number: str
    prints: tuple[PrintEntry, ...]


@router.post(
    "/v1/communities/{community}/cases/{number}/documents/{form}",
    status_code=201,
    response_class=PdfResponse,
    responses=documented("unknown_case", "form_not_of_case", "font_missing", "records_unavailable"),
)
def print_a_form(
    form: PaperForm,
    community: CommunityCode,
    number: str,
    caller: Annotated[Caller, caller_with(Right.READ_RECORDS)],
    intake: TheIntake,
) -> PdfResponse:
    """Print a form of the case as the records have it. Personal data.

    Every print is numbered (``X-Print-Number``) and entered with who and when, so it takes no idempotency key: a
    second request is a second print, which says 补打 on every page (``X-Print-Copy`` 1, 2, …; 0 is the original).
    """
    _refuse_unless_readable(intake, community, number, caller)
    try:
        printed = print_form(
            intake.database,
            community,
            number,
            form,
            actor=actor_of(caller),
            now=datetime.now(UTC),
            signature_of=partial(_signature, intake, community),
        )
    except FontMissingError:
        raise ProblemError("font_missing") from None
    except PrintRefusedError as refused:
        raise ProblemError(refused.code, str(refused)) from None
    plain_name = f"{number}-{form}.pdf"
    return PdfResponse(
        printed.content,
        status_code=201,
        headers={
            **shown_as(plain_name, printed.file_name),
            "X-Print-Number": printed.print_number,
            "X-Print-Copy": str(printed.copy),
            "Cache-Control": "no-store",
        },
    )


@router.get(
    "/v1/communities/{community}/cases/{number}/documents", responses=documented("unknown_case", "records_unavailable")
)
def list_prints(
    community: CommunityCode,
    number: str,
    caller: Annotated[Caller, caller_with(Right.READ_RECORDS)],
    intake: TheIntake,
) -> PrintRegister:
    """List the prints of the case: number, form, original or which reprint, when, by whom, SHA-256 of the PDF."""
    _refuse_unless_readable(intake, community, number, caller)
    return PrintRegister(number=number, prints=prints_of(intake.database, community, number))


def _signature(intake: Intake, community: str, attachment: str) -> bytes | None:
    """The picture of a signature; None, and the form names its id instead, where it cannot be read."""
    try:
        found = intake.attachments.read(community, attachment)
    except (AttachmentRefusedError, EncryptionError, OSError):
        return None
    return None if found is None else found[0]


def _refuse_unless_readable(intake: Intake, community: str, number: str, caller: Caller) -> None:
    """Who may not read the record may not print it either: a technician prints the jobs that are or were his own."""
    case = get_case(intake.database, community, number) if is_case_number(number) else None
    if case is None:
        raise ProblemError("unknown_case")
    if caller.role is Role.TECHNICIAN:
        own = {case.assignee, *(form.technician for form in case.forms if isinstance(form, WorkOrder))}
        if not caller.staff or caller.staff not in own:
            raise ProblemError("unknown_case")
