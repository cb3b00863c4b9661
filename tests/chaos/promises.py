"""The promises of docs/architecture.md, looked at one by one once everything has come to rest."""

import asyncio
from typing import Any

from sqlalchemy import text
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.client import WorkflowExecutionStatus

from tests.chaos.centre import HOME, Centre
from tests.chaos.receipts import Receipts
from tests.chaos.traffic import Traffic
from tests.upgrades.builds import PATCH
from tests.upgrades.open_repairs import is_patched
from workflows.messages.identifiers import REPAIR_WORKFLOW, CaseKind

_NON_DETERMINISTIC = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR
_CASES = tuple(f"{kind.prefix}-" for kind in CaseKind)


class Promises:
    """What was found; every method is one promise."""

    def __init__(self, centre: Centre, traffic: Traffic, receipts: Receipts) -> None:
        self.centre, self.traffic, self.receipts = centre, traffic, receipts

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.centre.database.begin() as connection:
            return [tuple(row) for row in connection.execute(text(statement), {"home": HOME})]

    async def every_case_has_come_to_rest(self, patience: float = 120) -> None:
        """Records and executions say the same; waits until nothing is under way any more."""
        until = asyncio.get_running_loop().time() + patience
        while True:
            unfinished = [
                case.id
                async for case in self.centre.client.list_workflows('ExecutionStatus = "Running"')
                if await self.is_busy(case.id)
            ]
            if not unfinished:
                return
            assert asyncio.get_running_loop().time() < until, f"still busy: {unfinished[:5]}"
            await asyncio.sleep(0.5)

    async def is_busy(self, number: str) -> bool:
        described = (await self.centre.client.get_workflow_handle(number).describe()).raw_description
        return bool(described.pending_activities) or described.HasField("pending_workflow_task")

    async def numbers_rows_and_executions_are_the_same(self) -> None:
        """1: what was accepted is on record and has an execution, and nothing else has."""
        accepted = set(self.traffic.accepted.values())
        recorded = {number for (number,) in self.rows("SELECT number FROM cases WHERE kind = 'repair'")}
        running = {case.id async for case in self.centre.client.list_workflows() if case.id.startswith(_CASES)}
        assert len(accepted) == len(self.traffic.accepted), "two reports have one number"
        assert accepted == recorded, accepted ^ recorded
        every = {number for (number,) in self.rows("SELECT number FROM cases")}
        assert every == running, every ^ running

    async def nobody_is_forgotten(self) -> None:
        """2: closed, or a timer, or somebody who is waited for; none failed or was ended by force."""
        unwell = WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED
        async for case in self.centre.client.list_workflows():
            assert case.status in unwell, f"{case.id}: {case.status}"
            if case.status is WorkflowExecutionStatus.RUNNING and case.id.startswith(_CASES):
                view = await self.centre.client.get_workflow_handle(case.id).query("view")
                assert view["waiting_for"] or view["clocks"], f"{case.id} waits for nobody"

    def every_line_is_there_once(self) -> None:
        """3 and 6: lines are numbered without a gap, and the record stands at the last one."""
        assert (
            self.rows(
                'SELECT number FROM cases JOIN (SELECT "case", count(*) AS n, max(sequence) AS last FROM case_lines'
                ' GROUP BY "case") AS lines ON "case" = number WHERE n <> last OR last <> last_sequence'
            )
            == []
        )
        assert self.rows("SELECT number FROM cases WHERE last_sequence = 0") == []

    def nobody_is_told_twice(self) -> None:
        """4: the provider saw each message under one id; what it took without an answer is unknown, not lost."""
        rows = self.rows(
            'SELECT "case", event, occurrence, recipient, provider_id, status FROM notifications'
            " WHERE channel = 'webhook'"
        )
        known = [row[4] for row in rows if row[4]]
        assert len(known) == len(set(known)), "two messages share an id"
        handed = {row[4] for row in rows if row[5] in {"accepted", "delivered"}}
        assert handed <= set(self.centre.provider.taken), "said to be sent, but the provider has never seen it"
        assert set(self.centre.provider.taken) <= set(known), "the provider has what nobody has on record"

    def every_receipt_is_on_record(self) -> None:
        """4: what the gateway said of a message is what its row says, and what failed is one person's task."""
        said = self.receipts.said
        kept = dict(self.rows("SELECT provider_id, status FROM notifications WHERE channel = 'webhook'"))
        other = {message: kept.get(message) for message, word in said.items() if kept.get(message) != word}
        assert other == {}, "the gateway has said something else"
        untold = self.rows(
            "SELECT provider_id FROM notifications AS failed WHERE channel = 'webhook' AND status = 'failed'"
            " AND NOT EXISTS (SELECT FROM notifications AS task WHERE task.channel = 'inbox'"
            ' AND (task."case", task.event, task.occurrence, task.recipient)'
            ' = (failed."case", failed.event, failed.occurrence, failed.recipient))'
        )
        assert untold == [], "failed, and nobody's task"

    async def no_build_met_a_history_that_it_did_not_fit(self) -> dict[str, int]:
        """0013: no case was replayed wrongly; those begun under the newer build, and only those, go its way."""
        begun, taken_over = 0, 0
        async for case in self.centre.client.list_workflows(f'WorkflowType = "{REPAIR_WORKFLOW}"'):
            history = await self.centre.client.get_workflow_handle(case.id).fetch_history()
            causes = {event.workflow_task_failed_event_attributes.cause for event in history.events}
            assert _NON_DETERMINISTIC not in causes, case.id
            if is_patched(history, PATCH):
                begun += 1
            else:
                taken_over += 1
        return {"repairs begun under the newer build": begun, "repairs begun under the older": taken_over}

    def the_books_are_right(self) -> None:
        """5: the ledger sums to zero, balances are their entries, no number is missing."""
        assert self.rows("SELECT coalesce(sum(amount), 0) FROM postings") == [(0,)]
        assert (
            self.rows(
                "SELECT number FROM bills LEFT JOIN (SELECT bill, sum(amount) AS amount FROM postings"
                " WHERE ledger_account = 'receivable' GROUP BY bill) AS posted ON bill = number"
                " WHERE open_principal <> coalesce(amount, 0)"
            )
            == []
        )

    async def all(self) -> dict[str, int]:
        """Look at every one; returns what there was of each thing."""
        await self.every_case_has_come_to_rest()
        await self.numbers_rows_and_executions_are_the_same()
        await self.nobody_is_forgotten()
        self.every_line_is_there_once()
        self.nobody_is_told_twice()
        self.every_receipt_is_on_record()
        self.the_books_are_right()
        builds = await self.no_build_met_a_history_that_it_did_not_fit()
        counts = {
            "cases": "SELECT count(*) FROM cases", "lines": "SELECT count(*) FROM case_lines",
            "messages": "SELECT count(*) FROM notifications",
            "attempts at messages": "SELECT coalesce(sum(attempts), 0) FROM notifications",
        }  # fmt: skip
        counted = {name: int(self.rows(statement)[0][0]) for name, statement in counts.items()}
        return {**counted, "receipts": len(self.receipts.said), **builds}
