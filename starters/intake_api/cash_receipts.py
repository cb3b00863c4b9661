"""POST and GET billing: receipt books and receipts 收据 (§9.7): issued, void, in red, lost, handed in."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from activities.ledger.receipt_books import BookHandIn, hand_in, hand_over_book, open_book, spelled_receipt
from activities.ledger.receipts import (
    Cancelled,
    ask_cancellation,
    grant_red,
    grant_void,
    issue_receipt,
    register_lost_copy,
)
from activities.records.intake_snapshot import Caller
from starters.intake_api.callers import CommunityCode, KnownCallersRoute, Right, caller_with, person_of
from starters.intake_api.cash_bodies import (
    BookBody,
    BookCode,
    CancellationBody,
    HolderBody,
    Month,
    ReceiptBody,
    ReceiptNumber,
)
from starters.intake_api.intake import Intake, TheIntake
from starters.intake_api.ledger_transaction import in_ledger, now_in, policy_now
from starters.intake_api.problems import ProblemError, documented
from workflows.messages.cash_desk import ReceiptState
from workflows.messages.people import Role

router = APIRouter(route_class=KnownCallersRoute, tags=["cash desk 收银"])
_ALWAYS = ("records_unavailable", "no_policy_in_force")
_GRANTING = (*_ALWAYS, "unknown_receipt", "receipt_not_in_force", "not_asked_for", "beyond_authority", "two_persons",
             "no_receipt_book")  # fmt: skip


class ReceiptIssued(BaseModel):
    """The receipt's number, and as it is printed."""

    number: int
    printed: str


class CancellationStands(BaseModel):
    """What came of a cancellation: the state of the receipt, the red one, the new one."""

    number: int
    state: ReceiptState
    red: int | None
    reissued: int | None


class BookStands(BaseModel):
    """A book and who has it."""

    code: str
    holder: str


class LostCopyRegistered(BaseModel):
    """The receipt whose copy is lost."""

    number: int


@router.post(
    "/v1/communities/{community}/billing/receipt-books",
    responses=documented(*_ALWAYS, "unknown_staff", "bad_numbers", "book_exists", "numbers_taken"),
)
async def register_a_book(
    body: BookBody,
    community: CommunityCode,
    caller: Annotated[Caller, caller_with(Right.APPROVE_MONEY)],
    intake: TheIntake,
) -> BookStands:
    """Register a book of consecutive numbers and hand it to a cashier; registered twice is once."""
    person_of(caller)
    _refuse_no_cashier(intake, community, body.holder)
    at = now_in(intake, community)
    await in_ledger(
        intake,
        lambda connection: open_book(connection, community, body.code, body.first, body.last, body.holder, at),
    )
    return BookStands(code=body.code, holder=body.holder)


@router.post(
    "/v1/communities/{community}/billing/receipt-books/{book}/holder",
    responses=documented("records_unavailable", "unknown_staff", "unknown_book"),
)
async def hand_a_book_over(
    body: HolderBody,
    community: CommunityCode,
    book: BookCode,
    caller: Annotated[Caller, caller_with(Right.APPROVE_MONEY)],
    intake: TheIntake,
) -> BookStands:
    """Hand what is left of a book to another cashier."""
    person_of(caller)
    _refuse_no_cashier(intake, community, body.holder)
    await in_ledger(intake, lambda connection: hand_over_book(connection, community, book, body.holder))
    return BookStands(code=book, holder=body.holder)


@router.get("/v1/communities/{community}/billing/receipt-books", responses=documented(*_ALWAYS))
async def read_the_books(
    community: CommunityCode,
    month: Month,
    _: Annotated[Caller, caller_with(Right.READ_LEDGER)],
    intake: TheIntake,
) -> tuple[BookHandIn, ...]:
    """《票据交回》 of a month: used, void, red, unused and missing numbers of every book."""
    tz = policy_now(intake, community).calendar.tz
    return await in_ledger(intake, lambda connection: hand_in(connection, community, month, tz))


@router.post(
    "/v1/communities/{community}/billing/receipts",
    responses=documented(*_ALWAYS, "unknown_payment", "payment_reversed", "receipt_differs", "no_receipt_book"),
)
async def issue_a_receipt(
    body: ReceiptBody,
    community: CommunityCode,
    caller: Annotated[Caller, caller_with(Right.COLLECT)],
    intake: TheIntake,
) -> ReceiptIssued:
    """Issue the receipt of a payment out of your book; a payment has one, however often you ask."""
    cashier, at = person_of(caller).code, now_in(intake, community)
    number = await in_ledger(
        intake,
        lambda connection: issue_receipt(
            connection,
            intake.database.personal,
            community=community,
            payment=body.payment,
            amount=body.amount,
            cashier=cashier,
            at=at,
        ),
    )
    return ReceiptIssued(number=number, printed=spelled_receipt(number))


@router.post(
    "/v1/communities/{community}/billing/receipts/{receipt}/cancellation",
    responses=documented(*_ALWAYS, "unknown_receipt", "receipt_not_in_force", "reason_required", "copies_missing"),
)
async def ask_for_a_cancellation(
    body: CancellationBody,
    community: CommunityCode,
    receipt: ReceiptNumber,
    caller: Annotated[Caller, caller_with(Right.COLLECT)],
    intake: TheIntake,
) -> CancellationStands:
    """Ask for a receipt to be void, with all its copies, or in red after the closing; until then it holds."""
    cashier, at = person_of(caller).code, now_in(intake, community)
    await in_ledger(
        intake,
        lambda connection: ask_cancellation(
            connection,
            intake.database.personal,
            community=community,
            number=receipt,
            cashier=cashier,
            copies_kept=body.copies_kept,
            reason=body.reason,
            at=at,
        ),
    )
    return CancellationStands(number=receipt, state=ReceiptState.ISSUED, red=None, reissued=None)


@router.post(
    "/v1/communities/{community}/billing/receipts/{receipt}/void",
    responses=documented(*_GRANTING, "void_too_late"),
)
async def void_a_receipt(
    community: CommunityCode,
    receipt: ReceiptNumber,
    caller: Annotated[Caller, caller_with(Right.APPROVE_MONEY)],
    intake: TheIntake,
) -> CancellationStands:
    """Grant as a superior that a receipt is void, the same day before the closing; the payment gets a new one."""
    approver, at = person_of(caller), now_in(intake, community)
    return _stands(
        await in_ledger(
            intake,
            lambda connection: grant_void(
                connection, intake.database.personal, community=community, number=receipt, approver=approver, at=at
            ),
        )
    )


@router.post(
    "/v1/communities/{community}/billing/receipts/{receipt}/red",
    responses=documented(*_GRANTING, "void_instead"),
)
async def reverse_a_receipt_in_red(
    community: CommunityCode,
    receipt: ReceiptNumber,
    caller: Annotated[Caller, caller_with(Right.APPROVE_MONEY)],
    intake: TheIntake,
) -> CancellationStands:
    """Grant as finance that a receipt is reversed in red after the closing; the payment gets a new one."""
    approver, at = person_of(caller), now_in(intake, community)
    return _stands(
        await in_ledger(
            intake,
            lambda connection: grant_red(
                connection, intake.database.personal, community=community, number=receipt, approver=approver, at=at
            ),
        )
    )


@router.post(
    "/v1/communities/{community}/billing/receipts/{receipt}/lost",
    responses=documented(*_ALWAYS, "unknown_receipt"),
)
async def register_a_lost_copy(
    community: CommunityCode,
    receipt: ReceiptNumber,
    caller: Annotated[Caller, caller_with(Right.COLLECT)],
    intake: TheIntake,
) -> LostCopyRegistered:
    """Register that the customer has lost his copy; the original is not issued again."""
    person_of(caller)
    at = now_in(intake, community)
    await in_ledger(intake, lambda connection: register_lost_copy(connection, community, receipt, at))
    return LostCopyRegistered(number=receipt)


def _stands(done: Cancelled) -> CancellationStands:
    return CancellationStands(number=done.number, state=done.state, red=done.red, reissued=done.reissued)


def _refuse_no_cashier(intake: Intake, community: str, staff: str) -> None:
    if Role.CASHIER not in intake.snapshots.current().staff.get(community, {}).get(staff, ()):
        raise ProblemError("unknown_staff")
