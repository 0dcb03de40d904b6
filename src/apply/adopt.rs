//! Adopts tests: the only write to a row that a person created.

use futures_util::future::join_all;

use crate::api::client::WriteOutcome;
use crate::api::ids::TestId;
use crate::api::wire::{Adoption, Test};
use crate::plan::TestPlan;
use crate::plan::matching::PINNED;
use test_reports::identity::Identity;
use test_reports::text;

use super::import::Import;
use super::outcome::{RecordOutcome, Stop};
use super::overwritten::Before;

/// How often a row is read again after an update without a clear outcome.
const ATTEMPTS: u32 = 4;

/// The outcome of an adoption.
enum Adopted {
    /// The row has our identity now. If somebody else wrote it in between: what the import wrote over.
    Done(Option<String>),
    /// The row was deleted, or does not match any more.
    Changed,
    /// The server refused the update.
    Refused(String),
}

impl Import<'_> {
    /// Adopts the tests that the plan chose. A row that does not match any more is left alone; its record is created
    /// with the others.
    pub(super) async fn adopt_tests(&mut self) -> Result<(), Stop> {
        let this = &*self;
        let chosen = this.plan.tests.iter().enumerate().filter_map(|(record, plan)| match plan {
            TestPlan::Adopt { id, reason, .. } if !this.refused.contains_key(&record) => {
                Some((record, *id, *reason == PINNED))
            }
            _ => None,
        });
        let adopted = join_all(chosen.map(async |(record, id, is_pinned)| {
            let adopted = this.adopt(record, id, is_pinned).await;
            this.client.progress().advance(1);
            (record, id, adopted)
        }));
        let mut ended = Ok(());
        for (record, id, adopted) in adopted.await {
            match adopted {
                Err(error) => ended = ended.and(Err(error)),
                Ok(Adopted::Done(written_over)) => {
                    self.rows.insert(record, id);
                    self.done.insert(record, RecordOutcome::Adopted);
                    if let Some(what) = written_over {
                        self.refuse(record, what);
                    }
                }
                Ok(Adopted::Changed) => {
                    let name = &self.records[record].name;
                    self.applied.warnings.push(format!(
                        "test {id} was not adopted as {name:?}, because it was changed in the meantime"
                    ));
                }
                Ok(Adopted::Refused(reason)) => self.refuse(record, reason),
            }
        }
        ended
    }

    async fn adopt(&self, record: usize, id: TestId, is_pinned: bool) -> Result<Adopted, Stop> {
        let line = self.line_of(record);
        let record = &self.records[record];
        let path = format!("test/{id}");
        let mut last = None;
        let mut before: Option<Before> = None;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                let wait = self.client.retry_policy().wait(attempt, fastrand::f64());
                self.client.sleep(wait).await;
            }
            // Read before every attempt: a person may be editing it.
            let row: Test = match self.client.get(&path).await {
                Ok(row) => row,
                Err(error) if error.is_not_found() => return Ok(Adopted::Changed),
                Err(error) => return Err(error.into()),
            };
            let description = row.description.as_deref().unwrap_or_default();
            match Identity::in_description(description) {
                Some(identity) if identity == record.identity => {
                    let written_over = match &before {
                        Some(before) => {
                            before.written_over(self.client, id, identity, row.epoch).await?
                        }
                        None => None,
                    };
                    return Ok(Adopted::Done(written_over));
                }
                None if is_pinned || self.still_matches(&row, &record.name) => {}
                _ => return Ok(Adopted::Changed),
            }
            before = Before::of(&row);
            let adoption =
                Adoption { description: line.append_to(description), is_automated: true };
            match self.client.update_once::<Test>(&path, &adoption).await? {
                WriteOutcome::Applied(row) => {
                    let read = row.description.as_deref().and_then(Identity::in_description);
                    if read == Some(record.identity) {
                        let written_over = match &before {
                            Some(before) => {
                                let (identity, epoch) = (record.identity, row.epoch);
                                before.written_over(self.client, id, identity, epoch).await?
                            }
                            None => None,
                        };
                        return Ok(Adopted::Done(written_over));
                    }
                    // The answer may lack the description; read the row again.
                    last = None;
                }
                WriteOutcome::Refused(error) => return Ok(Adopted::Refused(error.to_string())),
                WriteOutcome::Unknown(error) => last = Some(error),
            }
        }
        Err(last.map_or_else(
            || Stop::Lost {
                kind: "test",
                name: record.name.to_string(),
                lacking: "with its identity",
            },
            Stop::from,
        ))
    }

    fn still_matches(&self, row: &Test, name: &str) -> bool {
        let may_adopt = self
            .options
            .plan
            .adopt
            .allows(row.is_automated == Some(true), row.to_automate == Some(true));
        text::clean(&row.name) == name && may_adopt
    }
}
