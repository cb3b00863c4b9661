"""The quarter's fees 收费 in the policy: charging, late fee, dunning, cash, reports (S4 4; ``docs/domain/fees.md``)."""

from datetime import time
from decimal import Decimal
from enum import StrEnum

from workflows.messages.clocks import ClockRule, clock_rule
from workflows.messages.message import LocalTime, Message
from workflows.messages.money import Amount, Rate
from workflows.messages.people import Role
from workflows.messages.periods import Period


class FullPriceTrigger(StrEnum):
    """What 装修办理之日 means, the day from which the full price is due (F2; which of them is our own reading)."""

    PERMIT_ISSUED = "permit_issued"
    FILING_ACCEPTED = "filing_accepted"
    WORKS_START = "works_start"


class Allocation(StrEnum):
    """In which order an undesignated payment is used (§9.5): oldest bill, principal first, or as 民法典 §561 says."""

    OLDEST_PRINCIPAL_FIRST = "oldest_principal_first"
    LEGAL_561 = "legal_561"


class VacancyPolicy(Message):
    """Vacancy discount 空置优惠 (F9): only where the local rules know one; ``factor`` of the full price is paid.

    It begins when a unit has been empty for ``after_months``, counted from the day that was confirmed; 0 is at once.
    """

    enabled: bool = False
    after_months: int = 6
    factor: Rate = Decimal("0.6")


class FeePolicy(Message):
    """Management fee 物业管理费 and its quarter calendar (S4 4.2.1; ``docs/domain/fees.md``).

    ``…_day`` are days of a month: extraction, review and handover of the quarter's last month, the rest of the
    first. The clocks take their deadlines from these days; their own ``limit`` is not used. ``interim_due_days`` and
    ``late_dispatch_days`` are calendar days from takeover (F6) or sending (F10).
    """

    enabled: bool = True
    half_factor: Rate = Decimal("0.5")
    full_trigger: str = FullPriceTrigger.PERMIT_ISSUED
    proration: str = "actual_days"
    vacancy: VacancyPolicy = VacancyPolicy()
    extraction_day: int = 25
    extraction_time: LocalTime = time(0, 30)
    review_day: int = 26
    handover_day: int = 29
    handover_time: LocalTime = time(18, 0)
    window_opens_day: int = 1
    due_day: int = 10
    distribution_day: int = 20
    interim_due_days: int = 10
    late_dispatch_days: int = 10
    single_distribution_days: int = 10
    permit_withdrawal_days: int = 3
    review: ClockRule = clock_rule("P1D", Role.CS_SUPERVISOR)
    approval: ClockRule = clock_rule("P4D", Role.SITE_MANAGER, next_level=(Role.COMPANY_MANAGER,))
    handover: ClockRule = clock_rule("P4D", Role.CS_SUPERVISOR)
    dispatch: ClockRule = clock_rule("P6D", Role.CS_SUPERVISOR)
    allocation: str = Allocation.OLDEST_PRINCIPAL_FIRST
    collection_target: Rate = Decimal("0.95")

    @property
    def trigger(self) -> FullPriceTrigger:
        """``full_trigger`` as the rules know it; a message keeps the word, which an older build may not know."""
        return FullPriceTrigger(self.full_trigger)

    @property
    def order(self) -> Allocation:
        """``allocation`` as the rules know it."""
        return Allocation(self.allocation)


class LateFeePolicy(Message):
    """Late fee 滞纳金(违约金) (§9.3): ``daily`` of the unpaid principal, simple; rate, cap and limits are our own."""

    daily: Rate = Decimal("0.0005")
    cap_ratio: Rate = Decimal("1.0")
    require_contract_clause: bool = True
    supervisor_waives_up_to: Amount = Decimal("100.00")


class DunningPolicy(Message):
    """Dunning 催缴 (S4 4.2.1.8–11). ``forbid`` may be lengthened, never shortened (民法典 §944).

    ``step_days`` run from receipt of the first, second and final notice. ``sealed`` are the stages whose notice needs
    the company's seal 公章; the first always does (S4 4.2.1.8). ``further_attempts`` follow a bounced notice (§9.6).
    """

    step_days: tuple[int, ...] = (10, 10, 10)
    forbid: tuple[str, ...] = (
        "water", "power", "gas", "heat", "access_card", "lift", "goods_pass", "public_naming",
    )  # fmt: skip
    sealed: tuple[str, ...] = ("first", "second", "final")
    further_attempts: int = 2
    distribution: ClockRule = clock_rule("P7D", Role.CS_SUPERVISOR, is_promise=False)
    issue_time: LocalTime = time(8, 30)
    dispute_answer: ClockRule = clock_rule("P5B", Role.CS_SUPERVISOR)
    delivery_again: ClockRule = clock_rule("P3B", Role.CS_SUPERVISOR, is_promise=False)
    limitation_years: int = 3
    other_means: tuple[str, ...] = ("manager_visit", "owners_committee", "lawyer_letter", "lawsuit", "arbitration")


class CashPolicy(Message):
    """Cash 现金, receipts and refunds (S4 4.2.1.7, §9.7): the limits and the hour are our own.

    More than ``overnight_limit`` CNY taken after ``bank_close`` goes to finance the same day; 0 restores S4.

    What the desk enters of the bank's has a value date at most ``value_date_days`` ago, and has the bank's reference
    where its method is among ``reference_required``.
    """

    overnight_limit: Amount = Decimal("1000.00")
    bank_close: LocalTime = time(17, 0)
    supervisor_refunds_up_to: Amount = Decimal("500.00")
    value_date_days: int = 90
    reference_required: tuple[str, ...] = ("transfer",)


class FeeReportPolicy(Message):
    """Paid-service gathering (S4 4.3; §9.9) and reports (§9.10): days of the month, working days, hours.

    ``day_duties_time`` is when the cash desk's day is looked at, and what is overdue comes onto the dunning list.
    """

    gathering_opens_day: int = 25
    gathering_closes_day: int = 28
    due: Period = Period(working_days=3)
    due_time: LocalTime = time(18, 0)
    day_duties_time: LocalTime = time(8, 0)
    gathering: ClockRule = clock_rule("P4D", Role.CS_SUPERVISOR)
    sending: ClockRule = clock_rule("P3B", Role.CS_SUPERVISOR)
