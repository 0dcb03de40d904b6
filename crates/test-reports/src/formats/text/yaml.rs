//! The few values of a TAP diagnostic that say what failed and where. A full reader of YAML would accept less.

use crate::formats::builder::{LONGEST_TEXT, detail};
use crate::formats::model::Detail;

/// A diagnostic: the lines between `---` and `...`, without their common indentation.
#[derive(Debug, Default)]
pub(super) struct Diagnostic {
    pub(super) text: String,
}

impl Diagnostic {
    /// The value of a key at the top level: plain, quoted, or the block of lines below it.
    pub(super) fn value(&self, key: &str) -> Option<String> {
        self.nested(&[key])
    }

    /// The value of a key inside another one.
    pub(super) fn nested(&self, keys: &[&str]) -> Option<String> {
        let mut lines = self.text.lines().peekable();
        let mut keys = keys.iter();
        let mut key = keys.next()?;
        let mut depth = 0;
        loop {
            let line = lines.next()?;
            let indent = indent_of(line);
            if indent != depth || line.trim().is_empty() {
                continue;
            }
            let Some(value) = line.trim().strip_prefix(key).and_then(|rest| rest.strip_prefix(':'))
            else {
                continue;
            };
            match keys.next() {
                Some(next) => {
                    key = next;
                    depth = indent_of(lines.peek()?);
                    if depth <= indent {
                        return None;
                    }
                }
                None => {
                    let value = value.trim();
                    if !value.starts_with(['|', '>']) {
                        return Some(unquoted(value));
                    }
                    let mut block = Vec::new();
                    while let Some(line) =
                        lines.next_if(|line| line.trim().is_empty() || indent_of(line) > indent)
                    {
                        block.push(line.get(indent + 2..).unwrap_or_default());
                    }
                    let text = block.join("\n");
                    return Some(text.trim().to_owned());
                }
            }
        }
    }
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn unquoted(value: &str) -> String {
    for quote in ['\'', '"', '`'] {
        if let Some(inside) = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return match quote {
                '\'' => inside.replace("''", "'"),
                '"' => inside.replace("\\\"", "\"").replace("\\n", "\n").replace("\\\\", "\\"),
                _ => inside.to_owned(),
            };
        }
    }
    value.to_owned()
}

/// Appends a line, up to what is kept of a failure.
pub(super) fn push_line(text: &mut String, line: &str) {
    if text.len() + line.len() < LONGEST_TEXT {
        text.push_str(line);
        text.push('\n');
    }
}

/// What a diagnostic, or else the comments behind a point, say about a failure.
pub(super) fn explain(yaml: &Diagnostic, comments: &str) -> Option<Box<Detail>> {
    if yaml.text.trim().is_empty() {
        return detail(None, None, Some(comments));
    }
    let keys: [&[&str]; 3] = [&["error", "message"], &["error"], &["message"]];
    let message = keys.iter().find_map(|keys| yaml.nested(keys));
    let kind = ["name", "type", "code"].iter().find_map(|key| yaml.value(key));
    let text = yaml.value("stack").filter(|stack| !stack.is_empty());
    let text = match (&message, text) {
        (Some(message), Some(stack)) => format!("{message}\n{stack}"),
        _ => yaml.text.clone(),
    };
    detail(message.as_deref(), kind.as_deref(), Some(&text))
}

/// File and line of a failure: of node's `location`, node-tap's and Vitest's `at`, or Perl's and bats' comments.
pub(super) fn location(yaml: &Diagnostic, comments: &str) -> (Option<String>, Option<u32>) {
    let at = yaml.value("at").filter(|place| !place.is_empty());
    if let Some(place) = yaml.value("location").or(at) {
        let mut parts = place.rsplitn(3, ':');
        let line = parts.nth(1).and_then(|line| line.parse().ok());
        return (parts.next().map(str::to_owned), line);
    }
    if let Some(file) = yaml.nested(&["at", "fileName"]) {
        let line = yaml.nested(&["at", "lineNumber"]).and_then(|line| line.parse().ok());
        return (Some(file), line);
    }
    let found = comments.lines().find_map(|line| {
        let (file, rest) = match line.trim().strip_prefix("at ") {
            Some(perl) => perl.split_once(" line ")?,
            None => line.trim().strip_prefix("(in test file ")?.split_once(", line ")?,
        };
        Some((file.to_owned(), rest.trim_end_matches([')', '.']).parse().ok()))
    });
    found.map_or((None, None), |(file, line)| (Some(file), line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_plain_quoted_or_blocks() {
        let text = "duration_ms: 1.5\nerror: |-\n  first\n  \n  90 !== 85\n  \ncode: 'it''s'\nat:\n  fileName: a.js\n  lineNumber: 3\nname: \"q \\\"x\\\"\"";
        let found = Diagnostic { text: text.to_owned() };
        assert_eq!(found.value("duration_ms").as_deref(), Some("1.5"));
        assert_eq!(found.value("error").as_deref(), Some("first\n\n90 !== 85"));
        assert_eq!(found.value("code").as_deref(), Some("it's"));
        assert_eq!(found.value("name").as_deref(), Some("q \"x\""));
        assert_eq!(found.nested(&["at", "lineNumber"]).as_deref(), Some("3"));
        assert_eq!(found.value("fileName"), None);
        assert_eq!(found.nested(&["name", "x"]), None);
    }
}
