"""What becomes of each personal column when a person is erased 删除规则: one entry for every sealed column there is.

A test walks the tables and fails for a sealed column or an index of telephone numbers that is not here, so a new
column needs a decision. Why each is as it is: ``docs/decisions/0028-erasing-a-person.md``.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Treatment(StrEnum):
    """What becomes of a column 处理方式.

    ``WORD`` is replaced by :data:`ERASED`, so that one sees that something was there. ``EMPTIED`` becomes NULL: a
    number or address that reads 已删除 would be written to. The others stay, for the reason that they name.
    """

    WORD = "word"
    EMPTIED = "emptied"
    KEPT_ACCOUNTS = "kept_accounts"
    KEPT_EMPLOYMENT = "kept_employment"
    KEPT_NOT_A_CUSTOMERS = "kept_not_a_customers"

    @property
    def label(self) -> str:
        """The Chinese term, with the law it follows from."""
        return _LABELS[self]

    @property
    def erases(self) -> bool:
        """Whether nothing of the person is left in the column."""
        return self in {Treatment.WORD, Treatment.EMPTIED}


_LABELS: Final[dict[Treatment, str]] = {
    Treatment.WORD: "改为「已删除」",
    Treatment.EMPTIED: "清空",
    Treatment.KEPT_ACCOUNTS: "会计资料,保存期未满(《会计档案管理办法》第十四条:凭证、账簿30年,其他10年)",
    Treatment.KEPT_EMPLOYMENT: "员工档案,履行劳动合同所必需(《劳动合同法》第五十条)",
    Treatment.KEPT_NOT_A_CUSTOMERS: "内部作业说明,不指向客户",
}

ERASED: Final = "已删除"
"""What stands where a person's word or name stood."""

_W, _E, _A = Treatment.WORD, Treatment.EMPTIED, Treatment.KEPT_ACCOUNTS

TREATMENT: Final[Mapping[str, Mapping[str, Treatment]]] = {
    "contacts": {"name": _W, "phone": _E, "mail": _E, "phone_index": _E},
    "cases": {
        "reporter_name": _W, "reporter_phone": _E, "reporter_mail": _E, "reporter_phone_index": _E, "description": _W,
    },
    "case_lines": {"reason": _W},
    "repair_records": {"place": _W},
    "work_orders": {"reason": _W, "work_done": _W, "materials": _W},
    "quotes": {"lines": _A, "reason": _W},
    "suspensions": {"reason": _W},
    "service_records": {"item": _W, "work_done": _W, "signed_by": _W},
    "revisit_tasks": {"opinion": _W},
    "revisit_records": {"suggestions": _W, "handled": _W, "refusal_reason": _W},
    "revisit_attempts": {"note": _W},
    "revisit_matters": {"text": _W, "answer": _W},
    "notifications": {"subject": _W, "body": _W, "provider_word": _W},
    "late_messages": {"text": _W, "sender_phone": _E},
    "unit_facts": {"evidence": _W},
    "arrears_reasons": {"note": _W},
    "journal_entries": {"reason": _A},
    "late_fee_waivers": {"reason": _A},
    "receipts": {"reason": _A},
    "money_requests": {"reason": _A},
    "money_signatures": {"note": _A},
    "fee_table_rows": {"reason": _A},
    "fee_tables": {"reason": Treatment.KEPT_NOT_A_CUSTOMERS},
    "fee_terms": {"reason": Treatment.KEPT_NOT_A_CUSTOMERS},
    "shift_counts": {"reason": Treatment.KEPT_NOT_A_CUSTOMERS},
    "staff": dict.fromkeys(("name", "phone", "mail", "phone_index"), Treatment.KEPT_EMPLOYMENT),
}  # fmt: skip
"""By table and column: every sealed column, and every index by which a telephone number is found."""
