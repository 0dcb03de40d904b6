//! Measures how long it takes to read a large report, as a ratio to a bare quick-xml event loop over the same bytes.
//!
//! Seconds depend on the machine, ratios hardly do. Reader and loop alternate in one process, so that other load slows
//! both; the printed ratio is the median of the pairs. The report is generated, with the same bytes each time:
//! 100,000 cases in 1,000 suites, 2 % failures with traces of 40 lines, some console output.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use criterion::Criterion;
use quick_xml::Reader;
use quick_xml::events::Event;
use test_reports::formats;

const SUITES: u32 = 1_000;
const CASES: u32 = 100;
const PAIRS: usize = 15;

/// Pseudo-random numbers, the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % sides
    }

    fn pick(&mut self, words: &[&'static str]) -> &'static str {
        let index = self.roll(words.len() as u64) as usize;
        words.get(index).copied().unwrap_or_default()
    }
}

const AREAS: [&str; 8] =
    ["billing", "auth", "search", "checkout", "inventory", "api.v2", "scheduler", "net.http"];
const THINGS: [&str; 6] = ["Invoice", "Session", "Query", "Cart", "Gateway", "Ledger"];
const DEEDS: [&str; 6] = ["creates", "rejects", "updates", "retries", "parses", "expires"];
const CIRCUMSTANCES: [&str; 6] =
    ["when empty", "with null input", "on timeout", "for admin", "twice", "with é 漢字"];

fn case(xml: &mut String, class: &str, number: u32, dice: &mut Dice) -> std::fmt::Result {
    let (deed, thing, circumstance) =
        (dice.pick(&DEEDS), dice.pick(&THINGS), dice.pick(&CIRCUMSTANCES));
    write!(xml, "    <testcase name=\"")?;
    match dice.roll(20) {
        0..3 => write!(xml, "param[{number}: &quot;a&quot; &lt;b&gt; &amp; c] {deed} {thing}")?,
        3..15 => write!(xml, "{deed}_{thing}_{}_{number}()", circumstance.replace(' ', "_"))?,
        _ => write!(xml, "{deed} {thing} {circumstance} {number}")?,
    }
    write!(xml, "\" classname=\"{class}\" time=\"0.{:03}\"", dice.roll(1000))?;
    match dice.roll(100) {
        0..2 => {
            let (expected, found) = (dice.roll(100), dice.roll(100));
            write!(
                xml,
                ">\n      <failure message=\"expected: &lt;{expected}&gt; but was: &lt;{found}&gt;\" \
                 type=\"org.opentest4j.AssertionFailedError\"><![CDATA[org.opentest4j.AssertionFailedError: \
                 expected: <{expected}> but was: <{found}>"
            )?;
            for _ in 1..40 {
                let (area, thing, line) = (dice.pick(&AREAS), dice.pick(&THINGS), dice.roll(900));
                write!(xml, "\n\tat com.acme.{area}.{thing}.invoke({thing}.java:{line})")?;
            }
            writeln!(xml, "]]></failure>\n    </testcase>")
        }
        2 => writeln!(xml, ">\n      <skipped message=\"disabled on CI\"/>\n    </testcase>"),
        3..8 => {
            write!(xml, ">\n      <system-out><![CDATA[")?;
            for second in 10..16 {
                let (area, thing, id) = (dice.pick(&AREAS), dice.pick(&THINGS), dice.roll(100_000));
                writeln!(
                    xml,
                    "2026-07-01 12:00:{second}.000 [worker-1] INFO com.acme.{area}.{thing} - processed {id}"
                )?;
            }
            writeln!(xml, "]]></system-out>\n    </testcase>")
        }
        _ => writeln!(xml, "/>"),
    }
}

fn report() -> Result<String, std::fmt::Error> {
    let mut dice = Dice(1);
    let mut xml = String::with_capacity(24 << 20);
    writeln!(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"all\">")?;
    for suite in 0..SUITES {
        let (area, thing) = (dice.pick(&AREAS), dice.pick(&THINGS));
        let class = format!("com.acme.{area}.{thing}{suite}Test");
        writeln!(
            xml,
            "  <testsuite name=\"{class}\" tests=\"{CASES}\" failures=\"0\" errors=\"0\" skipped=\"0\" time=\"12.5\" \
             timestamp=\"2026-07-01T12:00:00\" hostname=\"ci-runner-7\">"
        )?;
        for number in 0..CASES {
            case(&mut xml, &class, number, &mut dice)?;
        }
        writeln!(xml, "  </testsuite>")?;
    }
    writeln!(xml, "</testsuites>")?;
    Ok(xml)
}

/// The baseline: reads every event and drops it.
fn bare_loop(xml: &str) -> usize {
    let mut reader = Reader::from_str(xml);
    let mut events = 0;
    while let Ok(event) = reader.read_event() {
        if matches!(black_box(event), Event::Eof) {
            break;
        }
        events += 1;
    }
    events
}

fn read(xml: &str) -> usize {
    formats::read(xml.as_bytes(), "big.xml")
        .map_or(0, |reports| black_box(reports).iter().map(|report| report.cases.len()).sum())
}

fn timed(work: impl FnOnce() -> usize) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Runs baseline and reader alternately. Returns the median of the ratios.
fn ratio(xml: &str) -> f64 {
    let ratios = (0..PAIRS).map(|_| {
        let baseline = timed(|| bare_loop(xml));
        timed(|| read(xml)).as_secs_f64() / baseline.as_secs_f64()
    });
    median(ratios.collect())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let xml = report()?;
    let mut out = std::io::stdout();
    writeln!(out, "{} cases in {:.1} MB", read(&xml), xml.len() as f64 / 1e6)?;
    writeln!(out, "reader / bare event loop: {:.2}", ratio(&xml))?;

    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    criterion.bench_function("bare event loop", |bencher| bencher.iter(|| bare_loop(&xml)));
    criterion.bench_function("reader", |bencher| bencher.iter(|| read(&xml)));
    criterion.final_summary();
    Ok(())
}
