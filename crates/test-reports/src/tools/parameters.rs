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
    /// A name without its parameters.
    pub(super) fn strip_name(self, name: &str) -> &str {
        match self {
            Parameters::None => name,
            Parameters::Brackets => unless_empty(name, without_brackets),
            Parameters::Number => {
                let name = unless_empty(name, |name| without_number(name, ':'));
                unless_empty(name, without_brackets)
            }
            Parameters::DataSet => unless_empty(name, |name| {
                name.find(" with data set ").map_or(name, |at| &name[..at])
            }),
            Parameters::Index => unless_empty(name, |name| without_number(name, '/')),
            Parameters::Outline => unless_empty(name, |name| {
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

    /// Cuts the parameters off the last part of a container.
    pub(super) fn strip_container(self, container: &mut [String]) {
        if let (Parameters::Index, Some(suite)) = (self, container.last_mut()) {
            let kept = unless_empty(suite, |suite| without_number(suite, '/'));
            let kept = kept.split_once('/').map_or(kept, |(_, rest)| rest);
            *suite = kept.to_owned();
        }
    }
}

/// What `kept` leaves at the start of `text`, unless that is nothing.
fn unless_empty(text: &str, kept: impl Fn(&str) -> &str) -> &str {
    match kept(text).trim_end() {
        "" => text,
        kept => &text[..kept.len()],
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
