"""Special services 特约服务 in the policy (S4 3.3; limits are our own)."""

from decimal import Decimal

from workflows.messages.clocks import ClockRule, clock_rule
from workflows.messages.message import Message
from workflows.messages.money import Amount
from workflows.messages.people import Role
from workflows.messages.periods import Period


class ServicePolicy(Message):
    """Special services: quoting, the customer's confirmation, the appointment, cancelling, the customer's signature."""

    quoting: ClockRule = clock_rule("P1B", Role.CS_SUPERVISOR)
    off_list_review: ClockRule = clock_rule("PT15M", Role.ENGINEERING_LEAD, is_promise=False)
    off_list_limit: Amount = Decimal("1000.00")
    quote_confirmation: ClockRule = clock_rule("PT24H", Role.CS_ASSISTANT, is_promise=False, remind_share=20 / 24)
    start: ClockRule = clock_rule("PT15M", Role.CS_SUPERVISOR)
    start_before_appointment: Period = Period(minutes=5)
    signature: ClockRule = clock_rule("P2D", Role.CS_SUPERVISOR, is_promise=False)
    charge_dispute: ClockRule = clock_rule("P2D", Role.CS_SUPERVISOR)
    free_cancellation_before: Period = Period(hours=2)
    late_cancellation_fee: Amount = Decimal("0.00")
    reopen_window: Period = Period(days=7)
    low_rating: int = 2
