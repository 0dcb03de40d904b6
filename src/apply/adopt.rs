//! Links tests: adopts tests that a person created, carries the rows of renamed tests over, and removes aliases. The only
//! writes to descriptions that exist.

use std::collections::HashSet;

use futures_util::future::join_all;

use crate::api::client::WriteOutcome;
use crate::api::ids::TestId;
use crate::api::wire::{Link, Test};
use crate::description::{Label, label_in, without_identities};
use crate::plan::change::{ChangedRow, RowBefore};
use crate::plan::matching::PINNED;
use crate::plan::{LostAlias, TestPlan};
use test_reports::identity::{Identity, IdentityGroup};
use test_reports::record::TestRecord;
use test_reports::text;

use super::import::Import;
use super::outcome::{RecordOutcome, Stop};
use super::overwritten::Before;

/// How often a row is read again after an update without a clear outcome.
const ATTEMPTS: u32 = 4;

/// The outcome of a link.
enum Linked {
    /// The row has our identity now. If somebody else wrote it in between: what the import wrote over.
    Done(Option<String>, ChangedRow),
    /// The row was deleted, or does not match any more.
    Changed,
    /// The server refused the update.
    Refused(String),
}

/// Which row is linked.
#[derive(Clone, Copy)]
enum LinkKind {
    /// A test without identity. A pinned one may have any name.
    Adopt { is_pinned: bool },
    /// The row of a test that is no longer reported, with its identity.
    Relink { former: Identity },
}

impl Import<'_> {
    /// Links the rows that the plan chose. A row that does not match any more is left alone; the record of one that was to be
    /// adopted is created with the others.
    pub(super) async fn link_tests(&mut self) -> Result<(), Stop> {
        let this = &*self;
        let chosen = this.plan.tests.iter().enumerate().filter_map(|(record, plan)| {
            let (id, kind) = match plan {
                TestPlan::Adopt { id, reason, .. } => {
                    (*id, LinkKind::Adopt { is_pinned: *reason == PINNED })
                }
                TestPlan::Relink { id, former, .. } => (*id, LinkKind::Relink { former: *former }),
                TestPlan::Create { .. } | TestPlan::Matched { .. } => return None,
            };
            (!this.refused.contains_key(&record)).then_some((record, id, kind))
        });
        let also_reported = &this.options.plan.also_reported;
        let reported: HashSet<Identity> =
            this.records.iter().map(|record| record.identity).collect();
        let is_reported = |id: &Identity| reported.contains(id) || also_reported.contains(id);
        let linked = join_all(chosen.map(async |(record, id, kind)| {
            let linked = this.link(record, id, kind, &is_reported).await;
            this.client.progress().advance(1);
            (record, id, kind, linked)
        }));
        let mut ended = Ok(());
        for (record, id, kind, linked) in linked.await {
            match linked {
                Err(error) => ended = ended.and(Err(error)),
                Ok(Linked::Done(written_over, row)) => {
                    self.rows.insert(record, id);
                    self.applied.tests_written.insert(record, row);
                    self.done.insert(
                        record,
                        match kind {
                            LinkKind::Adopt { .. } => RecordOutcome::Adopted,
                            LinkKind::Relink { .. } => RecordOutcome::Relinked,
                        },
                    );
                    if let Some(what) = written_over {
                        self.refuse(record, what);
                    }
                }
                Ok(Linked::Changed) => {
                    let name = &self.records[record].name;
                    match kind {
                        LinkKind::Adopt { .. } => self.applied.warnings.push(format!(
                            "test {id} was not adopted as {name:?}, because it was changed in the meantime"
                        )),
                        LinkKind::Relink { .. } => self.refuse(
                            record,
                            format!("test {id} was not carried over, because it was changed in the meantime: run it again"),
                        ),
                    }
                }
                Ok(Linked::Refused(reason)) => self.refuse(record, reason),
            }
        }
        ended
    }

    /// Aliases that `is_reported` has are tests of their own.
    async fn link(
        &self,
        record: usize,
        id: TestId,
        kind: LinkKind,
        is_reported: &impl Fn(&Identity) -> bool,
    ) -> Result<Linked, Stop> {
        let (line, record) = (self.line_of(record), &self.records[record]);
        let identity = record.identity;
        let path = format!("test/{id}");
        let mut last = None;
        let mut before: Option<Before> = None;
        let mut was = None;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                let wait = self.client.retry_policy().wait(attempt, fastrand::f64());
                self.client.sleep(wait).await;
            }
            // Read before every attempt: a person may be editing it.
            let row: Test = match self.client.get(&path).await {
                Ok(row) => row,
                Err(error) if error.is_not_found() => return Ok(Linked::Changed),
                Err(error) => return Err(error.into()),
            };
            let description = row.description.as_deref().unwrap_or_default();
            let current = Identity::in_description(description);
            if current == Some(identity) {
                let over = self.written_over(&before, identity, &row).await?;
                return Ok(Linked::Done(over, changed_row(id, &row, was)));
            }
            let body = match (kind, current) {
                (LinkKind::Adopt { is_pinned }, None)
                    if is_pinned || self.still_matches(&row, &record.name) =>
                {
                    let description = line.append_to(description);
                    Link { description, is_automated: Some(true), name: None }
                }
                (LinkKind::Relink { former }, Some(current)) if current == former => {
                    let aliases = aliases_of(description).into_iter().filter(|id| !is_reported(id));
                    let line = line.clone().with_aliases(aliases);
                    let description = line.replace_in(description, &self.namespaces());
                    let name = self.new_name(&row, record);
                    Link { description, is_automated: None, name }
                }
                _ => return Ok(Linked::Changed),
            };
            before = Before::of(&row);
            let group = IdentityGroup::last_in(description);
            was = Some(RowBefore {
                is_automated: row.is_automated,
                identity: group.and_then(|group| group.current()),
                label: label_in(description),
                name: body.name.as_ref().map(|_| row.name.clone()),
            });
            match self.client.update_once::<Test>(&path, &body).await? {
                WriteOutcome::Applied(row) => {
                    let read = row.description.as_deref().and_then(Identity::in_description);
                    if read == Some(identity) {
                        let over = self.written_over(&before, identity, &row).await?;
                        return Ok(Linked::Done(over, changed_row(id, &row, was)));
                    }
                    // The answer may lack the description; read the row again.
                    last = None;
                }
                WriteOutcome::Refused(error) => return Ok(Linked::Refused(error.to_string())),
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

    async fn written_over(
        &self,
        before: &Option<Before>,
        identity: Identity,
        row: &Test,
    ) -> Result<Option<String>, Stop> {
        match before {
            Some(before) => {
                let is_ours = |text: &str| Identity::in_description(text) == Some(identity);
                Ok(before.written_over(self.client, is_ours, row.epoch).await?)
            }
            None => Ok(None),
        }
    }

    /// The namespaces for which a row of this import may have been written.
    fn namespaces(&self) -> Vec<&str> {
        let options = &self.options.plan;
        let from = options.linking.as_ref().and_then(|linking| linking.from_namespace.as_deref());
        from.into_iter().chain([options.namespace.as_str()]).collect()
    }

    /// The new name of a row that is carried over; none if it is not to be renamed, or a person renamed it.
    fn new_name(&self, row: &Test, record: &TestRecord) -> Option<String> {
        let renames = self.options.plan.linking.as_ref().is_some_and(|linking| linking.renames);
        let description = row.description.as_deref().unwrap_or_default();
        let group = IdentityGroup::last_in(description).filter(|_| renames)?;
        let label = label_in(description)?;
        let former = Label::split(&label, &group.identities, &self.namespaces());
        let is_ours = former.is_proven && row.name == text::fit_name(former.name);
        let name = text::fit_name(&record.name);
        (is_ours && row.name != name).then(|| name.into_owned())
    }

    /// Removes the aliases that the plan says, from rows that still have them. A row whose alias stays is reported.
    pub(super) async fn remove_aliases(&mut self) -> Result<(), Stop> {
        let this = &*self;
        let lost =
            this.plan.lost_aliases.iter().filter(|lost| !this.refused.contains_key(&lost.record));
        let removed = join_all(lost.map(async |lost| (lost, this.remove_alias(lost).await)));
        for (lost, removed) in removed.await {
            if let Some(reason) = removed? {
                self.refuse(lost.record, format!("its former identity was not removed: {reason}"));
            } else {
                self.done.entry(lost.record).or_insert(RecordOutcome::Updated);
            }
        }
        Ok(())
    }

    /// Returns why the aliases are still there.
    async fn remove_alias(&self, lost: &LostAlias) -> Result<Option<String>, Stop> {
        let path = format!("test/{}", lost.id);
        let row: Test = match self.client.get(&path).await {
            Ok(row) => row,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let described = row.description.as_deref().unwrap_or_default();
        let description = without_identities(described, &lost.aliases);
        if description == described {
            return Ok(None);
        }
        let body = Link { description, is_automated: None, name: None };
        let before = Before::of(&row);
        match self.client.update_once::<Test>(&path, &body).await? {
            WriteOutcome::Applied(row) => {
                let is_ours = |text: &str| text == body.description;
                Ok(match &before {
                    Some(before) => before.written_over(self.client, is_ours, row.epoch).await?,
                    None => None,
                })
            }
            WriteOutcome::Refused(error) | WriteOutcome::Unknown(error) => {
                Ok(Some(error.to_string()))
            }
        }
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

fn changed_row(id: TestId, row: &Test, before: Option<RowBefore>) -> ChangedRow {
    let before = before.map(Box::new);
    ChangedRow { id: Some(id.number()), epoch: row.epoch, steps: None, before }
}

/// All identities in a description: they become the aliases of a row that is carried over.
fn aliases_of(description: &str) -> Vec<Identity> {
    IdentityGroup::last_in(description).map_or_else(Vec::new, |group| group.identities)
}
