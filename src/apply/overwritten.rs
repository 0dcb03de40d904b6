//! What a link wrote over: a person may write a test between our reading it and our writing it.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::api::client::Client;
use crate::api::error::ApiError;
use crate::api::ids::TestId;
use crate::api::wire::Test;
use test_reports::text;

/// The longest text in a message, in characters.
const SHOWN_CHARS: usize = 200;

/// The answer to a request for the history of a test.
#[derive(Deserialize)]
#[serde(untagged)]
enum History {
    Versions(Vec<Test>),
    /// The server knows no history, and answers with the row, or with nothing.
    None(IgnoredAny),
}

/// A row before a link.
#[derive(Clone, Debug)]
pub(super) struct Before {
    epoch: u64,
    name: String,
    description: String,
}

impl Before {
    /// The row as it was read; none if the server does not report epochs.
    pub(super) fn of(row: &Test) -> Option<Self> {
        let description = row.description.clone().unwrap_or_default();
        Some(Self { epoch: row.epoch?, name: row.name.clone(), description })
    }

    /// Says what was written over, if somebody else wrote the row before our write: then its epoch, now `epoch`, rose more
    /// than once. The history of the row tells what it was, if the server has one; `is_ours` knows the description that we wrote.
    ///
    /// # Errors
    /// Errors that end the whole import.
    pub(super) async fn written_over(
        &self,
        client: &Client,
        id: TestId,
        is_ours: impl Fn(&str) -> bool,
        epoch: Option<u64>,
    ) -> Result<Option<String>, ApiError> {
        if epoch.is_none_or(|epoch| epoch <= self.epoch + 1) {
            return Ok(None);
        }
        let versions = match client.get(&format!("test/{id}?revision_log=true")).await {
            Ok(History::Versions(versions)) => versions,
            Err(error) if error.status() == Some(401) => return Err(error),
            Ok(History::None(_)) | Err(_) => Vec::new(),
        };
        let later = |version: &&Test| version.epoch.is_some_and(|epoch| epoch > self.epoch);
        let (mut others, mut has_ours) = (Vec::new(), false);
        for version in versions.iter().filter(later) {
            has_ours |= is_ours(version.description.as_deref().unwrap_or_default());
            if has_ours {
                break;
            }
            others.push(version);
        }
        let what = match others.last() {
            // The history shows our write, and none before it: the epoch rose for another reason.
            None if has_ours => return Ok(None),
            None => "the server has no history that tells what it was".to_owned(),
            Some(theirs) => self.difference(theirs),
        };
        Ok(Some(format!(
            "somebody changed test {id} while it was linked; this import wrote over that change: {what}"
        )))
    }

    fn difference(&self, theirs: &Test) -> String {
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
