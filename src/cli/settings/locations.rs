//! Places in the file system: the repository's root, the sandbox's database.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The nearest directory from `directory` upwards that holds a `.git` (a directory, or the file of a
/// worktree).
#[must_use]
pub(super) fn repository_root(directory: &Path) -> Option<PathBuf> {
    directory.ancestors().find(|above| above.join(".git").exists()).map(Path::to_owned)
}

/// The sandbox database of the working tree at `tree`, below `user_data`.
///
/// The name starts with the directory's, for people; the hash of the whole path keeps trees of
/// equal names apart.
#[must_use]
pub(super) fn sandbox_database(user_data: &Path, tree: &Path) -> PathBuf {
    let tree = tree.canonicalize().unwrap_or_else(|_| tree.to_owned());
    let digest = Sha256::digest(tree.as_os_str().as_encoded_bytes());
    let mark: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let name: String =
        tree.file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
            .chars()
            .map(|character| {
                if character.is_ascii_alphanumeric() || character == '_' { character } else { '-' }
            })
            .take(40)
            .collect();
    user_data.join("tq-import").join("sandbox").join(format!("{name}-{mark}.db"))
}

/// Whether every user of the machine may read the file.
#[cfg(unix)]
#[must_use]
pub(super) fn others_can_read(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.is_file() && metadata.mode() & 0o004 != 0
}

/// Whether every user of the machine may read the file: not known on this system.
#[cfg(not(unix))]
#[must_use]
pub(super) fn others_can_read(_: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_working_tree_has_its_own_database() {
        let data = Path::new("/data");
        let one = sandbox_database(data, Path::new("/no/such/a/shop web"));
        let two = sandbox_database(data, Path::new("/no/such/b/shop web"));
        assert_ne!(one, two);
        assert_eq!(one, sandbox_database(data, Path::new("/no/such/a/shop web")));
        assert!(one.starts_with("/data/tq-import/sandbox"));
        let name = one.file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with("shop-web-") && name.ends_with(".db"), "{name}");
    }

    #[test]
    fn the_root_is_where_git_is() {
        let tree = tempfile::tempdir().unwrap();
        let deep = tree.path().join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::write(tree.path().join(".git"), "gitdir: elsewhere\n").unwrap();
        assert_eq!(repository_root(&deep).as_deref(), Some(tree.path()));
    }
}
