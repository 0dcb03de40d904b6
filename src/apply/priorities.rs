//! The priorities of new tests: reports name them, and the project has rows for them.

use std::collections::BTreeMap;

use crate::api::pages::list;
use crate::api::wire::{CasePriority, Test};
use crate::plan::fields::{Fields, line_of};
use test_reports::text::count;

use super::import::Import;
use super::outcome::Stop;

/// How many unknown priorities are named.
const SHOWN: usize = 5;

impl Import<'_> {
    /// Collects what the reports say about the tests of `wanted`. Reads the priorities only if one of them names one.
    pub(super) async fn read_fields(&mut self, wanted: &[usize]) -> Result<(), Stop> {
        if self.options.plan.no_fields {
            return Ok(());
        }
        for record in wanted {
            let record_fields = &self.records[*record];
            if !record_fields.details.properties.is_empty() {
                let fields = Fields::of(record_fields);
                if fields != Fields::default() {
                    self.fields.by_record.insert(*record, fields);
                }
            }
        }
        let names_one = |fields: &Fields| fields.priority.is_some() || fields.severity.is_some();
        if !self.fields.by_record.values().any(names_one) {
            return Ok(());
        }
        match list::<CasePriority>(self.client, "").await {
            Ok(priorities) => self.fields.priorities = priorities,
            Err(error) if matches!(error.status(), Some(400 | 403 | 404 | 405)) => {
                let warning = format!("new tests got no priority: {error}");
                self.applied.warnings.push(warning);
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
        for priority in self.fields.by_record.values().filter_map(|fields| fields.priority.as_ref())
        {
            if self.fields.find(priority).is_none() {
                *unknown.entry(priority).or_default() += 1;
            }
        }
        let names: Vec<&str> =
            self.fields.priorities.iter().map(|priority| priority.name.as_str()).collect();
        let warnings: Vec<String> = unknown
            .into_iter()
            .take(SHOWN)
            .map(|(name, tests)| {
                format!(
                    "the project has no priority {name:?}, which {} named: it has {}",
                    match tests {
                        1 => "1 new test".to_owned(),
                        tests => count(tests, "new test"),
                    },
                    names.join(", ")
                )
            })
            .collect();
        self.applied.warnings.extend(warnings);
        Ok(())
    }

    /// Compares a test that this import created with what it sent.
    pub(super) fn compare_fields(&mut self, record: usize, row: &Test) {
        let Some(fields) = self.fields.by_record.get(&record) else { return };
        let plain = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
        if !fields.description.is_empty() {
            let sent = line_of(&self.records[record], self.namespace()).description();
            let stored = row.description.as_deref().unwrap_or_default();
            self.changed.compare("description", &plain(&sent), &plain(stored));
        }
        if let Some(id) = self.fields.priority(record) {
            let (sent, stored) = (Some(id.number()), row.case_priority_id);
            self.changed.compare("priority", &self.fields.name(sent), &self.fields.name(stored));
        }
    }
}
