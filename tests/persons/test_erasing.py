"""Who was erased is in no sealed column but those that the law keeps; his neighbour is as he was."""

import os
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import TextClause, delete, select, text, update
from temporalio.client import Client

from activities.attachments.attachments import Attachments, context_of
from activities.attachments.resealing import reseal_attachments
from activities.attachments.store import AttachmentStore, AttachmentStoreError
from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.documents.payers import payers_of
from activities.persons.erasing import Plan, erase, plan_erasure
from activities.persons.export import export_person
from activities.persons.hindrances import Hindrance
from activities.persons.refused import PersonRefusedError
from activities.persons.requests import Requester, RequestStep
from activities.persons.treatment import ERASED
from activities.records.attachment_tables import AttachmentRow
from activities.records.bill_tables import Bill
from activities.records.case_queries import CaseFilter, get_case, list_cases
from activities.records.case_tables import Case, CaseLine, RepairRecordRow
from activities.records.cash_tables import MoneyRequest
from activities.records.community_tables import Contact, Household
from activities.records.fee_tables import FeeAccount
from activities.records.form_tables import ChargeRow, QuoteRow
from activities.records.person_tables import PersonRequest
from activities.records.roster import RosterContact
from activities.records.roster_rows import read_roster
from tests.persons.planting import ANNA, BERT, CODE, NOON, Neighbour, kept_columns, photograph, put, where_sealed


async def planned(db: Database, client: Client, who: Neighbour = ANNA) -> Plan:
    return await plan_erasure(db, client, db.personal.phone_index(who.phone), NOON)


async def erased(db: Database, client: Client, attachments: Attachments, who: Neighbour = ANNA) -> str:
    plan = await planned(db, client, who)
    return erase(db, attachments, plan, asked_by=Requester.PERSON, staff="C001").number


def steps(db: Database) -> list[tuple[str, str]]:
    with db.begin() as connection:
        chosen = select(PersonRequest.request, PersonRequest.step).order_by(PersonRequest.id)
        return [tuple(row) for row in connection.execute(chosen)]


async def test_what_is_left_of_him_is_what_the_law_keeps(
    neighbours: Database, client: Client, attachments: Attachments
):
    before = where_sealed(neighbours, ANNA)
    of_the_neighbour = where_sealed(neighbours, BERT)
    assert len(before) > 30

    number = await erased(neighbours, client, attachments)

    left = where_sealed(neighbours, ANNA)
    assert left <= kept_columns()
    assert left == before & kept_columns(), "and what is kept is kept"
    assert where_sealed(neighbours, BERT) == of_the_neighbour
    assert steps(neighbours) == [(number, RequestStep.BEGUN), (number, RequestStep.ERASED)]


async def test_he_is_found_no_more_and_a_second_time_there_is_nothing_to_erase(
    neighbours: Database, client: Client, attachments: Attachments
):
    await erased(neighbours, client, attachments)
    found, document = export_person(neighbours, neighbours.personal.phone_index(ANNA.phone), NOON)
    assert not found.is_anybody
    assert document["holdings"] == {}
    with pytest.raises(PersonRefusedError) as refused:
        await erased(neighbours, client, attachments)
    assert refused.value.code == "nothing_to_erase"
    assert len(steps(neighbours)) == 2


@pytest.mark.parametrize("at_the_end", [True, False])
async def test_a_picture_that_is_sealed_anew_while_it_is_erased_is_not_brought_back(  # noqa: PLR0917
    neighbours: Database,
    client: Client,
    attachments: Attachments,
    keyring: KeyRing,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    at_the_end: bool,
):
    """What is sealed anew was read before the erasure, and is written when that is over, or when it has deleted it.

    The moments are the system's own fsync: of the bytes that are written, or of the folder of those deleted.
    """
    picture = photograph(attachments, ANNA, "home")
    with neighbours.begin() as connection:
        connection.execute(update(Case).where(Case.number == ANNA.repair).values(attachments=[picture]))
    store = AttachmentStore((tmp_path / "pictures").as_uri())
    new = keyring.rotated(payload=False, personal=True, now=NOON).personal
    plan, synced = await planned(neighbours, client), os.fsync
    ((place, sealed),) = [(place, store.get(place)) for place in store.stored()]
    came = False

    def comes_between(descriptor: int) -> None:
        nonlocal came
        monkeypatch.setattr(os, "fsync", synced)
        came = True
        if at_the_end:
            erase(neighbours, attachments, plan, asked_by=Requester.PERSON, staff="C001")
        else:
            store.put(place, new.reseal(sealed, context_of(picture)))
        synced(descriptor)

    monkeypatch.setattr(os, "fsync", comes_between)
    if at_the_end:
        reseal_attachments(neighbours, store, new)
    else:
        erase(neighbours, attachments, plan, asked_by=Requester.PERSON, staff="C001")

    assert came
    assert list(store.stored()) == []


async def test_the_ledger_is_as_it_was(neighbours: Database, client: Client, attachments: Attachments):
    def books() -> list[object]:
        with neighbours.begin() as connection:
            return [
                connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all()  # noqa: S608 - our own tables
                for table in ("postings", "journal_entries", "bills", "payments", "receipts", "late_fee_waivers")
            ]

    before = books()
    await erased(neighbours, client, attachments)
    assert books() == before


async def test_who_reads_later_reads_that_it_was_erased(neighbours: Database, client: Client, attachments: Attachments):
    """The page of a case, the list, the roster, and the name on papers."""
    await erased(neighbours, client, attachments)
    record = get_case(neighbours, CODE, ANNA.repair)
    assert record is not None
    assert (record.reporter.name, record.reporter.phone, record.reporter.mail) == (ERASED, "", "")
    assert record.description == ERASED
    assert {line.reason for line in record.lines} == {ERASED}
    revisit = get_case(neighbours, CODE, ANNA.revisit)
    assert revisit is not None
    assert revisit.reporter.name == "", "what was empty stays empty"
    shown = {case.number: case.description for case in list_cases(neighbours, [CODE], CaseFilter()).cases}
    assert shown[ANNA.repair] == ERASED
    assert shown[BERT.repair] == BERT.said("cases", "description")
    assert list_cases(neighbours, [CODE], CaseFilter(phone=ANNA.phone)).cases == ()
    with neighbours.begin() as connection:
        payers = payers_of(connection, neighbours.personal, CODE, [ANNA.account, BERT.account])
        people = read_roster(connection, neighbours.personal, CODE).all(RosterContact)
    assert payers[ANNA.account].name == ERASED
    assert {(one.name, one.phone) for one in people if one.unit == ANNA.unit} == {(ERASED, "")}


async def test_his_pictures_go_and_those_that_prove_a_charge_stay(
    neighbours: Database, client: Client, attachments: Attachments, tmp_path: Path
):
    home, signature, other, signed_twice, refusal, receipt = (
        photograph(attachments, who, name) for who, name in
        ((ANNA, "home"), (ANNA, "signature"), (BERT, "home"), (ANNA, "first"), (ANNA, "refusal"), (ANNA, "receipt"))
    )  # fmt: skip
    with neighbours.begin() as connection:
        connection.execute(update(Case).where(Case.number == ANNA.repair).values(attachments=[home]))
        connection.execute(update(Case).where(Case.number == BERT.repair).values(attachments=[other]))
        connection.execute(
            update(RepairRecordRow).where(RepairRecordRow.case == ANNA.repair).values(verified_signature=signature)
        )
        connection.execute(update(QuoteRow).where(QuoteRow.case == ANNA.repair).values(signature=signature))
        for sequence, (event, facts) in enumerate(
            (
                ("signed", {"signature": signed_twice}),
                ("refused_entry", {"signature": refusal}),
                ("completed", {"photos": f"{home}、{refusal}", "receipts": receipt}),
            ),
            start=100,
        ):
            put(
                connection, neighbours, ANNA, CaseLine, case=ANNA.repair, sequence=sequence, actor_role="customer",
                actor_code="", event=event, facts=facts,
            )  # fmt: skip
    assert (await planned(neighbours, client)).pictures == 2

    await erased(neighbours, client, attachments)

    assert [attachments.read(CODE, each) for each in (home, refusal)] == [None, None]
    assert attachments.read(CODE, signature) is not None
    assert attachments.read(CODE, other) is not None
    files = {path.name for path in (tmp_path / "pictures").rglob("*") if path.is_file()}
    assert files == {signature, other, signed_twice, receipt}


@pytest.mark.parametrize("what", [each for each in Hindrance if not each.startswith("running_")])
async def test_what_is_not_over_stands_in_the_way_and_nothing_changes(
    neighbours: Database, client: Client, attachments: Attachments, what: Hindrance
):
    changes = {
        Hindrance.OPEN_CASE: (update(Case).where(Case.number == ANNA.repair).values(closed_at=None), ANNA.repair),
        Hindrance.UNPAID_BILL: (update(Bill).where(Bill.number == ANNA.bill).values(open_principal=1), ANNA.bill),
        Hindrance.UNPAID_SERVICE: (
            update(ChargeRow).where(ChargeRow.case == ANNA.repair).values(collected=1), ANNA.repair,
        ),
        Hindrance.PAYS_NOW: (
            delete(FeeAccount).where(FeeAccount.code == f"{ANNA.unit}-Y2"), ANNA.account,
        ),
        Hindrance.BALANCE: (
            text("INSERT INTO liabilities VALUES (:community, :account, 'management', 'prepayment', 5)"), ANNA.account,
        ),
        Hindrance.WAITING_REQUEST: (
            text(
                "INSERT INTO money_requests (community, number, key, body_digest, kind, subject, amount, body, needs,"
                " state, asked_at, asked_role, asked_by) SELECT community, 'KX-new', 'new', '', kind, :account, 1,"
                " body, needs, 'waiting', asked_at, asked_role, asked_by FROM money_requests LIMIT 1"
            ), "KX-new",
        ),
        Hindrance.UNBILLED_ADJUSTMENT: (
            text(
                "INSERT INTO adjustments (community, account, unit, period, amount, recomputed, billed, lines, key, at,"
                " entered_by) VALUES (:community, :account, '', '', 1, 1, 0, '[]', 'a', now(), '')"
            ), ANNA.account,
        ),
        Hindrance.DOUBTFUL_ACCOUNT: (
            text(
                "WITH unnamed AS (UPDATE fee_accounts SET household = NULL WHERE code = :account)"
                " UPDATE bills SET open_principal = 1 WHERE account = :account"
            ), ANNA.account,
        ),
    }  # fmt: skip
    change, number = changes[what]
    with neighbours.begin() as connection:
        values = {"community": CODE, "account": ANNA.account}
        connection.execute(change, values if isinstance(change, TextClause) else {})
    before = where_sealed(neighbours, ANNA)

    plan = await planned(neighbours, client)
    with pytest.raises(PersonRefusedError) as refused:
        erase(neighbours, attachments, plan, asked_by=Requester.PERSON, staff="C001")

    assert [(way.what, way.number) for way in refused.value.in_the_way] == [(what, number)]
    assert ANNA.name not in str(refused.value)
    assert where_sealed(neighbours, ANNA) == before
    with neighbours.begin() as connection:
        (entered,) = connection.execute(select(PersonRequest.step, PersonRequest.hindrances)).all()
        assert tuple(entered) == (RequestStep.REFUSED, [number])
        assert connection.scalar(select(MoneyRequest.state).limit(1)) is not None


async def test_a_request_is_carried_out_by_somebody_who_works_here(
    neighbours: Database, client: Client, attachments: Attachments
):
    plan = await planned(neighbours, client)
    with pytest.raises(PersonRefusedError) as refused:
        erase(neighbours, attachments, plan, asked_by=Requester.PERSON, staff="X999")
    assert refused.value.code == "unknown_staff"
    assert steps(neighbours) == []


async def test_what_is_opened_between_the_look_and_the_deed_stands_in_the_way_too(
    neighbours: Database, client: Client, attachments: Attachments
):
    plan = await planned(neighbours, client)
    with neighbours.begin() as connection:
        connection.execute(update(Case).where(Case.number == ANNA.repair).values(closed_at=None))
    before = where_sealed(neighbours, ANNA)
    with pytest.raises(PersonRefusedError) as refused:
        erase(neighbours, attachments, plan, asked_by=Requester.PERSON, staff="C001")
    assert refused.value.code == "in_the_way"
    assert where_sealed(neighbours, ANNA) == before


async def test_an_erasure_that_was_cut_short_goes_on_under_its_number(
    neighbours: Database, client: Client, attachments: Attachments, tmp_path: Path
):
    """The store fails half way: one picture is gone, nothing else. Then it works again."""
    pictures = [photograph(attachments, ANNA, name) for name in ("one", "two", "three")]
    with neighbours.begin() as connection:
        connection.execute(update(Case).where(Case.number == ANNA.repair).values(attachments=pictures))
    stuck = next(path for path in (tmp_path / "pictures").rglob(sorted(pictures)[1]))
    content = stuck.read_bytes()
    stuck.unlink()
    stuck.mkdir()
    (stuck / "in the way").touch()
    with pytest.raises(AttachmentStoreError):
        await erased(neighbours, client, attachments)
    begun = steps(neighbours)
    assert [step for _, step in begun] == [RequestStep.BEGUN]
    assert ("contacts", "name") in where_sealed(neighbours, ANNA)
    (stuck / "in the way").unlink()
    stuck.rmdir()
    stuck.write_bytes(content)

    number = await erased(neighbours, client, attachments)

    assert steps(neighbours) == [*begun, (number, RequestStep.ERASED)]
    assert begun[0][0] == number
    assert where_sealed(neighbours, ANNA) <= kept_columns()
    with neighbours.begin() as connection:
        assert connection.scalars(select(AttachmentRow.id)).all() == []
        assert connection.scalar(select(Contact.phone_index).where(Contact.household == 1)) is None


async def test_the_answer_says_until_when_histories_are_kept(neighbours: Database, client: Client):
    plan = await planned(neighbours, client)
    assert plan.histories_until > NOON
    assert plan.kept["postings"] == 2


async def test_a_closed_case_that_may_still_be_reopened_stands_in_the_way(
    neighbours: Database, client: Client, attachments: Attachments
):
    """Its execution runs until its reopen window is over, and would write the name again."""
    await client.start_workflow("Repair", id=ANNA.repair, task_queue="nobody-works-here")
    with pytest.raises(PersonRefusedError) as refused:
        await erased(neighbours, client, attachments)
    assert [(way.what, way.number) for way in refused.value.in_the_way] == [(Hindrance.RUNNING_CASE, ANNA.repair)]
    await client.get_workflow_handle(ANNA.repair).terminate("the window is over")
    await erased(neighbours, client, attachments)
    assert where_sealed(neighbours, ANNA) <= kept_columns()


async def test_another_case_into_which_his_was_merged_stands_in_the_way_while_it_runs(
    neighbours: Database, client: Client, attachments: Attachments
):
    """His words lie in its history, which is kept for the retention after its own end, and it tells him more."""
    with neighbours.begin() as connection:
        merged = {"case": ANNA.repair, "sequence": 2, "event": "merged", "facts": {"into": BERT.repair}}
        put(connection, neighbours, ANNA, CaseLine, actor_role="cs_assistant", actor_code="C001", **merged)
    await client.start_workflow("Repair", id=BERT.repair, task_queue="nobody-works-here")
    before = where_sealed(neighbours, ANNA)
    with pytest.raises(PersonRefusedError) as refused:
        await erased(neighbours, client, attachments)
    assert [(way.what, way.number) for way in refused.value.in_the_way] == [(Hindrance.RUNNING_MAIN_CASE, BERT.repair)]
    assert where_sealed(neighbours, ANNA) == before

    await client.get_workflow_handle(BERT.repair).terminate("the main case is over")
    await erased(neighbours, client, attachments)

    assert where_sealed(neighbours, ANNA) <= kept_columns()


async def test_who_only_lives_where_somebody_else_pays_is_erased_at_any_time(
    neighbours: Database, client: Client, attachments: Attachments
):
    """Bert still lives in his flat and pays for it; a lodger of his is forgotten, Bert is not."""
    lodger = Neighbour("令狐路人", "+86 174 0090 9777", BERT.unit)
    index = neighbours.personal.phone_index(lodger.phone)
    with neighbours.begin() as connection:
        connection.execute(delete(FeeAccount).where(FeeAccount.code == f"{BERT.unit}-Y2"))
        home = connection.scalar(select(Household.id).where(Household.unit == BERT.unit))
        put(connection, neighbours, lodger, Contact, household=home, position=2, phone=lodger.phone, phone_index=index)
    before = where_sealed(neighbours, BERT)
    plan = await planned(neighbours, client, lodger)
    assert (plan.in_the_way, plan.found.accounts, dict(plan.erased)) == ((), (), {"contacts": 1})

    await erased(neighbours, client, attachments, lodger)

    assert where_sealed(neighbours, lodger) == set()
    assert where_sealed(neighbours, BERT) == before
    assert [way.what for way in (await planned(neighbours, client, BERT)).in_the_way] == [Hindrance.PAYS_NOW]


async def test_a_co_owner_is_a_payer_too_and_a_lodger_is_not(
    neighbours: Database, client: Client, attachments: Attachments
):
    """A wife who owns the flat with him cannot be erased while their bill is open, and is handed it."""
    wife = Neighbour("欧阳海伦", "+86 174 0090 9888", ANNA.unit)
    index = neighbours.personal.phone_index(wife.phone)
    with neighbours.begin() as connection:
        home = connection.scalar(select(Household.id).where(Household.unit == ANNA.unit))
        put(
            connection, neighbours, wife, Contact, household=home, position=2, identity="owner", phone=wife.phone,
            phone_index=index,
        )  # fmt: skip
        connection.execute(update(Bill).where(Bill.number == ANNA.bill).values(open_principal=1))
    plan = await planned(neighbours, client, wife)
    assert [(way.what, way.number) for way in plan.in_the_way] == [(Hindrance.UNPAID_BILL, ANNA.bill)]
    _, document = export_person(neighbours, index, NOON)
    assert [bill["number"] for bill in document["holdings"]["bills"]["rows"]] == [ANNA.bill]


async def test_a_landlord_who_moved_out_pays_until_he_sells(neighbours: Database, client: Client):
    """His tenant's file has ended his in the roster, and bills still go to him."""
    with neighbours.begin() as connection:
        connection.execute(delete(FeeAccount).where(FeeAccount.code == f"{ANNA.unit}-Y2"))
        put(connection, neighbours, ANNA, Household, unit=ANNA.unit, since=date(2026, 4, 1), until=None)
    assert [(way.what, way.number) for way in (await planned(neighbours, client)).in_the_way] == [
        (Hindrance.PAYS_NOW, ANNA.account)
    ]
