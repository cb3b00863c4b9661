"""Who gets a token at a first start 首次启动, or when the profile file was lost later."""

from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import update

from activities.connections.database import Database
from activities.records.community_tables import Post
from activities.records.intake_snapshot import load_snapshot
from activities.records.tokens import token_digest
from deploy.one_machine.first_start import open_to_people
from deploy.one_machine.place import Place
from workflows.messages.people import Role


def test_a_lost_profile_is_written_anew_for_those_who_hold_their_posts_today(sample: Database, tmp_path: Path) -> None:
    with sample.begin() as connection:
        given_up = update(Post).where(Post.community == "YGHY", Post.staff.in_(("S001", "T001")))
        connection.execute(given_up.values(until=date(2026, 2, 1)))

    people = open_to_people(Place(tmp_path, 1, 2, 3, 4), sample).people

    assert "supervisor" not in people
    assert "T001" not in people
    tokens = load_snapshot(sample, datetime.now(UTC)).tokens
    let_in = {name: tokens[token_digest(person.token).hex()] for name, person in people.items()}
    assert (let_in["desk"].role, let_in["T002"].staff) == (Role.CS_ASSISTANT, "T002")
