"""The course of a quarter that is disturbed: from the extraction to the first dunning notices."""

from datetime import date
from decimal import Decimal

from activities.opening.fee_cases import FeeCases
from tests.fees.machine import becomes, counted, insist
from tests.fees.quarter import (
    CASHIER,
    DEBTORS,
    FINANCE,
    HOME,
    SITE_MANAGER,
    STEWARD,
    Quarter,
    assert_the_books_are_right,
    send_all,
)
from tests.processes.case_under_test import at
from workflows.messages.fee_opening import FeePeriodKind, OpenFees


class Course:
    """A quarter from extraction to the first dunning notices; ``blow`` falls at every step."""

    def __init__(self, quarter: Quarter) -> None:
        self.quarter = quarter

    async def blow(self) -> None:
        """Nothing by itself."""

    async def open(self) -> str:
        """Open the quarter; its number."""
        opening = OpenFees(community=HOME, kind=FeePeriodKind.CYCLE, on_day=date(2026, 3, 25), at=at("03-25 00:30"))
        cases = FeeCases(self.quarter.db, self.quarter.client, self.quarter.keyring.case_number_key)
        return (await cases.open_fees(opening)).number

    async def send(self, cycle: str) -> None:
        """The stewards send their notices."""
        await send_all(self.quarter, cycle, at("03-27 15:00"))

    async def play(self) -> None:
        quarter = self.quarter
        cycle = await self.open()
        await self.blow()
        await becomes(quarter, cycle, "under_review")
        await self.blow()
        rejected = [{"account": "1-101-Y1", "reason": "面积有疑"}]
        await insist(quarter, cycle, FINANCE, "reject", version=1, rows=rejected)
        await becomes(quarter, cycle, "correcting")
        await self.blow()
        await insist(quarter, cycle, CASHIER, "resubmit")
        await becomes(quarter, cycle, "under_review")
        await quarter.until(cycle, "03-26 10:00")
        await insist(quarter, cycle, FINANCE, "approve", version=2)
        await self.blow()
        await counted(quarter, "SELECT count(*) FROM fee_notices", 312)
        await self.blow()
        await quarter.until(cycle, "03-27 09:00")
        await self.send(cycle)
        await becomes(quarter, cycle, "notified")
        await quarter.until(cycle, "04-01 09:00")
        for account, left in quarter.rows("SELECT account, open_principal FROM bills ORDER BY account"):
            if account not in DEBTORS:
                await quarter.pay(account, left, "04-08 10:00", f"T-{account}")
        await self.blow()
        await quarter.until(cycle, "04-13 00:31")
        await self.blow()
        await becomes(quarter, cycle, "dunning")
        await self.dun()

    async def dun(self) -> None:
        """The first notice of three accounts is sealed and delivered; one of them pays."""
        quarter = self.quarter
        await counted(quarter, "SELECT count(*) FROM fee_notices WHERE kind = 'first'", 3)
        await counted(quarter, "SELECT count(*) FROM case_lines WHERE event = 'sheet_issued'", 3)  # and each case knows
        await self.blow()
        cases = dict(quarter.rows('SELECT account, "case" FROM arrears_openings'))
        assert tuple(sorted(cases)) == DEBTORS
        for place, account in enumerate(DEBTORS):
            await insist(quarter, cases[account], SITE_MANAGER, "seal", number=f"YY-{place}", copies=1)
        await counted(quarter, "SELECT count(*) FROM case_lines WHERE event = 'sealed'", 3)
        for account in DEBTORS:
            await quarter.until(cases[account], "04-17 15:00")
            await insist(quarter, cases[account], STEWARD, "deliver", received_on="2026-04-17")
        await self.blow()
        await counted(quarter, "SELECT count(*) FROM fee_notices WHERE delivered_on = '2026-04-17'", 3)
        await quarter.pay(DEBTORS[0], Decimal("5000.00"), "04-20 10:00", "T-last")
        await counted(quarter, "SELECT count(*) FROM arrears_openings WHERE closed_at IS NOT NULL", 1)


def assert_billed_once(quarter: Quarter) -> None:
    """Every home has one bill of the approved amount and one notice; every effect is there once."""
    assert_the_books_are_right(quarter)
    assert quarter.rows(
        "SELECT count(*), count(DISTINCT account), sum(principal) FROM bills WHERE kind = 'quarter'"
    ) == quarter.rows(
        "SELECT count(*), count(*), sum(charge + adjustment) FROM (SELECT DISTINCT ON (account) * FROM fee_table_rows"
        " ORDER BY account, version DESC) AS approved WHERE charge + adjustment > 0"
    )
    notices = "SELECT kind, count(*), count(DISTINCT account) FROM fee_notices GROUP BY kind ORDER BY kind"
    assert quarter.rows(notices) == [("bill", 312, 312), ("first", 3, 3)]
    assert quarter.rows("SELECT count(*) FROM seal_register") == [(3,)]
    assert quarter.rows('SELECT "case", sequence FROM case_lines GROUP BY "case", sequence HAVING count(*) > 1') == []
