"""POST and GET billing: shifts counted, the day closed, cash banked 当班、日结、缴款 (S4 4.2.1.7; §9.7)."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from activities.ledger.cash_days import DayClosing, close_day, confirm_banking, receive_cash, slips_of
from activities.ledger.parking import HandIn, hand_ins_of
from activities.ledger.shifts import ShiftStanding, approve_difference, count_shift, shifts_of
from activities.records.intake_snapshot import Caller
from starters.intake_api.callers import CommunityCode, KnownCallersRoute, Right, caller_with, person_of
from starters.intake_api.cash_bodies import ClosingBody, CountBody, DepositBody, ShiftNumber, SlipNumber
from starters.intake_api.fee_bodies import Day
from starters.intake_api.intake import TheIntake
from starters.intake_api.ledger_transaction import in_ledger, now_by, now_in, policy_now
from starters.intake_api.problems import documented

router = APIRouter(route_class=KnownCallersRoute, tags=["cash desk 收银"])
_ALWAYS = ("records_unavailable", "no_policy_in_force")


class DayAtTheDesk(BaseModel):
    """A day: its shifts, its 《缴款单》, and what the car park handed in."""

    shifts: tuple[ShiftStanding, ...]
    slips: tuple[DayClosing, ...]
    parking: tuple[HandIn, ...]


@router.post(
    "/v1/communities/{community}/billing/shifts/{shift}/count",
    responses=documented(*_ALWAYS, "unknown_shift", "not_your_shift", "count_missing", "slip_reason_required"),
)
async def count_a_shift(
    body: CountBody,
    community: CommunityCode,
    shift: ShiftNumber,
    caller: Annotated[Caller, caller_with(Right.CLOSE_THE_DAY)],
    intake: TheIntake,
) -> ShiftStanding:
    """Count what was taken by each method. Without a difference the shift is closed; with one it waits for approval."""
    actor, at = person_of(caller), now_in(intake, community)
    return await in_ledger(
        intake,
        lambda connection: count_shift(
            connection,
            intake.database.personal,
            community=community,
            shift=shift,
            counted=body.counted,
            actor=actor,
            at=at,
            reason=body.reason,
        ),
    )


@router.post(
    "/v1/communities/{community}/billing/shifts/{shift}/approval",
    responses=documented(
        *_ALWAYS, "unknown_shift", "nothing_to_approve", "beyond_authority", "own_difference", "count_overtaken"
    ),
)
async def approve_a_difference(
    community: CommunityCode,
    shift: ShiftNumber,
    caller: Annotated[Caller, caller_with(Right.APPROVE_MONEY)],
    intake: TheIntake,
) -> ShiftStanding:
    """Approve a difference 长款/短款 as somebody else's superior: it is posted, and the shift is closed."""
    approver, at = person_of(caller), now_in(intake, community)
    return await in_ledger(
        intake,
        lambda connection: approve_difference(
            connection, intake.database.personal, community=community, shift=shift, approver=approver, at=at
        ),
    )


@router.post(
    "/v1/communities/{community}/billing/days/{day}/closing",
    responses=documented(
        *_ALWAYS, "shifts_open", "cash_without_shift", "nothing_to_close", "not_all_banked", "bad_deposit_time",
        "deposit_first",
    ),
)  # fmt: skip
async def close_a_day(
    body: ClosingBody,
    community: CommunityCode,
    day: Day,
    caller: Annotated[Caller, caller_with(Right.CLOSE_THE_DAY)],
    intake: TheIntake,
) -> DayClosing:
    """Close the day into a 《缴款单》: deposited, or after the bank has closed 在途 or with finance."""
    actor, policy, calendar = person_of(caller), policy_now(intake, community), intake.snapshots.current().calendar
    at, tz = now_by(policy), policy.calendar.tz
    return await in_ledger(
        intake,
        lambda connection: close_day(
            connection,
            intake.database.personal,
            community=community,
            day=day,
            actor=actor,
            at=at,
            policy=policy.cash,
            calendar=calendar,
            deposit=body.deposit.as_deposit(tz) if body.deposit else None,
        ),
    )


@router.get(
    "/v1/communities/{community}/billing/days/{day}",
    responses=documented("records_unavailable"),
)
async def read_a_day_at_the_desk(
    community: CommunityCode,
    day: Day,
    _: Annotated[Caller, caller_with(Right.READ_LEDGER)],
    intake: TheIntake,
) -> DayAtTheDesk:
    """A day's shifts with what was booked and counted, its slips, and the car park's hand-ins."""
    return await in_ledger(
        intake,
        lambda connection: DayAtTheDesk(
            shifts=shifts_of(connection, community, day),
            slips=slips_of(connection, community, day),
            parking=hand_ins_of(connection, community, day),
        ),
    )


@router.post(
    "/v1/communities/{community}/billing/slips/{slip}/received",
    responses=documented("records_unavailable", "unknown_slip", "not_for_finance", "beyond_authority", "two_persons"),
)
async def receive_the_cash(
    community: CommunityCode,
    slip: SlipNumber,
    caller: Annotated[Caller, caller_with(Right.CLOSE_THE_DAY)],
    intake: TheIntake,
) -> DayClosing:
    """Say as finance that you have received the cash that may not lie overnight."""
    receiver = person_of(caller)
    return await in_ledger(
        intake, lambda connection: receive_cash(connection, community=community, slip=slip, receiver=receiver)
    )


@router.post(
    "/v1/communities/{community}/billing/slips/{slip}/banked",
    responses=documented(
        *_ALWAYS, "unknown_slip", "banked_already", "not_received_yet", "beyond_authority", "not_all_banked",
        "bad_deposit_time",
    ),
)  # fmt: skip
async def confirm_a_deposit(
    body: DepositBody,
    community: CommunityCode,
    slip: SlipNumber,
    caller: Annotated[Caller, caller_with(Right.CLOSE_THE_DAY)],
    intake: TheIntake,
) -> DayClosing:
    """Confirm that cash 在途, or with finance, is in the bank, all of it."""
    actor, at = person_of(caller), now_in(intake, community)
    tz = str(at.tzinfo)
    return await in_ledger(
        intake,
        lambda connection: confirm_banking(
            connection,
            intake.database.personal,
            community=community,
            slip=slip,
            deposit=body.as_deposit(tz),
            actor=actor,
            at=at,
        ),
    )
