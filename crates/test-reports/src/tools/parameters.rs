//! `--merge-parameters`: names and containers without what tells data rows apart.

/// How a tool marks the rows of one test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parameters {
    /// Not at all, or in words: titles are never cut.
    None,
    /// `test[a]`, `test(1, 2)`, `test(int)[3]`.
    Brackets,
    /// ` with data set #0`, ` with data set "name"`.
    DataSet,
    /// `Prefix/Suite.Test/0`, `Typed/1`.
    Index,
    /// As brackets, and `test:1` (nose2).
    Number,
    /// ` -- @1.1 rows`, ` - #1.1: row`, ` (outline example : | 2 |)`.
    Outline,
}

impl Parameters {
    /// Cuts the parameters off.
    pub(super) fn strip(self, container: &mut [String], name: &mut String) {
        match self {
            Parameters::None => {}
            Parameters::Brackets => truncate(name, without_brackets),
            Parameters::Number => {
                truncate(name, |name| without_number(name, ':'));
                truncate(name, without_brackets);
            }
            Parameters::DataSet => {
                truncate(name, |name| name.find(" with data set ").map_or(name, |at| &name[..at]))
            }
            Parameters::Index => {
                truncate(name, |name| without_number(name, '/'));
                if let Some(suite) = container.last_mut() {
                    truncate(suite, |suite| without_number(suite, '/'));
                    if let Some((_, rest)) = suite.split_once('/') {
                        *suite = rest.to_owned();
                    }
                }
            }
            Parameters::Outline => truncate(name, |name| {
                [" -- @", " - #"]
                    .iter()
                    .find_map(|mark| {
                        let at = name.find(mark)?;
                        name[at + mark.len()..]
                            .starts_with(|digit: char| digit.is_ascii_digit())
                            .then(|| &name[..at])
                    })
                    .or_else(|| Some(&name[..name.find(" (outline example : ")?]))
                    .unwrap_or(name)
            }),
        }
    }
}

/// Keeps what `kept` leaves, unless that is nothing.
fn truncate(text: &mut String, kept: impl Fn(&str) -> &str) {
    let length = kept(text).trim_end().len();
    if length > 0 {
        text.truncate(length);
    }
}

fn without_brackets(name: &str) -> &str {
    let mut name = name;
    loop {
        let open = match name.chars().next_back() {
            Some(']') => '[',
            Some(')') => '(',
            _ => return name,
        };
        // Parameters may hold brackets of their own: what belongs to them starts at the first one.
        match name.find(open) {
            Some(at) if at > 0 => name = name[..at].trim_end(),
            _ => return name,
        }
    }
}

fn without_number(name: &str, mark: char) -> &str {
    match name.rsplit_once(mark) {
        Some((start, index)) if !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit()) => {
            start
        }
        _ => name,
    }
}
