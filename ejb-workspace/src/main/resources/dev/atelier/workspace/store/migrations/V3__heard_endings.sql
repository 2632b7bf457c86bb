-- Which callers have heard of the end of an instance: a line of keys and versions.
CREATE TABLE heard_ending (
  instance_id VARCHAR(64) NOT NULL PRIMARY KEY REFERENCES workspace_instance (id) ON DELETE CASCADE,
  revision    BIGINT      NOT NULL,
  heard_by    TEXT        NOT NULL
);
