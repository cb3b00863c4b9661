"""How tables are declared: the metadata, and the column types that carry a meaning.

A column of type :data:`Sealed` holds personal data encrypted by
``activities.connections.personal_data.PersonalDataCipher`` (``activities/records/sealing.py`` does it by
column); a :data:`Digest` column holds the HMAC by which such a value can be found. Every other column holds
codes, numbers and times only, and may be shown to whoever reads the database.

Two columns mean the same in every table: ``since`` is the first day on which a row holds, ``until`` the
first day on which it no longer does, both local dates of the community.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import BigInteger, Date, DateTime, LargeBinary, MetaData, Numeric, SmallInteger, String, Text, Time
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column


class SealedText(LargeBinary):
    """Text that is stored encrypted; a type of its own, so that code and tests can find every such column."""


class Row(DeclarativeBase):
    """Base of all tables; names of constraints are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {
        str: Text(),
        datetime: DateTime(timezone=True),
        date: Date(),
        time: Time(),
        Decimal: Numeric(14, 2),
        bytes: LargeBinary(),
        dict[str, Any]: JSONB(),
        list[str]: ARRAY(Text()),
    }


Code = Annotated[str, mapped_column(String(64))]
"""A code that people or machines assign; never personal data."""
Sealed = Annotated[bytes, mapped_column(SealedText())]
"""Personal data, encrypted with a key id in front."""
Digest = Annotated[bytes, mapped_column(LargeBinary(32))]
"""32 bytes of SHA-256 or HMAC-SHA-256."""
Serial = Annotated[int, mapped_column(BigInteger(), primary_key=True, autoincrement=True)]
"""A surrogate key where the business has none."""
Small = Annotated[int, mapped_column(SmallInteger())]
"""A small count."""
