//! What was changed in a test, version by version.

use serde_json::{Map, Value as Json};

use super::shown::{self, Text, Time};
use crate::store::Version;

/// The most versions that are shown.
pub(super) const MOST: i64 = 100;

/// Fields that every write changes, and that say nothing of it.
const BOOKKEEPING: [&str; 4] = ["epoch", "updated_at", "updated_by", "metadata_model"];

/// One write.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) time: Time,
    /// Created, Updated, Deleted.
    pub(super) what: &'static str,
    pub(super) fields: Vec<FieldChange>,
}

/// A field before and after a write.
#[derive(Debug)]
pub(super) struct FieldChange {
    pub(super) name: String,
    pub(super) before: Text,
    pub(super) after: Text,
}

/// The writes that made these versions, the latest first. `is_whole`: the last one of them is the
/// row's first.
pub(super) fn changes(versions: &[Version], is_whole: bool) -> Vec<Change> {
    let mut changes = Vec::with_capacity(versions.len());
    for pair in versions.windows(2) {
        let [after, before] = pair else { continue };
        let what = match before.followed_by.as_deref() {
            Some("delete") => "Deleted",
            _ => "Updated",
        };
        changes.push(Change {
            time: time_of(&after.fields),
            what,
            fields: differences(&before.fields, &after.fields),
        });
    }
    if let Some(first) = versions.last().filter(|_| is_whole) {
        changes.push(Change { time: time_of(&first.fields), what: "Created", fields: Vec::new() });
    }
    changes
}

fn time_of(fields: &Map<String, Json>) -> Time {
    shown::time(fields.get("updated_at").and_then(Json::as_str).unwrap_or_default())
}

fn differences(before: &Map<String, Json>, after: &Map<String, Json>) -> Vec<FieldChange> {
    after
        .iter()
        .filter(|(name, _)| !BOOKKEEPING.contains(&name.as_str()))
        .filter_map(|(name, after)| {
            let before = before.get(name).unwrap_or(&Json::Null);
            (before != after).then(|| FieldChange {
                name: name.replace('_', " "),
                before: shown::text(&written(before)),
                after: shown::text(&written(after)),
            })
        })
        .collect()
}

/// A value in words.
fn written(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(true) => "yes".to_owned(),
        Json::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn version(fields: Json, followed_by: Option<&str>) -> Version {
        let Json::Object(fields) = fields else { panic!("no object") };
        Version { fields, followed_by: followed_by.map(str::to_owned) }
    }

    #[test]
    fn a_change_names_the_fields_that_differ() {
        let versions = [
            version(
                json!({"name": "b", "is_automated": true, "epoch": 2, "updated_at": "2026-01-02T00:00:00+00:00"}),
                None,
            ),
            version(
                json!({"name": "a", "is_automated": true, "epoch": 1, "updated_at": "2026-01-01T00:00:00+00:00"}),
                Some("update"),
            ),
            version(json!({"name": "a", "is_automated": null, "epoch": 0}), Some("update")),
        ];
        let all = changes(&versions, true);
        let into_response_parts: Vec<_> = all
            .iter()
            .map(|change| {
                let fields: Vec<_> = change
                    .fields
                    .iter()
                    .map(|field| {
                        format!("{}: {}>{}", field.name, field.before.shown, field.after.shown)
                    })
                    .collect();
                format!("{} {} {}", change.time.human, change.what, fields.join(", "))
            })
            .collect();
        assert_eq!(
            into_response_parts,
            [
                "2026-01-02 00:00 Updated name: a>b",
                "2026-01-01 00:00 Updated is automated: >yes",
                " Created "
            ]
        );
        assert_eq!(changes(&versions, false).len(), 2);
    }
}
