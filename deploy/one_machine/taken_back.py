"""What was taken back stays so 抑制: at every start, the records and the suppression list learn from each other."""

import structlog

from activities.connections.database import Database
from activities.persons.requests import list_erased
from activities.records.suppression_list import SuppressionList, SuppressionListError
from activities.records.tokens import list_revoked, revoke_listed

_log = structlog.get_logger(__name__)


def keep_taken_back(db: Database, listed: SuppressionList) -> None:
    """Revoke what is listed, and list what is on record: of before there was a list, or when it could not be written.

    A list that cannot be used is a warning: a centre that stands is worse.
    """
    try:
        with db.begin() as connection:
            revoked = revoke_listed(connection, listed)
        if revoked:
            _log.warning("tokens_revoked_again", count=revoked)
        list_revoked(db, listed)
        list_erased(db, listed)
    except SuppressionListError as error:
        _log.warning("suppression_list_unusable", reason=str(error))
