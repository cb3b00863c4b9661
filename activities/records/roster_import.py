"""Taking over a roster 花名册导入 from a spreadsheet: all of it, or a list of everything that is wrong.

An import adds and changes by code. What a file does not mention stays as it is: a household ends by its
搬离日期, a person by 离职, a post or shift by its last date.
"""

import dataclasses
from datetime import UTC, date, datetime

import structlog
from sqlalchemy import Connection, select

from activities.connections.database import Database
from activities.records.community_tables import Community
from activities.records.payer_households import name_payers
from activities.records.policies import NoPolicyInForceError, policy_in_force
from activities.records.roster import (
    Roster,
    RosterPerson,
    RosterPost,
    RosterProblem,
    RosterReport,
    RosterShift,
    SheetCounts,
)
from activities.records.roster_checks import Candidate, check, single_post, warnings
from activities.records.roster_file import RosterFile, read_roster_file
from activities.records.roster_rows import read_roster, write_roster
from activities.records.roster_workbook import WorkbookError
from workflows.messages.policy import DutyPolicy

log = structlog.get_logger(__name__)


def import_roster(db: Database, community: str, content: bytes) -> RosterReport:
    """Import an .xlsx workbook into a community's roster in one transaction, and report.

    Either every row is taken over, or none and the report lists all problems by sheet, row and column. Importing
    the same file again changes nothing. Raises ``OperationalError`` if PostgreSQL cannot be reached.
    """
    try:
        file = read_roster_file(content)
    except WorkbookError as error:
        return _refused(community, [RosterProblem(sheet="", row=0, column="", code=error.code, message=error.message)])
    with db.begin() as connection:
        if not _lock(connection, community):
            message = "没有这个项目,请核对项目编码"
            unknown = RosterProblem(sheet="", row=0, column="", code="unknown_community", message=message)
            return _refused(community, [unknown])
        before = read_roster(connection, db.personal, community)
        after = _with_leavers_ended(before.overlaid(file.roster), file.roster)
        candidate = Candidate(after, file.rows, file.broken)
        second_posts, second_post_warnings = single_post(candidate, _duty_policy(connection, community))
        problems = [*file.problems, *check(candidate), *second_posts]
        if problems:
            return _refused(community, problems)
        write_roster(connection, db.personal, community, before, after)
        name_payers(connection, community)
    counts = _counts(file, before)
    log.info("roster_imported", community=community, **{sheet: one.model_dump() for sheet, one in counts.items()})
    return RosterReport(
        community=community,
        imported=True,
        counts=counts,
        warnings=(*second_post_warnings, *warnings(candidate)),
    )


def _refused(community: str, problems: list[RosterProblem]) -> RosterReport:
    log.info("roster_refused", community=community, problems=len(problems))
    return RosterReport(community=community, imported=False, problems=tuple(problems))


def _lock(connection: Connection, community: str) -> bool:
    """Lock the community, so that two imports follow one another; False where there is none of that code."""
    if not community.isprintable():
        return False
    return bool(connection.scalar(select(Community.code).where(Community.code == community).with_for_update()))


def _duty_policy(connection: Connection, community: str) -> DutyPolicy:
    try:
        return policy_in_force(connection, community, datetime.now(UTC)).duty
    except NoPolicyInForceError:
        return DutyPolicy()


def _with_leavers_ended(roster: Roster, file: Roster) -> Roster:
    """End all posts and shifts of those who leave 离职, on the latest 离岗日期 that the file gives them."""
    gone = {person.code for person in file.all(RosterPerson) if not person.active}
    left: dict[str, date] = {}
    for post in file.all(RosterPost):
        if post.staff in gone and post.until is not None:
            left[post.staff] = max(post.until, left.get(post.staff, post.until))
    held: list[RosterPost | RosterShift] = [*roster.all(RosterPost), *roster.all(RosterShift)]
    ended = [
        dataclasses.replace(entry, until=max(left[entry.staff], entry.since))
        for entry in held
        if entry.until is None and entry.staff in left
    ]
    return roster.overlaid(Roster.of(ended))


def _counts(file: RosterFile, before: Roster) -> dict[str, SheetCounts]:
    counts = {}
    for title, rows in file.sheets.items():
        added = sum((type(row[0]), row[0].key) not in before.entries for row in rows)
        unchanged = sum(all(before.entries.get((type(one), one.key)) == one for one in row) for row in rows)
        counts[title] = SheetCounts(added=added, unchanged=unchanged, changed=len(rows) - added - unchanged)
    return counts
