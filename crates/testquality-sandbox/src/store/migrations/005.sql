-- Labels are for all projects. `label` is the text.
CREATE TABLE label (
    id INTEGER PRIMARY KEY,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    label TEXT NOT NULL,
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

-- `related_type` is the `metadata_model` of the row that has the label, such as `Test`.
CREATE TABLE label_assigned (
    id INTEGER PRIMARY KEY,
    created_by INTEGER NOT NULL,
    updated_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    client_id INTEGER NOT NULL,
    related_id INTEGER NOT NULL,
    related_type TEXT NOT NULL,
    label_id INTEGER NOT NULL REFERENCES label (id),
    deleted_at TEXT,
    deleted_with TEXT
) STRICT;

CREATE INDEX label_assigned_by_related_id ON label_assigned (related_id) WHERE deleted_at IS NULL;
CREATE INDEX label_assigned_by_label_id ON label_assigned (label_id) WHERE deleted_at IS NULL;
