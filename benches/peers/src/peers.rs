//! Other readers of JUnit-style XML, and bare loops over XML, JSON and lines, behind one command line, for `benches/compare.py`.
//!
//! `peers READER PATH` reads a file, or every file of a directory, and prints the number of cases.
//! `peers measure COMMAND…` runs a command and prints its wall-clock seconds, CPU seconds and peak memory, then its output.
//! `peers measure-silent COMMAND…` drops its output.

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use vmap::Map;

type Counted = Result<usize, Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let cases = match words[..] {
        ["measure", program, ref arguments @ ..] => {
            return measure(program, arguments, Stdio::piped());
        }
        ["measure-silent", program, ref arguments @ ..] => {
            return measure(program, arguments, Stdio::null());
        }
        ["floor", path] => each(path, floor)?,
        ["json", path] => each(path, json)?,
        ["json-lines", path] => each(path, json_lines)?,
        ["lines", path] => each(path, lines)?,
        ["quick-junit", path] => each(path, quick_junit)?,
        ["junit-parser", path] => each(path, junit_parser)?,
        _ => return Err("peers READER PATH, or peers measure COMMAND…".into()),
    };
    println!("{cases}");
    Ok(())
}

/// Runs a command. Prints wall-clock seconds, CPU seconds and peak memory in KiB, then its output.
fn measure(program: &str, arguments: &[&str], stdout: Stdio) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let command = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(Stdio::inherit())
        .spawn()?;
    let output = command.wait_with_output()?;
    let seconds = start.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(format!("{program}: {}", output.status).into());
    }
    // The peak includes that of this process before `exec`, which is small.
    let used = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let busy = (used.user_time() + used.system_time()).num_microseconds() as f64 / 1e6;
    println!("{seconds} {busy} {}", used.max_rss());
    println!("{}", String::from_utf8_lossy(&output.stdout).trim());
    Ok(())
}

/// The sum over all files of a directory, or over one file.
fn each(path: &str, read: fn(&Path) -> Counted) -> Counted {
    let mut files: Vec<PathBuf> = Vec::new();
    if Path::new(path).is_dir() {
        for entry in std::fs::read_dir(path)? {
            files.push(entry?.path());
        }
    } else {
        files.push(path.into());
    }
    files.iter().map(|file| read(file)).sum()
}

/// A bare event loop over the mapped file: reads every event and drops it.
fn floor(path: &Path) -> Counted {
    let (map, _) = Map::with_options().open(path)?;
    let mut reader = Reader::from_reader(&map[..]);
    let mut cases = 0;
    loop {
        match black_box(reader.read_event()?) {
            Event::Start(tag) | Event::Empty(tag) => {
                cases += usize::from(tag.name().as_ref() == "testcase");
            }
            Event::Eof => return Ok(cases),
            _ => {}
        }
    }
}

/// A bare serde loop over the tests of a CTRF document in a mapped file: reads every element and drops it.
fn json(path: &Path) -> Counted {
    #[derive(Deserialize)]
    struct Document {
        results: Results,
    }
    #[derive(Deserialize)]
    struct Results {
        tests: Elements,
    }
    let (map, _) = Map::with_options().open(path)?;
    let document: Document = serde_json::from_slice(&map[..])?;
    Ok(document.results.tests.0)
}

/// The number of elements of an array, which are dropped.
struct Elements(usize);

impl<'de> Deserialize<'de> for Elements {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Count;
        impl<'de> Visitor<'de> for Count {
            type Value = Elements;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Elements, A::Error> {
                let mut count = 0;
                while black_box(elements.next_element::<IgnoredAny>()?).is_some() {
                    count += 1;
                }
                Ok(Elements(count))
            }
        }
        deserializer.deserialize_seq(Count)
    }
}

/// A bare serde loop over the lines of a mapped file. Counts the lines.
fn json_lines(path: &Path) -> Counted {
    each_line(path, |line| black_box(serde_json::from_slice::<IgnoredAny>(line)).map(drop))
}

/// A bare loop over the lines of a mapped file, which checks that they are UTF-8. Counts the lines.
fn lines(path: &Path) -> Counted {
    each_line(path, |line| black_box(std::str::from_utf8(line)).map(drop))
}

fn each_line<E: Into<Box<dyn Error>>>(path: &Path, take: fn(&[u8]) -> Result<(), E>) -> Counted {
    let (map, _) = Map::with_options().open(path)?;
    let (mut start, mut count) = (0, 0);
    for end in memchr::memchr_iter(b'\n', &map[..]) {
        take(&map[start..end]).map_err(Into::into)?;
        (start, count) = (end + 1, count + 1);
    }
    Ok(count)
}

fn quick_junit(path: &Path) -> Counted {
    let report = quick_junit::Report::deserialize(BufReader::new(File::open(path)?))?;
    Ok(black_box(&report).test_suites.iter().map(|suite| suite.test_cases.len()).sum())
}

fn junit_parser(path: &Path) -> Counted {
    let report = junit_parser::from_reader(BufReader::new(File::open(path)?))?;
    Ok(black_box(&report).suites.iter().map(|suite| suite.cases.len()).sum())
}
