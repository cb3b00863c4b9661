"""Where processes run: Temporal's sandbox, which refuses what would make a replay differ."""

from typing import Final

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PURE: Final = ("workflows.messages", "workflows.rules", "workflows.effects", "structlog")
"""Imported once a process instead of once a case: they hold no state and no I/O, which the tests of
``tests/architecture`` see to."""


def sandboxed() -> SandboxedWorkflowRunner:
    """Return the sandbox of the workers: every module of ours is imported once, the processes too.

    A copy of the processes for each case took 0.7 MB and a third of a worker's time. That they ask no clock and keep
    nothing between two cases is seen to before they are released: by the tests of ``tests/architecture``, and by
    :func:`strictly_sandboxed` in the tests of processes (``docs/decisions/0032-processes-are-imported-once.md``).
    """
    return _with_passed_through("workflows", "structlog")


def strictly_sandboxed() -> SandboxedWorkflowRunner:
    """Return the sandbox of the tests: the processes stay inside, where a stray ``datetime.now()`` is refused."""
    return _with_passed_through(*PURE)


def _with_passed_through(*modules: str) -> SandboxedWorkflowRunner:
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*modules))
