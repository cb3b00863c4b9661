"""The bare intake 对照受理: one route that starts a bare repair for whoever asks. FROZEN, as ``bench/bare/repair.py``.

No token, no key, no check of what is said, nothing encrypted: ``python -m bench.bare.repair_route``.
"""

import json
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from bench.bare.repair import QUEUE, REPAIR

_START: Final[dict[str, Any]] = json.loads((Path(__file__).parent / "repair_start.json").read_text(encoding="utf-8"))
"""The start message of a repair of ours, recorded once: policy, calendar and all."""
_SHOWN: Final = {"CaseKind": "报修", "CaseState": "待受理", "Community": "XYDX", "Level": "一般", "Unit": "图书馆"}


@asynccontextmanager
async def _connected(app: FastAPI) -> AsyncIterator[None]:
    app.state.client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    yield


app = FastAPI(lifespan=_connected)


@app.get("/healthz")
async def health() -> dict[str, str]:
    """Whether it serves."""
    return {}


@app.post("/v1/communities/{community}/repairs", status_code=201)
async def report(community: str, body: dict[str, Any]) -> dict[str, Any]:
    """Start a bare repair."""
    number = f"BX-{uuid.uuid4().hex}"
    opening = {**_START["opening"], **body, "number": number, "community": community}
    pairs = [SearchAttributePair(SearchAttributeKey.for_keyword(key), value) for key, value in _SHOWN.items()]
    await app.state.client.start_workflow(
        REPAIR,
        {**_START, "opening": opening},
        id=number,
        task_queue=QUEUE,
        search_attributes=TypedSearchAttributes(pairs),
    )
    return {"number": number, "state_label": "待受理", "level_label": "一般", "unit_verified": True}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["GUANJIA_API_PORT"]), log_level="warning")
