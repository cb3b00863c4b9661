"""How alembic runs the migrations: on the connection that ``activities.records.migration`` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import text

from activities.records.migration import declared_schema
from activities.records.schema import SealedText

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('guanjia migration'))")


def render_item(kind: str, item: Any, _autogenerate: Any) -> str | Literal[False]:
    """Write sealed columns as what they are to the database, so that a migration outlives the class."""
    return "sa.LargeBinary()" if kind == "type" and isinstance(item, SealedText) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=declared_schema(),
    render_item=render_item,
    compare_server_default=True,
)
with context.begin_transaction():
    context.execute(ONE_AT_A_TIME)
    context.run_migrations()
