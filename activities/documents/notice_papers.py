"""《缴费通知单》 and 《催款通知单》: what stands on them (S4 4.2.1.4, .8–.10; §9.6; ``docs/domain/fees.md``).

A notice says what it said when it was issued, on every print. Only the day until which a bill may be paid moves while
the notice has not gone out: who sends late leaves the customer his days (F10).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from activities.documents.amount_in_words import amount_in_words
from activities.documents.fee_forms import NOTICE_FORMS, FeeForm
from activities.documents.letterhead import Letterhead
from activities.documents.notice_reading import NoticeFacts
from activities.documents.paper import Fields
from activities.documents.wording import amount, quantity, sentence, term, text
from workflows.messages.arrears import DunningStage
from workflows.messages.ledger import BillKind, FeeItem
from workflows.rules.amounts import ZERO, to_cents
from workflows.rules.fee_calendar import late_dispatch_due
from workflows.rules.quarters import Quarter

UNSEALED: Final = "未用印,不得送达"
_PAID: Final = "如在收到本通知前已经缴清,请忽略本通知,感谢您的支持。"
_RECEIPT: Final = "缴费后请当场索取收据,并核对收据号。"


def form_of(facts: NoticeFacts) -> FeeForm:
    """Which form the notice is printed on."""
    return NOTICE_FORMS[facts.notice.kind]


def seal_missing(facts: NoticeFacts, letterhead: Letterhead) -> bool:
    """Whether the notice needs the company's seal and its use has not been registered 用印登记 (DUN-13)."""
    return facts.notice.kind in letterhead.policy.dunning.sealed and not facts.notice.seal


def notice_fields(facts: NoticeFacts, letterhead: Letterhead) -> Fields:
    """What stands on the notice."""
    of_its_form = _bill_notice if form_of(facts) is FeeForm.BILL_NOTICE else _dunning_notice
    notice = facts.notice
    return {
        "number": notice.number,
        "issued_on": chinese_day(notice.issued_on),
        "unit": text(notice.unit),
        "payer": facts.payer.name,
        "payer_kind": facts.payer.kind,
        "account": notice.account,
        "area": letterhead.areas.get(notice.steward_area, notice.steward_area),
        "steward": letterhead.staff(letterhead.stewards.get(notice.steward_area, "")),
        "total": amount(notice.total),
        "total_in_words": amount_in_words(max(notice.total, ZERO)),
        "written_by": letterhead.staff(notice.written_by),
        "ways": _sentences(
            "现金、POS刷卡、扫码:到物业客服中心收银处缴纳。",
            f"银行转账、代扣:按物业服务合同载明的账户办理,附言请注明房号{text(notice.unit)}和本通知单编号。",
            _RECEIPT,
        ),
        **of_its_form(facts, letterhead),
    }


def chinese_day(day: date) -> str:
    """A day as it is written in a letter: 「2026年4月28日」."""
    return f"{day.year}年{day.month}月{day.day}日"


def period_label(code: str) -> str:
    """A bill's period as people say it: 「2026年第二季度」, 「2026年5月」; the code where it is neither."""
    quarter = code.removesuffix("-L").removesuffix("-L2")
    try:
        return Quarter.parse(quarter).label
    except ValueError:
        month = code if len(code) == 6 and code.isascii() and code.isdigit() else ""
        return f"{month[:4]}年{int(month[4:])}月" if month else text(code)


def bill_label(bill: Any) -> str:
    """What a bill is for, such as 「物业管理费」, 「物业管理费(期初欠费)」."""
    item = term(FeeItem, bill.item)
    return item if bill.kind in (BillKind.QUARTER, BillKind.SINGLE) else f"{item}({term(BillKind, bill.kind)})"


def _bill_notice(facts: NoticeFacts, letterhead: Letterhead) -> Fields:
    """《缴费通知单》: the bill month by month, what is carried forward, and until when to pay."""
    notice, line = facts.notice, facts.notice.lines[0]
    bill = facts.bills[line["bill"]]
    pay_by = chinese_day(_pay_by(facts, bill, letterhead))
    arrears = _decimal(line, "arrears")
    included = f"(含上期欠费{amount(arrears)}元)" if arrears else ""
    of_what = f"{notice.unit} {period_label(bill.period)}{bill_label(bill)}"
    letter = f"{of_what}{amount(notice.total)}元{included},请于{pay_by}前缴纳,感谢支持。"
    if notice.total <= 0:
        letter = f"{of_what}已由预存款足额抵扣,本期无须缴纳,感谢支持。"
    return {
        "title": "缴费通知单",
        "item": bill_label(bill),
        "period": period_label(bill.period),
        "bill": bill.number,
        "pay_by": pay_by,
        "floor_area": quantity(facts.table.area) if facts.table else "",
        "price": _price(facts.table.price) if facts.table else "",
        "letter": sentence(letter),
        "charges": [_charge(row) for row in facts.charges if row.kind == "charge"],
        "sums": _bill_sums(facts, bill, letterhead),
        "remarks": _bill_remarks(bill, letterhead, facts),
    }


def _charge(row: Any) -> Fields:
    return {
        "month": f"{row.month.year}年{row.month.month}月",
        "days": f"{row.first_day:%m-%d} 至 {row.last_day:%m-%d}",
        "count": str(row.days),
        "monthly": amount(row.monthly),
        "factor": _percent(row.factor),
        "amount": amount(row.amount),
    }


def _bill_sums(facts: NoticeFacts, bill: Any, letterhead: Letterhead) -> list[Fields]:
    """The columns of S4's table that come to 本期应缴; a late fee only where a contract knows one (LAT-04)."""
    line, table = facts.notice.lines[0], facts.table
    charge = table.charge if table else _decimal(line, "principal")
    late_fee = _decimal(line, "arrears_late_fee") + _decimal(line, "late_fee")
    sums = [("本期应收", charge)]
    if table:
        sums += [("上期调整", table.adjustment), ("上期欠费", _decimal(line, "arrears"))]
    if late_fee or _has_late_fee(bill, letterhead):
        until = f"(计至{chinese_day(table.extracted_on)})" if table else ""
        sums.append((f"滞纳金{until}", late_fee))
    if prepaid := _decimal(line, "prepaid"):
        sums.append(("预存抵扣", -prepaid))
    return [{"name": name, "amount": amount(value)} for name, value in sums]


def _bill_remarks(bill: Any, letterhead: Letterhead, facts: NoticeFacts) -> list[str]:
    remarks = []
    if _has_late_fee(bill, letterhead):
        rate = letterhead.policy.late_fee.daily if bill.late_fee_daily is None else bill.late_fee_daily
        from_day = chinese_day(_pay_by(facts, bill, letterhead) + timedelta(days=1))
        remarks.append(f"逾期未缴的,自{from_day}起按合同约定,每日按未缴本金的{_percent(rate)}计收滞纳金(违约金)。")
    if facts.notice.total > bill.principal:
        remarks.append("上期欠费仍按原账单的期限计算,列于本单仅为提示;先缴的款项先抵最早的欠费,您另有指定的除外。")
    return _sentences(*remarks, _dispute(letterhead), _PAID)


def _pay_by(facts: NoticeFacts, bill: Any, letterhead: Letterhead) -> date:
    """The bill's due day; a notice that has not gone out leaves the days that it would if it went out today (F10)."""
    due_on: date = bill.due_on
    if facts.notice.sent_at is not None or bill.kind != BillKind.QUARTER:
        return due_on
    if letterhead.today <= Quarter.parse(bill.period).previous.last_day:
        return due_on
    policy = letterhead.policy
    return late_dispatch_due(due_on, letterhead.today, policy.fee, letterhead.calendar, policy.calendar.customer_roll)


def _dunning_notice(facts: NoticeFacts, letterhead: Letterhead) -> Fields:
    """《催款通知单》: each bill's stage, principal and late fee to the day of issue; what comes next (DUN-09)."""
    notice = facts.notice
    form = form_of(facts)
    with_late_fee = notice.late_fee > 0 or any(_has_late_fee(bill, letterhead) for bill in facts.bills.values())
    lines = [_dunned(line, facts.bills[line["bill"]], letterhead) for line in notice.lines]
    return {
        "title": form.label,
        "letter": sentence(_letter(facts, letterhead, with_late_fee=with_late_fee)),
        "with_late_fee": with_late_fee,
        "as_of": chinese_day(notice.issued_on),
        "lines": lines,
        "principal": amount(notice.principal),
        "late_fee": amount(notice.late_fee),
        "days": f"收到之日起{_days(form, letterhead)}日内",
        "needs_seal": notice.kind in letterhead.policy.dunning.sealed,
        "seal": text(notice.seal),
        "seal_approved_by": letterhead.staff(facts.seal_approved_by),
        "remarks": _sentences(*_late_fee_goes_on(with_late_fee=with_late_fee), _dispute(letterhead), _PAID),
    }


def _letter(facts: NoticeFacts, letterhead: Letterhead, *, with_late_fee: bool) -> str:
    notice, form = facts.notice, form_of(facts)
    owed = f"{amount(notice.total)}元"
    late = f"(含滞纳金{amount(notice.late_fee)}元)" if with_late_fee else ""
    as_of, days = chinese_day(notice.issued_on), _days(form, letterhead)
    if form is FeeForm.FIRST_NOTICE:
        return f"温馨提示:截至{as_of},贵户({notice.unit})尚欠{owed}{late},请于收到本通知{days}日内缴清。"
    if form is FeeForm.SECOND_NOTICE:
        return (
            f"这是第二次提醒:截至{as_of},贵户({notice.unit})尚欠{owed}{late},"
            f"请于收到本通知{days}日内缴清,或与我们联系说明情况。"
        )
    return (
        f"这是最后一次通知:截至{as_of},贵户({notice.unit})尚欠{owed}{late}。"
        f"如收到本通知后{days}日内仍未缴清,我们将依合同通过法律途径解决。"
    )


def _days(form: FeeForm, letterhead: Letterhead) -> int:
    stages = [DunningStage.FIRST, DunningStage.SECOND, DunningStage.FINAL]
    return letterhead.policy.dunning.step_days[stages.index(form.stage or DunningStage.FIRST)]


def _dunned(line: Mapping[str, Any], bill: Any, letterhead: Letterhead) -> Fields:
    late_fee = _decimal(line, "late_fee")
    return {
        "bill": bill.number,
        "item": bill_label(bill),
        "period": period_label(bill.period),
        "due_on": str(line.get("due_on") or bill.due_on),
        "stage": term(DunningStage, line["stage"]),
        "principal": amount(_decimal(line, "principal")),
        "late_fee": amount(late_fee) if late_fee or _has_late_fee(bill, letterhead) else "—",
        "total": amount(_decimal(line, "principal") + late_fee),
    }


def _late_fee_goes_on(*, with_late_fee: bool) -> list[str]:
    return ["滞纳金计至本通知开具之日,以实际缴清之日重新计算为准。"] if with_late_fee else []


def _dispute(letterhead: Letterhead) -> str:
    """What a customer may do who does not agree (§9.6)."""
    within = letterhead.policy.dunning.dispute_answer.limit.label
    return f"对费用有异议的,请以书面逐项说明,我们在{within}内答复;有异议的部分在答复前暂停催缴。"


def _has_late_fee(bill: Any, letterhead: Letterhead) -> bool:
    """Whether the contract knows a late fee, or the policy charges one without."""
    return bool(bill.late_fee_clause) or not letterhead.policy.late_fee.require_contract_clause


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"


def _sentences(*lines: str) -> list[str]:
    return [sentence(line) for line in lines]


def _price(price: Decimal) -> str:
    """CNY per m² and month: two places, or as many as it has."""
    return amount(price) if price == to_cents(price) else quantity(price)


def _decimal(line: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(str(line.get(name) or "0"))
