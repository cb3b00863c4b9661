"""What the records know of a matter when it is taken in 受理背景: earlier cases of the same fault."""

from workflows.messages.message import Message, Moment


class BackgroundRequest(Message):
    """Ask for the open cases of the same place and cause since ``merge_from``, and the count since ``count_from``.

    "Same fault" is place (unit or place code) and cause (trade, and hazard where there is one).
    """

    case: str
    community: str
    unit: str
    trade: str
    hazard: str = ""
    merge_from: Moment
    count_from: Moment


class CaseBackground(Message):
    """``possible_duplicates`` are numbers of open cases, oldest first; ``same_faults`` counts this case too."""

    possible_duplicates: tuple[str, ...] = ()
    same_faults: int = 1
