"""The dunning list 催款名单 (S4 4.2.1.8; §9.11): what is overdue is listed, and every account has its arrears case.

A bill that was sent is listed the working day after it was due, or when it is open again and nobody demands it: a
reversed payment, a case that was over. The list is made account by account; a worker that dies is followed by another
that goes on.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select, update
from temporalio import activity
from temporalio.client import Client

from activities.connections.database import Database
from activities.connections.signs_of_life import signs_of_life_with
from activities.dunning.opening import arrears_start
from activities.opening.case_start import start_case
from activities.opening.passing_on import PassingOn
from activities.records.bill_tables import ArrearsOpening, Bill
from activities.records.policies import policy_in_force
from activities.records.working_calendar import calendar_around
from workflows.messages.arrears import ListedBill
from workflows.messages.billing import Listed, ListOverdue
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.identifiers import Activity, CaseKind
from workflows.messages.ledger import BillKind, FeeItem
from workflows.messages.passing_on import CaseWord, PassedOn
from workflows.messages.policy import Policy
from workflows.rules.case_numbers import case_number
from workflows.rules.fee_calendar import quarter_calendar, single_bill_dunning
from workflows.rules.quarters import Quarter

ACCOUNTS_AT_ONCE: Final = 200
"""Accounts that one transaction lists: memory and locks stay small."""
IN_FLIGHT: Final = 10
"""Cases that are started at once."""


class _Case(NamedTuple):
    """An account that is dunned: its case, whether that is new, and the bills that were listed."""

    account: str
    number: str
    is_new: bool
    bills: tuple[ListedBill, ...]


class _Done(NamedTuple):
    """How far the list has come: the last account that is done, and what there was up to it."""

    after: str = ""
    bills: int = 0
    accounts: int = 0
    opened: int = 0


class DunningList:
    """Listing what is overdue. The case's number is kept in one transaction, then the case is started or told, and only
    then its bills count as listed: whoever goes on after a worker that died finds them again. The number is the same,
    and a case takes each bill once.
    """  # fmt: skip

    def __init__(self, db: Database, client: Client, case_number_key: bytes) -> None:
        self._db = db
        self._client = client
        self._secret = case_number_key
        self._words = PassingOn(client)

    @activity.defn(name=Activity.LIST_OVERDUE)
    async def list_overdue(self, request: ListOverdue) -> Listed:
        """List every account that has something overdue; heartbeats the last account that is done."""
        done = _Done(*activity.info().heartbeat_details)
        policy, calendar = await asyncio.to_thread(self._policy, request)
        places = asyncio.Semaphore(IN_FLIGHT)

        async def see_to(case: _Case) -> bool:
            async with places:
                return await self._dun(case, request, policy, calendar)

        async with signs_of_life_with(lambda: done):
            while cases := await asyncio.to_thread(self._list_some, request, done.after, policy, calendar):
                heard = await asyncio.gather(*(see_to(case) for case in cases))
                await asyncio.to_thread(self._enter, request, list(zip(cases, heard, strict=True)))
                done = _Done(
                    after=cases[-1].account,
                    bills=done.bills + sum(len(case.bills) for case in cases),
                    accounts=done.accounts + len(cases),
                    opened=done.opened + sum(case.is_new for case in cases),
                )
        return Listed(bills=done.bills, accounts=done.accounts, opened=done.opened)

    def _policy(self, request: ListOverdue) -> tuple[Policy, WorkingCalendar]:
        with self._db.begin() as connection:
            policy = policy_in_force(connection, request.community, request.at)
            return policy, calendar_around(connection, request.on_day)

    def _list_some(self, request: ListOverdue, after: str, policy: Policy, calendar: WorkingCalendar) -> list[_Case]:
        with self._db.begin() as connection:
            found = connection.scalars(_wanted(request, after)).all()
            return list(self._listed(connection, request, found, policy, calendar))

    def _listed(
        self,
        connection: Connection,
        request: ListOverdue,
        accounts: Sequence[str],
        policy: Policy,
        calendar: WorkingCalendar,
    ) -> Iterator[_Case]:
        """Keep the number of each account's case; a bill that is listed anew is not listed until its case knows."""
        overdue = (
            select(Bill.account, Bill.number, Bill.kind, Bill.period, Bill.due_on)
            .where(*_overdue(request), Bill.account.in_(accounts))
            .order_by(Bill.account, Bill.due_on, Bill.number)
            .with_for_update()
        )
        for account, rows in groupby(connection.execute(overdue).all(), key=lambda row: str(row.account)):
            bills = tuple(_listed_bill(row, policy, calendar) for row in rows)
            number, is_new = self._case_of(connection, request, account)
            if is_new:
                self._set_listed_on(connection, request.community, bills, None)
            yield _Case(account, number, is_new, bills)

    def _enter(self, request: ListOverdue, cases: Sequence[tuple[_Case, bool]]) -> None:
        """Bills whose case knows of them are listed. A case that is over without having said so is entered as over, so
        that the account gets another one with the next list.
        """  # fmt: skip
        with self._db.begin() as connection:
            for case, heard in cases:
                if heard:
                    self._set_listed_on(connection, request.community, case.bills, request.on_day)
                    continue
                connection.execute(
                    update(ArrearsOpening)
                    .where(ArrearsOpening.community == request.community, ArrearsOpening.case == case.number)
                    .where(ArrearsOpening.closed_at.is_(None))
                    .values(closed_at=request.at)
                )

    @staticmethod
    def _set_listed_on(
        connection: Connection, community: str, bills: Sequence[ListedBill], on_day: date | None
    ) -> None:
        """Set the day of bills that have none, or take it away."""
        those = update(Bill).where(Bill.community == community, Bill.number.in_([bill.bill for bill in bills]))
        if on_day is not None:
            those = those.where(Bill.listed_on.is_(None))
        connection.execute(those.values(listed_on=on_day))

    def _case_of(self, connection: Connection, request: ListOverdue, account: str) -> tuple[str, bool]:
        """The account's open case, else the number of the next one."""
        opened = ArrearsOpening
        of_account = (opened.community == request.community, opened.account == account)
        present = connection.scalar(select(opened.case).where(*of_account, opened.closed_at.is_(None)))
        if present is not None:
            return present, False
        ordinal = (connection.scalar(select(func.max(opened.ordinal)).where(*of_account)) or 0) + 1
        key = f"{request.community}:{account}:{ordinal}"
        number = case_number(CaseKind.ARREARS, self._secret, CaseKind.ARREARS, key)
        connection.execute(
            insert(opened).values(
                community=request.community, account=account, ordinal=ordinal, case=number, opened_at=request.at
            )
        )
        return number, True

    async def _dun(self, case: _Case, request: ListOverdue, policy: Policy, calendar: WorkingCalendar) -> bool:
        """Start the case, or tell the one that runs; a case that was numbered but never started is started now.

        False where it is over, as after an administrator has ended its workflow.
        """
        start = await asyncio.to_thread(
            arrears_start, self._db, request, case.account, case.number, case.bills, policy, calendar
        )
        if await start_case(self._client, start):
            return True
        passed = await self._words.pass_on(
            PassedOn(
                to=case.number,
                sender=request.case,
                community=request.community,
                message_id=f"listed:{request.on_day}:{case.number}",
                word=CaseWord.BILLS_OVERDUE,
                at=request.at,
                facts={bill.bill: f"{bill.due_on} {bill.distribute_by}" for bill in case.bills},
            )
        )
        return passed.heard


def _overdue(request: ListOverdue) -> tuple[ColumnElement[bool], ...]:
    """What makes a bill overdue on the day; the renovation book is dunned nowhere."""
    return (
        Bill.community == request.community,
        Bill.due_on < request.on_day,
        Bill.open_principal > Bill.disputed,
        Bill.item != FeeItem.RENOVATION,
        Bill.sent_on.is_not(None),
    )


def _wanted(request: ListOverdue, after: str) -> Select[str]:
    """The next accounts with something overdue that is not listed, or that no open case demands any more."""
    opened = select(ArrearsOpening.case).where(
        ArrearsOpening.community == Bill.community,
        ArrearsOpening.account == Bill.account,
        ArrearsOpening.closed_at.is_(None),
    )
    wanted = select(Bill.account).where(
        *_overdue(request), Bill.account > after, Bill.listed_on.is_(None) | ~opened.exists()
    )
    if request.quarter:
        wanted = wanted.where(Bill.period == request.quarter)
    return wanted.group_by(Bill.account).order_by(Bill.account).limit(ACCOUNTS_AT_ONCE)


def _listed_bill(row: Row[str, str, str, str, date], policy: Policy, calendar: WorkingCalendar) -> ListedBill:
    """A quarter's first notices are handed out by the 20th, a single bill's within ten days (§9.11)."""
    if row.kind == BillKind.QUARTER:
        quarter = Quarter.parse(row.period)
        days = quarter_calendar(quarter, policy.fee, calendar, policy.calendar.customer_roll)
        by = max(days.distribute_by, single_bill_dunning(row.due_on, policy.fee, calendar).listed_on)
    else:
        by = single_bill_dunning(row.due_on, policy.fee, calendar).distribute_by
    return ListedBill(bill=row.number, due_on=row.due_on, distribute_by=by)
