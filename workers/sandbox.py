"""Where processes run 沙箱: nothing that differs between two replays can be reached from them."""

from typing import Final

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PURE: Final = ("workflows", "structlog")
"""Imported once a process instead of once a case: they hold no state and no I/O, and ask no clock or dice, which the
tests of ``tests/architecture`` see to. A copy for each case took 0.7 MB and a third of a worker's time
(``docs/decisions/0033-processes-are-imported-once.md``)."""


def sandboxed() -> SandboxedWorkflowRunner:
    """The runner of every worker and of every replay."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PURE))
