"""Reports of the fees 收费报表 (S4 4.3, 4.7, 4.8; §9.10): compiled from the ledger, frozen when sent."""
