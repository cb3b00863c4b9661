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


def test_the_demo_tells_a_quarter_of_fees_on_its_dates_within_a_minute() -> None:
    with folder_of_a_test("demo-fees") as folder:
        began = time.monotonic()
        done = typed("demo", "fees", TMPDIR=str(folder))
        assert done.returncode == 0, done.stdout + done.stderr
        assert time.monotonic() - began < 60
        assert list(folder.iterdir()) == []
    told = [
        "2026-03-25 00:30  定时任务开立2026年第二季度收费单",
        "312 行",
        "2026-03-26 09:10  财务部退回 1-101 一行",
        "应收明细表待审核:2026年第二季度第2版",
        "2026-03-26 11:00  财务部审核通过第2版",
        "2026-03-27 15:00  三位管家填写《缴费通知单》",
        "48.20 元转为预存",
        "开收据 0001234",
        "《缴款单》JK-2026-000001",
        "2026-04-13 09:00  收缴期已过,催款名单 3 户",
        "2026-04-17 15:00  管家送达 1-101-Y1",
        "2026-04-27 20:00  1-102-Y1 在最后一晚缴清本金 1058.97 元和滞纳金 9.00 元",
        "2026-04-28 08:31  1-101-Y1 的《第二次催款通知单》登记用印",
        "2026-05-09 08:31  1-101-Y1 的《最后催款通知单》登记用印",
        "其它方式",
        "综合收费率 99.63 %",
        "借贷合计 0.00",
    ]
    places = [done.stdout.find(text) for text in told]
    assert places == sorted(places), dict(zip(told, places, strict=True))
    assert -1 not in places, dict(zip(told, places, strict=True))
    assert done.stderr == ""
