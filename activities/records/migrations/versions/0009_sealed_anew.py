"""Append-only rows whose sealed words may be sealed anew.

A posted row stays as it was posted, for good. One thing is excepted: the bytes of its sealed columns may be replaced,
because a rotation of keys changes the cipher, and an erasure (PIPL art. 47) the words. Codes, amounts, days, who and
when stay what they are, what was empty stays empty and what was said stays said; and no row goes away.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SEALED = {
    "journal_entries": "reason",
    "late_fee_waivers": "reason",
    "unit_facts": "evidence",
    "fee_terms": "reason",
    "money_signatures": "note",
}
"""The append-only tables of 0007 that have a sealed column, with its name."""

_FUNCTION = """
CREATE FUNCTION refuse_change_but_of_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed text;
BEGIN
    IF to_jsonb(OLD) - TG_ARGV IS DISTINCT FROM to_jsonb(NEW) - TG_ARGV THEN
        RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only';
    END IF;
    FOREACH sealed IN ARRAY TG_ARGV LOOP
        IF (to_jsonb(OLD) -> sealed = 'null') <> (to_jsonb(NEW) -> sealed = 'null') THEN
            RAISE EXCEPTION '%.% is neither emptied nor filled in', TG_TABLE_NAME, sealed
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
"""

_REQUEST_IS_DECIDED = """
DROP TRIGGER issued_as_it_is ON money_requests;
CREATE TRIGGER issued_as_it_is BEFORE UPDATE ON money_requests FOR EACH ROW
    WHEN ((OLD.number, OLD.kind, OLD.subject, OLD.amount, OLD.body, OLD.needs, OLD.asked_by)
        IS DISTINCT FROM (NEW.number, NEW.kind, NEW.subject, NEW.amount, NEW.body, NEW.needs, NEW.asked_by))
    EXECUTE FUNCTION keep_what_was_issued();
CREATE TRIGGER decided_as_it_is BEFORE UPDATE ON money_requests FOR EACH ROW
    WHEN (OLD.state <> 'waiting') EXECUTE FUNCTION refuse_change_but_of_sealed('reason');
"""


def upgrade() -> None:
    """A trigger that refused every change now refuses every change but one."""
    op.execute(_FUNCTION)
    for table, sealed in _SEALED.items():
        op.execute(f"DROP TRIGGER append_only ON {table}")
        op.execute(
            f"CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER append_only_but_sealed BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_change_but_of_sealed('{sealed}')"
        )
    op.execute(_REQUEST_IS_DECIDED)
