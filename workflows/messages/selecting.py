"""The question whether a finished matter is revisited 回访抽取, and its answer."""

from workflows.messages.message import Message, Moment
from workflows.messages.people import Role


class RevisitRequest(Message):
    """Ask whether a finished matter is revisited, and have its revisit opened if so. Key: (case, round).

    ``scopes`` name the matter for its base rule, most specific first (``repair.paid``, ``repair``); ``overlays``
    are what makes a stricter rule hold besides (``emergency``). ``mandatory`` is why it is selected whatever the
    quota ("" for not): emergency, low_rating, reopened, hot_issue; asked again with a reason, an item that was not
    selected becomes so. ``barred`` are staff who carried out or decided the remedy. ``level`` is 一般/重要/重大 as
    ``general``, ``important``, ``major``.
    """

    case: str
    kind: str
    community: str
    round: int
    unit: str = ""
    area: str = ""
    scopes: tuple[str, ...]
    overlays: tuple[str, ...] = ()
    completed_at: Moment
    business_now: Moment
    mandatory: str = ""
    barred: tuple[str, ...] = ()
    level: str = "general"


class RevisitSelection(Message):
    """The stored answer. ``rule`` is "" where the policy has none for this matter; ``position`` is k in its sequence.

    ``revisit`` is the number of the revisit that was opened, "" for an item that was not selected. ``due_at`` is the
    end of the window.
    """

    selected: bool = False
    rule: str = ""
    overlays: tuple[str, ...] = ()
    cohort: str = ""
    position: int = 0
    due_at: Moment | None = None
    onsite_first: bool = False
    onsite_always: bool = False
    by: Role | None = None
    mandatory: str = ""
    revisit: str = ""


class Uncounted(Message):
    """A selected item no longer counts 不再计入: unreachable (stays in the base), exempted or withdrawn (leaves it)."""

    case: str
    community: str
    round: int
    leaves_base: bool


class VisitorRequest(Message):
    """Who makes the revisit? ``wanted`` is the rule's or level's role; ``named`` whom the supervisor has chosen.

    ``refused`` are staff who may not do it: their own work (R17).
    """

    case: str
    community: str
    business_now: Moment
    wanted: Role
    area: str = ""
    named: str = ""
    barred: tuple[str, ...] = ()


class Visitor(Message):
    """Who makes it, and in which role; ``staff`` is "" when nobody on the ladder can."""

    staff: str = ""
    role: Role | None = None


class LinkedCaseRequest(Message):
    """Open a repair for a matter raised in a revisit 回访中提出. Key: (source, matter). Text is the customer's words.

    Unit, area and reporter are those of the ``original`` case, read from its record.
    """

    source: str
    matter: int
    original: str
    community: str
    description: str
    business_now: Moment
    appointment_at: Moment | None = None


class LinkedCase(Message):
    """The number of the case that was opened."""

    number: str
