//! Names with a part that differs in each run: every import creates the test again.

use std::collections::HashMap;

use super::{NewTest, VanishedRow};

/// The number of new tests whose name differs from that of a row that is in no report in nothing but a changing part, with the
/// names of the first one.
pub(super) fn example(
    new: &[&NewTest<'_>],
    gone: &[VanishedRow<'_>],
) -> Option<(usize, String, String)> {
    let mut rows: HashMap<(&str, String), &str> = HashMap::new();
    for row in gone {
        if let Some(lasting) = lasting(&row.name) {
            rows.entry((&row.container, lasting)).or_insert(&row.name);
        }
    }
    let found = |test: &&NewTest<'_>| {
        let name = test.record.name.as_str();
        let former = *rows.get(&(test.container.as_str(), lasting(name)?))?;
        (former != name).then(|| (name.to_owned(), former.to_owned()))
    };
    let mut found = new.iter().filter_map(found);
    let (name, former) = found.next()?;
    Some((1 + found.count(), name, former))
}

/// `name` with `#` for each address, UUID, time stamp and long number; none if it has none of these.
fn lasting(name: &str) -> Option<String> {
    let mut rest = name;
    let mut before = ' ';
    let mut kept = String::new();
    let mut is_changing = false;
    while let Some(next) = rest.chars().next() {
        let length = if before.is_alphanumeric() && next != '@' { 0 } else { changing_part(rest) };
        if length > 0 {
            is_changing = true;
            kept.push('#');
            before = '#';
            rest = rest.get(length..).unwrap_or_default();
        } else {
            kept.push(next);
            before = next;
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
        }
    }
    is_changing.then_some(kept)
}

/// The length in bytes of the changing part that `text` starts with; 0 if there is none.
fn changing_part(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let hex = |text: &str| text.bytes().take_while(u8::is_ascii_hexdigit).count();
    let ends = |length: usize| {
        !text.get(length..).unwrap_or_default().starts_with(|c: char| c.is_alphanumeric())
    };
    if let Some(address) = text.strip_prefix("0x").map(hex).filter(|digits| *digits >= 6) {
        return 2 + address;
    }
    if let Some(hash) = text.strip_prefix('@').map(hex).filter(|digits| (5..=8).contains(digits)) {
        // A hash code of Java, and no address of a person.
        let code = text.get(1..1 + hash).unwrap_or_default();
        let is_code = ends(1 + hash)
            && !text.get(1 + hash..).unwrap_or_default().starts_with('.')
            && code.bytes().any(|byte| byte.is_ascii_digit());
        return if is_code { 1 + hash } else { 0 };
    }
    let groups = [8, 4, 4, 4, 12];
    let mut at = 0;
    let is_uuid = groups.iter().enumerate().all(|(index, length)| {
        let part = text.get(at..).unwrap_or_default();
        at += length + usize::from(index < 4);
        hex(part) == *length && (index == 4 || part.as_bytes().get(*length) == Some(&b'-'))
    });
    if is_uuid {
        return 36;
    }
    let is_date = digits(text) == 4
        && text.as_bytes().get(4) == Some(&b'-')
        && text.get(5..).is_some_and(|text| digits(text) == 2)
        && text.as_bytes().get(7) == Some(&b'-')
        && text.get(8..).is_some_and(|text| digits(text) >= 2);
    if is_date {
        let is_time =
            |byte: &u8| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'+' | b'Z' | b'T');
        let rest = text.as_bytes().get(10..).unwrap_or_default();
        let starts = matches!(rest.first(), Some(b'T' | b' '))
            && rest.get(1).is_some_and(u8::is_ascii_digit);
        let time =
            if starts { 1 + rest[1..].iter().take_while(|byte| is_time(byte)).count() } else { 0 };
        return 10 + time;
    }
    match digits(text) {
        // Shorter numbers are most often indexes, sizes or years.
        number @ 5.. if ends(number) => number,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changing_parts_become_one_sign() {
        for (name, expected) in [
            ("adds <Cart object at 0x7f8b2c0a1d30>", Some("adds <Cart object at #>")),
            ("[1] shop.Article@1b2c3d4e", Some("[1] shop.Article#")),
            ("order 0b6a1f36-5d5e-4b0a-9d2c-0f4b8e1c2d3e ends", Some("order # ends")),
            ("paid at 2026-11-20T10:00:01.123Z", Some("paid at #")),
            ("paid at 2026-11-20 10:00", Some("paid at #")),
            ("on 2026-11-20", Some("on #")),
            ("user 1732617283 signs in", Some("user # signs in")),
            ("adds 12 of 2024", None),
            ("mails a@facade.org", None),
            ("v12345x", None),
            ("größer", None),
        ] {
            assert_eq!(lasting(name).as_deref(), expected, "{name}");
        }
    }
}
