"""Texts 通知文本: ``templates/<event>/<language>.{subject,body}.txt``, plain text by Jinja2.

A text is filled with the facts of its notice, which are data and never templates. Which facts an event
needs is the table :data:`FACTS`; that each text uses no others is tested.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from temporalio.exceptions import ApplicationError

from workflows.messages.identifiers import kind_of
from workflows.messages.notices import Notice, NoticeEvent, RecipientKind

TEMPLATES: Final = Path(__file__).parent / "templates"
LANGUAGES: Final = ("zh_CN", "en")
"""A person with another language is written to in the first."""

Cause = Literal["no_channel", "failed", "unknown"]
"""Why somebody has to be told by hand: no address, refused everywhere, or nobody knows whether it arrived."""

ALWAYS: Final = frozenset({"number", "unit", "kind_label", "community_name", "for_customer", "technician_surname"})
"""What every text may use: case number, unit (may be empty), the kind of case 单据类别, community, to whom, and the
technician's surname, which is looked up when the notice is sent and is empty where there is no technician."""


@dataclass(frozen=True)
class Facts:
    """Facts that a text needs, and those that it uses when they are there. All are strings ready to be read."""

    needed: frozenset[str] = frozenset()
    used_if_given: frozenset[str] = frozenset()


def _facts(*needed: str, if_given: tuple[str, ...] = ()) -> Facts:
    return Facts(frozenset(needed), frozenset(if_given))


FACTS: Final[Mapping[NoticeEvent, Facts]] = {
    NoticeEvent.CASE_RECEIVED: _facts("due_at"),
    NoticeEvent.CASE_ACCEPTED: _facts(),
    NoticeEvent.REPAIR_OFFERED: _facts("level_label", if_given=("due_at", "appointment_at", "hazard_label")),
    NoticeEvent.REPAIR_WITHDRAWN: _facts("level_label"),
    NoticeEvent.REPAIR_DISPATCHED: _facts("technician", if_given=("due_at", "appointment_at")),
    NoticeEvent.REPAIR_COMPLETED: _facts(if_given=("limit_label",)),
    NoticeEvent.CASE_CLOSED: _facts(if_given=("reopen_until",)),
    NoticeEvent.CASE_CANCELLED: _facts(if_given=("reason", "reopen_until")),
    NoticeEvent.CASE_REOPENED: _facts(),
    NoticeEvent.NOBODY_AVAILABLE: _facts("level_label", if_given=("due_at",)),
    NoticeEvent.ARRIVAL_DELAYED: _facts(if_given=("technician",)),
    NoticeEvent.CLOCK_REMINDER: _facts("clock_label", "due_at", "state_label"),
    NoticeEvent.CLOCK_BREACHED: _facts("clock_label", "due_at", "state_label", if_given=("technician",)),
    NoticeEvent.CLOCK_ESCALATED: _facts(
        "clock_label", "due_at", "limit_label", "state_label", if_given=("technician",)
    ),
    NoticeEvent.EMERGENCY: _facts("hazard_label"),
    NoticeEvent.CUSTOMER_REPLIED: _facts("state_label"),
    NoticeEvent.DELIVERY_FAILED: _facts("original_subject", "original_body", "cause"),
    NoticeEvent.RECORD_CONFLICT: _facts("state_label"),
    NoticeEvent.CASE_ABORTED: _facts("state_label"),
    NoticeEvent.DUPLICATE_SUSPECTED: _facts("cases", if_given=("failed",)),
    NoticeEvent.CASE_MERGED: _facts("into"),
    NoticeEvent.CASE_DISMISSED: _facts(
        if_given=(
            "reopen_until",
            "to",
        )
    ),
    NoticeEvent.CASE_REFUSED_ENTRY: _facts(if_given=("reopen_until",)),
    NoticeEvent.HOT_ISSUE: _facts("same_faults"),
    NoticeEvent.SECOND_PERSON_SENT: _facts("level_label"),
    NoticeEvent.LIFT_RESCUE_LATE: _facts(),
    NoticeEvent.EMERGENCY_SCRIPT: _facts("hazard", "hazard_label"),
    NoticeEvent.QUOTE_TO_REVIEW: _facts("amount", "quote"),
    NoticeEvent.QUOTE_RETURNED: _facts("amount", "quote"),
    NoticeEvent.QUOTE_PROPOSED: _facts("amount", "quote", if_given=("confirm_by",)),
    NoticeEvent.QUOTE_REMINDER: _facts("amount", "quote", if_given=("confirm_by",)),
    NoticeEvent.QUOTE_CONFIRMED: _facts("amount", "quote"),
    NoticeEvent.QUOTE_NOT_CONFIRMED: _facts("amount", "quote"),
    NoticeEvent.CUSTOMER_ABSENT: _facts("no_shows"),
    NoticeEvent.CUSTOMER_GIVEN_UP: _facts(if_given=("reopen_until",)),
    NoticeEvent.APPOINTMENT_CHANGED: _facts(if_given=("appointment_at",)),
    NoticeEvent.REPAIR_SUSPENDED: _facts("ground_label", "promised_on"),
    NoticeEvent.REPAIR_RESUMED: _facts(),
    NoticeEvent.CHARGE_DISPUTED: _facts("amount", "billed", "confirmed"),
    NoticeEvent.CHARGE_SETTLED: _facts("amount"),
    NoticeEvent.BACKFILL_UNPROVEN: _facts("technician"),
    NoticeEvent.BACKFILL_REFUSED: _facts(),
    NoticeEvent.PORT_ASSIGNED: _facts("port_label"),
    NoticeEvent.REWORK_ORDERED: _facts(),
    NoticeEvent.REVISIT_ASSIGNED: _facts("due_at", "original", if_given=("round",)),
    NoticeEvent.REVISIT_UNREACHABLE: _facts("original"),
    NoticeEvent.REVISIT_DISSATISFIED: _facts("original", "rectify_by"),
    NoticeEvent.REVISIT_TO_REVIEW: _facts("original"),
    NoticeEvent.REVISIT_NEXT_DATE: _facts("original", "rectify_by"),
    NoticeEvent.MATTER_RAISED: _facts("matter", "original", if_given=("appointed_at",)),
    NoticeEvent.MATTER_APPOINTED: _facts("matter", "original", if_given=("appointed_at",)),
    NoticeEvent.SERVICE_ORDERED: _facts(),
    NoticeEvent.SERVICE_BOOKED: _facts(if_given=("appointment_at",)),
    NoticeEvent.SERVICE_ASSIGNED: _facts(if_given=("appointment_at",)),
    NoticeEvent.SERVICE_COMPLETED: _facts("amount"),
    NoticeEvent.FEE_TABLE_TO_REVIEW: _facts("quarter_label", "version", "rows", "amount"),
    NoticeEvent.FEE_TABLE_RETURNED: _facts("quarter_label", "version"),
    NoticeEvent.FEE_REVIEW_REFUSED: _facts("quarter_label", "verdict"),
    NoticeEvent.FEE_NOTICES_TO_SEND: _facts("quarter_label", "rows", "amount"),
    NoticeEvent.FEE_NOTICES_UNSENT: _facts("quarter_label", "unsent"),
    NoticeEvent.FEE_LISTED: _facts("quarter_label", "bills", "accounts"),
    NoticeEvent.FEE_CYCLE_CLOSED: _facts(
        "quarter_label",
        if_given=(
            "due",
            "received",
        ),
    ),
    NoticeEvent.FEE_WORK_STUCK: _facts("work"),
    NoticeEvent.CASH_DAY_OPEN: _facts("days"),
    NoticeEvent.CASH_IN_TRANSIT: _facts("days"),
    NoticeEvent.MONEY_REQUESTS_WAITING: _facts("requests"),
    NoticeEvent.SERVICES_TO_GATHER: _facts("month_label", if_given=("due_at",)),
    NoticeEvent.SERVICES_GATHERED: _facts("month_label", "jobs", "amount", if_given=("agency",)),
    NoticeEvent.FEE_REPORT_DUE: _facts("month_label", if_given=("due_at",)),
    NoticeEvent.FEE_REPORT_BLOCKED: _facts("report_label", "refused", if_given=("blocking",)),
    NoticeEvent.FEE_REPORT_SENT: _facts("report_label", "rate"),
    NoticeEvent.DUNNING_SEAL_NEEDED: _facts("sheet", "stage_label", "amount"),
    NoticeEvent.DUNNING_TO_DELIVER: _facts("sheet", "stage_label", if_given=("due_at",)),
    NoticeEvent.DUNNING_BOUNCED: _facts("sheet", "attempts"),
    NoticeEvent.DUNNING_REMINDER: _facts("stage_label", "amount", "late_fee", "day"),
    NoticeEvent.ARREARS_SETTLED: _facts(),
    NoticeEvent.ARREARS_DISPUTED: _facts("amount"),
    NoticeEvent.ARREARS_DISPUTE_ANSWERED: _facts("answer"),
    NoticeEvent.ARREARS_MEANS_DUE: _facts("amount", if_given=("limitation",)),
    NoticeEvent.ARREARS_INSTALMENT_MISSED: _facts(),
}
"""What the process supplies with each event."""

_UNKNOWN_FACT: Final = "—"
_SUBJECT_CHARACTERS: Final = 150

_environment = SandboxedEnvironment(
    loader=FileSystemLoader(TEMPLATES),
    undefined=StrictUndefined,
    autoescape=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Text:
    """A rendered notice. ``subject`` is one line."""

    subject: str = field(repr=False)
    body: str = field(repr=False)


def render(notice: Notice, language: str, community_name: str, technician_surname: str = "") -> Text:
    """Fill the event's text in the language.

    Raises ``ApplicationError`` (``facts_missing``, retried, so that a corrected release sends it) when a needed
    fact is missing; only an emergency is told all the same, with a dash in its place.
    """
    facts = FACTS[notice.event]
    missing = facts.needed - notice.facts.keys()
    if missing and not notice.emergency:
        raise ApplicationError(f"通知 {notice.event} 缺少内容:{'、'.join(sorted(missing))}", type="facts_missing")
    context = {
        **dict.fromkeys(facts.used_if_given, ""),
        **dict.fromkeys(missing, _UNKNOWN_FACT),
        **notice.facts,
        "number": notice.case,
        "unit": notice.unit,
        "kind_label": kind.label if (kind := kind_of(notice.case)) else "",
        "community_name": community_name,
        "for_customer": notice.recipient.kind is RecipientKind.CUSTOMER,
        "technician_surname": technician_surname,
    }
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    subject, body = (
        _environment.get_template(f"{notice.event}/{spoken}.{part}.txt").render(context) for part in ("subject", "body")
    )
    return Text(subject=_one_line(subject), body=_printable(body).strip() + "\n")


def _printable(text: str) -> str:
    """Without control and bidirectional formatting characters, by which a text could show what it does not say."""
    return "".join(each for each in text if each == "\n" or unicodedata.category(each) not in ("Cc", "Cf", "Cs"))


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", _printable(re.sub(r"\s", " ", text))).strip()[:_SUBJECT_CHARACTERS]
