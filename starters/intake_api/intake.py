"""What the routes work with; made once for each process (``application.py``)."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from temporalio.client import Client

from activities.attachments.attachments import Attachments
from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from starters.case_desk.archive import CaseArchive
from starters.case_desk.cases import CaseStarter
from starters.intake_api.rate_limits import RateLimits
from starters.intake_api.snapshot_keeper import SnapshotKeeper


@dataclass(frozen=True)
class Intake:
    """The intake of one process."""

    settings: Settings
    keyring: KeyRing
    database: Database
    client: Client
    archive: CaseArchive
    attachments: Attachments
    cases: CaseStarter
    snapshots: SnapshotKeeper
    limits: RateLimits


def intake_of(request: Request) -> Intake:
    """Return the intake of the application that the request came to."""
    intake: Intake = request.app.state.intake
    return intake


async def _the_intake(request: Request) -> Intake:
    # a coroutine, as every dependency here: plain functions would queue for threads that PostgreSQL may hold up
    return intake_of(request)


TheIntake = Annotated[Intake, Depends(_the_intake)]
"""A route's parameter that receives the intake."""
