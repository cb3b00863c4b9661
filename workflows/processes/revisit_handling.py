"""What is done to a revisit 回访办理: attempts, records, rounds, matters, exemptions, opinions; none of it waits."""

from collections.abc import Callable
from typing import Any, ClassVar

from workflows.messages import revisit_actions as actions
from workflows.messages.case import CustomerReply
from workflows.messages.message import Message
from workflows.messages.notices import NoticeEvent, to_customer, to_role, to_staff
from workflows.messages.passing_on import CaseWord, PassedOn
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.messages.records import RevisitAttempt, RevisitRecord
from workflows.messages.revisit import RevisitClock, RevisitMethod, RevisitState
from workflows.messages.revisit_actions import RecordDetails, RevisitAction
from workflows.messages.revisit_events import RevisitEvent
from workflows.processes.revisit_closing import RevisitClosing
from workflows.processes.revisit_file import STAYS
from workflows.rules.allowed_actions import Refused
from workflows.rules.authority import Decision, deciders
from workflows.rules.business_time import spoken
from workflows.rules.revisit_visits import is_quiet, is_settled, is_unreachable, refuse_record, signed_as
from workflows.rules.time_limits import end_of_day, is_counted_in_hours

_S = RevisitState
_OPEN = (_S.PLANNED, _S.ASSIGNED, _S.CONTACTING, _S.RECTIFYING)


class RevisitHandling(RevisitClosing):
    """A revisit as people act on it."""

    details_of: ClassVar[dict[str, type[Message]]] = {
        RevisitAction.ASSIGN: actions.AssignVisitorDetails,
        RevisitAction.ATTEMPT: actions.AttemptDetails,
        RevisitAction.RECORD: RecordDetails,
        RevisitAction.RECTIFIED: actions.RectifiedDetails,
        RevisitAction.EXEMPT: actions.ExemptDetails,
        RevisitAction.GIVE_OPINION: actions.OpinionDetails,
        RevisitAction.ANSWER_MATTER: actions.AnswerMatterDetails,
        RevisitAction.MOVE_DEADLINE: actions.MoveRevisitDeadlineDetails,
    }

    def refuse(self, action: str, details: Any, actor: Actor) -> None:
        """Refuse what the table allows and this revisit does not."""
        checks: dict[str, Callable[[Any, Actor], None]] = {
            RevisitAction.ATTEMPT: self.refuse_attempt,
            RevisitAction.RECORD: self.refuse_record,
            RevisitAction.EXEMPT: self.refuse_exemption,
            RevisitAction.GIVE_OPINION: self.refuse_opinion,
            RevisitAction.ANSWER_MATTER: self.refuse_answer,
            RevisitAction.MOVE_DEADLINE: self.refuse_move,
        }
        if action in checks:
            checks[action](details, actor)

    def carry_out(self, action: str, details: Any, actor: Actor) -> None:
        """Do what the action does; each is one method."""
        methods: dict[str, Callable[[Any, Actor], None]] = {
            RevisitAction.ASSIGN: self.name_visitor,
            RevisitAction.ATTEMPT: self.attempt,
            RevisitAction.RECORD: self.record_visit,
            RevisitAction.RECTIFIED: lambda details, actor: self.go_on(actor, details.reason),
            RevisitAction.EXEMPT: self.exempt,
            RevisitAction.GIVE_OPINION: self.give_opinion,
            RevisitAction.ANSWER_MATTER: self.answer_matter,
            RevisitAction.MOVE_DEADLINE: self.move,
        }
        methods[action](details, actor)

    # Who goes

    def name_visitor(self, details: actions.AssignVisitorDetails, actor: Actor) -> None:
        """指派 by the supervisor; the records say whether the person can."""
        self.wanted = details.visitor
        self.header = self.header.model_copy(update={"assignee": ""})
        facts = {"visitor": details.visitor}
        self.record(RevisitEvent.PLANNED, actor, state=_S.PLANNED, reason=details.reason, facts=facts)

    def assign_to(self, visitor: str, role: Role) -> None:
        """已指派: told of whom and until when; the deadline is the window's, whoever goes (REV-31)."""
        self.header = self.header.model_copy(update={"assignee": visitor})
        self.fill_in(visitor=visitor, visitor_role=role.value)
        facts = {"visitor": visitor, "role": role.value}
        self.record(RevisitEvent.ASSIGNED, SYSTEM, state=_S.ASSIGNED, facts=facts)
        self.tell(NoticeEvent.REVISIT_ASSIGNED, to_staff(visitor), {"due_at": spoken(self.task.window_ends_at)})

    # Reaching the customer

    def refuse_attempt(self, details: actions.AttemptDetails, actor: Actor) -> None:
        """Nobody is telephoned at quiet times."""
        if details.channel is RevisitMethod.PHONE and is_quiet(self.now, self.policy, self.calendar):
            raise Refused("quiet_hours", "现在是免打扰时间,请换个时间致电")

    def attempt(self, details: actions.AttemptDetails, actor: Actor) -> None:
        """联系未果; enough of them are 未联系上: not done, and it counts no more (§6.3)."""
        number = len(self.attempts) + 1
        self.attempts.append(
            RevisitAttempt(
                number=number, at=self.now, channel=details.channel.value, visitor=actor.code, note=details.note
            )
        )
        facts = {"attempt": str(number), "channel": details.channel.value}
        self.record(RevisitEvent.ATTEMPTED, actor, state=_S.CONTACTING, reason=details.note, facts=facts)
        of_this_round = [one for one in self.attempts if not self.records or one.at > self.records[-1].at]
        if is_unreachable(of_this_round, self.policy, self.calendar, within_a_day=self.is_within_a_day):
            self.to_uncount = STAYS
            self.finish("unreachable", RevisitEvent.UNREACHABLE, _S.UNREACHABLE, SYSTEM)
            self.tell(NoticeEvent.REVISIT_UNREACHABLE, to_role(Role.CS_SUPERVISOR))

    @property
    def is_within_a_day(self) -> bool:
        """Whether the window is one of hours."""
        rules = [rule for rule in self.policy.rules if rule.id == self.task.rule]
        windows = [rule.window for rule in (*rules, *self.models_of(rules)) if rule.window is not None]
        return any(is_counted_in_hours(window) for window in windows)

    def models_of(self, rules: list[Any]) -> list[Any]:
        """The rules that these are the equals of."""
        return [rule for rule in self.policy.rules if rule.id in {one.same_as for one in rules if one.same_as}]

    def refuse_record(self, details: RecordDetails, actor: Actor) -> None:
        """What a record has to hold (R5, R6, R8, R19, R20)."""
        refuse_record(
            details,
            actor,
            self.now,
            first_round=not self.records,
            selection=self.start.selection,
            policy=self.policy,
            calendar=self.calendar,
        )

    def record_visit(self, details: RecordDetails, actor: Actor) -> None:
        """记录回访: one 《回访记录表》; settled, or to be put right and visited again."""
        settled = is_settled(details, self.policy)
        round_ = len(self.records) + 1
        self.records.append(self.record_of(round_, details, actor, settled=settled))
        self.fill_in(rounds=round_)
        for matter in details.matters:
            self.raise_matter(matter, round_, actor)
        facts = {
            "round": str(round_),
            "method": details.method.value,
            "satisfaction": str(details.satisfaction),
            "solved": str(details.solved),
        }
        if settled:
            self.pass_on(self.start.original, CaseWord.REVISIT_SATISFIED, facts=facts)
            self.finish("satisfied", RevisitEvent.SATISFIED, _S.SATISFIED, actor, facts)
        else:
            self.promise_rectification(details, actor, facts)

    def record_of(self, round_: int, details: RecordDetails, actor: Actor, *, settled: bool) -> RevisitRecord:
        """The form of this round."""
        assert details.solved is not None  # noqa: S101 - refuse_record() has looked
        assert details.satisfaction is not None  # noqa: S101 - likewise
        return RevisitRecord(
            round=round_,
            visitor=actor.code,
            visitor_role=actor.role.value,
            method=details.method.value,
            at=self.now,
            solved=details.solved.value,
            satisfaction=details.satisfaction.value,
            suggestions=details.suggestions,
            handled=details.handled,
            signed_as=signed_as(details),
            signature=details.signature,
            second_signer=details.second_signer,
            refusal_reason=details.refusal_reason,
            next_date=None if settled else details.rectify_by,
        )

    def promise_rectification(self, details: RecordDetails, actor: Actor, facts: dict[str, str]) -> None:
        """不满意: the original case is worked on again by the day that the customer was told (R8)."""
        assert details.rectify_by is not None  # noqa: S101 - refuse_record() has looked
        facts = {**facts, "rectify_by": details.rectify_by.isoformat()}
        self.record(RevisitEvent.DISSATISFIED, actor, state=_S.DISSATISFIED, facts=facts)
        self.clocks.stop(RevisitClock.WINDOW)
        due_at = end_of_day(details.rectify_by, self.calendar)
        self.start_clock(RevisitClock.RECTIFICATION, self.policy.rectification, due_at=due_at)
        words = details.handled or details.suggestions
        self.pass_on(self.start.original, CaseWord.REVISIT_DISSATISFIED, facts=facts, text=words)
        self.record(RevisitEvent.RECTIFICATION_PROMISED, actor, state=_S.RECTIFYING, facts=facts)
        self.tell(NoticeEvent.REVISIT_DISSATISFIED, to_role(Role.CS_SUPERVISOR), facts)
        self.tell(NoticeEvent.REVISIT_NEXT_DATE, to_customer(self.start.original), facts)

    def go_on(self, actor: Actor, reason: str = "") -> None:
        """整改完成: the next round, by the same visitor, until it is settled (REV-11)."""
        self.clocks.stop(RevisitClock.RECTIFICATION)
        self.record(RevisitEvent.RECTIFIED, actor, reason=reason)
        self.start_clock(RevisitClock.WINDOW, self.policy.next_round)
        due_at = self.clocks[RevisitClock.WINDOW].due_at
        self.fill_in(window_ends_at=due_at)
        facts = {"round": str(len(self.records) + 1), "due_at": spoken(due_at)}
        self.record(RevisitEvent.NEXT_ROUND, SYSTEM, state=_S.ASSIGNED, facts=facts)
        self.tell(NoticeEvent.REVISIT_ASSIGNED, to_staff(self.header.assignee), facts)

    # Deadlines

    def refuse_move(self, details: actions.MoveRevisitDeadlineDetails, actor: Actor) -> None:
        """A running deadline moves into the future, a second time by a manager."""
        if details.clock not in self.clocks:
            raise Refused("unknown_clock", "该期限当前没有计时,请核对名称")
        if details.due_at <= self.now:
            raise Refused("deadline_in_past", "新的期限必须晚于现在")
        if self.clocks[details.clock].moved and actor.role not in deciders(Decision.SECOND_EXTENSION):
            raise Refused("beyond_authority", "该期限已改过一次,再改须由管理处经理决定")

    def move(self, details: actions.MoveRevisitDeadlineDetails, actor: Actor) -> None:
        """改期限, on record with who and why."""
        before = self.clocks[details.clock].due_at
        self.clocks.override(details.clock, details.due_at, self.now)
        facts = {"clock": details.clock, "from": before.isoformat(), "to": details.due_at.isoformat()}
        self.record(RevisitEvent.DEADLINE_MOVED, actor, reason=details.reason, facts=facts)

    # What others say

    def hear_word(self, word: PassedOn) -> None:
        """The original case says that the work is done anew, or that it has begun again by itself."""
        if word.sender != self.start.original:
            return
        if word.word is CaseWord.RECTIFIED and self.state is _S.RECTIFYING:
            self.go_on(SYSTEM)
        elif word.word is CaseWord.REVISIT_WITHDRAWN and self.state in _OPEN:
            self.withdraw(RevisitEvent.WITHDRAWN)

    def take_reply(self, reply: CustomerReply) -> None:
        """What a customer says to the revisit's number is noted for the visitor."""
        self.record(RevisitEvent.CUSTOMER_REPLIED, reply.recorded_by, label=reply.intent.label, reason=reply.text)
        visitor = self.header.assignee
        self.tell(NoticeEvent.CUSTOMER_REPLIED, to_staff(visitor) if visitor else to_role(Role.CS_SUPERVISOR))
