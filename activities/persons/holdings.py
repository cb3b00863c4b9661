"""Where a person's data lie 持有范围: the rows of each table that concern him, and which columns are his to see.

Export and erasure go by the same rows. Columns are named one by one: a new one is handed out when somebody has
decided that it tells nothing of anybody else, so codes of staff are not among them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_

from activities.persons.finding import Found
from activities.records.attachment_tables import AttachmentRow
from activities.records.bill_tables import ArrearsOpening, Bill, ChargeLineRow, FeeNotice, LateFeeWaiver
from activities.records.case_tables import Case as CaseRow
from activities.records.case_tables import CaseLine, LateMessage, Notification, RepairRecordRow, WorkOrderRow
from activities.records.cash_tables import ArrearsReason, MoneyRequest, MoneySignature, Payment, Receipt
from activities.records.community_tables import Contact, Household, Staff
from activities.records.document_tables import PrintedDocument
from activities.records.fee_tables import Adjustment, FeeAccount, FeeTableRow, UnitFact
from activities.records.form_tables import (
    ChargeRow,
    QuoteRow,
    RevisitAttemptRow,
    RevisitMatterRow,
    RevisitRecordRow,
    RevisitTaskRow,
    ServiceRecordRow,
    SuspensionRow,
)
from activities.records.journal_tables import JournalEntry, Liability, Posting
from activities.records.schema import Row

Rows = Callable[[Found], ColumnElement[bool]]


@dataclass(frozen=True)
class Holding:
    """One table: which of its ``rows`` are the person's, the Chinese ``title``, and the ``columns`` handed out."""

    table: type[Row]
    title: str
    rows: Rows
    columns: tuple[str, ...]


def _paid_by(row: Any, code: str = "account") -> Rows:
    """Rows of the accounts that the person pays for."""
    return lambda found: tuple_(row.community, getattr(row, code)).in_(found.accounts)


def _of_his_cases(row: Any) -> Rows:
    return lambda found: row.case.in_(found.cases)


def _his(column: Any, found: Found) -> Select[Any]:
    """The community and number of every bill or payment of his accounts."""
    return select(column.class_.community, column).where(
        tuple_(column.class_.community, column.class_.account).in_(found.accounts)
    )


def _of_his_bills(row: Any) -> Rows:
    return lambda found: tuple_(row.community, row.bill).in_(_his(Bill.number, found))


def told_to_the_person(found: Found) -> ColumnElement[bool]:
    """Of the notifications, those told to him and not to staff: in his cases, or where they were merged into."""
    to_him = Notification.recipient.in_([f"customer:{case}" for case in found.cases])
    return or_(
        and_(Notification.case.in_(found.cases), or_(Notification.recipient == "customer", to_him)),
        and_(Notification.case.in_(found.mains), to_him),
    )


def _told(found: Found) -> ColumnElement[bool]:
    """What was told to him, and to staff about his cases; not what one of his cases told the customer of another."""
    about_his = and_(Notification.case.in_(found.cases), Notification.recipient.not_like("customer:%"))
    return or_(about_his, told_to_the_person(found))


def _his_requests(found: Found) -> ColumnElement[bool]:
    subject = tuple_(MoneyRequest.community, MoneyRequest.subject)
    return or_(
        subject.in_(found.accounts), subject.in_(_his(Bill.number, found)), subject.in_(_his(Payment.number, found))
    )


def _their_signatures(found: Found) -> ColumnElement[bool]:
    requests = select(MoneyRequest.community, MoneyRequest.number).where(_his_requests(found))
    return tuple_(MoneySignature.community, MoneySignature.request).in_(requests)


def _his_entries(found: Found) -> ColumnElement[bool]:
    return JournalEntry.id.in_(
        select(Posting.entry).where(tuple_(Posting.community, Posting.account).in_(found.accounts))
    )


def _his_words(found: Found) -> ColumnElement[bool]:
    return or_(CaseLine.case.in_(found.cases), tuple_(CaseLine.case, CaseLine.sequence).in_(found.forwarded))


_FORM: Final = ("case", "community")

HOLDINGS: Final = (
    Holding(
        Contact, "名册", lambda found: Contact.id.in_(found.contacts),
        ("community", "identity", "name", "phone", "mail", "language"),
    ),
    Holding(
        Household, "住户",
        lambda found: Household.id.in_(select(Contact.household).where(Contact.id.in_(found.contacts))),
        ("community", "unit", "since", "until"),
    ),
    Holding(
        Staff, "员工", lambda found: tuple_(Staff.community, Staff.code).in_(found.staff),
        ("community", "code", "name", "phone", "mail", "active"),
    ),
    Holding(
        CaseRow, "单据", lambda found: CaseRow.number.in_(found.cases),
        ("number", "community", "kind", "unit", "channel", "identity", "reporter_name", "reporter_phone",
         "reporter_mail", "description", "received_at", "accepted_at", "state_label", "level_label", "closed_at",
         "attachments"),
    ),
    Holding(CaseLine, "单据记录", _his_words, (*_FORM, "sequence", "at", "label", "actor_role", "reason")),
    Holding(
        RepairRecordRow, "报修记录", _of_his_cases(RepairRecordRow),
        (*_FORM, "place", "trade", "repair_class", "hazard", "appointment_at", "paid", "completed_at", "verified_at",
         "verified_how", "verified_signature", "in_warranty", "warranty_until", "rating"),
    ),
    Holding(
        WorkOrderRow, "维修派工单", _of_his_cases(WorkOrderRow),
        (*_FORM, "attempt", "trade", "offered_at", "outcome", "arrived_at", "completed_at", "work_done",
         "materials", "work_minutes", "photos", "signature"),
    ),
    Holding(
        QuoteRow, "报价", _of_his_cases(QuoteRow),
        (*_FORM, "number", "lines", "total", "status", "proposed_at", "answered_at", "reason", "signature"),
    ),
    Holding(
        ChargeRow, "应收", _of_his_cases(ChargeRow),
        (*_FORM, "billable", "service_fee", "agency", "collected", "receipt", "disputed_at", "settled_at"),
    ),
    Holding(
        SuspensionRow, "挂起", _of_his_cases(SuspensionRow),
        (*_FORM, "number", "ground", "reason", "promised_on", "suspended_at", "resumed_at"),
    ),
    Holding(
        ServiceRecordRow, "特约服务单", _of_his_cases(ServiceRecordRow),
        (*_FORM, "category", "item", "appointment_at", "started_at", "completed_at", "work_done", "signed_at",
         "signature", "signed_by", "receipts", "rating"),
    ),
    Holding(
        RevisitTaskRow, "回访任务", _of_his_cases(RevisitTaskRow),
        (*_FORM, "original", "completed_at", "result", "opinion", "opinion_at"),
    ),
    Holding(
        RevisitRecordRow, "回访记录表", _of_his_cases(RevisitRecordRow),
        (*_FORM, "round", "method", "at", "solved", "satisfaction", "suggestions", "handled", "signed_as", "signature",
         "refusal_reason", "next_date"),
    ),
    Holding(
        RevisitAttemptRow, "联系记录", _of_his_cases(RevisitAttemptRow), (*_FORM, "number", "at", "channel", "note")
    ),
    Holding(
        RevisitMatterRow, "回访新意见", _of_his_cases(RevisitMatterRow),
        (*_FORM, "number", "kind", "text", "raised_at", "appointed_at", "answered_at", "answer", "linked_case"),
    ),
    Holding(
        Notification, "通知", _told,
        (*_FORM, "event", "channel", "status", "subject", "body", "provider_word", "at", "read_at"),
    ),
    Holding(
        LateMessage, "结案后的消息", lambda found: tuple_(LateMessage.case, LateMessage.message_id).in_(found.late),
        (*_FORM, "at", "actor_role", "intent", "text", "sender_phone"),
    ),
    Holding(
        PrintedDocument, "打印单据", _of_his_cases(PrintedDocument),
        (*_FORM, "form", "year", "serial", "copy", "printed_at"),
    ),
    Holding(
        AttachmentRow, "附件", lambda found: AttachmentRow.id.in_((*found.vouchers, *found.pictures)),
        ("id", "community", "purpose", "type", "size", "width", "height", "created_at", "created_role"),
    ),
    Holding(FeeAccount, "缴费账户", _paid_by(FeeAccount, "code"), ("community", "code", "unit", "payer", "since")),
    Holding(
        UnitFact, "房屋事实", _paid_by(UnitFact), ("community", "account", "unit", "kind", "day", "until", "evidence")
    ),
    Holding(
        Bill, "账单", _paid_by(Bill),
        ("community", "number", "account", "kind", "item", "period", "issued_on", "due_on", "sent_on", "settled_on",
         "principal", "open_principal", "late_fee_paid", "late_fee_waived", "disputed"),
    ),
    Holding(
        ChargeLineRow, "应收明细", _paid_by(ChargeLineRow),
        ("community", "bill", "account", "kind", "month", "first_day", "last_day", "monthly", "factor", "amount"),
    ),
    Holding(
        FeeTableRow, "应收管理费用明细表", _paid_by(FeeTableRow),
        ("community", "quarter", "account", "version", "area", "price", "charge", "adjustment", "arrears", "late_fee",
         "prepaid", "due_total", "state", "reason"),
    ),
    Holding(
        Adjustment, "上期调整", _paid_by(Adjustment),
        ("community", "account", "period", "amount", "recomputed", "billed", "at", "billed_in", "credits"),
    ),
    Holding(
        Payment, "收款", _paid_by(Payment),
        ("community", "number", "account", "amount", "method", "provider", "transaction", "succeeded_at",
         "reversed_at"),
    ),
    Holding(
        Receipt, "收据",
        lambda found: tuple_(Receipt.community, Receipt.payment).in_(_his(Payment.number, found)),
        ("community", "number", "payment", "amount", "state", "issued_at", "voided_at", "reason"),
    ),
    Holding(
        JournalEntry, "记账凭证", _his_entries, ("community", "id", "book", "kind", "on_day", "at", "source", "reason")
    ),
    Holding(
        Posting, "分录", _paid_by(Posting), ("community", "entry", "line", "ledger_account", "bill", "amount", "on_day")
    ),
    Holding(
        Liability, "预存与押金", _paid_by(Liability), ("community", "account", "book", "ledger_account", "balance")
    ),
    Holding(LateFeeWaiver, "滞纳金减免", _of_his_bills(LateFeeWaiver), ("community", "bill", "amount", "at", "reason")),
    Holding(
        FeeNotice, "缴费与催款通知单", _paid_by(FeeNotice),
        ("community", "number", "case", "kind", "account", "issued_on", "principal", "late_fee", "total", "sent_at",
         "delivered_on", "delivered_how"),
    ),
    Holding(
        ArrearsOpening, "催缴案", _paid_by(ArrearsOpening), ("community", "account", "case", "opened_at", "closed_at")
    ),
    Holding(ArrearsReason, "欠费原因", _paid_by(ArrearsReason), ("community", "account", "reason", "note", "at")),
    Holding(
        MoneyRequest, "款项申请", _his_requests,
        ("community", "number", "kind", "subject", "amount", "state", "asked_at", "ended_at", "reason"),
    ),
    Holding(
        MoneySignature, "款项签批", _their_signatures, ("community", "request", "post", "approved", "at", "note")
    ),
)  # fmt: skip
"""Every table in which something of a person may stand, in the order in which it is handed out."""

BY_TABLE: Final[Mapping[str, Holding]] = {each.table.__tablename__: each for each in HOLDINGS}

NOT_HANDED_OUT: Final[Mapping[str, frozenset[str]]] = {"work_orders": frozenset({"reason"})}
"""Personal columns of these tables that are another's: why a technician did not take a job is about the technician."""
