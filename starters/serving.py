"""How our HTTP servers are served: quietly, and stopping in seconds."""

from typing import Any, Final

import uvicorn

_STOP_SECONDS: Final = 5


def serving_config(app: Any, host: str, port: int) -> uvicorn.Config:
    """Return uvicorn's settings for an ASGI application, one process until SIGTERM or SIGINT.

    No access log: an address or a query may hold a telephone number; the applications log their own lines. The
    server does not name itself, and logging stays as the process has set it up.
    """
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )
