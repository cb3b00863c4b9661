"""A bearer token is shown once and kept only as its hash."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from activities.records.community_tables import ApiToken
from activities.records.intake_snapshot import load_snapshot
from activities.records.sealing import table_of
from activities.records.tokens import TokenError, issue_token, revoke_token, revoke_tokens_of, token_digest
from tests.dispatching import rota
from workflows.messages.people import Role

NOW = datetime.now(UTC)


@pytest.fixture
def community(database):
    rota.community(database, T001=rota.ALL_DAY)
    rota.technician(database, "T008", until=date(2026, 2, 1))
    rota.technician(database, "T009", active=False)
    return database


def _issue(database, **changes):
    known = {"caller": "app-1", "role": Role.CS_ASSISTANT, "communities": ["YGHY"]}
    return issue_token(database, **{**known, **changes})


def _known(database, token):
    return load_snapshot(database, NOW).tokens.get(token_digest(token).hex())


def test_only_the_hash_of_a_token_is_stored(community):
    token = _issue(community)

    with community.begin() as connection:
        (row,) = connection.execute(select(table_of(ApiToken))).all()
    assert row.digest == token_digest(token)
    assert token not in repr(row)
    assert token.removeprefix("gj_") not in repr(row)


def test_tokens_are_long_and_never_the_same(community):
    tokens = {_issue(community) for _ in range(20)}

    assert len(tokens) == 20
    assert all(token.startswith("gj_") and len(token) >= 46 for token in tokens)


def test_a_token_stands_for_its_caller_role_and_communities(community):
    rota.community(community, "XYDX")
    expires_at = NOW + timedelta(days=30)

    caller = _known(community, _issue(community, communities=["XYDX", "YGHY", "XYDX"], expires_at=expires_at))

    assert (caller.caller, caller.role, caller.staff) == ("app-1", Role.CS_ASSISTANT, "")
    assert caller.communities == {"YGHY", "XYDX"}
    assert caller.expires_at == expires_at


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"communities": ["YGHY", "XYDX"]}, "XYDX"),
        ({"communities": []}, "项目"),
        ({"caller": ""}, "caller"),
        ({"caller": "张三"}, "caller"),
        ({"caller": "desk 1"}, "caller"),
        ({"caller": "desk-1\n"}, "caller"),
        ({"caller": "d" * 65}, "caller"),
        ({"staff": "T404"}, "T404"),
        ({"staff": "T001"}, "客户助理"),
        ({"staff": "T008", "role": Role.TECHNICIAN}, "维修技工"),
        ({"staff": "T009"}, "T009"),
        ({"expires_at": NOW - timedelta(minutes=1)}, "到期"),
    ],
    ids=[
        "unknown community",
        "no community",
        "no caller",
        "a name",
        "a space",
        "a line end",
        "too long",
        "unknown staff",
        "another's post",
        "a post given up",
        "staff who left",
        "already expired",
    ],
)
def test_a_token_that_could_never_be_right_is_not_issued(community, changes, word):
    with pytest.raises(TokenError, match=word):
        _issue(community, **changes)

    assert load_snapshot(community, NOW).tokens == {}


def test_a_revoked_token_is_dead_and_the_others_live(community):
    leaked, other = _issue(community), _issue(community)

    assert revoke_token(community, leaked)

    assert _known(community, leaked) is None
    assert _known(community, other) is not None
    assert not revoke_token(community, leaked)
    assert not revoke_token(community, "gj_\ud800")


def test_all_tokens_of_a_caller_are_revoked_together(community):
    tokens, other = [_issue(community) for _ in range(2)], _issue(community, caller="app-2")

    assert revoke_tokens_of(community, "app-1") == 2

    assert [_known(community, token) for token in tokens] == [None, None]
    assert _known(community, other) is not None
