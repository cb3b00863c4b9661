"""What a signed request books 款项入账: one function for each kind (§9.3–9.5, §8; ``docs/domain/fees.md``).

Money goes out of the bank, never out of the till (不得坐支, §9.7), and back to the account that paid it in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.account_state import asked_for, late_fee_of, prepaid_balance
from activities.ledger.credits import NewCredit, credit_bill
from activities.ledger.debt_assumption import Assumption, assume_debt, open_debt
from activities.ledger.deposits import deposit_held
from activities.ledger.journal import NewEntry, post
from activities.ledger.late_fee_waivers import NewWaiver, enter_waiver
from activities.ledger.payments import lock_account
from activities.ledger.price_changes import NewTerms, enter_terms
from activities.ledger.refused import LedgerRefusedError
from activities.records.bill_tables import Bill
from activities.records.sealing import table_of
from workflows.messages.ledger import Book, EntryKind, FeeItem, PaymentMethod
from workflows.messages.money_requests import (
    CreditRequest,
    DebtAssumptionRequest,
    DepositDeductionRequest,
    DepositRefundRequest,
    LateFeeWaiverRequest,
    MoneyRequest,
    MoneyRequestKind,
    RefundRequest,
    TermsRequest,
    amount_of,
)
from workflows.messages.people import Actor, Role
from workflows.messages.policy import Policy
from workflows.rules.amounts import to_cents
from workflows.rules.postings import Leg, deducted_from_deposit, deposit_refunded, prepayment_refunded


@dataclass(frozen=True)
class Booking:
    """A request that is signed: its number, who asked, and who signed. ``at`` is local, ``reason`` sealed."""

    community: str
    number: str
    request: MoneyRequest
    at: datetime
    asked_by: Actor
    signed: tuple[Actor, ...]
    reason: str = field(default="", repr=False)

    @property
    def approved_by(self) -> tuple[str, ...]:
        """Who signed, by staff code."""
        return tuple(signer.code for signer in self.signed)


@dataclass(frozen=True)
class Booked:
    """What followed: the amount in CNY, the accounts whose debts changed, the cycle whose rows did, new bills.

    ``late_fee_returned`` became prepayment, because it had been paid on what was credited, CNY.
    """

    amount: Decimal = Decimal(0)
    accounts: tuple[str, ...] = ()
    dirty_cycle: str = ""
    bills: tuple[str, ...] = ()
    late_fee_returned: Decimal = Decimal(0)


NOTHING: Final = Booked()
"""Nothing yet."""


def subject_of(request: MoneyRequest) -> str:
    """The account, bill or unit that a request is about."""
    for name in ("bill", "account", "unit"):
        if found := getattr(request, name, ""):
            return str(found)
    raise AssertionError(request.kind)


def book(connection: Connection, personal: PersonalDataCipher, booking: Booking, policy: Policy) -> Booked:
    """Book what was asked for. Raises :class:`LedgerRefusedError` for what the ledger does not hold or owe."""
    amount = amount_of(booking.request)
    if booking.request.kind in _OF_AN_AMOUNT and (amount <= 0 or amount != to_cents(amount)):
        raise LedgerRefusedError("invalid_amount", "金额应大于0,最多两位小数")
    return _BOOKS[booking.request.kind](connection, personal, booking, policy)


def _refund(connection: Connection, personal: PersonalDataCipher, booking: Booking, _: Policy) -> Booked:
    request: RefundRequest = booking.request  # type: ignore[assignment]
    lock_account(connection, booking.community, request.account)
    held = prepaid_balance(connection, booking.community, request.account)
    _at_most(request.amount, held, "more_than_held", "该账户的预存余额")
    legs = prepayment_refunded(request.account, PaymentMethod.TRANSFER, request.amount)
    _post(connection, personal, booking, Book.MANAGEMENT, EntryKind.REFUND, legs)
    return Booked(request.amount, (request.account,))


def _refund_deposit(connection: Connection, personal: PersonalDataCipher, booking: Booking, _: Policy) -> Booked:
    request: DepositRefundRequest = booking.request  # type: ignore[assignment]
    lock_account(connection, booking.community, request.account)
    _at_most(request.amount, deposit_held(connection, booking.community, request.account), "more_than_held", "押金余额")
    legs = deposit_refunded(request.account, PaymentMethod.TRANSFER, request.amount)
    _post(connection, personal, booking, Book.RENOVATION, EntryKind.REFUND, legs)
    return Booked(request.amount, (request.account,))


def _deduct(connection: Connection, personal: PersonalDataCipher, booking: Booking, _: Policy) -> Booked:
    request: DepositDeductionRequest = booking.request  # type: ignore[assignment]
    lock_account(connection, booking.community, request.account)
    _at_most(request.amount, deposit_held(connection, booking.community, request.account), "more_than_held", "押金余额")
    legs = deducted_from_deposit(request.account, FeeItem.RENOVATION, request.amount)
    _post(connection, personal, booking, Book.RENOVATION, EntryKind.DEDUCTION, legs)
    return Booked(request.amount, (request.account,))


def _waive(connection: Connection, personal: PersonalDataCipher, booking: Booking, policy: Policy) -> Booked:
    request: LateFeeWaiverRequest = booking.request  # type: ignore[assignment]
    bill = _bill(connection, booking.community, request.bill)
    late = late_fee_of(connection, booking.community, request.bill, booking.at.date(), policy.late_fee)
    _at_most(request.amount, late.accrued - late.paid - late.waived, "more_than_owed", "该账单未缴滞纳金")
    waiver = NewWaiver(
        community=booking.community,
        bill=request.bill,
        amount=request.amount,
        key=booking.number,
        at=booking.at,
        waived_by=booking.signed[0],
        reason=booking.reason,
    )
    enter_waiver(connection, personal, waiver)
    return Booked(request.amount, (bill.account,))


def _credit(connection: Connection, personal: PersonalDataCipher, booking: Booking, policy: Policy) -> Booked:
    request: CreditRequest = booking.request  # type: ignore[assignment]
    bill = _bill(connection, booking.community, request.bill)
    asks_for = asked_for(connection, booking.community, request.bill)
    _at_most(request.amount, asks_for, "more_than_owed", "该账单现应收")
    new = NewCredit(
        community=booking.community,
        bill=request.bill,
        amount=request.amount,
        key=booking.number,
        at=booking.at,
        actor=booking.asked_by,
        approved_by=booking.approved_by,
        source=booking.number,
        late_fee=policy.late_fee,
    )
    returned = credit_bill(connection, personal, new)
    return Booked(request.amount, (bill.account,), late_fee_returned=returned)


def _assume(connection: Connection, personal: PersonalDataCipher, booking: Booking, policy: Policy) -> Booked:
    request: DebtAssumptionRequest = booking.request  # type: ignore[assignment]
    for account in sorted({request.account, request.to_account}):
        lock_account(connection, booking.community, account)
    owed = open_debt(connection, booking.community, request.bills)
    taken = Assumption(
        community=booking.community,
        account=request.account,
        to_account=request.to_account,
        bills=request.bills,
        request=booking.number,
        at=booking.at,
        actor=booking.asked_by,
        approved_by=booking.approved_by,
    )
    bills = assume_debt(connection, personal, taken, policy.late_fee)
    return Booked(owed, (request.account, request.to_account), bills=bills)


def _change_terms(connection: Connection, personal: PersonalDataCipher, booking: Booking, policy: Policy) -> Booked:
    request: TermsRequest = booking.request  # type: ignore[assignment]
    managers = [signer.code for signer in booking.signed if signer.role is not Role.FINANCE]
    finance = [signer.code for signer in booking.signed if signer.role is Role.FINANCE]
    terms = NewTerms(
        community=booking.community,
        unit=request.unit,
        since=request.since,
        area=request.area,
        price=request.price,
        key=booking.number,
        at=booking.at,
        actor=booking.asked_by,
        supervisor=managers[0],
        finance=finance[0],
        late_fee_clause=request.late_fee_clause,
        late_fee_daily=request.late_fee_daily,
        reason=booking.reason,
    )
    entered = enter_terms(connection, personal, terms, policy)
    return Booked(
        accounts=tuple(sorted(entered.accounts)),
        dirty_cycle=entered.dirty_cycle,
        late_fee_returned=entered.late_fee_returned,
    )


_BOOKS: Final[Mapping[MoneyRequestKind, Callable[[Connection, PersonalDataCipher, Booking, Policy], Booked]]] = {
    MoneyRequestKind.REFUND: _refund,
    MoneyRequestKind.DEPOSIT_REFUND: _refund_deposit,
    MoneyRequestKind.DEPOSIT_DEDUCTION: _deduct,
    MoneyRequestKind.LATE_FEE_WAIVER: _waive,
    MoneyRequestKind.CREDIT: _credit,
    MoneyRequestKind.DEBT_ASSUMPTION: _assume,
    MoneyRequestKind.TERMS: _change_terms,
}
_OF_AN_AMOUNT: Final = frozenset(_BOOKS) - {MoneyRequestKind.DEBT_ASSUMPTION, MoneyRequestKind.TERMS}


def _at_most(amount: Decimal, limit: Decimal, code: str, what: str) -> None:
    if amount > limit:
        raise LedgerRefusedError(code, f"{what}为 {limit} 元,不能超过")


def _bill(connection: Connection, community: str, number: str) -> Row[Any]:
    """The bill, with its account locked."""
    asked = select(table_of(Bill)).where(Bill.community == community, Bill.number == number)
    row = connection.execute(asked).one_or_none()
    if row is None:
        raise LedgerRefusedError("unknown_bill", "没有这张账单:请核对编号")
    lock_account(connection, community, row.account)
    return connection.execute(asked).one()


def _post(  # noqa: PLR0917 - an entry of a booking
    connection: Connection,
    personal: PersonalDataCipher,
    booking: Booking,
    book: Book,
    kind: EntryKind,
    legs: list[Leg],
) -> None:
    post(
        connection,
        personal,
        NewEntry(
            community=booking.community,
            key=f"request:{booking.number}",
            book=book,
            kind=kind,
            on_day=booking.at.date(),
            at=booking.at,
            actor=booking.asked_by,
            legs=legs,
            approved_by=booking.approved_by,
            source=booking.number,
            reason=booking.reason,
        ),
    )
