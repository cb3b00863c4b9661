"""Printing a form by command: the file, its number, the mark of a reprint, the register."""

from pathlib import Path

from tests.cli.conftest import Centre
from tests.cli.test_a_repair_by_command import recorded_state, reported


async def test_a_form_is_printed_into_a_file_and_again_as_a_reprint(centre: Centre, tmp_path: Path):
    number = await reported(centre)
    await recorded_state(centre, number, "dispatched")
    file = tmp_path / "record.pdf"

    first = await centre.type("print", number, "repair-record", "--out", str(file))
    assert first.exit_code == 0, first.output
    assert file.read_bytes().startswith(b"%PDF-")
    assert file.stat().st_mode & 0o077 == 0
    assert "BXJL-" in first.stdout
    assert "原件" in first.stdout

    there = await centre.type("print", number, "repair-record", "--out", str(file))
    assert there.exit_code == 2
    assert "--overwrite" in there.stderr

    again = await centre.type("print", number, "repair-record", "--out", str(file), "--overwrite")
    assert "补打第1次" in again.stdout, again.output

    register = await centre.type("prints", number)
    assert "补打第1次" in register.stdout
    assert "共打印 2 次" in register.stdout


async def test_a_form_that_the_case_does_not_have_is_refused_and_no_file_is_made(centre: Centre, tmp_path: Path):
    number = await reported(centre)
    await recorded_state(centre, number, "dispatched")
    file = tmp_path / "revisit.pdf"

    refused = await centre.type("print", number, "revisit-record", "--out", str(file))
    assert refused.exit_code == 1
    assert "form_not_of_case" in refused.stderr
    assert not file.exists()

    nowhere = await centre.type("print", number, "repair-record", "--out", str(tmp_path / "none" / "a.pdf"))
    assert nowhere.exit_code == 2
