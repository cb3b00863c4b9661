"""Where processes run 沙箱: nothing that differs between two replays can be reached from them."""

from typing import Final

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PURE: Final = ("workflows.messages", "workflows.rules", "workflows.effects", "structlog")
"""Imported once a process instead of once a case: they hold no state and no I/O, which the tests of
``tests/architecture`` see to. The processes themselves stay inside, where a stray ``datetime.now()`` is refused."""


def sandboxed() -> SandboxedWorkflowRunner:
    """The runner of every worker and of every replay."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PURE))
