//! Gives the folders that people made and that were found by their names the identity of their path, so that renaming or moving
//! them in the web application keeps them. What people wrote in the description stays above our line.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use crate::api::client::WriteOutcome;
use crate::api::ids::SuiteId;
use crate::api::wire::{FolderLink, Suite};
use crate::description::{link_folder, linked_identities};
use crate::plan::change::ChangedRow;
use crate::plan::folders::PlannedFolder;
use test_reports::identity::Identity;
use test_reports::text;

use super::import::Import;
use super::outcome::Stop;
use super::overwritten::Before;

/// How often a row is read again after an update without a clear outcome, or beside other imports.
const ATTEMPTS: u32 = 4;

/// The paths of one folder.
type Paths<'a> = Vec<&'a PlannedFolder>;

/// What became of a folder.
enum Linked {
    /// It has the identities now. If somebody else wrote it in between: what the import wrote over.
    Written(Option<u64>, Option<String>),
    /// It had them, or is no longer the folder of this name.
    Left,
    /// The server refused the update.
    Refused(String),
    /// The description came back otherwise than it was sent.
    Changed,
}

/// One write.
struct Written {
    /// The row before it; none if the server does not report epochs.
    before: Option<Before>,
    /// The description that was sent.
    sent: String,
}

/// What a look at the row says about a write.
enum Checked {
    Done(Linked),
    /// It wrote over the identities that an import of another namespace had written.
    Lacks(Vec<Identity>),
}

impl Import<'_> {
    /// Links the folders that the plan chose. A folder that is not linked is found by its name, as before.
    pub(super) async fn link_folders(&mut self) -> Result<(), Stop> {
        if !self.links_folders {
            return Ok(());
        }
        let plan = self.plan;
        let mut chosen: BTreeMap<SuiteId, Paths<'_>> = BTreeMap::new();
        for (folder, suite) in plan.folders.to_link() {
            chosen.entry(suite).or_default().push(folder);
        }
        // The first one alone: it shows whether the server keeps descriptions of folders.
        let mut rest = chosen.into_iter();
        for first in rest.by_ref() {
            let linked = self.link_one(&first).await?;
            let is_clear = matches!(linked, Linked::Written(..));
            if !self.note_link(first, linked) {
                return Ok(());
            }
            if is_clear {
                break;
            }
        }
        let rest: Vec<(SuiteId, Paths<'_>)> = rest.collect();
        let this = &*self;
        let linked = join_all(rest.iter().map(|folder| this.link_one(folder))).await;
        let mut ended = Ok(());
        for (folder, linked) in rest.into_iter().zip(linked) {
            match linked {
                Ok(linked) => drop(self.note_link(folder, linked)),
                Err(error) => ended = ended.and(Err(error)),
            }
        }
        ended
    }

    /// Notes what became of a folder. Returns whether further ones may be linked.
    fn note_link(&mut self, (suite, folders): (SuiteId, Paths<'_>), linked: Linked) -> bool {
        let path = folders.first().map(|folder| folder.path.join("/")).unwrap_or_default();
        match linked {
            Linked::Written(epoch, written_over) => {
                let row = ChangedRow { id: Some(suite.number()), epoch, ..ChangedRow::default() };
                let identities = folders.iter().map(|folder| (folder.identity, row.clone()));
                self.applied.folders_linked.extend(identities);
                self.applied.errors.extend(written_over);
            }
            Linked::Left => {}
            Linked::Refused(reason) => self.applied.warnings.push(format!(
                "folder {path:?} ({suite}) did not get its identity and is found by its name: {reason}"
            )),
            Linked::Changed => {
                self.applied.errors.push(format!(
                    "the server changed the description of folder {path:?} ({suite}) when its identity was added; no other folder was linked"
                ));
                return false;
            }
        }
        self.client.progress().advance(folders.len());
        true
    }

    async fn link_one(&self, (suite, folders): &(SuiteId, Paths<'_>)) -> Result<Linked, Stop> {
        let path = format!("suite/{suite}");
        let own: Vec<Identity> = folders.iter().map(|folder| folder.identity).collect();
        let has_own = |text: &str| linked_identities(text).iter().any(|id| own.contains(id));
        let mut wanted = own.clone();
        let mut written: Option<Written> = None;
        let mut last = None;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                let wait = self.client.retry_policy().wait(attempt, fastrand::f64());
                self.client.sleep(wait).await;
            }
            // Read before every attempt: a person, or an import of another namespace, may be writing it.
            let row: Suite = match self.client.get(&path).await {
                Ok(row) => row,
                Err(error) if error.is_not_found() => return Ok(Linked::Left),
                Err(error) => return Err(error.into()),
            };
            let described = row.description.as_deref().unwrap_or_default();
            let is_linked = has_own(described);
            if let Some(written) = written.as_ref().filter(|_| is_linked) {
                match self.check(written, &row, has_own).await? {
                    Checked::Done(linked) => return Ok(linked),
                    Checked::Lacks(identities) => wanted.extend(identities),
                }
            }
            // Written, and not shown yet, or dropped: it is not written again.
            let is_awaited = written.as_ref().is_some_and(|written| {
                let before = written.before.as_ref();
                last.is_none() && before.is_none_or(|before| before.is_followed_by(row.epoch))
            });
            if !is_linked && is_awaited {
                continue;
            }
            let is_of_import = linked_identities(described).is_empty()
                && Identity::in_description(described).is_some();
            let name = text::fold(&row.name);
            let is_named = folders.iter().all(|folder| text::fold(&folder.name) == name);
            if !is_linked && (is_of_import || !is_named) {
                return Ok(Linked::Left);
            }
            let Some(description) = link_folder(described, &wanted) else {
                return Ok(Linked::Left);
            };
            let body = FolderLink { description };
            let write = Written { before: Before::of_folder(&row), sent: body.description.clone() };
            match self.client.update_once::<Suite>(&path, &body).await? {
                WriteOutcome::Applied(row) => {
                    last = None;
                    // The answer may lack the description; then the row is read again.
                    if row.description.as_deref().is_some_and(has_own) {
                        match self.check(&write, &row, has_own).await? {
                            Checked::Done(linked) => return Ok(linked),
                            Checked::Lacks(identities) => wanted.extend(identities),
                        }
                    }
                }
                WriteOutcome::Refused(error) => return Ok(Linked::Refused(error.to_string())),
                WriteOutcome::Unknown(error) => last = Some(error),
            }
            written = Some(write);
        }
        match last {
            Some(error) => Err(error.into()),
            None => Ok(Linked::Refused("the server does not keep its description".to_owned())),
        }
    }

    /// Checks a row that has our identities. `has_own` knows the descriptions that do.
    async fn check(
        &self,
        written: &Written,
        row: &Suite,
        has_own: impl Fn(&str) -> bool,
    ) -> Result<Checked, Stop> {
        let Written { before, sent } = written;
        let between = match before {
            Some(before) => before.versions_between(self.client, has_own, row.epoch).await?,
            None => None,
        };
        let stored = row.description.as_deref().unwrap_or_default();
        let Some((before, between)) = before.as_ref().zip(between) else {
            let plain = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
            // Somebody may have written it after us.
            let is_last = before.as_ref().is_none_or(|before| before.is_followed_by(row.epoch));
            return Ok(Checked::Done(match is_last && plain(stored) != plain(sent) {
                true => Linked::Changed,
                false => Linked::Written(row.epoch, None),
            }));
        };
        let theirs = between.last();
        let identities = theirs.map_or_else(Vec::new, |theirs| {
            linked_identities(theirs.description.as_deref().unwrap_or_default())
        });
        let is_import = theirs.is_some_and(|theirs| {
            // An import that had read an earlier version may have written what was there.
            let is_same = theirs.description.as_ref() == Some(&before.description);
            let linked = link_folder(&before.description, &identities);
            theirs.name == before.name && (is_same || linked == theirs.description)
        });
        if !is_import {
            return Ok(Checked::Done(Linked::Written(
                row.epoch,
                Some(before.says_written_over(theirs)),
            )));
        }
        // An import of another namespace linked it at the same moment: both identities belong to it.
        let known = linked_identities(stored);
        Ok(Checked::Lacks(identities.into_iter().filter(|id| !known.contains(id)).collect()))
    }
}
