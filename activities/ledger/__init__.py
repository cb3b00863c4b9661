"""The fee ledger 收费账: accounts, charges, bills, payments, receipts, notices — double entry, append-only (S4 4)."""
