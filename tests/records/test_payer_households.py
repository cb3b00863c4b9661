"""Whose an account is: facts of the ledger and files of the roster, in whatever order they come."""

from datetime import date

import pytest
from sqlalchemy import insert, select

from activities.connections.database import Database
from activities.documents.payers import payers_of
from activities.ledger.facts import NewFact, enter_fact
from activities.ledger.fee_accounts import set_household
from activities.ledger.refused import LedgerRefusedError
from activities.records.community_tables import Contact, Household
from activities.records.fee_tables import FeeAccount
from activities.records.payer_households import name_payers
from activities.records.sealing import seal_columns
from tests.billing import community
from tests.billing.community import CODE, at, day
from tests.processes.fee_cases import policy
from tests.rules.year_2026 import CALENDAR_OF_2026
from workflows.messages.people import Actor, Role
from workflows.messages.unit_facts import UnitFactKind

UNIT = "1-101"


@pytest.fixture
def flat(database: Database) -> Database:
    """A flat that is still the developer's, and of which the roster knows nobody."""
    community.found(database)
    community.flat(database, unit=UNIT, payers={"K": community.LONG_AGO})
    return database


def enter(db: Database, kind: str, on: str, account: str = "", entered: str = "") -> None:
    new = NewFact(
        community=CODE, unit=UNIT, kind=UnitFactKind(kind), day=day(on), key=f"{kind}:{on}",
        at=at(f"{entered or on} 10:00"),
        actor=Actor(role=Role.STEWARD, code="G001"), account=account,
    )  # fmt: skip
    with db.begin() as connection:
        enter_fact(connection, db.personal, new, policy(), CALENDAR_OF_2026)


def move_in(db: Database, since: str, *people: tuple[str, str], until: str = "") -> None:
    """As a file of the roster does it: whoever lived there leaves on that day. ``people``: identity, name."""
    with db.begin() as connection:
        connection.execute(
            Household.__table__.update()
            .where(Household.unit == UNIT, Household.until.is_(None))
            .values(until=day(since))
        )
        home = connection.execute(
            insert(Household)
            .values(community=CODE, unit=UNIT, since=day(since), until=day(until) if until else None)
            .returning(Household.id)
        ).scalar_one()
        for position, (identity, name) in enumerate(people, start=1):
            connection.execute(insert(Contact).values(_contact(db, home, position, identity, name)))
        name_payers(connection, CODE)


def _contact(db: Database, home: int, position: int, identity: str, name: str) -> dict[str, object]:
    columns = {
        "community": CODE, "household": home, "position": position, "identity": identity, "name": name,
        "phone_index": db.personal.phone_index(f"+86 174 0090 {ord(name[0]) % 10_000:04}"),
    }  # fmt: skip
    return seal_columns(db.personal, Contact, columns)


def whose(db: Database) -> dict[str, date | None]:
    """Each account but the developer's: since when its household lives there."""
    with db.begin() as connection:
        found = connection.execute(
            select(FeeAccount.code, Household.since)
            .outerjoin(Household, Household.id == FeeAccount.household)
            .where(FeeAccount.payer != "developer")
        )
        return {code: since for code, since in found}  # noqa: C416 - a result has keys, which dict() takes for its own


def told(db: Database) -> dict[str, str]:
    """Under which name each payer is told what he owes."""
    with db.begin() as connection:
        codes = list(connection.scalars(select(FeeAccount.code).where(FeeAccount.payer != "developer")))
        return {code: payer.name for code, payer in payers_of(connection, db.personal, CODE, codes).items()}


OWNER, BUYER, TENANT = ("owner", "赵"), ("owner", "钱"), ("tenant", "孙")


def test_who_takes_over_before_he_moves_in_is_named_when_he_does(flat: Database):
    enter(flat, "takeover", "02-01")
    assert (whose(flat), told(flat)) == ({f"{UNIT}-Y1": None}, {f"{UNIT}-Y1": "业主"})
    move_in(flat, "03-10", OWNER)
    assert (whose(flat), told(flat)) == ({f"{UNIT}-Y1": day("03-10")}, {f"{UNIT}-Y1": "赵"})


def test_who_is_in_the_roster_already_is_named_by_the_fact(flat: Database):
    move_in(flat, "01-20", OWNER)
    enter(flat, "takeover", "02-01")
    assert whose(flat) == {f"{UNIT}-Y1": day("01-20")}


def test_a_sale_names_the_buyer_when_the_roster_knows_him_and_never_the_seller(flat: Database):
    enter(flat, "takeover", "02-01")
    move_in(flat, "02-10", OWNER)
    enter(flat, "transfer", "05-01")
    assert whose(flat) == {f"{UNIT}-Y1": day("02-10"), f"{UNIT}-Y2": None}
    assert told(flat) == {f"{UNIT}-Y1": "赵", f"{UNIT}-Y2": "业主"}, "the seller is not told what the buyer owes"
    move_in(flat, "05-20", BUYER)
    assert whose(flat) == {f"{UNIT}-Y1": day("02-10"), f"{UNIT}-Y2": day("05-20")}
    assert told(flat) == {f"{UNIT}-Y1": "赵", f"{UNIT}-Y2": "钱"}


def test_a_seller_whom_the_roster_lists_anew_is_not_the_buyer(flat: Database):
    """The tenant had the flat's file for a time; then the owner lived there again, and sold."""
    enter(flat, "takeover", "02-01")
    move_in(flat, "02-10", OWNER)
    enter(flat, "tenancy", "03-01")
    move_in(flat, "03-01", TENANT)
    enter(flat, "vacated", "04-30", account=f"{UNIT}-Y1")
    move_in(flat, "05-01", OWNER)
    enter(flat, "transfer", "06-01")
    assert whose(flat) == {f"{UNIT}-Y1": day("02-10"), f"{UNIT}-Z1": day("03-01"), f"{UNIT}-Y2": None}


def test_owner_and_tenant_may_share_a_file_and_each_is_told_what_he_owes(flat: Database):
    enter(flat, "takeover", "02-01")
    move_in(flat, "02-10", TENANT, OWNER)
    enter(flat, "tenancy", "03-01")
    assert whose(flat) == {f"{UNIT}-Y1": day("02-10"), f"{UNIT}-Z1": day("02-10")}
    assert told(flat) == {f"{UNIT}-Y1": "赵", f"{UNIT}-Z1": "孙"}


def test_a_tenant_is_not_told_what_an_owner_owes_whom_the_roster_does_not_know(flat: Database):
    enter(flat, "takeover", "02-01")
    move_in(flat, "02-10", TENANT)
    assert (whose(flat), told(flat)) == ({f"{UNIT}-Y1": None}, {f"{UNIT}-Y1": "业主"})


def test_where_two_owners_lived_during_one_account_nobody_is_named(flat: Database):
    """The file of a whole community comes at once, and the sale between the two was never entered."""
    enter(flat, "takeover", "02-01")
    with flat.begin() as connection:
        for since, until, (identity, name) in (("02-10", "05-01", OWNER), ("05-01", None, BUYER)):
            home = connection.execute(
                insert(Household)
                .values(community=CODE, unit=UNIT, since=day(since), until=until and day(until))
                .returning(Household.id)
            ).scalar_one()
            connection.execute(insert(Contact).values(_contact(flat, home, 1, identity, name)))
        assert name_payers(connection, CODE) == 0
    assert (whose(flat), told(flat)) == ({f"{UNIT}-Y1": None}, {f"{UNIT}-Y1": "业主"})
    enter(flat, "transfer", "05-01")
    assert whose(flat) == {f"{UNIT}-Y1": day("02-10"), f"{UNIT}-Y2": day("05-01")}, "the sale says it"


def test_a_sale_that_is_entered_late_takes_the_sellers_debts_from_the_buyer(flat: Database):
    """The seller was never in the roster, and the buyer is imported before the sale is entered."""
    enter(flat, "takeover", "02-01")
    move_in(flat, "05-20", BUYER)
    assert whose(flat) == {f"{UNIT}-Y1": day("05-20")}
    enter(flat, "transfer", "05-01", entered="05-27")
    assert (whose(flat), told(flat)) == (
        {f"{UNIT}-Y1": None, f"{UNIT}-Y2": day("05-20")}, {f"{UNIT}-Y1": "业主", f"{UNIT}-Y2": "钱"}
    )  # fmt: skip


def test_a_household_that_was_entered_by_mistake_is_nobodys(flat: Database):
    """Annulled: it left on the day on which it came."""
    enter(flat, "takeover", "02-01")
    move_in(flat, "02-10", OWNER)
    with flat.begin() as connection:
        connection.execute(Household.__table__.update().values(until=Household.since))
        assert name_payers(connection, CODE) == 0
    assert whose(flat) == {f"{UNIT}-Y1": None}
    move_in(flat, "03-10", OWNER)
    assert whose(flat) == {f"{UNIT}-Y1": day("03-10")}


def test_a_buyer_who_lets_the_flat_on_the_day_of_his_takeover(flat: Database):
    enter(flat, "takeover", "03-01")
    enter(flat, "tenancy", "03-01")
    move_in(flat, "03-01", TENANT)
    assert whose(flat) == {f"{UNIT}-Y1": None, f"{UNIT}-Z1": day("03-01")}


def test_another_units_household_is_nobodys_here(flat: Database):
    community.flat(flat, unit="1-102", payers={"Y1": community.LONG_AGO})
    enter(flat, "takeover", "02-01")
    move_in(flat, "02-10", OWNER)
    assert whose(flat) == {f"{UNIT}-Y1": day("02-10"), "1-102-Y1": None}


def test_the_desk_says_whose_it_is_where_there_is_a_doubt(flat: Database):
    enter(flat, "takeover", "02-01")
    move_in(flat, "02-10", TENANT)
    with flat.begin() as connection:
        for account, since, code in (
            (f"{UNIT}-Y1", "02-11", "unknown_household"),
            (f"{UNIT}-Y9", "02-10", "unknown_account"),
            (f"{UNIT}-K", "02-10", "unknown_account"),
        ):
            with pytest.raises(LedgerRefusedError) as refused:
                set_household(connection, CODE, account, day(since), "K001", at("02-12 10:00"))
            assert refused.value.code == code
        set_household(connection, CODE, f"{UNIT}-Y1", day("02-10"), "K001", at("02-12 10:00"))
        assert name_payers(connection, CODE) == 0
    assert (whose(flat), told(flat)) == ({f"{UNIT}-Y1": day("02-10")}, {f"{UNIT}-Y1": "孙"})
