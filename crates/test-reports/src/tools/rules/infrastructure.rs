//! Terraform, Ansible, helm-unittest and k6, which report runs, tasks, charts and thresholds as tests.

use super::{all_cases, any_property, in_container, is_identifier, suite_name_of};
use crate::formats::model::{Case, Detail, Format};
use crate::tools::context::CaseContext;
use crate::tools::location::{Cut, Level, TestLocation};
use crate::tools::messages;
use crate::tools::part::Part;
use crate::tools::rules::general;
use crate::tools::volatile;

// Terraform and OpenTofu

pub(in crate::tools) fn is_terraform(part: &Part<'_>) -> bool {
    all_cases(part, |case| {
        let file = case.classname.as_deref().unwrap_or_default();
        [".tftest.hcl", ".tftest.json", ".tofutest.hcl"].iter().any(|end| file.ends_with(end))
    })
}

pub(in crate::tools) fn terraform(case: &CaseContext<'_>) -> TestLocation {
    in_container(&case.path(case.classname), case.name, Cut::Slashes)
}

/// The attribute of every error is `Encountered an error`; the words follow `Error: ` in the text.
pub(in crate::tools) fn terraform_message(detail: &Detail) -> Option<&str> {
    let error = || {
        let (_, error) = detail.text.as_deref()?.split_once("Error: ")?;
        error.lines().next()
    };
    let attribute = detail.message.as_deref().map(str::trim);
    attribute
        .filter(|words| !["", "Encountered an error", "Test run failed"].contains(words))
        .or_else(error)
        .or_else(|| messages::written(detail))
}

// Ansible

/// The classname is the place of a task.
pub(in crate::tools) fn is_ansible(part: &Part<'_>) -> bool {
    all_cases(part, |case| {
        let place = case.classname.as_deref().unwrap_or_default();
        let file = volatile::without_line(place);
        let is_place =
            file.len() < place.len() && [".yml", ".yaml"].iter().any(|end| file.ends_with(end));
        // Without the extension and the line, if tasks of one file shall be one class.
        let is_class = place.contains('/') && !place.contains(char::is_whitespace);
        (is_place || is_class) && task_of(case).is_some()
    })
}

/// Splits `[web1] Shop: cart : adds a pear count=1` into host and task.
fn task_of(case: &Case) -> Option<(&str, &str)> {
    let (host, task) = case.name.as_deref()?.strip_prefix('[')?.split_once("] ")?;
    let is_host = !host.is_empty() && !host.contains(char::is_whitespace);
    (is_host && task.contains(": ")).then_some((host, task))
}

/// The task, without its host and arguments. A task without a name of its own is told apart by its arguments.
pub(in crate::tools) fn ansible(case: &CaseContext<'_>) -> TestLocation {
    let task = case.name.split_once("] ").map_or(case.name, |(_, task)| task);
    let name = match first_argument(task) {
        Some(at) if !is_module(&task[..at]) => &task[..at],
        _ => task,
    };
    general::locate(&CaseContext { name, ..*case })
}

/// Where ` name=value` starts.
fn first_argument(task: &str) -> Option<usize> {
    let spaces = task.match_indices(' ').map(|(at, _)| at);
    let is_argument = |at: &usize| {
        let word = task[at + 1..].split(' ').next().unwrap_or_default();
        word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit())
        })
    };
    let mut found = spaces.filter(is_argument);
    found.next()
}

/// Whether the task is named after its module: `Shop: cart : ansible.builtin.command`.
fn is_module(task: &str) -> bool {
    // Older versions and playbooks write the short names.
    const SHORT: [&str; 40] = [
        "add_host",
        "apt",
        "assert",
        "blockinfile",
        "command",
        "copy",
        "cron",
        "debug",
        "dnf",
        "fail",
        "fetch",
        "file",
        "find",
        "get_url",
        "git",
        "group",
        "import_role",
        "import_tasks",
        "include_role",
        "include_tasks",
        "include_vars",
        "lineinfile",
        "meta",
        "package",
        "pause",
        "ping",
        "pip",
        "raw",
        "replace",
        "script",
        "service",
        "set_fact",
        "shell",
        "slurp",
        "stat",
        "systemd",
        "template",
        "unarchive",
        "uri",
        "user",
    ];
    let last = task.rsplit(": ").next().unwrap_or_default();
    let is_full = last.contains('.')
        && last.split('.').all(|part| is_identifier(part) && !part.contains(char::is_uppercase));
    is_full || SHORT.contains(&last)
}

pub(in crate::tools) fn ansible_host(case: &CaseContext<'_>) -> Option<String> {
    task_of(case.case).map(|(host, _)| host.to_owned())
}

// helm-unittest

pub(in crate::tools) fn is_helm_unittest(part: &Part<'_>) -> bool {
    any_property(part, "helm-unittest.version")
}

/// The suite, whose last part the classname repeats.
pub(in crate::tools) fn helm_unittest(case: &CaseContext<'_>) -> TestLocation {
    let suite = case.path(case.suite_name());
    let cut = if volatile::has_extension(&suite) { Cut::Slashes } else { Cut::Nowhere };
    TestLocation {
        folder: vec![Level::Classname(suite, cut)],
        ..general::locate(&CaseContext { classname: "", ..*case })
    }
}

/// The attribute is `Failed`; the text starts with the assertion: `- asserts[0] `equal` fail`.
pub(in crate::tools) fn helm_unittest_message(detail: &Detail) -> Option<&str> {
    let words = detail.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    words.map(|text| text.trim_start_matches("- ")).or_else(|| messages::written(detail))
}

// k6

/// Each case is a threshold of a metric, `http_req_duration - p(95)<500`. The name of the suite is an option.
pub(in crate::tools) fn is_k6(part: &Part<'_>) -> bool {
    const AGGREGATES: [&str; 8] = ["avg", "min", "max", "med", "p(", "rate", "count", "value"];
    let is_threshold = |name: &str| {
        name.split_once(" - ").is_some_and(|(metric, threshold)| {
            !metric.split('{').next().unwrap_or_default().contains(char::is_whitespace)
                && AGGREGATES.iter().any(|start| threshold.starts_with(start))
                && threshold.contains(['<', '>', '='])
        })
    };
    part.format == Format::K6Summary
        || all_cases(part, |case| {
            case.classname.is_none()
                && case.duration.is_none()
                && (suite_name_of(part, case) == "k6 thresholds"
                    || is_threshold(case.name.as_deref().unwrap_or_default()))
        })
}
