"""Bringing the schema up to date 迁移. Migrations only expand, so an older build runs on a newer schema."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, NullPool, create_engine

from activities.records import (
    attachment_tables,
    bill_tables,
    case_tables,
    cash_tables,
    community_tables,
    document_tables,
    fee_tables,
    form_tables,
    journal_tables,
    key_tables,
    person_tables,
    revisit_tables,
)
from activities.records.schema import Row

SCRIPTS: Final = Path(__file__).parent / "migrations"
TABLE_MODULES: Final = (
    attachment_tables,
    bill_tables,
    case_tables,
    cash_tables,
    community_tables,
    document_tables,
    fee_tables,
    form_tables,
    journal_tables,
    person_tables,
    key_tables,
    revisit_tables,
)
"""Every module that declares tables, so that the metadata knows them all."""


def declared_schema() -> MetaData:
    """Return the tables as the code declares them."""
    return Row.metadata


def required_revision() -> str:
    """Return the revision that this build needs: the newest in its ``migrations``."""
    return str(ScriptDirectory(str(SCRIPTS)).get_current_head())


def current_revision(engine: Engine) -> str | None:
    """Return the revision of the database, None for one that was never migrated. Raises ``OperationalError``."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def current_is_head(engine: Engine) -> bool:
    """Whether the schema is as new as this build needs, or newer. Raises ``OperationalError``.

    Revisions are numbered ``0001``, ``0002``, …, so a build knows one made after it for newer.
    """
    revision = current_revision(engine)
    return revision is not None and revision >= required_revision()


def upgrade(url: str) -> None:
    """Bring the database to the newest revision of this build; does nothing on one that is there or beyond.

    Two processes that do so at once wait for each other. All or nothing: a failed migration leaves what was before.
    """
    engine = create_engine(url, poolclass=NullPool)
    if current_is_head(engine):
        return
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
