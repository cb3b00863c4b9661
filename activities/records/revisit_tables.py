"""Tables of revisit selection 回访抽取: each finished matter's place in its sequence."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.schema import Code, Row


class RevisitItem(Row):
    """One completion of one case. ``cohort`` is the month in which its base window ends; ``position`` its place there.

    ``in_base`` and ``counting`` are what the quota looks at: an item that was not reached stays in the base and stops
    counting, one that was exempted or overtaken leaves the base. No foreign key to the case: the selection may be made
    before the recorder has come to write it.
    """

    __tablename__ = "revisit_items"
    case: Mapped[Code] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community: Mapped[Code] = mapped_column(ForeignKey("communities.code"))
    rule: Mapped[Code]
    cohort: Mapped[Code]
    position: Mapped[int]
    selected: Mapped[bool]
    counting: Mapped[bool]
    in_base: Mapped[bool]
    mandatory: Mapped[Code]
    completed_at: Mapped[datetime]
    due_at: Mapped[datetime]
    onsite_first: Mapped[bool]
    onsite_always: Mapped[bool]
    visitor_role: Mapped[Code]
    revisit: Mapped[Code]
    __table_args__ = (UniqueConstraint("community", "rule", "cohort", "position"),)
