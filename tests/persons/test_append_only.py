"""What a person asked for stays on record as it was asked."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from activities.connections.database import Database


@pytest.mark.parametrize("change", ["UPDATE person_requests SET staff = 'X'", "DELETE FROM person_requests"])
def test_what_was_asked_for_is_never_changed(neighbours: Database, change: str):
    with pytest.raises(IntegrityError, match="append-only"), neighbours.begin() as connection:
        connection.execute(text(change))
