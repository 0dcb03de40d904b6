//! Reports cut and spliced into each other at random places: none is called undamaged while cases are lost.

use test_reports::formats::model::{Format, Report};
use test_reports::formats::read;

const SPLICES: usize = 10_000;
/// Larger reports would only make the test slow.
const LARGEST: usize = 16 * 1024;
const LONGEST_PIECE: usize = 600;

/// A small generator of pseudo-random numbers: the splices are the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }

    fn piece<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let start = self.below(bytes.len());
        let length = 1 + self.below(LONGEST_PIECE);
        &bytes[start..bytes.len().min(start + length)]
    }
}

fn reports() -> Vec<Vec<u8>> {
    let mut reports = Vec::new();
    for directory in std::fs::read_dir(crate::repository("testdata")).unwrap() {
        let directory = directory.unwrap().path();
        for file in std::fs::read_dir(&directory).into_iter().flatten() {
            let path = file.unwrap().path();
            let is_report = path.extension().is_some_and(|name| name == "xml" || name == "trx");
            let bytes = if is_report { std::fs::read(&path).unwrap() } else { Vec::new() };
            if !bytes.is_empty() && bytes.len() <= LARGEST && std::str::from_utf8(&bytes).is_ok() {
                reports.push((path, bytes));
            }
        }
    }
    reports.sort();
    reports.into_iter().map(|(_, bytes)| bytes).collect()
}

fn splice(reports: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = reports[dice.below(reports.len())].clone();
    for _ in 0..1 + dice.below(2) {
        let at = dice.below(bytes.len());
        let other = &reports[dice.below(reports.len())];
        let piece = dice.piece(other).to_vec();
        match dice.below(7) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(..at)),
            2 => drop(bytes.drain(at..bytes.len().min(at + piece.len()))),
            3 => drop(bytes.splice(at..at, piece)),
            4 => bytes.extend(piece),
            5 => drop(bytes.splice(..0, piece)),
            // The tail of one report behind the head of another.
            _ => {
                bytes.truncate(at);
                bytes.extend(&other[dice.below(other.len())..]);
            }
        }
    }
    bytes
}

/// The start tags of cases in `text` outside of comments, CDATA sections and processing instructions.
fn start_tags(text: &[u8], format: Format) -> usize {
    let names: &[&str] = match format {
        Format::Junit => &["testcase"],
        Format::Xunit => &["test"],
        Format::Nunit => &["test-case"],
        Format::Trx => &["UnitTestResult"],
        Format::Testng => &["test-method"],
        Format::Boost | Format::Catch2 | Format::Doctest => &["TestCase"],
        Format::Check | Format::Robot | Format::Unittestpp => &["test"],
        Format::Cppunit => &["Test", "FailedTest"],
        Format::Ctest | Format::Fpcunit => &["Test"],
        Format::Gtester => &["testcase"],
        Format::Sonar => &["testCase"],
        // Several failures are one case.
        Format::Cunit => &["CUNIT_RUN_TEST_SUCCESS"],
        Format::Qttest => &["TestFunction"],
        _ => &[],
    };
    let find = |text: &[u8], needle: &str| {
        text.windows(needle.len()).position(|window| window == needle.as_bytes())
    };
    let (mut rest, mut count) = (text, 0);
    while let Some(at) = rest.iter().position(|&byte| byte == b'<') {
        rest = &rest[at..];
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
        if let Some((start, end)) =
            skipped.iter().find(|(start, _)| rest.starts_with(start.as_bytes()))
        {
            rest = &rest[start.len()..];
            rest = find(rest, end).map_or(&[], |at| &rest[at + end.len()..]);
            continue;
        }
        let name = rest[1..].split(|&byte| byte.is_ascii_whitespace() || b">/<".contains(&byte));
        let name = name.into_iter().next().unwrap_or_default();
        let is_case = names.iter().any(|known| known.as_bytes() == name);
        // TestNG writes set-up methods and repeated runs like tests.
        let tag = rest[1..].split(|&byte| byte == b'>').next().unwrap_or_default();
        let is_other = match format {
            Format::Testng => {
                find(tag, "is-config=\"true\"").is_some() || find(tag, "retried=\"true\"").is_some()
            }
            // The list of tests has elements of the same name.
            Format::Ctest => find(tag, "Status=").is_none(),
            _ => false,
        };
        count += usize::from(is_case && !is_other);
        rest = &rest[1..];
    }
    count
}

fn is_damaged(reports: &[Report]) -> bool {
    reports.iter().any(|report| report.damage.is_some())
}

#[test]
fn no_splice_of_reports_loses_a_case_unnoticed() {
    let reports = reports();
    assert!(reports.len() > 40, "{}", reports.len());
    let mut dice = Dice(1);
    let (mut undamaged, mut refused) = (0, 0);
    for number in 0..SPLICES {
        let bytes = splice(&reports, &mut dice);
        let read = match read(&bytes[..], "splice.xml") {
            Ok(read) => read,
            Err(error) => {
                refused += 1;
                let tags = start_tags(&bytes, Format::Junit);
                assert!(tags == 0 || !error.is_foreign(), "{number}: {error}: {tags} cases");
                continue;
            }
        };
        if is_damaged(&read) {
            continue;
        }
        undamaged += 1;
        let cases: usize = read.iter().map(|report| report.cases.len()).sum();
        let tags = start_tags(&bytes, read[0].format);
        let text = String::from_utf8_lossy(&bytes);
        assert!(cases >= tags, "{number}: {cases} of {tags} cases in\n{text}");
    }
    println!("{undamaged} of {SPLICES} are undamaged, {refused} are refused");
    assert!(undamaged > SPLICES / 50 && undamaged < SPLICES / 2, "{undamaged}");
}
