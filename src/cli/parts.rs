//! The parts of an import: one for each namespace, because rows are matched, counted and retired by namespace.
//!
//! `[[import]]` tables with one namespace are one part. All parts are read and planned together, before the first write;
//! then they are written one after the other.

use std::ops::Range;
use std::sync::Arc;

use crate::apply::Planned;
use crate::plan::{Others, PlanOptions, is_named};
use crate::snapshot::Snapshot;
use test_reports::record::{Records, TestRecord};

use super::settings::Settings;

/// The tests of one namespace.
pub(super) struct Part {
    /// How they are planned.
    pub(super) planning: PlanOptions,
    /// The folder of the first table with the namespace.
    pub(super) folder: Vec<String>,
    /// Its records, which follow each other.
    range: Range<usize>,
    /// Whether there are others.
    is_one_of_several: bool,
}

impl Part {
    /// Its records.
    pub(super) fn of<'r>(&self, records: &'r Records) -> &'r [TestRecord] {
        records.tests.get(self.range.clone()).unwrap_or_default()
    }

    /// `message`, after the namespace if there are several.
    pub(super) fn about(&self, message: &str) -> String {
        match self.planning.namespace.as_str() {
            _ if !self.is_one_of_several => message.to_owned(),
            "" => format!("no namespace: {message}"),
            namespace => format!("namespace {namespace}: {message}"),
        }
    }
}

/// The parts of the first `imported` of `records`; the others are ignored tests, which are in the reports, too.
pub(super) fn parts(settings: &Settings, records: &Arc<Records>, imported: usize) -> Vec<Part> {
    let namespaces = settings.namespaces();
    let identities: Vec<_> = settings.identities().collect();
    let rank = |test: &TestRecord| {
        let namespace = identities.get(usize::from(test.group)).map(|options| &*options.namespace);
        namespaces.iter().position(|other| Some(*other) == namespace)
    };
    let ignored = records.tests.iter().skip(imported).map(|test| test.identity);
    let mut base = settings.planning.clone();
    base.also_reported = ignored.collect();
    let tests = records.tests.get(..imported).unwrap_or_default();
    let mut parts: Vec<Part> = Vec::new();
    for (index, namespace) in namespaces.iter().enumerate() {
        let start = parts.last().map_or(0, |part| part.range.end);
        let length = tests[start..].partition_point(|test| rank(test) <= Some(index));
        let range = start..start + length;
        let options = identities.iter().find(|options| options.namespace == *namespace);
        parts.push(Part {
            planning: PlanOptions {
                namespace: (*namespace).to_owned(),
                others: Others::new(Arc::clone(records), &range, imported),
                ..base.clone()
            },
            folder: options.map(|options| options.folder.clone()).unwrap_or_default(),
            range,
            is_one_of_several: namespaces.len() > 1,
        });
    }
    share_pairs(&mut parts, records);
    parts
}

/// Leaves each `--pair` to the parts that have its test, or else to the first one, which says that there is none.
fn share_pairs(parts: &mut [Part], records: &Records) {
    let has = |part: &Part, wanted: &str| {
        let mut tests = part.of(records).iter();
        tests.any(|test| is_named(test, &test.container.join(" / "), wanted))
    };
    let linking = parts.first().and_then(|part| part.planning.linking.clone());
    for (pin, wanted) in linking.iter().flat_map(|linking| &linking.pairs) {
        let holders: Vec<bool> = parts.iter().map(|part| has(part, wanted)).collect();
        let is_unknown = !holders.contains(&true);
        for (index, part) in parts.iter_mut().enumerate() {
            let keeps = holders[index] || (is_unknown && index == 0);
            if let Some(linking) = part.planning.linking.as_mut().filter(|_| !keeps) {
                linking.pairs.retain(|pair| (&pair.0, &pair.1) != (pin, wanted));
            }
        }
    }
}

/// What is planned for each of the `parts`.
pub(super) fn planned<'a>(parts: &'a [Part], records: &'a Records) -> Vec<Planned<'a>> {
    parts.iter().map(|part| (part.of(records), &part.planning)).collect()
}

/// The snapshot that all parts were planned against, for one after the other. The last one gets it without a copy.
pub(super) struct SharedSnapshot {
    snapshot: Option<Snapshot>,
    left: usize,
}

impl SharedSnapshot {
    pub(super) fn new(snapshot: Snapshot, parts: &[Part]) -> Self {
        Self { snapshot: Some(snapshot), left: parts.len() }
    }

    /// The snapshot for the next part; none after the last one.
    pub(super) fn next(&mut self) -> Option<Snapshot> {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 { self.snapshot.take() } else { self.snapshot.clone() }
    }
}
