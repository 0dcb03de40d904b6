//! Names of report files: which files of a directory or an archive are read, and in which order.

use std::cmp::Ordering;

/// Extensions of reports and of archives that may hold some.
const EXTENSIONS: [&str; 10] =
    ["xml", "trx", "jsonl", "json", "ndjson", "tap", "gz", "zip", "tar", "tgz"];

/// Extensions of reports that most files with them are not: their beginning decides.
const COMMON: [&str; 3] = ["json", "ndjson", "tap"];

/// Extensions of packed files, whose content the name does not tell.
const PACKED: [&str; 4] = ["gz", "zip", "tar", "tgz"];

/// Directories that hold other people's files. macOS adds `__MACOSX` to archives.
const FOREIGN_DIRECTORIES: [&str; 5] = [".git", "node_modules", ".venv", "vendor", "__MACOSX"];

/// Whether a directory of this name holds other people's files, so that reports in it are not read unless it is named.
#[must_use]
pub fn is_foreign_directory(name: &str) -> bool {
    FOREIGN_DIRECTORIES.contains(&name)
}

/// Whether the last component of `path` looks like a report or an archive. `._report.xml` does not: macOS keeps
/// attributes of `report.xml` in it.
#[must_use]
pub fn is_report_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !name.starts_with("._") && has_extension(name, &EXTENSIONS)
}

/// Whether most files with the extension of `path` are not reports, so that
/// [`is_report`](crate::formats::head::is_report) has to tell.
#[must_use]
pub fn is_common_name(path: &str) -> bool {
    has_extension(path, &COMMON)
}

/// Whether the name promises no report: `logs.gz` may hold anything, `report.xml.gz` may not.
pub(crate) fn may_hold_anything(path: &str) -> bool {
    let promises = |path: &str| {
        has_extension(path, &EXTENSIONS) && !has_extension(path, &PACKED) && !is_common_name(path)
    };
    match path.rsplit_once('.') {
        Some((inner, _)) if has_extension(path, &PACKED) => !promises(inner),
        _ => has_extension(path, &PACKED) || is_common_name(path),
    }
}

fn has_extension(name: &str, extensions: &[&str]) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| {
        extensions.iter().any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// Compares two paths as people count: `attempt-2` comes before `attempt-10`.
#[must_use]
pub fn natural_order(one: &str, other: &str) -> Ordering {
    // Most paths of one list begin alike. A number in which they begin to differ counts as a whole.
    let alike = one.bytes().zip(other.bytes()).take_while(|(byte, other)| byte == other).count();
    let alike = &one.as_bytes()[..alike];
    let start = alike.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
    let (mut left, mut right) = (&one.as_bytes()[start..], &other.as_bytes()[start..]);
    loop {
        let (number, rest) = split_number(left);
        let (other_number, other_rest) = split_number(right);
        if !number.is_empty() && !other_number.is_empty() {
            let (number, other_number) = (significant(number), significant(other_number));
            let order =
                number.len().cmp(&other_number.len()).then_with(|| number.cmp(other_number));
            if order.is_ne() {
                return order;
            }
            (left, right) = (rest, other_rest);
            continue;
        }
        match (left.split_first(), right.split_first()) {
            (Some((byte, rest)), Some((other_byte, other_rest))) if byte == other_byte => {
                (left, right) = (rest, other_rest);
            }
            // `01` and `1` count alike, and must still have an order.
            (None, None) => return one.cmp(other),
            (first, other_first) => {
                return first.map(|(byte, _)| byte).cmp(&other_first.map(|(byte, _)| byte));
            }
        }
    }
}

/// The digits that `text` starts with, and the rest.
fn split_number(text: &[u8]) -> (&[u8], &[u8]) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at_checked(digits).unwrap_or((text, &[]))
}

fn significant(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    digits.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_as_numbers() {
        let sorted = [
            "a-01.xml",
            "a-1.xml",
            "a-2.xml",
            "a-2b.xml",
            "a-10.xml",
            "a-18446744073709551616.xml",
            "a.xml",
            "a/10/b.xml",
            "b",
            "b1",
        ];
        for (index, one) in sorted.iter().enumerate() {
            for (other_index, other) in sorted.iter().enumerate() {
                assert_eq!(natural_order(one, other), index.cmp(&other_index), "{one} {other}");
            }
        }
    }

    #[test]
    fn names_of_reports_and_archives_are_recognised() {
        for name in [
            "a.xml", "b/A.XML", "t.trx", "s.jsonl", "a.json", "a.NDJSON", "a.tap", "a.xml.gz",
            "a.zip", "a.tar", "a.tgz",
        ] {
            assert!(is_report_name(name), "{name}");
        }
        for name in ["a", "xml", "a.txt", "a.xml/b", "a.yaml", "b/._a.xml"] {
            assert!(!is_report_name(name), "{name}");
        }
        assert!(may_hold_anything("a.zip") && may_hold_anything("logs.tar.gz"));
        assert!(may_hold_anything("a.json") && may_hold_anything("a.json.gz"));
        assert!(is_common_name("package.json") && !is_common_name("a.jsonl"));
        assert!(!may_hold_anything("a.xml.gz") && !may_hold_anything("a.xml"));
    }
}
