"""The executions of cases 流程 in Temporal, without those of anything else in the namespace."""

from collections.abc import AsyncIterator
from typing import Final

from temporalio.client import Client, WorkflowExecution

from workflows.messages.identifiers import kind_of

RUNNING: Final = 'ExecutionStatus = "Running"'
"""Selects the cases that are open."""


async def cases(client: Client, query: str = RUNNING) -> AsyncIterator[WorkflowExecution]:
    """Yield every case that the query selects; raises ``RPCError``."""
    async for execution in client.list_workflows(query):
        if kind_of(execution.id) is not None:
            yield execution
