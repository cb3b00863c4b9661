"""The payloads of the bare repair: as large as ours, and filled in by hand instead of by rules."""

import json
from pathlib import Path
from typing import Any, Final

REVISIT_START: Final[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "revisit_start.json").read_text(encoding="utf-8")
)
"""The start message of a revisit of ours, recorded once: policy, calendar and all."""

_REPAIR_RECORD: Final[dict[str, Any]] = {
    "form": "repair_record", "place": "", "trade": "plumbing", "repair_class": "general", "hazard": "",
    "appointment_at": None, "paid": False, "completed_at": None, "verified_at": None, "verified_how": "",
    "reopened": 0, "inside": False, "port": "property", "in_warranty": False, "warranty_until": "2025-06-30",
    "backfilled": False, "second_technician": "", "wrong_trades": 0, "no_shows": 0, "unanswered_calls": 0,
    "same_faults": 1, "hot_issue": False, "merged_into": "", "closed_as": "", "rating": None,
    "verified_signature": "", "revisit": "", "net_seconds": None,
}  # fmt: skip
_WORK_ORDER: Final[dict[str, Any]] = {
    "form": "work_order", "attempt": 1, "technician": "T001", "trade": "plumbing", "offered_at": None,
    "outcome": "offered", "answered_at": None, "reason": "", "arrived_at": None, "completed_at": None,
    "work_done": "", "materials": "", "work_minutes": None, "photos": [], "signature": "",
}  # fmt: skip
_REVISIT_TASK: Final[dict[str, Any]] = {
    "form": "revisit_task", "original": "", "original_kind": "repair", "original_round": 1, "rule": "all",
    "position": 1, "mandatory": "", "completed_at": None, "window_ends_at": None, "visitor": "", "visitor_role": "",
    "rounds": 0, "result": "", "exempt_ground": "", "opinion": "", "opinion_by": "", "opinion_at": None,
}  # fmt: skip
_REVISIT_RECORD: Final[dict[str, Any]] = {
    "form": "revisit_record", "round": 1, "visitor": "", "visitor_role": "steward", "method": "phone", "at": None,
    "solved": "yes", "satisfaction": "satisfied", "suggestions": "无", "handled": "", "signed_as": "电话回访",
    "signature": "", "second_signer": "", "refusal_reason": "", "next_date": None,
}  # fmt: skip


def first_header(opening: dict[str, Any]) -> dict[str, Any]:
    """The part of the record that changes, before anything has."""
    return {
        "number": opening["number"], "kind": opening["kind"], "community": opening["community"], "state": "",
        "state_label": "", "level": "general", "level_label": "一般", "assignee": "", "due_at": None,
        "breached": False, "accepted_at": None, "accepted_by": None, "closed_at": None, "last_sequence": 0,
    }  # fmt: skip


def repair_record(**changes: Any) -> dict[str, Any]:
    """《报修记录》."""
    return {**_REPAIR_RECORD, **changes}


def work_order(**changes: Any) -> dict[str, Any]:
    """《维修派工单》."""
    return {**_WORK_ORDER, **changes}


def revisit_task(**changes: Any) -> dict[str, Any]:
    """回访任务."""
    return {**_REVISIT_TASK, **changes}


def revisit_record(**changes: Any) -> dict[str, Any]:
    """《回访记录表》."""
    return {**_REVISIT_RECORD, **changes}


def notice(header: dict[str, Any], unit: str, event: str, to: tuple[str, str], at: str) -> dict[str, Any]:
    """One thing to be told; ``to`` is what kind of person, and which if it is one of the staff."""
    kind, staff = to
    return {
        "case": header["number"], "community": header["community"], "event": event,
        "recipient": {"kind": kind, "staff": staff, "role": None, "of_case": ""}, "at": at, "occurrence": 1,
        "unit": unit, "area": "N", "emergency": False,
        "facts": {
            "number": header["number"], "unit": unit, "state_label": header["state_label"], "level_label": "一般",
            "technician": header["assignee"], "due_at": header["due_at"] or "",
        },
    }  # fmt: skip


def result(header: dict[str, Any], at: str) -> dict[str, Any]:
    """The answer to whoever acts."""
    return {
        "number": header["number"], "state": header["state"], "state_label": header["state_label"], "at": at,
        "allowed": ["arrive", "decline", "refused_entry", "call"], "digest": "",
    }  # fmt: skip


def word(header: dict[str, Any], to: str, said: str, at: str, facts: dict[str, str]) -> dict[str, Any]:
    """What one case tells the other."""
    return {
        "to": to, "sender": header["number"], "community": header["community"],
        "message_id": f"{header['number']}:{said}:1", "word": said, "at": at, "facts": facts, "text": "", "reply": None,
    }  # fmt: skip
