"""A start with a secret that stands in an example, is a default or was never random is refused in one line."""

import base64
import json
import re
import secrets
import string
from pathlib import Path

import pytest

from activities.connections.keys import KeyFileError, KeyRing
from activities.connections.placeholder_secrets import check_key, check_token, is_placeholder
from activities.connections.settings import Settings, SettingsError

DATABASE = "postgresql+psycopg2://guanjia:{}@db/records"
SMTP = {"host": "mail.example.com", "sender": "kf@example.com"}
PLACEHOLDERS = (
    "changeme", "CHANGE_ME", "change-me-please", "<password>", "${PASSWORD}", "your-smtp-password", "YourSecretHere",
    "replace_with_real_secret", "password", "Password123", "passw0rd", "postgres", "admin", "minioadmin", "secret",
    "123456", "0000", "xxxxxxxx", "********", "…", "...", "TODO", "请修改", "在此填写密码", "你的密码", "密码", "示例",
    "ｃｈａｎｇｅｍｅ",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch):
    monkeypatch.delenv("GUANJIA_CONFIG", raising=False)
    monkeypatch.setenv("GUANJIA_DATABASE_URL", "postgresql+psycopg2://guanjia@db/records")
    monkeypatch.setenv("GUANJIA_KEYS_FILE", "/etc/guanjia/keys.toml")


def webhook(key: bytes | str) -> str:
    encoded = key if isinstance(key, str) else base64.b64encode(key).decode()
    return json.dumps({"YGHY": {"url": "https://gateway.example.com", "secret": f"whsec_{encoded}"}})


def refusal() -> str:
    with pytest.raises(SettingsError) as refused:
        Settings.load()
    said = str(refused.value)
    assert "\n" not in said
    return said


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
def test_what_examples_write_for_a_password_is_none(placeholder: str):
    assert is_placeholder(placeholder)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "hunter2",
        "geheim",
        "Tr0ub4dor&3",
        "#9$kQ!",
        "changelings-at-dawn",
        "管家婆2026春",
    ],
)
def test_a_password_that_somebody_chose_is_one(password: str):
    assert not is_placeholder(password)


def test_random_secrets_are_never_taken_for_placeholders():
    letters = string.ascii_letters + string.digits
    for _ in range(2000):
        check_key(secrets.token_bytes(24))
        check_key(secrets.token_bytes(32))
        check_token(secrets.token_urlsafe(32))
        check_token(secrets.token_hex(32))
        assert not is_placeholder("".join(secrets.choice(letters) for _ in range(12)))


@pytest.mark.parametrize("password", ["changeme", "guanjia", "records", "%E2%80%A6", "postgres"])
def test_a_database_password_of_an_example_or_of_the_accounts_own_name_is_refused(monkeypatch, password: str):
    monkeypatch.setenv("GUANJIA_DATABASE_URL", DATABASE.format(password))
    assert re.search(r"database_url 仍是示例或默认值\(placeholder_secret\)", refusal())

    monkeypatch.setenv("GUANJIA_DATABASE_URL", f"postgresql+psycopg2://guanjia@db/records?password={password}")
    assert "database_url" in refusal()


def test_a_database_without_a_password_or_with_a_real_one_is_accepted(monkeypatch):
    assert Settings.load().database_url.endswith("guanjia@db/records")
    monkeypatch.setenv("GUANJIA_DATABASE_URL", DATABASE.format("k7%40Vq2"))

    assert "k7" in Settings.load().database_url


def test_a_mail_password_of_an_example_is_refused_and_none_at_all_is_not(monkeypatch):
    for name, value in SMTP.items():
        monkeypatch.setenv(f"GUANJIA_SMTP__{name.upper()}", value)
    assert Settings.load().smtp is not None

    monkeypatch.setenv("GUANJIA_SMTP__PASSWORD", "your-smtp-password")
    said = refusal()

    assert "smtp.password 仍是示例或默认值(placeholder_secret)" in said
    assert "your-smtp" not in said


def test_a_bucket_with_the_secret_of_an_example_is_refused_and_a_folder_does_not_mind(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "your-secret-key")
    assert Settings.load().attachment_store.startswith("file:///")

    monkeypatch.setenv("GUANJIA_ATTACHMENTS_URL", "s3://guanjia")
    said = refusal()

    assert "attachments_url 的 AWS_SECRET_ACCESS_KEY 仍是示例或默认值(placeholder_secret)" in said
    assert "your-secret" not in said


def test_a_robots_address_with_the_key_of_an_example_is_refused(monkeypatch):
    monkeypatch.setenv("GUANJIA_WECOM", '{"YGHY": "https://robot.example.com/send?key=YOUR_KEY"}')
    said = refusal()

    assert "wecom.YGHY 仍是示例或默认值(placeholder_secret)" in said
    assert "YOUR_KEY" not in said


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (b"tiny", "不少于 24 字节"),
        ("", "不少于 24 字节"),
        ("tiny%", "不少于 24 字节"),
        (bytes(32), "placeholder_secret"),
        (b"changeme" * 4, "placeholder_secret"),
        (b"replace me with a real secret", "placeholder_secret"),
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "placeholder_secret"),
    ],
)
def test_a_webhook_secret_that_is_short_or_not_random_is_refused(monkeypatch, key: bytes | str, said: str):
    monkeypatch.setenv("GUANJIA_WEBHOOK", webhook(key))
    refused = refusal()

    assert "webhook.YGHY.secret" in refused
    assert said in refused
    assert "tiny" not in refused


def test_a_webhook_secret_needs_its_prefix(monkeypatch):
    monkeypatch.setenv("GUANJIA_WEBHOOK", webhook(secrets.token_bytes(32)).replace("whsec_", ""))

    assert "webhook.YGHY.secret 应为 whsec_" in refusal()


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("gateway_webhook_secret", "whsec_" + base64.b64encode(b"changeme" * 4).decode()),
        ("reply_webhook_secret", "whsec_" + base64.b64encode(bytes(32)).decode()),
        ("case_number_key", base64.b64encode(b"k" * 32).decode()),
        ("codec_token", "changeme" * 8),
        ("codec_token", "x" * 43),
    ],
)
def test_a_key_file_that_was_filled_in_by_hand_is_refused_by_the_name_of_the_secret(tmp_path: Path, name, secret):
    path = tmp_path / "keys.toml"
    KeyRing.create(path)
    path.write_text(re.sub(rf'^{name} = ".*"', f'{name} = "{secret}"', path.read_text(), flags=re.MULTILINE))

    with pytest.raises(KeyFileError, match=rf"{name} 不是随机生成的\(placeholder_secret\)") as refused:
        KeyRing.load(path)

    assert secret not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_passwords_that_the_handbook_leaves_out_are_refused_if_copied_as_they_stand(monkeypatch):
    handbook = (Path(__file__).parents[2] / "deploy/cluster/README.md").read_text(encoding="utf-8")
    written = dict(re.findall(r"^ *(GUANJIA_(?:DATABASE_URL|SMTP__PASSWORD))='(.*)'$", handbook, re.MULTILINE))
    assert len(written) == 2
    for name, value in written.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GUANJIA_CONFIG", str(Path(__file__).parents[2] / "deploy/cluster/guanjia.toml"))
    said = refusal()

    assert "database_url" in said
    assert "smtp.password" in said
