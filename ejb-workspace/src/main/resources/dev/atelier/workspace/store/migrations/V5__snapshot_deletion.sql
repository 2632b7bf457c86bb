-- Since when a snapshot is being deleted; an older manager may ignore it.
ALTER TABLE snapshot ADD COLUMN deleted_at TIMESTAMP(6) WITH TIME ZONE;
