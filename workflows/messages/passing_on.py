"""What one case tells another 单据互通: a signal between processes, which are never children of each other."""

from enum import StrEnum

from workflows.messages.case import CustomerReply
from workflows.messages.message import Message, Moment


class CaseWord(StrEnum):
    """What is said."""

    REVISIT_SATISFIED = "revisit_satisfied"
    REVISIT_DISSATISFIED = "revisit_dissatisfied"
    REVISIT_OVER = "revisit_over"
    RECTIFIED = "rectified"
    REVISIT_WITHDRAWN = "revisit_withdrawn"
    MERGED = "merged"
    MERGE_REFUSED = "merge_refused"
    REPLY_FORWARDED = "reply_forwarded"
    LEDGER_MOVED = "ledger_moved"
    BILLS_OVERDUE = "bills_overdue"
    ROWS_DIRTY = "rows_dirty"
    NOTICES_SENT = "notices_sent"


class PassedOn(Message):
    """One word from a case to another of the same community; the one argument of every process's ``hear`` signal.

    ``message_id`` makes a repeat harmless. ``at`` is the sender's business time. ``facts`` hold codes, labels and
    dates; ``text`` is free and sealed at rest; ``reply`` is a customer's reply that belongs to the other case.
    """

    to: str
    sender: str
    community: str
    message_id: str
    word: CaseWord
    at: Moment
    facts: dict[str, str] = {}
    text: str = ""
    reply: CustomerReply | None = None


class Passed(Message):
    """Whether the other case was there to hear it. Not found is no failure: it may be over."""

    heard: bool
