"""POST and GET billing: facts of units, accounts, the table, notices 收费账务 (S4 4; ``docs/domain/fees.md``)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from activities.billing.table_workbook import table_workbook
from activities.ledger.account_state import standing
from activities.ledger.bill_notices import WrittenNotice, send_notices
from activities.ledger.facts import CONFIRMED, MAY_CONFIRM, NewFact, enter_fact
from activities.ledger.fee_accounts import set_household
from activities.ledger.fee_table_reading import FeeTableView, WhichTable, read_table, whole_table
from activities.ledger.telling import tell_dirty, tell_moved, tell_sent
from activities.ledger.unsent_notices import UnsentNotice, unsent_notices
from activities.opening.message_keys import key_digest
from activities.records.intake_snapshot import Caller
from starters.intake_api.attached_files import WORKBOOK, attached, file_answer
from starters.intake_api.callers import (
    CommunityCode,
    IdempotencyKey,
    KnownCallersRoute,
    Right,
    actor_of,
    caller_with,
    person_of,
)
from starters.intake_api.fee_bodies import FactBody, HouseholdBody, SendNoticesBody
from starters.intake_api.intake import TheIntake
from starters.intake_api.ledger_transaction import KEYED, areas_of, in_ledger, now_by, policy_now
from starters.intake_api.problems import ProblemError, documented
from workflows.messages.ledger import AccountStanding
from workflows.messages.people import Actor, Role

router = APIRouter(route_class=KnownCallersRoute, tags=["fees 收费"])
Quarter = Annotated[str, Query(pattern=r"^[1-9]\d{3}Q[1-4]$")]


class FactRecorded(BaseModel):
    """The fact, and what followed from it: accounts, new bills, and differences of billed quarters (CNY).

    ``late_fee_returned`` had been paid on what should not have been billed, and is prepaid now.
    """

    fact: int
    account: str
    bills: tuple[str, ...]
    adjusted: dict[str, Decimal]
    late_fee_returned: Decimal
    table_in_review: str


class PayerNamed(BaseModel):
    """Whose the account is: the household that moved in on that day."""

    account: str
    since: date


class NoticeOut(BaseModel):
    """A notice that went out, and until when its household may pay."""

    number: str
    account: str
    due_on: str


@router.post(
    "/v1/communities/{community}/billing/facts",
    status_code=201,
    responses=documented(
        *KEYED, "unknown_unit", "unknown_account", "fact_in_future", "fact_too_old", "two_persons", "supervisor_only",
        "no_permit", "permit_not_cancellable", "taken_over_already", "nothing_to_credit", "unknown_staff",
        "idempotency_key_reused",
    ),
)  # fmt: skip
async def enter_a_fact(
    *,
    body: FactBody,
    community: CommunityCode,
    key: IdempotencyKey,
    caller: Annotated[Caller, caller_with(Right.ENTER_FACTS)],
    intake: TheIntake,
) -> FactRecorded:
    """Enter a fact that decides who pays how much: takeover, transfer, permit, occupation, works, tenancy.

    An occupation or a vacancy is seen by a steward and confirmed by the supervisor, who sends it and names the steward.
    """
    snapshot, policy = intake.snapshots.current(), policy_now(intake, community)
    at = now_by(policy)
    actor, confirmed_by = actor_of(caller), ""
    if body.kind in CONFIRMED:
        if caller.role not in MAY_CONFIRM:
            raise ProblemError("supervisor_only")
        if body.entered_by not in snapshot.staff.get(community, {}):
            raise ProblemError("unknown_staff")
        actor, confirmed_by = Actor(role=Role.STEWARD, code=body.entered_by), caller.staff
    digest = key_digest(caller.caller, key)
    new = NewFact(
        community=community, unit=body.unit, kind=body.kind, day=body.day, key=digest, at=at, actor=actor,
        account=body.account, until=body.until, works_seen=body.works_seen, confirmed_by=confirmed_by,
        evidence=body.evidence,
    )  # fmt: skip
    entered = await in_ledger(
        intake, lambda connection: enter_fact(connection, intake.database.personal, new, policy, snapshot.calendar)
    )
    await tell_moved(intake.client, intake.database, community, entered.accounts, digest, at)
    await tell_dirty(intake.client, community, entered.dirty_cycle, digest, at)
    return FactRecorded(
        fact=entered.id,
        account=entered.account,
        bills=entered.bills,
        adjusted={f"{one.account}/{one.period}": one.amount for one in entered.adjusted},
        late_fee_returned=entered.late_fee_returned,
        table_in_review=entered.dirty_cycle,
    )


@router.get(
    "/v1/communities/{community}/billing/accounts/{account}",
    responses=documented("unknown_account", "records_unavailable", "no_policy_in_force"),
)
async def read_an_account(
    community: CommunityCode,
    account: str,
    _: Annotated[Caller, caller_with(Right.READ_LEDGER)],
    intake: TheIntake,
) -> AccountStanding:
    """How an account stands today: its open bills with their late fee, and what it has prepaid (CNY)."""
    policy = policy_now(intake, community)
    today = now_by(policy).date()
    found = await in_ledger(intake, lambda connection: standing(connection, community, account, today, policy.late_fee))
    if found is None:
        raise ProblemError("unknown_account")
    return found


@router.post(
    "/v1/communities/{community}/billing/accounts/{account}/household",
    responses=documented("unknown_account", "unknown_household", "records_unavailable"),
)
async def name_the_payer(
    *,
    body: HouseholdBody,
    community: CommunityCode,
    account: str,
    caller: Annotated[Caller, caller_with(Right.ENTER_FACTS)],
    intake: TheIntake,
) -> PayerNamed:
    """Say whose an account is, where facts and roster left a doubt or were wrong: what was owed stays owed.

    An arrears case that runs goes on telling whom it was opened for: close or tell it by hand.
    """
    staff, at = person_of(caller).code, datetime.now(UTC)
    await in_ledger(intake, lambda connection: set_household(connection, community, account, body.since, staff, at))
    return PayerNamed(account=account, since=body.since)


@router.get(
    "/v1/communities/{community}/billing/table",
    responses=documented("unknown_table", "records_unavailable"),
)
async def read_the_table(
    *,
    community: CommunityCode,
    quarter: Quarter,
    version: Annotated[int, Query(ge=0, le=10_000)] = 0,
    after: Annotated[str, Query(max_length=64, pattern=r"^[^\x00]*$")] = "",
    caller: Annotated[Caller, caller_with(Right.READ_LEDGER)],
    intake: TheIntake,
) -> FeeTableView:
    """《应收管理费用明细表》 of a quarter, 200 rows at once; a steward sees his areas of the approved one (CYC-04)."""
    personal = intake.database.personal

    def work(connection: Connection) -> FeeTableView | None:
        return read_table(connection, personal, _which(connection, community, quarter, version, caller), after)

    found = await in_ledger(intake, work)
    if found is None:
        raise ProblemError("unknown_table")
    return found


@router.get(
    "/v1/communities/{community}/billing/table.xlsx",
    response_class=Response,
    responses={
        **file_answer(WORKBOOK),
        **documented("unknown_table", "records_unavailable"),
    },
)
async def export_the_table(
    community: CommunityCode,
    quarter: Quarter,
    caller: Annotated[Caller, caller_with(Right.READ_LEDGER)],
    intake: TheIntake,
    version: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> Response:
    """The whole 《应收管理费用明细表》 as a spreadsheet, in S4's columns."""
    personal = intake.database.personal

    def work(connection: Connection) -> bytes | None:
        found = whole_table(connection, personal, _which(connection, community, quarter, version, caller))
        return None if found is None else table_workbook(f"{quarter} 第{found[0]}版", found[1])

    content = await in_ledger(intake, work)
    if content is None:
        raise ProblemError("unknown_table")
    return attached(content, WORKBOOK, f"fee-table-{quarter}.xlsx")


def _which(connection: Connection, community: str, quarter: str, version: int, caller: Caller) -> WhichTable:
    if caller.role is not Role.STEWARD:
        return WhichTable(community, quarter, version)
    return WhichTable(community, quarter, approved_only=True, areas=areas_of(connection, community, caller))


@router.get("/v1/communities/{community}/billing/notices/unsent", responses=documented("records_unavailable"))
async def read_unsent_notices(
    community: CommunityCode,
    caller: Annotated[Caller, caller_with(Right.READ_LEDGER)],
    intake: TheIntake,
    after: Annotated[str, Query(max_length=64, pattern=r"^[^\x00]*$")] = "",
) -> tuple[UnsentNotice, ...]:
    """《缴费通知单》 that are still to be sent, 500 at once; a steward sees those of his areas."""

    def work(connection: Connection) -> tuple[UnsentNotice, ...]:
        areas = areas_of(connection, community, caller) if caller.role is Role.STEWARD else None
        return unsent_notices(connection, community, areas, after)

    return await in_ledger(intake, work)


@router.post(
    "/v1/communities/{community}/billing/notices/sent",
    responses=documented(
        "unknown_notice", "not_your_area", "amount_differs", "records_unavailable", "no_policy_in_force"
    ),
)
async def send_the_notices(
    body: SendNoticesBody,
    community: CommunityCode,
    caller: Annotated[Caller, caller_with(Right.SEND_NOTICES)],
    intake: TheIntake,
) -> tuple[NoticeOut, ...]:
    """Send 《缴费通知单》 as they were written: each total has to be the table's to the cent; all are sent or none."""
    policy, calendar = policy_now(intake, community), intake.snapshots.current().calendar
    at = now_by(policy)
    written = [WrittenNotice(one.number, one.total) for one in body.notices]
    actor = actor_of(caller)

    def work(connection: Connection):  # type: ignore[no-untyped-def]  # noqa: ANN202 - its own module's answer
        areas = areas_of(connection, community, caller) if caller.role is Role.STEWARD else None
        return send_notices(connection, community, written, actor, at, policy, calendar, areas)

    done = await in_ledger(intake, work)
    await tell_sent(intake.client, community, done.cycles, written[0].number, at)
    return tuple(NoticeOut(number=one.number, account=one.account, due_on=str(one.due_on)) for one in done.sent)
