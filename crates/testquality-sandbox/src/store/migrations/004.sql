-- Which tests of its folders a cycle holds.
CREATE TABLE plan_suite_test_include (
    id INTEGER PRIMARY KEY,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL REFERENCES project (id),
    plan_id INTEGER NOT NULL REFERENCES plan (id),
    suite_id INTEGER NOT NULL REFERENCES suite (id),
    test_id INTEGER REFERENCES test (id),
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE environment (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    location TEXT,
    all_projects INTEGER NOT NULL DEFAULT 0 CHECK (all_projects IN (0, 1)),
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE environment_plan (
    id INTEGER PRIMARY KEY,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    plan_id INTEGER NOT NULL REFERENCES plan (id),
    environment_id INTEGER NOT NULL REFERENCES environment (id),
    sequence INTEGER,
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE project_status (
    id INTEGER PRIMARY KEY,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL REFERENCES project (id),
    status_id INTEGER NOT NULL REFERENCES status (id),
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

-- The folders of a run, as they were when it was created.
CREATE TABLE run_suite (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL REFERENCES project (id),
    run_id INTEGER NOT NULL REFERENCES run (id),
    plan_suite_id INTEGER NOT NULL REFERENCES plan_suite (id),
    suite_id INTEGER NOT NULL REFERENCES suite (id),
    parent_id INTEGER REFERENCES suite (id),
    sequence_plan INTEGER,
    suite_offset INTEGER,
    plan_suite_epoch INTEGER,
    suite_epoch INTEGER,
    source TEXT,
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

-- `related_type` is the `metadata_model` of the row that a comment is about, such as `Run`.
CREATE TABLE comment (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    related_id INTEGER NOT NULL,
    related_type TEXT NOT NULL,
    body TEXT,
    source TEXT,
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE defect (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL REFERENCES project (id),
    external_reference_id TEXT NOT NULL,
    integration_project_id INTEGER,
    related_type TEXT,
    related_id INTEGER,
    defect_status_id INTEGER,
    defect_res_id INTEGER,
    url TEXT,
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE defect_run_result (
    id INTEGER PRIMARY KEY,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    defect_id INTEGER NOT NULL REFERENCES defect (id),
    run_result_id INTEGER NOT NULL REFERENCES run_result (id),
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

ALTER TABLE run ADD COLUMN is_permanent INTEGER NOT NULL DEFAULT 0 CHECK (is_permanent IN (0, 1));
ALTER TABLE run ADD COLUMN check_run_id INTEGER;
ALTER TABLE run ADD COLUMN source TEXT;
ALTER TABLE run_result ADD COLUMN environment_id INTEGER REFERENCES environment (id);
ALTER TABLE run_result ADD COLUMN data_set_row INTEGER;
ALTER TABLE run_result ADD COLUMN test_epoch INTEGER;
ALTER TABLE run_result ADD COLUMN source TEXT;
ALTER TABLE run_result_step ADD COLUMN step_epoch INTEGER;
ALTER TABLE run_result_step ADD COLUMN source TEXT;

CREATE INDEX plan_suite_test_include_by_plan_id ON plan_suite_test_include (plan_id, suite_id) WHERE deleted_at IS NULL;
CREATE INDEX environment_plan_by_plan_id ON environment_plan (plan_id) WHERE deleted_at IS NULL;
CREATE INDEX run_suite_by_run_id ON run_suite (run_id) WHERE deleted_at IS NULL;
CREATE INDEX comment_by_related_id ON comment (related_id) WHERE deleted_at IS NULL;
CREATE INDEX defect_by_project_id ON defect (project_id) WHERE deleted_at IS NULL;
CREATE INDEX defect_run_result_by_run_result_id ON defect_run_result (run_result_id) WHERE deleted_at IS NULL;
