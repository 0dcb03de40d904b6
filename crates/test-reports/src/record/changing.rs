//! Names with a part that the next run will not repeat: each run would create the test again.

use crate::formats::model::{Case, Report};

/// Whether a name has an address, a random UUID, or a time stamp of the day on which the case ran.
pub(super) fn has_changing_part(name: &str, report: &Report, case: &Case) -> bool {
    let bytes = name.as_bytes();
    memchr::memchr3_iter(b'@', b'-', b'x', bytes).any(|at| match bytes[at] {
        b'@' => at > 0 && bytes[at - 1].is_ascii_alphanumeric() && is_hash(&bytes[at + 1..]),
        b'x' => {
            bytes[..at].last() == Some(&b'0')
                && hex_digits(&bytes[at + 1..]) >= 8
                && !bytes[..at - 1].last().is_some_and(u8::is_ascii_alphanumeric)
        }
        b'-' => {
            let uuid = at.checked_sub(8).and_then(|start| bytes.get(start..start + 36));
            let stamp = at.checked_sub(4).and_then(|start| name.get(start..start + 16));
            uuid.is_some_and(is_random_uuid)
                || stamp
                    .is_some_and(|stamp| is_stamp(stamp) && is_day_of(&stamp[..10], report, case))
        }
        _ => false,
    })
}

fn hex_digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_hexdigit()).count()
}

/// The hash code that Java appends to the class of an object.
fn is_hash(bytes: &[u8]) -> bool {
    let (digits, rest) = bytes.split_at(hex_digits(bytes));
    (5..=8).contains(&digits.len())
        && digits.iter().any(u8::is_ascii_digit)
        && !digits.iter().any(u8::is_ascii_uppercase)
        && !rest.first().is_some_and(|next| next.is_ascii_alphanumeric() || *next == b'.')
}

/// Version 4: others may be constants.
fn is_random_uuid(bytes: &[u8]) -> bool {
    let is_right = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        14 => *byte == b'4',
        _ => byte.is_ascii_hexdigit(),
    };
    bytes.iter().enumerate().all(is_right)
}

/// Whether `text` starts with a time such as `2026-11-20T10:00`, also with a space.
fn is_stamp(text: &str) -> bool {
    text.len() >= 16
        && text.bytes().take(16).enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            10 => matches!(byte, b'T' | b' '),
            13 => byte == b':',
            _ => byte.is_ascii_digit(),
        })
}

fn is_day_of(day: &str, report: &Report, case: &Case) -> bool {
    let suites = report.suite_chain(case.suite);
    suites
        .iter()
        .any(|suite| suite.attribute("timestamp").is_some_and(|time| time.starts_with(day)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::read_one;

    #[test]
    fn addresses_random_uuids_and_times_of_the_run_are_found() {
        let xml =
            "<testsuite name='s' timestamp='2026-11-20T10:00:00'><testcase name='t'/></testsuite>";
        let report = read_one(xml, "r.xml");
        let changes = |name: &str| has_changing_part(name, &report, &report.cases[0]);
        for name in [
            "[1] example.shop.Article@1b2c3d4e",
            "adds <Cart object at 0x7f8b2c0a1d30>",
            "order 0b6a1f36-5d5e-4b0a-9d2c-0f4b8e1c2d3e",
            "paid at 2026-11-20 10:00:01",
        ] {
            assert!(changes(name), "{name}");
        }
        for name in [
            "mails shop@facade.org",
            "colour 0xFFFFFF",
            "nil 00000000-0000-0000-0000-000000000000",
            "paid at 2020-02-20T10:00:00",
            "größer-als 5-4",
            "-x@",
        ] {
            assert!(!changes(name), "{name}");
        }
    }
}
