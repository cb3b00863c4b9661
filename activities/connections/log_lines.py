"""How a process logs: readable lines or JSON on standard error, ours and the libraries' alike.

Logs hold codes and numbers, never a name, a telephone number or a message's text.
"""

import logging
import sys
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor
from temporalio import workflow


def configure(log_format: Literal["lines", "json"], level: int = logging.INFO) -> None:
    """Send every log line of this process to standard error in one format; call it once, at the start."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
    ]
    structlog.configure(
        processors=[_not_while_replaying, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(log_format)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # what these say of themselves would drown what happens to cases
    for chatty in ("temporalio.worker", "alembic", "httpx2", "uvicorn.error"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _rendering(log_format: Literal["lines", "json"]) -> list[Processor]:
    # both libraries would print the local variables of every frame, which may be somebody's telephone number
    if log_format == "json":
        frames = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        return [structlog.processors.ExceptionRenderer(frames), structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    ]


def _not_while_replaying(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Drop what a process has logged before: a replay runs its code again."""
    if workflow.in_workflow() and workflow.unsafe.is_replaying_history_events():
        raise structlog.DropEvent
    return event
