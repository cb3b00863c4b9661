"""The printed forms hold what the records hold: every field, in its place, as it was written."""

from datetime import UTC
from decimal import Decimal

import pytest

from activities.documents import wording
from activities.documents.paper import PaperForm
from tests.documents import pages, sheets
from tests.documents.pages import BODY, FOOT, MARK, TITLE, stands
from workflows.messages.case import Reporter
from workflows.messages.identifiers import CaseKind
from workflows.messages.records import WorkOrder, WorkOrderOutcome

FULL = {
    PaperForm.REPAIR_RECORD: lambda: sheets.papers(sheets.full_repair()),
    PaperForm.WORK_ORDER: lambda: sheets.papers(sheets.full_repair()),
    PaperForm.REVISIT_RECORD: lambda: sheets.papers(sheets.full_revisit(), sheets.full_repair()),
    PaperForm.SERVICE_RECORD: lambda: sheets.papers(sheets.full_service()),
}
ON_EVERY_FORM = ["3-1502", "张晓梅", "+86 138 0013 8000", "厨房水管漏水,钥匙在门卫老王处"]
ON_THE_FORM = {
    PaperForm.REPAIR_RECORD: [
        "2026-04-15 10:03", "客户助理 刘敏(C001)", "户内 · 厨房洗菜盆下", "急修", "爆管", "2026-04-15 10:30",
        "否(至 2024-06-30)", "物业", "2026-04-16 12:00", "1天2小时", "9小时", "客户签字", "1次", sheets.REVISIT,
        "热点问题:90天内同一故障第3次", "客户很急,厨房地面已积水", "在5栋抢修,赶不过来", "维修技工 李志强(T002)",
    ],
    PaperForm.WORK_ORDER: [
        "2026-04-15 10:07", "王建国(T001)", "2026-04-15 10:09", "2026-04-15 10:20", "2026-04-16 12:00", "85",
        "试压30分钟无渗漏", "铜质角阀(DN15)2只", "更换角阀(含拆旧)", "35.50", "1,291.00", "2.5", "客户不同意",
        "客户已确认", "91.00", "SJ-000417", "铜质角阀缺货,已联系供应商", "2026-04-17", "在5栋抢修,赶不过来", "退单",
    ],
    PaperForm.REVISIT_RECORD: [
        sheets.REPAIR, "2026-05-16 10:00", "低分评价", "赵芳(G001)", "私人管家", "接口处仍有渗水", "当场致歉",
        "「客户拒签」", "刘敏(C001)", "客户表示修好再签", "2026-04-20", "「电话回访」", "无人接听", "阳台推拉门关不严",
        "BX-9PQRS-TUVWX", "建议小区快递柜加装雨棚", "已转工程部列入二季度计划", "回访及时,整改到位", "陈静(S001)",
    ],
    PaperForm.SERVICE_RECORD: [
        "代办", "代购并安装吸顶灯", "王建国(T001)", "灯具安装", "吸顶灯(代购)(代办)", "328.00", "60.00", "268.00",
        "SJ-000420", "代购吸顶灯1盏并安装调试", "2026-04-16 11:00", "客服主管 陈静(S001)",
    ],
}  # fmt: skip


@pytest.mark.parametrize("form", PaperForm)
def test_a_full_form_shows_every_field_of_the_record(form):
    shown = pages.pictures(pages.sheet(form, FULL[form]()))

    assert [text for text in ON_EVERY_FORM + ON_THE_FORM[form] if not stands(text, shown)] == []
    assert stands(form.label, shown, TITLE)


@pytest.mark.parametrize("form", PaperForm)
def test_an_empty_form_is_one_page_of_blanks_to_be_filled_in_by_hand(form):
    sheet = pages.sheet(form, sheets.papers(sheets.empty_repair(lines=())))

    shown = pages.pictures(sheet)

    assert len(shown) == 1
    assert stands("客户姓名", shown)
    assert not stands("None", shown)
    known = {"identity", "channel", "received_at", "state", "next_round"}
    assert {name for name, field in sheet.fields.items() if field} <= known


HOSTILE = [
    '#panic("gone")', "$x^2$ #read(\"/etc/passwd\")", "\\ \\n \\u{41}", "[*bold*] _thin_ `raw`", "</text><script>",
    "= heading", "- item", "@label <tag>", "{{ name }} ${HOME} %s", "// gone /* gone */", "'\"' -- ---", "100%~5&6",
]  # fmt: skip


@pytest.mark.parametrize("form", PaperForm)
def test_what_a_customer_writes_is_printed_as_it_was_written(form):
    text = "\n".join(HOSTILE)
    hostile = {"description": text, "reporter": Reporter(name="#let x = 1", phone="$1$"), "unit": "#3-1502"}
    original = sheets.empty_repair(**hostile)
    task = [known for known in sheets.full_revisit().forms if known.form == "revisit_task"]
    record = sheets.record(original.number, CaseKind.REPAIR, *task, **hostile)

    shown = pages.pictures(pages.sheet(form, sheets.papers(record, original)))

    assert [line for line in [*HOSTILE, "#let x = 1", "$1$", "#3-1502"] if not stands(line, shown)] == []


def test_control_characters_and_changes_of_direction_do_not_reach_the_paper():
    assert wording.text("水管\x00\x1b[31m\u202e漏\r\n水\t了") == "水管[31m漏\n水 了"


@pytest.mark.parametrize("form", PaperForm)
def test_two_thousand_characters_flow_on_and_nothing_is_lost(form):
    ends = "起点" + "水管漏水很久了," * 260 + "终点"
    record = sheets.full_repair(description=ends) if form is not PaperForm.REVISIT_RECORD else None
    papers = (
        sheets.papers(record) if record else sheets.papers(sheets.full_revisit(), sheets.full_repair(description=ends))
    )

    shown = pages.pictures(pages.sheet(form, papers))

    assert len(ends) > 2000
    assert len(shown) > 1
    assert stands("了,终点", shown)
    assert stands("起点水管", shown[:1])
    assert stands("水管漏水很久了," * 40, shown)


def test_a_word_too_long_for_its_line_is_broken_and_stays_on_the_paper():
    word = "A1" * 300
    sheet = pages.sheet(PaperForm.REPAIR_RECORD, sheets.papers(sheets.full_repair(description=word)))

    (page, *_) = pages.pictures(sheet)

    assert stands(word, [page])
    places = pages.last_places(page)
    assert max(places) < pages.PAGE_WIDTH


def test_a_repair_of_thirty_work_orders_lists_them_all_with_its_head_on_every_page():
    orders = tuple(
        WorkOrder(
            attempt=attempt,
            technician=f"T{attempt:03}",
            trade="plumbing",
            offered_at=sheets.later(hours=attempt),
            outcome=WorkOrderOutcome.DECLINED,
            reason=f"第{attempt}次退单的原因" * 4,
        )
        for attempt in range(1, 31)
    )
    record = sheets.record(sheets.REPAIR, CaseKind.REPAIR, sheets.repair(), *orders)

    shown = pages.pictures(pages.sheet(PaperForm.WORK_ORDER, sheets.papers(record)))

    assert len(shown) > 1
    assert all(stands(f"第{attempt}次退单的原因" * 4, shown) for attempt in range(1, 31))
    assert all(stands("派工时间", [page]) for page in shown)


def test_the_work_order_in_hand_is_the_latest_that_was_not_declined():
    fields = pages.sheet(PaperForm.WORK_ORDER, FULL[PaperForm.WORK_ORDER]()).fields

    assert fields["order"]["attempt"] == "2"
    assert [order["outcome"] for order in fields["orders"]] == ["退单", "完工"]


def test_a_revisit_that_goes_on_has_an_empty_round_to_be_filled_in_at_the_door():
    first_only = [form for form in sheets.full_revisit().forms if getattr(form, "round", 1) == 1]
    going_on = sheets.record(sheets.REVISIT, CaseKind.REVISIT, *first_only, closed_at=None)
    over = sheets.record(sheets.REVISIT, CaseKind.REVISIT, *first_only)

    assert pages.sheet(PaperForm.REVISIT_RECORD, sheets.papers(going_on)).fields["next_round"] == "2"
    assert pages.sheet(PaperForm.REVISIT_RECORD, sheets.papers(over)).fields["next_round"] == ""


def test_times_are_those_of_the_communitys_clock():
    record = sheets.full_repair(received_at=sheets.MORNING.astimezone(UTC))

    assert pages.sheet(PaperForm.REPAIR_RECORD, sheets.papers(record)).fields["received_at"] == "2026-04-15 10:00"


@pytest.mark.parametrize(
    ("value", "printed"), [("91", "91.00"), ("0.005", "0.01"), ("1234567.5", "1,234,567.50"), ("-3.1", "-3.10")]
)
def test_amounts_have_two_places(value, printed):
    assert wording.amount(Decimal(value)) == printed


def test_a_reprint_says_so_at_the_head_and_foot_of_every_page_and_an_original_does_not():
    long = sheets.papers(sheets.full_repair(description="水管漏水很久了," * 400))
    sheet = pages.sheet(PaperForm.REPAIR_RECORD, long)

    reprinted = pages.pictures(sheet, pages.print_of(copy=2))
    original = pages.pictures(sheet)

    assert len(reprinted) > 1
    assert all(stands("补打 第2次", [page], MARK) and stands("补打 第2次", [page], FOOT) for page in reprinted)
    assert not stands("补打", original, MARK)
    assert not stands("补打", original, FOOT)
    assert stands("原件", original, FOOT)


def test_every_page_names_the_print_who_made_it_and_how_many_pages_there_are():
    shown = pages.pictures(pages.sheet(PaperForm.WORK_ORDER, FULL[PaperForm.WORK_ORDER]()))

    for number, page in enumerate(shown, 1):
        for text in (
            "BXJL-2026-000123",
            "2026-04-27 10:00",
            "客户助理 刘敏(C001)",
            f"第 {number} 页 共 {len(shown)} 页",
        ):
            assert stands(text, [page], FOOT), text


def test_the_same_content_and_print_give_the_same_bytes():
    sheet = pages.sheet(PaperForm.WORK_ORDER, FULL[PaperForm.WORK_ORDER]())

    assert pages.pdf(sheet) == pages.pdf(sheet)
    assert pages.pdf(sheet).startswith(b"%PDF-")
    assert pages.pdf(sheet) != pages.pdf(sheet, pages.print_of(copy=1))


def test_a_stored_signature_is_set_as_a_picture_and_else_its_number_is_given():
    papers = FULL[PaperForm.REPAIR_RECORD]()
    signature = sheets.repair().verified_signature

    with_picture = pages.pictures(pages.sheet(PaperForm.REPAIR_RECORD, papers, lambda _: pages.PEN_STROKE))
    without = pages.pictures(pages.sheet(PaperForm.REPAIR_RECORD, papers))
    broken = pages.pictures(pages.sheet(PaperForm.REPAIR_RECORD, papers, lambda _: b"no picture"))

    assert with_picture[0].count(b"<image") == without[0].count(b"<image") + 1
    assert not stands(signature, with_picture, 8.5)
    assert stands(signature, without, 8.5)
    assert stands(signature, broken, 8.5)


def test_who_did_not_sign_has_no_date_beside_the_empty_signature():
    repair = sheets.repair().model_copy(update={"verified_how": "default", "verified_signature": ""})
    unsigned = sheets.record(sheets.REPAIR, CaseKind.REPAIR, repair)

    shown = pages.pictures(pages.sheet(PaperForm.REPAIR_RECORD, sheets.papers(unsigned)))
    signed = pages.pictures(pages.sheet(PaperForm.REPAIR_RECORD, FULL[PaperForm.REPAIR_RECORD]()))

    assert stands("默认验收", shown)
    assert pages.times("2026-04-16 13:00", shown) == 1, "only as the time of acceptance"
    assert pages.times("2026-04-16 13:00", signed) == 3, "of acceptance, of the signature, of the line"


def test_the_rating_ticks_its_box():
    ticked = pages.pictures(pages.sheet(PaperForm.REPAIR_RECORD, FULL[PaperForm.REPAIR_RECORD]()))
    blank = pages.pictures(pages.sheet(PaperForm.REPAIR_RECORD, sheets.papers(sheets.empty_repair())))

    assert stands("√", ticked, BODY * 0.95)
    assert not stands("√", blank, BODY * 0.95)
