//! What a link wrote over: a person may write a test between our reading it and our writing it.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::api::client::Client;
use crate::api::error::ApiError;
use crate::api::wire::{Suite, Test, Version};
use test_reports::text;

/// The longest text in a message, in characters.
const SHOWN_CHARS: usize = 200;

/// The answer to a request for the history of a row.
#[derive(Deserialize)]
#[serde(untagged)]
enum History {
    Versions(Vec<Version>),
    /// The server knows no history, and answers with the row, or with nothing.
    None(IgnoredAny),
}

/// A row before a link.
#[derive(Clone, Debug)]
pub(super) struct Before {
    /// Such as `test/7`.
    path: String,
    /// Such as `test 7`.
    what: String,
    epoch: u64,
    pub(super) name: String,
    pub(super) description: String,
}

impl Before {
    /// The test as it was read; none if the server does not report epochs.
    pub(super) fn of(row: &Test) -> Option<Self> {
        Some(Self {
            path: format!("test/{}", row.id),
            what: format!("test {}", row.id),
            epoch: row.epoch?,
            name: row.name.clone(),
            description: row.description.clone().unwrap_or_default(),
        })
    }

    /// The folder as it was read; none if the server does not report epochs.
    pub(super) fn of_folder(row: &Suite) -> Option<Self> {
        Some(Self {
            path: format!("suite/{}", row.id),
            what: format!("folder {}", row.id),
            epoch: row.epoch?,
            name: row.name.clone(),
            description: row.description.clone().unwrap_or_default(),
        })
    }

    /// Whether a row with this epoch is the next version.
    pub(super) fn is_followed_by(&self, epoch: Option<u64>) -> bool {
        epoch.is_none_or(|epoch| epoch <= self.epoch + 1)
    }

    /// The versions that somebody else wrote between our reading the row and our writing it, if that happened: then the row's
    /// epoch, now `epoch`, rose more than once. The history of the row tells what they were, if the server has one; `is_ours`
    /// knows the description that we wrote. None if nobody wrote it; empty if there is no history.
    ///
    /// # Errors
    /// Errors that end the whole import.
    pub(super) async fn versions_between(
        &self,
        client: &Client,
        is_ours: impl Fn(&str) -> bool,
        epoch: Option<u64>,
    ) -> Result<Option<Vec<Version>>, ApiError> {
        if self.is_followed_by(epoch) {
            return Ok(None);
        }
        let versions = match client.get(&format!("{}?revision_log=true", self.path)).await {
            Ok(History::Versions(versions)) => versions,
            Err(error) if error.status() == Some(401) => return Err(error),
            Ok(History::None(_)) | Err(_) => Vec::new(),
        };
        let later = |version: &Version| version.epoch.is_some_and(|epoch| epoch > self.epoch);
        let (mut others, mut has_ours) = (Vec::new(), false);
        for version in versions.into_iter().filter(later) {
            has_ours |= is_ours(version.description.as_deref().unwrap_or_default());
            if has_ours {
                break;
            }
            others.push(version);
        }
        // If the history shows our write, and none before it, the epoch rose for another reason.
        Ok((!has_ours || !others.is_empty()).then_some(others))
    }

    /// Says what was written over, if somebody else wrote the row before our write.
    ///
    /// # Errors
    /// Errors that end the whole import.
    pub(super) async fn written_over(
        &self,
        client: &Client,
        is_ours: impl Fn(&str) -> bool,
        epoch: Option<u64>,
    ) -> Result<Option<String>, ApiError> {
        let others = self.versions_between(client, is_ours, epoch).await?;
        Ok(others.map(|others| self.says_written_over(others.last())))
    }

    /// The message about the version `theirs`; none if the server has no history.
    pub(super) fn says_written_over(&self, theirs: Option<&Version>) -> String {
        let what = match theirs {
            None => "the server has no history that tells what it was".to_owned(),
            Some(theirs) => self.difference(theirs),
        };
        format!(
            "somebody changed {} while it was linked; this import overwrote that change: {what}",
            self.what
        )
    }

    fn difference(&self, theirs: &Version) -> String {
        let description = theirs.description.as_deref().unwrap_or_default();
        let shown = |value: &str| format!("{:?}", text::cut(&text::clean(value), SHOWN_CHARS));
        if description != self.description {
            format!("its description was {}", shown(description))
        } else if theirs.name != self.name {
            format!("its name became {}, and its description did not change", shown(&theirs.name))
        } else {
            "its description did not change".to_owned()
        }
    }
}
