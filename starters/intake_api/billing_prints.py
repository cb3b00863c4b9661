"""POST billing/prints: papers of fees as PDF, one or a thousand in one file 打印收费单据 (S4 4.2.1.4–10)."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import SQLAlchemyError

from activities.connections.database import is_unavailable
from activities.documents.fee_forms import FeeForm
from activities.documents.fee_printing import NoticeBatch, print_fee_document
from activities.documents.fonts import FontMissingError
from activities.documents.notice_selection import NoticeSelection
from activities.documents.print_register import PrintEntry, prints_of
from activities.ledger.refused import LedgerRefusedError
from activities.records.intake_snapshot import Caller
from starters.intake_api.attached_files import shown_as
from starters.intake_api.callers import CommunityCode, KnownCallersRoute, Right, actor_of, caller_with
from starters.intake_api.documents import PdfResponse
from starters.intake_api.fee_bodies import PrintNoticesBody
from starters.intake_api.intake import Intake, TheIntake
from starters.intake_api.ledger_transaction import areas_of
from starters.intake_api.problems import CATALOGUE, ProblemError, documented
from workflows.messages.people import Role

PROGRESS: Final = "application/x-ndjson"
"""What a client accepts who wants to be told how far a batch is."""
router = APIRouter(route_class=KnownCallersRoute, tags=["fees 收费"])
PaperNumber = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,32}$", examples=["JF-2026-000001"])]


@router.post(
    "/v1/communities/{community}/billing/prints/notices",
    status_code=201,
    response_class=PdfResponse,
    responses={
        201: {"content": {PdfResponse.media_type: {}, PROGRESS: {}}},
        **documented(
            "selection_missing", "no_notices", "too_many_notices", "unknown_notice", "not_your_area", "seal_missing",
            "printed_meanwhile", "no_policy_in_force", "font_missing", "records_unavailable",
        ),
    },
)  # fmt: skip
def print_many_notices(
    body: PrintNoticesBody,
    community: CommunityCode,
    caller: Annotated[Caller, caller_with(Right.READ_LEDGER)],
    intake: TheIntake,
    request: Request,
) -> Response:
    """Print notices as one PDF in the order in which a steward walks, and enter every print, or none. Personal data.

    A steward prints those of his areas. Whoever accepts ``application/x-ndjson`` is told how far it is, a line at a
    time (``done``, ``total``); the last line is the PDF in Base64 (``file``), or a problem (``code``, ``detail``).
    """
    selection = NoticeSelection(**body.model_dump())
    with _refusals():
        areas = _areas_of_steward(intake, community, caller)
        batch = NoticeBatch(intake.database, community, selection, actor_of(caller), datetime.now(UTC), areas)
    headers = {"X-Print-Notices": str(len(batch.papers))}
    if PROGRESS in request.headers.get("accept", ""):
        return StreamingResponse(_told(batch), status_code=201, media_type=PROGRESS, headers=headers)
    with _refusals():
        content = _whole(batch)
    return PdfResponse(content, status_code=201, headers={**headers, **shown_as("notices.pdf", "通知单.pdf")})


@router.post(
    "/v1/communities/{community}/billing/prints/{paper}/{subject}",
    status_code=201,
    response_class=PdfResponse,
    responses=documented(
        "unknown_notice", "unknown_receipt", "unknown_slip", "not_your_area", "seal_missing", "printed_meanwhile",
        "no_policy_in_force",
        "font_missing", "records_unavailable",
    ),
)  # fmt: skip
def print_a_fee_paper(
    *,
    paper: FeeForm,
    subject: PaperNumber,
    community: CommunityCode,
    proof: Annotated[bool, Query(description="样张: not entered, and said so across the page.")] = False,
    caller: Annotated[Caller, caller_with(Right.READ_LEDGER)],
    intake: TheIntake,
) -> PdfResponse:
    """Print a notice, a day's slip or a receipt. Personal data.

    Every print is entered with who and when, so it takes no idempotency key: a second request is a second print, which
    says 补打 on every page (``X-Print-Copy`` 1, 2, …; 0 is the original). A dunning notice without its seal's number is
    refused (``seal_missing``); its ``proof`` says 未用印,不得送达.
    """
    with _refusals():
        areas = _areas_of_steward(intake, community, caller)
        printed = print_fee_document(
            intake.database, community, paper, subject, actor_of(caller), datetime.now(UTC), proof=proof, areas=areas
        )
    copy = "proof" if printed.copy is None else str(printed.copy)
    headers = {"X-Print-Copy": copy, **shown_as(f"{paper}-{printed.subject}.pdf", printed.file_name)}
    return PdfResponse(printed.content, status_code=201, headers=headers)


@router.get("/v1/communities/{community}/billing/prints/{paper}/{subject}", responses=documented("records_unavailable"))
def read_the_register(
    paper: FeeForm,
    subject: PaperNumber,
    community: CommunityCode,
    _: Annotated[Caller, caller_with(Right.READ_LEDGER)],
    intake: TheIntake,
) -> tuple[PrintEntry, ...]:
    """《打印登记》 of a paper: who printed it, when, and the how-manieth copy it was."""
    number = str(int(subject)) if paper is FeeForm.RECEIPT and subject.isdigit() else subject
    with intake.database.begin() as connection:
        return prints_of(connection, community, paper, number)


def _areas_of_steward(intake: Intake, community: str, caller: Caller) -> frozenset[str] | None:
    if caller.role is not Role.STEWARD:
        return None
    with intake.database.begin() as connection:
        return areas_of(connection, community, caller)


def _whole(batch: NoticeBatch) -> bytes:
    printing = batch.printed()
    while True:
        try:
            next(printing)
        except StopIteration as done:
            content: bytes = done.value
            return content


def _told(batch: NoticeBatch) -> Iterator[str]:
    """The lines of a batch; it began well, so what goes wrong now can only be said in the last of them."""
    total = len(batch.papers)
    yield _line(done=0, total=total)
    printing = batch.printed()
    try:
        while True:
            yield _line(done=next(printing), total=total)
    except StopIteration as done:
        yield _line(
            file=b64encode(done.value).decode(), total=total, reprints=sum(bool(paper.copy) for paper in batch.papers)
        )
    except LedgerRefusedError as refused:
        yield _line(code=refused.code, detail=refused.message)
    except SQLAlchemyError as error:
        if not is_unavailable(error):
            raise
        yield _line(code="records_unavailable", detail=CATALOGUE["records_unavailable"][1])


def _line(**said: Any) -> str:
    return json.dumps(said, ensure_ascii=False) + "\n"


@contextmanager
def _refusals() -> Iterator[None]:
    """What the ledger or the printer refuses is a problem of the API."""
    try:
        yield
    except FontMissingError:
        raise ProblemError("font_missing") from None
    except LedgerRefusedError as refused:
        raise ProblemError(refused.code, refused.message) from None
