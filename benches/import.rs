//! Measures time, requests and memory of imports when every answer takes 50 ms longer.
//!
//! `cargo bench --bench import` starts the sandbox as a process that waits 50 ms before each answer, and imports 100, 1,000 and
//! 10,000 new tests, then the same reports again, and records their results; then one test into a project of 100,000, and
//! 100,000 results, without delay. Each line also shows the upper bounds of "Requests" in ARCHITECTURE.md, and exceeding them fails.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a bench")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_tq-import");

/// Sandbox tokens have at least 32 bytes.
const TOKEN: &str = "a-token-of-this-bench-alone-32-bytes";

/// A sandbox process, killed on drop.
struct Sandbox {
    child: Child,
    url: String,
}

impl Sandbox {
    fn start(directory: &Path, faults: &[&str]) -> Self {
        let mut command = Command::new(BINARY);
        command.args(["sandbox", "--format", "json", "--db"]).arg(directory.join("project.db"));
        for fault in faults {
            command.args(["--fault", fault]);
        }
        let mut child = command
            .env("TQ_SANDBOX_TOKEN", TOKEN)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the sandbox starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: serde_json::Value = serde_json::from_str(&line).expect("one line of JSON");
        Self { child, url: ready["url"].as_str().unwrap().to_owned() }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Run {
    seconds: f64,
    /// Peak of resident memory in MiB, where `/proc` has it.
    peak: Option<f64>,
    summary: serde_json::Value,
}

fn import(directory: &Path, sandbox: &Sandbox, report: &str, arguments: &[&str]) -> Run {
    let output = directory.join("summary.json");
    let started = Instant::now();
    let mut child = Command::new(BINARY)
        .args(["--host", &sandbox.url, "--project", "Demo", "-q", "--output"])
        .arg(format!("json={}", output.display()))
        .arg(directory.join(report))
        .args(arguments)
        .env("TQ_ACCESS_TOKEN", TOKEN)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the import starts");
    let mut peak = None;
    let status = loop {
        peak = resident_peak(child.id()).or(peak);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let seconds = started.elapsed().as_secs_f64();
    assert!(status.success(), "{status}");
    let summary = serde_json::from_slice(&std::fs::read(output).unwrap()).unwrap();
    Run { seconds, peak, summary }
}

/// The peak of resident memory of a process so far, in MiB.
fn resident_peak(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<f64>().ok()? / 1024.0)
}

fn write_report(directory: &Path, name: &str, tests: usize, folders: usize) {
    use std::fmt::Write as _;
    let mut xml = String::from("<testsuites>\n");
    for folder in 0..folders {
        writeln!(xml, "<testsuite name=\"area {folder}\">").unwrap();
        for test in (folder..tests).step_by(folders) {
            writeln!(xml, "<testcase name=\"case {test}\" time=\"0.1\"/>").unwrap();
        }
        xml.push_str("</testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    std::fs::write(directory.join(name), xml).unwrap();
}

/// Prints what a run cost. Its requests are a promise.
fn show(what: &str, run: &Run, may_read: usize, may_write: usize) {
    let number = |key: &str| run.summary["requests"][key].as_u64().unwrap();
    let (reads, writes) = (number("get"), number("post") + number("put") + number("delete"));
    let peak = run.peak.map_or(String::new(), |peak| format!("{peak:>6.0} MiB"));
    println!(
        "{what:<40} {:>6.2} s {reads:>5} reads (at most {may_read}) {writes:>4} writes (at most {may_write}) {peak}",
        run.seconds,
    );
    assert!(reads <= may_read as u64 && writes <= may_write as u64, "{what}: too many requests");
}

/// Records the results of two builds, the second twice.
fn record(directory: &Path, sandbox: &Sandbox, tests: usize, folders: usize) {
    let build = |number: &str| {
        import(directory, sandbox, "a.xml", &["--cycle", "nightly", "--build", number])
    };
    let unchanged = reads(tests, folders + 1);
    let (places, results, steps) =
        (tests.div_ceil(1000), tests.div_ceil(1000), tests.div_ceil(800));
    // Statuses, plans, runs; what the cycle includes; the new run; its results before and after.
    let may_read = |known: usize| unchanged + 12 + known + 2 * (results + steps) + steps;
    let arrays = tests.div_ceil(500);
    let first = build("1");
    let extended = 2 + 2 * arrays + folders.div_ceil(500);
    show("  results into a new cycle", &first, may_read(2 * places), extended);
    show("  results of the next build", &build("2"), may_read(places), 1 + arrays);
    let again = unchanged + 3 + 1 + results + steps;
    show("  recorded again, unchanged", &build("2"), again, 0);
}

/// The most reads of an unchanged import of `tests` tests in `folders` folders, root folder included.
fn reads(tests: usize, folders: usize) -> usize {
    2 + 2 * folders.div_ceil(1000) + folders.div_ceil(200) + 3 * tests.div_ceil(1000)
}

fn main() {
    println!("Each answer takes 50 ms longer:");
    for (tests, folders) in [(100, 5), (1_000, 20), (10_000, 50)] {
        let directory = tempfile::tempdir().unwrap();
        write_report(directory.path(), "a.xml", tests, folders);
        let sandbox = Sandbox::start(directory.path(), &["delay=50ms"]);
        let all = folders + 1;
        let first = import(directory.path(), &sandbox, "a.xml", &[]);
        let may_write = folders.div_ceil(500) + 2 * tests.div_ceil(500);
        let may_read =
            2 + 4 + 2 * all.div_ceil(1000) + tests.div_ceil(1000) + reads(tests, all) - 2;
        show(&format!("{tests} new tests in {folders} folders"), &first, may_read, may_write);
        let again = import(directory.path(), &sandbox, "a.xml", &[]);
        show("  imported again, unchanged", &again, reads(tests, all), 0);
        record(directory.path(), &sandbox, tests, folders);
    }
    let directory = tempfile::tempdir().unwrap();
    write_report(directory.path(), "a.xml", 100_000, 500);
    write_report(directory.path(), "one.xml", 1, 1);
    let sandbox = Sandbox::start(directory.path(), &[]);
    println!("Without delay:");
    let first = import(directory.path(), &sandbox, "a.xml", &[]);
    let may_read = 2 + 4 + 2 + 100 + reads(100_000, 501) - 2;
    show("100000 new tests in 500 folders", &first, may_read, 1 + 400);
    let again = import(directory.path(), &sandbox, "a.xml", &[]);
    show("  imported again, unchanged", &again, reads(100_000, 501), 0);
    let one = import(directory.path(), &sandbox, "one.xml", &[]);
    show("one test into a project of 100000", &one, reads(100_000, 501), 0);
    record(directory.path(), &sandbox, 100_000, 500);
}
