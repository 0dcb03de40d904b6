//! Merges the cases of one test: attempts, rows, executions.
//!
//! Cases of one file that were executed one after the other are *attempts*: the last one decides. Other cases of one
//! file are *rows*: the worst one decides. Cases of different files, or of suites of one file that differ in host or
//! browser, are *executions*: the worst one decides. With [`IdentityOptions::reruns`], the execution in the last file
//! decides: by the time stamps of the suites, or else in the order of the reports.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::builder::Occurrence;
use super::{Attempt, Divided, IdentityOptions};
use crate::formats::model::{Case, Detail, Outcome, Report, RerunWhen, Seconds, find_attribute};
use crate::tools::{CaseMapper, Repeats};

/// The result of a test.
pub(super) struct MergedOutcome {
    pub(super) outcome: Outcome,
    pub(super) flaky: bool,
    pub(super) duration: Option<f64>,
    /// All executions, oldest first, when there was more than one.
    pub(super) attempts: Vec<Attempt>,
    /// The case whose message and location count.
    pub(super) deciding: Occurrence,
    /// The largest number of rows in one execution, without subtests.
    pub(super) rows: usize,
    /// Whether some rows differ as written.
    pub(super) differ: bool,
    /// The first cases of two files that do not look like executions of one test.
    pub(super) unrelated: Option<[Occurrence; 2]>,
    /// Where it failed, if it passed elsewhere.
    pub(super) divided: Option<Divided>,
}

/// One row with its attempts.
struct Row {
    outcome: Outcome,
    flaky: bool,
    duration: Option<f64>,
    attempts: Vec<Attempt>,
    deciding: Occurrence,
}

/// All rows of one file and one configuration.
struct Execution {
    file: usize,
    rows: Vec<Row>,
    differ: bool,
    /// The number of rows without subtests.
    counted: usize,
}

impl Execution {
    fn outcome(&self) -> Outcome {
        self.rows.iter().map(|row| row.outcome).max().unwrap_or_default()
    }

    fn flaky(&self) -> bool {
        matches!(self.rows.as_slice(), [row] if row.flaky)
    }
}

/// Merges all `cases` of a test, of which there is at least one.
pub(super) fn merge(
    cases: &[Occurrence],
    mappers: &[CaseMapper<'_>],
    options: &IdentityOptions,
) -> MergedOutcome {
    if let [only] = cases {
        if let Some(merged) = single(only, mappers) {
            return merged;
        }
        let row = row_of_case(only, mappers);
        return MergedOutcome {
            outcome: row.outcome,
            flaky: row.flaky,
            duration: row.duration,
            attempts: listed(row.attempts),
            deciding: row.deciding,
            rows: 1,
            differ: false,
            unrelated: None,
            divided: None,
        };
    }
    let (executions, firsts) = executions(cases, mappers, options.reruns);
    let unrelated = unrelated(&firsts, mappers).filter(|_| !options.reruns);
    let deciding = deciding(&executions, options.reruns);
    let outcome = deciding.outcome();
    let divided = match outcome {
        Outcome::Failed | Outcome::Errored if !options.reruns => divided(&executions, mappers),
        _ => None,
    };
    // A pass is flaky only if a failure came before it: with `reruns`, in an earlier file too.
    let failed_before = options.reruns
        && executions
            .iter()
            .any(|other| other.file != deciding.file && other.outcome() >= Outcome::Failed);
    let flaky =
        outcome == Outcome::Passed && (failed_before || executions.iter().any(Execution::flaky));
    let durations = deciding.rows.iter().filter_map(|row| row.duration);
    let duration = durations.reduce(|sum, next| sum + next);
    let rows = executions.iter().map(|execution| execution.counted).max().unwrap_or(1);
    let differ = executions.iter().any(|execution| execution.differ);
    let case = deciding
        .rows
        .iter()
        .find(|row| row.outcome == outcome)
        .map_or(cases[0], |row| row.deciding);
    let attempts = executions
        .into_iter()
        .flat_map(|execution| execution.rows)
        .flat_map(|row| row.attempts)
        .collect();
    MergedOutcome {
        outcome,
        flaky,
        duration,
        attempts: listed(attempts),
        deciding: case,
        rows,
        differ,
        unrelated,
        divided,
    }
}

/// Where the test failed, if it passed elsewhere and the places have names.
fn divided(executions: &[Execution], mappers: &[CaseMapper<'_>]) -> Option<Divided> {
    let having = |is: fn(Outcome) -> bool| -> Vec<&Execution> {
        executions.iter().filter(|execution| is(execution.outcome())).collect()
    };
    let failed = having(|outcome| outcome >= Outcome::Failed);
    let passed = having(|outcome| outcome == Outcome::Passed);
    if failed.is_empty() || passed.is_empty() {
        return None;
    }
    let configuration = |execution: &Execution| {
        let first = &execution.rows.first()?.deciding;
        let (report, case) = first.find(mappers);
        let name = mappers[execution.file].configuration(first.case as usize);
        name.or_else(|| host(report, case).map(str::to_owned))
            .filter(|name| !name.trim().is_empty())
    };
    let path = |execution: &Execution| Some(mappers[execution.file].report().path.to_string());
    // Jobs may have files of one name.
    let in_job =
        |execution: &Execution| Some(mappers[execution.file].report().shown_path().to_string());
    named(&failed, &passed, configuration)
        .or_else(|| named(&failed, &passed, path))
        .or_else(|| named(&failed, &passed, in_job))
}

/// The names of executions that failed and that passed. None if one has no name, or if a name is among both.
fn named(
    failed: &[&Execution],
    passed: &[&Execution],
    name: impl Fn(&Execution) -> Option<String>,
) -> Option<Divided> {
    let all = |executions: &[&Execution]| {
        let mut names: Vec<String> = Vec::new();
        for execution in executions {
            let name = name(execution)?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Some(names)
    };
    let (failed, passed) = (all(failed)?, all(passed)?);
    let is_apart = failed.iter().all(|name| !passed.contains(name));
    is_apart.then_some(Divided { failed, passed })
}

/// The host of a case, from the innermost suite that names one.
fn host<'r>(report: &'r Report, case: &Case) -> Option<&'r str> {
    report.suite_chain(case.suite).iter().rev().find_map(|suite| suite.attribute("hostname"))
}

/// The result of a test with one case that is one execution.
fn single(only: &Occurrence, mappers: &[CaseMapper<'_>]) -> Option<MergedOutcome> {
    let (_, case) = only.find(mappers);
    let has_reruns = case.extra.as_ref().is_some_and(|extra| !extra.reruns.is_empty());
    if has_reruns || mappers[only.file as usize].tool().is_teardown(case) {
        return None;
    }
    Some(MergedOutcome {
        outcome: only.outcome,
        flaky: only.outcome == Outcome::Passed && case.outcome >= Outcome::Failed,
        duration: case.duration.map(Seconds::get),
        attempts: Vec::new(),
        deciding: *only,
        rows: 1,
        differ: false,
        unrelated: None,
        divided: None,
    })
}

/// No list for a single execution.
fn listed(attempts: Vec<Attempt>) -> Vec<Attempt> {
    if attempts.len() > 1 { attempts } else { Vec::new() }
}

/// The execution that decides; `executions` is never empty.
fn deciding(executions: &[Execution], reruns: bool) -> &Execution {
    let mut chosen = &executions[0];
    for execution in &executions[1..] {
        let (old, new) = (chosen.outcome(), execution.outcome());
        let is_better = if reruns && execution.file != chosen.file {
            // Shards and repeated runs report the tests of others as skipped.
            new != Outcome::Skipped || old == Outcome::Skipped
        } else {
            new > old
        };
        if is_better {
            chosen = execution;
        }
    }
    chosen
}

/// The executions, by file, and the first case of each file. Without `reruns`, files that repeat the cases of another one word for word are copies, and
/// left out.
fn executions(
    cases: &[Occurrence],
    mappers: &[CaseMapper<'_>],
    reruns: bool,
) -> (Vec<Execution>, Vec<Occurrence>) {
    let mut files: Vec<&[Occurrence]> = cases.chunk_by(|a, b| a.file == b.file).collect();
    if reruns && files.len() > 1 && !sort_by_time(&mut files, mappers, instant) {
        sort_by_time(&mut files, mappers, local_time);
    }
    let (mut executions, mut firsts) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for in_file in files {
        let file = in_file[0].file as usize;
        if !reruns && !seen.insert(hash_of(in_file, mappers[file].report())) {
            continue;
        }
        firsts.push(in_file[0]);
        for group in configurations(in_file, &mappers[file]) {
            executions.push(execution(&group, mappers));
        }
    }
    (executions, firsts)
}

/// The first two cases that do not look like executions of one test.
fn unrelated(firsts: &[Occurrence], mappers: &[CaseMapper<'_>]) -> Option<[Occurrence; 2]> {
    let [first, others @ ..] = firsts else { return None };
    let other = others.iter().find(|other| !are_executions(first, other, mappers))?;
    Some([*first, *other])
}

/// Whether cases of two files look like executions of one test: by shards, on several machines, or in several browsers.
fn are_executions(a: &Occurrence, b: &Occurrence, mappers: &[CaseMapper<'_>]) -> bool {
    if a.outcome == Outcome::Skipped || b.outcome == Outcome::Skipped {
        return true;
    }
    let machine = |occurrence: &Occurrence| {
        let mapper = &mappers[occurrence.file as usize];
        let (report, case) = occurrence.find(mappers);
        (host(report, case).map(str::to_owned), mapper.configuration(occurrence.case as usize))
    };
    if machine(a) != machine(b) {
        return true;
    }
    let source = |occurrence: &Occurrence| {
        let (report, case) = occurrence.find(mappers);
        let named = mappers[occurrence.file as usize].location(case, None).0;
        named.or_else(|| outer_source(report, case))
    };
    let directory = |occurrence: &Occurrence| {
        let path = &occurrence.find(mappers).0.path;
        path.rsplit_once(['/', '\\']).map_or("", |(directory, _)| directory).to_lowercase()
    };
    let (from, to) = (directory(a), directory(b));
    matches!((source(a), source(b)), (a, b) if a == b || a.is_none() || b.is_none())
        && (from == to
            || is_configuration(&from)
            || is_configuration(&to)
            || numberless(&from) == numberless(&to))
}

/// The package that is a path, which says where a case comes from although it is no part of the case or its suites.
fn outer_source(report: &Report, case: &Case) -> Option<String> {
    let suites = report.suite_chain(case.suite);
    let package = suites.iter().find_map(|suite| suite.attribute("package"));
    package.filter(|package| package.contains(['/', '\\'])).map(str::to_owned)
}

/// Whether a directory is named after a platform or a repetition.
fn is_configuration(directory: &str) -> bool {
    const NAMES: [&str; 21] = [
        "linux", "ubuntu", "debian", "alpine", "windows", "macos", "darwin", "chrome", "chromium",
        "firefox", "webkit", "safari", "android", "x64", "amd64", "arm64", "shard", "attempt",
        "retry", "rerun", "release",
    ];
    NAMES.iter().any(|name| directory.contains(name))
}

/// A directory without numbers, which count shards, attempts and versions.
fn numberless(directory: &str) -> String {
    directory.chars().filter(|next| !next.is_ascii_digit() && *next != '.').collect()
}

/// Sorts files by the latest time stamp of their cases. Returns false, and sorts nothing, if one of them has no time
/// stamp that `parse` accepts.
fn sort_by_time<T: Ord>(
    files: &mut Vec<&[Occurrence]>,
    mappers: &[CaseMapper<'_>],
    parse: fn(&str) -> Option<T>,
) -> bool {
    let time_of = |case: &Occurrence| parse(time_stamp(case, mappers)?);
    let times: Option<Vec<Option<T>>> = files
        .iter()
        .map(|cases| Some(cases.iter().map(time_of).collect::<Option<Vec<T>>>()?.into_iter().max()))
        .collect();
    let Some(times) = times else {
        return false;
    };
    let mut timed: Vec<(Option<T>, &[Occurrence])> =
        times.into_iter().zip(files.drain(..)).collect();
    timed.sort_by(|(a, _), (b, _)| a.cmp(b));
    files.extend(timed.into_iter().map(|(_, cases)| cases));
    true
}

/// When the innermost suite with a time stamp started: the attribute of JUnit, NUnit or TestNG.
fn time_stamp<'a>(case: &Occurrence, mappers: &[CaseMapper<'a>]) -> Option<&'a str> {
    const NAMES: [&str; 3] = ["timestamp", "start-time", "started-at"];
    let (report, case) = case.find(mappers);
    let suites = report.suite_chain(case.suite).into_iter().rev();
    let written = suites.map(|suite| &suite.attributes).chain([&report.root.attributes]);
    written
        .flat_map(|attributes| NAMES.iter().find_map(|name| find_attribute(attributes, name)))
        .next()
}

/// A time stamp with an offset from UTC.
fn instant(text: &str) -> Option<Timestamp> {
    text.trim().parse().ok()
}

/// A time stamp without an offset. It cannot be compared with an instant.
fn local_time(text: &str) -> Option<DateTime> {
    if instant(text).is_some() { None } else { text.trim().parse().ok() }
}

/// A hash of cases as written, without their suites, which merging tools rename.
fn hash_of(cases: &[Occurrence], report: &Report) -> u64 {
    let mut hasher = DefaultHasher::new();
    for occurrence in cases {
        let case = &report.cases[occurrence.case as usize];
        case.name.hash(&mut hasher);
        case.classname.hash(&mut hasher);
        case.outcome.hash(&mut hasher);
        case.duration.hash(&mut hasher);
        outer_source(report, case).hash(&mut hasher);
        hash_detail(case.detail(), &mut hasher);
        for rerun in case.extra.iter().flat_map(|extra| &extra.reruns) {
            rerun.outcome.hash(&mut hasher);
            hash_detail(Some(&rerun.detail), &mut hasher);
        }
    }
    hasher.finish()
}

fn hash_detail(detail: Option<&Detail>, hasher: &mut DefaultHasher) {
    if let Some(Detail { message, kind, text }) = detail {
        (message, kind, text).hash(hasher);
    }
}

/// The cases of one file by host and browser, in order of first appearance. Where equal cases are attempts, cases of
/// different documents in the file are not: two reports were concatenated.
fn configurations(cases: &[Occurrence], mapper: &CaseMapper<'_>) -> Vec<Vec<Occurrence>> {
    if cases.len() == 1 {
        return vec![cases.to_vec()];
    }
    let report = mapper.report();
    let mut groups: Vec<Vec<Occurrence>> = Vec::new();
    let mut by_configuration = HashMap::new();
    for occurrence in cases {
        let case = &report.cases[occurrence.case as usize];
        let are_attempts = mapper.tool_of(occurrence.case as usize).repeats != Repeats::Rows;
        let document = are_attempts.then(|| report.outermost(case.suite)).flatten();
        let host = host(report, case);
        let group = *by_configuration
            .entry((host, mapper.configuration(occurrence.case as usize), document))
            .or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
        groups[group].push(*occurrence);
    }
    groups
}

/// The rows of one file and configuration. Cases that are equal as written are attempts if the tool's row says so.
fn execution(cases: &[Occurrence], mappers: &[CaseMapper<'_>]) -> Execution {
    let file = cases[0].file as usize;
    let report = mappers[file].report();
    let repeats = mappers[file].tool_of(cases[0].case as usize).repeats;
    let mut rows: Vec<Row> = Vec::new();
    let mut by_words: HashMap<u64, usize> = HashMap::new();
    let mut kinds = HashSet::new();
    for occurrence in cases {
        let key = as_written(report, &report.cases[occurrence.case as usize]);
        if !occurrence.is_subtest {
            kinds.insert(key);
        }
        let row = row_of_case(occurrence, mappers);
        match by_words.get(&key) {
            Some(&at) if repeats != Repeats::Rows => append(&mut rows[at], row, mappers),
            _ => {
                by_words.insert(key, rows.len());
                rows.push(row);
            }
        }
    }
    Execution {
        file,
        counted: rows.iter().filter(|row| !row.deciding.is_subtest).count(),
        rows,
        differ: kinds.len() > 1,
    }
}

/// A hash of the names of suites, classname and name as written.
fn as_written(report: &Report, case: &Case) -> u64 {
    let mut hasher = DefaultHasher::new();
    for suite in report.suite_chain(case.suite) {
        suite.name.hash(&mut hasher);
    }
    case.classname.hash(&mut hasher);
    case.name.hash(&mut hasher);
    hasher.finish()
}

/// Adds a later attempt to `row`.
fn append(row: &mut Row, mut next: Row, mappers: &[CaseMapper<'_>]) {
    let (_, case) = row.deciding.find(mappers);
    let (_, next_case) = next.deciding.find(mappers);
    let tool = mappers[next.deciding.file as usize].tool();
    if tool.is_teardown(next_case) {
        // The attempt before is the test itself.
        next.attempts.drain(..next.attempts.len() - 1);
        if row.outcome >= Outcome::Failed {
            row.attempts.pop();
        }
    } else if matches!(tool.repeats, Repeats::BareAttempts { .. })
        && row.outcome == Outcome::Passed
        && case.detail().is_none()
    {
        row.outcome = Outcome::Failed;
        if let Some(last) = row.attempts.last_mut() {
            last.outcome = Outcome::Failed;
        }
    }
    let has_failed =
        row.flaky || row.attempts.iter().any(|attempt| attempt.outcome >= Outcome::Failed);
    row.flaky = next.outcome == Outcome::Passed && (has_failed || next.flaky);
    row.outcome = next.outcome;
    row.duration = match (row.duration, next.duration) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    };
    row.deciding = next.deciding;
    row.attempts.extend(next.attempts);
}

/// A case with its rerun and flaky children as attempts.
fn row_of_case(occurrence: &Occurrence, mappers: &[CaseMapper<'_>]) -> Row {
    let mapper = &mappers[occurrence.file as usize];
    let (_, case) = occurrence.find(mappers);
    let own = Attempt {
        outcome: occurrence.outcome,
        duration_s: case.duration.map(Seconds::get),
        message: case
            .detail()
            .filter(|_| occurrence.outcome != Outcome::Passed)
            .and_then(|detail| mapper.message(occurrence.case as usize, detail)),
    };
    let reruns = case.extra.as_ref().map_or(&[][..], |extra| &extra.reruns);
    let of = |when| {
        reruns.iter().filter(move |rerun| rerun.when == when).map(|rerun| Attempt {
            outcome: rerun.outcome,
            duration_s: rerun.duration.and_then(Seconds::new).map(Seconds::get),
            message: mapper.message(occurrence.case as usize, &rerun.detail),
        })
    };
    let mut attempts: Vec<Attempt> = of(RerunWhen::Before).collect();
    if mapper.tool().is_teardown(case) {
        attempts.push(Attempt { outcome: Outcome::Passed, duration_s: None, message: None });
    }
    attempts.push(own);
    attempts.extend(of(RerunWhen::After));
    let durations = attempts.iter().filter_map(|attempt| attempt.duration_s);
    Row {
        outcome: occurrence.outcome,
        flaky: occurrence.outcome == Outcome::Passed
            && (!reruns.is_empty() || case.outcome >= Outcome::Failed),
        duration: durations.reduce(|sum, next| sum + next),
        attempts,
        deciding: *occurrence,
    }
}
