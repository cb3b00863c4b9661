"""Printing papers of fees 打印收费单据: each print is entered, and all but the first are marked 补打 (S4 4.2.1; own).

A paper bears its own number: that of the notice, the slip or the receipt. A print is set first and entered then; who
finds that somebody else has printed the same paper meanwhile throws his away and sets it anew, so that no two
sheets say the same and none leaves that is not in the register. The PDF itself is not kept; its SHA-256 is.
"""

import hashlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import typst
from sqlalchemy import Connection, func, insert, select, text, tuple_
from sqlalchemy.exc import IntegrityError

from activities.connections.database import Database
from activities.documents.cash_slip_paper import cash_slip_fields
from activities.documents.fee_forms import FeeForm
from activities.documents.fee_typesetting import FeePaper, PrintStamp, one_file, set_paper, set_papers
from activities.documents.fonts import chinese_font, fonts_of_this_process
from activities.documents.letterhead import Letterhead, read_letterhead
from activities.documents.notice_papers import UNSEALED, form_of, notice_fields, seal_missing
from activities.documents.notice_reading import NoticeFacts, read_notices
from activities.documents.notice_selection import NoticeSelection, select_notices
from activities.documents.receipt_paper import receipt_fields, receipt_number
from activities.ledger.refused import LedgerRefusedError
from activities.records.bill_tables import FeePrint
from activities.records.sealing import table_of
from workflows.messages.people import Actor

Progress = Callable[[int, int], None]
"""Is told how many papers are set, and of how many."""
_ATTEMPTS: Final = 20
"""As often as others may print the very same paper while ours is being set."""
_PROOF: Final = "样张"
_NEXT_BATCH: Final = text("SELECT nextval(pg_get_serial_sequence('fee_prints', 'id'))")


@dataclass(frozen=True)
class PrintedPaper:
    """A print: the PDF, what it is, and 0 or the how-manieth reprint 补打; ``copy`` is None for a proof 样张."""

    content: bytes
    form: FeeForm
    subject: str
    copy: int | None

    @property
    def file_name(self) -> str:
        """A name for the file, such as ``缴费通知单-JF-2026-000001.pdf``."""
        return f"{self.form.label}-{self.subject}.pdf"


def print_fee_document(  # noqa: PLR0917 - which paper of whom, who prints it, when
    db: Database,
    community: str,
    form: FeeForm,
    subject: str,
    actor: Actor,
    now: datetime,
    *,
    proof: bool = False,
    areas: frozenset[str] | None = None,
    fonts: typst.Fonts | None = None,
) -> PrintedPaper:
    """Print one paper and enter the print. A ``proof`` 样张 says so across the page and is not entered.

    ``areas`` are those whose notices a steward prints, None for any paper.

    Raises :class:`LedgerRefusedError`: ``unknown_notice``, ``unknown_receipt``, ``unknown_slip``,
    ``not_your_area``, ``seal_missing`` (DUN-13: a proof says 未用印,不得送达), ``no_policy_in_force``,
    ``printed_meanwhile``; and ``FontMissingError``.
    """
    fonts = fonts or fonts_of_this_process()
    chinese_font(fonts)
    if form is FeeForm.RECEIPT:
        subject = str(receipt_number(subject))
    for _ in range(_ATTEMPTS):
        with db.begin() as connection:
            letterhead = read_letterhead(connection, db.personal, community, now)
            paper = _paper(connection, db, letterhead, form, subject, areas, proof=proof)
            if not proof:
                (paper,) = _with_copies(connection, community, [paper])
        content = set_paper(paper, _stamp(letterhead, actor), fonts)
        if proof or _entered(db, community, [paper], content, actor, now):
            return PrintedPaper(content, paper.form, subject, paper.copy)
    raise _printed_meanwhile()


def print_notices(  # noqa: PLR0917 - which notices of whom, who prints them, when, and who is told how far it is
    db: Database,
    community: str,
    selection: NoticeSelection,
    actor: Actor,
    now: datetime,
    progress: Progress = lambda done, total: None,
) -> bytes:
    """Print the notices as one PDF and enter all prints in one transaction, or none.

    Raises :class:`LedgerRefusedError` as :class:`NoticeBatch` does, and ``FontMissingError``.
    """
    batch = NoticeBatch(db, community, selection, actor, now)
    printing = batch.printed()
    while True:
        try:
            progress(next(printing), len(batch.papers))
        except StopIteration as done:
            content: bytes = done.value
            return content


class NoticeBatch:
    """A print of many notices: read and checked when it is made, set piece by piece, entered at the end.

    Raises :class:`LedgerRefusedError` as ``select_notices`` does, ``seal_missing`` where one of them has no seal, and
    ``no_policy_in_force``; and ``FontMissingError``. ``areas`` are those that the steward looks after, None for any.
    """

    def __init__(  # noqa: PLR0917 - as print_notices
        self,
        db: Database,
        community: str,
        selection: NoticeSelection,
        actor: Actor,
        now: datetime,
        areas: frozenset[str] | None = None,
        fonts: typst.Fonts | None = None,
    ) -> None:
        self._db, self._community, self._actor, self._now = db, community, actor, now
        self._fonts = fonts or fonts_of_this_process()
        chinese_font(self._fonts)
        with db.begin() as connection:
            numbers = select_notices(connection, community, selection, areas)
            letterhead = read_letterhead(connection, db.personal, community, now)
            notices = read_notices(connection, db.personal, community, numbers)
            _refuse_unsealed(notices, letterhead)
            papers = [FeePaper(form_of(one), one.notice.number, notice_fields(one, letterhead)) for one in notices]
            self.papers = _with_copies(connection, community, papers)
        self._stamp = _stamp(letterhead, actor)

    def printed(self) -> Generator[int, None, bytes]:
        """Yield how many notices are set, and return the PDF, entered. ``printed_meanwhile`` may be refused."""
        parts = []
        for done, part in set_papers(self.papers, self._stamp, self._fonts):
            parts.append(part)
            yield done
        content = one_file(parts)
        if not _entered(self._db, self._community, self.papers, content, self._actor, self._now):
            raise _printed_meanwhile()
        return content


def _paper(  # noqa: PLR0917 - which paper, for whom
    connection: Connection,
    db: Database,
    letterhead: Letterhead,
    form: FeeForm,
    subject: str,
    areas: frozenset[str] | None,
    *,
    proof: bool,
) -> FeePaper:
    mark = _PROOF if proof else ""
    copy = None if proof else 0
    if areas is not None and form in {FeeForm.RECEIPT, FeeForm.CASH_SLIP}:
        raise LedgerRefusedError("not_your_area", "收据和缴款单由收银台打印:管家只打印自己片区的通知单")
    if form is FeeForm.RECEIPT:
        return FeePaper(form, subject, receipt_fields(connection, db.personal, letterhead, subject), copy, mark)
    if form is FeeForm.CASH_SLIP:
        return FeePaper(form, subject, cash_slip_fields(connection, letterhead, subject), copy, mark)
    notices = read_notices(connection, db.personal, letterhead.community, [subject])
    if not notices or form_of(notices[0]) is not form:
        raise LedgerRefusedError("unknown_notice", f"没有这个编号的{form.label}:请核对编号")
    if areas is not None and notices[0].notice.steward_area not in areas:
        raise LedgerRefusedError("not_your_area", f"通知单{subject}不在您负责的片区")
    if not proof:
        _refuse_unsealed(notices, letterhead)
    elif seal_missing(notices[0], letterhead):
        mark = UNSEALED
    return FeePaper(form, subject, notice_fields(notices[0], letterhead), copy, mark)


def _refuse_unsealed(notices: Sequence[NoticeFacts], letterhead: Letterhead) -> None:
    unsealed = [one.notice.number for one in notices if seal_missing(one, letterhead)]
    if unsealed:
        more = f"等{len(unsealed)}张" if len(unsealed) > 1 else ""
        raise LedgerRefusedError("seal_missing", f"{unsealed[0]}{more}未登记用印,不得打印送达:请管理处经理先登记用印")


def _stamp(letterhead: Letterhead, actor: Actor) -> PrintStamp:
    return PrintStamp(letterhead.name, letterhead.at, letterhead.moment(letterhead.at), letterhead.actor(actor))


def _with_copies(connection: Connection, community: str, papers: Sequence[FeePaper]) -> list[FeePaper]:
    """The papers with the how-manieth print each of them is, from 0."""
    printed = {
        (row.form, row.subject): row.next
        for row in connection.execute(
            select(FeePrint.form, FeePrint.subject, (func.max(FeePrint.copy) + 1).label("next"))
            .where(
                FeePrint.community == community,
                tuple_(FeePrint.form, FeePrint.subject).in_([(paper.form, paper.subject) for paper in papers]),
            )
            .group_by(FeePrint.form, FeePrint.subject)
        )
    }
    return [replace(paper, copy=printed.get((paper.form, paper.subject), 0)) for paper in papers]


def _entered(  # noqa: PLR0917 - the columns of the register
    db: Database, community: str, papers: Sequence[FeePaper], content: bytes, actor: Actor, now: datetime
) -> bool:
    """Enter the prints in one transaction; False, and none is entered, where one of them has been printed meanwhile."""
    try:
        with db.begin() as connection:
            batch = connection.scalar(_NEXT_BATCH) if len(papers) > 1 else None
            connection.execute(
                insert(table_of(FeePrint)),
                [
                    {
                        "community": community,
                        "form": paper.form,
                        "subject": paper.subject,
                        "copy": paper.copy,
                        "batch": batch,
                        "printed_at": now,
                        "printed_role": actor.role,
                        "printed_by": actor.code,
                        "sha256": hashlib.sha256(content).digest(),
                    }
                    for paper in papers
                ],
            )
    except IntegrityError:
        return False
    return True


def _printed_meanwhile() -> LedgerRefusedError:
    return LedgerRefusedError("printed_meanwhile", "同一单据刚被他人打印,本次作废:请再打印一次")
