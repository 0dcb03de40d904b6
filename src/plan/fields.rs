//! What a report says about a test besides its name and result: the fields of a new test. People change them later, so an import
//! writes them once, when it creates the test.

use test_reports::identity::NamespaceMark;
use test_reports::record::TestRecord;
use test_reports::text;

use crate::description::IdentityLine;

/// The longest description and precondition, in characters.
const TEXT_CHARS: usize = 10_000;

/// How many labels a test gets at most.
const MAX_LABELS: usize = 20;

/// What a report says about a test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// Its description; empty if there is none.
    pub description: String,
    /// Its precondition; empty if there is none.
    pub precondition: String,
    /// The name of its priority.
    pub priority: Option<String>,
    /// How bad a failure is, in the words of Allure: used as the priority if the project knows one of this name.
    pub severity: Option<String>,
    /// Its labels, each once, whatever its case.
    pub labels: Vec<String>,
    /// Whether it has an owner: the API has no field for a person's name.
    pub has_owner: bool,
    /// Whether it names requirements, which an issue tracker holds.
    pub has_requirement: bool,
}

impl Fields {
    /// The fields of a test. The names of properties are compared without regard to case; tools write `Category` and `category`.
    #[must_use]
    pub fn of(record: &TestRecord) -> Self {
        let mut fields = Self::default();
        for property in &record.details.properties {
            let value = &*property.value;
            match property.name.to_ascii_lowercase().as_str() {
                "description" => set(&mut fields.description, value),
                "precondition" | "preconditions" => set(&mut fields.precondition, value),
                "priority" => set_name(&mut fields.priority, value),
                "severity" => set_name(&mut fields.severity, value),
                "label" | "tag" | "category" | "marker" | "epic" | "feature" | "story" => {
                    fields.add_label(value);
                }
                "labels" | "tags" | "categories" | "markers" => {
                    value.split(',').for_each(|label| fields.add_label(label));
                }
                "owner" | "author" => fields.has_owner |= !value.trim().is_empty(),
                "requirement" | "requirements" => {
                    fields.has_requirement |= !value.trim().is_empty();
                }
                _ => {}
            }
        }
        fields
    }

    fn add_label(&mut self, label: &str) {
        let label = text::clean(label);
        let label = text::fit_name(label.trim_start_matches('@')).into_owned();
        let folded = text::fold(&label);
        let is_known = self.labels.iter().any(|known| text::fold(known) == folded);
        if !label.is_empty() && !is_known && self.labels.len() < MAX_LABELS {
            self.labels.push(label);
        }
    }
}

/// The identity line of a test, below what its report says about it.
#[must_use]
pub fn line_of(record: &TestRecord, namespace: NamespaceMark) -> IdentityLine {
    let (container, name) = (&record.class.container, &record.name);
    let line = IdentityLine::of_test(container, name, record.identity, namespace);
    if record.details.properties.is_empty() {
        return line;
    }
    line.below(Fields::of(record).description)
}

/// The first text that says something counts.
fn set(field: &mut String, value: &str) {
    if field.is_empty() {
        *field = prose(value);
    }
}

fn set_name(field: &mut Option<String>, value: &str) {
    let name = text::clean(value);
    if field.is_none() && !name.is_empty() {
        *field = Some(name);
    }
}

/// A text with its lines, without characters that act on a terminal.
fn prose(value: &str) -> String {
    let plain = text::strip_ansi(value).replace("\r\n", "\n");
    let shown =
        plain.chars().filter(|next| *next == '\n' || *next == '\t' || !text::is_unprintable(*next));
    let shown: String = shown.collect();
    text::cut(shown.trim(), TEXT_CHARS).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_reports::formats::read;
    use test_reports::record::{IdentityOptions, collect};

    fn record(properties: &[(&str, &str)]) -> TestRecord {
        let properties: String = properties
            .iter()
            .map(|(name, value)| format!("<property name=\"{name}\">{value}</property>"))
            .collect();
        let xml = format!(
            "<testsuite name='s'><testcase name='t'><properties>{properties}</properties></testcase></testsuite>"
        );
        let reports = read(xml.as_bytes(), "a.xml").unwrap();
        collect(&reports, &IdentityOptions::default()).tests.remove(0)
    }

    #[test]
    fn fields_are_told_by_the_names_of_properties() {
        let fields = Fields::of(&record(&[
            ("Description", " Adds\n  an item. "),
            ("description", "Another one."),
            ("precondition", "A cart."),
            ("Priority", " High "),
            ("tag", "slow"),
            ("Category", "@Slow"),
            ("labels", "web, api ,,"),
            ("feature", "Cart"),
            ("author", "Ada"),
            ("requirement", "SHOP-1"),
            ("case_id", "7"),
        ]));
        assert_eq!(
            fields,
            Fields {
                description: "Adds\n  an item.".to_owned(),
                precondition: "A cart.".to_owned(),
                priority: Some("High".to_owned()),
                severity: None,
                labels: ["slow", "web", "api", "Cart"].map(str::to_owned).to_vec(),
                has_owner: true,
                has_requirement: true,
            }
        );
        assert_eq!(Fields::of(&record(&[("owner", " "), ("tag", "@")])), Fields::default());
    }

    #[test]
    fn texts_are_cleaned_and_labels_limited() {
        let many: String = (0..30).map(|number| format!("l{number},")).collect();
        let long = "x".repeat(TEXT_CHARS + 5);
        let fields = Fields::of(&record(&[
            ("labels", &many),
            ("description", &long),
            ("precondition", "a\u{202e}b"),
        ]));
        assert_eq!(fields.labels.len(), MAX_LABELS);
        assert_eq!(fields.description.chars().count(), TEXT_CHARS);
        assert_eq!(fields.precondition, "ab");
    }

    #[test]
    fn a_description_is_above_the_line_and_belongs_to_it() {
        let mark = NamespaceMark::of("shop");
        let record = record(&[("description", "Adds <b>two</b>\n\nitems &amp; more")]);
        let line = line_of(&record, mark);
        let written = line.description();
        assert!(written.starts_with("Adds "), "{written}");
        assert!(written.ends_with(&format!("\n\n{line}")), "{written}");
        assert!(line.is_all_of(&written) && line.is_all_of(&line.to_string()));
        assert!(line.is_all_of(&format!("<p>{}</p>", written.replace('\n', "\r\n"))));
        assert!(!line.is_all_of(&format!("Mine. {written}")));
        assert!(!line.is_all_of(&written.replace("more", "more of it")));
    }
}
