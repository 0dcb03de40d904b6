//! What the reports say about the tests that an import creates, and the priorities that the project has for them.

use std::collections::HashMap;

use crate::api::ids::CasePriorityId;
use crate::api::wire::CasePriority;
use crate::plan::fields::Fields;
use test_reports::text;

/// What the reports say about the tests that an import creates.
#[derive(Debug, Default)]
pub(super) struct NewFields {
    /// By record. Records that say nothing have no entry.
    pub(super) by_record: HashMap<usize, Fields>,
    /// The priorities of the project, if a record names one.
    pub(super) priorities: Vec<CasePriority>,
}

impl NewFields {
    /// The priority that a record names.
    pub(super) fn priority(&self, record: usize) -> Option<CasePriorityId> {
        let fields = self.by_record.get(&record)?;
        let by_name = |name: &String| self.find(name);
        let priority = fields.priority.as_ref().and_then(by_name);
        priority.or_else(|| fields.severity.as_ref().and_then(by_name)).map(|found| found.id)
    }

    /// The priority of this name, whatever its case.
    pub(super) fn find(&self, name: &str) -> Option<&CasePriority> {
        let name = text::fold(name);
        self.priorities.iter().find(|priority| text::fold(&priority.name) == name)
    }

    /// The name of the priority with this id, or the id as text.
    pub(super) fn name(&self, id: Option<u64>) -> String {
        let known = self.priorities.iter().find(|priority| Some(priority.id.number()) == id);
        let unknown = || id.map_or_else(String::new, |id| id.to_string());
        known.map_or_else(unknown, |priority| priority.name.clone())
    }
}
