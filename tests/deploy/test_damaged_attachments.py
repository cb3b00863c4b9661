"""A picture that cannot be opened is named by its id; the rest is backed up and sealed anew, and no key goes for it."""

import json
import tarfile
from pathlib import Path

import pytest

from tests.attachments.pictures import picture
from tests.deploy.centre import Centre, folder_of_a_test, typed
from tests.deploy.test_key_rotation import keys_of

pytestmark = pytest.mark.timeout(300)


def attached(centre: Centre, side: int) -> Path:
    """The file of a new picture."""
    photo = centre.folder / f"photo-{side}.jpg"
    photo.write_bytes(picture(size=(side, side)))
    attachment = centre.type("attach", str(photo), "--as", "desk").strip()
    return next((centre.folder / "attachments").rglob(attachment))


def test_damaged_pictures_are_named_by_backup_resealing_and_retirement_and_nothing_else_waits_for_them(
    centre: Centre, tmp_path: Path
) -> None:
    whole, truncated, empty, gone = (attached(centre, side) for side in (40, 41, 42, 43))
    gone.unlink()
    kept = {file: file.read_bytes() for file in (truncated, empty)}
    truncated.write_bytes(kept[truncated][:-1])
    empty.write_bytes(b"")

    taken = typed("backup", str(tmp_path / "backup"), **centre.variables)

    assert taken.returncode == 1, taken.stderr
    assert "已备份到" in taken.stdout
    assert f"{truncated.name} 内容被改动或不完整" in taken.stderr
    assert empty.name in taken.stderr
    assert whole.name not in taken.stderr
    manifest = json.loads((tmp_path / "backup" / "manifest.json").read_bytes())
    assert f"{gone.name} 读不出来" in taken.stderr
    assert manifest["damaged"].keys() == {truncated.name, empty.name, gone.name}
    with tarfile.open(tmp_path / "backup" / "attachments.tar") as packed:
        assert {Path(name).name for name in packed.getnames()} == {whole.name, truncated.name, empty.name}
    with folder_of_a_test("damaged") as folder:
        other = {**centre.variables, "GUANJIA_HOME": str(folder / "var")}
        restored = typed("restore", str(tmp_path / "backup"), "--keys", str(centre.folder / "keys.toml"), **other)
        assert restored.returncode == 0, restored.stderr
        assert truncated.name in restored.stderr

    old = keys_of(centre)["personal"]["current"]
    centre.type("keys", "rotate", "--personal")
    centre.stop()
    centre.start()
    resealed = typed("keys", "reseal", **centre.variables)
    assert resealed.returncode == 1
    assert "附件 1 个;仍用旧密钥 1 处" in resealed.stdout
    assert "请确认全部进程已重启" not in resealed.stdout
    for file in (truncated, empty):
        assert file.name in resealed.stderr
    assert typed("keys", "list", **centre.variables).returncode == 1

    refused = typed("keys", "retire", old, "--personal", **centre.variables)
    assert refused.returncode == 2
    for file in (truncated, empty):
        assert file.name in refused.stderr
    assert whole.name not in refused.stderr

    truncated.write_bytes(kept[truncated])
    empty.unlink()
    centre.type("keys", "reseal")
    centre.type("keys", "retire", old, "--personal")
    assert old not in keys_of(centre)["personal"]["keys"]
