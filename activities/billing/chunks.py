"""A community's units in chunks 分段: at most so many, of nearly the same size, cut at unit codes."""

from itertools import pairwise

from sqlalchemy import Connection, text

from workflows.messages.billing import ChunkPlan, UnitRange

_CHUNKS = text(
    """
    SELECT min(unit) AS first, count(*) AS units FROM (
        SELECT unit, ntile(:at_most) OVER (ORDER BY unit) AS chunk
        FROM (SELECT DISTINCT unit COLLATE "C" AS unit FROM fee_accounts WHERE community = :community) AS billed
    ) AS cut
    GROUP BY chunk ORDER BY chunk
    """
)


def plan(connection: Connection, community: str, at_most: int) -> ChunkPlan:
    """Return the chunks of the units that have an account, by code in the order of their bytes."""
    found = connection.execute(_CHUNKS, {"community": community, "at_most": at_most}).all()
    if not found:
        return ChunkPlan()
    bounds = ["", *(row.first for row in found[1:]), ""]  # the first and the last take in what is added at either end
    return ChunkPlan(
        units=sum(row.units for row in found),
        chunks=tuple(
            UnitRange(number=number, first=first, until=until)
            for number, (first, until) in enumerate(pairwise(bounds), start=1)
        ),
    )
