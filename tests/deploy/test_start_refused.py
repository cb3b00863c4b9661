"""A start that cannot succeed ends in one line that says what to do."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from activities.connections.keys import KeyRing
from activities.documents.fonts import chinese_font, installed_fonts
from deploy.one_machine.before_start import require_chinese_font
from deploy.one_machine.place import Place
from deploy.start_refused import StartRefusedError
from tests.deploy.centre import Centre, folder_of_a_test, typed
from tests.servers import ROOT


def line_of(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of a refusal; logged lines may come before it."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("variable", ["GUANJIA_API_PORT", "GUANJIA_TEMPORAL_UI_PORT"])
def test_a_taken_port_is_named_with_the_variable_that_moves_it(variable: str) -> None:
    with folder_of_a_test("port") as folder, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        line = line_of(typed("run", **{**Centre(folder).variables, variable: port}))
        assert port in line
        assert variable in line
        assert not (folder / "postgres").exists()


def test_a_port_that_is_named_twice_is_taken() -> None:
    with folder_of_a_test("twice") as folder:
        variables = Centre(folder).variables
        line = line_of(typed("run", **{**variables, "GUANJIA_CODEC_PORT": variables["GUANJIA_API_PORT"]}))
        assert "GUANJIA_CODEC_PORT" in line


@pytest.mark.parametrize("text", ["eighty", "0", "70000", "-1", "１"])
def test_what_is_no_port_is_refused_by_name(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANJIA_TEMPORAL_PORT", text)
    with pytest.raises(StartRefusedError, match="GUANJIA_TEMPORAL_PORT"):
        Place.from_environment()


def test_a_full_disk_is_refused_before_anything_is_written() -> None:
    line = line_of(typed("run", GUANJIA_HOME="/proc/guanjia"))  # a file system without a free byte
    assert "磁盘将满" in line
    assert "GUANJIA_HOME" in line


def test_a_folder_that_is_a_file_is_refused() -> None:
    with folder_of_a_test("file") as folder:
        (folder / "var").touch()
        assert "无法写入文件夹" in line_of(typed("run", GUANJIA_HOME=str(folder / "var")))


def test_a_path_too_long_for_a_socket_is_refused() -> None:
    assert "路径太长" in line_of(typed("run", GUANJIA_HOME="/srv/" + "long/" * 30))


def test_a_process_with_its_own_database_does_not_mind_where_the_one_machine_centre_would_be() -> None:
    """As of a release unpacked deep in the tree: the worker complains of what is really missing."""
    nowhere = "postgresql+psycopg2://guanjia@127.0.0.1:1/guanjia"
    words = typed("worker", GUANJIA_HOME="/srv/" + "long/" * 30, GUANJIA_DATABASE_URL=nowhere).stderr
    assert "路径太长" not in words
    assert "keys_file" in words


def test_a_wrong_setting_is_refused_by_name_and_its_value_is_not_shown() -> None:
    with folder_of_a_test("setting") as folder:
        variables = {**Centre(folder).variables, "GUANJIA_SMTP__PASSWORD": "canary"}
        line = line_of(typed("run", **variables))
        assert "smtp" in line
        assert "canary" not in line


@pytest.mark.parametrize("verb", ["api", "codec", "worker", "migrate", "figures"])
def test_no_process_starts_with_the_password_of_an_example(verb: str) -> None:
    with folder_of_a_test("placeholder") as folder:
        keys = folder / "keys.toml"
        KeyRing.create(keys)
        variables = {
            "GUANJIA_DATABASE_URL": "postgresql+psycopg2://guanjia:changeme@127.0.0.1:1/records",
            "GUANJIA_KEYS_FILE": str(keys),
        }
        line = line_of(typed(verb, **variables))
        assert "database_url" in line
        assert "placeholder_secret" in line
        assert "changeme" not in line


@pytest.mark.parametrize("verb", ["worker", "migrate"])
def test_a_process_without_settings_says_which_are_missing(verb: str) -> None:
    with folder_of_a_test("none") as folder:
        assert "database_url" in line_of(typed(verb, GUANJIA_HOME=str(folder)))


def test_without_postgres_the_line_says_so() -> None:
    with folder_of_a_test("away") as folder:
        keys = folder / "keys.toml"
        KeyRing.create(keys)
        variables = {
            "GUANJIA_DATABASE_URL": f"postgresql+psycopg2://postgres@/postgres?host={folder}",
            "GUANJIA_KEYS_FILE": str(keys),
        }
        assert "PostgreSQL 不可用" in line_of(typed("migrate", **variables))


def test_without_temporal_the_line_says_so() -> None:
    with folder_of_a_test("alone") as folder:
        keys = folder / "keys.toml"
        KeyRing.create(keys)
        variables = {
            "GUANJIA_DATABASE_URL": f"postgresql+psycopg2://postgres@/postgres?host={folder}",
            "GUANJIA_KEYS_FILE": str(keys),
            "TEMPORAL_ADDRESS": "127.0.0.1:1",
            "GUANJIA_WORKERS__PATIENCE_SECONDS": "0",
        }
        assert "TEMPORAL_ADDRESS" in line_of(typed("api", **variables))
        assert "TEMPORAL_ADDRESS" in line_of(typed("worker", "--queue", "cases", **variables))


def test_a_key_file_is_never_overwritten() -> None:
    with folder_of_a_test("keys") as folder:
        keys = folder / "keys.toml"
        assert typed("keys", "create", str(keys)).returncode == 0
        content = keys.read_text(encoding="utf-8")
        assert "不会覆盖" in line_of(typed("keys", "create", str(keys)))
        assert keys.read_text(encoding="utf-8") == content


def test_schedules_without_settings_are_refused_in_one_line() -> None:
    assert "GUANJIA_" in line_of(typed("schedules", "apply"))


def test_a_missing_chinese_font_is_refused_with_what_to_install() -> None:
    with folder_of_a_test("font") as folder:
        line = line_of(typed("run", **{**Centre(folder).variables, "TYPST_IGNORE_SYSTEM_FONTS": "1"}))
        assert "fonts-wqy-microhei" in line
        assert not (folder / "postgres").exists()


def test_a_chinese_font_in_a_folder_of_ones_own_will_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = next(font.path for font in installed_fonts().fonts() if font.family == chinese_font(installed_fonts()))
    monkeypatch.setenv("TYPST_IGNORE_SYSTEM_FONTS", "1")
    monkeypatch.setenv("TYPST_FONT_PATHS", str(tmp_path))
    with pytest.raises(StartRefusedError, match="没有中文字体"):
        require_chinese_font()
    (tmp_path / Path(str(known)).name).symlink_to(str(known))
    require_chinese_font()


def test_another_python_is_refused_before_anything_else_is_loaded() -> None:
    program = "import sys; sys.version_info = (3, 10, 0); from deploy.command import main; main()"
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", program], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "Python 3.11" in done.stderr
    assert "Traceback" not in done.stderr
