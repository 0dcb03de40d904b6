//! Adoption: the one write to a row that a person made.

use crate::description;
use futures_util::future::join_all;

use crate::api::client::WriteOutcome;
use crate::api::error::RequestError;
use crate::api::ids::TestId;
use crate::api::wire::{Adoption, Test};
use crate::plan::matching::PINNED;
use crate::plan::{Adopt, TestPlan};
use test_reports::identity::{Identity, NamespaceMark};
use test_reports::text;

use super::{Import, RecordOutcome, Stop};

/// How often a row is looked at again when its update had no clear outcome.
const ATTEMPTS: u32 = 4;

/// What became of a row that was to be adopted.
enum Adopted {
    /// It bears our identity now.
    Done,
    /// It is not the row that was chosen any more.
    Gone,
    /// The server will not change it.
    Refused(String),
}

impl Import<'_> {
    /// Marks the tests that the plan adopts. A row that was changed since, so that it does not match any
    /// more, is left alone; its record is created with the others.
    pub(super) async fn adopt_tests(&mut self) -> Result<(), Stop> {
        let this = &*self;
        let chosen: Vec<(usize, TestId, bool)> = this
            .plan
            .tests
            .iter()
            .enumerate()
            .filter(|(record, _)| !this.refused.contains_key(record))
            .filter_map(|(record, plan)| match plan {
                TestPlan::Adopt { id, reason, .. } => Some((record, *id, *reason == PINNED)),
                _ => None,
            })
            .collect();
        let adopted = chosen.iter().map(async |&(record, id, pinned)| {
            let adopted = this.adopt(record, id, pinned).await;
            this.client.progress().advance(1);
            adopted
        });
        let mut stop = None;
        for ((record, id, _), adopted) in chosen.iter().copied().zip(join_all(adopted).await) {
            match adopted {
                Err(error) => stop = stop.or(Some(error)),
                Ok(Adopted::Done) => {
                    self.rows.insert(record, id);
                    self.done.insert(record, RecordOutcome::Adopted);
                }
                Ok(Adopted::Gone) => {
                    let name = &self.records[record].name;
                    self.warnings.push(format!(
                        "test {id} was to be adopted as {name:?}, but was changed meanwhile"
                    ));
                }
                Ok(Adopted::Refused(reason)) => self.refuse(record, reason),
            }
        }
        stop.map_or(Ok(()), Err)
    }

    async fn adopt(&self, index: usize, id: TestId, pinned: bool) -> Result<Adopted, Stop> {
        let record = &self.records[index];
        let mark = NamespaceMark::of(&self.options.plan.namespace);
        let line = description::test_line(&record.container, &record.name, record.identity, mark);
        let path = format!("test/{id}");
        let mut last = None;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                let wait = self.client.retry_policy().wait(attempt, fastrand::f64());
                self.client.rest(wait).await;
            }
            // Looked at before every attempt: a person may be typing.
            let row: Test = match self.client.get(&path).await {
                Ok(row) => row,
                Err(error)
                    if matches!(error.error, RequestError::Status { status: 404 | 410, .. }) =>
                {
                    return Ok(Adopted::Gone);
                }
                Err(error) => return Err(error.into()),
            };
            let description = row.description.clone().unwrap_or_default();
            match Identity::in_description(&description) {
                Some(identity) if identity == record.identity => return Ok(Adopted::Done),
                Some(_) => return Ok(Adopted::Gone),
                None if !pinned && *text::clean(&row.name) != *record.name => {
                    return Ok(Adopted::Gone);
                }
                None if !pinned && !self.may_adopt(&row) => return Ok(Adopted::Gone),
                None => {}
            }
            let adoption =
                Adoption { description: with_line(&description, &line), is_automated: true };
            match self.client.update_once::<Test>(&path, &adoption).await? {
                WriteOutcome::Applied(row) => {
                    let read = row.description.as_deref().and_then(Identity::in_description);
                    if read == Some(record.identity) {
                        return Ok(Adopted::Done);
                    }
                    // The answer may be of another shape; the next look tells.
                    last = None;
                }
                WriteOutcome::Refused(error) => return Ok(Adopted::Refused(error.to_string())),
                WriteOutcome::Unknown(error) => last = Some(error),
            }
        }
        match last {
            Some(error) => Err(error.into()),
            None => Err(Stop::Lost {
                kind: "test",
                name: record.name.to_string(),
                lacking: "with its identity",
            }),
        }
    }
}

impl Import<'_> {
    /// `--adopt`, asked again: a person may have switched the test off since.
    fn may_adopt(&self, row: &Test) -> bool {
        match self.options.plan.adopt {
            Adopt::Any => true,
            Adopt::Automated => row.is_automated == Some(true) || row.to_automate == Some(true),
            Adopt::None => false,
        }
    }
}

/// What a person wrote, and our line below it.
fn with_line(description: &str, line: &str) -> String {
    let written = description.trim_end();
    if written.is_empty() { line.to_owned() } else { format!("{written}\n\n{line}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_wrote_stays_above_our_line() {
        assert_eq!(with_line("", "line"), "line");
        assert_eq!(with_line("  See the wiki.\n", "line"), "  See the wiki.\n\nline");
    }
}
