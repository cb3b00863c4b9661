"""What the centre holds about a person is handed out: all of it, and nothing of anybody else."""

import json
from datetime import datetime

from sqlalchemy import select, update

from activities.connections.database import Database
from activities.persons.export import ANOTHERS_WORDS, FORMAT, export_person, rows_held
from activities.persons.finding import find_person, index_of_payer
from activities.persons.holdings import BY_TABLE, NOT_HANDED_OUT
from activities.persons.treatment import TREATMENT
from activities.records.case_tables import CaseLine, LateMessage, Notification
from activities.records.community_tables import Contact
from activities.records.form_tables import QuoteRow
from tests.persons.planting import ANNA, BERT, CODE, NOON, Neighbour, put


def exported(db: Database, who: Neighbour = ANNA) -> dict:
    return export_person(db, db.personal.phone_index(who.phone), NOON)[1]


def written(document: dict) -> str:
    return json.dumps(document, ensure_ascii=False)


def test_everything_that_is_sealed_about_a_person_is_in_his_document(neighbours: Database):
    document = written(exported(neighbours))
    for table, columns in TREATMENT.items():
        for column in columns:
            if table == "staff" or table not in BY_TABLE or column.endswith(("phone_index", "phone")):
                continue
            handed_out = column not in NOT_HANDED_OUT.get(table, ())
            assert (f"{ANNA.name}·{table}.{column}" in document) is handed_out, (table, column)
    assert ANNA.phone in document


def test_nothing_of_the_neighbour_and_no_code_of_staff_is_in_it(neighbours: Database):
    document = written(exported(neighbours))
    for foreign in (BERT.name, BERT.phone, BERT.unit, BERT.repair, "C001", "F001", "员工"):
        assert foreign not in document


def test_the_document_can_be_read_by_a_machine(neighbours: Database):
    document = exported(neighbours)
    assert document["format"] == FORMAT
    assert datetime.fromisoformat(document["made_at"]) == NOON
    (bill,) = document["holdings"]["bills"]["rows"]
    assert (bill["principal"], bill["open_principal"], bill["issued_on"]) == ("100.00", "0.00", "2020-01-01")
    assert rows_held(document)["cases"] == 2, "the repair, and its revisit, which names nobody"
    assert rows_held(document)["notifications"] == 2


def test_however_the_number_is_written_it_is_the_same_person(neighbours: Database):
    index = neighbours.personal.phone_index("17400909123")
    assert export_person(neighbours, index, NOON)[1] == exported(neighbours)


def test_a_number_that_nobody_has_holds_nothing(neighbours: Database):
    found, document = export_person(neighbours, neighbours.personal.phone_index("13900000000"), NOON)
    assert not found.is_anybody
    assert document["holdings"] == {}


def test_a_payer_is_found_by_his_account(neighbours: Database):
    with neighbours.begin() as connection:
        found = index_of_payer(connection, neighbours.personal, CODE, ANNA.account)
        assert found == neighbours.personal.phone_index(ANNA.phone)
        assert index_of_payer(connection, neighbours.personal, CODE, "9-999-Y1") is None


def test_what_another_person_said_in_his_case_is_not_his_to_see(neighbours: Database):
    """A message from another number; a reply of somebody who is not the reporter; a notice told to staff."""
    with neighbours.begin() as connection:
        late = {"case": ANNA.repair, "intent": "comment", "actor_role": "customer", "actor_code": ""}
        put(connection, neighbours, BERT, LateMessage, message_id="m3", sender_phone=BERT.phone, **late)
        said = {"case": ANNA.repair, "sequence": 2, "actor_role": "customer", "facts": {"reporter": "no"}}
        put(connection, neighbours, BERT, CaseLine, **said)
        put(connection, neighbours, BERT, Notification, case=ANNA.repair, recipient="staff:T001", event="offered")
        told = {"case": ANNA.repair, "recipient": f"customer:{BERT.repair}", "event": "case_merged"}
        put(connection, neighbours, BERT, Notification, **told)
    document = exported(neighbours)
    assert BERT.name not in written(document)
    assert BERT.phone not in written(document)
    lines = [line for line in document["holdings"]["case_lines"]["rows"] if line["case"] == ANNA.repair]
    assert lines[1]["reason"] == ANOTHERS_WORDS, "that somebody said something is on record"
    assert "m3" not in written(document)
    theirs = exported(neighbours, BERT)
    assert rows_held(theirs)["late_messages"] == 3, "it is his who sent it"


def test_what_he_said_in_a_case_into_which_his_was_merged_is_his(neighbours: Database):
    """The main case is the neighbour's: of it he sees his own words only, and the neighbour does not see them."""
    words = {"reason": "安娜说又漏了", "actor_role": "customer", "event": "repair.customer_replied"}
    with neighbours.begin() as connection:
        handed_on = {"intent": "comment", "reporter": "yes", "into": BERT.repair}
        put(connection, neighbours, ANNA, CaseLine, case=ANNA.repair, sequence=2, facts=handed_on, **words)
        put(connection, neighbours, BERT, CaseLine, case=BERT.repair, sequence=3, facts={"case": ANNA.repair})
        told = {"case": BERT.repair, "recipient": f"customer:{ANNA.repair}", "event": "case_closed"}
        put(connection, neighbours, ANNA, Notification, **told)
        heard = {"intent": "comment", "reporter": "yes"}
        put(connection, neighbours, ANNA, CaseLine, case=BERT.repair, sequence=2, facts=heard, **words)
    hers = [line for line in exported(neighbours)["holdings"]["case_lines"]["rows"] if line["case"] == BERT.repair]
    assert [line["reason"] for line in hers] == [words["reason"]]
    assert BERT.name not in written(exported(neighbours))
    assert rows_held(exported(neighbours))["notifications"] == 3, "what his main case told her"
    assert words["reason"] not in written(exported(neighbours, BERT))
    assert ANNA.name not in written(exported(neighbours, BERT))


def test_the_lines_of_a_quote_are_data_and_not_text_within_text(neighbours: Database):
    with neighbours.begin() as connection:
        assert connection.execute(update(QuoteRow).values(total=9)).rowcount == 2
    (quote,) = exported(neighbours)["holdings"]["quotes"]["rows"]
    assert quote["lines"] == [{"name": ANNA.said("quotes", "lines"), "unit_price": "9"}]
    assert quote["total"] == "9.00"
    assert "T001" not in written(quote)


def test_who_shares_a_number_is_counted_and_that_is_said(neighbours: Database):
    """A number is one person; whether it is one, somebody has to look."""
    index = neighbours.personal.phone_index(ANNA.phone)
    with neighbours.begin() as connection:
        home = connection.scalar(select(Contact.household).where(Contact.phone_index == index))
        shared = {"household": home, "position": 2, "phone": ANNA.phone, "phone_index": index}
        before = find_person(connection, neighbours.personal, index).names
        put(connection, neighbours, BERT, Contact, **shared)
        assert find_person(connection, neighbours.personal, index).names == before + 1
