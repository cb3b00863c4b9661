"""The key file: made once, read by its owner only, refused with a clear word when something is wrong."""

import re

import pytest

from activities.connections.keys import KeyFileError, KeyRing
from activities.connections.personal_data import PersonalDataCipher


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys.toml"


def test_a_key_file_is_private_and_reads_back_as_it_was_made(path):
    made = KeyRing.create(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert KeyRing.load(path) == made


def test_a_key_file_is_never_overwritten(path):
    KeyRing.create(path)
    before = path.read_bytes()

    with pytest.raises(KeyFileError, match="不会覆盖"):
        KeyRing.create(path)
    assert path.read_bytes() == before


def test_every_installation_has_its_own_secrets(path):
    assert KeyRing.create(path) != KeyRing.generate()


def test_secrets_do_not_show_when_a_key_ring_is_printed(path):
    ring = KeyRing.create(path)
    secrets = re.findall(r'= "([^"]{20,})"', path.read_text())

    assert len(secrets) == 7
    shown = repr(ring)
    assert not any(secret in shown for secret in secrets)
    assert repr(ring.index_key) not in shown


def test_an_owner_can_change_a_key_by_the_words_in_the_file(path):
    sealed = PersonalDataCipher(KeyRing.create(path)).seal("王小明", "staff.name")
    text = path.read_text()
    old_id = re.search(r'\[personal\]\ncurrent = "(.+)"', text).group(1)
    new_key = re.search(r'index_key = "(.+)"', text).group(1)
    text = text.replace("[personal.keys]", f'[personal.keys]\n"next" = "{new_key}"')
    path.write_text(text.replace(f'[personal]\ncurrent = "{old_id}"', '[personal]\ncurrent = "next"'))

    cipher = PersonalDataCipher(KeyRing.load(path))

    assert cipher.open(sealed, "staff.name") == "王小明"
    assert cipher.seal("王小明", "staff.name")[1:5] == b"next"


def test_a_missing_file_says_how_to_make_one_and_when_not_to(path):
    with pytest.raises(KeyFileError, match=r"找不到密钥文件.*备份"):
        KeyRing.load(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_read_is_refused(path, mode):
    KeyRing.create(path)
    path.chmod(mode)

    with pytest.raises(KeyFileError, match="chmod 600"):
        KeyRing.load(path)


@pytest.mark.parametrize(
    ("found", "replacement", "said"),
    [
        (r"index_key = .*\n", "", "缺少 'index_key'"),
        (r'case_number_key = ".*"', 'case_number_key = "c2hvcnQ="', "case_number_key 应为 32 字节,实为 5 字节"),
        (r'index_key = ".*"', 'index_key = "!!"', "index_key 不是 base64"),
        (r'current = ".*"', 'current = "other"', "current 指向的密钥 other 不在 keys 里"),
        (r"whsec_", "", "reply_webhook_secret 应以 whsec_ 开头"),
        (r'codec_token = ".*"', 'codec_token = "short"', "codec_token 应不少于"),
        (r"\[payload\]", "[payload", "不是有效的 TOML"),
        (r'index_key = ".*"', "index_key = 5", "内容有误"),
        (r"\[personal\.keys\]\n.*\n", "", "缺少 'keys'"),
    ],
)
def test_a_damaged_file_is_refused_by_the_name_of_what_is_wrong(path, found, replacement, said):
    KeyRing.create(path)
    text = path.read_text()
    secrets = re.findall(r'= "([^"]{20,})"', text)
    path.write_text(re.sub(found, replacement, text))

    with pytest.raises(KeyFileError, match=re.escape(said)) as refused:
        KeyRing.load(path)
    assert not any(secret in str(refused.value) for secret in secrets)
