"""What staff have entered goes into the ledger 催缴入账: seals, deliveries, disputes, one after the other."""

from functools import partial

from workflows.effects.dunning import start_recording_delivery, start_recording_dispute, start_registering_seal
from workflows.messages.arrears import ArrearsAction, ArrearsClock, ArrearsEvent, OpenSheet
from workflows.messages.arrears_actions import DisputedPart
from workflows.messages.dunning import DeliveryRequest, DisputeRequest, SealRequest
from workflows.messages.notices import NoticeEvent, to_customer, to_role
from workflows.messages.people import Role
from workflows.processes.arrears_file import Entered, sheet_facts
from workflows.processes.arrears_handling import ArrearsHandling
from workflows.rules.amounts import ZERO
from workflows.rules.dunning_ladder import disputed_by, received

_A = ArrearsAction


class ArrearsEntering(ArrearsHandling):
    """An account's arrears as the ledger takes in what was entered."""

    def tell_of(self, sheet: OpenSheet) -> None:
        """The site manager seals, then the steward delivers; the customer is told besides."""
        facts = sheet_facts(sheet)
        if sheet.sealed:
            self.tell(NoticeEvent.DUNNING_TO_DELIVER, to_role(Role.STEWARD), facts)
            self.tell(NoticeEvent.DUNNING_REMINDER, to_customer(), facts)
        else:
            self.tell(NoticeEvent.DUNNING_SEAL_NEEDED, to_role(Role.SITE_MANAGER), facts)

    async def take_in(self, one: Entered) -> None:
        """Have the ledger take in what somebody entered, in the order in which it was entered."""
        steps = {
            _A.SEAL: self.seal,
            _A.DELIVER: self.deliver,
            _A.DISPUTE: self.dispute,
            _A.SETTLE_DISPUTE: self.settle_dispute,
        }
        await steps[_A(one.action)](one)
        self.entered.remove(one)

    async def seal(self, one: Entered) -> None:
        """用印登记: a number of the register is used once (DUN-13)."""
        sheet = self.open_sheets.get(one.details.sheet)
        if sheet is None:
            return
        request = SealRequest(
            community=self.opening.community,
            sheet=sheet.number,
            register_number=one.details.number,
            copies=one.details.copies,
            approved_by=one.actor,
            at=self.now,
        )
        answer = await self.ask(partial(start_registering_seal, request), "用印登记")
        facts = {"sheet": sheet.number, "register_number": request.register_number, "copies": str(request.copies)}
        if answer is None or answer.refused:
            self.note(ArrearsEvent.SEAL_REFUSED, one.actor, facts=facts)
            self.tell(NoticeEvent.DUNNING_SEAL_NEEDED, to_role(Role.SITE_MANAGER), sheet_facts(sheet))
            return
        sealed = sheet.model_copy(update={"sealed": True})
        if sheet.number in self.open_sheets:
            self.open_sheets[sheet.number] = sealed
            self.note(ArrearsEvent.SEALED, one.actor, facts=facts)
            self.tell_of(sealed)

    async def deliver(self, one: Entered) -> None:
        """送达: from the day of receipt the customer's time runs (DUN-01)."""
        sheet = self.open_sheets.get(one.details.sheet)
        if sheet is None:
            return
        request = DeliveryRequest(
            community=self.opening.community,
            sheet=sheet.number,
            received_on=one.details.received_on,
            how=one.details.how,
            at=self.now,
            actor=one.actor,
        )
        await self.ask(partial(start_recording_delivery, request), "送达登记")
        runs = partial(
            received,
            on_day=request.received_on,
            policy=self.policy,
            calendar=self.calendar,
            customer_roll=self.start.customer_roll,
        )
        for line in sheet.lines:
            if self.ladders[line.bill].sheet == sheet.number:
                self.change([line.bill], runs)
        if sheet.number in self.open_sheets:
            self.delivered_sheet(sheet.number, one.details, one.actor)

    async def dispute(self, one: Entered) -> None:
        """异议: the disputed parts rest, the rest goes on (DUN-07)."""
        if await self.dispute_entered(one, one.details.parts, settle=None):
            for part in one.details.parts:
                self.change([part.bill], partial(disputed_by, amount=part.amount))
            amount = f"{sum((part.amount for part in one.details.parts), ZERO):.2f}"
            self.start_clock(ArrearsClock.DISPUTE_ANSWER, self.policy.dispute_answer)
            self.ledger_moved = True
            self.note(ArrearsEvent.DISPUTED, one.actor, reason=one.details.reason, facts={"amount": amount})
            self.tell(NoticeEvent.ARREARS_DISPUTED, to_role(Role.CS_SUPERVISOR), {"amount": amount})
        else:
            self.note(ArrearsEvent.DISPUTE_REFUSED, one.actor)

    async def settle_dispute(self, one: Entered) -> None:
        """答复异议: upheld, the parts are credited and their late fee is dropped; rejected, they are demanded again."""
        parts = tuple(
            DisputedPart(bill=ladder.bill, amount=ladder.disputed)
            for ladder in self.ladders.values()
            if ladder.disputed
        )
        if not await self.dispute_entered(one, parts, settle=one.details.upheld):
            self.note(ArrearsEvent.DISPUTE_REFUSED, one.actor)
            return
        self.change((part.bill for part in parts), partial(disputed_by, amount=ZERO))
        self.clocks.stop(ArrearsClock.DISPUTE_ANSWER)
        answer = "成立" if one.details.upheld else "不成立"
        self.note(ArrearsEvent.DISPUTE_SETTLED, one.actor, reason=one.details.answer, facts={"answer": answer})
        self.tell(NoticeEvent.ARREARS_DISPUTE_ANSWERED, to_customer(), {"answer": answer})
        self.ledger_moved = True

    async def dispute_entered(self, one: Entered, parts: tuple[DisputedPart, ...], *, settle: bool | None) -> bool:
        """Whether the ledger has put the parts aside, or settled them."""
        request = DisputeRequest(
            community=self.opening.community,
            account=self.start.account,
            key=f"{self.opening.number}:{self.header.last_sequence}",
            parts=parts,
            at=self.now,
            actor=one.actor,
            settle=settle,
            reason=getattr(one.details, "reason", "") or getattr(one.details, "answer", ""),
            late_fee=self.start.late_fee,
        )
        answer = await self.ask(partial(start_recording_dispute, request), "异议入账")
        return answer is not None and not answer.refused
