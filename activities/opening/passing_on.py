"""Passing a word on 转告: one case's word becomes a signal to another."""

from datetime import timedelta
from typing import Final

from temporalio import activity
from temporalio.client import Client, RPCError
from temporalio.service import RPCStatusCode

from workflows.messages.identifiers import Activity
from workflows.messages.passing_on import Passed, PassedOn
from workflows.rules.case_numbers import is_case_number

_PATIENCE: Final = timedelta(seconds=10)


class PassingOn:
    """Words between cases. A word may arrive twice: the receiver takes each message id once."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=Activity.PASS_ON)
    async def pass_on(self, word: PassedOn) -> Passed:
        """Signal the other case; ``heard`` is False where it is over, or was never there.

        Whether the word is of its own community the receiving case judges. Raises ``RPCError``, retried, while Temporal
        does not answer.
        """
        if not is_case_number(word.to):  # no other workflow of the namespace can be named
            return Passed(heard=False)
        try:
            await self._client.get_workflow_handle(word.to).signal("hear", word, rpc_timeout=_PATIENCE)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            return Passed(heard=False)
        return Passed(heard=True)
