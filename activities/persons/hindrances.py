"""What stands in the way of an erasure 障碍: what is not over yet, and for which the data are still needed.

Until the purpose is reached the law does not ask for erasure (PIPL art. 47 (1)): an open case has to be dealt with, an
open debt collected or paid back, and who pays for a unit now is a party to the contract (art. 13 (2)).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, select, text, tuple_
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.persons.finding import Found
from activities.persons.holdings import BY_TABLE
from activities.records.bill_tables import ArrearsOpening, Bill
from activities.records.case_tables import Case
from activities.records.cash_tables import MoneyRequest, ServiceGathering
from activities.records.fee_tables import Adjustment
from activities.records.form_tables import ChargeRow
from activities.records.journal_tables import Liability
from workflows.messages.ledger import PayerKind
from workflows.messages.money_requests import MoneyRequestState


class Hindrance(StrEnum):
    """Why a person cannot be erased yet."""

    OPEN_CASE = "open_case"
    RUNNING_CASE = "running_case"
    RUNNING_MAIN_CASE = "running_main_case"
    UNPAID_BILL = "unpaid_bill"
    UNPAID_SERVICE = "unpaid_service"
    UNBILLED_ADJUSTMENT = "unbilled_adjustment"
    BALANCE = "balance"
    WAITING_REQUEST = "waiting_request"
    PAYS_NOW = "pays_now"
    DOUBTFUL_ACCOUNT = "doubtful_account"

    @property
    def label(self) -> str:
        """What a person reads before the number."""
        return _LABELS[self]


_LABELS: Final[dict[Hindrance, str]] = {
    Hindrance.OPEN_CASE: "未结单据",
    Hindrance.RUNNING_CASE: "已关闭但仍可返修/答复的单据(流程未结束)",
    Hindrance.RUNNING_MAIN_CASE: "其报修已并入的他人单据(流程未结束)",
    Hindrance.UNPAID_BILL: "未付清账单",
    Hindrance.UNPAID_SERVICE: "未收齐的有偿服务",
    Hindrance.UNBILLED_ADJUSTMENT: "待入账调整的账户",
    Hindrance.BALANCE: "有预存或押金未退的账户",
    Hindrance.WAITING_REQUEST: "待签批款项申请",
    Hindrance.PAYS_NOW: "现任缴费人的账户(先登记过户或退租)",
    Hindrance.DOUBTFUL_ACCOUNT: "有款项未清、名册看不出属谁的账户(先在名册中补全该房号的住户)",
}


@dataclass(frozen=True, order=True)
class InTheWay:
    """One of them: what it is, and the number of the case, bill or request, or the code of the account."""

    what: Hindrance
    number: str


_PAYS_NOW: Final = text(
    """
    SELECT code FROM fee_accounts AS account
    JOIN unnest(CAST(:communities AS text[]), CAST(:codes AS text[])) AS his (community, code) USING (community, code)
    WHERE account.payer <> :developer
      AND NOT EXISTS (
          -- an owner remains one while a tenant pays, wherever he lives
          SELECT FROM fee_accounts AS later WHERE later.community = account.community AND later.unit = account.unit
            AND (later.payer = account.payer OR account.payer = 'tenant')
            AND (later.since, later.code) > (account.since, account.code))
      AND NOT EXISTS (
          SELECT FROM unit_facts AS vacated WHERE account.payer = 'tenant' AND vacated.kind = 'vacated'
            AND vacated.community = account.community AND vacated.unit = account.unit AND vacated.day >= account.since)
    """
)
"""Who is billed from now on: the unit's last owner, and its tenant until he has left 退租."""

_UNPAID: Final = Bill.open_principal > 0
_UNBILLED: Final = and_(Adjustment.billed_in == "", Adjustment.credits == "")
_HELD: Final = Liability.balance > 0


def on_record(connection: Connection, found: Found) -> tuple[InTheWay, ...]:
    """Return what stands in the way by the records."""
    of_his = tuple_(ArrearsOpening.community, ArrearsOpening.account).in_(found.accounts)
    cases = select(Case.number).where(Case.closed_at.is_(None), Case.number.in_(found.cases))
    arrears = select(ArrearsOpening.case).where(ArrearsOpening.closed_at.is_(None), of_his)
    bills = _rows(Bill, Bill.number, found, _UNPAID)
    gathered = select(ServiceGathering.case).where(ServiceGathering.case == ChargeRow.case).exists()
    services = _rows(ChargeRow, ChargeRow.case, found, ChargeRow.billable > ChargeRow.collected, ~gathered)
    adjustments = _rows(Adjustment, Adjustment.account, found, _UNBILLED)
    balances = _rows(Liability, Liability.account, found, _HELD)
    requests = _rows(MoneyRequest, MoneyRequest.number, found, MoneyRequest.state == MoneyRequestState.WAITING)
    codes = {"communities": [each[0] for each in found.accounts], "codes": [each[1] for each in found.accounts]}
    asked = {
        Hindrance.OPEN_CASE: {*connection.scalars(cases), *connection.scalars(arrears)},
        Hindrance.UNPAID_BILL: set(connection.scalars(bills)),
        Hindrance.UNPAID_SERVICE: set(connection.scalars(services)),
        Hindrance.UNBILLED_ADJUSTMENT: set(connection.scalars(adjustments)),
        Hindrance.BALANCE: set(connection.scalars(balances)),
        Hindrance.WAITING_REQUEST: set(connection.scalars(requests)),
        Hindrance.PAYS_NOW: set(connection.scalars(_PAYS_NOW, {**codes, "developer": PayerKind.DEVELOPER})),
        Hindrance.DOUBTFUL_ACCOUNT: _with_money_open(connection, replace(found, accounts=found.doubtful)),
    }
    return _sorted(InTheWay(what, number) for what, numbers in asked.items() for number in numbers)


def _with_money_open(connection: Connection, found: Found) -> set[str]:
    """The accounts that owe something or are owed it."""
    asked = ((Bill, _UNPAID), (Adjustment, _UNBILLED), (Liability, _HELD))
    return {code for row, is_open in asked for code in connection.scalars(_rows(row, row.account, found, is_open))}


async def still_running(client: Client, found: Found) -> tuple[InTheWay, ...]:
    """Return the cases whose execution has not ended, although they may be closed: they would write names again.

    So would others' cases into which his were merged: they were handed his words, hold them in their history for the
    retention after their own end, and still tell him what they tell their own customer. Raises ``RPCError`` when
    Temporal is out of reach.
    """
    asked = [(Hindrance.RUNNING_CASE, number) for number in found.cases]
    asked += [(Hindrance.RUNNING_MAIN_CASE, number) for number in found.mains]
    return _sorted([InTheWay(what, number) for what, number in asked if await _runs(client, number)])


async def _runs(client: Client, number: str) -> bool:
    try:
        return (await client.get_workflow_handle(number).describe()).status is WorkflowExecutionStatus.RUNNING
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise


def _rows(row: Any, column: Any, found: Found, *where: Any) -> Select[Any]:
    return select(column).where(BY_TABLE[row.__tablename__].rows(found), *where)


def _sorted(ways: Iterable[InTheWay]) -> tuple[InTheWay, ...]:
    return tuple(sorted(ways))
