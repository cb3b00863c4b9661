"""Requests that did not lead to what they asked for 未办成: what each way in says of them."""

from activities.opening.refused import CaseRefusedError

OUTCOME_UNKNOWN = "outcome_unknown"
"""Nobody can say whether the request was carried out: the same request with the same key tells."""
RECORDS_UNAVAILABLE = "records_unavailable"
"""PostgreSQL has to answer first: the same request with the same key, later."""


def outcome_unknown() -> CaseRefusedError:
    """No answer in time; resending is harmless, giving up is not."""
    return CaseRefusedError(OUTCOME_UNKNOWN, "暂时无法得知办理结果:请用同一个 Idempotency-Key 原样重发")


def records_unavailable() -> CaseRefusedError:
    """A late message cannot be kept just now, and must not be thought kept."""
    return CaseRefusedError(
        RECORDS_UNAVAILABLE, "记录库暂时不可用,来件尚未留存:请稍后用同一个 Idempotency-Key 原样重发"
    )


def case_not_running() -> CaseRefusedError:
    """The case never closed and yet takes no message: what came is kept, and somebody has to look after it."""
    return CaseRefusedError(
        "case_not_running",
        "单据的流程没有在运行,来件已留存,尚未办理:请通知管理员恢复流程,再用同一个 Idempotency-Key 原样重发",
    )


def unknown_case() -> CaseRefusedError:
    """No such case, or one of another community: nobody learns which."""
    return CaseRefusedError("unknown_case", "本项目没有这张单据:请核对编号")
