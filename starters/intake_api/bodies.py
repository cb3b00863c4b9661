"""What may be sent 请求正文: strict models of the edge. What passes here becomes a message and is never checked again.

Text loses what cannot be seen (zero-width and direction characters that hide or turn what stands in a form)
and is refused where it holds control characters. Unknown fields, guessed types and times without a zone are
refused.
"""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    model_validator,
)

from activities.opening.repair_reports import NightJob, RepairReport
from activities.records.roster_cells import CellError, staff_code
from workflows.messages.attachments import AttachmentRef
from workflows.messages.case import Channel, Identity, ReplyIntent, Reporter
from workflows.messages.people import Trade
from workflows.messages.repair import Backfill
from workflows.rules.case_numbers import is_case_number

_LINE_ENDS: Final = str.maketrans({"\r": "\n", "\u2028": "\n", "\u2029": "\n", "\x85": "\n"})
_MOMENT: Final = re.compile(r"20\d\d-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:?\d\d)")
_PHONE: Final = re.compile(r"[0-9+(][0-9 ()+*#-]{2,31}")
_MAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}")
_AMOUNT_PATTERN: Final = r"[0-9]{1,8}(\.[0-9]{1,2})?"
_AMOUNT: Final = re.compile(_AMOUNT_PATTERN)
_CODE: Final = re.compile(r"(?!.*[0-9]{11})[A-Za-z0-9\u3400-\u9fff][A-Za-z0-9\u3400-\u9fff_.#:-]{0,63}")
"""Codes stand in the open (search attributes, logs): nothing in which a telephone or ID number would fit."""


def _visible(text: str, *, lines: bool) -> str:
    """Return the text without what cannot be seen; raises ``ValueError`` for control characters."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(_LINE_ENDS))
    text = "".join(character for character in text if unicodedata.category(character) != "Cf").strip()
    allowed = "\n\t" if lines else ""
    if any(unicodedata.category(character) in ("Cc", "Cn") and character not in allowed for character in text):
        raise ValueError("含有控制字符或无效字符" if lines else "应为一行文本,不含换行、控制字符或无效字符")
    return text


def one_line(text: str) -> str:
    """Return text of one line without what cannot be seen; raises ``ValueError``."""
    return _visible(text, lines=False)


def _lines(text: str) -> str:
    return _visible(text, lines=True)


def _spelled(pattern: re.Pattern[str], message: str) -> Callable[[str], str]:
    """Return a check of a code's spelling; full-width letters and digits count as their narrow forms."""

    def check(text: str) -> str:
        text = unicodedata.normalize("NFKC", one_line(text))
        if text and not pattern.fullmatch(text):
            raise ValueError(message)
        return text

    return check


def _staff_code(text: str) -> str:
    """Return a 工号 as the roster spells it, or ""; raises ``ValueError`` for what the roster would refuse."""
    text = one_line(text)
    try:
        return staff_code(text) if text else ""
    except CellError as refused:
        raise ValueError(refused.message) from None


def _case_number(text: str) -> str:
    if not is_case_number(text):
        raise ValueError("应为单号,例如 BX-7K3QM-9TXAB")
    return text


def _not_blank(text: str) -> str:
    if not text:
        raise ValueError("不能为空")
    return text


def _written_out(value: Any) -> Any:
    """A moment is text with its offset; a bare number would be taken for seconds since 1970."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("时间应带时区,例如 2026-04-15T09:30:00+08:00")
    return value


Name = Annotated[str, Field(max_length=64), AfterValidator(one_line)]
Phone = Annotated[str, Field(max_length=32), AfterValidator(_spelled(_PHONE, "应为电话号码"))]
Mail = Annotated[str, Field(max_length=254), AfterValidator(_spelled(_MAIL, "应为邮箱地址"))]
Code = Annotated[
    str,
    Field(min_length=1, max_length=64),
    AfterValidator(_spelled(_CODE, "应为编码:汉字、字母、数字和 _ . # : -,不能以符号开头,不能是电话或证件号码")),
    AfterValidator(_not_blank),
]
OptionalCode = Annotated[str, Field(max_length=64), AfterValidator(_spelled(_CODE, "应为编码"))]
OptionalStaffCode = Annotated[str, Field(max_length=64), AfterValidator(_staff_code)]
StaffCode = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_staff_code), AfterValidator(_not_blank)]
CaseNumber = Annotated[str, Field(max_length=16), AfterValidator(_case_number)]
Text = Annotated[str, Field(max_length=2000), AfterValidator(_lines)]
Description = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_lines), AfterValidator(_not_blank)]
Reason = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_lines), AfterValidator(_not_blank)]
OptionalReason = Annotated[str, Field(max_length=500), AfterValidator(_lines)]
Instant = Annotated[AwareDatetime, BeforeValidator(_written_out, json_schema_input_type=AwareDatetime)]


class Body(BaseModel):
    """A body of the edge: unknown fields are refused, and errors never hold what was sent."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _written_amount(value: Any) -> Any:
    """An amount is text, so that no float ever touches it."""
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise ValueError('金额应为文本,最多两位小数,例如 "120.00"')
    return value


Money = Annotated[
    Decimal,
    BeforeValidator(_written_amount, json_schema_input_type=str),
    Field(examples=["120.00"], json_schema_extra={"pattern": f"^{_AMOUNT_PATTERN}$"}),
]
"""CNY, written as text with at most two places."""
AttachmentId = Annotated[str, Field(max_length=32, pattern=r"^(FJ-[A-Z2-7]{26})?$")]
"""The id of a photograph or signature that was uploaded before; "" for none."""
AttachmentIds = Annotated[tuple[Annotated[str, Field(pattern=r"^FJ-[A-Z2-7]{26}$")], ...], Field(max_length=20)]
"""Ids of photographs that were uploaded before."""
Rating = Annotated[StrictInt, Field(ge=1, le=5)]
"""1 to 5, 5 the best."""


class ReporterBody(Body):
    """报修人: personal data, which goes into the record and nowhere else."""

    name: Name = ""
    phone: Phone = ""
    mail: Mail = ""
    identity: Identity = Identity.OWNER


class NightJobBody(Body):
    """补单: when the control room was called, who came and when, and whether its log bears it out (S0 4.1.3)."""

    called_at: Instant
    technician: OptionalStaffCode
    arrived_at: Instant
    completed_at: Instant | None = None
    work_done: Text = ""
    logged: bool = Field(default=True, description="False: not in the control room's log; the lead has to confirm it.")

    def as_night_job(self) -> NightJob:
        """The job as the desk takes it."""
        done = self.model_dump(exclude={"called_at"})
        return NightJob(called_at=self.called_at, done=Backfill(**done))


class RepairBody(Body):
    """报修: what was reported, by whom, and where."""

    unit: Code = Field(description="房号, the code of the unit or public place", examples=["1-101"])
    channel: Channel
    description: Description = Field(examples=["厨房水管漏水"])
    reporter: ReporterBody = ReporterBody()
    trade: Trade | None = Field(default=None, description="Left out, it is judged from the description.")
    appointment_at: Instant | None = Field(default=None, description="预约; left out, as soon as possible 尽快.")
    place: Annotated[str, Field(max_length=200), AfterValidator(one_line)] = ""
    inside: bool | None = Field(default=None, description="户内; left out, the register's kind of the unit says so.")
    photos: AttachmentIds = ()
    night_job: NightJobBody | None = Field(default=None, description="补单: a job of the night, entered afterwards.")

    def as_report(self, community: str) -> RepairReport:
        """The report as the desk takes it."""
        return RepairReport(
            community=community,
            unit=self.unit,
            channel=self.channel,
            description=self.description,
            reporter=Reporter(**self.reporter.model_dump()),
            trade=self.trade,
            appointment_at=self.appointment_at,
            place=self.place,
            inside=self.inside,
            attachments=tuple(AttachmentRef(id=one) for one in self.photos),
            night_job=self.night_job.as_night_job() if self.night_job else None,
        )


class ReplyBody(Body):
    """客户意见, as the desk takes it down."""

    intent: ReplyIntent
    text: Text = ""
    appointment_at: Instant | None = Field(default=None, description="改约: the new time; with `reschedule` only.")
    rating: Rating | None = Field(default=None, description="评价, 5 the best; with `rate` only.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.intent is ReplyIntent.RESCHEDULE) != (self.appointment_at is not None):
            raise ValueError("改约要写明新的预约时间,其他回复不填")
        if (self.intent is ReplyIntent.RATE) != (self.rating is not None):
            raise ValueError("评价要写明1至5分,其他回复不填")
        return self


class CustomerReplyBody(ReplyBody):
    """A customer's own message, handed over by a messaging platform."""

    community: Code
    number: Code
    message_id: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]
    sender_phone: Phone = Field(
        default="",
        description="The number that the platform vouches for. What another number than the reporter's says is "
        "recorded but decides nothing.",
    )


class PolicyBody(Body):
    """政策: what changes, and why. ``policy`` is checked field by field when it is published."""

    policy: dict[str, Any]
    reason: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(one_line), AfterValidator(_not_blank)]
