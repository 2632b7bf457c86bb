-- The active_ columns are null once an instance has stopped, so that the next one may have them.
CREATE TABLE workspace_instance (
  id                    VARCHAR(64)  NOT NULL PRIMARY KEY,
  revision              BIGINT       NOT NULL,
  owner                 VARCHAR(255) NOT NULL,
  meta_id               VARCHAR(255) NOT NULL,
  phase                 VARCHAR(32)  NOT NULL,
  status_version        BIGINT       NOT NULL,
  created_at            TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  active_meta_id        VARCHAR(255) UNIQUE,
  active_service_prefix VARCHAR(255) UNIQUE,
  document              TEXT         NOT NULL
);

-- Ciphertext alone. The credentials are null once the content is ready.
CREATE TABLE workspace_secrets (
  id          VARCHAR(64) NOT NULL PRIMARY KEY REFERENCES workspace_instance (id) ON DELETE CASCADE,
  kept        ${binary}   NOT NULL,
  credentials ${binary}
);

-- One row: which key the secrets are encrypted with, as a digest.
CREATE TABLE secrets_key (
  fingerprint VARCHAR(64) NOT NULL PRIMARY KEY
);
