"""A centre's keys are changed by command: rotated, everything sealed anew, the old one retired."""

import re
import stat
import tomllib
from typing import Any

import pytest

from tests.attachments.pictures import picture
from tests.deploy.centre import Centre, typed
from tests.deploy.test_one_machine import offered_to, reported

pytestmark = pytest.mark.timeout(300)


def keys_of(centre: Centre) -> dict[str, Any]:
    return tomllib.loads((centre.folder / "keys.toml").read_text(encoding="utf-8"))


def refused(centre: Centre, *words: str) -> str:
    done = typed(*words, **centre.variables)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_keys_are_rotated_used_for_everything_old_and_the_old_one_is_retired(centre: Centre) -> None:
    number = reported(centre)
    technician = offered_to(centre, number)
    photo = centre.folder / "photo.jpg"
    photo.write_bytes(picture())
    attachment = centre.type("attach", str(photo), "--as", "desk").strip()
    content = centre.request("GET", f"attachments/{attachment}", "desk").content
    told = centre.record(number)
    old = keys_of(centre)["personal"]["current"]

    assert "keys rotate" in refused(centre, "keys", "retire", old, "--personal")
    said = centre.type("keys", "rotate")
    assert "重启" in said
    new = keys_of(centre)
    assert stat.S_IMODE((centre.folder / "keys.toml").stat().st_mode) == 0o600
    assert new["personal"]["current"] != old
    assert f"personal 当前密钥 {new['personal']['current']}" in said
    assert re.search(r"仍有 \d+ 处用密钥", refused(centre, "keys", "retire", old, "--personal"))
    assert "没有编号" in refused(centre, "keys", "retire", "19990101", "--personal")

    assert "还没有重启" in refused(centre, "keys", "reseal")
    elsewhere = {**centre.variables, "GUANJIA_ATTACHMENTS_URL": (centre.folder / "empty").as_uri()}
    for words in (("keys", "retire", old, "--personal"), ("keys", "list")):
        done = typed(*words, **elsewhere)
        assert done.returncode == 2, done.stdout
        assert "没有记录中的任何附件" in done.stderr

    centre.stop()
    centre.start()
    assert centre.record(number)["lines"] == told["lines"], "what is old is read"
    assert centre.request("GET", f"attachments/{attachment}", "desk").content == content
    centre.act(number, "take", technician)
    centre.wait_for(lambda: centre.record(number).get("state") == "acknowledged")
    done = centre.type("keys", "reseal")
    assert "附件 1 个;仍用旧密钥 0 处" in done
    assert "已改用密钥" in centre.type("keys", "reseal")
    (line,) = [line for line in centre.type("keys", "list").splitlines() if f"personal {old} " in line]
    assert line == f"personal {old} 0 处,附件 0 个"

    centre.type("keys", "retire", old, "--personal")

    assert old not in keys_of(centre)["personal"]["keys"]
    assert centre.request("GET", f"attachments/{attachment}", "desk").content == content
    centre.stop()
    centre.start()
    centre.act(number, "arrive", technician)
    centre.wait_for(lambda: centre.record(number).get("state") == "arrived")
    assert centre.record(number)["lines"][: len(told["lines"])] == told["lines"]
    assert centre.request("GET", f"attachments/{attachment}", "desk").content == content


def test_a_key_of_histories_is_retired_only_by_whoever_knows_better(centre: Centre) -> None:
    old = keys_of(centre)["payload"]["current"]
    centre.type("keys", "rotate", "--payload")
    said = refused(centre, "keys", "retire", old, "--payload")
    assert "90 天" in said
    assert old in keys_of(centre)["payload"]["keys"]
    assert "请给出 --payload 或 --personal 之一" in refused(centre, "keys", "retire", old)
    centre.type("keys", "retire", old, "--payload", "--i-know-no-history-uses-it")
    assert old not in keys_of(centre)["payload"]["keys"]
