"""The demo: what ``make demo`` shows, and that it leaves nothing behind."""

import time

from tests.deploy.centre import folder_of_a_test, typed


def test_the_demo_tells_the_long_story_within_a_minute() -> None:
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
        "退单",
        "2026-05-12 10:15  技工",
        "按《收费标准》报价",
        "待确认报价,等待客户确认报价",
        "2026-05-12 10:40  客户回复:同意报价",
        "挂起,等待恢复维修",
        "2026-05-14 09:00  配件到货",
        "本次抽中回访",
        "第一次回访:又卡住了,不满意",
        "整改中,等待整改完成",
        "返修完工",
        "第二次回访:已解决,满意",
        "客服主管 S001 审阅回访",
        "2026-05-26 00:00  返修期已满,流程结束",
    ]
    places = [story.find(text) for text in told]
    assert places == sorted(places), dict(zip(told, places, strict=True))
    assert -1 not in places, dict(zip(told, places, strict=True))
    mails = [line for line in story.splitlines() if "✉" in line]
    for subject in ("报修已受理", "请确认报价", "维修暂缓", "维修已完成", "整改安排", "报修已关闭"):
        assert any("lin@example.com" in line and subject in line for line in mails), subject
    assert sum("新派工" in line for line in mails) == 2
    assert forms.count("《维修派工单》") == 3, "declined, done, done again"
    assert done.stderr == ""
