use std::path::Path;

use super::*;

/// A small generator of pseudo-random numbers: the reports are the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }
}

fn in_pieces(bytes: &[u8], count: u64) -> Option<Report> {
    let source = |buffer: &mut [u8], offset| {
        let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..));
        rest.unwrap_or_default().read(buffer)
    };
    read(&source, bytes.len() as u64, count, "r.xml", &Limits::default())
}

/// Whether the report could be read in pieces, which must give the same as reading it as a whole.
fn is_read_in_pieces(bytes: &[u8], count: u64) -> bool {
    let Some(report) = in_pieces(bytes, count) else { return false };
    let whole = crate::formats::read(bytes, "r.xml").unwrap().remove(0);
    assert_eq!(format!("{report:#?}"), format!("{whole:#?}"), "{}", String::from_utf8_lossy(bytes));
    true
}

/// The reports in XML below `directory`, in order.
fn reports_below(directory: &Path, found: &mut Vec<Vec<u8>>) {
    let mut paths: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            reports_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "xml") {
            found.push(std::fs::read(path).unwrap());
        }
    }
}

fn reports() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    reports_below(&root.join("../../testdata"), &mut found);
    reports_below(&root.join("tests/damaged"), &mut found);
    found
}

#[test]
fn real_reports_are_read_in_pieces_as_they_are_as_a_whole() {
    let reports = reports();
    let in_pieces = reports
        .iter()
        .filter(|report| [2, 3, 8].iter().any(|&count| is_read_in_pieces(report, count)));
    let number = in_pieces.count();
    assert!(number > 20, "{number} of {} reports are read in pieces", reports.len());
}

/// Documents of several suites from real reports, with other things in between.
fn document(suites: &[String], dice: &mut Dice) -> Vec<u8> {
    const BETWEEN: [&str; 14] = [
        "\n",
        "  ",
        "",
        "<!-- <testsuite name='commented'> -->",
        "<properties><property name='p' value='v'/></properties>",
        "<testcase name='outside'/>",
        "<system-out><![CDATA[<testsuite name='logged'><testcase/></testsuite>]]></system-out>",
        "<testsuite name='e'><error message='m'>text</error></testsuite>",
        "<testsuite name='outer'><testsuite name='inner'><testcase name='é &#27; &x;'/></testsuite></testsuite>",
        "<unknown>\u{1}</unknown>",
        "<testsuite name='t'><testcase name='a'><failure>]]> &lt;testsuite &amp;</failure></testcase></testsuite>",
        "<testsuite name='t'><testcase name='a'><testcase name='b'/></testcase></testsuite>",
        "</testsuites><testsuites name='again'>",
        "<?pi <testsuite ?>",
    ];
    let mut text = "<?xml version='1.0'?>\n<testsuites name='all'>".to_owned();
    for _ in 0..1 + dice.below(8) {
        text += BETWEEN[dice.below(BETWEEN.len())];
        text += &suites[dice.below(suites.len())];
    }
    text += "</testsuites>\n";
    let mut bytes = text.into_bytes();
    // Damage some of them.
    match dice.below(6) {
        0 => bytes.truncate(dice.below(bytes.len())),
        1 => {
            let start = dice.below(bytes.len());
            let length = dice.below(60);
            drop(bytes.drain(start..bytes.len().min(start + length)));
        }
        2 => {
            let at = dice.below(bytes.len());
            let words = ["<testsuite ", "</testsuite>", "]]>", "<!--", "\"", "\u{1}", "&", "<"];
            let word = words[dice.below(words.len())].bytes();
            drop(bytes.splice(at..at, word));
        }
        _ => {}
    }
    bytes
}

#[test]
fn suites_joined_and_damaged_at_random_are_read_in_pieces_as_they_are_as_a_whole() {
    let mut suites = Vec::new();
    for report in reports() {
        let text = String::from_utf8_lossy(&report);
        let (Some(start), Some(end)) = (text.find("<testsuite "), text.rfind("</testsuite>"))
        else {
            continue;
        };
        if end > start && end - start < 4096 {
            suites.push(text[start..end + "</testsuite>".len()].to_owned());
        }
    }
    assert!(suites.len() > 20);
    let mut dice = Dice(1);
    let mut in_pieces = 0;
    for _ in 0..2000 {
        let document = document(&suites, &mut dice);
        in_pieces += usize::from(is_read_in_pieces(&document, 2 + dice.below(8) as u64));
    }
    assert!((500..2000).contains(&in_pieces), "{in_pieces}");
}

#[test]
fn a_suite_that_is_only_console_output_is_not_taken_for_one() {
    let log = "<![CDATA[<testsuite name='x'><testcase name='never'/></testsuite>\n]]>".repeat(20);
    let text = format!(
        "<testsuites><testsuite name='a'><system-out>{log}</system-out><testcase name='t'/></testsuite></testsuites>"
    );
    assert!(!is_read_in_pieces(text.as_bytes(), 4));
    let sound = "<testsuite name='a'>\n<testcase name='t'/></testsuite>\n".repeat(20);
    assert!(is_read_in_pieces(format!("<testsuites>{sound}</testsuites>").as_bytes(), 4));
}
