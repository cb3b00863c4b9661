"""Table of keys that are retired 停用的密钥: what nothing may be sealed under any more."""

from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.schema import Row


class RetiredKey(Row):
    """A key of personal data that is no longer in the key file; a trigger on every sealed column looks here.

    So a process that was started before the rotation, or with an old copy of the key file, gets an error, and its
    work is repeated by one that knows the new key, instead of writing what nobody can ever read.
    """

    __tablename__ = "retired_keys"
    id: Mapped[str] = mapped_column(primary_key=True)
    retired_at: Mapped[datetime] = mapped_column(server_default=func.now())
