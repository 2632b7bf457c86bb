CREATE SEQUENCE ledger_audit_sequence START WITH 1 INCREMENT BY 50;

CREATE TABLE ledger_audit (
  id          BIGINT       NOT NULL PRIMARY KEY,
  happened_at TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  actor       VARCHAR(255) NOT NULL,
  origin      VARCHAR(255) NOT NULL,
  act         VARCHAR(64)  NOT NULL,
  subject     VARCHAR(255) NOT NULL,
  owner       VARCHAR(255) NOT NULL,
  meta_id     VARCHAR(255) NOT NULL,
  outcome     VARCHAR(64)  NOT NULL
);

CREATE INDEX ledger_audit_time ON ledger_audit (happened_at);
CREATE INDEX ledger_audit_subject ON ledger_audit (subject);

CREATE TABLE ledger_timeline (
  id          VARCHAR(255) NOT NULL PRIMARY KEY,
  instance    VARCHAR(64)  NOT NULL,
  happened_at TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  kind        VARCHAR(32)  NOT NULL,
  title       VARCHAR(255) NOT NULL,
  detail      TEXT         NOT NULL,
  advice      TEXT         NOT NULL,
  took_millis BIGINT
);

CREATE INDEX ledger_timeline_instance ON ledger_timeline (instance, happened_at);
CREATE INDEX ledger_timeline_time ON ledger_timeline (happened_at);

-- An instance that has run: ended_at is null while it does.
CREATE TABLE ledger_usage (
  instance           VARCHAR(64)  NOT NULL PRIMARY KEY,
  owner              VARCHAR(255) NOT NULL,
  meta_id            VARCHAR(255) NOT NULL,
  team               VARCHAR(255) NOT NULL,
  project            VARCHAR(255) NOT NULL,
  workspace_class    VARCHAR(255) NOT NULL,
  credits_per_minute DOUBLE PRECISION NOT NULL,
  began_at           TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  ended_at           TIMESTAMP(6) WITH TIME ZONE
);

CREATE INDEX ledger_usage_began ON ledger_usage (began_at);
CREATE INDEX ledger_usage_ended ON ledger_usage (ended_at);
