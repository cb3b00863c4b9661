"""How a revisit is made 回访规则: who, when nobody may be called, what the record must hold (R4–R9, R17–R20)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.people import Actor, Role
from workflows.messages.records import RevisitAttempt
from workflows.messages.revisit import RevisitMethod, Satisfaction, Solved
from workflows.messages.revisit_actions import RaisedMatter, RecordDetails
from workflows.messages.revisit_policy import RevisitPolicy
from workflows.messages.selecting import RevisitSelection
from workflows.rules.allowed_actions import Refused
from workflows.rules.authority import LADDER
from workflows.rules.business_time import local
from workflows.rules.time_limits import deadline

SIGNED: Final = "签名"
REFUSED_TO_SIGN: Final = "客户拒签"
_BY_LEVEL: Final = {"important": Role.CS_SUPERVISOR, "major": Role.SITE_MANAGER}


def visitor_role(selection: RevisitSelection, level: str) -> Role:
    """Return whose revisit it is: 重要 the supervisor's, 重大 the site manager's, else as the rule says (R4)."""
    return _BY_LEVEL.get(level) or selection.by or Role.STEWARD


def opinion_role(visitor: Role | None, policy: RevisitPolicy) -> Role | None:
    """Return who gives an opinion on it; None where a manager made it himself (R2, R18)."""
    match visitor:
        case Role.CS_SUPERVISOR:
            return Role.SITE_MANAGER
        case Role.SITE_MANAGER | Role.COMPANY_MANAGER:
            return None
        case _:
            return policy.opinion_by


def is_quiet(at: datetime, policy: RevisitPolicy, calendar: WorkingCalendar) -> bool:
    """Whether nobody is telephoned at that time of day."""
    now = local(at, calendar.tz).time()
    return any(_between(now, time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in policy.quiet_hours)


def _between(now: time, begin: time, end: time) -> bool:
    return begin <= now < end if begin < end else now >= begin or now < end


def is_unreachable(
    attempts: Sequence[RevisitAttempt], policy: RevisitPolicy, calendar: WorkingCalendar, *, within_a_day: bool
) -> bool:
    """Whether the customer counts as 未联系上: enough attempts, by enough ways, on enough days.

    In a window of a day they lie ``attempts_apart`` instead; one that follows too soon is not counted.
    """
    counted = _apart(attempts, policy.attempts_apart.as_timedelta()) if within_a_day else list(attempts)
    days = {local(one.at, calendar.tz).date() for one in counted}
    ways = {one.channel for one in counted}
    return (
        len(counted) >= policy.attempts
        and len(ways) >= policy.attempt_channels
        and (within_a_day or len(days) >= policy.attempt_days)
    )


def _apart(attempts: Sequence[RevisitAttempt], apart: timedelta) -> list[RevisitAttempt]:
    counted: list[RevisitAttempt] = []
    for attempt in sorted(attempts, key=lambda one: one.at):
        if not counted or attempt.at - counted[-1].at >= apart:
            counted.append(attempt)
    return counted


def is_settled(details: RecordDetails, policy: RevisitPolicy) -> bool:
    """Whether the answers settle the matter: not unsolved, not below 基本满意; 未答 is no complaint."""
    points = (details.satisfaction or Satisfaction.UNANSWERED).points
    return details.solved is not Solved.NO and (points is None or points >= policy.satisfied_from)


def signed_as(details: RecordDetails) -> str:
    """Return what stands in the form's field for the customer's signature (R5, R19)."""
    if details.method is RevisitMethod.ONSITE:
        return REFUSED_TO_SIGN if details.refused_to_sign else SIGNED
    return details.method.label


def refuse_record(
    details: RecordDetails,
    actor: Actor,
    now: datetime,
    *,
    first_round: bool,
    selection: RevisitSelection,
    policy: RevisitPolicy,
    calendar: WorkingCalendar,
) -> None:
    """Raise :class:`Refused` with the first thing that makes the record incomplete; the sentence says what to do."""
    _refuse_way(details, first_round=first_round, selection=selection)
    _refuse_answers(details)
    _refuse_signature(details, actor)
    supervises = actor.role in LADDER
    if not is_settled(details, policy):
        _refuse_rectification(details.rectify_by, now, policy, calendar, supervises=supervises)
    for matter in details.matters:
        _refuse_matter(matter, now, policy, calendar, supervises=supervises)


def _refuse_way(details: RecordDetails, *, first_round: bool, selection: RevisitSelection) -> None:
    onsite = selection.onsite_always or (selection.onsite_first and first_round)
    if onsite and details.method is not RevisitMethod.ONSITE:
        raise Refused("onsite_required", "这次回访必须上门,请上门后再记录")


def _refuse_answers(details: RecordDetails) -> None:
    if details.solved is None or details.satisfaction is None or not details.suggestions.strip():
        raise Refused("answers_missing", "三个问题都要有答案:处理好了吗、满意吗、还有意见建议吗;客户没有回答的填“未答”")


def _refuse_signature(details: RecordDetails, actor: Actor) -> None:
    if details.method is not RevisitMethod.ONSITE or details.signature.strip():
        return
    if not details.refused_to_sign:
        raise Refused("signature_required", "上门回访要有客户签名;客户不肯签的,选“客户拒签”并由第二名员工签名")
    if not details.second_signer.strip() or not details.refusal_reason.strip():
        raise Refused("second_signer_required", "客户拒签时,要有第二名员工的工号和拒签原因,否则不算已回访")
    if details.second_signer.strip() == actor.code:
        raise Refused("second_signer_required", "第二名签名人不能是回访人自己")


def _refuse_rectification(
    rectify_by: date | None, now: datetime, policy: RevisitPolicy, calendar: WorkingCalendar, *, supervises: bool
) -> None:
    if rectify_by is None:
        raise Refused("rectify_by_required", "客户不满意,请与客户约定整改日期")
    today = local(now, calendar.tz).date()
    if rectify_by < today:
        raise Refused("rectify_by_in_past", "整改日期不能早于今天")
    if rectify_by >= deadline(now, policy.rectification_at_most, calendar).date() and not supervises:
        raise Refused("beyond_authority", f"整改日期超过{policy.rectification_at_most.label}的,须由客服主管约定")


def _refuse_matter(
    matter: RaisedMatter, now: datetime, policy: RevisitPolicy, calendar: WorkingCalendar, *, supervises: bool
) -> None:
    if not matter.text.strip():
        raise Refused("matter_incomplete", "请写明客户提出的新意见")
    if matter.answer.strip():
        return
    if matter.appointed_at is None or matter.appointed_at <= now:
        raise Refused("reply_time_required", "新意见不能当场答复的,要告诉客户什么时候答复")
    if matter.appointed_at > deadline(now, policy.reply_at_most, calendar) and not supervises:
        raise Refused("beyond_authority", f"答复时间超过{policy.reply_at_most.label}的,须由客服主管约定")


def satisfaction_rate(answers: Iterable[Satisfaction], satisfied_from: int = 3) -> Decimal | None:
    """Return 满意率: satisfied of those who answered, unrounded; None where nobody did (R6, R20; REV-28)."""
    points = [answer.points for answer in answers if answer.points is not None]
    return Decimal(sum(one >= satisfied_from for one in points)) / len(points) if points else None
