//! Which new test replaced which row: by what the user says, by containers that share names, by names that exist once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Serialize;

use crate::api::ids::TestId;
use crate::snapshot::Snapshot;
use test_reports::identity::Identity;
use test_reports::record::{Pin, TestRecord};
use test_reports::text::{self, count};

use super::{NewTest, Pair, VanishedRow};
use crate::plan::options::Linking;

/// How many combinations of containers are compared: a name that thousands of containers share says little.
const COMBINATIONS: usize = 1_000_000;

/// How similar names have to be to be suggested, from 0 to 1.
const SIMILAR: f64 = 0.8;

const BY_PAIR: &str = "--pair names both";
const BY_MAP: &str = "--map carries its container over";
const BY_NAMESPACE: &str = "it is the same test in the other namespace";
const BY_CONTAINER: &str = "its container has the names of one that is no longer reported";
const BY_NAME: &str =
    "it is the only new test with the name of the only test that is no longer reported";

/// A new test or a row that is not linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOver {
    /// The name of the new test, or what `--pair` names.
    pub name: String,
    /// Why it is not linked.
    pub reason: String,
    /// A pair to link, as an option for the command line.
    pub suggestion: Option<String>,
}

/// The result.
#[derive(Default)]
pub(super) struct Pairing {
    pub(super) pairs: Vec<Pair>,
    pub(super) left: Vec<LeftOver>,
}

/// Pairs `new` tests with rows that are `gone`. `matched`: rows that records have already.
pub(super) fn pair(
    new: &[NewTest<'_>],
    gone: &[VanishedRow<'_>],
    records: &[TestRecord],
    snapshot: &Snapshot,
    matched: &HashSet<TestId>,
    linking: Option<&Linking>,
) -> Pairing {
    let mut pairer = Pairer {
        new,
        gone,
        free_new: (0..new.len()).collect(),
        free_gone: (0..gone.len()).collect(),
        pairing: Pairing::default(),
    };
    if let Some(linking) = linking {
        pairer.by_pairs(linking, records, snapshot, matched);
        pairer.by_maps(&linking.maps);
        if let Some(namespace) = &linking.from_namespace {
            pairer.by_namespace(namespace);
        }
    }
    while pairer.by_containers() {}
    pairer.by_names();
    pairer.list_the_rest();
    let mut pairing = pairer.pairing;
    pairing.pairs.sort_unstable_by_key(|pair| pair.record);
    pairing
}

struct Pairer<'a, 'b> {
    new: &'b [NewTest<'a>],
    gone: &'b [VanishedRow<'a>],
    /// Indexes of new tests and of rows that are in no pair.
    free_new: BTreeSet<usize>,
    free_gone: BTreeSet<usize>,
    pairing: Pairing,
}

impl Pairer<'_, '_> {
    fn link(&mut self, new: usize, gone: usize, reason: &'static str) {
        self.free_new.remove(&new);
        self.free_gone.remove(&gone);
        let VanishedRow { id, identity: former, .. } = self.gone[gone];
        self.pairing.pairs.push(Pair { record: self.new[new].index, id, former, reason });
    }

    fn leave(&mut self, name: &str, reason: String, suggestion: Option<String>) {
        self.pairing.left.push(LeftOver { name: name.to_owned(), reason, suggestion });
    }

    /// `--pair TC-12=NAME`: whatever their names.
    fn by_pairs(
        &mut self,
        linking: &Linking,
        records: &[TestRecord],
        snapshot: &Snapshot,
        matched: &HashSet<TestId>,
    ) {
        for (pin, wanted) in &linking.pairs {
            let (row, shown) = match pin {
                Pin::Id(id) => (Some(TestId::new(*id)), format!("test {id}")),
                Pin::Key(key) => (snapshot.tests_by_key.get(key).copied(), format!("TC-{key}")),
            };
            let named = |test: &NewTest<'_>| is_named(test.record, &test.container, wanted);
            let news: Vec<usize> =
                (0..self.new.len()).filter(|index| named(&self.new[*index])).collect();
            let row = row.filter(|id| snapshot.tests.contains_key(id));
            let gone = row.and_then(|id| self.gone.iter().position(|gone| gone.id == id));
            let exists = || {
                records
                    .iter()
                    .any(|record| is_named(record, &record.class.container.join(" / "), wanted))
            };
            let reason = match (row, gone, &news[..]) {
                (None, _, _) => format!("{shown} is not in this project"),
                (Some(id), _, _) if matched.contains(&id) => {
                    // A second run: it may be what the first one did.
                    let is_done = snapshot.tests.get(&id).and_then(|row| row.identity).is_some_and(
                        |identity| {
                            records.iter().any(|record| {
                                record.identity == identity
                                    && is_named(record, &record.class.container.join(" / "), wanted)
                            })
                        },
                    );
                    if is_done {
                        continue;
                    }
                    format!("{shown} belongs to another test in these reports")
                }
                (Some(_), None, _) => {
                    format!(
                        "{shown} does not belong to a test of this namespace that is no longer reported"
                    )
                }
                (_, _, []) if exists() => {
                    format!("the test is in the project already; {shown} would be a duplicate")
                }
                (_, _, []) => "no test in these reports has this name".to_owned(),
                (_, Some(gone), [new])
                    if self.free_new.contains(new) && self.free_gone.contains(&gone) =>
                {
                    self.link(*new, gone, BY_PAIR);
                    continue;
                }
                (_, _, [_]) => "another --pair names one of them".to_owned(),
                (_, _, several) => format!(
                    "{} have this name; write it with its container: CONTAINER :: NAME",
                    count(several.len(), "new test")
                ),
            };
            self.leave(&format!("{shown}={wanted}"), reason, None);
        }
    }

    /// `--map OLD=NEW`: the same name in the container with the new prefix.
    fn by_maps(&mut self, maps: &[(String, String)]) {
        for (old, new_prefix) in maps {
            let mut by_place: HashMap<(String, &str), usize> = HashMap::new();
            for index in &self.free_new {
                let test = &self.new[*index];
                by_place.insert((test.container.clone(), test.record.name.as_str()), *index);
            }
            let mut found = Vec::new();
            for index in &self.free_gone {
                let row = &self.gone[*index];
                let Some(rest) = row.container.strip_prefix(old.as_str()) else { continue };
                // `com.acme` is no prefix of `com.acmecorp`.
                if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                    && old.ends_with(|c: char| c.is_alphanumeric() || c == '_')
                {
                    continue;
                }
                let container = format!("{new_prefix}{rest}");
                if let Some(new) = by_place.remove(&(container, &*row.name)) {
                    found.push((new, *index));
                }
            }
            if found.is_empty() && !self.free_gone.is_empty() && !self.free_new.is_empty() {
                let is_left = |row: &VanishedRow<'_>| row.container.starts_with(old.as_str());
                if self.free_gone.iter().any(|index| is_left(&self.gone[*index])) {
                    let reason =
                        "no new test has the name of one of its tests below the new prefix";
                    self.leave(&format!("{old}={new_prefix}"), reason.to_owned(), None);
                }
            }
            found.into_iter().for_each(|(new, gone)| self.link(new, gone, BY_MAP));
        }
    }

    /// The same container and name in the other namespace.
    fn by_namespace(&mut self, namespace: &str) {
        let by_identity: HashMap<Identity, usize> =
            self.free_gone.iter().map(|index| (self.gone[*index].identity, *index)).collect();
        let mut by_label: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for index in &self.free_gone {
            let row = &self.gone[*index];
            by_label.entry((&row.container, &row.name)).or_default().push(*index);
        }
        let mut found: Vec<(usize, usize)> = Vec::new();
        let mut taken: HashSet<usize> = HashSet::new();
        for index in &self.free_new {
            let NewTest { record, container, .. } = &self.new[*index];
            let former = Identity::of_test(namespace, &record.class.container, &record.name);
            let same = by_label.get(&(container.as_str(), record.name.as_str()));
            let alone = || same.and_then(|rows| <[usize; 1]>::try_from(rows.as_slice()).ok());
            let row = by_identity.get(&former).copied().or_else(|| alone().map(|[row]| row));
            if let Some(row) = row.filter(|row| taken.insert(*row)) {
                found.push((*index, row));
            }
        }
        found.into_iter().for_each(|(new, gone)| self.link(new, gone, BY_NAMESPACE));
    }

    /// Names with both, and the indexes of both.
    fn shared_names(&self) -> BTreeMap<&str, Shared> {
        let mut names: BTreeMap<&str, Shared> = BTreeMap::new();
        for index in &self.free_new {
            names.entry(self.new[*index].record.name.as_str()).or_default().0.push(*index);
        }
        for index in &self.free_gone {
            if let Some((_, gone)) = names.get_mut(&*self.gone[*index].name) {
                gone.push(*index);
            }
        }
        names.retain(|_, (_, gone)| !gone.is_empty());
        names
    }

    /// Links the names that two containers share, if each is the best for the other. Returns whether it linked any.
    fn by_containers(&mut self) -> bool {
        let mut shared: HashMap<(&str, &str), usize> = HashMap::new();
        let names = self.shared_names();
        for (new, gone) in
            names.values().filter(|(new, gone)| new.len() * gone.len() <= COMBINATIONS)
        {
            for gone in gone {
                for new in new {
                    let pair = (&*self.gone[*gone].container, self.new[*new].container.as_str());
                    *shared.entry(pair).or_default() += 1;
                }
            }
        }
        let mut best_new: HashMap<&str, Best<'_>> = HashMap::new();
        let mut best_gone: HashMap<&str, Best<'_>> = HashMap::new();
        for ((from, to), names) in &shared {
            let score = (from == to, *names, common_end(from, to), common_start(from, to));
            best_new.entry(from).or_default().offer(to, score);
            best_gone.entry(to).or_default().offer(from, score);
        }
        let mut found = Vec::new();
        for (new, gone) in names.values() {
            let mut in_pair: HashMap<(&str, &str), Shared> = HashMap::new();
            for index in gone {
                let from = &*self.gone[*index].container;
                let Some(to) = best_new.get(from).and_then(Best::only) else { continue };
                if best_gone.get(to).and_then(Best::only) == Some(from) {
                    in_pair.entry((from, to)).or_default().1.push(*index);
                }
            }
            for ((_, to), rows) in &mut in_pair {
                rows.0.extend(new.iter().filter(|index| self.new[**index].container == **to));
            }
            found.extend(in_pair.into_values().filter_map(|(new, gone)| {
                match (&new[..], &gone[..]) {
                    ([new], [gone]) => Some((*new, *gone)),
                    _ => None,
                }
            }));
        }
        for (new, gone) in &found {
            self.link(*new, *gone, BY_CONTAINER);
        }
        !found.is_empty()
    }

    /// Links names that exactly one new test and exactly one row have.
    fn by_names(&mut self) {
        let found: Vec<(usize, usize)> = self
            .shared_names()
            .into_values()
            .filter_map(|(new, gone)| match (&new[..], &gone[..]) {
                ([new], [gone]) => Some((*new, *gone)),
                _ => None,
            })
            .collect();
        found.into_iter().for_each(|(new, gone)| self.link(new, gone, BY_NAME));
    }

    fn list_the_rest(&mut self) {
        let mut left: Vec<LeftOver> = Vec::new();
        for (name, (new, gone)) in self.shared_names() {
            left.push(LeftOver {
                name: name.to_owned(),
                reason: format!(
                    "{} and {} that are no longer reported have this name",
                    count(new.len(), "new test"),
                    count(gone.len(), "test"),
                ),
                suggestion: None,
            });
        }
        let mut by_container: HashMap<&str, Vec<usize>> = HashMap::new();
        for index in &self.free_gone {
            by_container.entry(&self.gone[*index].container).or_default().push(*index);
        }
        for index in &self.free_new {
            let NewTest { record, container, .. } = &self.new[*index];
            let similar = by_container.get(container.as_str()).into_iter().flatten().map(|gone| {
                let row = &self.gone[*gone];
                (strsim::jaro_winkler(&text::fold(&row.name), &text::fold(&record.name)), row)
            });
            let best = similar
                .filter(|(score, row)| *score >= SIMILAR && *row.name != *record.name.as_str())
                .max_by(|(a, _), (b, _)| a.total_cmp(b));
            if let Some((_, row)) = best {
                let shown =
                    row.row.key.map_or_else(|| row.id.to_string(), |key| format!("TC-{key}"));
                left.push(LeftOver {
                    name: record.name.to_string(),
                    reason: format!("similar to {:?}, which is no longer reported", row.name),
                    suggestion: Some(format!("--pair {shown}={:?}", record.name.as_str())),
                });
            }
        }
        self.pairing.left.extend(left);
    }
}

/// Whether `wanted` is the name of a test, its container and name, or its identity.
pub fn is_named(record: &TestRecord, container: &str, wanted: &str) -> bool {
    let wanted = wanted.trim();
    record.name.as_str() == wanted
        || record.name.as_str() == text::clean(wanted)
        || wanted.strip_prefix(container).and_then(|rest| rest.strip_prefix(" :: "))
            == Some(record.name.as_str())
        || Identity::in_description(wanted) == Some(record.identity)
}

/// The indexes of new tests and of rows that share a name.
type Shared = (Vec<usize>, Vec<usize>);

/// The same container, shared names, equal parts at the end, equal characters at the start.
type Score = (bool, usize, usize, usize);

/// The best container so far.
#[derive(Default)]
struct Best<'a> {
    container: Option<&'a str>,
    score: Score,
    /// Whether another one is as good.
    is_tied: bool,
}

impl<'a> Best<'a> {
    fn offer(&mut self, container: &'a str, score: Score) {
        if self.container.is_none() || score > self.score {
            *self = Self { container: Some(container), score, is_tied: false };
        } else if score == self.score {
            self.is_tied = true;
        }
    }

    fn only(&self) -> Option<&'a str> {
        self.container.filter(|_| !self.is_tied)
    }
}

/// How many parts at the end of two containers are equal, such as the class in two packages.
fn common_end(one: &str, other: &str) -> usize {
    let parts = |container: &str| -> Vec<String> {
        let parts = container.split(|c: char| !c.is_alphanumeric() && c != '_');
        parts.filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect()
    };
    let (one, other) = (parts(one), parts(other));
    one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count()
}

fn common_start(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count()
}
