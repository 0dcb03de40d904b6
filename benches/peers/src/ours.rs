//! Our reader behind the command line of `peers`, with the allocator of the program.
//!
//! `ours cases PATH` reads reports as the program does, with all messages and traces, and prints the number of cases.
//! `ours inspect PATH` is the program itself: it prints what `tq-import inspect PATH` prints.
//! `ours records PATH` also merges them into records, one for each test, with identity and folder, in order.
//! `ours junit-parser FILE` runs another reader with our allocator.

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;

use test_reports::formats::Limits;
use test_reports::options::IdentityOptions;
use test_reports::record::collect;
use tq_import::discover::discover;
use tq_import::progress::Progress;
use tq_import::reading::read_all;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let cases = match words[..] {
        ["junit-parser", path] => {
            let report = junit_parser::from_reader(BufReader::new(File::open(path)?))?;
            black_box(&report).suites.iter().map(|suite| suite.cases.len()).sum()
        }
        ["inspect", _] => return Ok(tq_import::cli::run(std::env::args_os()).into()),
        [what, path] => {
            let found = discover(Path::new("."), &[path.to_owned()], &[]);
            let groups = read_all(vec![found], &Limits::default(), &Progress::default());
            let reports: Vec<_> = groups.into_iter().flat_map(|group| group.reports).collect();
            let cases = match what {
                "cases" => black_box(&reports).iter().map(|report| report.cases.len()).sum(),
                "records" => black_box(collect(&reports, &IdentityOptions::default())).seen,
                _ => return Err("ours cases|records|inspect|junit-parser PATH".into()),
            };
            // As `inspect` does at its end.
            std::mem::forget(reports);
            cases
        }
        _ => return Err("ours cases|records|inspect|junit-parser PATH".into()),
    };
    println!("{cases}");
    Ok(ExitCode::SUCCESS)
}
