-- Rows are never removed: `deleted_at` hides them, and a restore clears it. `deleted_with` names the row that a row
-- was deleted with (for example `suite:1000002`), so that a restore of that row restores exactly these.
-- Only ids are unique, because the service is not known to enforce more.

CREATE TABLE project (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    virtual TEXT,
    name TEXT NOT NULL,
    description TEXT,
    access_role_id INTEGER,
    color TEXT,
    picture TEXT,
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE plan (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    virtual TEXT,
    project_id INTEGER NOT NULL REFERENCES project (id),
    name TEXT NOT NULL,
    description TEXT,
    assigned_to_tester INTEGER,
    retain_runs INTEGER,
    is_root INTEGER NOT NULL DEFAULT 0 CHECK (is_root IN (0, 1)),
    is_automated INTEGER NOT NULL DEFAULT 0 CHECK (is_automated IN (0, 1)),
    include_in_checks INTEGER NOT NULL DEFAULT 0 CHECK (include_in_checks IN (0, 1)),
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE suite (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    virtual TEXT,
    project_id INTEGER NOT NULL REFERENCES project (id),
    name TEXT NOT NULL,
    description TEXT,
    assigned_to_tester INTEGER,
    is_root INTEGER NOT NULL DEFAULT 0 CHECK (is_root IN (0, 1)),
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE plan_suite (
    id INTEGER PRIMARY KEY,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    plan_id INTEGER NOT NULL REFERENCES plan (id),
    suite_id INTEGER NOT NULL REFERENCES suite (id),
    parent_id INTEGER REFERENCES suite (id),
    sequence_plan INTEGER,
    hierarchy_level INTEGER,
    suite_offset INTEGER,
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE case_type (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    virtual TEXT,
    name TEXT NOT NULL,
    description TEXT,
    is_system INTEGER NOT NULL DEFAULT 0 CHECK (is_system IN (0, 1)),
    is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
    all_projects INTEGER NOT NULL DEFAULT 0 CHECK (all_projects IN (0, 1)),
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE case_priority (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    virtual TEXT,
    name TEXT NOT NULL,
    description TEXT,
    is_system INTEGER NOT NULL DEFAULT 0 CHECK (is_system IN (0, 1)),
    is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
    all_projects INTEGER NOT NULL DEFAULT 0 CHECK (all_projects IN (0, 1)),
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE test (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    virtual TEXT,
    project_id INTEGER NOT NULL REFERENCES project (id),
    name TEXT NOT NULL,
    description TEXT,
    precondition TEXT,
    case_type_id INTEGER REFERENCES case_type (id),
    case_priority_id INTEGER REFERENCES case_priority (id),
    estimate REAL,
    assigned_to_tester INTEGER,
    is_automated INTEGER NOT NULL DEFAULT 0 CHECK (is_automated IN (0, 1)),
    to_automate INTEGER NOT NULL DEFAULT 0 CHECK (to_automate IN (0, 1)),
    test_quality_id INTEGER,
    test_type_id INTEGER,
    state_mask INTEGER,
    data_table TEXT,
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE suite_test (
    id INTEGER PRIMARY KEY,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    suite_id INTEGER NOT NULL REFERENCES suite (id),
    test_id INTEGER NOT NULL REFERENCES test (id),
    sequence_suite INTEGER,
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE step (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    virtual TEXT,
    project_id INTEGER NOT NULL REFERENCES project (id),
    test_id INTEGER NOT NULL REFERENCES test (id),
    step TEXT,
    expected_result TEXT,
    sequence INTEGER,
    step_type_id INTEGER,
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE milestone (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    virtual TEXT,
    project_id INTEGER NOT NULL REFERENCES project (id),
    name TEXT NOT NULL,
    description TEXT,
    start_date TEXT,
    release_date TEXT,
    sequence INTEGER,
    is_complete INTEGER NOT NULL DEFAULT 0 CHECK (is_complete IN (0, 1)),
    parent_id INTEGER REFERENCES milestone (id),
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE status (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    virtual TEXT,
    name TEXT NOT NULL,
    description TEXT,
    color TEXT,
    is_system INTEGER NOT NULL DEFAULT 0 CHECK (is_system IN (0, 1)),
    status_type_id INTEGER NOT NULL,
    all_projects INTEGER NOT NULL DEFAULT 0 CHECK (all_projects IN (0, 1)),
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    virtual TEXT,
    project_id INTEGER NOT NULL REFERENCES project (id),
    plan_id INTEGER NOT NULL REFERENCES plan (id),
    milestone_id INTEGER REFERENCES milestone (id),
    name TEXT NOT NULL,
    start_time TEXT,
    end_time TEXT,
    is_complete INTEGER NOT NULL DEFAULT 0 CHECK (is_complete IN (0, 1)),
    is_running INTEGER NOT NULL DEFAULT 0 CHECK (is_running IN (0, 1)),
    is_current INTEGER NOT NULL DEFAULT 0 CHECK (is_current IN (0, 1)),
    is_automated INTEGER NOT NULL DEFAULT 0 CHECK (is_automated IN (0, 1)),
    host_name TEXT,
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE run_result (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    virtual TEXT,
    project_id INTEGER NOT NULL REFERENCES project (id),
    run_id INTEGER NOT NULL REFERENCES run (id),
    test_id INTEGER NOT NULL REFERENCES test (id),
    suite_id INTEGER NOT NULL REFERENCES suite (id),
    sequence INTEGER,
    status_id INTEGER REFERENCES status (id),
    assigned_to_tester INTEGER,
    flakiness REAL,
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE TABLE run_result_step (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    virtual TEXT,
    project_id INTEGER NOT NULL REFERENCES project (id),
    run_result_id INTEGER NOT NULL REFERENCES run_result (id),
    step_id INTEGER NOT NULL REFERENCES step (id),
    status_id INTEGER REFERENCES status (id),
    sequence INTEGER,
    version TEXT,
    elapsed REAL,
    result TEXT,
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

-- For the filters of importers. Each index is also ordered by id, so `_sort=id` needs no sorting.
CREATE INDEX plan_by_project_id ON plan (project_id) WHERE deleted_at IS NULL;
CREATE INDEX suite_by_project_id ON suite (project_id) WHERE deleted_at IS NULL;
CREATE INDEX test_by_project_id ON test (project_id) WHERE deleted_at IS NULL;
CREATE INDEX step_by_test_id_sequence ON step (test_id, sequence) WHERE deleted_at IS NULL;
CREATE INDEX step_by_project_id ON step (project_id) WHERE deleted_at IS NULL;
CREATE INDEX plan_suite_by_plan_id_sequence_plan ON plan_suite (plan_id, sequence_plan) WHERE deleted_at IS NULL;
CREATE INDEX plan_suite_by_plan_id ON plan_suite (plan_id) WHERE deleted_at IS NULL;
CREATE INDEX plan_suite_by_suite_id_plan_id ON plan_suite (suite_id, plan_id) WHERE deleted_at IS NULL;
CREATE INDEX plan_suite_by_parent_id ON plan_suite (parent_id) WHERE deleted_at IS NULL;
CREATE INDEX suite_test_by_suite_id_sequence_suite ON suite_test (suite_id, sequence_suite) WHERE deleted_at IS NULL;
CREATE INDEX suite_test_by_suite_id ON suite_test (suite_id) WHERE deleted_at IS NULL;
CREATE INDEX suite_test_by_test_id ON suite_test (test_id) WHERE deleted_at IS NULL;
CREATE INDEX milestone_by_project_id ON milestone (project_id) WHERE deleted_at IS NULL;
CREATE INDEX run_by_project_id ON run (project_id) WHERE deleted_at IS NULL;
CREATE INDEX run_by_plan_id ON run (plan_id) WHERE deleted_at IS NULL;
CREATE INDEX run_result_by_run_id ON run_result (run_id) WHERE deleted_at IS NULL;
CREATE INDEX run_result_by_run_id_sequence ON run_result (run_id, sequence) WHERE deleted_at IS NULL;
CREATE INDEX run_result_by_test_id ON run_result (test_id) WHERE deleted_at IS NULL;
CREATE INDEX run_result_by_project_id ON run_result (project_id) WHERE deleted_at IS NULL;
CREATE INDEX run_result_step_by_run_result_id ON run_result_step (run_result_id) WHERE deleted_at IS NULL;
CREATE INDEX plan_root ON plan (project_id) WHERE is_root AND deleted_at IS NULL;
CREATE INDEX suite_root ON suite (project_id) WHERE is_root AND deleted_at IS NULL;
