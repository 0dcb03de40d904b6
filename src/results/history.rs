//! What is known about a test in a build: the outcome of each attempt, and how several importers' knowledge is joined.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use test_reports::formats::model::Outcome;
use test_reports::record::TestRecord;
use test_reports::text;

/// The longest headline, in characters.
const HEADLINE_CHARS: usize = 200;

/// The longest details, in bytes.
const DETAIL_BYTES: usize = 8 * 1024;

/// The line above the attempts that do not decide.
const EARLIER: &str = "Other attempts:";

/// The outcome of a test in one attempt, from best to worst except that [`Self::Skipped`] never hides another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AttemptOutcome {
    /// Not executed.
    Skipped,
    /// Passed at once.
    Passed,
    /// Passed after a failure within the attempt.
    Flaky,
    /// Failed.
    Failed,
    /// Something else broke.
    Errored,
}

/// Every outcome with its letter in `version` and its verb in texts.
const OUTCOMES: [(AttemptOutcome, char, &str); 5] = [
    (AttemptOutcome::Skipped, 'S', "Skipped"),
    (AttemptOutcome::Passed, 'P', "Passed"),
    (AttemptOutcome::Flaky, 'R', "Passed after a failure"),
    (AttemptOutcome::Failed, 'F', "Failed"),
    (AttemptOutcome::Errored, 'E', "Errored"),
];

impl AttemptOutcome {
    pub(super) fn letter(self) -> char {
        OUTCOMES[self as usize].1
    }

    fn of_letter(letter: &str) -> Option<Self> {
        let row = OUTCOMES.iter().find(|(_, known, _)| letter.chars().eq([*known]));
        row.map(|(outcome, ..)| *outcome)
    }

    fn verb(self) -> &'static str {
        OUTCOMES[self as usize].2
    }

    /// Whether the test failed or errored in the end.
    #[must_use]
    pub fn is_failure(self) -> bool {
        self >= Self::Failed
    }
}

/// The outcome of one attempt, and why. Of two, the greater one counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    outcome: AttemptOutcome,
    /// The message in one line, at most [`HEADLINE_CHARS`] characters; empty if there is none.
    headline: String,
}

/// What is known about a test in a build.
///
/// [`Self::join`] is commutative, associative and idempotent in what [`Self::text`] and [`Self::attempts`] show, so that
/// importers may record in any order and repeatedly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// By the number of the attempt, ascending; never empty. A list, because most tests have one.
    attempts: Vec<(u64, Entry)>,
    /// What belongs to the deciding attempt besides its headline: trace, place, attachments.
    details: String,
}

impl History {
    /// What the reports of `attempt` say about `record`. `build_url` is the page of the build.
    #[must_use]
    pub fn of_record(record: &TestRecord, attempt: u64, build_url: Option<&str>) -> Self {
        let outcome = match record.outcome {
            Outcome::Skipped => AttemptOutcome::Skipped,
            Outcome::Passed if record.flaky => AttemptOutcome::Flaky,
            Outcome::Passed => AttemptOutcome::Passed,
            Outcome::Failed => AttemptOutcome::Failed,
            Outcome::Errored => AttemptOutcome::Errored,
        };
        let failed = record
            .details
            .attempts
            .iter()
            .find(|attempt| matches!(attempt.outcome, Outcome::Failed | Outcome::Errored));
        let message = match outcome {
            AttemptOutcome::Passed => None,
            AttemptOutcome::Flaky => failed.and_then(|attempt| attempt.message.as_deref()),
            _ => record.details.message.as_deref(),
        };
        let message = message.unwrap_or_default();
        let kind = record.details.kind.as_deref().filter(|_| outcome.is_failure());
        let first = message.lines().map(text::clean).find(|line| !line.is_empty());
        let first = first.unwrap_or_default();
        // The message may name it.
        let kind =
            kind.map(text::clean).filter(|kind| !kind.is_empty() && !first.contains(kind.as_str()));
        let headline = match kind {
            Some(kind) if first.is_empty() => kind,
            Some(kind) => format!("{kind}: {first}"),
            None => first,
        };
        let headline = text::clean(&text::cut(&headline, HEADLINE_CHARS));
        let headline = headline.replace(EARLIER, "Other attempts");
        let details = if outcome == AttemptOutcome::Passed {
            String::new()
        } else {
            details(record, message, &headline, build_url)
        };
        Self { attempts: vec![(attempt, Entry { outcome, headline })], details }
    }

    /// The number of the attempt that decides: the highest that was not skipped, else the highest.
    fn deciding(&self) -> (u64, &Entry) {
        let executed =
            self.attempts.iter().rev().find(|(_, e)| e.outcome > AttemptOutcome::Skipped);
        let last = executed.or_else(|| self.attempts.last());
        static NONE: Entry = Entry { outcome: AttemptOutcome::Skipped, headline: String::new() };
        last.map_or((0, &NONE), |(number, entry)| (*number, entry))
    }

    /// The outcome that counts: that of the deciding attempt, and flaky if it passed after a failure.
    #[must_use]
    pub fn outcome(&self) -> AttemptOutcome {
        let (deciding, entry) = self.deciding();
        let mut before = self.attempts.iter().take_while(|(number, _)| *number < deciding);
        match entry.outcome {
            AttemptOutcome::Passed if before.any(|(_, e)| e.outcome >= AttemptOutcome::Flaky) => {
                AttemptOutcome::Flaky
            }
            outcome => outcome,
        }
    }

    /// What both know.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        let is_first = self.deciding_key() >= other.deciding_key();
        let (mut joined, further) = if is_first { (self, other) } else { (other, self) };
        for (number, entry) in further.attempts {
            match joined.attempts.binary_search_by_key(&number, |(known, _)| *known) {
                Ok(at) => {
                    let (_, known) = &mut joined.attempts[at];
                    if entry > *known {
                        *known = entry;
                    }
                }
                Err(at) => joined.attempts.insert(at, (number, entry)),
            }
        }
        joined
    }

    /// Of two histories, the one with the greater key says what decides.
    fn deciding_key(&self) -> (bool, u64, &Entry, &str) {
        let (number, entry) = self.deciding();
        (entry.outcome > AttemptOutcome::Skipped, number, entry, &self.details)
    }

    /// The attempts as written into `version`: `1:F 2:P`.
    #[must_use]
    pub fn attempts(&self) -> String {
        let attempts =
            self.attempts.iter().map(|(number, e)| format!("{number}:{}", e.outcome.letter()));
        attempts.collect::<Vec<_>>().join(" ")
    }

    /// The text for *Actual result*, Markdown; empty for a test that has only passed.
    #[must_use]
    pub fn text(&self) -> String {
        let (deciding, entry) = self.deciding();
        let others: Vec<String> = self
            .attempts
            .iter()
            .filter(|(number, e)| *number != deciding && e.outcome >= AttemptOutcome::Flaky)
            .map(|(number, e)| format!("- attempt {number}: {}", line(e)))
            .collect();
        if entry.outcome == AttemptOutcome::Passed && others.is_empty() {
            return String::new();
        }
        let mut text = if self.attempts.len() > 1 {
            format!("Attempt {deciding}: {}", line(entry))
        } else {
            line(entry)
        };
        if !self.details.is_empty() {
            let _ = write!(text, "\n\n{}", self.details);
        }
        if !others.is_empty() {
            let _ = write!(text, "\n\n{EARLIER}\n\n{}", others.join("\n"));
        }
        text
    }

    /// Reads a history back from [`Self::attempts`] and [`Self::text`].
    #[must_use]
    pub fn parse(attempts: &str, text: &str) -> Option<Self> {
        let mut found = BTreeMap::new();
        for attempt in attempts.split_whitespace() {
            let (number, letter) = attempt.split_once(':')?;
            let outcome = AttemptOutcome::of_letter(letter)?;
            found.insert(number.parse().ok()?, Entry { outcome, headline: String::new() });
        }
        if found.is_empty() {
            return None;
        }
        let mut history = Self { attempts: found.into_iter().collect(), details: String::new() };
        let text = text.replace("\r\n", "\n");
        let (own, others) = match text.rsplit_once(EARLIER) {
            Some((own, others)) => (own, others),
            None => (&*text, ""),
        };
        let (first, details) = own.split_once('\n').unwrap_or((own, ""));
        let (deciding, _) = history.deciding();
        let first = first.strip_prefix(&format!("Attempt {deciding}: ")).unwrap_or(first);
        history.details = details.trim().to_owned();
        history.set_headline(deciding, first);
        for other in others.lines() {
            let Some(rest) = other.trim().strip_prefix("- attempt ") else { continue };
            if let Some((number, line)) = rest.split_once(": ")
                && let Ok(number) = number.parse()
            {
                history.set_headline(number, line);
            }
        }
        Some(history)
    }

    fn set_headline(&mut self, attempt: u64, line: &str) {
        if let Some((_, entry)) = self.attempts.iter_mut().find(|(number, _)| *number == attempt)
            && let Some(rest) = line.trim().strip_prefix(entry.outcome.verb())
        {
            entry.headline = rest.strip_prefix(": ").unwrap_or(rest).to_owned();
        }
    }
}

/// `Failed: AssertionError: expected 1, got 2`
fn line(Entry { outcome, headline }: &Entry) -> String {
    match headline.is_empty() {
        true => outcome.verb().to_owned(),
        false => format!("{}: {headline}", outcome.verb()),
    }
}

/// The rest of the message in a fence, and what else the report says about the test.
fn details(record: &TestRecord, message: &str, headline: &str, build_url: Option<&str>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let cleaned: Vec<String> = text::strip_ansi(message)
        .lines()
        .map(|line| line.chars().filter(|c| *c == '\t' || !text::is_unprintable(*c)).collect())
        .collect();
    let cleaned = cleaned.join("\n");
    let cleaned = cleaned.trim();
    if !cleaned.is_empty() && text::clean(cleaned) != headline {
        let most = cleaned.len().min(DETAIL_BYTES);
        let end = (0..=most).rev().find(|end| cleaned.is_char_boundary(*end)).unwrap_or(0);
        let (shown, more) =
            if end < cleaned.len() { (&cleaned[..end], "\n…") } else { (cleaned, "") };
        // Longer than any fence inside.
        let mut fence = "```".to_owned();
        while shown.contains(&fence) {
            fence.push('`');
        }
        // The line that ends our own part must not be in it.
        let shown = shown.replace(EARLIER, "Other attempts");
        parts.push(format!("{fence}\n{shown}{more}\n{fence}"));
    }
    if let Some(file) = &record.class.file {
        let line = record.line.map(|line| format!(":{line}")).unwrap_or_default();
        parts.push(format!("Source: {}{line}", text::clean(file)));
    }
    for (what, list) in
        [("Attachments", &record.details.attachments), ("Defects", &record.details.defects)]
    {
        let list: Vec<String> = list.iter().map(|item| text::clean(item)).collect();
        if !list.is_empty() {
            parts.push(format!("{what}: {}", list.join(", ")));
        }
    }
    if let Some(url) = build_url {
        parts.push(format!("Build: {}", text::clean(url)));
    }
    parts.join("\n\n").replace(EARLIER, "Other attempts")
}
