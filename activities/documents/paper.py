"""The forms on paper 纸质表单, and what they are filled in from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from activities.documents import wording
from activities.records.case_queries import CaseRecordView
from workflows.messages.identifiers import CaseKind
from workflows.messages.people import Actor

Fields = dict[str, object]
"""What a template sets: text by name, or lists of such for its tables. Nothing in it is ever read as markup."""
Filled = TypeVar("Filled")


class PaperForm(StrEnum):
    """A form that can be printed; the value is its name in addresses and in the register of prints."""

    REPAIR_RECORD = "repair_record"
    WORK_ORDER = "work_order"
    REVISIT_RECORD = "revisit_record"
    SERVICE_RECORD = "service_record"

    @property
    def label(self) -> str:
        """The name that stands on the form."""
        return _FORMS[self][0]

    @property
    def prefix(self) -> str:
        """The letters that begin its print numbers, from the pinyin of its name."""
        return _FORMS[self][1]

    @property
    def kind(self) -> CaseKind:
        """The kind of case that has this form."""
        return _FORMS[self][2]


_FORMS: Final[dict[PaperForm, tuple[str, str, CaseKind]]] = {
    PaperForm.REPAIR_RECORD: ("报修记录", "BXJL", CaseKind.REPAIR),
    PaperForm.WORK_ORDER: ("维修派工单", "WXPG", CaseKind.REPAIR),
    PaperForm.REVISIT_RECORD: ("回访记录表", "HFJL", CaseKind.REVISIT),
    PaperForm.SERVICE_RECORD: ("特约服务单", "TYFW", CaseKind.SPECIAL_SERVICE),
}


@dataclass(frozen=True)
class Papers:
    """The record that a form is filled in from. ``original`` is the case that a revisit is about, if it is known.

    ``tz`` is the community's time zone; ``name_of`` gives the name of a member of staff by code, "" if unknown.
    """

    record: CaseRecordView
    community_name: str
    tz: str
    name_of: Callable[[str], str]
    original: CaseRecordView | None = None

    def every(self, kind: type[Filled]) -> list[Filled]:
        """The case's forms of that kind, in the order of their counters."""
        return [form for form in self.record.forms if isinstance(form, kind)]

    def the(self, kind: type[Filled]) -> Filled | None:
        """The case's one form of that kind, None where it is not filled in yet."""
        return next(iter(self.every(kind)), None)

    def moment(self, at: datetime | None) -> str:
        """An instant on the community's clock."""
        return wording.moment(at, self.tz)

    def staff(self, code: str) -> str:
        """A member of staff: 「王建国(T001)」, or the code alone."""
        name = wording.text(self.name_of(code)) if code else ""
        return f"{name}({wording.text(code)})" if name else wording.text(code)

    def actor(self, actor: Actor | None) -> str:
        """Who did something: 「维修技工 王建国(T001)」; "" for nobody."""
        return "" if actor is None else f"{actor.role.label} {self.staff(actor.code)}".rstrip()
