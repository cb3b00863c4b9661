"""A day's work by command: short tables with a line that says as of when."""

from pathlib import Path

from tests.cli.conftest import Centre
from tests.cli.test_a_repair_by_command import offered_to, recorded_state, reported


async def test_a_technicians_day_and_the_supervisors_lists(centre: Centre, tmp_path: Path):
    number = await reported(centre)
    technician = await offered_to(centre, number)
    await recorded_state(centre, number, "dispatched")
    day = await centre.type("day", person=technician)
    assert number in day.stdout, day.output
    assert "待办 1 件" in day.stdout
    for verb, said in (("overdue", "共 0 件"), ("morning", number)):
        shown = await centre.type(verb)
        assert said in shown.stdout, shown.output
        assert "数据截至" in shown.stdout
    assert "not_allowed_for_role" in (await centre.type("morning", person=technician)).stderr


async def test_the_statement_is_shown_and_saved_once(centre: Centre, tmp_path: Path):
    shown = await centre.type("work-time", "2026", "5")
    assert "2026-06-03 18:00" in shown.stdout, shown.output
    out = tmp_path / "工时.xlsx"
    saved = await centre.type("work-time", "2026", "5", "--out", str(out))
    assert saved.exit_code == 0, saved.output
    assert out.read_bytes().startswith(b"PK")
    assert (await centre.type("work-time", "2026", "5", "--out", str(out))).exit_code == 1


async def test_the_price_list_is_read_aloud(centre: Centre):
    listed = await centre.type("prices")
    assert "更换水龙头" in listed.stdout, listed.output
    assert "30.00" in listed.stdout


async def test_a_photograph_is_uploaded_and_fetched_by_command(centre: Centre, tmp_path: Path):
    from tests.attachments.pictures import picture

    photo = tmp_path / "photo.jpg"
    photo.write_bytes(picture())
    sent = await centre.type("attach", str(photo), "--purpose", "signature")
    assert sent.exit_code == 0, sent.output
    number = sent.stdout.strip()
    fetched = await centre.type("attachment", number, "--out", str(tmp_path / "back.png"))
    assert fetched.exit_code == 0, fetched.output
    assert (tmp_path / "back.png").read_bytes().startswith(b"\x89PNG")
