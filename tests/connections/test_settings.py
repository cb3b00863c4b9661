"""Settings of an installation: where they come from, and what is said of a wrong one."""

from pathlib import Path

import pytest

from activities.connections.settings import Settings, SettingsError

DATABASE = "postgresql+psycopg2://guanjia:geheim@db/guanjia"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch):
    monkeypatch.delenv("GUANJIA_CONFIG", raising=False)
    monkeypatch.setenv("GUANJIA_DATABASE_URL", DATABASE)
    monkeypatch.setenv("GUANJIA_KEYS_FILE", "/etc/guanjia/keys.toml")


@pytest.fixture
def write(tmp_path, monkeypatch):
    def _write(content: str) -> None:
        file = tmp_path / "guanjia.toml"
        file.write_text(content, encoding="utf-8")
        monkeypatch.setenv("GUANJIA_CONFIG", str(file))

    return _write


def test_two_settings_are_enough(monkeypatch):
    settings = Settings.load()

    assert settings.keys_file == Path("/etc/guanjia/keys.toml")
    assert settings.api_host == "127.0.0.1"
    assert settings.smtp is None


def test_the_suppression_list_is_one_file_whatever_folder_a_command_is_typed_in(monkeypatch):
    monkeypatch.setenv("GUANJIA_SUPPRESSION_LIST", "")
    assert Settings.load().suppression_file == Path("/etc/guanjia/suppressed.jsonl")
    monkeypatch.setenv("GUANJIA_SUPPRESSION_LIST", "/srv/suppressed.jsonl")
    assert Settings.load().suppression_file == Path("/srv/suppressed.jsonl")
    monkeypatch.setenv("GUANJIA_SUPPRESSION_LIST", "var/suppressed.jsonl")
    with pytest.raises(SettingsError, match="suppression_list 应写成绝对路径"):
        Settings.load()


def test_the_environment_wins_over_the_file(write, monkeypatch):
    write('api_port = 9000\nlog_format = "json"\n[smtp]\nhost = "mail.example.com"\nsender = "kf@example.com"\n')
    monkeypatch.setenv("GUANJIA_API_PORT", "9100")
    monkeypatch.setenv("GUANJIA_SMTP__PORT", "2525")

    settings = Settings.load()

    assert (settings.api_port, settings.log_format) == (9100, "json")
    assert settings.smtp is not None
    assert (settings.smtp.host, settings.smtp.port) == ("mail.example.com", 2525)


def test_a_community_keeps_the_case_of_its_code(write, monkeypatch):
    write('[webhook.XYDX]\nurl = "https://example.com"\nsecret = "whsec_Z2VoZWltLTAxMjM0NTY3ODlhYmNkZWZnaGlqa2w="\n')
    monkeypatch.setenv("GUANJIA_WECOM", '{"YGHY": "https://robot.example.com/?key=geheim"}')

    settings = Settings.load()

    assert set(settings.webhook) == {"XYDX"}
    assert set(settings.wecom) == {"YGHY"}
    assert "geheim" not in repr(settings)
    assert "Z2VoZWlt" not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("GUANJIA_DATABASE_URL", "postgresql://guanjia:geheim@db/guanjia", "database_url 应以"),
        ("GUANJIA_API_PORT", "99999", "api_port"),
        ("GUANJIA_SMTP__HOST", "mail.example.com", "smtp.sender 缺少"),
        ("GUANJIA_WECOM", "https://robot.example.com/?key=geheim", "JSON"),
        ("GUANJIA_NOTIFICATION_ORDER", '["fax"]', "notification_order.0"),
        ("GUANJIA_CONFIG", "/nowhere/guanjia.toml", "/nowhere/guanjia.toml 不存在"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_shown(monkeypatch, variable, value, said):
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsError) as refused:
        Settings.load()

    assert said in str(refused.value)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(("content", "said"), [("api_prot = 8080", "api_prot 不认识"), ("api_port =", "TOML")])
def test_a_misspelt_or_broken_file_is_refused(write, content, said):
    write(content)

    with pytest.raises(SettingsError, match=said):
        Settings.load()


def test_all_that_is_missing_is_listed_at_once(monkeypatch):
    monkeypatch.delenv("GUANJIA_DATABASE_URL")
    monkeypatch.delenv("GUANJIA_KEYS_FILE")

    with pytest.raises(SettingsError, match="database_url 缺少;keys_file 缺少"):
        Settings.load()
