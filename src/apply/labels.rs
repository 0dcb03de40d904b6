//! Gives new tests the labels that their reports name, before they get their steps: a test that has its first step is complete, so a
//! killed import continues here.
//!
//! The SDK shows the routes; the words of `related_type` are not documented. The server says its word in the answer to the first
//! label, which is created below its test, and the others are sent in arrays with this word.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures_util::future::try_join_all;

use crate::api::client::WriteOutcome;
use crate::api::error::{ApiError, RequestError};
use crate::api::ids::{LabelId, TestId};
use crate::api::pages::list;
use crate::api::sets::list_in;
use crate::api::wire::{Label, LabelAssigned, NewLabel, NewLabelAssigned};
use crate::plan::fields::Fields;
use test_reports::text::{self, count};

use super::create::{Creation, NewRows};
use super::dedup::delete_rows;
use super::import::Import;
use super::lag::Waits;
use super::outcome::Stop;

/// Ids per filter.
const PER_REQUEST: usize = 1000;

/// How often the first label is sent without a clear outcome.
const ATTEMPTS: u32 = 3;

/// A test and a label that it should have.
type Pair = (TestId, LabelId);

/// What became of a label that was sent alone.
enum Assigned {
    /// The test has it. The word that the server uses for tests.
    Done(String),
    Refused(ApiError),
}

impl Import<'_> {
    /// Gives the `tests`, which are incomplete, the labels of their reports. Those that are not in `new` may have some.
    pub(super) async fn assign_labels(
        &mut self,
        tests: &[(usize, TestId)],
        new: &HashSet<usize>,
    ) -> Result<(), Stop> {
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let mut wanted: Vec<(TestId, String)> = Vec::new();
        let mut older: Vec<TestId> = Vec::new();
        for (record, id) in tests {
            let details = &self.records[*record].details;
            if self.options.plan.no_fields || details.properties.is_empty() {
                continue;
            }
            let labels = Fields::of(&self.records[*record]).labels;
            if !labels.is_empty() && !new.contains(record) {
                older.push(*id);
            }
            for label in labels {
                let folded = text::fold(&label);
                names.entry(folded.clone()).or_insert(label);
                wanted.push((*id, folded));
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let labels = match self.find_labels(&names).await {
            Ok(labels) => labels,
            Err(Stop::Api(error)) if is_about_labels(&error) => {
                let warning = format!("new tests got no labels: {error}");
                self.applied.warnings.push(warning);
                return Ok(());
            }
            Err(stop) => return Err(stop),
        };
        let known = wanted.iter().filter_map(|(test, name)| Some((*test, *labels.get(name)?)));
        let mut pairs: Vec<Pair> = known.collect();
        if !older.is_empty() {
            let present = pairs_of(&self.read_assigned(&older).await?, None);
            pairs.retain(|pair| !present.contains(pair));
        }
        self.create_assigned(pairs).await
    }

    /// The labels with these `names`, by folded name. Those that do not exist are created once: the lowest id wins.
    async fn find_labels(
        &mut self,
        names: &BTreeMap<String, String>,
    ) -> Result<HashMap<String, LabelId>, Stop> {
        let client = self.client;
        let mut found = by_name(&list::<Label>(client, "").await?);
        let missing: Vec<&String> =
            names.keys().filter(|name| !found.contains_key(*name)).collect();
        if missing.is_empty() {
            return Ok(found);
        }
        let rows = NewRows {
            kind: "label",
            lacking: "in the list of labels",
            read_back_all: false,
            name: |key: usize| names[missing[key]].clone(),
            body: |key: usize| NewLabel { label: names[missing[key]].clone() },
            kept: |label: Label| label,
            existing: async |keys: &[usize]| {
                let found = by_name(&list::<Label>(client, "").await?);
                let exists = |key: &usize| found.contains_key(missing[*key]);
                Ok(keys.iter().copied().filter(exists).collect())
            },
        };
        let creation: Creation<usize, Label> =
            self.create(rows, (0..missing.len()).collect()).await;
        for (key, error) in &creation.refused {
            let name = &names[missing[*key]];
            self.applied.warnings.push(format!("label {name:?} was refused: {error}"));
        }
        creation.end?;
        let mut waits = Waits::default();
        loop {
            found = by_name(&list::<Label>(client, "").await?);
            let is_shown = |key: &usize| found.contains_key(missing[*key]);
            if creation.created.iter().all(is_shown) || !waits.wait(client, self.lag.limit).await {
                break;
            }
        }
        // Of several that concurrent imports created, the first stays.
        let is_later = |label: &&Label| {
            found.get(&text::fold(&label.label)).is_some_and(|first| *first != label.id)
        };
        let later = creation.answers.iter().filter(is_later).map(|label| label.id.number());
        let later: Vec<u64> = later.collect();
        if !later.is_empty() {
            let used: Vec<LabelAssigned> =
                list_in(client, "label_id", later.iter().copied(), PER_REQUEST).await?;
            let is_used = |id: &u64| used.iter().any(|row| row.label_id.number() == *id);
            let unused: Vec<u64> = later.into_iter().filter(|id| !is_used(id)).collect();
            delete_rows::<Label>(client, &unused).await?;
        }
        Ok(found)
    }

    /// Assigns labels, and reads them back.
    async fn create_assigned(&mut self, pairs: Vec<Pair>) -> Result<(), Stop> {
        let [first, rest @ ..] = &pairs[..] else { return Ok(()) };
        let kind = match self.assign(*first).await? {
            Assigned::Done(kind) => kind,
            Assigned::Refused(error) => {
                let warning = format!("new tests got no labels: {error}");
                self.applied.warnings.push(warning);
                return Ok(());
            }
        };
        let mut refused: Vec<String> = Vec::new();
        if kind.is_empty() {
            // The server does not say its word for tests.
            let this = &*self;
            let alone = rest.iter().map(async |pair| this.assign(*pair).await);
            let ended = try_join_all(alone).await?.into_iter();
            refused.extend(ended.filter_map(|ended| match ended {
                Assigned::Done(_) => None,
                Assigned::Refused(error) => Some(error.to_string()),
            }));
        } else if !rest.is_empty() {
            let client = self.client;
            let rows = NewRows {
                kind: "label of test",
                lacking: "with its test",
                read_back_all: false,
                name: |(test, _): Pair| test.to_string(),
                body: |(test, label_id): Pair| NewLabelAssigned {
                    label_id,
                    related_id: Some(test),
                    related_type: Some(kind.clone()),
                },
                kept: |_: LabelAssigned| (),
                existing: async |keys: &[Pair]| {
                    let tests: HashSet<u64> = keys.iter().map(|(test, _)| test.number()).collect();
                    let rows =
                        list_in(client, "related_id", tests.into_iter(), PER_REQUEST).await?;
                    Ok(pairs_of(&rows, Some(&kind)))
                },
            };
            let creation: Creation<Pair, ()> = self.create(rows, rest.to_vec()).await;
            refused.extend(creation.refused.into_iter().map(|(_, error)| error));
            creation.end?;
        }
        if let Some(error) = refused.first() {
            let labels = count(refused.len(), "label");
            self.applied.warnings.push(format!("{labels} of new tests refused: {error}"));
        }
        self.check_assigned(&pairs, &kind, refused.len()).await
    }

    /// Sends one label below its test.
    async fn assign(&self, (test, label_id): Pair) -> Result<Assigned, Stop> {
        let path = format!("test/{test}/label_assigned");
        let body = NewLabelAssigned { label_id, related_id: None, related_type: None };
        let mut attempt = 0;
        loop {
            attempt += 1;
            let error = match self.client.create::<LabelAssigned>(&path, &body).await? {
                WriteOutcome::Applied(row) => return Ok(Assigned::Done(row.related_type)),
                WriteOutcome::Refused(error) => return Ok(Assigned::Refused(error)),
                WriteOutcome::Unknown(error) => error,
            };
            let mut waits = Waits::default();
            loop {
                let rows = self.read_assigned(&[test]).await?;
                if let Some(row) = rows.iter().find(|row| row.label_id == label_id) {
                    return Ok(Assigned::Done(row.related_type.clone()));
                }
                if !waits.wait(self.client, self.lag.unclear(self.client)).await {
                    break;
                }
            }
            if attempt == ATTEMPTS {
                return Err(error.into());
            }
        }
    }

    /// Warns of labels that the server did not keep, and removes those that another import assigned as well.
    async fn check_assigned(
        &mut self,
        pairs: &[Pair],
        kind: &str,
        refused: usize,
    ) -> Result<(), Stop> {
        let tests: Vec<TestId> = pairs.iter().map(|(test, _)| *test).collect();
        let wanted: HashSet<&Pair> = pairs.iter().collect();
        let mut waits = Waits::default();
        let (rows, lost) = loop {
            let rows = self.read_assigned(&tests).await?;
            let present = pairs_of(&rows, Some(kind));
            let lost = wanted.iter().filter(|pair| !present.contains(**pair)).count();
            if lost <= refused || !waits.wait(self.client, self.lag.limit).await {
                break (rows, lost.saturating_sub(refused));
            }
        };
        if lost > 0 {
            self.applied.warnings.push(format!(
                "the server dropped {} of new tests; people can add them",
                count(lost, "label")
            ));
        }
        let mut seen: HashSet<Pair> = HashSet::new();
        // Ids ascend.
        let again = rows.iter().filter(|row| {
            let pair = pair_of(row, Some(kind)).filter(|pair| wanted.contains(pair));
            pair.is_some_and(|pair| !seen.insert(pair))
        });
        let again: Vec<u64> = again.map(|row| row.id.number()).collect();
        if !again.is_empty() {
            delete_rows::<LabelAssigned>(self.client, &again).await?;
        }
        Ok(())
    }

    async fn read_assigned(&self, tests: &[TestId]) -> Result<Vec<LabelAssigned>, ApiError> {
        let ids: HashSet<u64> = tests.iter().map(|test| test.number()).collect();
        let mut rows: Vec<LabelAssigned> =
            list_in(self.client, "related_id", ids.into_iter(), PER_REQUEST).await?;
        rows.sort_unstable_by_key(|row| row.id);
        Ok(rows)
    }
}

/// Whether the server does not know labels, or does not let this token read them.
fn is_about_labels(error: &ApiError) -> bool {
    matches!(error.status(), Some(400 | 403 | 404 | 405))
        || matches!(error.error, RequestError::Filter(_))
}

/// Labels by folded name; of several, the lowest id. Lists are sorted by id.
fn by_name(labels: &[Label]) -> HashMap<String, LabelId> {
    let mut found = HashMap::with_capacity(labels.len());
    for label in labels {
        found.entry(text::fold(&label.label)).or_insert(label.id);
    }
    found
}

/// The test and the label of a row; none if it is about something else than a test. `kind` is the server's word for tests.
fn pair_of(row: &LabelAssigned, kind: Option<&str>) -> Option<Pair> {
    let is_test =
        kind == Some(&*row.related_type) || text::fold(&row.related_type).ends_with("test");
    row.related_id.filter(|_| is_test).map(|test| (TestId::new(test), row.label_id))
}

fn pairs_of(rows: &[LabelAssigned], kind: Option<&str>) -> HashSet<Pair> {
    rows.iter().filter_map(|row| pair_of(row, kind)).collect()
}
