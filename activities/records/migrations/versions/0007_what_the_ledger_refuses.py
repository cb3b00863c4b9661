"""What the ledger refuses, in PostgreSQL itself: no entry out of balance, no posted row changed, nothing overdrawn."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_APPEND_ONLY = (
    "journal_entries",
    "postings",
    "charge_lines",
    "late_fee_waivers",
    "unit_facts",
    "fee_terms",
    "money_signatures",
    "fee_prints",
)

_FUNCTIONS = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only';
END $$;

CREATE FUNCTION keep_what_was_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps what was issued: a correction is a new row', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'issued';
END $$;

CREATE FUNCTION entry_has_postings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM postings WHERE entry = NEW.id) THEN
        RAISE EXCEPTION 'entry % has no postings', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_journal_entries_postings';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION take_postings_in() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bills_named bigint;
    bills_found bigint;
BEGIN
    IF EXISTS (SELECT FROM taken_in GROUP BY entry HAVING sum(amount) <> 0) THEN
        RAISE EXCEPTION 'an entry does not sum to zero'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_postings_balanced';
    END IF;
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT entry FROM taken_in) AS posted
        JOIN journal_entries ON id = posted.entry WHERE recorded_at <> transaction_timestamp()
    ) THEN
        RAISE EXCEPTION 'an entry is posted whole, in one transaction'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_postings_whole_entry';
    END IF;

    WITH moved AS (
        SELECT community, bill, max(on_day) AS on_day,
               coalesce(sum(amount) FILTER (WHERE ledger_account = 'receivable'), 0) AS principal,
               coalesce(-sum(amount) FILTER (WHERE ledger_account = 'late_fee_income'), 0) AS late_fee
        FROM taken_in
        WHERE bill <> '' AND ledger_account IN ('receivable', 'late_fee_income')
        GROUP BY community, bill
    ), kept AS (
        UPDATE bills SET
            open_principal = open_principal + moved.principal,
            late_fee_paid = late_fee_paid + moved.late_fee,
            settled_on = CASE
                WHEN open_principal + moved.principal > 0 THEN NULL
                WHEN open_principal > 0 THEN moved.on_day
                ELSE settled_on
            END
        FROM moved WHERE bills.community = moved.community AND bills.number = moved.bill
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM moved), (SELECT count(*) FROM kept) INTO bills_named, bills_found;
    IF bills_named <> bills_found THEN
        RAISE EXCEPTION 'a posting names a bill that there is not'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_postings_bills';
    END IF;

    INSERT INTO liabilities (community, account, book, ledger_account, balance)
    SELECT DISTINCT taken_in.community, taken_in.account, journal_entries.book, ledger_account, 0
    FROM taken_in JOIN journal_entries ON journal_entries.id = taken_in.entry
    WHERE ledger_account IN ('prepayment', 'deposit')
    ON CONFLICT DO NOTHING;
    UPDATE liabilities SET balance = balance + moved.owed
    FROM (
        SELECT taken_in.community, account, book, ledger_account, -sum(amount) AS owed
        FROM taken_in JOIN journal_entries ON journal_entries.id = taken_in.entry
        WHERE ledger_account IN ('prepayment', 'deposit')
        GROUP BY taken_in.community, account, book, ledger_account
    ) AS moved
    WHERE liabilities.community = moved.community AND liabilities.account = moved.account
      AND liabilities.book = moved.book AND liabilities.ledger_account = moved.ledger_account;
    RETURN NULL;
END $$;
"""

_TRIGGERS = """
CREATE TRIGGER take_in AFTER INSERT ON postings REFERENCING NEW TABLE AS taken_in
    FOR EACH STATEMENT EXECUTE FUNCTION take_postings_in();

CREATE CONSTRAINT TRIGGER has_postings AFTER INSERT ON journal_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_has_postings();

CREATE TRIGGER issued_as_it_is BEFORE UPDATE ON bills FOR EACH ROW
    WHEN ((OLD.principal, OLD.account, OLD.item, OLD.kind, OLD.period, OLD.issued_on, OLD.unit)
        IS DISTINCT FROM (NEW.principal, NEW.account, NEW.item, NEW.kind, NEW.period, NEW.issued_on, NEW.unit))
    EXECUTE FUNCTION keep_what_was_issued();
CREATE TRIGGER issued_for_good BEFORE DELETE ON bills FOR EACH STATEMENT EXECUTE FUNCTION keep_what_was_issued();

CREATE TRIGGER issued_as_it_is BEFORE UPDATE ON receipts FOR EACH ROW
    WHEN ((OLD.number, OLD.book, OLD.payment, OLD.amount, OLD.issued_at)
        IS DISTINCT FROM (NEW.number, NEW.book, NEW.payment, NEW.amount, NEW.issued_at))
    EXECUTE FUNCTION keep_what_was_issued();
CREATE TRIGGER issued_for_good BEFORE DELETE ON receipts FOR EACH STATEMENT EXECUTE FUNCTION keep_what_was_issued();

CREATE TRIGGER issued_as_it_is BEFORE UPDATE ON payments FOR EACH ROW
    WHEN ((OLD.number, OLD.account, OLD.amount, OLD.method, OLD.transaction, OLD.succeeded_at, OLD.entry)
        IS DISTINCT FROM
        (NEW.number, NEW.account, NEW.amount, NEW.method, NEW.transaction, NEW.succeeded_at, NEW.entry))
    EXECUTE FUNCTION keep_what_was_issued();
CREATE TRIGGER issued_for_good BEFORE DELETE ON payments FOR EACH STATEMENT EXECUTE FUNCTION keep_what_was_issued();

CREATE TRIGGER issued_as_it_is BEFORE UPDATE ON fee_notices FOR EACH ROW
    WHEN ((OLD.number, OLD.account, OLD.kind, OLD.principal, OLD.late_fee, OLD.total, OLD.issued_on)
        IS DISTINCT FROM (NEW.number, NEW.account, NEW.kind, NEW.principal, NEW.late_fee, NEW.total, NEW.issued_on))
    EXECUTE FUNCTION keep_what_was_issued();
CREATE TRIGGER issued_as_it_is BEFORE UPDATE ON money_requests FOR EACH ROW
    WHEN ((OLD.number, OLD.kind, OLD.subject, OLD.amount, OLD.body, OLD.needs, OLD.asked_by)
        IS DISTINCT FROM (NEW.number, NEW.kind, NEW.subject, NEW.amount, NEW.body, NEW.needs, NEW.asked_by)
        OR OLD.state <> 'waiting')
    EXECUTE FUNCTION keep_what_was_issued();
CREATE TRIGGER issued_for_good BEFORE DELETE ON money_requests
    FOR EACH STATEMENT EXECUTE FUNCTION keep_what_was_issued();

CREATE TRIGGER issued_for_good BEFORE DELETE ON fee_notices FOR EACH STATEMENT EXECUTE FUNCTION keep_what_was_issued();
"""


def upgrade() -> None:
    """Create what is new; nothing is taken away."""
    op.execute(_FUNCTIONS)
    op.execute(_TRIGGERS)
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
