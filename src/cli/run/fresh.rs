//! Which reports a command wrote, and which existed before.
//!
//! A report is new if the file changed. Its time stamp is not compared with a clock: file systems round times, and network
//! file systems have their own clocks.

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::discover::{Discovered, Input, Source};
use test_reports::text::count;

/// The number of old reports that a warning names.
const MAX_NAMES: usize = 3;

/// The state of the reports before the command.
#[derive(Debug, Default)]
pub(super) struct Stamps(HashMap<PathBuf, Stamp>);

/// What changes when a file is written.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Inode and ctime, on systems that have them.
    change: Option<(u64, i64, i64)>,
}

impl Stamps {
    /// The stamps of all files in `found`.
    pub(super) fn of(found: &[Discovered]) -> Self {
        let inputs = found.iter().flat_map(|found| &found.inputs);
        let files = inputs.filter_map(|input| match &input.source {
            Source::File(path) => Some((path.clone(), stamp(path)?)),
            Source::Stdin => None,
        });
        Self(files.collect())
    }

    /// Removes files that have not changed from `found`. Returns a warning if there are any.
    pub(super) fn remove_old(&self, found: &mut [Discovered]) -> Vec<String> {
        let mut old = Vec::new();
        let mut is_new = |input: &Input| {
            let Source::File(path) = &input.source else {
                return true;
            };
            let is_old =
                self.0.get(path).is_some_and(|before| stamp(path).as_ref() == Some(before));
            if is_old {
                old.push(input.display.clone());
            }
            !is_old
        };
        for found in found {
            found.inputs.retain(&mut is_new);
        }
        if old.is_empty() {
            return Vec::new();
        }
        let (number, verb) = match old.len() {
            1 => ("1 report".to_owned(), "was"),
            many => (count(many, "report"), "were"),
        };
        let more = if old.len() > MAX_NAMES { ", …" } else { "" };
        old.truncate(MAX_NAMES);
        vec![format!(
            "left out {number} that existed before the command and {verb} not written by it: {}{more}",
            old.join(", ")
        )]
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    let (length, modified) = (metadata.len(), metadata.modified().ok());
    Some(Stamp { length, modified, change: change(&metadata) })
}

#[cfg(unix)]
fn change(metadata: &Metadata) -> Option<(u64, i64, i64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.ino(), metadata.ctime(), metadata.ctime_nsec()))
}

#[cfg(not(unix))]
fn change(_: &Metadata) -> Option<(u64, i64, i64)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discover::discover;

    #[test]
    fn files_that_did_not_change_are_left_out_whatever_their_time() {
        let directory = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        let find = || [discover(directory.path(), &[".".to_owned()], &[])];
        for name in ["old.xml", "again.xml", "moved.xml"] {
            write(name, "<testsuite/>");
        }
        let stamps = Stamps::of(&find());
        write("again.xml", "<testsuite></testsuite>");
        // A build cache restores a report with the time at which it was written.
        let long_ago = SystemTime::now() - std::time::Duration::from_secs(3600);
        write("cached.xml", "<testsuite/>");
        std::fs::File::options()
            .write(true)
            .open(directory.path().join("cached.xml"))
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
        std::fs::rename(directory.path().join("moved.xml"), directory.path().join("elsewhere.xml"))
            .unwrap();
        let mut found = find();
        let warnings = stamps.remove_old(&mut found);
        let left: Vec<&str> = found[0].inputs.iter().map(|input| input.display.as_str()).collect();
        assert_eq!(left, ["again.xml", "cached.xml", "elsewhere.xml"]);
        assert_eq!(
            warnings,
            [
                "left out 1 report that existed before the command and was not written by it: old.xml"
            ]
        );
        // Nothing was written.
        let mut found = find();
        assert!(
            Stamps::of(&find()).remove_old(&mut found)[0]
                .starts_with("left out 4 reports that existed")
        );
        assert!(found[0].inputs.is_empty());
        assert!(Stamps::default().remove_old(&mut find()).is_empty());
    }
}
