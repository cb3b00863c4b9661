"""With what the fee cases and the ledger refuse 收费拒绝事由: stable codes, HTTP status, and what to do."""

from collections.abc import Mapping
from typing import Final

FEE_CASE_REFUSALS: Final[Mapping[str, tuple[int, str]]] = {
    "stale_version": (409, "应收明细表已有新版本,请按现行版本审核"),
    "under_way": (409, "上一步正在入账,请稍候"),
    "rows_missing": (422, "退回更正须列明退回的明细及原因"),
    "handed_over_already": (409, "明细表已移交管家"),
    "gathered_already": (409, "本月有偿服务已汇总"),
    "not_gathered": (409, "请先完成本月有偿服务汇总,再报送月报"),
    "unknown_sheet": (422, "没有这份待办的催款通知单,请核对编号"),
    "no_open_sheet": (409, "没有待办的催款通知单"),
    "seal_missing": (409, "该通知单尚未登记用印,不得派发"),
    "invalid_day": (422, "签收日期应在开具之日与今天之间"),
    "evidence_missing": (422, "张贴送达须有照片和见证人"),
    "dispute_open": (409, "已有异议待答复,请先答复"),
    "unknown_bill": (422, "账单不存在、已结清,或不属于该账户"),
    "invalid_amount": (422, "金额应大于0,最多两位小数,且不超过未缴本金"),
    "invalid_plan": (422, "分期计划有误:各期须依次递增且合计等于所欠本金"),
    "forbidden_lever": (422, "不得以停水停电停气停暖、门禁电梯、放行条或公示姓名等方式催缴"),
    "unknown_means": (422, "没有这种后续方式"),
}
"""What a fee case can refuse besides the table of allowed actions."""

LEDGER_REFUSALS: Final[Mapping[str, tuple[int, str]]] = {
    "unknown_account": (422, "本项目没有这个缴费账户:请核对编码"),
    "unknown_household": (422, "名册中该房号没有这一天入住的住户:请核对入住日期"),
    "no_open_shift": (409, "没有当班:请先开班再收款"),
    "transaction_reused": (409, "这笔银行流水已经入账到别的账户或金额不同:请核对流水号"),
    "value_date_too_old": (422, "到账日期过早,超出本项目政策允许补录的天数:请核对日期"),
    "bank_reference_required": (422, "请填写银行流水号"),
    "two_persons": (403, "须由另一人办理或确认"),
    "three_persons": (403, "须由三人分别录入和批准"),
    "supervisor_only": (403, "只能由客服主管以上办理"),
    "fact_in_future": (422, "事实日期不能晚于今天:发生后再登记"),
    "no_permit": (409, "该房号没有可撤销的装修许可"),
    "permit_not_cancellable": (409, "已过撤销期限或已施工,全价不变"),
    "taken_over_already": (409, "该房号已收房:业主变更请登记过户"),
    "unknown_payment": (404, "没有这笔收款:请核对编号"),
    "prepayment_refunded": (409, "该笔收款的预存已退还,不能冲回"),
    "unknown_notice": (404, "没有这个编号的缴费通知单"),
    "not_your_area": (403, "通知单不在您负责的片区"),
    "amount_differs": (409, "填写金额与应收明细表不符,不能派发:请核对后重写"),
    "nothing_to_credit": (409, "应减金额超过该期间已出账金额:请财务部核对账单"),
    "unknown_period": (422, "期间应写成 2026-04(月)、2026Q2(季)、2026H1(半年)或 2026(年)"),
    "unknown_table": (404, "没有这一季度的应收明细表"),
    "period_out_of_reach": (422, "只能开立前后一年内的季度或月份:请核对日期"),
    "fact_too_old": (422, "收房日期超过三年,不能补登:请由财务部按期初欠费登记"),
    "unknown_receipt": (404, "没有这张收据:请核对收据号"),
    "unknown_slip": (404, "没有这张缴款单:请核对编号"),
    "selection_missing": (422, "请指明编号、片区、季度或开具日期"),
    "no_notices": (404, "没有符合条件的通知单"),
    "too_many_notices": (422, "一次打印的通知单太多:请按片区分批打印"),
    "printed_meanwhile": (409, "同一单据刚被他人打印,本次作废:请再打印一次"),
    "fees_not_charged": (409, "本项目的政策不收物业费"),
}
"""What the ledger can refuse."""
