"""款项申请单 by command."""

import pytest

from tests.cli.conftest import Centre


async def test_what_is_typed_wrong_is_said_before_anything_is_sent(centre: Centre):
    assert (await centre.type("billing", "ask", "refund", "account", "--reason", "x")).exit_code == 2
    assert (await centre.type("billing", "ask", "gift", "account=1", "--reason", "x")).exit_code == 2


async def test_the_supervisor_reads_what_waits(centre: Centre):
    waiting = await centre.type("billing", "requests", "--state", "waiting")
    assert "共 0 张" in waiting.stdout, waiting.output


@pytest.mark.parametrize("kind", ["credit", "late_fee_waiver", "debt_assumption"])
async def test_what_the_ledger_does_not_know_is_refused_with_its_code(centre: Centre, kind: str):
    details = {
        "credit": ("bill=1-101-Y1/2099Q1", "amount=1.00"),
        "late_fee_waiver": ("bill=1-101-Y1/2099Q1", "amount=1.00"),
        "debt_assumption": ("account=1-101-Y1", "to_account=9-999-Y1", "bills=1-101-Y1/2099Q1"),
    }[kind]
    refused = await centre.type("billing", "ask", kind, *details, "--reason", "更正")
    assert refused.exit_code == 1
    assert "unknown_" in refused.stderr
