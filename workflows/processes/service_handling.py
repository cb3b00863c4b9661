"""What staff and customers do to a special service 特约服务办理; none of it waits."""

from collections.abc import Callable
from typing import Any, ClassVar

from workflows.messages import special_service as service
from workflows.messages.case import CustomerReply, ReplyIntent
from workflows.messages.message import Message, Moment
from workflows.messages.notices import NoticeEvent, to_customer, to_role, to_staff
from workflows.messages.people import Actor, Role
from workflows.messages.special_service import ServiceAction, ServiceClock, ServiceEvent, ServiceState
from workflows.processes.quoting import QUOTE_DETAILS
from workflows.processes.service_file import DONE
from workflows.processes.service_finishing import ServiceFinishing
from workflows.rules.allowed_actions import Refused
from workflows.rules.authority import Decision, deciders
from workflows.rules.business_time import local, spoken
from workflows.rules.repair_replies import speaks_for_the_case

_S = ServiceState


class ServiceHandling(ServiceFinishing):
    """A special service as people act on it."""

    details_of: ClassVar[dict[str, type[Message]]] = {
        ServiceAction.BOOK: service.BookDetails,
        ServiceAction.ASSIGN: service.AssignDetails,
        ServiceAction.COMPLETE: service.ServiceCompleteDetails,
        ServiceAction.SIGN: service.SignDetails,
        ServiceAction.REJECT_WORK: service.ServiceRejectDetails,
        ServiceAction.CANCEL: service.ServiceCancelDetails,
        ServiceAction.MOVE_DEADLINE: service.MoveServiceDeadlineDetails,
        **QUOTE_DETAILS,
    }

    def refuse(self, action: str, details: Any, actor: Actor) -> None:
        """Refuse what the table allows and this service does not."""
        checks: dict[str, Callable[[Any, Actor], None]] = {
            ServiceAction.BOOK: lambda details, actor: self.refuse_appointment(details.appointment_at),
            ServiceAction.ASSIGN: self.refuse_assignment,
            ServiceAction.COMPLETE: self.refuse_completion,
            ServiceAction.SIGN: self.refuse_signing,
            ServiceAction.REJECT_WORK: self.refuse_rejection,
            ServiceAction.MOVE_DEADLINE: self.refuse_move,
        }
        if action in checks:
            checks[action](details, actor)
        else:
            self.refuse_quote_action(action, details, actor)

    def carry_out(self, action: str, details: Any, actor: Actor) -> None:
        """Do what the action does; each is one method."""
        if self.carry_out_quote_action(action, details, actor):
            self.after_a_quote()
            return
        methods: dict[str, Callable[[Any, Actor], None]] = {
            ServiceAction.BOOK: lambda details, actor: self.book(details.appointment_at, actor, details.reason),
            ServiceAction.ASSIGN: self.assign,
            ServiceAction.START: self.begin,
            ServiceAction.COMPLETE: self.complete,
            ServiceAction.SIGN: self.sign,
            ServiceAction.REJECT_WORK: lambda details, actor: self.reject(actor, details.reason),
            ServiceAction.CANCEL: self.cancel,
            ServiceAction.MOVE_DEADLINE: self.move,
        }
        methods[action](details, actor)

    def after_a_quote(self) -> None:
        """The first quote ends the quoting clock; consent lets the appointment run."""
        self.clocks.stop(ServiceClock.QUOTING)
        if self.state is _S.BOOKED and ServiceClock.START not in self.clocks:
            self.start_appointment_clock()

    def refuse_appointment(self, at: Moment) -> None:
        """An appointment lies ahead."""
        if at <= self.now:
            raise Refused("appointment_in_past", "预约时间必须晚于现在")

    def book(self, at: Moment, actor: Actor, reason: str = "") -> None:
        """预约 or 改约: the customer and whoever comes are told."""
        self.fill_in(appointment_at=at)
        self.start_appointment_clock()
        facts = {"appointment_at": spoken(local(at, self.calendar.tz))}
        self.record(ServiceEvent.BOOKED, actor, reason=reason, facts=facts)
        self.tell(NoticeEvent.SERVICE_BOOKED, to_customer(), facts)
        if self.header.assignee:
            self.tell(NoticeEvent.SERVICE_BOOKED, to_staff(self.header.assignee), facts)

    def refuse_assignment(self, details: service.AssignDetails, actor: Actor) -> None:
        """Somebody has to be named."""
        if not details.performer.strip():
            raise Refused("performer_required", "请写明服务人员的工号")

    def assign(self, details: service.AssignDetails, actor: Actor) -> None:
        """指派: who performs it."""
        self.header = self.header.model_copy(update={"assignee": details.performer})
        self.fill_in(performer=details.performer)
        facts = {"technician": details.performer, "appointment_at": spoken(self.service.appointment_at)}
        self.record(ServiceEvent.ASSIGNED, actor, reason=details.reason, facts=facts)
        self.tell(NoticeEvent.SERVICE_ASSIGNED, to_staff(details.performer), facts)

    def begin(self, details: None, actor: Actor) -> None:
        """开始服务."""
        self.fill_in(started_at=self.now)
        self.clocks.stop(ServiceClock.START)
        self.record(ServiceEvent.STARTED, actor, state=_S.IN_SERVICE)

    def refuse_rejection(self, details: service.ServiceRejectDetails, actor: Actor) -> None:
        """A closed service is done again only if it was done, and within the window."""
        if self.state is _S.CLOSED and not self.can_be_reopened:
            raise Refused("reopen_window_over", "已过返工期限,请另立新单")

    def refuse_move(self, details: service.MoveServiceDeadlineDetails, actor: Actor) -> None:
        """A running deadline moves into the future, a second time by a manager."""
        if details.clock not in self.clocks:
            raise Refused("unknown_clock", "该期限当前没有计时,请核对名称")
        if details.due_at <= self.now:
            raise Refused("deadline_in_past", "新的期限必须晚于现在")
        if self.clocks[details.clock].moved and actor.role not in deciders(Decision.SECOND_EXTENSION):
            raise Refused("beyond_authority", "该期限已改过一次,再改须由管理处经理决定")

    def move(self, details: service.MoveServiceDeadlineDetails, actor: Actor) -> None:
        """改期限, on record with who and why."""
        before = self.clocks[details.clock].due_at
        self.clocks.override(details.clock, details.due_at, self.now)
        facts = {"clock": details.clock, "from": before.isoformat(), "to": details.due_at.isoformat()}
        self.record(ServiceEvent.DEADLINE_MOVED, actor, reason=details.reason, facts=facts)

    # What the customer says

    def take_reply(self, reply: CustomerReply) -> None:
        """Do what the reply does in this state; what the state does not provide for is noted and told to the desk."""
        decides = speaks_for_the_case(reply.sender_phone, self.opening.reporter.phone)
        method = self.effects(reply).get(reply.intent) if decides else None
        if method is not None:
            method()
            return
        self.record(ServiceEvent.CUSTOMER_REPLIED, reply.recorded_by, label=reply.intent.label, reason=reply.text)
        self.tell(NoticeEvent.CUSTOMER_REPLIED, to_role(Role.CS_ASSISTANT))

    def effects(self, reply: CustomerReply) -> dict[ReplyIntent, Callable[[], None]]:
        """What each intent would do in this state; those without an effect are left out."""
        actor, text = reply.recorded_by, reply.text
        possible: list[tuple[bool, ReplyIntent, Callable[[], None]]] = [
            (self.is_proposed, ReplyIntent.CONFIRM_QUOTE, lambda: self.consent(actor, text)),
            (self.is_proposed, ReplyIntent.DECLINE_QUOTE, lambda: self.decline_quote_by_reply(actor, text)),
            (
                self.state in (_S.ORDERED, _S.QUOTED, _S.BOOKED) and not self.service.started_at,
                ReplyIntent.CANCEL,
                lambda: self.cancel(service.ServiceCancelDetails(reason=text), actor),
            ),
            (
                self.state is _S.BOOKED and reply.appointment_at is not None and reply.appointment_at > self.now,
                ReplyIntent.RESCHEDULE,
                lambda: self.book(reply.appointment_at or self.now, actor, text),
            ),
            (self.may_be_done_again, ReplyIntent.REJECT, lambda: self.reject(actor, text)),
            (self.may_be_done_again, ReplyIntent.REOPEN, lambda: self.reject(actor, text)),
            (self.may_be_disputed, ReplyIntent.DISPUTE, lambda: self.dispute_by_reply(actor, text)),
            (
                self.state in DONE and reply.rating in range(1, 6),
                ReplyIntent.RATE,
                lambda: self.rate(reply.rating or 0, actor, text),
            ),
        ]
        return {intent: method for given, intent, method in possible if given}

    def consent(self, actor: Actor, text: str) -> None:
        """The customer's own consent to the quote."""
        self.confirm_quote_by_reply(actor, text)
        self.after_a_quote()

    @property
    def may_be_done_again(self) -> bool:
        """Whether the customer may still say that it was not well done."""
        return self.state in (_S.AWAITING_SIGNATURE, _S.POSTED) or (self.state is _S.CLOSED and self.can_be_reopened)
