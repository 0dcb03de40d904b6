//! The few values of a TAP diagnostic that say what failed and where. A full reader of YAML would accept less.

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
