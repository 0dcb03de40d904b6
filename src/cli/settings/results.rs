//! Where results are recorded: options, variables, `tq-import.toml`, and the CI system's idea of the build.

use jiff::Timestamp;

use super::resolver::{Resolver, Source, Sourced};
use super::{ConfigError, RequestLimits};
use crate::cli::args::ResultsArgs;
use crate::cli::args::results::check_outcome;
use crate::cli::build::{self, MissingKey};
use crate::results::{BuildKey, RecordOptions, StatusNames};
use test_reports::text;

/// The settings for results before they are complete.
#[derive(Clone, Debug, Default)]
pub(super) struct ResultSettings {
    is_on: bool,
    build: Option<String>,
    run_name: Option<String>,
    cycle: Option<String>,
    milestone: Option<String>,
    run_id: Option<u64>,
    close: bool,
    attempt: Option<u64>,
    statuses: StatusNames,
}

/// What happens where nothing says which build this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WithoutBuild {
    /// An error: two jobs of one build would end in two runs.
    Fail,
    /// The command `run` executes the tests itself: this is a build of its own.
    OwnBuild,
}

/// Reads all settings for results. For commands that record nothing, this checks the file.
pub(super) fn read(from: &mut Resolver<'_>, args: &ResultsArgs) -> ResultSettings {
    let build = match (&args.build, from.variable("TQ_BUILD")) {
        (Some(key), _) => Some(Sourced { value: key.clone(), source: Source::Option("build") }),
        (None, variable) => variable,
    };
    let is_on = switch(from, args) || args.any() || build.is_some();
    if let Some(Sourced { value, source }) = &build {
        from.note("build", value.clone(), source.clone());
    }
    let mut statuses: StatusNames = from.option("statuses", None).unwrap_or_default();
    let unknown: Vec<String> =
        statuses.keys().filter_map(|outcome| check_outcome(outcome).err()).collect();
    for message in unknown {
        from.error(ConfigError::new(format!("statuses: {message}")));
    }
    for status in &args.status {
        statuses.insert(status.outcome.clone(), status.name.clone());
    }
    ResultSettings {
        is_on,
        build: build.map(|build| build.value),
        run_name: args.run_name.clone(),
        cycle: from.option("cycle", args.cycle.clone()),
        milestone: from.option("milestone", args.milestone.clone()),
        run_id: args.run_id,
        close: from.switch("close-run", args.close_run),
        attempt: args.attempt,
        statuses,
    }
}

/// `--results`, else TQ_RESULTS, else the key `results` of the file.
fn switch(from: &mut Resolver<'_>, args: &ResultsArgs) -> bool {
    let in_file = from.switch("results", args.results);
    match from.variable("TQ_RESULTS") {
        Some(variable) if !args.results => match &*variable.value.trim().to_lowercase() {
            "1" | "true" | "yes" | "on" => true,
            "0" | "false" | "no" | "off" => false,
            _ => {
                from.error(
                    ConfigError::new("TQ_RESULTS is neither true nor false")
                        .hint("set it to 1 or 0, or leave it out"),
                );
                false
            }
        },
        _ => in_file,
    }
}

/// The complete settings; none if no results are recorded. What is missing is an error.
pub(super) fn complete(
    from: &mut Resolver<'_>,
    settings: ResultSettings,
    without_build: WithoutBuild,
    namespace: &str,
    no_steps: bool,
    limits: &RequestLimits,
) -> Option<RecordOptions> {
    if !settings.is_on {
        return None;
    }
    let of_ci = build::build_key(from.environment);
    let facts = build::build(from.environment);
    let key = settings.build.as_deref().map(text::clean);
    if settings.attempt == Some(0) {
        from.error(ConfigError::new("attempt must be at least 1"));
    }
    let mut build = match (key, of_ci, settings.run_id) {
        (Some(key), of_ci, _) if !key.is_empty() => {
            // The attempt of the CI's build is the attempt of this one, too.
            BuildKey { key, number: None, ..of_ci.unwrap_or_default() }
        }
        (Some(_), ..) => {
            from.error(ConfigError::new("build has no printable characters"));
            return None;
        }
        (None, Ok(build), _) => build,
        (None, Err(_), Some(run)) => BuildKey { key: format!("run {run}"), ..BuildKey::default() },
        (None, Err(MissingKey::NoCi), None) if without_build == WithoutBuild::OwnBuild => {
            let time = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
            BuildKey {
                key: format!("{time} {:08x}", fastrand::u32(..)),
                number: None,
                ..BuildKey::default()
            }
        }
        (None, Err(missing), None) => {
            from.error(ConfigError::new(missing.to_string()).hint(
                "name the build with --build KEY: the same key in all jobs of one build, another key for the next build",
            ));
            return None;
        }
    };
    build.attempt = settings.attempt.unwrap_or(build.attempt).max(1);
    build.url = facts.as_ref().and_then(|build| build.url.clone());
    let cycle = match settings.cycle.as_deref().map(text::clean) {
        Some(cycle) if !cycle.is_empty() => cycle,
        _ if !namespace.is_empty() => namespace.to_owned(),
        _ if settings.run_id.is_some() => String::new(),
        _ => {
            from.error(
                ConfigError::new("no cycle is set, and results are recorded into a cycle")
                    .hint("set --namespace, which also names the cycle, or name one with --cycle"),
            );
            return None;
        }
    };
    let run_name = settings.run_name.as_deref().map(text::clean).filter(|name| !name.is_empty());
    Some(RecordOptions {
        namespace: namespace.to_owned(),
        run_name: run_name.unwrap_or_else(|| default_name(&build, facts.as_ref())),
        build,
        cycle,
        milestone: settings.milestone.filter(|name| !name.trim().is_empty()),
        run_id: settings.run_id,
        close: settings.close,
        statuses: settings.statuses,
        no_steps,
        batch_size: limits.batch_size,
        lag_wait: limits.lag_wait,
    })
}

/// `main #812 1a2b3c4`; the key of the build if nothing else is known.
fn default_name(build: &BuildKey, facts: Option<&crate::summary::Build>) -> String {
    let branch = facts.and_then(|facts| facts.branch.as_deref()).map(text::clean);
    let commit = facts.and_then(|facts| facts.commit.as_deref());
    let commit = commit.map(|commit| text::clean(commit.get(..7).unwrap_or(commit)));
    let number = build.number.as_deref().map(|number| format!("#{}", text::clean(number)));
    let number = number.unwrap_or_else(|| build.key.clone());
    let parts = [branch, Some(number), commit].into_iter().flatten();
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
