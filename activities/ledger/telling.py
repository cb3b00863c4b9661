"""Telling running cases that the ledger has moved 账目变动转告. A lost word is harmless: a case asks before it acts."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime

import structlog
from sqlalchemy import select
from temporalio.client import Client, RPCError

from activities.connections.database import Database
from activities.opening.passing_on import PassingOn
from activities.records.bill_tables import ArrearsOpening
from workflows.messages.passing_on import CaseWord, PassedOn

_log = structlog.get_logger(__name__)


async def tell_moved(  # noqa: PLR0917 - whom, of what, by which key
    client: Client, db: Database, community: str, accounts: Iterable[str], key: str, at: datetime
) -> None:
    """Tell the open arrears cases of these accounts that something was paid, reversed, credited or billed."""
    wanted = sorted(set(accounts))
    if wanted:
        for account, case in (await asyncio.to_thread(_open_cases, db, community, wanted)).items():
            await _tell(client, community, case, CaseWord.LEDGER_MOVED, key, at, {"account": account})


async def tell_dirty(client: Client, community: str, case: str, key: str, at: datetime) -> None:
    """Tell the cycle whose table has rows that a fact has changed; "" is nobody."""
    if case:
        await _tell(client, community, case, CaseWord.ROWS_DIRTY, key, at, {})


async def tell_sent(client: Client, community: str, cases: Iterable[str], key: str, at: datetime) -> None:
    """Tell the cycles of which notices were sent."""
    for case in sorted(cases):
        await _tell(client, community, case, CaseWord.NOTICES_SENT, key, at, {})


def _open_cases(db: Database, community: str, accounts: list[str]) -> dict[str, str]:
    opened = ArrearsOpening
    asked = select(opened.account, opened.case).where(
        opened.community == community, opened.account.in_(accounts), opened.closed_at.is_(None)
    )
    with db.begin() as connection:
        return {row.account: row.case for row in connection.execute(asked)}


async def _tell(  # noqa: PLR0917 - the parts of a word, in their order
    client: Client, community: str, case: str, word: CaseWord, key: str, at: datetime, facts: Mapping[str, str]
) -> None:
    passed_on = PassedOn(
        to=case, sender="", community=community, message_id=f"{word}:{key}", word=word, at=at, facts=dict(facts)
    )
    try:
        await PassingOn(client).pass_on(passed_on)
    except RPCError as error:
        _log.warning("ledger_word_not_passed_on", case=case, word=word, status=error.status.name)
