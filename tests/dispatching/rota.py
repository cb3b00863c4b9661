"""A community with technicians on a rota, written straight into the tables."""

from datetime import date, time

from sqlalchemy import insert

from activities.records.community_tables import Area, Community, DutyShift, Post, Staff, StaffTrade
from activities.records.sealing import seal_columns
from workflows.messages.people import Role, Trade

ALL_DAY = tuple((weekday, time(0), time(0)) for weekday in range(7))
"""Every day from midnight to midnight."""
NIGHTS = tuple((weekday, time(21), time(8, 30)) for weekday in range(7))
"""Every night, past midnight."""
NEVER = ()
"""On no day."""


def community(database, code="YGHY", trade=Trade.PLUMBING, **rotas):
    """A community with one technician of the trade a rota, in the order given: ``T001=ALL_DAY``."""
    with database.begin() as connection:
        connection.execute(insert(Community).values(code=code, name=code, preset="residential-S1"))
        connection.execute(insert(Area).values(community=code, code="A1", name="一区"))
    for staff, shifts in rotas.items():
        technician(database, staff, code, (trade,), shifts)


def technician(  # noqa: PLR0917
    database, staff, code="YGHY", trades=(Trade.PLUMBING,), shifts=ALL_DAY, area="", active=True, until=None
):
    """One technician of the community."""
    person = {"community": code, "staff": staff}
    since = date(2026, 1, 1)
    with database.begin() as connection:
        values = {"community": code, "code": staff, "name": f"师傅{staff}", "active": active}
        connection.execute(insert(Staff).values(seal_columns(database.personal, Staff, values)))
        connection.execute(insert(Post).values(**person, role=Role.TECHNICIAN, area=area, since=since, until=until))
        for trade in trades:
            connection.execute(insert(StaffTrade).values(**person, trade=trade))
        for weekday, starts, ends in shifts:
            connection.execute(
                insert(DutyShift).values(**person, weekday=weekday, starts=starts, ends=ends, since=since)
            )
