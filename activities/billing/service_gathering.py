"""The month's paid services 有偿服务费汇总 (S4 4.3.1; §9.9): jobs accepted before the cut-off, each gathered once."""

from typing import Final

from sqlalchemy import Connection, text

from workflows.messages.billing import Gathered, GatherServices

_GATHER: Final = text(
    """
    INSERT INTO service_gatherings (community, "case", month, kind, unit, booked_at, service_fee, agency, collected,
        gathered_at, gathered_by)
    SELECT cases.community, cases.number, :month, cases.kind, cases.unit,
        coalesce(charges.booked_at, repair_records.verified_at), charges.service_fee, charges.agency, charges.collected,
        :at, :by
    FROM charges JOIN cases ON cases.number = charges."case"
    LEFT JOIN repair_records ON repair_records."case" = cases.number
    WHERE cases.community = :community AND charges.billable > 0
      AND coalesce(charges.booked_at, repair_records.verified_at) < :cut_off
    ON CONFLICT DO NOTHING
    """
)
_TOTALS: Final = text(
    """
    SELECT count(*) AS jobs, coalesce(sum(service_fee), 0) AS service_fee, coalesce(sum(agency), 0) AS agency,
        coalesce(sum(collected), 0) AS collected
    FROM service_gatherings WHERE community = :community AND month = :month
    """
)


def gather_services(connection: Connection, request: GatherServices) -> Gathered:
    """Gather what no month has gathered yet, and return the month's totals, CNY; agency money apart (PSV-01)."""
    asked = {
        "community": request.community,
        "month": request.month,
        "at": request.at,
        "by": request.actor.code,
        "cut_off": request.cut_off,
    }
    connection.execute(_GATHER, asked)
    return Gathered(**connection.execute(_TOTALS, asked).mappings().one())
