-- For looking up tests and folders.
CREATE INDEX test_by_name ON test (name) WHERE deleted_at IS NULL;
CREATE INDEX test_by_key ON test (key) WHERE deleted_at IS NULL;
CREATE INDEX suite_by_name ON suite (name) WHERE deleted_at IS NULL;
