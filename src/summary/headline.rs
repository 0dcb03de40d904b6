//! Sentences that all formats for people share: the result, the next step, failures.

use super::layout::{count, grouped};
use super::{Build, ChangeAction, ChangeKind, ImportedTable, Severity, Summary, Work};

/// The result in one sentence.
pub(super) struct Headline {
    pub(super) severity: Severity,
    /// The first word, such as `complete:`.
    pub(super) word: &'static str,
    /// The rest. Only the project's name comes from outside.
    pub(super) text: String,
}

/// `1 test failed, 2 errored`; none if there are neither.
pub(super) fn failures(failed: usize, errored: usize) -> Option<String> {
    Some(match (failed, errored) {
        (0, 0) => return None,
        (failed, 0) => format!("{} failed", count(failed, "test")),
        (0, errored) => format!("{} errored", count(errored, "test")),
        (failed, errored) => {
            format!("{} failed, {} errored", count(failed, "test"), grouped(errored))
        }
    })
}

/// How an `[[import]]` table is called: its namespace. Not yet escaped.
pub(super) fn table_name(table: &ImportedTable) -> &str {
    table.namespace.as_deref().unwrap_or("(no namespace)")
}

/// `created`, `adopted`, `updated`, `deleted`, or what is planned.
pub(super) fn participles(summary: &Summary) -> [&'static str; 4] {
    if summary.dry_run {
        ["to create", "to adopt", "to update", "to delete"]
    } else {
        ["created", "adopted", "updated", "deleted"]
    }
}

/// What is said about tests that got the rows of tests that are no longer reported.
pub(super) fn carried_over(summary: &Summary) -> &'static str {
    if summary.dry_run { "to carry over" } else { "carried over" }
}

/// `project NAME`. `name` escapes the name for the format.
pub(super) fn project(summary: &Summary, name: impl Fn(&str) -> String) -> String {
    summary.project.as_ref().map_or_else(
        || "the project".to_owned(),
        |project| format!("project {}", name(&project.name)),
    )
}

/// The next step, unless the hint of an error names it.
pub(super) fn next(summary: &Summary) -> Option<&'static str> {
    if summary.interrupted && !summary.dry_run {
        Some("run the same import again; it continues where this one stopped")
    } else if summary.errors.iter().any(|error| error.hint.is_some()) {
        None
    } else if summary.complete == Some(false) && summary.project.is_some() {
        Some("fix the errors above, then run the same import again; it creates nothing twice")
    } else if !summary.reports.damaged.is_empty() {
        Some("generate the damaged reports again, then import them")
    } else if summary.dry_run
        && (!summary.changes.is_empty() || !results_to_record(summary).is_empty())
    {
        Some("run the same command without --dry-run or --check to make these changes")
    } else {
        None
    }
}

/// Where the results are, or would be: `run "main #812 (tqr-9f86d081884c)" in cycle "shop"`. `name` escapes names for the format.
pub(super) fn run(summary: &Summary, name: impl Fn(&str) -> String) -> Option<String> {
    let run = summary.run.as_ref()?;
    let (is_new, completes) = match summary.dry_run {
        true => ("would be created", "would be completed"),
        false => ("created", "completed"),
    };
    let mut facts = Vec::new();
    if run.created {
        facts.push(is_new.to_owned());
    }
    if let Some(id) = run.continuation_of {
        facts.push(format!("continues run {id}, which is complete"));
    }
    if run.closes || (run.closed && !summary.dry_run) {
        facts.push(completes.to_owned());
    }
    let mut text = format!("{} in cycle {}", name(&run.name), name(&run.cycle.name));
    if run.cycle.created {
        text += " (new)";
    }
    if !facts.is_empty() {
        text += &format!(": {}", facts.join(", "));
    }
    Some(text)
}

/// The tests by status: `1,204 Pass, 3 Fail`. `name` escapes names for the format.
pub(super) fn statuses(summary: &Summary, name: impl Fn(&str) -> String) -> String {
    let statuses = summary.results.iter().flat_map(|results| &results.statuses);
    let counts = statuses.map(|(status, tests)| format!("{} {}", grouped(tests), name(status)));
    counts.collect::<Vec<_>>().join(", ")
}

/// The command that shows the imported tests, after an import into a sandbox.
pub(super) fn look(summary: &Summary) -> Option<&str> {
    // The machine of a CI job is gone when somebody reads this.
    let is_here = summary.build.as_ref().is_none_or(|build| build.provider == Build::LOCAL);
    let can_be_seen = summary.project.is_some() && !summary.dry_run && is_here;
    summary.sandbox.as_ref().filter(|_| can_be_seen).map(|sandbox| sandbox.command.as_str())
}

/// The result of the import. `name` escapes the project's name for the format.
pub(super) fn headline(summary: &Summary, name: impl Fn(&str) -> String) -> Headline {
    let (severity, word, mut text) = outcome(summary, &project(summary, name));
    let of_command = summary.command.as_ref().is_some_and(|command| command.exit_code != 0);
    match summary.exit_code {
        0 => {}
        code if of_command => text += &format!("; exit code {code} of the command"),
        4 => {
            let counts = &summary.reports.counts;
            let why = match counts.failed + counts.errored {
                0 => "the test run failed".to_owned(),
                failing => format!("{} failed", count(failing, "test")),
            };
            text += &format!("; exit code 4 because {why}");
        }
        code => text += &format!("; exit code {code}"),
    }
    Headline { severity, word, text }
}

/// The result of an inspection.
pub(super) fn inspected(summary: &Summary) -> Headline {
    let reports = &summary.reports;
    let (severity, damaged) = match reports.damaged.len() {
        0 => (Severity::Ok, String::new()),
        damaged => (Severity::Error, format!(" ({} damaged)", grouped(damaged))),
    };
    let tests = count(reports.counts.tests, "test");
    let ignored = match summary.tests.ignored {
        0 => String::new(),
        ignored => format!(", {} of them ignored by tq-import.toml", grouped(ignored)),
    };
    let reports = count(reports.files, "report");
    let text = format!("{tests} in {reports}{damaged}{ignored}; nothing was sent");
    Headline { severity, word: "inspected:", text }
}

/// `, and 3 results to record`; empty if there are none.
fn results_to_record(summary: &Summary) -> String {
    match summary.results.as_ref().map_or(0, |results| results.recorded + results.updated) {
        0 => String::new(),
        results => format!(", and {} to record", count(results, "result")),
    }
}

fn outcome(summary: &Summary, project: &str) -> (Severity, &'static str, String) {
    let tests = summary.reports.counts.tests;
    if summary.project.is_none() {
        // Nothing is written before the project is found.
        if summary.exit_code == 0 && tests == 0 && summary.errors.is_empty() {
            return (Severity::Ok, "complete:", "the reports contain no tests".to_owned());
        }
        let word = match (summary.interrupted, summary.dry_run) {
            (true, _) => "interrupted:",
            (false, true) => "dry run:",
            (false, false) => "incomplete:",
        };
        return (Severity::Error, word, "nothing was written".to_owned());
    }
    if summary.dry_run {
        let text = if summary.interrupted {
            "interrupted; nothing was written".to_owned()
        } else {
            let changes = match summary.changes.len() {
                0 => "no changes".to_owned(),
                changes => count(changes, "change"),
            };
            let results = results_to_record(summary);
            format!("nothing was written; {changes} planned for {project}{results}")
        };
        return (Severity::Warn, "dry run:", text);
    }
    if summary.interrupted || summary.complete != Some(true) {
        let word = if summary.interrupted { "interrupted:" } else { "incomplete:" };
        let text = match summary.tests.refused {
            _ if matches!(summary.work, Work::Retire | Work::Undo) => {
                format!("{project} could not be verified")
            }
            _ if summary.interrupted && summary.requests.writes() == 0 => {
                "nothing was written".to_owned()
            }
            0 if summary.interrupted => format!("{project} was not verified"),
            0 => format!("{project} does not match the reports"),
            refused => {
                let refused = grouped(refused);
                format!("could not verify {refused} of {} in {project}", count(tests, "test"))
            }
        };
        return (Severity::Error, word, text);
    }
    let damaged = summary.reports.damaged.len();
    if damaged > 0 {
        let text = format!(
            "{}; every test that could be read is in {project}",
            count(damaged, "damaged report")
        );
        return (Severity::Error, "incomplete:", text);
    }
    if !summary.errors.is_empty() {
        let text = format!("every test that could be read is in {project}");
        return (Severity::Error, "incomplete:", text);
    }
    let of_kind = |action, kind| {
        let is_so = |change: &&super::Change| change.action == action && change.kind == kind;
        summary.changes.iter().filter(is_so).count()
    };
    if summary.work == Work::Retire {
        let text = match of_kind(ChangeAction::Retire, ChangeKind::Test) {
            0 => format!("no test of {project} had to be retired"),
            1 => format!("1 test of {project} was retired"),
            tests => format!("{} of {project} were retired", count(tests, "test")),
        };
        return (Severity::Ok, "complete:", text);
    }
    if summary.work == Work::Undo {
        let verbs = [
            (ChangeAction::Delete, "deleted"),
            (ChangeAction::Unlink, "unlinked"),
            (ChangeAction::Relink, "carried back"),
        ];
        let parts = verbs.into_iter().filter_map(|(action, verb)| {
            let nouns = [(ChangeKind::Test, "test"), (ChangeKind::Folder, "folder")];
            let nouns = nouns.map(|(kind, noun)| (of_kind(action, kind), noun)).into_iter();
            let rows: Vec<String> = nouns
                .filter(|(number, _)| *number > 0)
                .map(|(number, noun)| count(number, noun))
                .collect();
            (!rows.is_empty()).then(|| format!("{} {verb}", rows.join(" and ")))
        });
        let parts: Vec<String> = parts.collect();
        let done = match parts.split_last() {
            None => format!("there was nothing to undo in {project}"),
            Some((last, [])) => format!("{last} in {project}"),
            Some((last, others)) => format!("{} and {last} in {project}", others.join(", ")),
        };
        let text = match summary.left.len() {
            0 => done,
            1 => format!("{done}; 1 row stays as it is"),
            left => format!("{done}; {} stay as they are", count(left, "row")),
        };
        return (Severity::Ok, "complete:", text);
    }
    if summary.work == Work::Relink {
        let text = match summary.tests.relinked {
            0 => format!("no test of {project} had to be carried over"),
            1 => format!("1 test of {project} was carried over"),
            tests => format!("{} of {project} were carried over", count(tests, "test")),
        };
        return (Severity::Ok, "complete:", text);
    }
    let text = match (tests, summary.tests.ignored) {
        (0, _) => "the reports contain no tests".to_owned(),
        (_, 0) => format!("every test in the reports is in {project}"),
        (tests, ignored) if tests == ignored => {
            format!("tq-import.toml ignores every test in the reports ({})", grouped(tests))
        }
        (_, ignored) => format!(
            "every test in the reports is in {project}, except {} that tq-import.toml ignores",
            grouped(ignored)
        ),
    };
    (Severity::Ok, "complete:", text)
}
