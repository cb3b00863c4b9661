"""What the API answers when it does not do as asked: RFC 9457 problem details with a stable ``code``.

The ``code`` is for machines and never changes; ``detail`` tells a person in zh-CN what to do. No answer repeats
what was submitted, names an exception or shows a trace: an ID number typed into the wrong field stays there.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from activities.opening.refused import CaseRefusedError
from starters.intake_api.cash_problems import CASH_REFUSALS
from starters.intake_api.fee_problems import FEE_CASE_REFUSALS, LEDGER_REFUSALS
from starters.intake_api.field_errors import FieldError, field_errors

_log = structlog.get_logger(__name__)
MEDIA_TYPE: Final = "application/problem+json"

REFUSALS: Final[Mapping[str, tuple[int, str]]] = {
    # a case's own refusals: what was said
    "invalid_details": (422, "办理内容不完整或格式不对:请核对后重新提交"),
    "unknown_clock": (422, "本单没有这一项正在计时的时限"),
    "deadline_in_past": (422, "新的期限必须晚于现在"),
    "appointment_in_past": (422, "预约时间已过:请改约,或不填以尽快上门"),
    "promise_in_past": (422, "承诺日期不能早于今天"),
    "rectify_by_in_past": (422, "整改日期不能早于今天"),
    "rectify_by_required": (422, "客户不满意,请与客户约定整改日期"),
    "reply_time_required": (422, "新意见不能当场答复的,要告诉客户什么时候答复"),
    "matter_incomplete": (422, "请写明客户提出的新意见"),
    "unknown_matter": (422, "没有这项待答复的意见:请核对序号"),
    "answer_required": (422, "请写明怎样答复了客户"),
    "answers_missing": (422, "三个问题都要有答案,客户没有回答的填“未答”"),
    "reason_required": (422, "请写明原因"),
    "opinion_required": (422, "请写明审阅意见"),
    "letter_required": (422, "请写明公开信的编号"),
    "signature_required": (422, "须有客户签名"),
    "second_signer_required": (422, "客户拒签时,要有第二名员工的工号和拒签原因"),
    "receipt_required": (422, "请写明收据号"),
    "receipts_required": (422, "代办垫付的款项要附票据"),
    "performer_required": (422, "请写明服务人员的工号"),
    "bad_quote": (422, "报价有误:请按提示更正"),
    "bad_amount": (422, "金额必须大于0,最多两位小数"),
    "beyond_confirmed": (422, "金额不能超过客户已确认的金额"),
    "over_collected": (422, "收款超过应收金额"),
    "same_trade": (422, "请填写应派的工种"),
    "same_person": (422, "该技工已在本单上,请增派另一人"),
    "not_a_repair": (422, "请填写另一张报修单的单号"),
    # who said it
    "beyond_authority": (403, "超出该岗位的权限:请由上一级决定"),
    "not_the_assignee": (403, "只能由本单的经办人办理"),
    "own_quote": (403, "报价人不能审核自己的报价,请由他人审核"),
    "own_revisit": (403, "不能审阅自己做的回访"),
    "own_entry": (403, "补单须由他人核实"),
    # the state of the case
    "not_allowed_in_state": (409, "单据当前状态不能进行此操作"),
    "hazard_outranks": (409, "单据的紧急程度不能降低"),
    "backfill_unproven": (409, "补单须由工程主管核实,请等待核实结果"),
    "no_backfill_to_review": (409, "本单不是待核实的补单"),
    "no_quote_proposed": (409, "没有等待客户确认的报价"),
    "no_quote_under_review": (409, "没有等待审核的报价"),
    "no_dispute": (409, "本单没有待裁定的费用异议"),
    "nothing_to_dispute": (409, "本单没有可提出异议的费用,或异议已在处理"),
    "charge_disputed": (409, "费用异议尚未裁定,暂不收款"),
    "no_contractor_awaited": (409, "本单没有等待电梯维保单位到场"),
    "no_developer_ports": (409, "本项目未启用开发商端口,责任端口只能是物业"),
    "emergency_cannot_wait": (409, "紧急报修不能改约"),
    "has_merged_cases": (409, "已有其他报修并入本单,请把对方并入本单"),
    "reopen_window_over": (409, "已过返修期限,请另立新单"),
    "onsite_required": (409, "这次回访必须上门"),
    "quiet_hours": (409, "现在是免打扰时间,请换个时间致电"),
    **FEE_CASE_REFUSALS,
}
"""With what a case can refuse an action that the table of allowed actions would let through, and the table itself."""

CATALOGUE: Final[Mapping[str, tuple[int, str]]] = {
    **REFUSALS,
    **LEDGER_REFUSALS,
    **CASH_REFUSALS,
    # the caller
    "token_required": (401, "请求没有携带访问令牌:请在 Authorization 头中以 Bearer 方式提交"),
    "invalid_token": (401, "访问令牌无效、已过期或已撤销:请向管理员申请新的令牌"),
    "invalid_signature": (401, "消息签名缺失、过期或不符:请检查签名密钥与时钟"),
    "not_allowed_for_role": (403, "该令牌的岗位无权进行此操作"),
    "too_many_failed_logins": (429, "令牌错误次数过多:请稍后再试"),
    "too_many_requests": (429, "请求过于频繁:请按 Retry-After 稍后再试"),
    # what was asked for
    "unknown_route": (404, "没有这个地址:请查阅 /docs"),
    "unknown_community": (404, "没有这个项目,或该令牌不可访问"),
    "unknown_case": (404, "本项目没有这张单据:请核对编号"),
    "unknown_delivery": (404, "本项目没有以这个编号交出过消息:请核对 webhook-id"),
    "unknown_message": (404, "收件箱里没有这条消息,或它是发给别人的"),
    "method_not_allowed": (405, "该地址不支持这种请求方法:请查阅 /docs"),
    # what was sent
    "malformed_json": (400, "请求正文不是有效的 JSON(UTF-8):请检查格式"),
    "idempotency_key_required": (400, "请在 Idempotency-Key 头中给出本次请求的唯一标识"),
    "idempotency_key_invalid": (400, "Idempotency-Key 应为 8 至 128 个字母、数字或 . _ : - 字符"),
    "body_too_large": (413, "请求正文过大:请缩短内容"),
    "invalid_request": (422, "请求内容不符合要求:请按 errors 逐项更正"),
    "invalid_cursor": (422, "翻页标记无效:请从第一页重新读取"),
    "unknown_action": (422, "这类单据没有这一操作"),
    "unknown_unit": (422, "本项目没有这个房号或公共部位编码:请核对后重报"),
    "unknown_price_item": (422, "《收费标准》中没有这个项目编码:请核对,或写明名称和单价按目录外报价"),
    "unknown_staff": (422, "本项目没有这个工号的在岗员工:请核对工号"),
    "backfill_not_yours": (403, "补单只能由前台、中控室、客服主管或工程主管录入"),
    "backfill_in_future": (422, "补单的时间不能晚于现在:请按中控室记录填写"),
    "backfill_out_of_order": (422, "补单的时间顺序不对:应为来电、到场、完工"),
    "backfill_too_old": (422, "来电已超过3日,不能补单:请工程主管核实后按新报修登记"),
    "unknown_technician": (422, "本项目没有这个工号的在岗维修技工:请核对工号"),
    "unknown_attachment": (404, "本项目没有这个附件:请核对附件号,或先上传"),
    "attachment_empty": (422, "文件是空的:请重新选择照片"),
    "attachment_too_large": (413, "文件超过15MB:请压缩后再上传"),
    "attachment_not_an_image": (422, "不是照片:请上传 JPEG、PNG、WebP 或 HEIC"),
    "attachment_too_many_pixels": (422, "图片像素过大:请缩小后再上传"),
    "attachment_damaged": (422, "图片已损坏或不完整:请重新拍摄或上传"),
    "form_not_of_case": (422, "这类单据没有这种表单:请核对单号与表单"),
    "policy_refused": (422, "政策未发布:请按 errors 逐项更正"),
    "roster_refused": (422, "名册未导入,数据没有变动:请按 errors 逐行更正后重新上传"),
    # the state of things
    "idempotency_key_reused": (409, "该 Idempotency-Key 已用于另一内容:新的请求请换新的键"),
    "idempotency_key_expired": (409, "该 Idempotency-Key 已过期:新的请求请换新的键"),
    "case_closed": (409, "单据已关闭,不再办理"),
    "no_policy_in_force": (409, "本项目没有生效的政策,不能受理"),
    # us
    "internal_error": (500, "系统内部错误,已记录:请稍后用同一个 Idempotency-Key 重试"),
    "number_taken": (503, "编号冲突,已报警:请换一个新的 Idempotency-Key 重发"),
    "not_ready": (503, "系统正在启动,尚未取得项目资料:请稍后重试"),
    "snapshot_expired": (503, "项目资料已超过 24 小时未更新,暂停受理:请联系管理员恢复数据库"),
    "records_unavailable": (503, "记录库暂时不可用:请稍后重试"),
    "attachments_unavailable": (503, "附件库暂时不可用:请稍后用同一个 Idempotency-Key 重试"),
    "font_missing": (503, "没有中文字体,不能打印:请管理员安装 fonts-wqy-microhei 或 fonts-noto-cjk 后重新启动"),
    "case_not_running": (503, "单据的流程没有在运行,来件已留存,尚未办理:请通知管理员恢复流程,再原样重发"),
    "live_view_unavailable": (503, "单据的实时状态暂时查不到:请稍后再试"),
    "outcome_unknown": (504, "暂时无法得知办理结果:请用同一个 Idempotency-Key 原样重发"),
}
"""Every code, with its HTTP status and what a person is told where nothing more exact is known."""

_OF_STATUS: Final[Mapping[int, str]] = {
    400: "malformed_json",
    404: "unknown_route",
    405: "method_not_allowed",
    413: "body_too_large",
}
_RETRY_AFTER_SECONDS: Final = 5


class ProblemDetails(BaseModel):
    """RFC 9457 problem details. ``code`` is the stable name of the problem; ``errors`` names the wrong fields."""

    type: str = Field(examples=["urn:guanjia:problem:unknown_case"])
    title: str
    status: int
    code: str = Field(examples=["unknown_case"])
    detail: str
    state_label: str | None = Field(default=None, description="The case's state, where that is the reason.")
    errors: list[FieldError] | None = Field(default=None, description="Every wrong field, without its value.")


class ProblemError(Exception):
    """Raise it to answer with the problem of that code."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        state_label: str = "",
        errors: Sequence[FieldError] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.state_label = state_label
        self.errors = errors
        self.retry_after = retry_after


def response_of(problem: ProblemError) -> JSONResponse:
    """Return the HTTP answer of a problem."""
    status, text = CATALOGUE[problem.code]
    details = ProblemDetails(
        type=f"urn:guanjia:problem:{problem.code}",
        title=problem.code.replace("_", " "),
        status=status,
        code=problem.code,
        detail=problem.detail or text,
        state_label=problem.state_label or None,
        errors=list(problem.errors) or None,
    )
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503, 504):
        headers["Retry-After"] = str(problem.retry_after or _RETRY_AFTER_SECONDS)
    return JSONResponse(
        details.model_dump(mode="json", exclude_none=True), status, headers=headers, media_type=MEDIA_TYPE
    )


async def answer_problem(_: Request, problem: Exception) -> JSONResponse:
    """Handle :class:`ProblemError`."""
    assert isinstance(problem, ProblemError)  # noqa: S101 - registered for it
    return response_of(problem)


async def answer_refusal(_: Request, refused: Exception) -> JSONResponse:
    """Handle a case's refusal: its own words where it has some."""
    assert isinstance(refused, CaseRefusedError)  # noqa: S101 - registered for it
    if refused.code not in CATALOGUE:
        _log.error("refusal_not_in_catalogue", code=refused.code)
        return response_of(ProblemError("internal_error"))
    return response_of(ProblemError(refused.code, refused.message, state_label=refused.state_label))


async def answer_invalid_request(_: Request, invalid: Exception) -> JSONResponse:
    """Handle a request that does not fit its model; JSON that cannot be read is a problem of its own."""
    assert isinstance(invalid, RequestValidationError)  # noqa: S101 - registered for it
    errors = invalid.errors()
    if any(error["type"] == "json_invalid" for error in errors):
        return response_of(ProblemError("malformed_json"))
    return response_of(ProblemError("invalid_request", errors=field_errors(errors)))


async def answer_http_error(_: Request, error: Exception) -> JSONResponse:
    """Handle what the framework raises: unknown routes and methods, bodies too large or unreadable."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    response = response_of(ProblemError(_OF_STATUS.get(error.status_code, "internal_error")))
    if error.headers and "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


_OF_EVERY_KNOWN_CALLER: Final = (
    "token_required",
    "invalid_token",
    "not_allowed_for_role",
    "unknown_community",
    "malformed_json",
    "body_too_large",
    "invalid_request",
    "too_many_requests",
    "too_many_failed_logins",
    "not_ready",
    "snapshot_expired",
)


def documented(*codes: str, known_callers: bool = True) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of a route: with these codes, and those that its kind can always answer."""
    by_status: dict[int | str, list[str]] = {}
    for code in (*codes, *(_OF_EVERY_KNOWN_CALLER if known_callers else ()), "internal_error"):
        by_status.setdefault(CATALOGUE[code][0], []).append(code)
    return {
        status: {
            "description": ", ".join(f"`{code}`" for code in sorted(names)),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
        }
        for status, names in by_status.items()
    }


def schemas() -> dict[str, Any]:
    """Return the components that :func:`documented` refers to."""
    schema = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "ProblemDetails": schema}
