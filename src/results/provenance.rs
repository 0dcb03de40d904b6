//! Whose a result is: what we write into `version` of a step, and how it is read back.
//!
//! `#812 1:F 2:P tqa-5f3c9a1e`: the build, the outcome of each attempt, and a hash over what was written. If somebody
//! changes the status or the text, the hash no longer fits, and the result is theirs.

use super::history::History;
use super::mark::Mark;
use crate::api::ids::StatusId;
use crate::api::wire::RunResultStep;

/// The longest label of a build, in characters.
const LABEL_CHARS: usize = 24;

/// Where the provenance of a result is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProvenancePlace {
    /// In `version`.
    #[default]
    Version,
    /// In the last line of `result`, because the server drops `version`.
    Text,
    /// Nowhere, because the server changes texts, too.
    Nowhere,
}

/// The content of a step that we write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) result: String,
    /// None: as it is.
    pub(super) version: Option<String>,
}

/// The label of a build in `version`: `#812`, or the end of its key. Without white space.
#[must_use]
pub fn label(number: Option<&str>, key: &str) -> String {
    let text = number.unwrap_or(key);
    let plain: Vec<char> = text.chars().filter(|c| c.is_ascii_graphic() && *c != '#').collect();
    let from = plain.len().saturating_sub(LABEL_CHARS);
    format!("#{}", plain.iter().skip(from).collect::<String>())
}

/// What to write for `history` with this status.
pub(super) fn content(
    label: &str,
    history: &History,
    text: &str,
    status: StatusId,
    place: ProvenancePlace,
) -> Content {
    let attempts = history.attempts();
    let provenance = format!("{label} {attempts} {}", mark(&attempts, status, text));
    match place {
        ProvenancePlace::Version => Content { result: text.to_owned(), version: Some(provenance) },
        ProvenancePlace::Text if text.is_empty() => Content { result: provenance, version: None },
        ProvenancePlace::Text => {
            Content { result: format!("{text}\n\n{provenance}"), version: None }
        }
        ProvenancePlace::Nowhere => Content { result: text.to_owned(), version: None },
    }
}

fn mark(attempts: &str, status: StatusId, text: &str) -> Mark {
    Mark::of_result(&[attempts, &status.to_string(), &normalised(text)])
}

/// Servers and editors change white space.
pub(super) fn normalised(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a step says about its origin.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// Nobody has written text or provenance.
    Blank,
    /// We wrote it, and nobody has changed it. With the status it was written with.
    Ours { attempts: String, text: String, place: ProvenancePlace },
    /// We wrote it; since then only the status was changed.
    StatusChanged { attempts: String, text: String },
    /// A person wrote it.
    Foreign,
}

/// Where `step` comes from. `ours` are the statuses that we write.
pub(super) fn origin(step: &RunResultStep, ours: &[StatusId]) -> Origin {
    let in_version = split(&step.version).map(|found| (found, step.result.as_str()));
    let found = match in_version {
        Some(((attempts, mark), text)) => Some((attempts, mark, text, ProvenancePlace::Version)),
        None => {
            let text = step.result.trim_end();
            let (above, last) = text.rsplit_once('\n').unwrap_or(("", text));
            split(last)
                .map(|(attempts, mark)| (attempts, mark, above.trim_end(), ProvenancePlace::Text))
        }
    };
    let Some((attempts, written, text, place)) = found else {
        return if step.result.trim().is_empty() { Origin::Blank } else { Origin::Foreign };
    };
    let fits = |status: &StatusId| mark(attempts, *status, text).to_string() == written;
    let (attempts, text) = (attempts.to_owned(), text.to_owned());
    if step.status_id.as_ref().is_some_and(fits) {
        Origin::Ours { attempts, text, place }
    } else if ours.iter().any(fits) {
        Origin::StatusChanged { attempts, text }
    } else {
        Origin::Foreign
    }
}

/// Attempts and mark of `#812 1:F 2:P tqa-5f3c9a1e`.
fn split(provenance: &str) -> Option<(&str, &str)> {
    let provenance = provenance.trim();
    let (rest, mark) = provenance.rsplit_once(' ')?;
    let (label, attempts) = rest.split_once(' ')?;
    let is_ours = label.starts_with('#')
        && mark.strip_prefix("tqa-").is_some_and(|hex| hex.len() == 8)
        && History::parse(attempts, "").is_some();
    is_ours.then_some((attempts, mark))
}
