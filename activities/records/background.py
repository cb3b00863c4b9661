"""What the records know of a matter when it is taken in 受理背景: open cases of the same fault, and their number."""

from sqlalchemy import ColumnElement, and_, func, select
from temporalio import activity

from activities.connections.database import Database
from activities.records.case_tables import Case, RepairRecordRow
from workflows.messages.background import BackgroundRequest, CaseBackground
from workflows.messages.identifiers import Activity


class Background:
    """Earlier repairs of the same place and cause; only reads."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @activity.defn(name=Activity.RECALL, no_thread_cancel_exception=True)
    def recall(self, request: BackgroundRequest) -> CaseBackground:
        """Return open cases of the same fault since ``merge_from``, and the number since ``count_from``, with this one.

        The same fault is the same unit or place and the same trade, and the same hazard where there is one (§18).
        Reports that were merged or dismissed are no faults of their own; one without a place is nobody's double.
        """
        if not request.unit:
            return CaseBackground()
        same = and_(
            Case.community == request.community,
            Case.unit == request.unit,
            Case.number != request.case,
            RepairRecordRow.trade == request.trade,
            *_same_hazard(request.hazard),
            RepairRecordRow.closed_as.not_in(("merged", "dismissed")),
        )
        open_since = and_(same, Case.closed_at.is_(None), Case.received_at >= request.merge_from)
        of_repairs = RepairRecordRow.case == Case.number
        with self._db.begin() as connection:
            duplicates = connection.scalars(
                select(Case.number)
                .join(RepairRecordRow, of_repairs)
                .where(open_since)
                .order_by(Case.received_at, Case.number)
            ).all()
            earlier = connection.scalar(
                select(func.count())
                .select_from(Case)
                .join(RepairRecordRow, of_repairs)
                .where(same, Case.received_at >= request.count_from)
            )
        return CaseBackground(possible_duplicates=tuple(duplicates), same_faults=(earlier or 0) + 1)


def _same_hazard(hazard: str) -> tuple[ColumnElement[bool], ...]:
    return (RepairRecordRow.hazard == hazard,) if hazard else ()
