//! The database: one SQLite file, the only place with SQL.
//!
//! Several processes may share a file. Writers queue at `BEGIN IMMEDIATE` and see everything that
//! was committed before, readers see one state for the length of a request (WAL), and a process
//! that is killed leaves whole transactions or nothing.

mod browse;
mod hiding;
mod history;
mod links;
mod migrations;
mod private;
mod read;
mod references;
mod runs;
mod validate;
mod write;
mod writing;

pub(crate) use browse::{
    Browse, FolderRow, Project, ProjectRow, ResultRow, Run, Share, Test, TestRow, Version, Window,
};
pub(crate) use links::Link;
pub(crate) use write::Saved;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::error::ApiError;
use super::resources::NAME_CHARS;

/// The most elements in one array (SDK: it cuts its arrays at this length).
pub(crate) const MAX_ELEMENTS: usize = 1_000;

/// How long a connection waits for another one's write: longer than any write takes, shorter than
/// a client waits.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Idle connections for reading that are kept.
const MAX_IDLE_READERS: usize = 4;

/// More than all the statements that a busy sandbox uses.
const STATEMENT_CACHE: usize = 128;

/// An open sandbox database. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    project_id: i64,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

/// Why a database cannot be opened or removed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The directory for the file cannot be made.
    #[error("cannot create the directory of the sandbox database {}", path.display())]
    Directory {
        /// The database.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file cannot be made.
    #[error("cannot make the sandbox database {}", path.display())]
    Make {
        /// The database.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// SQLite cannot open or set up the file.
    #[error("cannot open the sandbox database {}", path.display())]
    Open {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file is something else.
    #[error("{} is not a sandbox database", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A later version wrote the file.
    #[error(
        "the sandbox database {} was written by a later version (schema {found}, known up to {known})",
        path.display()
    )]
    Later {
        /// The database.
        path: PathBuf,
        /// The schema of the file.
        found: i64,
        /// The schema of this version.
        known: i64,
    },
    /// The name for the first project cannot be one.
    #[error("the name of a sandbox project has 1 to {NAME_CHARS} characters")]
    ProjectName,
    /// Somebody has it open.
    #[error("the sandbox database {} is in use", path.display())]
    InUse {
        /// The database.
        path: PathBuf,
    },
    /// A file cannot be removed.
    #[error("cannot remove {}", path.display())]
    Remove {
        /// The file.
        path: PathBuf,
        /// What the system said.
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
    /// Opens the database at `path`, and makes it, with one project of this name, if there is none.
    /// What is made, directories included, is its owner's alone; what is there stays as it is.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened, is no sandbox database or is of a later version.
    pub fn open(path: impl AsRef<Path>, project_name: &str) -> Result<Self, StoreError> {
        let path = path.as_ref();
        if validate::name_fault(project_name).is_some() {
            return Err(StoreError::ProjectName);
        }
        private::make(path)?;
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
            shared: Arc::new(Shared {
                path: path.to_owned(),
                project_id,
                writer: Mutex::new(writer),
                readers: Mutex::new(Vec::new()),
            }),
        })
    }

    /// Where the database is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// The id of the first project.
    #[must_use]
    pub fn project_id(&self) -> i64 {
        self.shared.project_id
    }

    /// Runs blocking work on the database away from the threads that serve requests.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || work(&store))
            .await
            .unwrap_or_else(|error| Err(ApiError::Internal(error.to_string())))
    }

    /// Reads in one transaction: everything in an answer is of one moment.
    fn read<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let idle = self.idle_readers().pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => {
                let reader = connect(&self.shared.path)?;
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

    /// Writes in one transaction, which is committed if `work` succeeds and else leaves nothing.
    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let mut writer = self.shared.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    fn idle_readers(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.shared.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // No URI file names: a path is a path, whatever it looks like.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    connection.pragma_update(None, "foreign_keys", true)?;
    // With WAL a killed process loses nothing that was committed; only a power cut may.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(connection)
}

/// Deletes the database at `path`. There being none is fine.
///
/// # Errors
///
/// When the file is no sandbox database, is in use, or cannot be removed.
pub fn reset(path: impl AsRef<Path>) -> Result<(), StoreError> {
    // What a link leads to is the database.
    let path = path.as_ref();
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if path.exists() {
        migrations::release(path)?;
    }
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut file = path.as_os_str().to_owned();
        file.push(suffix);
        let file = PathBuf::from(file);
        match std::fs::remove_file(&file) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::Remove { path: file, source });
            }
            _ => {}
        }
    }
    Ok(())
}
