//! Creates and migrates the schema.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use serde_json::json;

use super::variants::Variants;
use super::writer::Writer;
use super::{BUSY_TIMEOUT, StoreError};
use crate::error::ApiError;
use crate::resources::Resource;

/// Migration `n` takes a file from `user_version` n to n + 1. The list only grows.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/001.sql"),
    include_str!("migrations/002.sql"),
    include_str!("migrations/003.sql"),
    include_str!("migrations/004.sql"),
    include_str!("migrations/005.sql"),
];

/// The `application_id` of a sandbox database: "tqsb".
const APPLICATION_ID: i64 = 0x7471_7362;

/// Rows that every database has. The names of the statuses are the SDK's; the other names and all
/// numbers are our choice.
const STATUSES: &[(&str, i64)] =
    &[("Pending", 1), ("Pass", 2), ("Fail", 3), ("Block", 4), ("Skip", 5), ("Retest", 6)];
const CASE_TYPES: &[&str] = &["Functional", "Regression", "Acceptance", "Other"];
const CASE_PRIORITIES: &[&str] = &["Medium", "Low", "High", "Critical"];

/// Migrates the file to the schema of this version, and adds the first project to a new one.
pub(super) fn run(
    connection: &mut Connection,
    path: &Path,
    project_name: &str,
) -> Result<(), StoreError> {
    let failed = |source| StoreError::opening(path, source);
    claim(connection, path)?;
    use_wal(connection).map_err(failed)?;
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // Inside the transaction, because another process may migrate the file too.
    let found = pragma(&transaction, "user_version").map_err(failed)?;
    let supported = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    let Some(pending) = MIGRATIONS.get(done..) else {
        return Err(StoreError::Later { path: path.to_owned(), found, supported });
    };
    for migration in pending {
        transaction.execute_batch(migration).map_err(failed)?;
    }
    if found == 0 {
        seed(&transaction, project_name).map_err(|error| match error {
            ApiError::Database(source) => failed(source),
            _ => StoreError::ProjectName,
        })?;
    }
    transaction.pragma_update(None, "user_version", supported).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// Marks a new file as a sandbox database, and rejects other files.
fn claim(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::opening(path, source);
    match pragma(connection, "application_id").map_err(failed)? {
        APPLICATION_ID => Ok(()),
        0 if is_empty(connection).map_err(failed)? => {
            connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)
        }
        // Another process claimed it in the meantime.
        0 if pragma(connection, "application_id").map_err(failed)? == APPLICATION_ID => Ok(()),
        _ => Err(StoreError::Foreign { path: path.to_owned() }),
    }
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT COUNT(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

/// Switches to WAL. If two processes switch a new file at once, SQLite can fail without waiting, so
/// this waits and retries.
fn use_wal(connection: &Connection) -> rusqlite::Result<()> {
    let deadline = Instant::now() + BUSY_TIMEOUT;
    loop {
        let result = connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match result {
            Err(error)
                if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
                    && Instant::now() < deadline =>
            {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(error) => return Err(error),
            Ok(_) => return Ok(()),
        }
    }
}

fn seed(transaction: &rusqlite::Transaction<'_>, project_name: &str) -> Result<(), ApiError> {
    let mut writer = Writer::new(transaction, Variants::default());
    let mut add = |resource: &str, row: serde_json::Value| match (
        Resource::find(resource),
        row.as_object(),
    ) {
        (Some(resource), Some(row)) => writer.create(resource, row).map(|_| ()),
        _ => Err(ApiError::Internal(format!("cannot seed {resource}"))),
    };
    for (name, status_type) in STATUSES {
        add("status", json!({"name": name, "status_type_id": status_type, "all_projects": true}))?;
    }
    for (resource, names) in [("case_type", CASE_TYPES), ("case_priority", CASE_PRIORITIES)] {
        for (index, name) in names.iter().enumerate() {
            add(resource, json!({"name": name, "is_default": index == 0, "all_projects": true}))?;
        }
    }
    transaction.execute_batch(
        "UPDATE status SET is_system = 1;
         UPDATE case_type SET is_system = 1;
         UPDATE case_priority SET is_system = 1;",
    )?;
    add("project", json!({"name": project_name}))
}

/// Checks that the file is a sandbox database that no connection uses, and moves the contents of its WAL files into it.
pub(super) fn close(path: &Path) -> Result<(), StoreError> {
    let foreign = || StoreError::Foreign { path: path.to_owned() };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|_| foreign())?;
    match pragma(&connection, "application_id") {
        Ok(APPLICATION_ID) => {}
        Ok(_) | Err(_) => return Err(foreign()),
    }
    // Leaving WAL fails if any other connection is open.
    connection
        .pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get::<_, String>(0))
        .map_err(|_| StoreError::InUse { path: path.to_owned() })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::connect;
    use super::*;
    use crate::resources::{FieldType, RESOURCES};

    #[test]
    fn a_file_with_the_first_schema_is_migrated() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sandbox.db");
        let mut connection = connect(&path).unwrap();
        connection.execute_batch(MIGRATIONS[0]).unwrap();
        connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        connection
            .execute_batch(
                "INSERT INTO project (id, key, created_by, updated_by, created_at, updated_at,
                     client_id, name)
                 VALUES (12001, 1, 1, 1, '', '', 1, 'Kept')",
            )
            .unwrap();
        run(&mut connection, &path, "Demo").unwrap();
        run(&mut connection, &path, "Demo").unwrap();
        let names = "SELECT group_concat(name) FROM project";
        let names: String = connection.query_row(names, [], |row| row.get(0)).unwrap();
        assert_eq!(names, "Kept");
        assert_eq!(pragma(&connection, "user_version").unwrap(), MIGRATIONS.len() as i64);
        connection.execute_batch("SELECT run_result_rows, is_permanent FROM run").unwrap();
        connection.execute_batch("SELECT test_id FROM plan_suite_test_include").unwrap();
        connection.execute_batch("SELECT followed_by FROM revision").unwrap();
        connection.execute_batch("SELECT label_id FROM label_assigned").unwrap();
    }

    /// The schema is frozen SQL and the resources are a table in code; they must agree.
    #[test]
    fn the_schema_matches_the_resources() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sandbox.db");
        let mut connection = connect(&path).unwrap();
        run(&mut connection, &path, "Demo").unwrap();
        for resource in RESOURCES {
            let mut statement =
                connection.prepare("SELECT name, type FROM pragma_table_info(?1)").unwrap();
            let columns: BTreeSet<_> = statement
                .query_map([resource.name], |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
                })
                .unwrap()
                .map(Result::unwrap)
                .filter(|(name, _)| !name.starts_with("deleted_"))
                .collect();
            let fields = resource
                .fields
                .iter()
                .map(|field| {
                    let column_type = match field.field_type {
                        FieldType::Integer | FieldType::Boolean => "INTEGER",
                        FieldType::Number => "REAL",
                        FieldType::Text | FieldType::Name => "TEXT",
                    };
                    (field.name.to_owned(), column_type.to_owned())
                })
                .collect();
            assert_eq!(columns, fields, "{}", resource.name);
        }
    }
}
