//! The parts of an import: one for each namespace, because rows are matched, counted and retired by namespace.
//!
//! `[[import]]` tables with one namespace are one part. All parts are read and planned together, before the first write;
//! then they are written one after the other.

use std::ops::Range;
use std::sync::Arc;

use crate::api::client::Client;
use crate::api::ids::{SuiteId, TestId};
use crate::apply::{ApplyOptions, Planned, apply, read_and_plan};
use crate::plan::moved::LeftOver;
use crate::plan::{ChangePlan, Others, PlanOptions, is_named};
use crate::snapshot::{Snapshot, Target, TargetError};
use test_reports::identity::NamespaceMark;
use test_reports::record::{Pin, Records, TestRecord};
use test_reports::text::{count, grouped};

use super::exit::ExitCode;
use super::import::Import;
use super::settings::Settings;

/// What to do when an import would create the tests of another namespace again.
const OTHER_NAMESPACE: &str = "check --namespace; if these are other tests, say so with --new-namespace; to carry the existing tests over, use `tq-import relink --from-namespace NAME` ('' for none)";

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

    /// Whether it has a test with the name that `--pair` gives.
    fn has(&self, wanted: &str, records: &Records) -> bool {
        let mut tests = self.of(records).iter();
        tests.any(|test| is_named(test, &test.class.container.join(" / "), wanted))
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

/// The parts of the first `imported` of `records`; the others are ignored tests, which are in the reports, too. Of several
/// namespaces, those without a test in the reports have no part: nothing is known about their tests.
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
        let is_reported = || records.tests.iter().any(|test| rank(test) == Some(index));
        if namespaces.len() > 1 && range.is_empty() && !is_reported() {
            continue;
        }
        let mut others = Others::new(Arc::clone(records), &range, imported);
        let other = namespaces.iter().filter(|other| *other != namespace);
        others.namespaces = other.map(|other| NamespaceMark::of(other)).collect();
        let options = identities.iter().find(|options| options.namespace == *namespace);
        parts.push(Part {
            planning: PlanOptions { namespace: (*namespace).to_owned(), others, ..base.clone() },
            folder: options.map(|options| options.folder.clone()).unwrap_or_default(),
            range,
            is_one_of_several: namespaces.len() > 1,
        });
    }
    share_pairs(&mut parts, records);
    parts
}

/// Leaves each `--pair` to the parts that have its test.
fn share_pairs(parts: &mut [Part], records: &Records) {
    if parts.len() < 2 {
        return;
    }
    for part in parts {
        let Some(mut linking) = part.planning.linking.take() else { continue };
        linking.pairs.retain(|(_, wanted)| part.has(wanted, records));
        part.planning.linking = Some(linking);
    }
}

/// Each `--pair` whose test is in none of several parts. A single part says it itself.
pub(super) fn unknown_pairs(
    settings: &Settings,
    parts: &[Part],
    records: &Records,
) -> Vec<LeftOver> {
    let linking = settings.planning.linking.as_ref().filter(|_| parts.len() > 1);
    let pairs = linking.iter().flat_map(|linking| &linking.pairs);
    let unknown = pairs.filter(|(_, wanted)| !parts.iter().any(|part| part.has(wanted, records)));
    let left = unknown.map(|(pin, wanted)| LeftOver {
        name: match pin {
            Pin::Id(id) => format!("test {id}={wanted}"),
            Pin::Key(key) => format!("TC-{key}={wanted}"),
        },
        reason: "no test in these reports has this name".to_owned(),
        suggestion: None,
    });
    left.collect()
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

impl Import<'_> {
    /// Writes one part after the other. Returns where the tests are; if the import stopped, nothing: the server does not answer
    /// or changes what is written, and results come with the next import.
    pub(super) async fn apply_parts(
        &mut self,
        client: &Client,
        target: &Target,
        snapshot: Snapshot,
        parts: &[Part],
        plans: Vec<ChangePlan>,
    ) -> Result<Vec<Option<(TestId, SuiteId)>>, TargetError> {
        let records = Arc::clone(&self.summary.records);
        let mut snapshot = SharedSnapshot::new(snapshot, parts);
        let (mut has_written, mut has_stopped) = (false, false);
        let mut located = Vec::new();
        self.summary.complete = Some(true);
        for (part, plan) in parts.iter().zip(plans) {
            let tests = part.of(&records);
            let (shared, plan) = match snapshot.next() {
                _ if has_stopped && !plan.is_empty() => {
                    self.skip(part, tests.len());
                    continue;
                }
                // What other parts wrote may concern this one, such as a folder.
                _ if has_written && !plan.is_empty() => {
                    read_and_plan(client, target, tests, &part.planning).await?
                }
                Some(shared) => (shared, plan),
                None => continue,
            };
            let options = ApplyOptions {
                batch_size: self.settings.limits.batch_size,
                creates: true,
                plan: part.planning.clone(),
            };
            has_written |= !plan.is_empty();
            let applied = apply(client, target, tests, shared, &plan, &options).await;
            self.set_applied(tests, &plan, &applied);
            has_stopped = applied.stop.is_some();
            let mut here = applied.located;
            here.resize(tests.len(), None);
            located.append(&mut here);
        }
        Ok(if has_stopped { Vec::new() } else { located })
    }

    /// Says that a part was not begun, because another one ended the import.
    pub(super) fn skip(&mut self, part: &Part, tests: usize) {
        self.exit.add(ExitCode::Incomplete);
        self.summary.complete = Some(false);
        self.summary.tests.refused += tests;
        let tests = count(tests, "test");
        self.error(&part.about(&format!("not started, because the import ended ({tests})")), None);
    }

    /// Whether a plan looks like a mistake. Then the import ends before anything is written.
    pub(super) fn exceeds_limits(
        &mut self,
        part: &Part,
        plan: &ChangePlan,
        snapshot: &Snapshot,
    ) -> bool {
        let records = Arc::clone(&self.summary.records);
        let (limit, namespace) = (self.settings.create_limit, &part.planning.namespace);
        if let Err(exceeded) = limit.check(plan, part.of(&records), snapshot, namespace) {
            self.stop(
                ExitCode::Incomplete,
                &part.about(&exceeded.to_string()),
                Some(
                    "--dry-run shows what would be created; if the tests were really renamed, raise --create-limit, for example to 100%",
                ),
            );
            return true;
        }
        let Some(other) = plan.findings.other_namespace.as_ref().filter(|other| other.stops())
        else {
            return false;
        };
        let message = format!(
            "{} of the {} new tests exist in this project under {}, and the namespace of this import has no test yet (first: {:?}, test {})",
            grouped(other.tests),
            grouped(other.new),
            if other.is_none { "no namespace" } else { "another namespace" },
            other.example,
            other.id,
        );
        self.stop(ExitCode::Incomplete, &part.about(&message), Some(OTHER_NAMESPACE));
        true
    }
}
