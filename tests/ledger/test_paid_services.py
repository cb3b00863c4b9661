"""Paid services gathered for the month, collected money handed in, what is open billed (S4 4.3; §9.9)."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, text

from activities.billing.cash_desk import CashDesk
from activities.connections.database import Database
from activities.ledger.collected_services import ToHandIn, gathered_of, not_handed_in, take_over_collected
from activities.ledger.refused import LedgerRefusedError
from activities.records.case_records import CaseRecords
from activities.records.fee_tables import UnitFact
from activities.records.policies import publish_policy
from tests.at_once import at_once
from tests.billing.community import CODE, LONG_AGO, at, day, flat
from tests.ledger.cash_desk import CASH, CASHIER, TUESDAY, income, open_shift, pay, post_prices
from tests.records import repairs
from workflows.messages.billing import DayDuties, Gathered, GatherServices
from workflows.messages.case import CaseHeader
from workflows.messages.identifiers import CaseKind
from workflows.messages.people import Actor, Role
from workflows.messages.quotes import Charge
from workflows.messages.records import CaseBatch, RepairRecord, ServiceRecord
from workflows.messages.repair import RepairState
from workflows.rules.case_numbers import case_number

ASSISTANT = Actor(role=Role.CS_ASSISTANT, code="K001")


@pytest.fixture
def centre(billed: Database) -> Database:
    """A community with a policy, a flat and posted prices."""
    flat(billed)
    post_prices(billed)
    first = {"community": CODE, "preset": "residential-S1", "effective_from": at("01-01 00:00").isoformat()}
    publish_policy(billed, first, "M001", "试行")
    return billed


def refused(code: str):
    return pytest.raises(LedgerRefusedError, check=lambda error: error.code == code)


def charge(fee: str, agency: str = "0.00", collected: str = "0.00", **more: Any) -> Charge:
    whole = Decimal(fee) + Decimal(agency)
    return Charge(
        confirmed=whole, billed=whole, billable=whole, service_fee=Decimal(fee), agency=Decimal(agency),
        collected=Decimal(collected), **more,
    )  # fmt: skip


def repair(db: Database, accepted: str | None, owed: Charge, unit: str = "1-101") -> str:
    """A paid repair, accepted by its customer at that moment or not yet."""
    number = repairs.new_number()
    record = RepairRecord(
        trade="plumbing", repair_class="general", paid=True, verified_at=None if accepted is None else at(accepted)
    )
    first = repairs.first_batch(number, CODE, unit=unit)
    CaseRecords(db).write_case(first.model_copy(update={"forms": (record, owed)}))
    return number


def service(db: Database, signed: str | None, owed: Charge, key: str = "1") -> str:
    """A special service, signed by its customer at that moment or not yet; signing books it."""
    number = case_number(CaseKind.SPECIAL_SERVICE, b"tests", "services", key)
    booked = owed if signed is None else owed.model_copy(update={"booked_at": at(signed)})
    header = CaseHeader(
        number=number, kind=CaseKind.SPECIAL_SERVICE, community=CODE, state="posted", state_label="已记账",
        level="general", level_label="一般", last_sequence=1,
    )  # fmt: skip
    form = ServiceRecord(category="cleaning", signed_at=booked.booked_at)
    opening = repairs.opening(number, kind=CaseKind.SPECIAL_SERVICE, unit="1-101")
    CaseRecords(db).write_case(
        CaseBatch(header=header, lines=(repairs.line(1, RepairState.ACCEPTED),), forms=(form, booked), opening=opening)
    )
    return number


def gather(db: Database, month: str = "2026-04", cut_off: str = "04-25 00:00", moment: str = "04-25 08:00") -> Gathered:
    return CashDesk(db).gather_services(
        GatherServices(
            case="YJ-TESTS-1", community=CODE, month=month, cut_off=at(cut_off), at=at(moment), actor=ASSISTANT
        )
    )


def listed(db: Database, month: str = "2026-04") -> dict[str, str]:
    """The gathered cases of a month with their bills."""
    with db.begin() as connection:
        return {row.case: row.bill for row in gathered_of(connection, CODE, month)}


def take_over(db: Database, case: str, key: str = "over-1") -> str:
    with db.begin() as connection:
        return take_over_collected(
            connection, db.personal, community=CODE, key=key, body_digest=case, case=case, method=CASH,
            cashier=CASHIER, at=at(f"{TUESDAY} 16:00"),
        )  # fmt: skip


def balances(db: Database) -> dict[str, str]:
    with db.begin() as connection:
        rows = connection.execute(text("SELECT ledger_account, sum(amount) AS sum FROM postings GROUP BY 1")).all()
    return {row.ledger_account: str(row.sum) for row in rows if row.sum}


def test_psv_01_a_job_accepted_before_the_25th_is_aprils_and_a_later_one_mays(centre):
    april = repair(centre, "04-24 17:00", charge("180.00"))
    may = repair(centre, "04-25 09:00", charge("60.00"))

    assert gather(centre) == Gathered(jobs=1, service_fee=Decimal("180.00"), agency=Decimal(0), collected=Decimal(0))
    assert list(listed(centre)) == [april]
    in_may = gather(centre, "2026-05", "05-25 00:00", "05-25 08:00")
    assert (in_may.jobs, in_may.service_fee, list(listed(centre, "2026-05"))) == (1, Decimal("60.00"), [may])


def test_svc_01_a_signed_service_is_gathered_and_an_unsigned_one_never(centre):
    signed = service(centre, "04-18 11:30", charge("120.00"))
    service(centre, None, charge("80.00"), key="2")
    repair(centre, None, charge("30.00"))

    assert (gather(centre).service_fee, list(listed(centre))) == (Decimal("120.00"), [signed])


def test_money_laid_out_for_the_customer_stands_apart_and_is_no_income(centre):
    case = service(centre, "04-18 11:30", charge("10.00", agency="55.50"))

    done = gather(centre)
    assert (done.service_fee, done.agency) == (Decimal("10.00"), Decimal("55.50"))
    assert listed(centre) == {case: "1-101-Y1/202604-service-1"}
    assert balances(centre) == {"receivable": "65.50", "service_income": "-10.00", "agency": "-55.50"}


def test_gathered_again_or_by_several_at_once_each_job_is_gathered_and_billed_once(centre):
    for fee in ("180.00", "60.00"):
        repair(centre, "04-20 10:00", charge(fee))
    answers = at_once(3, lambda _: gather(centre))
    assert {answer.service_fee for answer in answers} == {Decimal("240.00")}
    assert sorted(listed(centre).values()) == ["1-101-Y1/202604-service-1", "1-101-Y1/202604-service-2"]
    assert balances(centre) == {"receivable": "240.00", "service_income": "-240.00"}


def test_the_bill_of_what_is_open_can_be_paid_within_ten_days(centre):
    repair(centre, "04-20 10:00", charge("180.00", collected="100.00"))
    gather(centre)
    with centre.begin() as connection:
        bill = connection.execute(text("SELECT kind, item, principal, due_on FROM bills")).one()
    assert (bill.kind, bill.item, str(bill.principal), str(bill.due_on)) == ("single", "service", "80.00", "2026-05-06")


def test_a_job_in_dispute_waits_until_it_is_settled(centre):
    repair(centre, "04-20 10:00", charge("180.00", disputed_at=at("04-21 10:00")))
    repair(centre, "04-20 10:00", charge("70.00", disputed_at=at("04-21 10:00"), settled_at=at("04-22 10:00")))
    assert gather(centre).service_fee == Decimal("70.00")


@pytest.mark.parametrize(("closed_as", "gathered"), [("cancelled", True), ("given_up", False)])
def test_only_a_fee_that_was_agreed_for_a_cancellation_is_earned_without_acceptance(centre, closed_as, gathered):
    """RPR-17: the call-out fee of a visit in vain; a customer who was never there owes no confirmed quote (RPR-08)."""
    number = repairs.new_number()
    record = RepairRecord(trade="plumbing", repair_class="general", paid=True, closed_as=closed_as)
    batch = repairs.first_batch(number, CODE, unit="1-101")
    header = batch.header.model_copy(update={"closed_at": at("04-20 10:00"), "state": RepairState.CLOSED})
    CaseRecords(centre).write_case(batch.model_copy(update={"header": header, "forms": (record, charge("30.00"))}))
    gather(centre)
    assert (number in listed(centre)) is gathered


def test_a_place_without_a_payer_is_gathered_and_gets_no_bill(centre):
    case = repair(centre, "04-20 10:00", charge("180.00"), unit="3-1502")
    gather(centre)
    assert listed(centre) == {case: ""}


def test_what_a_technician_collected_is_handed_in_the_same_day_and_once(centre):
    open_shift(centre)
    case = service(centre, None, charge("10.00", agency="55.50", collected="65.50"))
    with centre.begin() as connection:
        assert not_handed_in(connection, CODE) == (ToHandIn(case, Decimal("65.50")),)

    assert len(set(at_once(3, lambda _: take_over(centre, case)))) == 1
    assert balances(centre) == {"cash_on_hand": "65.50", "service_income": "-10.00", "agency": "-55.50"}
    with centre.begin() as connection:
        assert not_handed_in(connection, CODE) == ()
    with refused("nothing_to_hand_in"):
        take_over(centre, case, "over-2")


def test_a_part_repays_what_was_laid_out_first(centre):
    open_shift(centre)
    case = service(centre, None, charge("10.00", agency="55.50", collected="60.00"))
    take_over(centre, case)
    assert balances(centre) == {"cash_on_hand": "60.00", "service_income": "-4.50", "agency": "-55.50"}


def test_what_comes_after_the_bill_is_paid_on_the_bill_and_not_counted_twice(centre):
    open_shift(centre)
    case = repair(centre, "04-20 10:00", charge("180.00", collected="100.00"))
    gather(centre)
    with centre.begin() as connection:
        connection.execute(text("UPDATE charges SET collected = 180"))
        assert not_handed_in(connection, CODE) == (ToHandIn(case, Decimal("100.00")),)
    take_over(centre, case)
    pay(centre, "80.00", "04-28 10:00")
    assert balances(centre) == {"cash_on_hand": "180.00", "service_income": "-180.00"}


def test_the_morning_names_days_that_are_not_closed(centre):
    open_shift(centre)
    income(centre, "JY-01", "1", f"{TUESDAY} 10:00")
    asked = DayDuties(case="YJ-TESTS-1", community=CODE, on_day=at("04-15 08:00").date(), at=at("04-15 08:00"))
    found = CashDesk(centre).day_duties(asked)
    assert (found.unclosed_days, found.in_transit) == ((at(TUESDAY + " 08:00").date(),), ())


def bill_accounts(db: Database) -> list[str]:
    with db.begin() as connection:
        return list(connection.scalars(text("SELECT account FROM bills ORDER BY number")))


def test_after_a_tenant_has_left_whoever_pays_again_is_billed(centre):
    flat(centre, "1-102", payers={"Y1": LONG_AGO, "Z1": day("01-05")})
    with centre.begin() as connection:
        values = {"community": CODE, "unit": "1-102", "kind": "vacated", "day": day("03-31"), "account": "1-102-Y1"}
        entered = {"key": "left", "entered_at": at("03-31 10:00"), "entered_role": "steward", "entered_by": "G001"}
        connection.execute(insert(UnitFact).values(**values, **entered))
    repair(centre, "03-20 10:00", charge("20.00"), unit="1-102")
    repair(centre, "04-10 10:00", charge("30.00"), unit="1-102")

    gather(centre)

    assert sorted(bill_accounts(centre)) == ["1-102-Y1", "1-102-Z1"]


def test_a_job_of_the_small_hours_belongs_to_that_local_day(centre):
    """Accepted at 02:00 on the day of the transfer, which is the day before in UTC."""
    flat(centre, "1-102", payers={"Y1": LONG_AGO, "Y2": day("04-16")})
    repair(centre, "04-16 02:00", charge("30.00"), unit="1-102")

    gather(centre)

    assert bill_accounts(centre) == ["1-102-Y2"]
