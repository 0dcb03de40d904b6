//! Nobody but its owner reads a database: names of tests are internals of a product.

use std::fs::{DirBuilder, File};
use std::path::Path;

use super::StoreError;

/// Makes an empty file for a database, and the directories above it, unless they are there.
/// SQLite gives the files that it puts beside it the same permissions.
pub(super) fn make(path: &Path) -> Result<(), StoreError> {
    if let Some(directory) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        directories()
            .create(directory)
            .map_err(|source| StoreError::Directory { path: path.to_owned(), source })?;
    }
    if path.exists() {
        return Ok(());
    }
    // Another process may be making it too; neither cuts what the other wrote.
    file(path).map(drop).map_err(|source| StoreError::Make { path: path.to_owned(), source })
}

fn directories() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn file(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
