//! UUIDs, hashes, dates and times. Each function says how many bytes at the start of a text it recognises.

/// `4f1c2d3e-1111-4222-8333-444455556666`.
pub(super) fn uuid(rest: &str) -> Option<usize> {
    let start = rest.as_bytes().get(..36)?;
    let is_uuid = start.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    is_uuid.then_some(36)
}

/// A long hexadecimal word, or a shorter one in which letters and digits alternate.
pub(super) fn hash(rest: &str) -> Option<usize> {
    let word = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
    let bytes = &rest.as_bytes()[..word];
    let changes = bytes
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count();
    (word >= 32 || (word >= 12 && changes > 0) || (word >= 7 && changes >= 4)).then_some(word)
}

/// A cursor over a date.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(self) -> &'a str {
        &self.text[self.at..]
    }

    /// A number of exactly `digits` digits.
    fn number(&mut self, digits: usize) -> Option<u32> {
        let found = super::number(self.rest());
        let number = self.rest().get(..digits).filter(|_| found >= digits)?.parse().ok()?;
        self.at += digits;
        Some(number)
    }

    fn one_of(&mut self, separators: &str) -> Option<char> {
        let next = self.rest().chars().next().filter(|next| separators.contains(*next))?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// A number of one or two digits.
    fn short_number(&mut self) -> Option<u32> {
        self.number(2).or_else(|| self.number(1))
    }

    fn day(&mut self) -> Option<u32> {
        self.number(2).filter(|day| (1..=31).contains(day))
    }

    fn month(&mut self) -> Option<u32> {
        self.number(2).filter(|month| (1..=12).contains(month))
    }

    fn year(&mut self) -> Option<u32> {
        self.number(4).filter(|year| (1970..2100).contains(year))
    }

    /// `2026-11-20`, `2026/11/20`, `20.11.2026`, `1/9/2026`, `20261120`, and the separator.
    fn date(&mut self) -> Option<Option<char>> {
        let start = *self;
        let year_first = |cursor: &mut Self| {
            cursor.year()?;
            let separator = cursor.one_of("-/._");
            cursor.month()?;
            if cursor.one_of("-/._") != separator {
                return None;
            }
            cursor.day()?;
            Some(separator)
        };
        if let Some(separator) = year_first(self) {
            return Some(separator);
        }
        *self = start;
        let day_first = |cursor: &mut Self| {
            cursor.short_number().filter(|number| (1..=31).contains(number))?;
            let separator = cursor.one_of("-/.")?;
            cursor.short_number().filter(|number| (1..=31).contains(number))?;
            (cursor.one_of("-/.") == Some(separator)).then_some(())?;
            cursor.year()?;
            Some(Some(separator))
        };
        let found = day_first(self);
        if found.is_none() {
            *self = start;
        }
        found
    }

    /// `10:00`, `10:00:00.123`, `10-00-00`, `100000`, and what follows of the zone.
    fn time(&mut self) -> Option<()> {
        let start = self.at;
        self.short_number().filter(|hour| *hour < 24)?;
        let is_short = self.at == start + 1;
        let separator = self.one_of(":-_.");
        // `9:05`, but not `9-05`.
        if is_short && separator != Some(':') {
            return None;
        }
        self.number(2).filter(|minute| *minute < 60)?;
        let seconds = |cursor: &mut Self| {
            (cursor.one_of(":-_.") == separator).then_some(())?;
            cursor.number(2).filter(|second| *second < 61)
        };
        self.attempt(seconds);
        if separator.is_none() {
            self.at += super::number(self.rest()).min(3);
        }
        self.attempt(|cursor| {
            cursor.one_of(".,")?;
            let digits = super::number(cursor.rest());
            cursor.at += digits;
            (digits > 0).then_some(())
        });
        self.attempt(|cursor| {
            if cursor.run_id().is_some() {
                return None;
            }
            let rest = cursor.rest();
            let zone = super::strip_word(rest, &["Z", " UTC", " GMT", "UTC", " AM", " PM"]);
            if let Some(after) = zone {
                cursor.at += rest.len() - after.len();
                return Some(());
            }
            cursor.one_of("+-")?;
            cursor.number(2)?;
            cursor.one_of(":");
            cursor.number(2).map(|_| ())
        });
        Some(())
    }

    /// A hash that tells runs of the same minute apart: `-b1a3aac`. Four digits are a zone.
    fn run_id(&mut self) -> Option<()> {
        self.one_of("-_.")?;
        let length = self.rest().bytes().take_while(u8::is_ascii_hexdigit).count();
        self.at += length;
        ((7..=40).contains(&length) && self.is_at_border()).then_some(())
    }

    fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let start = *self;
        let found = read(self);
        if found.is_none() {
            *self = start;
        }
        found
    }

    /// A time behind a date.
    fn time_after(&mut self) -> bool {
        self.attempt(|cursor| {
            cursor.one_of("T _-@.,")?;
            cursor.one_of(" ");
            cursor.time()
        })
        .is_some()
    }

    fn is_at_border(self) -> bool {
        !self.rest().starts_with(char::is_alphanumeric)
    }
}

/// A date with separators and a time: `2026-11-20T10:00:00Z`, `2026-11-20 10:00`, `2026-11-20T10.00-b1a3aac`.
pub(super) fn moment(rest: &str) -> Option<usize> {
    let mut cursor = Cursor { text: rest, at: 0 };
    cursor.date()??;
    let has_time = cursor.time_after();
    cursor.attempt(Cursor::run_id);
    (has_time && cursor.is_at_border()).then_some(cursor.at)
}

/// A date, a time stamp without separators, a time with seconds, or the seconds since 1970. `before` is the character in
/// front of it. Names such as `20240101_create` are kept.
pub(super) fn date(rest: &str, before: Option<char>) -> Option<usize> {
    let is_name = |at: usize| {
        let mut after = rest[at..].chars();
        after.next() == Some('_') && after.next().is_some_and(char::is_alphabetic)
    };
    let digits = super::number(rest);
    // A part of a module may be a date too: `Migrations.20240101120000.Test`.
    let is_inside = |at: usize| before == Some('.') && !rest[at..].is_empty();
    let whole = |at: usize| {
        let is_word = !rest[at..].starts_with(char::is_alphanumeric);
        (is_word && !is_name(at) && !is_inside(at)).then_some(at)
    };
    let mut cursor = Cursor { text: rest, at: 0 };
    if let Some(separator) = cursor.date() {
        let bare = cursor.at;
        if digits > 8 && separator.is_none() {
            // `20261120100000`
            let found = cursor.attempt(Cursor::time).and_then(|()| whole(cursor.at));
            return found.filter(|at| *at == digits);
        }
        if cursor.time_after()
            && let Some(at) = whole(cursor.at)
        {
            return Some(at);
        }
        return whole(bare);
    }
    let since_1970 = matches!(digits, 10 | 13 | 16)
        && ('1'..='2').contains(&rest.chars().next()?)
        && rest.as_bytes()[1] >= b'4';
    if since_1970 {
        return whole(digits);
    }
    // `10:00:00`
    let mut cursor = Cursor { text: rest, at: 0 };
    let is_clock = rest.as_bytes().get(2) == Some(&b':') && rest.as_bytes().get(5) == Some(&b':');
    (is_clock && cursor.time().is_some()).then(|| whole(cursor.at)).flatten()
}

/// `text` without dates in words: `Fri Nov 20 10:00:00 UTC 2026`.
pub(super) fn without_spelled_dates(text: &str) -> String {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    const ZONES: [&str; 8] = ["utc", "gmt", "z", "am", "pm", "cet", "cest", "at"];
    let words: Vec<&str> = text.split(' ').collect();
    let lower = |word: &str| word.trim_matches([',', '(', ')', '[', ']']).to_ascii_lowercase();
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_time = |word: &str| word.split(':').count() >= 2 && word.split(':').all(is_number);
    let short = |word: &str| word.get(..3).unwrap_or_default().to_owned();
    let is_month = |word: &str| MONTHS.contains(&short(word).as_str()) && word.len() <= 9;
    // `20-nov-2026`
    let is_joined = |word: &str| {
        let parts: Vec<&str> = word.split('-').collect();
        matches!(parts[..], [day, month, year] if is_number(day) && is_month(month) && is_number(year))
    };
    let is_part = |word: &str| {
        is_month(word)
            || is_joined(word)
            || (DAYS.contains(&short(word).as_str()) && (word.len() == 3 || word.ends_with("day")))
            || ZONES.contains(&word)
            || is_time(word)
            || (is_number(word) && (word.len() <= 2 || word.len() == 4))
            || (word.starts_with(['+', '-']) && is_number(&word[1..]))
    };
    let mut kept: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let run: Vec<String> =
            words[at..].iter().map(|word| lower(word)).take_while(|word| is_part(word)).collect();
        let has_month = run.iter().any(|word| is_month(word));
        if run.iter().any(|word| is_joined(word)) {
            at += run.len();
            continue;
        }
        let numbers = run.iter().filter(|word| is_number(word)).count();
        if has_month && (numbers >= 2 || (numbers >= 1 && run.iter().any(|word| is_time(word)))) {
            at += run.len();
            continue;
        }
        kept.push(words[at]);
        at += 1;
    }
    kept.join(" ")
}
