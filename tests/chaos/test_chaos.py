"""A short chaos: every fault fires at least once, and every promise holds (``make chaos`` plays a long one)."""

import secrets
from pathlib import Path

import pytest

from tests.chaos.playing import Plan, play


@pytest.mark.timeout(600)
async def test_nothing_promised_is_forgotten_whatever_is_killed(tmp_path: Path):
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown when it fails
    plan = Plan(cases=12, workers=4, temporal=1, postgres=1, api=1, stopped=3, provider_odds=0.2, beside_others=True)
    outcome = await play(plan, seed, tmp_path)
    assert outcome.counts["cases"] >= plan.cases
    for fault in ("temporal", "postgres", "api", "worker", "stop postgres", "newer build"):
        assert outcome.faults[fault] >= 1, (fault, outcome.faults)
    assert outcome.counts["receipts"] >= plan.cases
    assert outcome.counts["repairs begun under the older"] >= 1
