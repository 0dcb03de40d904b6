//! The summary as text for people: failures, problems, numbers, and as the last line the result. After an import into
//! the sandbox, the command that shows the tests follows.

mod changes;
mod findings;
mod inspection;

use super::headline::{self, Headline, carried_over, headline, look, next, participles, project};
use super::layout::{
    ERROR, FAINT, OK, PLAIN, Page, TITLE, WARN, count, grouped, listed, piece, seconds, styled,
};
use super::writers::Writer;
use super::{Build, Change, ChangeAction, ChangeKind, CommandEnd, Summary, Work, escape};
use crate::plan::change::FORMER_STEP;

pub use super::layout::{Detail, TextOptions};

use findings::{ROW_LABEL as LABEL, numbers};

/// Text with terminal styles.
pub(super) struct Text;

impl Writer for Text {
    fn import(&self, summary: &Summary, options: &TextOptions) -> serde_json::Result<String> {
        Ok(render(summary, options))
    }

    fn inspection(&self, summary: &Summary, options: &TextOptions) -> serde_json::Result<String> {
        Ok(inspection::render(summary, options))
    }

    fn has_styles(&self) -> bool {
        true
    }
}

fn render(summary: &Summary, options: &TextOptions) -> String {
    let mut page = Page::new(options.columns);
    let is_brief = options.detail == Detail::Brief;
    if !is_brief && summary.work == Work::Import {
        findings::failures(&mut page, &summary.failures(), options);
        findings::run_errors(&mut page, &summary.records.run_errors, options);
    }
    findings::damaged(&mut page, &summary.reports.damaged, options);
    if !is_brief {
        findings::comparison(&mut page, summary, options);
        findings::flaky(&mut page, summary, options);
        findings::slowest(&mut page, summary, options);
        if !summary.changes.is_empty() && (summary.dry_run || options.detail == Detail::Full) {
            page.gap();
            let title = if summary.dry_run { "Planned changes" } else { "Changes" };
            page.title(&format!("{title} to {}", project(summary, terminal_name)));
            page.gap();
            changes::changes(&mut page, &summary.changes, options);
        }
        page.gap();
        rows(&mut page, summary, options.detail);
        page.gap();
        findings::stale(&mut page, summary, options);
        findings::moved(&mut page, &summary.moved, summary.dry_run, options);
        findings::left(&mut page, summary.work, &summary.left, options);
        findings::recovered(&mut page, &summary.reports.recovered, options);
        summary.warnings.iter().for_each(|warning| findings::warning(&mut page, warning));
    }
    page.gap();
    if !options.errors_apart {
        findings::errors(&mut page, &summary.errors, options);
    }
    if let Some(next) = next(summary).filter(|_| !is_brief) {
        page.gap();
        page.line(&styled(TITLE, "next:"), 6, &[piece(PLAIN, next)]);
    }
    page.gap();
    result(&mut page, headline(summary, terminal_name));
    if let Some(command) = look(summary).filter(|_| !is_brief) {
        page.unwrapped(&styled(TITLE, "view it:"), &terminal_name(command));
    }
    page.finish(options)
}

fn result(page: &mut Page, Headline { severity, word, text }: Headline) {
    let label = styled(severity.style().bold(), word);
    page.line(&label, 0, &[piece(PLAIN, format!(" {text}"))]);
}

fn rows(page: &mut Page, summary: &Summary, detail: Detail) {
    if let Some(command) = &summary.command {
        command_row(page, command);
    }
    // On a developer's own machine, the commit is not news.
    if let Some(build) = &summary.build
        && (build.provider != "git" || detail == Detail::Full)
    {
        build_row(page, build);
    }
    if matches!(summary.work, Work::Retire | Work::Undo) {
        return request_row(page, summary);
    }
    let reports = &summary.reports;
    let mut parts = vec![piece(PLAIN, count(reports.files, "file"))];
    parts.extend(numbers([(reports.damaged.len(), ERROR, "damaged")]));
    page.line("reports", LABEL, &listed(parts));
    findings::tables(page, summary);
    findings::test_rows(page, summary);
    project_rows(page, summary);
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

fn build_row(page: &mut Page, build: &Build) {
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
    let Some(project) = &summary.project else {
        return;
    };
    let ledger = &summary.tests;
    let [created, adopted, updated, deleted] = participles(summary);
    let unchanged = match ledger.overridden {
        0 => "unchanged".to_owned(),
        overridden => format!("unchanged ({} no longer automated)", grouped(overridden)),
    };
    let mut tests = numbers([
        (ledger.refused, ERROR, "not verified"),
        (ledger.created, OK, created),
        (ledger.adopted, WARN, adopted),
        (ledger.relinked, WARN, carried_over(summary)),
        (ledger.updated.saturating_sub(ledger.relinked), PLAIN, updated),
        (ledger.unchanged, PLAIN, &unchanged),
        (ledger.stale, WARN, "not in any report"),
        (ledger.left, PLAIN, "without a row (not created)"),
    ]);
    if tests.is_empty() {
        tests.push(piece(FAINT, "no tests"));
    }
    tests.insert(0, piece(TITLE, format!("{}: ", escape::terminal(&project.name))));
    page.line("project", LABEL, &tests);
    let folders = numbers([
        (summary.suites.created, OK, created),
        (summary.suites.matched, PLAIN, "found"),
        (summary.suites.linked, WARN, adopted),
    ]);
    let of_steps = |action| {
        let is_so =
            move |change: &&Change| change.action == action && change.kind == ChangeKind::Step;
        summary.changes.iter().filter(is_so).filter(|change| is_no_duplicate(change)).count()
    };
    let steps = numbers([
        (summary.steps.created, OK, created),
        (of_steps(ChangeAction::Update), PLAIN, updated),
        (of_steps(ChangeAction::Delete), PLAIN, deleted),
    ]);
    for (label, numbers) in [("folders", folders), ("steps", steps)] {
        if !numbers.is_empty() {
            page.line(label, LABEL, &numbers);
        }
    }
    result_rows(page, summary);
    let kinds = [
        (ChangeKind::Folder, "duplicate folder"),
        (ChangeKind::Test, "duplicate test"),
        (ChangeKind::Place, "duplicate placement"),
        (ChangeKind::Step, "duplicate step"),
    ];
    let removed = summary.changes.iter().filter(|change| !is_no_duplicate(change));
    let duplicates = changes::counts(removed, ChangeAction::Delete, &kinds);
    if !duplicates.is_empty() {
        let pieces = [piece(WARN, duplicates.join(", ")), piece(PLAIN, format!(" {deleted}"))];
        page.line("cleanup", LABEL, &pieces);
    }
}

/// Whether a step is not one of two, if it is deleted.
fn is_no_duplicate(change: &Change) -> bool {
    change.action != ChangeAction::Delete || change.reason == FORMER_STEP
}

/// The run, and what became of the results.
fn result_rows(page: &mut Page, summary: &Summary) {
    if let Some(run) = headline::run(summary, terminal_name) {
        page.line("run", LABEL, &[piece(PLAIN, run)]);
    }
    let Some(results) = &summary.results else {
        return;
    };
    let [recorded, updated] =
        if summary.dry_run { ["to record", "to update"] } else { ["recorded", "updated"] };
    let mut parts = numbers([
        (results.refused, ERROR, "not recorded"),
        (results.unrecordable, ERROR, "without a step"),
        (results.recorded, OK, recorded),
        (results.updated, PLAIN, updated),
        (results.unchanged, PLAIN, "unchanged"),
        (results.kept, WARN, "written by people and kept"),
    ]);
    if parts.is_empty() {
        parts.push(piece(FAINT, "none"));
    }
    let mut pieces = parts;
    let statuses = headline::statuses(summary, terminal_name);
    if !statuses.is_empty() {
        pieces.push(piece(PLAIN, format!(" ({statuses})")));
    }
    if results.not_executed > 0 {
        let tests = count(results.not_executed, "test");
        let verb = if results.not_executed == 1 { "was" } else { "were" };
        pieces.push(piece(PLAIN, format!("; {tests} of the run {verb} not executed")));
    }
    page.line("results", LABEL, &pieces);
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
    .map(|(number, method)| format!("{} {method}", grouped(number)))
    .collect();
    let mut text = match &by_method[..] {
        [one] => one.clone(),
        several => format!("{} ({})", grouped(all), several.join(", ")),
    };
    if requests.retries > 0 {
        text += &format!(", {} retried", grouped(requests.retries));
    }
    page.line("requests", LABEL, &[piece(PLAIN, format!("{text}, in {time}"))]);
}

fn terminal_name(name: &str) -> String {
    escape::terminal(name).into_owned()
}

#[cfg(test)]
mod tests;
