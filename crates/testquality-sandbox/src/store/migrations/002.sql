-- Earlier versions of rows as JSON. `followed_by` is the write that replaced a version.
CREATE TABLE revision (
    id INTEGER PRIMARY KEY,
    resource TEXT NOT NULL,
    row_id INTEGER NOT NULL,
    row TEXT NOT NULL,
    followed_by TEXT NOT NULL CHECK (followed_by IN ('update', 'delete'))
) STRICT;
CREATE INDEX revision_by_row ON revision (resource, row_id);

-- The numbers of results and steps that a run was created with.
ALTER TABLE run ADD COLUMN run_result_rows INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN run_result_step_rows INTEGER NOT NULL DEFAULT 0;

-- For pages of a whole project without `_sort`, and with a common filter.
CREATE INDEX test_by_project_id_updated_at ON test (project_id, updated_at) WHERE deleted_at IS NULL;
CREATE INDEX test_by_project_id_is_automated ON test (project_id, is_automated) WHERE deleted_at IS NULL;
CREATE INDEX run_result_step_by_project_id ON run_result_step (project_id) WHERE deleted_at IS NULL;
