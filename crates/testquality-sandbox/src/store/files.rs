//! Files that only their owner can access, because names of tests reveal internals of a product.

use std::fs::{DirBuilder, File};
use std::path::Path;

use super::StoreError;

/// Creates an empty file for a database and its directories, unless they exist. SQLite gives the
/// files beside it the same permissions.
pub(super) fn create(path: &Path) -> Result<(), StoreError> {
    if let Some(directory) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        directory_builder()
            .create(directory)
            .map_err(|source| StoreError::Directory { path: path.to_owned(), source })?;
    }
    if path.exists() {
        return Ok(());
    }
    create_file(path).map_err(|source| StoreError::Create { path: path.to_owned(), source })
}

fn directory_builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn create_file(path: &Path) -> std::io::Result<()> {
    let mut options = File::options();
    // Append mode, because another process may be writing the file already.
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
