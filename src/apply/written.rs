//! What became of the fields that an import wrote: servers trim, cut and replace text.

use std::collections::BTreeMap;

use test_reports::text;

/// The longest text in a message, in characters.
const SHOWN_CHARS: usize = 80;

/// What a server did to a field: the words before the field's name, and those behind it.
type Kind = (&'static str, String);

/// Fields that a server did not store as they were sent.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// By field and kind of change: the number of rows, and an example.
    by_kind: BTreeMap<(&'static str, Kind), (usize, String)>,
}

impl Changed {
    /// Compares a field with what was sent. White space around a text and line ends do not matter if nothing else differs.
    pub(super) fn compare(&mut self, field: &'static str, sent: &str, stored: &str) {
        if sent == stored {
            return;
        }
        let (count, _) = self
            .by_kind
            .entry((field, kind_of_change(sent, stored)))
            .or_insert_with(|| (0, format!("{} became {}", shown(sent), shown(stored))));
        *count += 1;
    }

    /// One warning for each kind of change.
    pub(super) fn into_warnings(self) -> impl Iterator<Item = String> {
        self.by_kind.into_iter().map(|((field, (verb, how)), (count, example))| {
            let rows = text::count(count, "row");
            format!("the server {verb} the {field} of {rows}{how}: {example}; they are found by their identity")
        })
    }
}

fn shown(value: &str) -> String {
    format!("{:?}", text::cut(value, SHOWN_CHARS))
}

fn kind_of_change(sent: &str, stored: &str) -> Kind {
    let without_marks = |value: &str| {
        value
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    };
    let with_question_marks: String =
        sent.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
    let (verb, how) = if stored.is_empty() {
        ("dropped", "")
    } else if sent.trim() == stored {
        ("trimmed", "")
    } else if sent.starts_with(stored) || sent.trim().starts_with(stored) {
        let kept = text::count(stored.chars().count(), "character");
        return ("cut", format!(" to {kept}"));
    } else if sent.to_lowercase() == stored {
        ("changed", " to lower case")
    } else if sent.to_uppercase() == stored {
        ("changed", " to upper case")
    } else if with_question_marks == stored {
        ("replaced characters with ? in", "")
    } else if without_marks(stored) == sent {
        ("escaped", "")
    } else {
        ("changed", "")
    };
    (verb, how.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_change_is_named() {
        for (sent, stored, verb, how) in [
            ("Adds", "", "dropped", ""),
            (" Adds ", "Adds", "trimmed", ""),
            ("Adds two", "Adds", "cut", " to 4 characters"),
            ("Adds", "adds", "changed", " to lower case"),
            ("Adds", "ADDS", "changed", " to upper case"),
            ("zählt 漢", "z?hlt ?", "replaced characters with ? in", ""),
            ("a < b & c", "a &lt; b &amp; c", "escaped", ""),
            ("Adds", "Other", "changed", ""),
        ] {
            assert_eq!(kind_of_change(sent, stored), (verb, how.to_owned()), "{sent}");
        }
    }

    #[test]
    fn each_kind_is_one_warning() {
        let mut changed = Changed::default();
        changed.compare("name", "Adds", "adds");
        changed.compare("name", "Removes", "removes");
        changed.compare("name", "same", "same");
        changed.compare("step", "Run", "");
        let warnings: Vec<String> = changed.into_warnings().collect();
        assert_eq!(
            warnings,
            [
                "the server changed the name of 2 rows to lower case: \"Adds\" became \"adds\"; they are found by their identity",
                "the server dropped the step of 1 row: \"Run\" became \"\"; they are found by their identity",
            ]
        );
    }
}
