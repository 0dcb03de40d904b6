//! The files of the repository, in which the files that reports name are looked up.

use std::path::Path;
use std::process::{Command, Stdio};

use test_reports::tracked::TrackedFiles;

use super::repository_root;

/// The files that git tracks in the repository around `directory`. None without a repository, without git, if git
/// refuses, or if nothing is tracked yet: then paths are as reports say.
pub(super) fn files(directory: &Path) -> Option<TrackedFiles> {
    let root = repository_root(directory)?;
    // Reads the index only: neither the files nor a program that the repository's configuration names.
    let output = Command::new("git")
        .args(["-c", "core.fsmonitor=false", "ls-files", "-z"])
        .current_dir(root)
        .env_remove("TQ_ACCESS_TOKEN")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let paths = String::from_utf8_lossy(&output.stdout);
    let files = TrackedFiles::new(paths.split('\0').filter(|path| !path.is_empty()));
    let below = directory.strip_prefix(root).unwrap_or(Path::new(""));
    let is_known = output.status.success() && !output.stdout.is_empty();
    is_known.then(|| files.seen_from(&below.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_those_of_the_index() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        assert!(files(path).is_none(), "no repository");
        std::fs::create_dir(path.join(".git")).unwrap();
        assert!(files(path).is_none(), "git refuses");
        std::fs::remove_dir(path.join(".git")).unwrap();
        let git = |arguments: &[&str]| {
            let output = Command::new("git").current_dir(path).args(arguments).output();
            output.is_ok_and(|output| output.status.success())
        };
        if !git(&["init", "-q"]) {
            println!("skipped: there is no git here");
            return;
        }
        std::fs::create_dir_all(path.join("web/src")).unwrap();
        for file in ["web/src/größe 1.test.js", "a.test.js"] {
            std::fs::write(path.join(file), "").unwrap();
        }
        assert!(files(path).is_none(), "nothing is tracked");
        assert!(git(&["add", "web"]));
        let tracked = files(&path.join("web")).unwrap();
        assert_eq!(
            tracked.find("src/größe 1.test.js", "r.xml", ""),
            Some("web/src/größe 1.test.js")
        );
        assert_eq!(tracked.find("a.test.js", "r.xml", ""), None);
    }
}
