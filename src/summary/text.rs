//! The summary for people: what failed, what went wrong, the numbers, and as the last line the verdict; below it,
//! after an import into the sandbox, the command that shows the result.

use super::changes_text;
use super::findings;
use super::headline::{Headline, Severity, headline, look, next, project};
use super::layout::{
    ERROR, FAINT, OK, PLAIN, Page, Piece, TITLE, WARN, count, listed, piece, seconds, styled,
};
use super::{Build, ChangeAction, ChangeKind, CommandEnd, Summary, escape};

pub use super::layout::{Detail, TextOptions};

use findings::ROW_LABEL as LABEL;

/// The summary as text. It holds styles: write it through a stream that takes them out where they
/// are not wanted.
#[must_use]
pub fn render(summary: &Summary, options: &TextOptions) -> String {
    let mut page = Page::new(options.columns);
    if options.detail > Detail::Brief {
        findings::failures(&mut page, &summary.failures, options);
        findings::run_errors(&mut page, &summary.run_errors, options);
    }
    findings::damaged(&mut page, &summary.reports.damaged, options);
    if options.detail > Detail::Brief {
        changes(&mut page, summary, options);
        page.gap();
        numbers(&mut page, summary, options.detail);
        page.gap();
        findings::stale(&mut page, &summary.stale, options);
        findings::recovered(&mut page, &summary.reports.recovered, options);
        findings::warnings(&mut page, &summary.warnings);
    }
    page.gap();
    if !options.errors_apart {
        findings::errors(&mut page, &summary.errors, options);
    }
    if options.detail > Detail::Brief
        && let Some(next) = next(summary)
    {
        page.gap();
        page.line(&styled(TITLE, "next:"), 6, &[piece(PLAIN, next)]);
    }
    page.gap();
    let Headline { severity, word, text } = headline(summary, terminal_name);
    let style = match severity {
        Severity::Ok => OK,
        Severity::Warn => WARN,
        Severity::Error => ERROR,
    };
    let label = styled(style.bold(), word);
    page.line(&label, 0, &[piece(PLAIN, format!(" {text}"))]);
    if options.detail > Detail::Brief
        && let Some(command) = look(summary)
    {
        page.unwrapped(&styled(TITLE, "look at it:"), &terminal_name(command));
    }
    page.finish(options)
}

fn changes(page: &mut Page, summary: &Summary, options: &TextOptions) {
    if summary.changes.is_empty() || !(summary.dry_run || options.detail == Detail::Full) {
        return;
    }
    page.gap();
    page.title(&if summary.dry_run {
        format!("Planned changes to {}", project(summary, terminal_name))
    } else {
        format!("Changes to {}", project(summary, terminal_name))
    });
    page.gap();
    changes_text::changes(page, &summary.changes, options);
}

fn numbers(page: &mut Page, summary: &Summary, detail: Detail) {
    if let Some(command) = &summary.command {
        command_row(page, command);
    }
    if let Some(build) = &summary.build {
        build_row(page, build, detail);
    }
    let reports = &summary.reports;
    let mut parts = vec![piece(PLAIN, count(reports.files, "file"))];
    if !reports.damaged.is_empty() {
        parts.push(piece(ERROR, format!("{} damaged", reports.damaged.len())));
    }
    row(page, "reports", parts);

    findings::test_rows(page, reports, &summary.tests);
    if summary.project.is_some() {
        project_rows(page, summary);
    }
    request_row(page, summary);
}

fn command_row(page: &mut Page, command: &CommandEnd) {
    let CommandEnd { program, exit_code, signal, elapsed_s } = command;
    let (style, end) = match (signal, exit_code) {
        (Some(signal), _) => (ERROR, format!("ended by signal {signal}")),
        (None, 0) => (PLAIN, "exit code 0".to_owned()),
        (None, code) => (ERROR, format!("exit code {code}")),
    };
    let pieces = [
        piece(TITLE, format!("{}: ", escape::terminal(program))),
        piece(style, end),
        piece(PLAIN, format!(", after {}", seconds(*elapsed_s))),
    ];
    page.line("command", LABEL, &pieces);
}

/// On somebody's own machine it is no news.
fn build_row(page: &mut Page, build: &Build, detail: Detail) {
    if build.provider == "git" && detail < Detail::Full {
        return;
    }
    let mut pieces = vec![
        piece(TITLE, format!("{}: ", build.provider)),
        piece(PLAIN, escape::terminal(&build.what())),
    ];
    if let Some(url) = &build.url {
        pieces.push(piece(FAINT, format!(" {}", escape::terminal(url))));
    }
    page.line("build", LABEL, &pieces);
}

fn project_rows(page: &mut Page, summary: &Summary) {
    let ledger = &summary.tests;
    let (created, adopted, updated) = if summary.dry_run {
        ("to create", "to adopt", "to update")
    } else {
        ("created", "adopted", "updated")
    };
    let mut parts = Vec::new();
    let mut add = |number: usize, style, word: &str| {
        if number > 0 {
            parts.push(piece(style, format!("{number} {word}")));
        }
    };
    add(ledger.refused, ERROR, "not confirmed");
    add(ledger.created, OK, created);
    add(ledger.adopted, WARN, adopted);
    add(ledger.updated, PLAIN, updated);
    let unchanged = if ledger.overridden > 0 {
        format!("unchanged ({} switched off)", ledger.overridden)
    } else {
        "unchanged".to_owned()
    };
    add(ledger.unchanged, PLAIN, &unchanged);
    add(ledger.stale, WARN, "in no report");
    if parts.is_empty() {
        parts.push(piece(FAINT, "no test"));
    }
    if let Some(project) = &summary.project {
        let name = format!("{}: ", escape::terminal(&project.name));
        let mut pieces = vec![piece(TITLE, name)];
        pieces.extend(listed(parts));
        page.line("project", LABEL, &pieces);
    }
    let suites = &summary.suites;
    let mut folders = Vec::new();
    if suites.created > 0 {
        folders.push(piece(OK, format!("{} {created}", suites.created)));
    }
    if suites.matched > 0 {
        folders.push(piece(PLAIN, format!("{} found", suites.matched)));
    }
    if !folders.is_empty() {
        row(page, "folders", folders);
    }
    if summary.steps.created > 0 {
        let steps = format!("{} {created}", summary.steps.created);
        row(page, "steps", vec![piece(OK, steps)]);
    }
    let spare = |kind: ChangeKind, noun: &str| {
        let changes = summary.changes.iter();
        let spare = changes
            .filter(|change| change.action == ChangeAction::Delete && change.kind == kind)
            .count();
        (spare > 0).then(|| piece(WARN, count(spare, noun)))
    };
    let spares = [
        (ChangeKind::Folder, "folder"),
        (ChangeKind::Test, "test"),
        (ChangeKind::Place, "place"),
        (ChangeKind::Step, "step"),
    ];
    let spares: Vec<Piece> =
        spares.into_iter().filter_map(|(kind, noun)| spare(kind, noun)).collect();
    if !spares.is_empty() {
        let mut pieces = listed(spares);
        let verb = if summary.dry_run { " to delete" } else { " deleted" };
        pieces.push(piece(PLAIN, format!("{verb} that stood twice")));
        page.line("twins", LABEL, &pieces);
    }
}

fn request_row(page: &mut Page, summary: &Summary) {
    let requests = &summary.requests;
    let all = requests.get + requests.writes();
    let time = seconds(summary.elapsed_s);
    if all == 0 {
        return page.line("time", LABEL, &[piece(PLAIN, time)]);
    }
    let by_method: Vec<String> = [
        (requests.get, "GET"),
        (requests.post, "POST"),
        (requests.put, "PUT"),
        (requests.delete, "DELETE"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, method)| format!("{number} {method}"))
    .collect();
    let mut text = all.to_string();
    if by_method.len() > 1 {
        text += &format!(" ({})", by_method.join(", "));
    } else {
        text = by_method.concat();
    }
    if requests.retries > 0 {
        text += &format!(", {} of them repeated", requests.retries);
    }
    page.line("requests", LABEL, &[piece(PLAIN, format!("{text}, in {time}"))]);
}

fn row(page: &mut Page, label: &str, parts: Vec<Piece>) {
    page.line(label, LABEL, &listed(parts));
}

fn terminal_name(name: &str) -> String {
    escape::terminal(name).into_owned()
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
