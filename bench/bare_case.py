"""The least that a durable case can be: four updates and a signal, nothing kept. The reference of `bench.repairs`."""

from temporalio import workflow


@workflow.defn
class BareCase:
    """Counts four updates, then waits for one signal."""

    def __init__(self) -> None:
        self.updates = 0
        self.confirmed = False

    @workflow.run
    async def run(self) -> int:
        """Return how many updates there were, once the signal has come."""
        await workflow.wait_condition(lambda: self.confirmed)
        return self.updates

    @workflow.update
    async def act(self) -> int:
        """One of the four."""
        self.updates += 1
        return self.updates

    @workflow.signal
    def confirm(self) -> None:
        """The customer's word."""
        self.confirmed = True
