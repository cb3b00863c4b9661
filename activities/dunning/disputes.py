"""Written disputes 费用异议 (§9.6): what is put aside of a bill, and what becomes of it."""

from sqlalchemy import Connection, select, update

from activities.connections.personal_data import PersonalDataCipher
from activities.ledger.journal import NewEntry, post
from activities.records.bill_tables import Bill
from workflows.messages.dunning import DisputeRequest, LedgerAnswer
from workflows.messages.ledger import EntryKind, FeeItem
from workflows.rules.amounts import ZERO
from workflows.rules.business_time import local
from workflows.rules.duty import DUTY_ZONE
from workflows.rules.postings import credit


def enter_dispute(connection: Connection, personal: PersonalDataCipher, request: DisputeRequest) -> LedgerAnswer:
    """Put the parts aside, credit them (upheld), or ask for them again (rejected); repeating it changes nothing.

    An upheld part is credited, so that no late fee was ever owed on it. Refused: ``unknown_bill``, and
    ``dispute_exceeds_debt`` where less is open than is disputed.
    """
    bills = {
        row.number: row
        for row in connection.execute(
            select(Bill.number, Bill.item, Bill.open_principal, Bill.disputed)
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
        if request.settle and (amount := min(part.amount, bills[part.bill].open_principal)):
            item = FeeItem(bills[part.bill].item)
            post(
                connection,
                personal,
                NewEntry(
                    community=request.community,
                    key=f"dispute:{request.key}:{part.bill}",
                    book=item.book,
                    kind=EntryKind.CREDIT,
                    on_day=local(request.at, DUTY_ZONE).date(),
                    at=request.at,
                    actor=request.actor,
                    legs=credit(request.account, part.bill, item, amount),
                    approved_by=(request.actor.code,),
                    reason=request.reason,
                ),
            )
        connection.execute(
            update(Bill)
            .where(Bill.community == request.community, Bill.number == part.bill)
            .values(disputed=part.amount if request.settle is None else ZERO)
        )
    return LedgerAnswer()
