"""Waivers of late fees 滞纳金减免 (§9.3): a recorded row for each, and the bill knows their sum."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, insert, update

from activities.connections.personal_data import PersonalDataCipher
from activities.records.bill_tables import Bill, LateFeeWaiver
from activities.records.sealing import seal_columns
from workflows.messages.people import Actor


@dataclass(frozen=True)
class NewWaiver:
    """What is waived of a bill's late fee, CNY, and by whom; ``reason`` is sealed."""

    community: str
    bill: str
    amount: Decimal
    key: str
    at: datetime
    waived_by: Actor
    reason: str = field(default="", repr=False)


def enter_waiver(connection: Connection, personal: PersonalDataCipher, new: NewWaiver) -> None:
    """Enter the waiver; the caller has seen that as much is owed."""
    values = {
        "community": new.community,
        "bill": new.bill,
        "amount": new.amount,
        "key": new.key,
        "at": new.at,
        "waived_role": new.waived_by.role,
        "waived_by": new.waived_by.code,
        "reason": new.reason,
    }
    connection.execute(insert(LateFeeWaiver).values(seal_columns(personal, LateFeeWaiver, values)))
    connection.execute(
        update(Bill)
        .where(Bill.community == new.community, Bill.number == new.bill)
        .values(late_fee_waived=Bill.late_fee_waived + new.amount)
    )
