"""Which notices are printed in one go 批量打印: by their numbers, or by area, quarter, kind and day of issue."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, text

from activities.ledger.refused import LedgerRefusedError

MOST_NOTICES: Final = 2000
"""Notices of one print: what one area has, and what a printer takes."""
_WANTED: Final = text(
    """
    SELECT number, steward_area FROM fee_notices AS notice
    WHERE community = :community
      AND (NOT :by_number OR number = ANY(:numbers))
      AND (:area = '' OR steward_area = :area)
      AND (:kind = '' OR kind = :kind)
      AND (CAST(:issued_on AS date) IS NULL OR issued_on = :issued_on)
      AND (:quarter = '' OR EXISTS (
        SELECT FROM bills
        WHERE bills.community = notice.community AND bills.account = notice.account AND period = :quarter
          AND notice.lines @> jsonb_build_array(jsonb_build_object('bill', bills.number))))
      AND (NOT :unprinted OR NOT EXISTS (
        SELECT FROM fee_prints
        WHERE fee_prints.community = notice.community AND subject = notice.number
          AND form = CASE kind WHEN 'bill' THEN 'bill_notice' ELSE kind || '_notice' END))
      AND (NOT :in_areas OR steward_area = ANY(:areas))
    ORDER BY steward_area, unit COLLATE "C", number
    LIMIT :most
    """
)
"""In the order in which a steward walks: area, unit."""


@dataclass(frozen=True)
class NoticeSelection:
    """Which notices. ``numbers`` names them; the rest narrows: "" and None ask for nothing.

    ``kind`` is bill, first, second or final, ``unprinted`` leaves out those that have been printed before.
    """

    numbers: tuple[str, ...] = ()
    area: str = ""
    quarter: str = ""
    kind: str = ""
    issued_on: date | None = None
    unprinted: bool = False


def select_notices(
    connection: Connection, community: str, selection: NoticeSelection, areas: Collection[str] | None = None
) -> list[str]:
    """Return the numbers, in the order in which a steward walks. ``areas`` are those that he looks after, None for any.

    Raises :class:`LedgerRefusedError`: ``unknown_notice`` for a number that is not there (or not in his areas),
    ``no_notices``, ``too_many_notices``, ``not_your_area``, ``selection_missing`` for everything that there ever was.
    """
    if not (selection.numbers or selection.area or selection.quarter or selection.issued_on):
        raise LedgerRefusedError("selection_missing", "请指明编号、片区、季度或开具日期")
    if areas is not None and selection.area and selection.area not in areas:
        raise LedgerRefusedError("not_your_area", "该片区不由您负责:请选择自己的片区")
    found = connection.scalars(
        _WANTED,
        {
            "community": community,
            "by_number": bool(selection.numbers),
            "numbers": list(selection.numbers),
            "area": selection.area,
            "quarter": selection.quarter,
            "kind": selection.kind,
            "issued_on": selection.issued_on,
            "unprinted": selection.unprinted,
            "in_areas": areas is not None,
            "areas": sorted(areas or ()),
            "most": MOST_NOTICES + 1,
        },
    ).all()
    missing = sorted(set(selection.numbers) - set(found))
    if missing and not selection.unprinted:
        raise LedgerRefusedError("unknown_notice", f"没有编号为{missing[0]}的通知单,或不在您负责的片区")
    if not found:
        raise LedgerRefusedError("no_notices", "没有符合条件的通知单")
    if len(found) > MOST_NOTICES:
        raise LedgerRefusedError("too_many_notices", f"一次最多打印{MOST_NOTICES}张通知单:请按片区分批打印")
    return list(found)
