"""A thousand 《缴费通知单》 in one PDF, against as many bare pages of typst: pages a second, in one run.

Ours are read from the ledger, names opened, numbered with a QR code, put into one file and entered in the register of
prints; the bare ones are a heading and a table each. Both are made alternately. Goal: at least 20 pages a second.
"""

import io
import logging
import statistics
import time
from datetime import UTC, datetime
from typing import Any, Final

import pypdf
import structlog
import typst
from sqlalchemy import insert, select, text

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.documents.fee_printing import print_notices
from activities.documents.fonts import chinese_font, fonts_of_this_process
from activities.documents.notice_selection import NoticeSelection
from activities.records.community_tables import Contact, Household, Unit
from activities.records.migration import upgrade
from activities.records.policies import publish_policy
from activities.records.sealing import seal_columns
from bench.figures import at_least, record, say
from tests import servers
from tests.billing import community
from tests.documents.fee_records import STEWARD, billed_quarter

NOTICES: Final = 1000
ROUNDS: Final = 3
_NOW: Final = community.at("03-27 10:00")
_BARE: Final = """
#set page(paper: "a4")
#set text(font: sys.inputs.font, size: 9.5pt)
#for place in range(int(sys.inputs.pages)) {
  page[
    #align(center, text(size: 19pt)[缴费通知单 #place])
    #table(columns: (1fr,) * 6, ..range(60).map(cell => [第#cell;格]))
  ]
}
"""


def bare() -> float:
    """Seconds of as many bare pages."""
    fonts = fonts_of_this_process()
    began = time.perf_counter()
    typst.compile(
        _BARE.encode(), font_paths=fonts, pdf_tags=False,
        sys_inputs={"font": chinese_font(fonts), "pages": str(NOTICES)},
    )  # fmt: skip
    return time.perf_counter() - began


def ours(db: Database) -> float:
    """Seconds of the notices, from the ledger to the entries in the register."""
    began = time.perf_counter()
    content = print_notices(db, community.CODE, NoticeSelection(quarter="2026Q2"), STEWARD, _NOW)
    seconds = time.perf_counter() - began
    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) == NOTICES  # noqa: S101 - fewer would be quicker
    return seconds


def _found(url: str) -> Database:
    """A community of so many flats, each with a named household, and its second quarter billed."""
    upgrade(url)
    db = Database.connect(url, KeyRing.generate())
    community.found(db)
    since = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
    changes = {"community": community.CODE, "preset": "residential-S1", "effective_from": since}
    publish_policy(db, changes, "M001", "bench")
    community.many_flats(db, NOTICES)
    with db.begin() as connection:
        units = connection.scalars(select(Unit.code).order_by(Unit.code)).all()
        connection.execute(
            insert(Household),
            [{"community": community.CODE, "unit": unit, "since": community.LONG_AGO} for unit in units],
        )
        households = connection.scalars(select(Household.id)).all()
        connection.execute(insert(Contact), [_contact(db, household) for household in households])
        connection.execute(text("ANALYZE"))
    billed_quarter(db)
    return db


def _contact(db: Database, household: int) -> dict[str, Any]:
    values = {
        "community": community.CODE,
        "household": household,
        "position": 1,
        "identity": "owner",
        "name": f"业主{household}",
    }
    return seal_columns(db.personal, Contact, values)


def main() -> None:
    """Start what is needed in temporary folders, compare, and leave nothing behind."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with servers.postgres_server("bench-notices") as postgres, postgres.new_database() as url:
        db = _found(url)
        rates, ratios = [], []
        for number in range(1, ROUNDS + 1):
            plain, printed = bare(), ours(db)
            rates.append(NOTICES / printed)
            ratios.append(printed / plain)
            say(
                f"round {number}: {NOTICES} notices   bare {NOTICES / plain:6.1f} pages/s"
                f"   ours {rates[-1]:6.1f} pages/s   ratio {ratios[-1]:5.2f}"
            )
        db.close()
    record(f"{NOTICES} notices as one PDF", statistics.median(rates), "pages/s", at_least(20))
    record(f"{NOTICES} notices / bare pages, time", statistics.median(ratios))


if __name__ == "__main__":
    main()
