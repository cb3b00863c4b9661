"""The demo: what ``make demo`` shows, and that it leaves nothing behind."""

import time

from tests.deploy.centre import folder_of_a_test, typed


def test_the_demo_tells_of_a_technician_who_declines_within_a_minute() -> None:
    with folder_of_a_test("demo") as folder:
        began = time.monotonic()
        done = typed("demo", TMPDIR=str(folder))
        assert done.returncode == 0, done.stdout + done.stderr
        assert time.monotonic() - began < 60
        assert list(folder.iterdir()) == []
    story, _, forms = done.stdout.partition("报修记录")
    told = [
        "2026-05-12 10:00  3-802 业主从平台报修",
        "2026-05-12 10:04  客服助理 K001 受理",
        "2026-05-12 10:06  技工",
        "退单",
        "2026-05-12 10:08  技工",
        "2026-05-12 10:15  技工",
        "2026-05-12 10:52  技工",
        "2026-05-12 19:30  客户回复",
        "2026-05-20 00:00  返修期已满,流程结束",
    ]
    places = [story.find(text) for text in told]
    assert places == sorted(places)
    assert -1 not in places
    mails = [line for line in story.splitlines() if "✉" in line]
    assert sum("lin@example.com" in line for line in mails) == 4
    assert sum("新派工" in line for line in mails) == 2
    assert forms.count("《维修派工单》") == 2
    assert "客户确认" in forms
    assert done.stderr == ""
