"""Names that outlive a release: kinds of case, workflow types, queues, search attributes.

This is the one registry of search attributes: processes write through it and the one-machine centre
and ``guanjia migrate`` register from it. No personal data may ever be put under any of these names.
"""

from enum import StrEnum
from typing import Final

from temporalio.common import SearchAttributeKey


class CaseKind(StrEnum):
    """Kind of case 单据类别. The value is the machine code; ``prefix`` begins the case number."""

    REPAIR = "repair"
    COMPLAINT = "complaint"
    REQUEST = "request"
    SPECIAL_SERVICE = "special_service"
    REVISIT = "revisit"
    MOVE_IN = "move_in"
    TRANSFER = "transfer"
    RENOVATION = "renovation"
    FEE_CYCLE = "fee_cycle"
    ARREARS = "arrears"
    FEE_MONTH = "fee_month"
    GOODS_PASS = "goods_pass"  # noqa: S105 - a slip of paper, not a secret

    @property
    def prefix(self) -> str:
        """Two letters that begin the case number, from the pinyin of the Chinese term."""
        return _KINDS[self][0]

    @property
    def label(self) -> str:
        """The Chinese term that people see."""
        return _KINDS[self][1]

    @property
    def is_of_fees(self) -> bool:
        """Whether it is about money that falls due by itself: nobody has reported it."""
        return self in _LEVELS

    @property
    def level_term(self) -> str:
        """What its level tells: an urgency, or which quarter, month or stage of dunning a fee case is about."""
        return _LEVELS.get(self, "紧急程度")


_LEVELS: Final[dict[CaseKind, str]] = {
    CaseKind.FEE_CYCLE: "季度",
    CaseKind.FEE_MONTH: "月份",
    CaseKind.ARREARS: "催缴阶段",
}
_KINDS: Final[dict[CaseKind, tuple[str, str]]] = {
    CaseKind.REPAIR: ("BX", "报修"),
    CaseKind.COMPLAINT: ("TS", "投诉"),
    CaseKind.REQUEST: ("RC", "日常事务"),
    CaseKind.SPECIAL_SERVICE: ("TY", "特约服务"),
    CaseKind.REVISIT: ("HF", "回访"),
    CaseKind.MOVE_IN: ("RH", "入伙"),
    CaseKind.TRANSFER: ("GH", "过户"),
    CaseKind.RENOVATION: ("ZX", "装修"),
    CaseKind.FEE_CYCLE: ("SF", "收费"),
    CaseKind.ARREARS: ("CJ", "催缴"),
    CaseKind.FEE_MONTH: ("YJ", "收费月结"),
    CaseKind.GOODS_PASS: ("FX", "放行"),
}


def kind_of(number: str) -> CaseKind | None:
    """Return the kind that a case number's prefix names, or None where no kind has that prefix."""
    return next((kind for kind in CaseKind if number[:3] == f"{kind.prefix}-"), None)


class TaskQueue(StrEnum):
    """Which worker does the work: one queue for each kind of worker, none for priorities (decision 0035)."""

    CASES = "guanjia-cases"
    """The processes, and the effects on the way of every case."""
    RECORDS = "guanjia-records"
    """Nothing new; what builds before 0.3.0 scheduled there is served until it is done."""
    NOTIFICATIONS = "guanjia-notifications"
    BILLING = "guanjia-billing"


class Activity(StrEnum):
    """Registered names of the activities; a name in a history is never changed."""

    WRITE_CASE = "records.write_case"
    OFFER_NEXT = "dispatching.offer_next"
    NOTIFY = "notifications.notify"
    RECALL = "records.recall"
    PLAN_REVISIT = "revisits.plan"
    UNCOUNT_REVISIT = "revisits.uncount"
    CHOOSE_VISITOR = "revisits.choose_visitor"
    OPEN_LINKED = "cases.open_linked"
    PASS_ON = "cases.pass_on"  # noqa: S105 - not a secret
    PLAN_CHUNKS = "billing.plan_chunks"
    ASSESS_CHUNK = "billing.assess_chunk"
    CLOSE_VERSION = "billing.close_version"
    CORRECT_ROWS = "billing.correct_rows"
    REVIEW_TABLE = "billing.review_table"
    ISSUE_BILLS = "billing.issue_bills"
    CYCLE_STANDING = "billing.cycle_standing"
    DAY_DUTIES = "billing.day_duties"
    GATHER_SERVICES = "billing.gather_services"
    SEND_FEE_REPORT = "billing.send_report"
    OPEN_FEES = "cases.open_fees"
    LIST_OVERDUE = "dunning.list_overdue"
    ACCOUNT_STANDING = "dunning.account_standing"
    ISSUE_SHEET = "dunning.issue_sheet"
    REGISTER_SEAL = "dunning.register_seal"
    RECORD_DELIVERY = "dunning.record_delivery"
    RECORD_DISPUTE = "dunning.record_dispute"
    CLOSE_ARREARS = "dunning.close_arrears"


REPAIR_WORKFLOW: Final = "Repair"
"""Workflow type of a repair 报修."""
SPECIAL_SERVICE_WORKFLOW: Final = "SpecialService"
"""Workflow type of a special service 特约服务."""
REVISIT_WORKFLOW: Final = "Revisit"
"""Workflow type of a revisit 回访."""
FEE_CYCLE_WORKFLOW: Final = "FeeCycle"
"""Workflow type of a community's quarter of fees 收费."""
ARREARS_WORKFLOW: Final = "Arrears"
"""Workflow type of an account's arrears 催缴."""
FEE_MONTH_WORKFLOW: Final = "FeeMonth"
"""Workflow type of a community's month of the cash desk 收费月结."""

FEE_OPENING_WORKFLOW: Final = "FeeOpening"
"""Workflow type by which a schedule opens a quarter's or a month's case."""

CASE_KIND: Final = SearchAttributeKey.for_keyword("CaseKind")
"""单据类别, the Chinese label of :class:`CaseKind`."""
CASE_STATE: Final = SearchAttributeKey.for_keyword("CaseState")
"""状态, the Chinese label of the process's state."""
COMMUNITY: Final = SearchAttributeKey.for_keyword("Community")
"""项目, the community's code."""
UNIT: Final = SearchAttributeKey.for_keyword("Unit")
"""房号, the code of the unit or public place."""
ASSIGNEE: Final = SearchAttributeKey.for_keyword("Assignee")
"""经办人, a staff code (工号), never a name."""
DUE_AT: Final = SearchAttributeKey.for_datetime("DueAt")
"""期限, the earliest deadline that still runs; unset when none does."""
LEVEL: Final = SearchAttributeKey.for_keyword("Level")
"""紧急程度 / 级别, the Chinese label."""
BREACHED: Final = SearchAttributeKey.for_bool("Breached")
"""是否超时, true from the first missed deadline on."""

SEARCH_ATTRIBUTES: Final = (CASE_KIND, CASE_STATE, COMMUNITY, UNIT, ASSIGNEE, DUE_AT, LEVEL, BREACHED)
"""All of them. A SQL store allows ten keywords and three of each other type."""

MEMO_KEY_DIGEST: Final = "key_digest"
"""Memo: SHA-256 of the caller and idempotency key that started the case."""
MEMO_BODY_DIGEST: Final = "body_digest"
"""Memo: SHA-256 of the request body that started the case."""
