"""Where the processes are replayed in the tests: Temporal's sandbox, which refuses what would make a replay differ."""

from typing import Final

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PURE: Final = ("workflows.messages", "workflows.rules", "workflows.effects", "structlog")
"""Imported once a process instead of once a case: they hold no state and no I/O, which the tests of
``tests/architecture`` see to. The processes themselves stay inside, where a stray ``datetime.now()`` is refused."""


def sandboxed() -> SandboxedWorkflowRunner:
    """The runner of every replay; workers do without it, those of the tests too (``docs/decisions/0032``)."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PURE))
