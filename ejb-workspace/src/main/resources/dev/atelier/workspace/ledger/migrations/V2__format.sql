-- One row: the format of this schema. Only a change that an older manager must not meet raises it.
CREATE TABLE ledger_format (
  number INTEGER NOT NULL
);
INSERT INTO ledger_format (number) VALUES (1);
