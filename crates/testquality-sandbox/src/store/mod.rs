//! The database in one SQLite file. All SQL is in this module.
//!
//! Several processes may share a file. Writers queue at `BEGIN IMMEDIATE` and see everything that was
//! committed before; readers see one state during a request (WAL). A killed process leaves complete
//! transactions only.

mod delete;
mod files;
mod links;
mod migrations;
mod page_queries;
mod read;
mod references;
mod revisions;
mod runs;
mod validate;
mod variants;
mod write;
mod writer;

pub(crate) use links::Link;
pub(crate) use page_queries::{
    FolderRow, FoundTest, LatestResult, PLACEHOLDER_STEP, PageQueries, Project, ProjectSummary,
    Run, RunResult, StatusCount, TestDetails, TestSummary, Version, Window,
};
pub(crate) use variants::Variants;
pub(crate) use write::Saved;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::FromSql;
use rusqlite::{
    Connection, OpenFlags, OptionalExtension as _, Params, Row, Transaction, TransactionBehavior,
};

use crate::error::ApiError;
use crate::resources::NAME_CHARS;

/// The maximum number of elements in an array. The SDK splits its arrays at this length.
pub(crate) const MAX_ELEMENTS: usize = 1_000;

/// How long a connection waits for the write of another one. Longer than any write takes, shorter
/// than clients wait.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The maximum number of idle connections for reading.
const MAX_IDLE_READERS: usize = 4;

/// Enough for all statements of a busy sandbox.
const STATEMENT_CACHE: usize = 128;

/// An open sandbox database. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
    variants: Variants,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    project_id: i64,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

/// Why a database cannot be opened or deleted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The directory of the file cannot be created.
    #[error("cannot create the directory of the sandbox database {}", path.display())]
    Directory {
        /// The database.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The file cannot be created.
    #[error("cannot create the sandbox database {}", path.display())]
    Create {
        /// The database.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// SQLite cannot open or migrate the file.
    #[error("cannot open the sandbox database {}", path.display())]
    Open {
        /// The database.
        path: PathBuf,
        /// The error of SQLite.
        source: rusqlite::Error,
    },
    /// The file is not a sandbox database.
    #[error("{} is not a sandbox database", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a later version of this crate.
    #[error(
        "the sandbox database {} was written by a later version (schema {found}, supported up to {supported})",
        path.display()
    )]
    Later {
        /// The database.
        path: PathBuf,
        /// The schema of the file.
        found: i64,
        /// The latest schema that this version supports.
        supported: i64,
    },
    /// The name of the first project is empty, too long or contains a NUL character.
    #[error("the name of a sandbox project has 1 to {NAME_CHARS} characters")]
    ProjectName,
    /// Another connection has the database open.
    #[error("the sandbox database {} is in use", path.display())]
    InUse {
        /// The database.
        path: PathBuf,
    },
    /// A file cannot be deleted.
    #[error("cannot delete {}", path.display())]
    Delete {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
}

impl StoreError {
    fn opening(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Self::Foreign { path },
            _ => Self::Open { path, source },
        }
    }
}

impl Store {
    /// Opens the database at `path`. If it does not exist, creates it with one project named
    /// `project_name`. Only the owner can access new files and directories; existing ones keep their
    /// permissions.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened, is not a sandbox database or was written by a later version,
    /// and when the name of the project is invalid.
    pub fn open(path: impl AsRef<Path>, project_name: &str) -> Result<Self, StoreError> {
        let path = path.as_ref();
        if validate::name_error(project_name).is_some() {
            return Err(StoreError::ProjectName);
        }
        files::create(path)?;
        let failed = |source| StoreError::opening(path, source);
        let mut writer = connect(path).map_err(failed)?;
        migrations::run(&mut writer, path, project_name)?;
        let project_id = writer
            .query_row(
                "SELECT id FROM project ORDER BY deleted_at IS NOT NULL, id LIMIT 1",
                [],
                |row| row.get(0),
            )
            .map_err(failed)?;
        Ok(Self {
            variants: Variants::default(),
            inner: Arc::new(Inner {
                path: path.to_owned(),
                project_id,
                writer: Mutex::new(writer),
                readers: Mutex::new(Vec::new()),
            }),
        })
    }

    /// The same database with other behaviour. Changes its statuses, if the variant says so.
    pub(crate) fn with_variants(mut self, variants: Variants) -> Result<Self, ApiError> {
        self.variants = variants;
        self.write(|transaction| variants.set_statuses(transaction))?;
        Ok(self)
    }

    /// The path of the database.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// The id of the first project that was not deleted when the database was opened.
    #[must_use]
    pub fn project_id(&self) -> i64 {
        self.inner.project_id
    }

    /// Runs work that blocks on the database on a thread for blocking work.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || work(&store))
            .await
            .unwrap_or_else(|error| Err(ApiError::Internal(error.to_string())))
    }

    /// Reads in one transaction, so that a response shows the database at one moment.
    fn read<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let idle = self.idle_readers().pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => {
                let reader = connect(&self.inner.path)?;
                reader.pragma_update(None, "query_only", true)?;
                reader
            }
        };
        let transaction = reader.transaction_with_behavior(TransactionBehavior::Deferred)?;
        let result = work(&transaction);
        drop(transaction);
        let mut idle = self.idle_readers();
        if idle.len() < MAX_IDLE_READERS {
            idle.push(reader);
        }
        result
    }

    /// Writes in one transaction, which is committed only if `work` succeeds.
    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let mut writer = self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    fn idle_readers(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a query that returns at most one row. The statement is cached, as in the functions below.
fn query_one<T>(
    transaction: &Transaction<'_>,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>, ApiError> {
    Ok(transaction.prepare_cached(sql)?.query_row(params, read).optional()?)
}

/// The first column of the only row.
fn query_value<T: FromSql>(
    transaction: &Transaction<'_>,
    sql: &str,
    params: impl Params,
) -> Result<T, ApiError> {
    Ok(transaction.prepare_cached(sql)?.query_row(params, |row| row.get(0))?)
}

fn query_all<T>(
    transaction: &Transaction<'_>,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, ApiError> {
    let mut statement = transaction.prepare_cached(sql)?;
    let rows = statement.query_map(params, read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Runs a write, and returns the number of changed rows.
fn execute(transaction: &Transaction<'_>, sql: &str, params: impl Params) -> Result<i64, ApiError> {
    let changed = transaction.prepare_cached(sql)?.execute(params)?;
    Ok(i64::try_from(changed).unwrap_or(i64::MAX))
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // Without URI file names, so that every path is taken literally.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    connection.pragma_update(None, "foreign_keys", true)?;
    // With WAL, a killed process loses no commit; only a power failure may.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(connection)
}

/// Deletes the database at `path` with its WAL files; false if there is none. An empty file stays: nothing tells whose it is.
///
/// # Errors
///
/// When the file is not a sandbox database, is in use, or cannot be deleted.
pub fn delete_database(path: impl AsRef<Path>) -> Result<bool, StoreError> {
    // If the path is a symbolic link, the database is its target.
    let path = path.as_ref();
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let length = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    if length == 0 {
        return Ok(false);
    }
    // SQLite deletes its other files. Whatever is left beside the database is not its own.
    migrations::close(path)?;
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::Delete { path: path.clone(), source })
        }
        _ => Ok(true),
    }
}
