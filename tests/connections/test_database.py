"""Transactions on a real PostgreSQL, and knowing an outage from a mistake."""

import asyncio
import os
import socket

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from activities.connections import database as database_module
from activities.connections.database import Database, is_unavailable
from activities.records.community_tables import Community
from activities.records.reading import one_state
from tests import servers
from tests.passage import passage_to

NEW = {"code": "YGHY", "name": "阳光花园", "preset": "residential-S1"}


def _codes(database):
    with database.begin() as connection:
        return connection.scalars(select(Community.code)).all()


def _add_communities(database, *rows):
    with database.begin() as connection:
        for row in rows:
            connection.execute(Community.__table__.insert().values(row))


def test_a_transaction_is_kept_whole_or_not_at_all(database):
    with pytest.raises(DBAPIError):
        _add_communities(database, NEW, NEW)
    assert _codes(database) == []

    _add_communities(database, NEW)
    assert _codes(database) == ["YGHY"]


def test_a_refused_row_is_no_outage_and_its_error_shows_no_values(database):
    with pytest.raises(DBAPIError) as refused:
        _add_communities(database, NEW, NEW)

    assert not is_unavailable(refused.value)
    assert "阳光花园" not in str(refused.value)


def test_sessions_speak_utc_and_give_up_before_the_activity_does(database):
    with database.begin() as connection:
        assert connection.scalar(text("SHOW timezone")) == "UTC"
        assert connection.scalar(text("SHOW statement_timeout")) == "12s"


def _ask_and_be_cut_off(database, server):
    with database.begin() as connection:
        connection.execute(text("SELECT 1"))
        server.stop()
        connection.execute(text("SELECT 1"))


def _ask(database):
    with database.begin() as connection:
        return connection.scalar(text("SELECT 1"))


def test_a_stopped_postgresql_is_an_outage_that_ends_by_itself(keyring):
    with servers.postgres_server("stopped") as server:
        database = Database.connect(server.url, keyring)
        with pytest.raises(DBAPIError) as cut:
            _ask_and_be_cut_off(database, server)
        assert is_unavailable(cut.value)
        with pytest.raises(DBAPIError) as refused:
            _ask(database)
        assert is_unavailable(refused.value)

        server.start()
        assert _ask(database) == 1
        database.close()


def _restarted(server):
    server.stop()
    server.start()


def test_a_connection_that_died_at_rest_is_replaced_before_anybody_uses_it(keyring, monkeypatch):
    monkeypatch.setattr(database_module, "_REST_SECONDS", 0)
    with servers.postgres_server("at-rest") as server:
        database = Database.connect(server.url, keyring)
        assert _ask(database) == 1
        _restarted(server)
        assert _ask(database) == 1
        database.close()


def test_one_that_died_a_moment_after_its_use_costs_one_attempt_and_the_others_of_the_pool_none(keyring, monkeypatch):
    monkeypatch.setattr(database_module, "_REST_SECONDS", 600)
    with servers.postgres_server("in-use") as server:
        database = Database.connect(server.url, keyring, pool_size=3)
        with database.begin(), database.begin(), database.begin():
            pass
        _restarted(server)
        with pytest.raises(DBAPIError) as cut:
            _ask(database)
        assert is_unavailable(cut.value)
        with database.begin() as one, database.begin() as another, database.begin() as third:
            assert [connection.scalar(text("SELECT 1")) for connection in (one, another, third)] == [1, 1, 1]
        database.close()


def test_a_reading_sees_one_state_writes_nothing_and_leaves_nothing_behind(database, keyring):
    alone = Database.connect(database.engine.url.render_as_string(hide_password=False), keyring, pool_size=1)
    with alone.begin() as connection:
        connection.execute(text("SET default_transaction_read_only = on"))  # as an operator before a move
    with one_state(alone) as connection:
        before = connection.scalars(select(Community.code)).all()
        _add_communities(database, NEW)
        assert connection.scalars(select(Community.code)).all() == before == []
        assert connection.scalar(text("SHOW transaction_read_only")) == "on"
    with alone.begin() as connection:
        assert connection.scalar(text("SHOW transaction_isolation")) == "read committed"
        assert connection.scalar(text("SHOW transaction_read_only")) == "on"
    alone.close()


def test_a_port_where_nobody_listens_is_an_outage(keyring):
    with pytest.raises(DBAPIError) as refused:
        _ask(Database.connect("postgresql+psycopg2://postgres@127.0.0.1:1/guanjia", keyring))
    assert is_unavailable(refused.value)


def _seconds_until_a_silent_host_counts_as_gone(database):
    with database.begin() as connection:
        descriptor = os.dup(connection.connection.dbapi_connection.fileno())
        with socket.socket(fileno=descriptor) as opened:
            assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            idle, interval, count = (
                opened.getsockopt(socket.IPPROTO_TCP, option)
                for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            )
    return idle + interval * count


async def test_a_host_that_vanishes_while_an_answer_is_awaited_is_noticed_within_twenty_seconds(database, keyring):
    async with passage_to(database) as passage:
        over_tcp = Database.connect(passage.url, keyring)
        assert await asyncio.to_thread(_seconds_until_a_silent_host_counts_as_gone, over_tcp) <= 20
        over_tcp.close()
