"""The story of a quarter's fees 收费演示: the sample community's second quarter of 2026, from extraction to 其它方式.

Everything is done as the desk does it: through the cases' own actions and the ledger's own functions.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from activities.fee_reports.overview import FeeOverview, overview
from activities.ledger.bill_notices import WrittenNotice, send_notices
from activities.ledger.cash_days import DayClosing, Deposit, close_day
from activities.ledger.payments import NewPayment, PaymentTaken, take_payment
from activities.ledger.receipt_books import open_book, spelled_receipt
from activities.ledger.receipts import issue_receipt
from activities.ledger.shifts import count_shift, open_shift
from activities.ledger.telling import tell_moved, tell_sent
from activities.opening.fee_cases import FeeCases
from activities.records.policies import policy_in_force
from activities.records.working_calendar import calendar_around
from deploy.demo.demo_centre import COMMUNITY, DemoCentre
from deploy.demo.telling import print_outcome, print_scene
from workflows.messages.case import CaseView
from workflows.messages.fee_opening import FeePeriodKind, OpenFees
from workflows.messages.ledger import PaymentMethod
from workflows.messages.people import Actor, Role
from workflows.messages.policy import Policy
from workflows.rules.quarters import Quarter

_CASHIER: Final = Actor(role=Role.CASHIER, code="C001")
_FINANCE: Final = Actor(role=Role.FINANCE, code="F001")
_STEWARDS: Final = {"A1": "G001", "A2": "G002", "A3": "G003"}
_MANAGER: Final = Actor(role=Role.SITE_MANAGER, code="M001")
_SILENT, _LATE, _IN_PART = "1-101-Y1", "1-102-Y1", "1-103-Y1"
_IN_CASH, _TOO_MUCH = "1-104-Y1", "1-201-Y1"
_QUARTER: Final = Quarter(2026, 2)
_Done = TypeVar("_Done")


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(f"2026-{moment}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass
class QuarterDemo:
    """A quarter as it is told: the centre, and the cases of those who have not paid."""

    centre: DemoCentre
    cycle: str = ""
    arrears: dict[str, str] = field(default_factory=dict)

    async def tell(self) -> None:
        """Tell the whole quarter; raises ``TimeoutError`` if a case does not come to rest."""
        await self._table()
        await self._notices()
        await self._collection()
        await self._dunning()
        await self._later_notices()
        await self._figures()

    # What is told

    async def _table(self) -> None:
        moment = _at("03-25 00:30")
        opening = OpenFees(community=COMMUNITY, kind=FeePeriodKind.CYCLE, on_day=moment.date(), at=moment)
        cases = FeeCases(self.centre.database, self.centre.clock.client, self.centre.case_number_key)
        self.cycle = (await cases.open_fees(opening)).number
        self.centre.numbers.append(self.cycle)
        await self.centre.quiet()
        print_scene(
            moment, f"定时任务开立{_QUARTER.label}收费单 {self.cycle},提取《应收管理费用明细表》:{self._table_sums()}"
        )
        await self._show(self.cycle)
        await self._act(
            "03-26 09:10", self.cycle, _FINANCE, "reject", "财务部退回 1-101 一行,要求核对面积",
            version=1, rows=[{"account": _SILENT, "reason": "请核对面积"}],
        )  # fmt: skip
        await self._act("03-26 10:00", self.cycle, _CASHIER, "resubmit", "收银员核对后再报,成为第2版")
        await self._act("03-26 11:00", self.cycle, _FINANCE, "approve", "财务部审核通过第2版:出账", version=2)

    async def _notices(self) -> None:
        signed = list(_STEWARDS.values())
        await self._act(
            "03-27 09:00", self.cycle, _CASHIER, "hand_over", "收银员把明细表交给各片区管家", signed_by=signed
        )
        moment = _at("03-27 15:00")
        await self.centre.wait_until(moment)
        for area, steward in _STEWARDS.items():
            asked = {"community": COMMUNITY, "area": area}
            rows = self._rows("SELECT number, total FROM fee_notices WHERE steward_area = :area ORDER BY number", asked)
            written = [WrittenNotice(number, total) for number, total in rows]
            await self._ledger(partial(self._send, written, Actor(role=Role.STEWARD, code=steward), area, moment))
            await tell_sent(self.centre.clock.client, COMMUNITY, [self.cycle], f"sent-{area}", moment)
        await self.centre.quiet()
        (count,) = self._rows("SELECT count(*) FROM bills WHERE sent_on IS NOT NULL")[0]
        print_scene(moment, f"三位管家填写《缴费通知单》,逐张与明细表核对无误后派发 {count} 份")
        await self._show(self.cycle)

    async def _collection(self) -> None:
        await self.centre.wait_until(_at("04-01 09:00"))
        paying = self._rows(
            "SELECT account, open_principal FROM bills WHERE account <> ALL(:others) ORDER BY account",
            {"others": [_SILENT, _LATE, _IN_PART, _IN_CASH, _TOO_MUCH]},
        )
        moment = _at("04-08 10:00")
        for account, owed in paying:
            await self._pay(account, owed, moment, PaymentMethod.QR_CODE, "gateway")
        print_scene(moment, f"{len(paying)} 户扫码缴清")
        taken = await self._pay(
            _TOO_MUCH, self._owed(_TOO_MUCH) + Decimal("48.20"), _at("04-08 10:20"), PaymentMethod.TRANSFER
        )
        print_scene(_at("04-08 10:20"), f"{_TOO_MUCH} 转账多付,{taken.parts[-1].amount} 元转为预存,下季自动抵扣")
        await self._cash_day()

    async def _cash_day(self) -> None:
        morning, noon, evening = _at("04-08 08:30"), _at("04-08 11:00"), _at("04-08 16:20")
        day, personal = morning.date(), self.centre.database.personal
        shift = await self._ledger(lambda db: open_shift(db, COMMUNITY, _CASHIER.code, day, morning))
        await self._ledger(lambda db: open_book(db, COMMUNITY, "SJ-01", 1234, 1333, _CASHIER.code, morning))
        taken = await self._pay(_IN_CASH, self._owed(_IN_CASH), noon, PaymentMethod.CASH)
        amount = sum((part.amount for part in taken.parts), Decimal(0))
        receipt = await self._ledger(
            lambda db: issue_receipt(
                db, personal, community=COMMUNITY, payment=taken.number, amount=amount, cashier=_CASHIER.code, at=noon
            )
        )
        print_scene(noon, f"{_IN_CASH} 现金缴费 {amount} 元,开收据 {spelled_receipt(receipt)}")
        await self._ledger(
            lambda db: count_shift(
                db, personal, community=COMMUNITY, shift=shift, counted={PaymentMethod.CASH: amount}, actor=_CASHIER,
                at=_at("04-08 16:00"),
            )
        )  # fmt: skip
        deposit = Deposit("HD-0408", evening, amount)
        closing: DayClosing = await self._ledger(
            lambda db: close_day(
                db, personal, community=COMMUNITY, day=day, actor=_CASHIER, at=evening,
                policy=self._policy(db, evening).cash, calendar=calendar_around(db, day), deposit=deposit,
            )
        )  # fmt: skip
        print_scene(evening, f"清点无误,日结:《缴款单》{closing.slip},现金 {closing.cash} 元当日存行")

    async def _dunning(self) -> None:
        await self.centre.wait_until(_at("04-13 09:00"))
        rows = self._rows('SELECT account, "case" FROM arrears_openings ORDER BY account')
        self.arrears = dict(rows)
        self.centre.numbers.extend(self.arrears.values())
        await self.centre.quiet()
        print_scene(_at("04-13 09:00"), f"收缴期已过,催款名单 {len(self.arrears)} 户,各立一张催缴单")
        await self._show(self.cycle)
        for account in self.arrears:
            await self._seal(account, "首次催款通知单", "04-16 10:00")
        for account in self.arrears:
            await self._deliver(account, "04-17 15:00")
        await self._pay(_IN_PART, Decimal("100.00"), _at("04-20 10:00"), PaymentMethod.QR_CODE, "gateway")
        print_scene(_at("04-20 10:00"), f"{_IN_PART} 先付 100.00 元,催款只对余额继续")
        moment = _at("04-27 20:00")
        await self.centre.wait_until(moment)
        principal = self._owed(_LATE)
        late = (principal * 17 * Decimal("0.0005")).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        await self._pay(_LATE, principal + late, moment, PaymentMethod.QR_CODE, "gateway")
        await self.centre.quiet()
        print_scene(moment, f"{_LATE} 在最后一晚缴清本金 {principal} 元和滞纳金 {late} 元,不再发第二次通知")
        await self._show(self.arrears[_LATE])
        self.centre.numbers.remove(self.arrears[_LATE])

    async def _later_notices(self) -> None:
        case = self.arrears[_SILENT]
        for name, issued, delivered in (
            ("第二次催款通知单", "04-28 08:31", "04-28 15:00"),
            ("最后催款通知单", "05-09 08:31", "05-09 15:00"),
        ):
            await self._seal(_SILENT, name, issued)
            await self._deliver(_SILENT, delivered)
        moment = _at("05-20 08:31")
        await self.centre.wait_until(moment)
        print_scene(moment, f"{_SILENT} 最后通知满10日仍未缴:由管理处经理决定其它方式")
        await self._show(case)
        await self._act(
            "05-20 09:30", case, _MANAGER, "choose_means", "管理处经理选择律师函(停水、停电、停门禁一律不许)",
            means="lawyer_letter",
        )  # fmt: skip

    async def _figures(self) -> None:
        moment = _at("05-20 17:00")
        seen: FeeOverview = await self._ledger(lambda db: overview(db, COMMUNITY, _QUARTER, moment))
        rate = seen.collection
        met = "达到" if rate.met else "未达"
        print_scene(moment, f"综合收费率 {rate.percent}(应收 {rate.due},已收 {rate.received}),{met}目标 95 %")
        (sums,) = self._rows("SELECT count(*), sum(amount) FROM postings")
        print_scene(moment, f"账簿共 {sums[0]} 条分录,借贷合计 {sums[1]}")

    # How it is done

    async def _seal(self, account: str, name: str, moment: str) -> None:
        number = f"YY-{account}-{moment[:5]}"
        said = f"{account} 的《{name}》登记用印"
        await self._act(moment, self.arrears[account], _MANAGER, "seal", said, number=number, copies=1)

    async def _deliver(self, account: str, moment: str) -> None:
        steward = Actor(role=Role.STEWARD, code="G001")
        said = f"管家送达 {account},签收后10日内缴清"
        await self._act(moment, self.arrears[account], steward, "deliver", said, received_on=f"2026-{moment[:5]}")

    async def _act(self, moment: str, case: str, actor: Actor, action: str, said: str, /, **details: object) -> None:
        await self.centre.wait_until(_at(moment))
        print_scene(_at(moment), said)
        print_outcome(self.centre, await self.centre.act(case, actor, action, **details))

    async def _show(self, case: str) -> CaseView:
        seen = await self.centre.view(case)
        print_outcome(self.centre, seen)
        return seen

    async def _pay(
        self, account: str, amount: Decimal, moment: datetime, method: PaymentMethod, provider: str = ""
    ) -> PaymentTaken:
        key = f"{account}-{moment:%m%d%H%M}"
        new = NewPayment(
            community=COMMUNITY, key=key, body_digest=key, account=account, amount=amount, method=method,
            succeeded_at=moment, actor=Actor(role=Role.SYSTEM) if provider else _CASHIER, provider=provider,
            transaction=key if provider else "",
        )  # fmt: skip
        database = self.centre.database
        taken = await self._ledger(lambda db: take_payment(db, database.personal, new, self._policy(db, moment)))
        await tell_moved(self.centre.clock.client, database, COMMUNITY, [account], key, moment)
        return taken

    async def _ledger(self, work: Callable[[Connection], _Done]) -> _Done:
        def transaction() -> _Done:
            with self.centre.database.begin() as connection:
                return work(connection)

        return await asyncio.to_thread(transaction)

    def _send(
        self, written: list[WrittenNotice], actor: Actor, area: str, moment: datetime, connection: Connection
    ) -> None:
        policy, calendar = self._policy(connection, moment), calendar_around(connection, moment.date())
        send_notices(connection, COMMUNITY, written, actor, moment, policy, calendar, frozenset({area}))

    def _policy(self, connection: Connection, moment: datetime) -> Policy:
        return policy_in_force(connection, COMMUNITY, moment)

    def _owed(self, account: str) -> Decimal:
        ((owed,),) = self._rows("SELECT open_principal FROM bills WHERE account = :account", {"account": account})
        return Decimal(owed)

    def _table_sums(self) -> str:
        ((rows, due),) = self._rows("SELECT count(*), sum(due_total) FROM fee_table_rows")
        return f"{rows} 行,应收 {due} 元"

    def _rows(self, statement: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with self.centre.database.begin() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values or {})]
