"""Which worker runs what on which queue."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, Final

from temporalio.client import Client
from temporalio.plugin import SimplePlugin
from temporalio.worker import Plugin, UnsandboxedWorkflowRunner, Worker

from activities.billing.cash_desk import CashDesk
from activities.billing.quarter_table import QuarterTables
from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings, WorkerLimits
from activities.dispatching.offers import Dispatching
from activities.dunning.listing import DunningList
from activities.dunning.sheets import DunningSheets
from activities.notifications.notify import Notifications
from activities.opening.fee_cases import FeeCases
from activities.opening.linked_cases import LinkedCases
from activities.opening.passing_on import PassingOn
from activities.records.background import Background
from activities.records.case_records import CaseRecords
from activities.revisits.planning import RevisitPlanning
from workflows.messages.identifiers import TaskQueue
from workflows.processes.arrears import Arrears
from workflows.processes.fee_cycle import FeeCycle
from workflows.processes.fee_month import FeeMonth
from workflows.processes.fee_opening import FeeOpening
from workflows.processes.repair import Repair
from workflows.processes.revisit import Revisit
from workflows.processes.special_service import SpecialService

PROCESSES: Final[tuple[type, ...]] = (Repair, SpecialService, Revisit, FeeCycle, FeeMonth, Arrears, FeeOpening)
"""Every durable process; a new one is added here."""


def build(queue: TaskQueue, client: Client, settings: Settings, database: Database, keyring: KeyRing) -> Worker:
    """Return the worker of one queue; ``async with`` or ``run()`` sets it to work, in a running event loop."""
    match queue:
        case TaskQueue.CASES:
            return _cases_worker(client, settings.workers, record_effects(client, database, keyring))
        case TaskQueue.RECORDS:  # what builds before 0.3.0 have scheduled and not seen done: decision 0035
            return _effects_worker(queue, client, settings.workers, record_effects(client, database, keyring))
        case TaskQueue.NOTIFICATIONS:
            told = Notifications(database, settings)
            beside = _working_beside("directory", told.keep_directory_fresh)
            return _effects_worker(queue, client, settings.workers, (told.notify,), beside)
        case TaskQueue.BILLING:
            return _effects_worker(queue, client, settings.workers, billing_effects(client, database, keyring))


def record_effects(client: Client, database: Database, keyring: KeyRing) -> Sequence[Callable[..., Any]]:
    """The activities on the way of every case, which the worker of its process begins without asking a queue."""
    linked = LinkedCases(database, client, keyring.case_number_key)
    revisits = RevisitPlanning(database, client, keyring.case_number_key)
    sheets = DunningSheets(database)
    return (
        CaseRecords(database).write_case,
        Background(database).recall,
        Dispatching(database).offer_next,
        PassingOn(client).pass_on,
        linked.open_linked,
        revisits.plan_revisit,
        revisits.uncount_revisit,
        revisits.choose_visitor,
        FeeCases(database, client, keyring.case_number_key).open_fees,
        sheets.account_standing,
        sheets.issue_sheet,
        sheets.register_seal,
        sheets.record_delivery,
        sheets.record_dispute,
        sheets.close_arrears,
    )


def billing_effects(client: Client, database: Database, keyring: KeyRing) -> Sequence[Callable[..., Any]]:
    """The activities of the fee processes, on a queue of their own: a chunk of a large community takes its time."""
    tables, desk = QuarterTables(database), CashDesk(database)
    return (
        tables.plan_chunks,
        tables.assess_chunk,
        tables.close_version,
        tables.correct_rows,
        tables.review_table,
        tables.issue_bills,
        tables.cycle_standing,
        DunningList(database, client, keyring.case_number_key).list_overdue,
        desk.day_duties,
        desk.gather_services,
        desk.send_fee_report,
    )


def _cases_worker(client: Client, limits: WorkerLimits, effects: Sequence[Callable[..., Any]]) -> Worker:
    return Worker(
        client,
        task_queue=TaskQueue.CASES,
        workflows=PROCESSES,
        activities=effects,
        activity_executor=_threads(TaskQueue.CASES, limits),
        max_concurrent_activities=limits.concurrent_activities,
        workflow_runner=UnsandboxedWorkflowRunner(),  # the tests run them sandboxed: decision 0032
        max_cached_workflows=limits.cached_cases,
        # after a worker's kill -9 the next one takes its cases over within the patience of whoever asks
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=3),
        graceful_shutdown_timeout=timedelta(seconds=limits.stop_seconds),
    )


def _effects_worker(
    queue: TaskQueue, client: Client, limits: WorkerLimits, effects: Sequence[Callable[..., Any]], *plugins: Plugin
) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        activities=effects,
        activity_executor=_threads(queue, limits),
        max_concurrent_activities=limits.concurrent_activities,
        graceful_shutdown_timeout=timedelta(seconds=limits.stop_seconds),
        plugins=plugins,
    )


def _threads(queue: TaskQueue, limits: WorkerLimits) -> ThreadPoolExecutor:
    """A thread for each activity that is let in, so that none waits with its time-out running."""
    return ThreadPoolExecutor(limits.concurrent_activities, thread_name_prefix=queue)


def _working_beside(name: str, work: Callable[[], Awaitable[None]]) -> SimplePlugin:
    """Return a plugin that does the work for as long as its worker runs."""

    @asynccontextmanager
    async def working() -> AsyncIterator[None]:
        task = asyncio.ensure_future(work())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    return SimplePlugin(f"guanjia.{name}", run_context=working)
