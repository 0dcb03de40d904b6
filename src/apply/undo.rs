//! Takes an import back: deletes what it created, and unlinks what it linked. Each row is read again right before it is written.

use std::collections::HashMap;

use crate::api::client::{Client, WriteOutcome};
use crate::api::error::ApiError;
use crate::api::ids::TestId;
use crate::api::sets::list_in;
use crate::api::wire::{FolderLink, Link, RunResult, Suite, Test};
use crate::description::{self, IdentityLine, Label, linked_identities, without_line};
use crate::plan::moved::LeftOver;
use crate::plan::undo::{
    DeletedTest, PastImport, UndoPlan, UnlinkedFolder, UnlinkedTest, created_rows,
};
use crate::snapshot::{ReadRequest, Snapshot, Target, TargetError};
use test_reports::identity::{Identity, IdentityGroup, NamespaceMark};

use super::dedup::{Written, delete_folders, delete_unless};
use super::outcome::Stop;
use super::overwritten::Before;

/// Ids per filter.
const PER_REQUEST: usize = 1000;

/// How often a row is read again after an update without a clear outcome.
const ATTEMPTS: u32 = 4;

/// What was undone.
#[derive(Debug, Default)]
pub struct Undone {
    /// What was deleted and unlinked.
    pub done: UndoPlan,
    /// What somebody else wrote at the same moment, and was written over.
    pub written_over: Vec<String>,
    /// Whether a read-back found nothing left to do.
    pub verified: bool,
    /// Why it ended early.
    pub stop: Option<Stop>,
}

/// Reads what is needed to take `past` back, and decides.
///
/// # Errors
/// The first list that cannot be read.
pub async fn read_undo(
    client: &Client,
    target: &Target,
    past: &PastImport,
) -> Result<UndoPlan, TargetError> {
    let mut snapshot = Snapshot::read(client, target).await?;
    let (duplicate_tests, duplicate_folders) = created_rows(past, &snapshot);
    let details = ReadRequest::Details { steps_of: Vec::new(), duplicate_tests, duplicate_folders };
    snapshot.read_more(client, target, details).await?;
    Ok(UndoPlan::new(past, &snapshot))
}

/// Carries `plan` out, and verifies it.
pub async fn undo(client: &Client, target: &Target, past: &PastImport, plan: UndoPlan) -> Undone {
    let mut undone = Undone::default();
    undone.done.left.clone_from(&plan.left);
    let ended = async {
        let namespaces = past.namespaces();
        delete_tests(client, &plan.tests, &mut undone.done).await?;
        for link in &plan.links {
            match unlink(client, link, &namespaces).await? {
                Unlinked::Done => undone.done.links.push(link.clone()),
                Unlinked::WrittenOver(what) => {
                    undone.done.links.push(link.clone());
                    undone.written_over.push(what);
                }
                Unlinked::Left(reason) => leave(&mut undone.done, &link.name, link.id, reason),
            }
        }
        for link in &plan.folder_links {
            match unlink_folder(client, link).await? {
                Unlinked::Done => undone.done.folder_links.push(link.clone()),
                Unlinked::WrittenOver(what) => {
                    undone.done.folder_links.push(link.clone());
                    undone.written_over.push(what);
                }
                Unlinked::Left(reason) => undone.done.left.push(LeftOver {
                    name: link.path.join("/"),
                    reason: format!("folder {} stays as it is, because {reason}", link.id),
                    suggestion: None,
                }),
            }
        }
        for level in plan.folders.chunk_by(|one, next| one.path.len() == next.path.len()) {
            let ids: Vec<_> = level.iter().map(|folder| folder.id).collect();
            let written = delete_folders(client, target.plan.id, &ids).await?;
            for (folder, written) in level.iter().zip(written) {
                match written {
                    Written::Done => undone.done.folders.push(folder.clone()),
                    Written::Skipped(reason) => undone.done.left.push(LeftOver {
                        name: folder.path.join("/"),
                        reason,
                        suggestion: None,
                    }),
                }
            }
        }
        let again = read_undo(client, target, past).await?;
        Ok::<bool, Stop>(again.is_empty())
    }
    .await;
    match ended {
        Ok(verified) => undone.verified = verified,
        Err(stop) => undone.stop = Some(stop),
    }
    undone
}

fn leave(done: &mut UndoPlan, name: &str, id: TestId, reason: String) {
    let reason = format!("test {id} stays, because {reason}");
    done.left.push(LeftOver { name: name.to_owned(), reason, suggestion: None });
}

async fn delete_tests(
    client: &Client,
    tests: &[DeletedTest],
    done: &mut UndoPlan,
) -> Result<(), Stop> {
    let ids = || tests.iter().map(|test| test.id.number());
    let (rows, results): (Vec<Test>, Vec<RunResult>) = tokio::try_join!(
        list_in(client, "id", ids(), PER_REQUEST),
        list_in(client, "test_id", ids(), PER_REQUEST),
    )?;
    let rows: HashMap<TestId, Test> = rows.into_iter().map(|row| (row.id, row)).collect();
    let check = |test: &DeletedTest| {
        let Some(row) = rows.get(&test.id) else { return Some(Written::Done) };
        let identity = row.description.as_deref().and_then(Identity::in_description);
        let is_as_left = row.epoch == Some(test.epoch) && identity == Some(test.identity);
        let is_used = results.iter().any(|result| result.test_id == test.id);
        let why = || Written::Skipped("it was changed or run in the meantime".to_owned());
        (!is_as_left || is_used).then(why)
    };
    let checked = tests.iter().map(|test| (test.id.number(), check(test))).collect();
    let written = delete_unless::<Test>(client, checked).await?;
    for (test, written) in tests.iter().zip(written) {
        match written {
            Written::Done => done.tests.push(test.clone()),
            Written::Skipped(reason) => leave(done, &test.name, test.id, reason),
        }
    }
    Ok(())
}

/// What became of a link.
enum Unlinked {
    Done,
    /// Also what was written over.
    WrittenOver(String),
    /// Why the row keeps the identity.
    Left(String),
}

/// After an update that the server applied: `is_ours` knows the description that was written.
async fn applied(
    client: &Client,
    before: Option<&Before>,
    is_ours: impl Fn(&str) -> bool,
    epoch: Option<u64>,
) -> Result<Unlinked, Stop> {
    let over = match before {
        Some(before) => before.written_over(client, is_ours, epoch).await?,
        None => None,
    };
    Ok(over.map_or(Unlinked::Done, Unlinked::WrittenOver))
}

/// After all attempts; `last` is the last one's error.
fn not_read_back(last: Option<ApiError>) -> Unlinked {
    let reason = last.map_or_else(|| "it was not read back".to_owned(), |error| error.to_string());
    Unlinked::Left(reason)
}

async fn unlink(
    client: &Client,
    link: &UnlinkedTest,
    namespaces: &[&str],
) -> Result<Unlinked, Stop> {
    let path = format!("test/{}", link.id);
    let mut last = None;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            client.sleep(client.retry_policy().wait(attempt, fastrand::f64())).await;
        }
        let row: Test = match client.get(&path).await {
            Ok(row) => row,
            Err(error) if error.is_not_found() => return Ok(Unlinked::Done),
            Err(error) => return Err(error.into()),
        };
        let described = row.description.as_deref().unwrap_or_default();
        if Identity::in_description(described) != Some(link.identity) {
            return Ok(Unlinked::Done);
        }
        let Some(description) = unlinked(described, link, namespaces) else {
            let why = "somebody edited the line that holds the identity";
            return Ok(Unlinked::Left(why.to_owned()));
        };
        let is_untouched = row.epoch.is_some() && row.epoch == link.epoch;
        let body = Link {
            description,
            is_automated: link.is_automated.filter(|_| is_untouched),
            name: link.former_name.clone().filter(|_| is_untouched),
        };
        let before = Before::of(&row);
        match client.update_once::<Test>(&path, &body).await? {
            WriteOutcome::Applied(row) => {
                let is_ours = |text: &str| text == body.description;
                return applied(client, before.as_ref(), is_ours, row.epoch).await;
            }
            WriteOutcome::Refused(error) => return Ok(Unlinked::Left(error.to_string())),
            WriteOutcome::Unknown(error) => last = Some(error),
        }
    }
    Ok(not_read_back(last))
}

/// Takes the identities of an import from a person's folder. What people wrote in it stays.
async fn unlink_folder(client: &Client, link: &UnlinkedFolder) -> Result<Unlinked, Stop> {
    let path = format!("suite/{}", link.id);
    let mut last = None;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            client.sleep(client.retry_policy().wait(attempt, fastrand::f64())).await;
        }
        let row: Suite = match client.get(&path).await {
            Ok(row) => row,
            Err(error) if error.is_not_found() => return Ok(Unlinked::Done),
            Err(error) => return Err(error.into()),
        };
        let described = row.description.as_deref().unwrap_or_default();
        let has_it = |text: &str| {
            linked_identities(text).iter().any(|identity| link.identities.contains(identity))
        };
        if !has_it(described) {
            return Ok(Unlinked::Done);
        }
        let Some(description) = description::unlink_folder(described, &link.identities) else {
            let why = "somebody edited the line that holds the identity";
            return Ok(Unlinked::Left(why.to_owned()));
        };
        let before = Before::of_folder(&row);
        match client.update_once::<Suite>(&path, &FolderLink { description }).await? {
            WriteOutcome::Applied(row) => {
                let is_ours = |text: &str| !has_it(text);
                return applied(client, before.as_ref(), is_ours, row.epoch).await;
            }
            WriteOutcome::Refused(error) => return Ok(Unlinked::Left(error.to_string())),
            WriteOutcome::Unknown(error) => last = Some(error),
        }
    }
    Ok(not_read_back(last))
}

/// The description without the identity, or with the former one in its place.
fn unlinked(description: &str, link: &UnlinkedTest, namespaces: &[&str]) -> Option<String> {
    let Some((former, label)) = &link.former else {
        return without_line(description, namespaces);
    };
    let group = IdentityGroup::last_in(description)?;
    let others = group.identities.iter().copied().filter(|id| *id != link.identity && id != former);
    let mark = NamespaceMark::in_description(description)?;
    let label = label.as_deref().unwrap_or_default();
    let Label { container, name, .. } = Label::split(label, &[*former], namespaces);
    let container: Vec<&str> =
        Some(container).filter(|text| !text.is_empty()).into_iter().collect();
    let line = IdentityLine::of_test(&container, name, *former, mark).with_aliases(others);
    Some(line.replace_in(description, namespaces))
}
