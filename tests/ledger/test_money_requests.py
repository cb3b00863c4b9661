"""款项申请单: asked for, signed under several names, booked once, on the real ledger (docs/domain/fees.md)."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from activities.billing.cash_desk import CashDesk
from activities.connections.database import Database
from activities.ledger.account_state import standing
from activities.ledger.deposits import NewDeposit, take_deposit
from activities.ledger.facts import NewFact, enter_fact
from activities.ledger.money_request_reading import RequestStanding, requests_of
from activities.ledger.money_requests import Asking, ask, sign, withdraw
from activities.ledger.refused import LedgerRefusedError
from activities.ledger.reversals import reverse_payment
from activities.records.policies import publish_policy
from tests.at_once import at_once
from tests.billing.community import CODE, at, day, flat
from tests.ledger.test_payments import ACCOUNT, Q1, Q2, issue, owed, pay
from tests.processes.fee_cases import policy
from tests.rules.year_2026 import CALENDAR_OF_2026
from workflows.messages.billing import DayDuties
from workflows.messages.ledger import PaymentMethod
from workflows.messages.money_requests import MONEY_REQUEST, MoneyRequestState
from workflows.messages.people import Actor, Role
from workflows.messages.unit_facts import UnitFactKind

CASHIER = Actor(role=Role.CASHIER, code="C001")
SUPERVISOR = Actor(role=Role.CS_SUPERVISOR, code="S001")
MANAGER = Actor(role=Role.SITE_MANAGER, code="M001")
FINANCE = Actor(role=Role.FINANCE, code="F001")


def asked(db: Database, kind: str, *, by: Actor = CASHIER, key: str = "", on: str = "04-20", **body: Any):
    request = MONEY_REQUEST.validate_python({"kind": kind, **body})
    asking = Asking(
        community=CODE, key=key or f"{kind}:{body}"[:64], body_digest=str(body)[:64], request=request, actor=by,
        at=at(f"{on} 10:00"), reason="客户王测试要求",
    )  # fmt: skip
    with db.begin() as connection:
        return ask(connection, db.personal, asking, policy())


def signed(db: Database, number: str, by: Actor, *, on: str = "04-20", **more: Any) -> RequestStanding:
    with db.begin() as connection:
        return sign(connection, db.personal, CODE, number, by, at(f"{on} 11:00"), policy(), **more)


def refused(db: Database, number: str, by: Actor) -> str:
    with pytest.raises(LedgerRefusedError) as error:
        signed(db, number, by)
    return error.value.code


def posted(db: Database, kind: str) -> list[tuple[str, str, str]]:
    statement = text(
        "SELECT ledger_account, account, amount FROM postings JOIN journal_entries ON id = entry WHERE kind = :kind"
        " ORDER BY entry, line"
    )
    with db.begin() as connection:
        return [(row[0], row[1], str(row[2])) for row in connection.execute(statement, {"kind": kind})]


@pytest.fixture
def prepaid(billed: Database) -> Database:
    """Flat A with 48.20 prepaid (PAY-04)."""
    flat(billed, facts=[("permit_issued", "2020-01-01")])
    issue(billed, "2026Q2", "03-26", "04-10")
    pay(billed, "800.00", "04-08 10:00")
    return billed


def test_a_refund_leaves_the_bank_when_manager_and_finance_have_signed(prepaid):
    request = asked(prepaid, "refund", account=ACCOUNT, amount="48.20")
    assert (request.state, request.waits_for) == (MoneyRequestState.WAITING, (Role.CS_SUPERVISOR, Role.FINANCE))
    assert posted(prepaid, "refund") == []
    half = signed(prepaid, request.number, FINANCE)
    assert (half.state, half.waits_for) == (MoneyRequestState.WAITING, (Role.CS_SUPERVISOR,))
    done = signed(prepaid, request.number, SUPERVISOR)
    assert (done.state, done.booked.accounts) == (MoneyRequestState.DONE, (ACCOUNT,))
    assert posted(prepaid, "refund") == [("prepayment", ACCOUNT, "48.20"), ("bank", ACCOUNT, "-48.20")]
    signed(prepaid, request.number, SUPERVISOR)
    assert len(posted(prepaid, "refund")) == 2


def test_nobody_signs_twice_for_himself_or_above_his_authority(prepaid):
    pay(prepaid, "6000.00", "04-09 10:00")
    request = asked(prepaid, "refund", account=ACCOUNT, amount="600.00")
    assert request.needs == (Role.SITE_MANAGER, Role.FINANCE)
    assert refused(prepaid, request.number, SUPERVISOR) == "beyond_authority"
    assert refused(prepaid, request.number, CASHIER) == "own_request"
    assert refused(prepaid, request.number, Actor(role=Role.FINANCE, code="C002")) == "two_persons"
    signed(prepaid, request.number, MANAGER)
    signed(prepaid, request.number, MANAGER)
    assert refused(prepaid, request.number, Actor(role=Role.COMPANY_MANAGER, code="B001")) == "beyond_authority"
    large = asked(prepaid, "refund", account=ACCOUNT, amount="5000.01")
    assert large.needs == (Role.COMPANY_MANAGER, Role.FINANCE)


def test_what_cannot_be_booked_is_refused_when_it_is_asked_for_and_leaves_nothing(prepaid):
    for kind, body, code in (
        ("refund", {"account": ACCOUNT, "amount": "48.21"}, "more_than_held"),
        ("refund", {"account": "9-999-Y1", "amount": "1.00"}, "unknown_account"),
        ("deposit_refund", {"account": ACCOUNT, "amount": "1.00"}, "more_than_held"),
        ("credit", {"bill": Q2, "amount": "751.81"}, "more_than_owed"),
        ("late_fee_waiver", {"bill": Q2, "amount": "0.01"}, "more_than_owed"),
        ("credit", {"bill": Q1, "amount": "1.00"}, "unknown_bill"),
        ("refund", {"account": ACCOUNT, "amount": "0.001"}, "invalid_amount"),
        ("debt_assumption", {"account": ACCOUNT, "to_account": ACCOUNT, "bills": (Q2,)}, "not_the_same_unit"),
    ):
        with pytest.raises(LedgerRefusedError) as error:
            asked(prepaid, kind, **body)
        assert error.value.code == code, kind
    with prepaid.begin() as connection:
        assert requests_of(connection, prepaid.personal, CODE, None) == ()


def test_only_the_cashier_asks_for_money_that_he_pays_out(prepaid):
    steward = Actor(role=Role.STEWARD, code="G001")
    with pytest.raises(LedgerRefusedError) as error:
        asked(prepaid, "refund", by=steward, account=ACCOUNT, amount="1.00")
    assert error.value.code == "beyond_authority"
    assert asked(prepaid, "credit", by=steward, bill=Q2, amount="1.00").state is MoneyRequestState.WAITING


def test_what_two_refunds_ask_for_is_paid_out_once(prepaid):
    """Both were in order when they were asked for; the second one is refused when it would be booked."""
    first = asked(prepaid, "refund", key="a", account=ACCOUNT, amount="48.20")
    second = asked(prepaid, "refund", key="b", account=ACCOUNT, amount="48.20")
    for request in (first, second):
        signed(prepaid, request.number, FINANCE)

    def last(index: int) -> str:
        try:
            return signed(prepaid, (first, second)[index % 2].number, SUPERVISOR).state
        except LedgerRefusedError as error:
            return error.code

    answers = at_once(6, last)
    assert set(answers) == {"done", "more_than_held"}
    assert len(posted(prepaid, "refund")) == 2


def test_a_request_is_refused_or_withdrawn_and_stays_readable(prepaid):
    first = asked(prepaid, "refund", key="a", account=ACCOUNT, amount="48.20")
    back = signed(prepaid, first.number, FINANCE, approved=False, note="缺客户签字")
    assert (back.state, back.signatures[0].note, back.waits_for) == (MoneyRequestState.REFUSED, "缺客户签字", ())
    assert refused(prepaid, first.number, SUPERVISOR) == "request_ended"
    second = asked(prepaid, "refund", key="b", account=ACCOUNT, amount="48.20")
    with prepaid.begin() as connection, pytest.raises(LedgerRefusedError):
        withdraw(connection, prepaid.personal, CODE, second.number, SUPERVISOR, at("04-20 12:00"))
    with prepaid.begin() as connection:
        withdraw(connection, prepaid.personal, CODE, second.number, CASHIER, at("04-20 12:00"))
        both = requests_of(connection, prepaid.personal, CODE, None)
    assert [(one.number, one.state.value, one.reason) for one in both] == [
        ("SQ-2026-000001", "refused", "客户王测试要求"),
        ("SQ-2026-000002", "withdrawn", "客户王测试要求"),
    ]


def test_the_same_request_again_is_the_same_one_and_its_reason_is_sealed(prepaid):
    first = asked(prepaid, "refund", key="k", account=ACCOUNT, amount="48.20")
    assert asked(prepaid, "refund", key="k", account=ACCOUNT, amount="48.20").number == first.number
    with pytest.raises(LedgerRefusedError) as error:
        asked(prepaid, "refund", key="k", account=ACCOUNT, amount="48.00")
    assert error.value.code == "idempotency_key_reused"
    with prepaid.begin() as connection:
        stored = connection.execute(text("SELECT reason, body::text FROM money_requests")).one()
    assert "王测试".encode() not in bytes(stored.reason)
    assert "王测试" not in stored.body


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE money_requests SET amount = 1",
        "DELETE FROM money_requests",
        "UPDATE money_signatures SET approved = false",
        "INSERT INTO money_signatures SELECT community, number, 'cs_supervisor', 'x', asked_by, asked_by, true, now()"
        " FROM money_requests",
    ],
)
def test_postgresql_keeps_what_was_asked_and_signed(prepaid, statement):
    request = asked(prepaid, "refund", account=ACCOUNT, amount="48.20")
    signed(prepaid, request.number, FINANCE)
    with pytest.raises(IntegrityError), prepaid.begin() as connection:
        connection.execute(text(statement))


def test_fee_18_an_area_is_corrected_by_three_people_and_the_credit_refunded(prepaid):
    request = asked(prepaid, "terms", unit="1-101", since="2026-04-01", area="88.90", price="2.80")
    assert request.needs == (Role.CS_SUPERVISOR, Role.FINANCE)
    signed(prepaid, request.number, SUPERVISOR)
    done = signed(prepaid, request.number, FINANCE)
    assert done.booked.accounts == (ACCOUNT,)
    with prepaid.begin() as connection:
        terms = connection.execute(text("SELECT area, entered_by, approved_by FROM fee_terms ORDER BY id DESC")).first()
    assert tuple(terms) == (Decimal("88.90"), "C001", ["S001", "F001"])
    refund = asked(prepaid, "refund", account=ACCOUNT, amount="53.24")  # 48.20 prepaid and the credit of 5.04
    signed(prepaid, refund.number, SUPERVISOR)
    assert signed(prepaid, refund.number, FINANCE).state is MoneyRequestState.DONE


@pytest.fixture
def late(billed: Database) -> Database:
    """Flat A with the first and second quarter unpaid."""
    flat(billed, facts=[("permit_issued", "2020-01-01")])
    issue(billed, "2026Q1", "01-02", "01-12")
    issue(billed, "2026Q2", "03-26", "04-10")
    return billed


@pytest.mark.parametrize(("amount", "post"), [("30.00", SUPERVISOR), ("110.00", MANAGER)])
def test_a_late_fee_is_waived_by_the_supervisor_or_above_a_hundred_by_the_site_manager(late, amount, post):
    assert owed(late, "11-20")["2026Q1"] == ("751.80", "117.28")
    request = asked(
        late, "late_fee_waiver", on="11-20", by=SUPERVISOR if post is MANAGER else CASHIER, bill=Q1, amount=amount
    )
    assert request.needs == (post.role,)
    assert signed(late, request.number, post, on="11-20").state is MoneyRequestState.DONE
    assert owed(late, "11-20")["2026Q1"] == ("751.80", str(Decimal("117.28") - Decimal(amount)))


def test_a_credit_lowers_a_bill_and_a_later_correction_does_not_credit_it_again(late):
    """A bill that was waived whole: the area that is put right later finds nothing more to credit."""
    request = asked(late, "credit", bill=Q2, amount="751.80")
    assert request.needs == (Role.SITE_MANAGER, Role.FINANCE)
    for post in (MANAGER, FINANCE):
        signed(late, request.number, post)
    assert list(owed(late, "04-30")) == ["2026Q1"]
    terms = asked(late, "terms", unit="1-101", since="2026-04-01", area="88.90", price="2.80")
    for post in (SUPERVISOR, FINANCE):
        signed(late, terms.number, post)
    assert list(owed(late, "04-30")) == ["2026Q1"]
    assert [line for line in posted(late, "credit") if line[0] == "receivable"] == [("receivable", ACCOUNT, "-751.80")]


def sold(db: Database) -> str:
    """The flat is sold on 04-15; the new owner's account."""
    new = NewFact(
        community=CODE, unit="1-101", kind=UnitFactKind.TRANSFER, day=day("04-15"), key="sold", at=at("04-15 10:00"),
        actor=Actor(role=Role.STEWARD, code="G001"),
    )  # fmt: skip
    with db.begin() as connection:
        return enter_fact(connection, db.personal, new, policy(), CALENDAR_OF_2026).account


def test_fee_17_arrears_stay_with_the_old_owner_until_a_signed_letter_moves_them(late):
    pay(late, "400.00", "02-01 10:00", designated=(Q1,))
    new = sold(late)
    before = owed(late, "04-20")
    assert before["2026Q1"] == ("351.80", "21.24")  # 0.0005 × (751.80 × 20 + 351.80 × 78)
    request = asked(late, "debt_assumption", account=ACCOUNT, to_account=new, bills=(Q1,))
    assert (request.amount, request.needs) == (Decimal("351.80"), (Role.CS_SUPERVISOR, Role.FINANCE))
    for post in (SUPERVISOR, FINANCE):
        done = signed(late, request.number, post)
    assert done.booked.bills == (f"{new}/{request.number}-1",)
    with late.begin() as connection:
        moved = connection.execute(
            text("SELECT principal, open_principal, due_on, kind FROM bills WHERE account = :new AND kind = 'assumed'"),
            {"new": new},
        ).one()
    assert tuple(moved) == (Decimal("351.80"), Decimal("351.80"), day("01-12"), "assumed")
    after = owed(late, "04-20")
    assert after["2026Q1"] == ("0.00", "4.00")  # what the paid 400.00 had borne for 20 days stays
    with late.begin() as connection:
        stands = standing(connection, CODE, new, day("04-20"), policy().late_fee)
    assumed = next(bill for bill in stands.bills if bill.kind == "assumed")
    assert (assumed.principal, assumed.late_fee) == (Decimal("351.80"), Decimal("17.24"))  # 98 days


def test_a_debt_is_moved_once_by_two_letters_at_once(late):
    new = sold(late)
    requests = [asked(late, "debt_assumption", key=key, account=ACCOUNT, to_account=new, bills=(Q1,)) for key in "ab"]
    for request in requests:
        signed(late, request.number, FINANCE)

    def last(index: int) -> str:
        try:
            return signed(late, requests[index].number, MANAGER).state
        except LedgerRefusedError as error:
            return error.code

    assert sorted(at_once(2, last)) == ["done", "unknown_bill"]


def deposit(db: Database, amount: str, key: str = "d") -> str:
    new = NewDeposit(
        community=CODE, key=key, body_digest=amount, account=ACCOUNT, amount=Decimal(amount),
        method=PaymentMethod.TRANSFER, at=at("04-01 10:00"), actor=CASHIER,
    )  # fmt: skip
    with db.begin() as connection:
        return take_deposit(connection, db.personal, new)


def test_a_deposit_is_a_liability_deducted_by_the_site_manager_and_refunded_with_finance(late):
    assert deposit(late, "2000.00") == deposit(late, "2000.00")
    deduction = asked(late, "deposit_deduction", account=ACCOUNT, amount="600.00")
    assert deduction.needs == (Role.SITE_MANAGER,)
    signed(late, deduction.number, MANAGER)
    with pytest.raises(LedgerRefusedError) as error:
        asked(late, "deposit_refund", account=ACCOUNT, amount="1400.01")
    assert error.value.code == "more_than_held"
    refund = asked(late, "deposit_refund", account=ACCOUNT, amount="1400.00")
    for post in (FINANCE, MANAGER):
        signed(late, refund.number, post)
    with late.begin() as connection:
        held = connection.execute(text("SELECT balance, book FROM liabilities WHERE ledger_account = 'deposit'")).one()
        books = set(
            connection.scalars(
                text("SELECT book FROM journal_entries WHERE kind IN ('deposit', 'deduction', 'refund')")
            )
        )
        assert connection.execute(text("SELECT sum(amount) FROM postings")).scalar_one() == 0
    assert (tuple(held), books) == ((Decimal("0.00"), "renovation"), {"renovation"})


def test_what_is_asked_for_in_parts_needs_the_signature_of_the_whole(late):
    first = asked(late, "late_fee_waiver", key="a", on="11-20", bill=Q1, amount="60.00")
    second = asked(late, "late_fee_waiver", key="b", on="11-25", bill=Q1, amount="50.00")
    other = asked(late, "late_fee_waiver", key="c", on="11-25", bill=Q2, amount="50.00")
    assert (first.needs, second.needs, other.needs) == (
        (Role.CS_SUPERVISOR,), (Role.SITE_MANAGER,), (Role.CS_SUPERVISOR,),
    )  # fmt: skip
    assert asked(late, "late_fee_waiver", key="d", on="12-28", bill=Q1, amount="50.00").needs == (Role.CS_SUPERVISOR,)


def test_a_debt_that_has_grown_since_is_not_moved_under_the_old_signatures(late):
    paid = pay(late, "600.00", "02-01 10:00", designated=(Q1,))
    new = sold(late)
    request = asked(late, "debt_assumption", account=ACCOUNT, to_account=new, bills=(Q1,))
    assert (request.amount, request.needs) == (Decimal("151.80"), (Role.CS_SUPERVISOR, Role.FINANCE))
    signed(late, request.number, SUPERVISOR)
    with late.begin() as connection:
        reverse_payment(connection, late.personal, CODE, paid.number, FINANCE, at("04-20 10:30"))
    assert refused(late, request.number, FINANCE) == "beyond_authority"
    assert owed(late, "04-20")["2026Q1"][0] == "751.80"


def test_two_last_signatures_at_once_book_once(prepaid):
    request = asked(prepaid, "refund", account=ACCOUNT, amount="48.20")
    signed(prepaid, request.number, FINANCE)

    def last(index: int) -> str:
        try:
            return signed(prepaid, request.number, Actor(role=Role.CS_SUPERVISOR, code=f"S00{index + 1}")).state
        except LedgerRefusedError as error:
            return error.code

    assert sorted(at_once(4, last)) == ["done", "request_ended", "request_ended", "request_ended"]
    assert len(posted(prepaid, "refund")) == 2


def test_a_refund_and_a_reversal_at_once_never_give_the_same_money_twice(prepaid):
    request = asked(prepaid, "refund", account=ACCOUNT, amount="48.20")
    signed(prepaid, request.number, FINANCE)

    def either(index: int) -> str:
        try:
            if index:
                return signed(prepaid, request.number, SUPERVISOR).state
            with prepaid.begin() as connection:
                reverse_payment(connection, prepaid.personal, CODE, "SK-2026-000001", FINANCE, at("04-20 11:00"))
        except LedgerRefusedError as error:
            return error.code
        return "reversed"

    assert set(at_once(2, either)) in ({"done", "prepayment_refunded"}, {"reversed", "more_than_held"})
    with prepaid.begin() as connection:
        assert connection.execute(text("SELECT min(balance) FROM liabilities")).scalar_one() == 0


def test_a_request_that_waits_for_three_days_is_found_every_morning_until_it_is_signed(prepaid):
    publish_policy(
        prepaid,
        {"community": CODE, "preset": "residential-S1", "effective_from": at("01-01 00:00").isoformat()},
        "M001",
        "试行",
    )
    request = asked(prepaid, "refund", account=ACCOUNT, amount="48.20")

    def waiting(on: str) -> tuple[str, ...]:
        duties = DayDuties(case="YJ-TESTS-1", community=CODE, on_day=day(on), at=at(f"{on} 10:01"))
        return CashDesk(prepaid).day_duties(duties).requests

    assert waiting("04-22") == ()
    assert waiting("04-23") == waiting("04-24") == (request.number,)
    for post in (SUPERVISOR, FINANCE):
        signed(prepaid, request.number, post)
    assert waiting("04-24") == ()
