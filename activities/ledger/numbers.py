"""Number series 号段: consecutive by community and local year, none skipped and none given twice."""

from enum import StrEnum

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from activities.records.bill_tables import NumberSeries


class Series(StrEnum):
    """What is numbered. The value begins the number, such as ``SK-2026-000123``."""

    PAYMENT = "SK"
    BILL_NOTICE = "JF"
    DUNNING_NOTICE = "CK"
    CASH_SLIP = "JK"
    MONEY_REQUEST = "SQ"


def next_numbers(connection: Connection, community: str, series: Series, year: int, count: int = 1) -> list[str]:
    """Return the next ``count`` numbers. The series stays locked until the transaction ends, so that a number that
    was given is used, or given again to somebody else.
    """  # fmt: skip
    statement = (
        insert(NumberSeries)
        .values(community=community, series=series, year=year, last=count)
        .on_conflict_do_update(index_elements=["community", "series", "year"], set_={"last": NumberSeries.last + count})
        .returning(NumberSeries.last)
    )
    last = connection.execute(statement).scalar_one()
    return [spelled(series, year, number) for number in range(last - count + 1, last + 1)]


def spelled(series: Series, year: int, number: int) -> str:
    """A number as it is written."""
    return f"{series}-{year}-{number:06d}"
