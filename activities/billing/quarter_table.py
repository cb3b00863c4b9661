"""The quarter's table as the fee cycle has it made 应收明细作业: activities of ``workflows/effects/billing.py``."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection, text
from temporalio import activity

from activities.billing import chunks, table_versions
from activities.billing.assessment import assess
from activities.billing.cycle_standing import cycle_standing
from activities.billing.quarter_bills import issue_bills
from activities.connections.database import Database, allow
from activities.connections.signs_of_life import signs_of_life
from workflows.messages.billing import (
    ChunkDone,
    ChunkJob,
    ChunkPlan,
    CloseVersion,
    CorrectRows,
    CycleStanding,
    CycleStandingRequest,
    PlanChunks,
    Reviewed,
    ReviewTable,
    TableFigures,
)
from workflows.messages.identifiers import Activity

_ROWS_OF_CHUNK = text(
    """
    SELECT count(*) FROM fee_table_rows
    WHERE community = :community AND quarter = :quarter AND version = :version
      AND (:first = '' OR unit COLLATE "C" >= :first) AND (:until = '' OR unit COLLATE "C" < :until)
    """
)


class QuarterTables:
    """Each step is one transaction: done wholly or not at all, and done again it changes nothing."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @activity.defn(name=Activity.PLAN_CHUNKS, no_thread_cancel_exception=True)
    def plan_chunks(self, request: PlanChunks) -> ChunkPlan:
        """Cut the community into chunks."""
        with self._large_transaction() as connection:
            return chunks.plan(connection, request.community, request.at_most)

    @activity.defn(name=Activity.ASSESS_CHUNK, no_thread_cancel_exception=True)
    def assess_chunk(self, request: ChunkJob) -> ChunkDone:
        """Compute the rows of a chunk. A chunk has all its rows or none, so one that has some is done."""
        job, chunk = request.job, request.chunk
        asked = {
            "community": job.community,
            "quarter": job.quarter,
            "version": job.version,
            "first": chunk.first,
            "until": chunk.until,
        }
        with self._large_transaction() as connection:
            rows = connection.execute(_ROWS_OF_CHUNK, asked).scalar_one()
            if rows:
                return ChunkDone(rows=rows, written=0)
            written = assess(connection, job, chunk=chunk)
        return ChunkDone(rows=written, written=written)

    @activity.defn(name=Activity.CLOSE_VERSION, no_thread_cancel_exception=True)
    def close_version(self, request: CloseVersion) -> TableFigures:
        """Hand a version to finance."""
        with self._large_transaction() as connection:
            return table_versions.close_extraction(connection, request.job, request.made_by)

    @activity.defn(name=Activity.CORRECT_ROWS, no_thread_cancel_exception=True)
    def correct_rows(self, request: CorrectRows) -> TableFigures:
        """Compute returned and dirty rows anew."""
        with self._large_transaction() as connection:
            return table_versions.correct_rows(connection, request)

    @activity.defn(name=Activity.REVIEW_TABLE, no_thread_cancel_exception=True)
    def review_table(self, request: ReviewTable) -> Reviewed:
        """Enter finance's review."""
        with self._large_transaction() as connection:
            return table_versions.review(connection, self._db.personal, request)

    @activity.defn(name=Activity.ISSUE_BILLS, no_thread_cancel_exception=True)
    def issue_bills(self, request: ChunkJob) -> ChunkDone:
        """Issue the bills and notices of a chunk."""
        with self._large_transaction() as connection:
            return issue_bills(connection, self._db.personal, request)

    @activity.defn(name=Activity.CYCLE_STANDING, no_thread_cancel_exception=True)
    def cycle_standing(self, request: CycleStandingRequest) -> CycleStanding:
        """Say how the quarter's bills stand."""
        with self._large_transaction() as connection:
            return cycle_standing(connection, request)

    @contextmanager
    def _large_transaction(self) -> Iterator[Connection]:
        """A transaction whose statements may take as long as a large chunk does; Temporal hears that it goes on."""
        with signs_of_life(), self._db.begin() as connection:
            allow(connection, timedelta(minutes=10))
            yield connection
