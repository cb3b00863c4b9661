"""What staff and customers do to an account's arrears 催缴办理; none of it waits."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from workflows.messages import arrears_actions as entered
from workflows.messages.arrears import ArrearsAction, ArrearsClock, ArrearsEvent, ListedBill, OpenSheet
from workflows.messages.attachments import picture_facts
from workflows.messages.case import CustomerReply, ReplyIntent
from workflows.messages.message import Message
from workflows.messages.notices import NoticeEvent, to_role
from workflows.messages.passing_on import CaseWord, PassedOn
from workflows.messages.people import SYSTEM, Actor, Role
from workflows.processes.arrears_file import ArrearsFile, Entered, sheet_facts
from workflows.rules.allowed_actions import Refused
from workflows.rules.amounts import ZERO, to_cents
from workflows.rules.dunning import is_forbidden, may_choose
from workflows.rules.dunning_ladder import owed
from workflows.rules.instalments import Instalment, plan_problems

_A = ArrearsAction


class ArrearsHandling(ArrearsFile):
    """An account's arrears as people act on them."""

    details_of: ClassVar[dict[str, type[Message]]] = {
        _A.SEAL: entered.SealDetails,
        _A.DELIVER: entered.DeliverDetails,
        _A.BOUNCE: entered.BounceDetails,
        _A.DISPUTE: entered.FeeDisputeDetails,
        _A.SETTLE_DISPUTE: entered.SettleDisputeDetails,
        _A.AGREE_INSTALMENTS: entered.InstalmentDetails,
        _A.CHOOSE_MEANS: entered.ChooseMeansDetails,
        _A.MOVE_DEADLINE: entered.MoveArrearsDeadlineDetails,
    }

    # What is refused

    def refuse(self, action: str, details: Any, actor: Actor) -> None:
        """Refuse what the table allows and these arrears do not."""
        checks: dict[str, Callable[[Any], object]] = {
            _A.SEAL: self._refuse_seal,
            _A.DELIVER: self._refuse_delivery,
            _A.BOUNCE: lambda details: self._needs_sheet(details.sheet, sealed=True),
            _A.DISPUTE: self._refuse_dispute,
            _A.SETTLE_DISPUTE: self._refuse_settling,
            _A.AGREE_INSTALMENTS: self._refuse_plan,
            _A.CHOOSE_MEANS: self._refuse_means,
            _A.MOVE_DEADLINE: self.refuse_move,
        }
        checks[action](details)

    def _needs_sheet(self, number: str, *, sealed: bool) -> OpenSheet:
        """The sheet that is meant: the named one, or the oldest in that condition; DUN-13 where it has no seal."""
        if number and number not in self.open_sheets:
            raise Refused("unknown_sheet", "没有这份待办的催款通知单,请核对编号")
        fitting = [
            sheet
            for sheet in self.open_sheets.values()
            if sheet.sealed is sealed and number in ("", sheet.number) and not self._is_entered(sheet.number)
        ]
        if fitting:
            return fitting[0]
        if self.open_sheets and sealed:
            raise Refused("seal_missing", "该通知单尚未登记用印,不得派发:请管理处经理先登记用印")
        raise Refused("no_open_sheet", "没有待办的催款通知单")

    def _is_entered(self, number: str) -> bool:
        return any(getattr(one.details, "sheet", None) == number for one in self.entered)

    def _refuse_seal(self, details: entered.SealDetails) -> None:
        self._needs_sheet(details.sheet, sealed=False)
        if not details.number.strip() or details.copies < 1:
            raise Refused("invalid_details", "用印登记须有编号和份数")

    def _refuse_delivery(self, details: entered.DeliverDetails) -> None:
        sheet = self._needs_sheet(details.sheet, sealed=True)
        if not sheet.issued_on <= details.received_on <= self.today:
            raise Refused("invalid_day", "签收日期应在开具之日与今天之间")
        if details.how is entered.Delivery.DOOR and not (details.photos and details.witness):
            raise Refused("evidence_missing", "张贴送达须有照片和见证人")

    def _refuse_dispute(self, details: entered.FeeDisputeDetails) -> None:
        if ArrearsClock.DISPUTE_ANSWER in self.clocks:
            raise Refused("dispute_open", "已有异议待答复,请先答复")
        open_bills = {bill.number: bill for bill in self.standing.bills} if self.standing else {}
        for part in details.parts:
            bill = open_bills.get(part.bill)
            if bill is None or part.bill not in self.ladders:
                raise Refused("unknown_bill", f"账单{part.bill}不在本催缴单内或已结清")
            if not ZERO < part.amount <= bill.principal or part.amount != to_cents(part.amount):
                raise Refused("invalid_amount", f"异议金额应大于0且不超过账单{part.bill}的未缴本金")
        if not details.parts:
            raise Refused("invalid_details", "异议须逐项列明账单和金额")

    def _refuse_settling(self, details: entered.SettleDisputeDetails) -> None:
        if not any(ladder.disputed for ladder in self.ladders.values()):
            raise Refused("no_dispute", "没有待答复的异议")

    def _refuse_plan(self, details: entered.InstalmentDetails) -> None:
        plan = [Instalment(part.due_on, part.amount) for part in details.plan]
        principal, _ = owed(self.standing, self.ladders)
        if problems := plan_problems(plan, principal, self.today):
            raise Refused("invalid_plan", ";".join(problem.label for problem in problems))

    def _refuse_means(self, details: entered.ChooseMeansDetails) -> None:
        if is_forbidden(details.means, self.policy):
            raise Refused(
                "forbidden_lever", "不得以停水停电停气停暖、门禁电梯、放行条或公示姓名等方式催缴(民法典第九百四十四条)"
            )
        if not may_choose(details.means, self.policy):
            raise Refused("unknown_means", f"可选的后续方式:{'、'.join(self.policy.other_means)}")

    # What is done

    def carry_out(self, action: str, details: Any, actor: Actor) -> None:
        """Do what the action does at once, or put it down for the ledger to take in."""
        methods: dict[str, Callable[[Any, Actor], None]] = {
            _A.BOUNCE: self._bounce,
            _A.AGREE_INSTALMENTS: self._agree,
            _A.CHOOSE_MEANS: self._choose,
            _A.MOVE_DEADLINE: self._move,
        }
        if action in methods:
            methods[action](details, actor)
            return
        if action in (_A.SEAL, _A.DELIVER):
            sheet = self._needs_sheet(details.sheet, sealed=action == _A.DELIVER)
            details = details.model_copy(update={"sheet": sheet.number})
        self.entered.append(Entered(action, details, actor))
        self.revision += 1

    def _bounce(self, details: entered.BounceDetails, actor: Actor) -> None:
        """未送达: no clock; another way is tried, and at last the agreed address or a lawyer (DUN-06)."""
        sheet = self._needs_sheet(details.sheet, sealed=True)
        sheet = sheet.model_copy(update={"attempts": sheet.attempts + 1})
        self.open_sheets[sheet.number] = sheet
        facts = {"sheet": sheet.number, "attempts": str(sheet.attempts)}
        self.note(ArrearsEvent.BOUNCED, actor, reason=details.reason, facts=facts)
        self.start_clock(ArrearsClock.DELIVERY_AGAIN, self.policy.delivery_again)
        self.tell(NoticeEvent.DUNNING_BOUNCED, to_role(Role.STEWARD), facts)
        if sheet.attempts > self.policy.further_attempts:
            self.tell(NoticeEvent.DUNNING_BOUNCED, to_role(Role.SITE_MANAGER), facts)

    def _agree(self, details: entered.InstalmentDetails, actor: Actor) -> None:
        """分期协议: dunning rests while it is kept (§9.5)."""
        self.plan = details.plan
        self.agreed_bills = tuple(self.ladders)
        self.agreed_principal, _ = owed(self.standing, self.agreed_bills)
        facts = {f"{part.due_on}": f"{part.amount:.2f}" for part in details.plan}
        self.note(ArrearsEvent.INSTALMENTS_AGREED, actor, reason=details.reason, facts=facts)

    def _choose(self, details: entered.ChooseMeansDetails, actor: Actor) -> None:
        self.means = details.means
        self.note(ArrearsEvent.MEANS_CHOSEN, actor, reason=details.reason, facts={"means": details.means})

    def _move(self, details: entered.MoveArrearsDeadlineDetails, actor: Actor) -> None:
        self.note(ArrearsEvent.DEADLINE_MOVED, actor, reason=details.reason, facts=self.moved(details))

    def delivered_sheet(self, number: str, details: entered.DeliverDetails, actor: Actor) -> None:
        """A sheet was received: the clocks of its bills run from that day. What proves it stands on the line."""
        sheet = self.open_sheets.pop(number)
        facts = {
            **sheet_facts(sheet),
            "received_on": str(details.received_on),
            "how": details.how.label,
            **picture_facts(photos=details.photos),
        }
        self.clocks.stop(ArrearsClock.DELIVERY_AGAIN)
        if not any(other.stage == "first" for other in self.open_sheets.values()):
            self.clocks.stop(ArrearsClock.DISTRIBUTION)
        witness = f"见证人 {details.witness}" if details.witness else ""
        self.note(ArrearsEvent.DELIVERED, actor, reason=witness, facts=facts)

    # What others say

    def take_reply(self, reply: CustomerReply) -> None:
        """A customer's words are kept; a dispute needs writing and items, which the supervisor sees to (§9.6)."""
        self.record(
            ArrearsEvent.CUSTOMER_REPLIED,
            reply.recorded_by,
            reason=reply.text,
            facts={"intent": reply.intent.label},
        )
        disputes = reply.intent is ReplyIntent.DISPUTE
        self.tell(NoticeEvent.CUSTOMER_REPLIED, to_role(Role.CS_SUPERVISOR if disputes else Role.STEWARD))

    def hear_word(self, word: PassedOn) -> None:
        """The ledger has moved for this account, or more of its bills are overdue."""
        if self.is_closing:  # what comes now is listed anew the next working day
            return
        if word.word is CaseWord.BILLS_OVERDUE:
            bills = [
                ListedBill(bill=bill, due_on=date.fromisoformat(days.split()[0]), distribute_by=days.split()[1])
                for bill, days in sorted(word.facts.items())
            ]
            if new := self.add(bills):
                self.note(ArrearsEvent.BILLS_ADDED, SYSTEM, facts={"bills": "、".join(new)})
        if word.word in (CaseWord.BILLS_OVERDUE, CaseWord.LEDGER_MOVED):
            self.ledger_moved = True
            self.revision += 1

    def abort(self) -> None:
        """An administrator has ended the workflow: on record, and the site manager knows."""
        self.end()
        self.record(ArrearsEvent.ABORTED, SYSTEM)
        for role in (Role.SITE_MANAGER, Role.STEWARD):
            self.tell(NoticeEvent.CASE_ABORTED, to_role(role))

    def paid_since_agreed(self) -> Decimal:
        """What was paid of the agreed principal, CNY; an agreement is of principal, late fee goes on (own)."""
        principal, _ = owed(self.standing, self.agreed_bills)
        return max(self.agreed_principal - principal, ZERO)
