-- One row: the format of this schema. Only a change that an older manager must not meet raises it.
CREATE TABLE store_format (
  number INTEGER NOT NULL
);
INSERT INTO store_format (number) VALUES (1);

ALTER TABLE snapshot ADD COLUMN format INTEGER DEFAULT 1 NOT NULL;
