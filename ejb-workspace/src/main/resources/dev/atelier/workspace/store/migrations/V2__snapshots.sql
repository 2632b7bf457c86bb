CREATE TABLE snapshot (
  id          VARCHAR(32)  NOT NULL PRIMARY KEY,
  instance_id VARCHAR(64)  NOT NULL,
  owner       VARCHAR(255) NOT NULL,
  meta_id     VARCHAR(255) NOT NULL,
  created_at  TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  state       VARCHAR(32)  NOT NULL,
  message     TEXT         NOT NULL,
  settled_at  TIMESTAMP(6) WITH TIME ZONE
);

CREATE INDEX snapshot_workspace ON snapshot (owner, meta_id);
