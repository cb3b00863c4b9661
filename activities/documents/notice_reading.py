"""What a notice is filled in from 通知单资料: read for a thousand of them in as many queries as for one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, select

from activities.connections.personal_data import PersonalDataCipher
from activities.documents.payers import Payer, payers_of
from activities.records.bill_tables import Bill, ChargeLineRow, FeeNotice, SealUse
from activities.records.fee_tables import FeeTable, FeeTableRow


@dataclass(frozen=True)
class TableFacts:
    """A row of the approved table: m², CNY per m² and month, charge and adjustment, and the day of extraction."""

    area: Decimal
    price: Decimal
    charge: Decimal
    adjustment: Decimal
    extracted_on: date


@dataclass(frozen=True)
class NoticeFacts:
    """A notice as it was issued, with its bills by number, their charges, its payer, and who approved its seal."""

    notice: Row[Any]
    bills: Mapping[str, Row[Any]]
    charges: Sequence[Row[Any]]
    payer: Payer
    table: TableFacts | None
    seal_approved_by: str


def read_notices(
    connection: Connection, personal: PersonalDataCipher, community: str, numbers: Sequence[str]
) -> list[NoticeFacts]:
    """Return the notices, in the order of their numbers as given; those that are not there are left out."""
    notices = {
        row.number: row
        for row in connection.execute(
            select(FeeNotice).where(FeeNotice.community == community, FeeNotice.number.in_(numbers))
        )
    }
    bills = _bills(connection, community, [line["bill"] for row in notices.values() for line in row.lines])
    charges = _charges(connection, community, list(bills))
    payers = payers_of(connection, personal, community, {row.account for row in notices.values()})
    tables = _table_rows(connection, community, bills.values())
    seals = select(SealUse.notice, SealUse.approved_by).where(
        SealUse.community == community, SealUse.notice.in_(list(notices))
    )
    approved = {row.notice: row.approved_by for row in connection.execute(seals)}
    return [
        NoticeFacts(
            notice=row,
            bills={line["bill"]: bills[line["bill"]] for line in row.lines},
            charges=charges[row.lines[0]["bill"]] if row.lines else (),
            payer=payers[row.account],
            table=tables.get(row.lines[0]["bill"]) if row.lines else None,
            seal_approved_by=approved.get(row.number, ""),
        )
        for number in numbers
        if (row := notices.get(number)) is not None
    ]


def _bills(connection: Connection, community: str, numbers: Sequence[str]) -> dict[str, Row[Any]]:
    wanted = select(Bill).where(Bill.community == community, Bill.number.in_(numbers))
    return {row.number: row for row in connection.execute(wanted)}


def _charges(connection: Connection, community: str, bills: Sequence[str]) -> defaultdict[str, list[Row[Any]]]:
    lines: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    rows = connection.execute(
        select(ChargeLineRow)
        .where(ChargeLineRow.community == community, ChargeLineRow.bill.in_(bills))
        .order_by(ChargeLineRow.first_day, ChargeLineRow.id)
    )
    for row in rows:
        lines[row.bill].append(row)
    return lines


def _table_rows(connection: Connection, community: str, bills: Any) -> dict[str, TableFacts]:
    """The row of each quarter's bill: the newest, for the table is not computed again once it is approved."""
    wanted = {(bill.account, bill.period): bill.number for bill in bills if bill.kind == "quarter"}
    rows = connection.execute(
        select(
            FeeTableRow.account, FeeTableRow.quarter, FeeTableRow.area, FeeTableRow.price, FeeTableRow.charge,
            FeeTableRow.adjustment, FeeTable.extracted_on,
        )
        .join(
            FeeTable,
            (FeeTable.community == FeeTableRow.community)
            & (FeeTable.quarter == FeeTableRow.quarter)
            & (FeeTable.version == FeeTableRow.version),
        )
        .where(
            FeeTableRow.community == community,
            FeeTableRow.quarter.in_({quarter for _, quarter in wanted}),
            FeeTableRow.account.in_({account for account, _ in wanted}),
        )
        .order_by(FeeTableRow.version)
    )  # fmt: skip
    return {
        wanted[row.account, row.quarter]: TableFacts(row.area, row.price, row.charge, row.adjustment, row.extracted_on)
        for row in rows
        if (row.account, row.quarter) in wanted
    }
