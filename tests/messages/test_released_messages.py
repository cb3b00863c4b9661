"""Every payload of a released message still decodes, field by field: cases stay open longer than a release lives."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.messages import samples
from workflows.messages.message import Message

CLASSES = {cls.__name__: cls for cls in samples.message_classes()}
RELEASES = sorted(path for path in samples.RELEASED.iterdir() if path.is_dir())
SAMPLES = [path for release in RELEASES for path in sorted(release.glob("*.json")) if path.name != samples.ENUMERATIONS]


def changed(released: Any, now: Any, where: str = "") -> list[str]:
    """Where what was released is gone or reads differently now; what was added since is no change."""
    if isinstance(released, dict) and isinstance(now, dict):
        return [
            difference
            for key, value in released.items()
            for difference in (changed(value, now[key], f"{where}.{key}") if key in now else [f"{where}.{key} is gone"])
        ]
    if isinstance(released, list) and isinstance(now, list) and len(released) == len(now):
        return [
            difference
            for position, (before, after) in enumerate(zip(released, now, strict=True))
            for difference in changed(before, after, f"{where}[{position}]")
        ]
    return [] if released == now else [f"{where}: {released!r} reads {now!r}"]


def test_there_are_released_samples():
    assert len(SAMPLES) > 20


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_released_payload_still_decodes_without_losing_anything(path: Path):
    released = json.loads(path.read_text(encoding="utf-8"))
    assert path.stem in CLASSES, f"{path.stem} was released and may not be renamed or removed"
    message = samples.decoded(CLASSES[path.stem], released)
    assert changed(released, samples.as_in_a_history(message)) == []


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_no_released_state_role_or_name_has_gone(release: Path):
    released = json.loads((release / samples.ENUMERATIONS).read_text(encoding="utf-8"))
    now = samples.enumerations()
    gone = {name: sorted(set(values) - set(now.get(name, []))) for name, values in released.items()}
    assert {name: values for name, values in gone.items() if values} == {}


def test_every_message_of_this_build_has_a_sample_in_the_newest_release():
    newest = {path.stem for path in SAMPLES if path.parent == RELEASES[-1]}
    assert sorted(CLASSES.keys() - newest) == [], "add the new message's sample; see CONTRIBUTING.md"


@pytest.mark.parametrize("cls", CLASSES.values(), ids=lambda cls: cls.__name__)
def test_a_message_is_frozen_ignores_what_it_does_not_know_and_constrains_nothing(cls: type[Message]):
    assert cls.model_config.get("frozen") is True
    assert cls.model_config.get("extra") == "ignore"
    constrained = {
        name: [rule for rule in field.metadata if type(rule).__module__.startswith("annotated_types")]
        for name, field in cls.model_fields.items()
    }
    assert {name: rules for name, rules in constrained.items() if rules} == {}


@pytest.mark.parametrize("cls", CLASSES.values(), ids=lambda cls: cls.__name__)
def test_a_field_of_a_later_release_is_ignored_by_this_one(cls: type[Message]):
    data = samples.as_in_a_history(samples.full(cls))
    if isinstance(data, dict):
        assert samples.decoded(cls, data | {"of_a_later_release": {"深": 1}}) == samples.full(cls)


def test_the_comparison_notices_a_renamed_field_and_a_changed_value():
    assert changed({"a": {"b": [1]}}, {"a": {"c": [1]}}) == [".a.b is gone"]
    assert changed({"a": [1, 2]}, {"a": [1, 3], "new": 0}) == [".a[1]: 2 reads 3"]


def test_a_released_folder_is_never_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(samples, "RELEASED", tmp_path)
    folder = samples.write_release("9.9.9")
    assert {path.stem for path in folder.iterdir()} == CLASSES.keys() | {"enumerations"}
    with pytest.raises(FileExistsError):
        samples.write_release("9.9.9")
