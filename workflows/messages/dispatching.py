"""The question who takes the next job, and its answer."""

from workflows.messages.message import Message, Moment
from workflows.messages.people import Trade


class OfferRequest(Message):
    """Ask for the next technician 派工. (case, attempt) is the key: asking again returns the first answer.

    ``declined`` are those who have declined or missed this case, most recent last; ``named`` is the
    technician whom the desk or the lead has chosen, or "" to let the rule choose.
    """

    case: str
    community: str
    attempt: int
    business_now: Moment
    trade: Trade
    unit: str = ""
    area: str = ""
    declined: tuple[str, ...] = ()
    named: str = ""
    emergency: bool = False


class OfferOutcome(Message):
    """Who was offered the job; ``technician`` is "" when nobody on duty can take it."""

    technician: str = ""
    considered: int = 0
