"""At every start of the one-machine centre 启动: what was taken back stays so, and its list is complete."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, text

from activities.connections.database import Database
from activities.persons.requests import Requester, RequestStep
from activities.records.person_tables import PersonRequest
from activities.records.suppression_list import SuppressionList
from activities.records.tokens import issue_token, revoke_tokens_of, token_digest
from deploy.one_machine.embedded_postgres import database_url
from deploy.one_machine.taken_back import keep_taken_back
from tests.deploy.centre import Centre, typed
from tests.deploy.test_backup import let_in
from workflows.messages.people import Role

ISSUE = ("tokens", "issue", "--caller", "wechat", "--role", "intake", "--community", "YGHY")
REVOKE = ("tokens", "revoke", "--caller", "wechat")


def test_what_was_taken_back_before_there_was_a_list_is_entered_once_and_what_was_refused_is_not(
    sample: Database, tmp_path: Path
) -> None:
    listed = SuppressionList(tmp_path / "suppressed.jsonl")
    keep_taken_back(sample, listed)
    assert not listed.exists, "there is nothing to enter"
    tokens = [issue_token(sample, caller=who, role=Role.INTAKE, communities=["YGHY"]) for who in ("left-1", "works-1")]
    revoke_tokens_of(sample, "left-1")
    steps = {"GR-1": RequestStep.ERASED, "GR-2": RequestStep.REFUSED, "GR-3": RequestStep.EXPORTED}
    with sample.begin() as connection:
        for number, step in steps.items():
            asked = {"request": number, "person": b"\1" * 32, "asked_by": Requester.AGENT, "staff": "C001"}
            connection.execute(insert(PersonRequest).values(step=step, **asked))

    for _ in range(2):
        keep_taken_back(sample, listed)

    assert [entry.token for entry in listed.revoked()] == [token_digest(tokens[0]).hex()]
    assert [(entry.request, entry.person, entry.asked_by) for entry in listed.erased()] == [
        ("GR-1", "01" * 32, Requester.AGENT)
    ]
    assert len(listed.file.read_bytes().splitlines()) == 2


@pytest.mark.timeout(300)
def test_a_list_that_cannot_be_written_is_said_with_what_was_revoked_and_keeps_nobody_from_starting(
    centre: Centre,
) -> None:
    token = centre.type(*ISSUE).strip()
    listed = SuppressionList(centre.folder / "suppressed.jsonl")
    listed.file.mkdir()
    revoked = typed(*REVOKE, **centre.variables)
    assert (revoked.returncode, revoked.stdout) == (1, "已吊销 1 个\n")
    assert "吊销已生效,但没有记入名单" in revoked.stderr
    assert "GUANJIA_SUPPRESSION_LIST" in revoked.stderr
    (centre.folder / "profile.toml").unlink()  # the tokens of before are revoked by the start
    centre.stop()
    centre.start()
    assert "suppression_list_unusable" in centre.said()
    listed.file.rmdir()
    assert centre.type(*REVOKE) == "已吊销 0 个\n"
    assert {"wechat", "sample-YGHY-C001"} <= {entry.caller for entry in listed.revoked()}

    engine = create_engine(database_url(centre.folder / "postgres"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE api_tokens SET revoked_at = NULL WHERE caller = 'wechat'"))
    engine.dispose()
    centre.stop()
    centre.start()
    assert let_in(centre, token) == 401, "an older copy of the data folder knows nothing of its being revoked"
