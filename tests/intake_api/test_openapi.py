"""Generated requests against the description of the API: no fault, and no answer that is not described."""

import asyncio
import copy
from collections import Counter
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.intake_api.conftest import HOME, Api
from workflows.messages.people import Role

EXAMPLES = 20
"""For each route, of right and of wrong requests; seeded, so that a run can be repeated."""
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.mark.timeout(300)  # every route has its examples
async def test_generated_requests_get_only_described_answers(api: Api, workers):
    number = (await api.report()).json()["number"]
    headers = await api.bearer(Role.SITE_MANAGER)
    document = (await api.http.get("/openapi.json")).json()

    answers = await asyncio.to_thread(_try_every_route, _at_home(document, number), str(api.http.base_url), headers)

    described = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert set(answers) == described
    # the generated requests get past the door: else this test would say nothing
    assert answers["POST /v1/communities/{community}/repairs"][201]
    assert answers["POST /v1/communities/{community}/cases/{number}/replies"][200]
    assert all(statuses[500] == 0 for statuses in answers.values())


def _at_home(document: dict[str, Any], number: str) -> dict[str, Any]:
    """The document for requests to a community and a case that there are."""
    document = copy.deepcopy(document)
    known = {"community": [HOME], "number": [number]}
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in known:
                    parameter["schema"] = {"type": "string", "enum": known[parameter["name"]]}
    document["components"]["schemas"]["RepairBody"]["properties"]["unit"] = {"type": "string", "enum": ["1-101"]}
    return document


def _try_every_route(document: dict[str, Any], address: str, headers: dict[str, str]) -> dict[str, Counter[int]]:
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=address)
    operations = [found.ok() for found in schema.get_all_operations()]
    return {operation.label: _try(operation, headers) for operation in operations}


def _try(operation, headers: dict[str, str]) -> Counter[int]:
    """Send right and wrong requests, check each answer against the description, and count them by status."""
    statuses: Counter[int] = Counter()

    def send(case) -> None:
        answer = case.call(headers=headers)
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    settings = hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    for mode in GenerationMode:
        try:
            settings(hypothesis.given(case=operation.as_strategy(generation_mode=mode))(send))()
        except hypothesis.errors.Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, operation.label  # nothing about this route can be wrong
    return statuses
