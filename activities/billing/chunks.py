"""A community's units in chunks 分段: at most so many, of nearly the same size, cut at unit codes."""

from itertools import pairwise

from sqlalchemy import Connection, text

from workflows.messages.billing import ChunkPlan, UnitRange

_CUTS = text(
    """
    SELECT unit, n FROM (
        SELECT unit, row_number() OVER (ORDER BY unit COLLATE "C") - 1 AS n
        FROM (SELECT DISTINCT unit FROM fee_accounts WHERE community = :community) AS billed
    ) AS numbered
    WHERE n % :size = 0 ORDER BY n
    """
)


def plan(connection: Connection, community: str, at_most: int) -> ChunkPlan:
    """Return the chunks of the units that have an account, by code in the order of their bytes."""
    count = connection.execute(
        text("SELECT count(DISTINCT unit) FROM fee_accounts WHERE community = :community"), {"community": community}
    ).scalar_one()
    if not count:
        return ChunkPlan()
    size = -(-count // at_most)
    cuts = [row.unit for row in connection.execute(_CUTS, {"community": community, "size": size})]
    bounds = ["", *cuts[1:], ""]  # the first and the last chunk take in what is added at either end
    return ChunkPlan(
        units=count,
        chunks=tuple(
            UnitRange(number=number, first=first, until=until)
            for number, (first, until) in enumerate(pairwise(bounds), start=1)
        ),
    )
