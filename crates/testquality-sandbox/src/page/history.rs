//! The history of a test: what each write changed.

use serde_json::{Map, Value as Json};

use super::display::{DisplayText, DisplayTime};
use crate::store::Version;

/// The maximum number of displayed versions.
pub(super) const MAX_VERSIONS: i64 = 100;

/// Fields that every write changes.
const BOOKKEEPING: [&str; 4] = ["epoch", "updated_at", "updated_by", "metadata_model"];

/// One write.
#[derive(Debug)]
pub(super) struct HistoryEntry {
    pub(super) time: DisplayTime,
    /// Created, Updated or Deleted.
    pub(super) action: &'static str,
    pub(super) fields: Vec<FieldChange>,
}

/// A field before and after a write.
#[derive(Debug)]
pub(super) struct FieldChange {
    pub(super) name: String,
    pub(super) before: DisplayText,
    pub(super) after: DisplayText,
}

/// The writes that led to these versions, latest first. `is_complete`: the oldest of them is the
/// first version of the row.
pub(super) fn entries(versions: &[Version], is_complete: bool) -> Vec<HistoryEntry> {
    let mut entries = Vec::with_capacity(versions.len());
    for pair in versions.windows(2) {
        let [after, before] = pair else { continue };
        let action = match before.followed_by.as_deref() {
            Some("delete") => "Deleted",
            _ => "Updated",
        };
        entries.push(HistoryEntry {
            time: time_of(&after.fields),
            action,
            fields: differences(&before.fields, &after.fields),
        });
    }
    if let Some(first) = versions.last().filter(|_| is_complete) {
        let time = time_of(&first.fields);
        entries.push(HistoryEntry { time, action: "Created", fields: Vec::new() });
    }
    entries
}

fn time_of(fields: &Map<String, Json>) -> DisplayTime {
    DisplayTime::new(fields.get("updated_at").and_then(Json::as_str).unwrap_or_default())
}

fn differences(before: &Map<String, Json>, after: &Map<String, Json>) -> Vec<FieldChange> {
    after
        .iter()
        .filter(|(name, _)| !BOOKKEEPING.contains(&name.as_str()))
        .filter_map(|(name, after)| {
            let before = before.get(name).unwrap_or(&Json::Null);
            (before != after).then(|| FieldChange {
                name: name.replace('_', " "),
                before: DisplayText::new(&in_words(before)),
                after: DisplayText::new(&in_words(after)),
            })
        })
        .collect()
}

fn in_words(value: &Json) -> String {
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
        let Json::Object(fields) = fields else { panic!("not an object") };
        Version { fields, followed_by: followed_by.map(str::to_owned) }
    }

    #[test]
    fn an_entry_names_the_changed_fields() {
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
        let lines: Vec<_> = entries(&versions, true)
            .iter()
            .map(|entry| {
                let fields: Vec<_> = entry
                    .fields
                    .iter()
                    .map(|field| {
                        format!("{}: {}>{}", field.name, field.before.text, field.after.text)
                    })
                    .collect();
                format!("{} {} {}", entry.time.human, entry.action, fields.join(", "))
            })
            .collect();
        assert_eq!(
            lines,
            [
                "2026-01-02 00:00 Updated name: a>b",
                "2026-01-01 00:00 Updated is automated: >yes",
                " Created "
            ]
        );
        assert_eq!(entries(&versions, false).len(), 2);
    }
}
