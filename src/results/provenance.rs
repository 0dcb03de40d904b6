//! Whose a result is: what we write into `version` of a step, and how it is read back.
//!
//! `#812 1:F 2:P tqa-5f3c9a1e`: the build, the outcome of each attempt, and a hash over what was written. If somebody
//! changes the status or the text, the hash no longer fits, and the result is theirs. `#812@3` was written over version 3 of
//! the row (its `epoch`; 0 is left out): if the row is newer than version 4, something in between was overwritten.

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
    let is_plain = |c: &char| c.is_ascii_graphic() && !matches!(c, '#' | '@');
    let plain: Vec<char> = text.chars().filter(is_plain).collect();
    let from = plain.len().saturating_sub(LABEL_CHARS);
    format!("#{}", plain.iter().skip(from).collect::<String>())
}

/// What to write for `history` with this status, over version `epoch` of a step.
pub(super) fn content(
    label: &str,
    epoch: Option<u64>,
    history: &History,
    text: &str,
    status: StatusId,
    place: ProvenancePlace,
) -> Content {
    let attempts = history.attempts();
    let over = epoch.filter(|epoch| *epoch > 0).map(|epoch| format!("@{epoch}"));
    let over = over.unwrap_or_default();
    let provenance = format!("{label}{over} {attempts} {}", mark(&attempts, status, text));
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
    /// We wrote it, and nobody has changed it. `overwrote`: over a version that its writer had not seen.
    Ours { attempts: String, text: String, place: ProvenancePlace, overwrote: bool },
    /// We wrote it; since then only the status was changed.
    StatusChanged { attempts: String, text: String },
    /// A person wrote it.
    Foreign,
}

/// Where `step` comes from. `ours` are the statuses that we write.
pub(super) fn origin(step: &RunResultStep, ours: &[StatusId]) -> Origin {
    let Some((Provenance { attempts, mark: written, over }, text, place)) = provenance(step) else {
        return if step.result.trim().is_empty() { Origin::Blank } else { Origin::Foreign };
    };
    let fits = |status: &StatusId| mark(attempts, *status, text).to_string() == written;
    let (attempts, text) = (attempts.to_owned(), text.to_owned());
    if step.status_id.as_ref().is_some_and(fits) {
        let overwrote = step.epoch.is_some_and(|epoch| epoch > over.saturating_add(1));
        Origin::Ours { attempts, text, place, overwrote }
    } else if ours.iter().any(fits) {
        Origin::StatusChanged { attempts, text }
    } else {
        Origin::Foreign
    }
}

/// What `#812@3 1:F 2:P tqa-5f3c9a1e` says.
struct Provenance<'a> {
    /// The version of the row that it was written over.
    over: u64,
    attempts: &'a str,
    mark: &'a str,
}

/// The provenance of a step, the text without it, and where it is.
fn provenance(step: &RunResultStep) -> Option<(Provenance<'_>, &str, ProvenancePlace)> {
    if let Some(found) = split(&step.version) {
        return Some((found, &step.result, ProvenancePlace::Version));
    }
    let text = step.result.trim_end();
    let (above, last) = text.rsplit_once('\n').unwrap_or(("", text));
    Some((split(last)?, above.trim_end(), ProvenancePlace::Text))
}

fn split(provenance: &str) -> Option<Provenance<'_>> {
    let (rest, mark) = provenance.trim().rsplit_once(' ')?;
    let (label, attempts) = rest.split_once(' ')?;
    let over = label.strip_prefix('#')?.split_once('@').map_or("0", |(_, over)| over);
    let is_ours = mark.strip_prefix("tqa-").is_some_and(|hex| hex.len() == 8)
        && History::parse(attempts, "").is_some();
    is_ours.then_some(Provenance { over: over.parse().ok()?, attempts, mark })
}
