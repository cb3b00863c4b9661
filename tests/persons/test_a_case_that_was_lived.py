"""A repair that a real process wrote, its customer forgotten: the histories that are still kept do not undo it."""

from pathlib import Path

from temporalio.client import Client
from temporalio.testing import TimeSkipper

from activities.attachments.attachments import Attachments
from activities.attachments.store import AttachmentStore
from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.persons.erasing import erase, plan_erasure
from activities.persons.hindrances import Hindrance
from activities.persons.requests import Requester
from activities.records.case_queries import get_case
from activities.records.cash_tables import ServiceGathering
from activities.records.rebuild import rebuild_record
from tests.billing import community
from tests.persons.planting import ANNA, NOON, everything_sealed, put
from tests.records.test_rebuild import centre_on_record, lose, offered, over

PHONE = "13800000001"
PERSONAL = ("林小满", PHONE, "林家", "厨房水龙头")


def words_left(db: Database) -> set[tuple[str, str]]:
    return {(table, name) for table, name, said in everything_sealed(db) if any(word in said for word in PERSONAL)}


async def test_writing_a_record_anew_does_not_bring_back_who_was_erased(
    client: Client, time_skipper: TimeSkipper, database: Database, keyring: KeyRing, tmp_path: Path
):
    community.found(database)
    attachments = Attachments(database, AttachmentStore(tmp_path.as_uri()), keyring.personal)
    index = database.personal.phone_index(PHONE)
    async with centre_on_record(client, time_skipper, database) as centre:
        case = await over(centre)
        assert {("cases", "reporter_name"), ("cases", "description"), ("work_orders", "work_done")} <= words_left(
            database
        )
        plan = await plan_erasure(database, client, index, NOON)
        assert [way.what for way in plan.in_the_way] == [Hindrance.UNPAID_SERVICE], "what the work cost is open"
        with database.begin() as connection:
            put(connection, database, ANNA, ServiceGathering, case=case.number)  # the month's table takes it up
        plan = await plan_erasure(database, client, index, NOON)
        erase(database, attachments, plan, asked_by=Requester.PERSON, staff="C001")
        assert words_left(database) == set()

        assert (await rebuild_record(database, client, case.number)).whole
        assert words_left(database) == set(), "what stands on record is newer than what is written again"

        lose(database, case.number)
        assert (await rebuild_record(database, client, case.number)).whole
        assert ("cases", "reporter_name") in words_left(database), "what was lost comes back with the name"
        plan = await plan_erasure(database, client, index, NOON)
        erase(database, attachments, plan, asked_by=Requester.PERSON, staff="C001")
        assert words_left(database) == set(), "and is erased again by the same number"
        assert get_case(database, community.CODE, case.number) is not None


async def test_who_waits_for_a_technician_is_not_forgotten(
    client: Client, time_skipper: TimeSkipper, database: Database
):
    community.found(database)
    async with centre_on_record(client, time_skipper, database) as centre:
        case = await offered(centre)
        plan = await plan_erasure(database, client, database.personal.phone_index(PHONE), NOON)
    assert [(way.what, way.number) for way in plan.in_the_way] == [(Hindrance.OPEN_CASE, case.number)]
