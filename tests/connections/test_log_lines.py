"""Log lines of ours and of the libraries, in one format."""

import json
import subprocess
import sys

import pytest

from tests import servers

_SPEAK = """
import logging, structlog
from activities.connections.log_lines import configure
configure({log_format!r})
structlog.get_logger("activities.notifications").info("notified", case="BX-7K3QM-9TXAB", channel="mail")
logging.getLogger("uvicorn.error").warning("%s connections", 3)
structlog.get_logger("x").debug("not_shown")
phone = "13800138000"
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger("x").exception("went_wrong")
"""


def _log(log_format: str) -> list[str]:
    said = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", _SPEAK.format(log_format=log_format)],
        cwd=servers.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == ""
    return said.stderr.splitlines()


def test_json_lines_are_one_object_each():
    ours, theirs, error = map(json.loads, _log("json"))

    assert (ours["event"], ours["case"], ours["level"]) == ("notified", "BX-7K3QM-9TXAB", "info")
    assert (theirs["event"], theirs["level"]) == ("3 connections", "warning")
    assert error["exception"][0]["exc_type"] == "ZeroDivisionError"


def test_readable_lines_say_the_same():
    log = "\n".join(_log("lines"))

    assert all(said in log for said in ("notified", "channel=mail", "3 connections", "ZeroDivisionError"))


@pytest.mark.parametrize("log_format", ["lines", "json"])
def test_an_error_is_logged_without_the_values_around_it(log_format):
    assert "13800138000" not in "\n".join(_log(log_format))
