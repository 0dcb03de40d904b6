//! The lines of the Test Anything Protocol.

/// A line that means something.
#[derive(Debug, PartialEq)]
pub(super) enum TapLine<'a> {
    Version(u32),
    Plan(Plan<'a>),
    Point(Point<'a>),
    /// `Bail out!` and the reason.
    BailOut(&'a str),
    /// `# Subtest: name`
    Subtest(&'a str),
    /// The text of another comment.
    Comment(&'a str),
    /// `---`
    YamlStart,
    /// The end of a subtest in braces.
    BraceEnd,
}

#[derive(Debug, PartialEq)]
pub(super) struct Plan<'a> {
    pub(super) count: u64,
    /// The reason why nothing is tested.
    pub(super) skip: Option<&'a str>,
}

/// A result.
#[derive(Debug, PartialEq)]
pub(super) struct Point<'a> {
    pub(super) is_ok: bool,
    /// The number as written.
    pub(super) number: Option<&'a str>,
    /// What it is about, with its escapes.
    pub(super) description: &'a str,
    pub(super) directive: Option<Directive<'a>>,
    /// `# time=3.118ms`, in seconds.
    pub(super) seconds: Option<f64>,
    /// Whether a subtest in braces follows.
    pub(super) has_brace: bool,
}

/// `# SKIP` or `# TODO`, with the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive<'a> {
    Skip(&'a str),
    Todo(&'a str),
}

impl<'a> TapLine<'a> {
    /// What a line without its indentation is.
    pub(super) fn of(line: &'a str) -> Option<Self> {
        let line = line.trim_end_matches('\r');
        if let Some(point) = Point::of(line) {
            return Some(Self::Point(point));
        }
        if let Some(text) = line.strip_prefix('#') {
            let text = text.strip_prefix(' ').unwrap_or(text);
            return Some(match text.strip_prefix("Subtest: ") {
                Some(name) => Self::Subtest(name),
                None => Self::Comment(text),
            });
        }
        if let Some(reason) = line.strip_prefix("Bail out!") {
            return Some(Self::BailOut(reason.trim()));
        }
        if let Some(version) = line.strip_prefix("TAP version ") {
            return version.trim().parse().ok().map(Self::Version);
        }
        match line.trim_end() {
            "---" => Some(Self::YamlStart),
            "}" => Some(Self::BraceEnd),
            line => Plan::of(line).map(Self::Plan),
        }
    }
}

impl<'a> Plan<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let rest = line.strip_prefix("1..")?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (count, rest) = rest.split_at_checked(digits)?;
        let rest = rest.trim();
        let skip = match rest.strip_prefix('#') {
            Some(reason) => Some(Directive::of(reason).map_or(reason.trim(), Directive::reason)),
            None if rest.is_empty() => None,
            None => return None,
        };
        Some(Self { count: count.parse().ok()?, skip })
    }
}

impl<'a> Directive<'a> {
    /// The directive behind a `#`.
    fn of(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let word = |word: &str| {
            let head = text.get(..word.len())?;
            head.eq_ignore_ascii_case(word).then(|| text.get(word.len()..).unwrap_or_default())
        };
        if let Some(rest) = word("todo") {
            let is_end = !rest.starts_with(char::is_alphanumeric);
            return is_end.then(|| Self::Todo(reason(rest)));
        }
        // `skipped` and `skipping` too.
        let rest = word("skip")?;
        let rest = rest.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
        Some(Self::Skip(reason(rest)))
    }

    pub(super) fn reason(self) -> &'a str {
        match self {
            Self::Skip(reason) | Self::Todo(reason) => reason,
        }
    }
}

fn reason(text: &str) -> &str {
    text.trim_start_matches(':').trim()
}

impl<'a> Point<'a> {
    /// A line that starts with `ok` or `not ok`.
    pub(super) fn of(line: &'a str) -> Option<Self> {
        let (is_ok, rest) = match line.strip_prefix("not ok") {
            Some(rest) => (false, rest),
            None => (true, line.strip_prefix("ok")?),
        };
        if !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
            return None;
        }
        let after = rest.trim_start();
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = after.split_at_checked(digits)?;
        let has_number = digits > 0 && (behind.is_empty() || behind.starts_with([' ', '\t']));
        let (number, rest) = if has_number { (Some(number), behind) } else { (None, rest) };
        let mut point = Self {
            is_ok,
            number,
            description: rest,
            directive: None,
            seconds: None,
            has_brace: false,
        };
        point.cut_tail();
        let is_timed = point.cut_column();
        let text = point.description.trim_start();
        let text_of = text.strip_prefix("- ").or(text.strip_prefix("+ ").filter(|_| is_timed));
        point.description = match text_of {
            Some(text) => text,
            None if text == "-" => "",
            // The first space separates, others belong to the name.
            None => point.description.strip_prefix([' ', '\t']).unwrap_or_default(),
        };
        Some(point)
    }

    /// Cuts off the time that PostgreSQL's `pg_regress` writes in a column: `- boolean           48 ms`, or `+ boolean` for a
    /// test that runs beside others. A name that ends in a time has not as many spaces in front of it.
    fn cut_column(&mut self) -> bool {
        const SPACES: usize = 3;
        let Some(rest) = self.description.trim_end().strip_suffix(" ms") else { return false };
        let column = rest.trim_end_matches(|next: char| next.is_ascii_digit());
        let name = column.trim_end_matches(' ');
        let number = rest.get(column.len()..).unwrap_or_default();
        match number.parse::<u32>() {
            Ok(milliseconds) if column.len() - name.len() >= SPACES && !name.is_empty() => {
                self.seconds = Some(f64::from(milliseconds) / 1000.0);
                self.description = name;
                true
            }
            _ => false,
        }
    }

    /// Cuts directives, times and a brace off the end of the description.
    fn cut_tail(&mut self) {
        if let Some(text) = self.description.trim_end().strip_suffix(" {") {
            (self.description, self.has_brace) = (text, true);
        }
        let bytes = self.description.as_bytes();
        let is_mark = |at: &usize| {
            bytes.get(*at) == Some(&b'#')
                && (*at == 0 || bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace))
        };
        for at in (0..bytes.len()).filter(is_mark) {
            let (before, behind) = self.description.split_at(at);
            let text = behind.get(1..).unwrap_or_default();
            if let Some(time) = text.trim().strip_prefix("time=") {
                let Some(seconds) = milliseconds(time) else { continue };
                self.seconds = Some(seconds);
            } else if let Some(directive) = Directive::of(text) {
                self.directive = Some(directive);
            } else {
                continue;
            }
            self.description = before.trim_end();
            return;
        }
    }
}

/// `3.118ms` or `2s` in seconds.
fn milliseconds(text: &str) -> Option<f64> {
    match text.strip_suffix("ms") {
        Some(number) => number.parse::<f64>().ok().map(|number| number / 1000.0),
        None => text.strip_suffix('s')?.parse().ok(),
    }
}

/// A description without its escapes. Before version 13 a backslash escapes only `#`.
pub(super) fn unescaped(text: &str, version: u32) -> String {
    let text = text.replace("\\#", "#");
    if version >= 13 { text.replace("\\\\", "\\") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(line: &str) -> (bool, Option<&str>, &str, Option<Directive<'_>>) {
        let point = Point::of(line).unwrap();
        (point.is_ok, point.number, point.description, point.directive)
    }

    #[test]
    fn points_have_a_number_a_description_and_a_directive() {
        use Directive::{Skip, Todo};
        for (line, expected) in [
            ("ok", (true, None, "", None)),
            ("not ok 15", (false, Some("15"), "", None)),
            ("ok 1 - adds", (true, Some("1"), "adds", None)),
            ("ok - adds", (true, None, "adds", None)),
            (
                "ok 4 vent opens # skip no vent",
                (true, Some("4"), "vent opens", Some(Skip("no vent"))),
            ),
            ("ok 5 # SKIP", (true, Some("5"), "", Some(Skip("")))),
            ("not ok 8 # TODO & SKIP hangs", (false, Some("8"), "", Some(Todo("& SKIP hangs")))),
            (
                "ok 8 name with # hash and skip word",
                (true, Some("8"), "name with # hash and skip word", None),
            ),
            ("ok 2 - a \\# not a directive", (true, Some("2"), "a \\# not a directive", None)),
            ("ok 3 - 5 apples", (true, Some("3"), "5 apples", None)),
            ("ok 5th try", (true, None, "5th try", None)),
            ("ok 10   padded  ", (true, Some("10"), "  padded  ", None)),
            ("ok 1 - x # TODO: later", (true, Some("1"), "x", Some(Todo("later")))),
        ] {
            assert_eq!(point(line), expected, "{line}");
        }
        assert!(Point::of("okay").is_none() && Point::of("not okay").is_none());
        for (line, name, seconds) in [
            (
                "ok 1         - test_setup                           402 ms",
                "test_setup",
                Some(0.402),
            ),
            ("not ok 3     + char                                  58 ms", "char", Some(0.058)),
            ("ok 4 - waits 48 ms", "waits 48 ms", None),
            ("ok 5 + adds", "+ adds", None),
        ] {
            let point = Point::of(line).unwrap();
            assert_eq!((point.description, point.seconds), (name, seconds), "{line}");
        }
        let timed = Point::of("ok 1 - sub # time=3.5ms {").unwrap();
        assert_eq!(
            (timed.description, timed.seconds, timed.has_brace),
            ("sub", Some(0.0035), true)
        );
    }

    #[test]
    fn other_lines_are_told_apart() {
        assert_eq!(TapLine::of("1..4"), Some(TapLine::Plan(Plan { count: 4, skip: None })));
        let skipped = Plan { count: 0, skip: Some("no disk") };
        assert_eq!(TapLine::of("1..0 # SKIP no disk"), Some(TapLine::Plan(skipped)));
        assert_eq!(TapLine::of("# Subtest: a b"), Some(TapLine::Subtest("a b")));
        assert_eq!(TapLine::of("Bail out! no power"), Some(TapLine::BailOut("no power")));
        assert_eq!(TapLine::of("TAP version 14"), Some(TapLine::Version(14)));
        for line in ["1..x", "1..4 tests", "2..3", "all good", ""] {
            assert_eq!(TapLine::of(line), None, "{line}");
        }
        assert_eq!(unescaped("a \\# b \\\\ c", 12), "a # b \\\\ c");
        assert_eq!(unescaped("a \\# b \\\\ c", 13), "a # b \\ c");
    }
}
