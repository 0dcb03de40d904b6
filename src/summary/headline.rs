//! How an import ended, in one sentence, and what to do next: said alike in every medium for people.

use super::Summary;
use super::layout::{count, is_or_are, noun_for};

/// How good it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    /// Nothing is left to do.
    Ok,
    /// Nothing is wrong, but it is not done either.
    Warn,
    /// Something is missing.
    Error,
}

/// A word and what it means here.
pub(super) struct Headline {
    pub(super) severity: Severity,
    /// Such as `complete:`.
    pub(super) word: &'static str,
    /// Words of ours, but for the project's name.
    pub(super) text: String,
}

/// `project NAME`.
pub(super) fn project(summary: &Summary, name: impl Fn(&str) -> String) -> String {
    summary.project.as_ref().map_or_else(
        || "the project".to_owned(),
        |project| format!("project {}", name(&project.name)),
    )
}

/// What to do next, where no error says so.
pub(super) fn next(summary: &Summary) -> Option<&'static str> {
    let told = summary.errors.iter().any(|error| error.hint.is_some());
    if summary.interrupted && !summary.dry_run {
        Some("run the same import again, it goes on where this one stopped")
    } else if told {
        None
    } else if summary.complete == Some(false) && summary.project.is_some() {
        Some("see to the errors above, then run the same import again: it creates nothing twice")
    } else if !summary.reports.damaged.is_empty() {
        Some("have the damaged reports written again, and import them too")
    } else if summary.dry_run && !summary.changes.is_empty() {
        Some("the same command without --dry-run or --check makes these changes")
    } else {
        None
    }
}

/// The command that shows what was imported, where something was and a command can.
pub(super) fn look(summary: &Summary) -> Option<&str> {
    let can_be_seen = summary.project.is_some() && !summary.dry_run;
    summary.sandbox.as_ref().filter(|_| can_be_seen).map(|sandbox| sandbox.command.as_str())
}

/// How the import ended. `name` shows the project's name in the medium.
pub(super) fn headline(summary: &Summary, name: impl Fn(&str) -> String) -> Headline {
    let (severity, word, mut text) = outcome(summary, &project(summary, name));
    let of_command = summary.command.as_ref().is_some_and(|command| command.exit_code != 0);
    match summary.exit_code {
        0 => {}
        code if of_command => text += &format!("; exit code {code}, which is the command's"),
        4 => {
            let failing = summary.reports.failed + summary.reports.errored;
            let why = if failing == 0 {
                "the test run failed".to_owned()
            } else {
                format!("{} failed", count(failing, "test"))
            };
            text += &format!("; exit code 4, because {why}");
        }
        code => text += &format!("; exit code {code}"),
    }
    Headline { severity, word, text }
}

fn outcome(summary: &Summary, project: &str) -> (Severity, &'static str, String) {
    let damaged = summary.reports.damaged.len();
    let tests = summary.reports.tests;
    let refused = summary.tests.refused;
    if summary.project.is_none() {
        // Nothing is written before the project is found.
        let word = match (summary.interrupted, summary.dry_run) {
            (true, _) => "interrupted:",
            (false, true) => "dry run:",
            (false, false) => "incomplete:",
        };
        let nothing = summary.exit_code == 0 && tests == 0;
        return if nothing {
            (Severity::Ok, "complete:", "the reports hold no test".to_owned())
        } else {
            (Severity::Error, word, "nothing was written".to_owned())
        };
    }
    if summary.dry_run {
        let changes = summary.changes.len();
        let text = if summary.interrupted {
            "nothing was written; it was interrupted".to_owned()
        } else if changes == 0 {
            format!("nothing was written, and nothing would be written to {project}")
        } else {
            format!(
                "nothing was written; {} to {project} {} planned",
                count(changes, "change"),
                is_or_are(changes)
            )
        };
        return (Severity::Warn, "dry run:", text);
    }
    let unconfirmed = || {
        if refused > 0 {
            format!(
                "{refused} of {} {} not confirmed in {project}",
                count(tests, "test"),
                is_or_are(refused)
            )
        } else {
            format!("what was read back from {project} is not what the reports hold")
        }
    };
    if summary.interrupted {
        let text = if refused > 0 {
            unconfirmed()
        } else {
            format!("before {project} was read once more; run the import again")
        };
        return (Severity::Error, "interrupted:", text);
    }
    if summary.complete != Some(true) {
        return (Severity::Error, "incomplete:", unconfirmed());
    }
    if damaged > 0 {
        let text = format!(
            "{damaged} {} {} damaged; every test that could be read is in {project}",
            noun_for(damaged, "report"),
            is_or_are(damaged)
        );
        return (Severity::Error, "incomplete:", text);
    }
    if !summary.errors.is_empty() {
        let text = format!("every test that could be read is in {project}");
        return (Severity::Error, "incomplete:", text);
    }
    let text = match (tests, summary.tests.ignored) {
        (0, _) => "the reports hold no test".to_owned(),
        (tests, ignored) if tests == ignored => {
            format!("tq-import.toml ignores all of the {}", count(tests, "test"))
        }
        (_, 0) => format!("every test of these reports is in {project}"),
        (_, ignored) => format!(
            "every test of these reports is in {project}, but for {ignored} that tq-import.toml ignores"
        ),
    };
    (Severity::Ok, "complete:", text)
}
