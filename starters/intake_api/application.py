"""The intake API as one application: its routes, what they work with, and what runs beside them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import fastapi_offline
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp
from temporalio.client import Client

from activities.attachments.attachments import Attachments
from activities.attachments.store import AttachmentStore, AttachmentStoreError
from activities.connections.database import Database, is_unavailable
from activities.connections.encryption import RetiredKeyError
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from activities.connections.tracing import is_traced
from activities.opening.refused import CaseRefusedError
from starters.case_desk.archive import CaseArchive
from starters.case_desk.cases import CaseStarter
from starters.intake_api import (
    actions,
    attachments,
    billing_prints,
    cases,
    cash_desk,
    cash_incomes,
    cash_receipts,
    delivery_receipts,
    documents,
    fee_cases,
    fee_payments,
    fee_reports,
    health,
    inbox,
    ledger,
    money_requests,
    policies,
    problems,
    repairs,
    replies,
    roster,
    services,
    statements,
    work,
)
from starters.intake_api.callers import bearer
from starters.intake_api.containment import Containment
from starters.intake_api.intake import Intake
from starters.intake_api.rate_limits import RateLimits
from starters.intake_api.snapshot_keeper import SnapshotKeeper

_FOR_KNOWN_CALLERS: Final = (
    repairs.router,
    services.router,
    fee_cases.router,
    fee_payments.router,
    fee_reports.router,
    ledger.router,
    billing_prints.router,
    cash_desk.router,
    cash_receipts.router,
    cash_incomes.router,
    money_requests.router,
    statements.router,
    cases.router,
    work.router,
    actions.router,
    documents.router,
    attachments.router,
    replies.router,
    roster.router,
    policies.router,
    inbox.router,
)
_STATIC: Final = Path(fastapi_offline.__file__).parent / "static"
_OWN_CONTENT_ONLY: Final = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; "
    "script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
)
_FIRST_SNAPSHOT_SECONDS: Final = 5
_log = structlog.get_logger(__name__)


class IntakeApplication(FastAPI):
    """FastAPI with our own outermost layer."""

    def build_middleware_stack(self) -> ASGIApp:
        """Put :class:`Containment` around everything, the framework's own answers included, and a span around that."""
        contained = Containment(super().build_middleware_stack())
        if not is_traced():
            return contained
        from activities.connections.spans import tracer  # only with a collector is OpenTelemetry loaded
        from starters.intake_api.request_spans import RequestSpans

        return RequestSpans(contained, tracer())

    def openapi(self) -> dict[str, Any]:
        """Describe the API, with the schema of its problems."""
        if self.openapi_schema is None:
            super().openapi()["components"]["schemas"].update(problems.schemas())
        return super().openapi()


def create_app(
    settings: Settings,
    keyring: KeyRing,
    database: Database,
    client: Client,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """Return the application; it starts its snapshot when it is served and connects to nothing before."""
    archive = CaseArchive(database)
    app = IntakeApplication(
        title="管家 Guanjia — intake API",
        version=version("guanjia"),
        description="报修受理、单据办理与查询。Errors are RFC 9457 problems with a stable `code`.",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        max_body_size=settings.max_body_bytes,
        exception_handlers={
            problems.ProblemError: problems.answer_problem,
            CaseRefusedError: problems.answer_refusal,
            RequestValidationError: problems.answer_invalid_request,
            HTTPException: problems.answer_http_error,
            SQLAlchemyError: _answer_database_error,
            RetiredKeyError: _answer_database_error,
            AttachmentStoreError: _answer_store_error,
        },
    )
    app.state.intake = Intake(
        settings=settings,
        keyring=keyring,
        database=database,
        client=client,
        archive=archive,
        attachments=Attachments(database, AttachmentStore(settings.attachment_store), keyring.personal),
        cases=CaseStarter(client, keyring, archive, now=now),
        snapshots=SnapshotKeeper(database, now=now),
        limits=RateLimits(settings.requests_per_minute, settings.wrong_tokens_per_minute),
    )
    for router in _FOR_KNOWN_CALLERS:
        app.include_router(router, dependencies=[bearer])
    for signed in (replies, fee_payments, delivery_receipts):
        app.include_router(signed.webhooks)
    app.include_router(health.router)
    _show_documentation(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Keep the snapshot young and write waiting refusals for as long as the process serves."""
    intake: Intake = app.state.intake
    with suppress(TimeoutError):  # without PostgreSQL it starts all the same, and answers 503 until it has been there
        await asyncio.wait_for(intake.snapshots.refresh(), _FIRST_SNAPSHOT_SECONDS)
    beside = [asyncio.create_task(intake.snapshots.keep_young()), asyncio.create_task(intake.archive.keep_writing())]
    try:
        yield
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await intake.archive.write_waiting()
        intake.archive.close()


async def _answer_database_error(request: Request, error: Exception) -> Response:
    if not is_unavailable(error):
        raise error
    return await problems.answer_problem(request, problems.ProblemError("records_unavailable"))


async def _answer_store_error(request: Request, _: Exception) -> Response:
    _log.warning("attachments_unavailable")
    return await problems.answer_problem(request, problems.ProblemError("attachments_unavailable"))


def _show_documentation(app: FastAPI) -> None:
    """Serve the documentation page with its scripts from here: no CDN, and no page may load from anywhere else."""
    app.mount("/docs-assets", StaticFiles(directory=_STATIC), name="docs-assets")
    app.get("/docs", include_in_schema=False)(_documentation)


async def _documentation(request: Request) -> HTMLResponse:
    page = get_swagger_ui_html(
        openapi_url=str(request.app.openapi_url),
        title=request.app.title,
        swagger_js_url="/docs-assets/swagger-ui-bundle.js",
        swagger_css_url="/docs-assets/swagger-ui.css",
        swagger_favicon_url="/docs-assets/favicon.png",
        # Swagger would show every page that is not on localhost to a validator on the internet
        swagger_ui_parameters={"validatorUrl": None},
    )
    page.headers["Content-Security-Policy"] = _OWN_CONTENT_ONLY
    return page
