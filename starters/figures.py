"""Figures for Prometheus 运行指标: what only the records know, beside what Temporal's workers show of themselves.

Counted at each scrape, over open cases and the last day's messages; what reads everything, the comparison of records
with Temporal and the ledger's sum, comes every hour. Without PostgreSQL only ``guanjia_records_up`` is shown, as 0.
"""

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.service import RPCError

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from activities.connections.temporal import connect
from activities.records.pulse import take_pulse
from activities.records.reconcile import ledger_balance, reconcile

log = structlog.get_logger(__name__)
RECONCILED_EVERY: Final = timedelta(hours=1)
_MESSAGES_OF: Final = timedelta(days=1)
_NAMED: Final = 20
_COMMUNITY, _KIND = "community", "kind"


class Figures(Collector):
    """The figures at the moment of a scrape."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.differences = 0
        self.balance = Decimal(0)
        self.reconciled_at = 0.0

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand, so that a start without PostgreSQL is a start."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield every figure."""
        now = datetime.now(UTC)
        try:
            pulse = take_pulse(self._db, now, now - _MESSAGES_OF)
        except SQLAlchemyError:
            yield _single("guanjia_records_up", "PostgreSQL answers", 0)
            return
        yield _single("guanjia_records_up", "PostgreSQL answers", 1)
        of_kind = [_COMMUNITY, _KIND]
        opened = GaugeMetricFamily("guanjia_open_cases", "Cases that are not closed", labels=of_kind)
        overdue = GaugeMetricFamily("guanjia_overdue_cases", "Open cases past their due time", labels=of_kind)
        nobody = GaugeMetricFamily("guanjia_overdue_unassigned_cases", "Of those, without anybody", labels=of_kind)
        for one in pulse.cases:
            labels = [one.community, one.kind]
            opened.add_metric(labels, one.open)
            overdue.add_metric(labels, one.overdue)
            nobody.add_metric(labels, one.overdue_unassigned)
        told = GaugeMetricFamily(
            "guanjia_messages_of_a_day", "Messages of the last 24 hours", labels=[_COMMUNITY, "channel", "status"]
        )
        for some in pulse.messages:
            told.add_metric([some.community, some.channel, some.status], some.messages)
        yield from (opened, overdue, nobody, told)
        yield _single("guanjia_late_messages", "Words that came to cases already closed", pulse.late_messages)
        if self.reconciled_at:
            yield _single("guanjia_ledger_balance_cny", "Sum of all postings, which is 0", float(self.balance))
            yield _single(
                "guanjia_reconcile_differences", "Cases on which records and Temporal differ", self.differences
            )
            yield _single("guanjia_reconciled_at_seconds", "When they were last compared", self.reconciled_at)


def _single(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


async def serve_figures(settings: Settings) -> None:
    """Show the figures at ``metrics_address`` until SIGTERM or SIGINT; compare records with Temporal every hour.

    Raises ``OSError`` if the address is taken, ``ValueError`` (zh-CN) if none is set, and what ends the comparing for
    good, such as ``SettingsError``: figures without it would look well.
    """
    host, _, port = settings.metrics_address.rpartition(":")
    if not port.isdigit():
        raise ValueError("请设置 GUANJIA_METRICS_ADDRESS,如 127.0.0.1:9465")
    keyring = KeyRing.load(settings.keys_file)
    database = Database.connect(settings.database_url, keyring, pool_size=2)
    figures = Figures(database)
    registry = CollectorRegistry()
    registry.register(figures)
    server, thread = start_http_server(int(port), host, registry)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    comparing = asyncio.create_task(_keep_comparing(figures, database, keyring))
    comparing.add_done_callback(lambda _: ended.set())
    await ended.wait()
    comparing.cancel()
    try:
        with suppress(asyncio.CancelledError):
            await comparing
    finally:
        server.shutdown()
        thread.join()
        database.close()


async def _keep_comparing(figures: Figures, database: Database, keyring: KeyRing) -> None:
    client: Client | None = None
    while True:
        try:
            client = client or await connect(keyring)
            found = await reconcile(database, client, datetime.now(UTC))
            figures.balance = await asyncio.to_thread(ledger_balance, database)
        except (RPCError, RuntimeError, SQLAlchemyError):
            log.warning("not_reconciled")
        else:
            figures.differences, figures.reconciled_at = found.count, time.time()
            if found.count:
                numbers = (*found.without_execution, *found.without_record)[:_NAMED]
                log.error("records_and_executions_differ", count=found.count, numbers=numbers)
        await asyncio.sleep(RECONCILED_EVERY.total_seconds())
