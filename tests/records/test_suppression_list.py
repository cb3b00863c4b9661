"""The suppression list 抑制名单 outlives the records: what is on it is revoked again, and a half line says nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from activities.connections.database import Database
from activities.records.intake_snapshot import load_snapshot
from activities.records.suppression_list import SuppressionList, SuppressionListError
from activities.records.tokens import issue_token, revoke_listed, revoke_token, revoke_tokens_of, token_digest
from workflows.messages.people import Role


@pytest.fixture
def listed(tmp_path: Path) -> SuppressionList:
    return SuppressionList(tmp_path / "suppressed.jsonl")


def issued(db: Database, caller: str) -> str:
    return issue_token(db, caller=caller, role=Role.INTAKE, communities=["YGHY"])


def in_force(db: Database, *tokens: str) -> list[bool]:
    known = load_snapshot(db, datetime.now(UTC)).tokens
    return [token_digest(token).hex() in known for token in tokens]


def test_tokens_that_a_restore_brings_back_are_revoked_again_and_no_others(sample: Database, listed: SuppressionList):
    leaked, left, works = issued(sample, "wechat"), issued(sample, "left-1"), issued(sample, "works-1")
    assert revoke_token(sample, leaked, listed)
    assert revoke_tokens_of(sample, "left-1", listed) == 1
    assert revoke_tokens_of(sample, "left-1", listed) == 0
    assert [entry.caller for entry in listed.revoked()] == ["wechat", "left-1"], "once each"
    assert leaked not in listed.file.read_text(encoding="utf-8")
    with sample.begin() as connection:
        connection.execute(text("UPDATE api_tokens SET revoked_at = NULL"))  # what an older backup says of them

    with sample.begin() as connection:
        assert revoke_listed(connection, listed) == 2

    assert in_force(sample, leaked, left, works) == [False, False, True]


def test_a_token_is_revoked_even_where_the_list_cannot_be_written_and_repeating_it_lists_it(
    sample: Database, listed: SuppressionList
):
    token = issued(sample, "wechat")
    listed.file.mkdir()
    with pytest.raises(SuppressionListError, match="GUANJIA_SUPPRESSION_LIST"):
        revoke_token(sample, token, listed)
    assert in_force(sample, token) == [False]
    listed.file.rmdir()
    assert not revoke_token(sample, token, listed)
    assert [entry.token for entry in listed.revoked()] == [token_digest(token).hex()]


def test_a_line_that_a_power_cut_left_half_is_forgotten_and_a_damaged_one_is_named(listed: SuppressionList):
    listed.add_erasure("GR-1", b"\1" * 32, "person")
    with listed.file.open("ab") as file:
        file.write(b'{"what": "era')
    assert [entry.request for entry in listed.erased()] == ["GR-1"]
    listed.add_erasure("GR-2", b"\2" * 32, "agent")
    listed.add_erasure("GR-2", b"\2" * 32, "agent")
    assert [entry.request for entry in listed.erased()] == ["GR-1", "GR-2"]
    listed.file.write_bytes(b"{}\n" + listed.file.read_bytes())
    with pytest.raises(SuppressionListError, match="第 1 行"):
        listed.erased()
