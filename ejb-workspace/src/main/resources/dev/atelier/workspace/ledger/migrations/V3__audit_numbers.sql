-- Numbers are taken fifty at a time, and the first fifty end before the sequence's first value: that
-- one is passed over, so that the first row of a new database finds its number. Only forward.
SELECT nextval('ledger_audit_sequence');
