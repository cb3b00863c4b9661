"""Written disputes 费用异议 (§9.6): what is put aside of a bill, and what becomes of it."""

from decimal import Decimal

from sqlalchemy import Connection, select, update

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.account_state import asked_for
from activities.ledger.credits import NewCredit, credit_bill
from activities.ledger.payments import lock_account
from activities.records.bill_tables import Bill
from workflows.messages.arrears_actions import DisputedPart
from workflows.messages.dunning import DisputeRequest, LedgerAnswer
from workflows.rules.amounts import ZERO
from workflows.rules.business_time import local
from workflows.rules.duty import DUTY_ZONE


def enter_dispute(connection: Connection, personal: PersonalDataCipher, request: DisputeRequest) -> LedgerAnswer:
    """Put the parts aside, credit them (upheld), or ask for them again (rejected); repeating it changes nothing.

    An upheld part is credited even if it has been paid since, so that no late fee was ever owed on it and what was
    paid of it is the customer's prepayment. Refused: ``unknown_bill``, and ``dispute_exceeds_debt`` where less is open
    than is disputed.
    """
    lock_account(connection, request.community, request.account)  # a payment locks it before the bill too
    bills = {
        row.number: row
        for row in connection.execute(
            select(Bill.number, Bill.open_principal, Bill.disputed)
            .where(
                Bill.community == request.community,
                Bill.account == request.account,
                Bill.number.in_([part.bill for part in request.parts]),
            )
            .order_by(Bill.number)
            .with_for_update()
        )
    }
    if any(part.bill not in bills for part in request.parts):
        return LedgerAnswer(refused="unknown_bill")
    if request.settle is None and any(part.amount > bills[part.bill].open_principal for part in request.parts):
        return LedgerAnswer(refused="dispute_exceeds_debt")
    for part in request.parts:
        # what is not put aside any more has been settled: this request has come twice
        if request.settle and (aside := min(part.amount, bills[part.bill].disputed)):
            _credit(connection, personal, request, part, aside)
        connection.execute(
            update(Bill)
            .where(Bill.community == request.community, Bill.number == part.bill)
            .values(disputed=part.amount if request.settle is None else ZERO)
        )
    return LedgerAnswer()


def _credit(
    connection: Connection, personal: PersonalDataCipher, request: DisputeRequest, part: DisputedPart, aside: Decimal
) -> None:
    """Credit what was put aside, but no more than the bill still asks for: some may have been credited otherwise."""
    amount = min(aside, asked_for(connection, request.community, part.bill))
    if amount <= 0:
        return
    new = NewCredit(
        community=request.community,
        bill=part.bill,
        amount=amount,
        key=f"dispute:{request.key}",
        at=local(request.at, DUTY_ZONE),
        actor=request.actor,
        approved_by=(request.actor.code,),
        source=request.key,
        late_fee=request.late_fee,
        reason=request.reason,
    )
    credit_bill(connection, personal, new)
