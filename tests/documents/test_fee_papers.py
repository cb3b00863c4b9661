"""What stands on the papers of fees, read back from the PDF that is handed out (docs/domain/fees.md, arrears.md)."""

import json
from typing import Any

import pytest
import typst
from sqlalchemy import text

from activities.connections.database import Database
from activities.documents.fee_forms import FeeForm
from activities.documents.fee_printing import PrintedPaper, print_fee_document
from activities.documents.fee_typesetting import FeePaper, PrintStamp, content_of
from activities.documents.fonts import FontMissingError, fonts_of_this_process
from activities.documents.typesetting import TEMPLATES
from activities.ledger.receipts import ask_cancellation, grant_red, grant_void, register_lost_copy
from activities.ledger.refused import LedgerRefusedError
from tests.billing.community import CODE, at
from tests.documents import fee_records as records
from tests.documents.fee_pages import fonts, pages, read
from tests.documents.pages import stands
from workflows.messages.arrears import DunningStage
from workflows.messages.ledger import BillKind, FeeItem, PaymentMethod
from workflows.messages.people import Actor, Role

FIRST, SECOND, FINAL = DunningStage.FIRST, DunningStage.SECOND, DunningStage.FINAL
SUPERVISOR = Actor(role=Role.CS_SUPERVISOR, code="S001")
SEAL = "YY-2026-001"


@pytest.fixture
def home(sample: Database) -> Database:
    """The sample community's records; its first flat owes nothing yet."""
    return sample


def printed(db: Database, form: FeeForm, subject: str, moment: str = "04-14 10:00", **more: Any) -> PrintedPaper:
    return print_fee_document(db, CODE, form, subject, records.STEWARD, at(moment), **more)


def notice_of(db: Database, account: str) -> str:
    with db.begin() as connection:
        found = text("SELECT number FROM fee_notices WHERE account = :account")
        return connection.execute(found, {"account": account}).scalar_one()


def test_a_bill_notice_tells_what_is_charged_month_by_month_and_until_when_to_pay(billed):
    number = notice_of(billed, "1-102-Y1")

    said = read(printed(billed, FeeForm.BILL_NOTICE, number, "03-27 10:00").content)

    for words in (
        "阳光花园物业服务中心缴费通知单",
        f"编号:{number}",
        "房号1-102业主姓名李子墨",
        "房屋面积128.36m²收费标准2.75元/m²·月缴费截止2026年4月10日",
        "1-1022026年第二季度物业管理费1,058.97元,请于2026年4月10日前缴纳,感谢支持。",
        "2026年5月05-01至05-3131352.99100%352.99",
        "本期应收1,058.97上期调整0.00上期欠费0.00滞纳金(计至2026年3月25日)0.00",
        "人民币壹仟零伍拾捌元玖角柒分(小写)¥1,058.97",
        "自2026年4月11日起按合同约定,每日按未缴本金的0.05%计收滞纳金",
        "签收回执",
        "原件",
        "打印人:私人管家严立新(G001)第1页共1页",
    ):
        assert words in said
    assert "公章" not in said


def test_half_price_is_printed_as_half(billed):
    said = read(printed(billed, FeeForm.BILL_NOTICE, notice_of(billed, "1-101-Y1"), "03-27 10:00").content)

    assert "2026年4月04-01至04-3030250.6050%125.30" in said
    assert "人民币叁佰柒拾伍元玖角(小写)¥375.90" in said


def test_a_notice_that_goes_out_late_leaves_the_household_its_days(billed):
    """CYC-05 (print side): printed on 04-03 and not sent before, it is payable until 04-13."""
    number = notice_of(billed, "1-102-Y1")

    late = read(printed(billed, FeeForm.BILL_NOTICE, number, "04-03 10:00").content)

    assert "缴费截止2026年4月13日" in late
    assert "自2026年4月14日起" in late


def test_arrears_and_late_fee_of_before_make_what_is_to_pay(home):
    records.bill(home, "2026Q1", "375.90", "01-12")
    records.billed_quarter(home)

    said = read(printed(home, FeeForm.BILL_NOTICE, notice_of(home, "1-101-Y1"), "03-27 10:00").content)

    # 375.90 × 0.0005 × 72 days
    assert "上期欠费375.90滞纳金(计至2026年3月25日)13.53" in said
    assert "物业管理费765.33元(含上期欠费375.90元)" in said
    assert "上期欠费仍按原账单的期限计算" in said


def test_a_second_notice_shows_what_is_left_with_the_late_fee_to_its_day(home):
    """DUN-09: 400.00 of 751.80 paid on 04-20; on 04-28 principal 351.80 and late fee 5.17 are demanded."""
    bill = records.bill(home)
    records.paid(home, "400.00", "04-20 10:00")
    number = records.dunned(home, "04-28", [(bill, SECOND)], seal=SEAL)

    said = read(printed(home, FeeForm.SECOND_NOTICE, number, "04-28 10:00").content)

    for words in (
        "第二次催款通知单",
        "这是第二次提醒:截至2026年4月28日,贵户(1-101)尚欠356.97元(含滞纳金5.17元),",
        "请于收到本通知10日内缴清,或与我们联系说明情况。",
        "2026-04-10二次催款351.805.17356.97",
        "合计351.805.17356.97",
        "人民币叁佰伍拾陆元玖角柒分(小写)¥356.97",
        f"用印登记号:{SEAL}用印批准人:朱静怡(M001)",
        "公章",
        "缴清期限收到之日起10日内",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("stage", "form", "words"),
    [
        (FIRST, FeeForm.FIRST_NOTICE, "温馨提示:截至2026年4月13日,贵户(1-101)尚欠752.93元(含滞纳金1.13元)"),
        (FINAL, FeeForm.FINAL_NOTICE, "如收到本通知后10日内仍未缴清,我们将依合同通过法律途径解决。"),
    ],
)
def test_each_step_has_its_own_words_and_threatens_with_nothing_forbidden(home, stage, form, words):
    number = records.dunned(home, "04-13", [(records.bill(home), stage)], seal=SEAL)

    said = read(printed(home, form, number).content)

    assert form.label in said
    assert words in said
    assert [lever for lever in ("停水", "停电", "停气", "停暖", "门禁", "电梯", "放行", "公示") if lever in said] == []


def test_bills_of_several_steps_stand_on_one_sheet_each_with_its_own(home):
    bills = [
        (records.bill(home, "2026Q1", due="01-12"), SECOND),
        (records.bill(home, "202603", "300.00", "03-31", item=FeeItem.PARKING, kind=BillKind.SINGLE), FIRST),
    ]
    number = records.dunned(home, "04-13", bills, seal=SEAL)

    said = read(printed(home, FeeForm.SECOND_NOTICE, number).content)

    assert "2026-01-12二次催款751.8034.21786.01" in said
    assert "停车费2026年3月" in said
    assert "2026-03-31首次催款300.001.95301.95" in said
    with pytest.raises(LedgerRefusedError, match="首次催款通知单"):
        printed(home, FeeForm.FIRST_NOTICE, number)


def test_without_a_clause_in_the_contract_no_notice_speaks_of_a_late_fee(home):
    """LAT-04."""
    number = records.dunned(home, "04-28", [(records.bill(home, clause=False), FIRST)], seal=SEAL)
    with home.begin() as connection:
        connection.execute(text("ALTER TABLE fee_terms DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE fee_terms SET late_fee_clause = false WHERE unit = '1-103'"))
    records.billed_quarter(home)

    dunning = read(printed(home, FeeForm.FIRST_NOTICE, number, "04-28 10:00").content)
    bill_notice = read(printed(home, FeeForm.BILL_NOTICE, notice_of(home, "1-103-Y1"), "03-27 10:00").content)

    assert "贵户(1-101)尚欠751.80元,请于收到本通知10日内缴清。" in dunning
    assert "滞纳金" not in dunning
    assert "滞纳金" not in bill_notice


def test_a_dunning_notice_without_a_registered_seal_is_not_printed_but_as_a_proof(home):
    """DUN-13 (print side)."""
    number = records.dunned(home, "04-13", [(records.bill(home), FIRST)])

    with pytest.raises(LedgerRefusedError, match="登记用印") as refused:
        printed(home, FeeForm.FIRST_NOTICE, number)
    proof = printed(home, FeeForm.FIRST_NOTICE, number, proof=True)

    assert refused.value.code == "seal_missing"
    assert proof.copy is None
    assert "未用印,不得送达" in read(proof.content)
    assert "样张" in read(proof.content)
    with home.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM fee_prints")).scalar_one() == 0


def test_a_sheet_of_many_bills_runs_over_and_says_so_on_each_page(home):
    months = [f"2022{month:02}" for month in range(1, 13)] + [f"2023{month:02}" for month in range(1, 13)]
    bills = [
        (records.bill(home, month, "10.00", "01-12", item=FeeItem.SERVICE, kind=BillKind.SINGLE), FIRST)
        for month in months
    ]
    number = records.dunned(home, "04-13", bills, seal=SEAL)

    first, second = pages(printed(home, FeeForm.FIRST_NOTICE, number).content)

    assert "第1页共2页" in first
    assert "第2页共2页" in second
    assert f"阳光花园首次催款通知单{number}" in second
    assert "签收回执" in second


def test_a_receipt_tells_for_what_how_much_and_who_took_it(home):
    records.bill(home)
    payment = records.paid(home, "800.00", "04-20 10:00")
    number = records.receipt(home, payment, "800.00", "04-20 10:01")

    said = read(printed(home, FeeForm.RECEIPT, f"{number:07}", "04-20 10:02").content)

    for words in (
        "No.0001201",
        "交款人钱思齐房号1-101",
        "物业管理费2026年第二季度1-101-Y1/2026Q2751.80",
        # 751.80 × 0.0005 × 10 days
        "滞纳金(物业管理费)2026年第二季度1-101-Y1/2026Q23.76",
        "预收账款·预存44.44",
        "人民币捌佰元整(小写)¥800.00",
        f"收款方式现金收款单号{payment}收款时间2026-04-2010:00",
        "收款人:施晓岚(C001)",
    ):
        assert words in said
    assert "作废" not in said


def test_a_void_receipt_says_so_across_the_paper_and_keeps_the_reason_to_itself(home):
    records.bill(home)
    number = records.receipt(home, records.paid(home, "100.00", "04-20 10:00"), "100.00", "04-20 10:01")
    _ask(home, number, "04-20 10:05", copies_kept=True)
    with home.begin() as connection:
        grant_void(connection, home.personal, community=CODE, number=number, approver=SUPERVISOR, at=at("04-20 10:06"))

    said = read(printed(home, FeeForm.RECEIPT, str(number), "04-20 10:10").content)

    assert said.count("作废") > 1
    assert "批准人" in said
    assert "户名写错" not in said


def test_a_red_receipt_is_negative_and_names_what_it_reverses(home):
    records.bill(home)
    number = records.receipt(home, records.paid(home, "100.00", "04-20 10:00"), "100.00", "04-20 10:01")
    _ask(home, number, "04-21 10:05", copies_kept=False)
    with home.begin() as connection:
        red = grant_red(
            connection, home.personal, community=CODE, number=number, approver=records.FINANCE, at=at("04-21 10:06")
        ).red
        register_lost_copy(connection, CODE, number, at("04-21 10:07"))

    said = read(printed(home, FeeForm.RECEIPT, str(red), "04-21 10:10").content)
    original = read(printed(home, FeeForm.RECEIPT, str(number), "04-21 10:11").content)

    assert "人民币(红字)壹佰元整(小写)¥-100.00" in said
    assert f"红冲原收据No.{number:07}" in said
    assert "已红冲" in original
    assert "客户联已登记遗失" in original


def _ask(db: Database, number: int, moment: str, *, copies_kept: bool) -> None:
    with db.begin() as connection:
        ask_cancellation(
            connection, db.personal, community=CODE, number=number, cashier="C001", copies_kept=copies_kept,
            reason="户名写错", at=at(moment),
        )  # fmt: skip


def test_the_days_slip_has_its_cash_and_every_method_counted(home):
    records.bill(home)
    records.paid(home, "400.00", "04-20 10:00")
    records.paid(home, "51.80", "04-20 10:30")
    records.paid(home, "200.05", "04-20 11:00", PaymentMethod.QR_CODE)
    counted = {PaymentMethod.CASH: "451.80", PaymentMethod.QR_CODE: "200.05"}
    slip = records.closed_day(home, "04-20", counted, at("04-20 17:30"))

    said = read(printed(home, FeeForm.CASH_SLIP, slip, "04-20 17:40").content)

    assert f"编号:{slip}" in said
    assert "人民币肆佰伍拾壹元捌角(小写)¥451.80" in said
    assert "现金2451.80451.800.00扫码1200.05200.050.00" in said
    assert "√在途" in said
    assert "缴款人签字" in said


@pytest.mark.parametrize(
    ("form", "subject", "code"),
    [
        (FeeForm.BILL_NOTICE, "JF-2026-009999", "unknown_notice"),
        (FeeForm.RECEIPT, "0009999", "unknown_receipt"),
        (FeeForm.RECEIPT, "JF-2026-000001", "unknown_receipt"),
        (FeeForm.RECEIPT, "9" * 30, "unknown_receipt"),
        (FeeForm.CASH_SLIP, "JK-2026-009999", "unknown_slip"),
    ],
)
def test_what_is_not_there_is_not_printed(home, form, subject, code):
    with pytest.raises(LedgerRefusedError) as refused:
        printed(home, form, subject)
    assert refused.value.code == code


def test_without_a_chinese_font_nothing_is_printed_and_nothing_entered(home):
    number = records.dunned(home, "04-13", [(records.bill(home), FIRST)], seal=SEAL)

    with pytest.raises(FontMissingError):
        printed(home, FeeForm.FIRST_NOTICE, number, fonts=typst.Fonts(include_system_fonts=False))

    original = printed(home, FeeForm.FIRST_NOTICE, number)
    assert original.copy == 0
    assert len(fonts(original.content)) == 1


def test_what_a_paper_says_is_also_seen_on_it():
    """A PDF may name characters that are drawn blank: heading and mark are looked for as drawn outlines."""
    stamp = PrintStamp("阳光花园", at("04-20 17:30"), "2026-04-20 17:30", "收银员 施晓岚")
    content = content_of([_blank_slip(copy=2)], stamp, fonts_of_this_process())

    drawn = typst.compile(
        TEMPLATES / "fee_papers.typ", root=TEMPLATES, font_paths=fonts_of_this_process(), format="svg",
        sys_inputs={"data": json.dumps(content)},
    )  # fmt: skip

    assert stands("缴款单", [drawn], 18.0)
    assert stands("补打", [drawn], 10.5)


def _blank_slip(copy: int) -> FeePaper:
    names = (
        "number", "day", "cash", "in_words", "destination", "bank_reference", "banked_at", "closed_at", "closed_by",
        "received_by",
    )  # fmt: skip
    lists: dict[str, object] = {"destinations": [], "methods": [], "notes": ["100元"]}
    fields = {**dict.fromkeys(names, ""), **lists, "title": FeeForm.CASH_SLIP.label}
    return FeePaper(FeeForm.CASH_SLIP, "JK-2026-000001", fields, copy)
