//! The values of options: small types with `FromStr`, shared by the command line and `tq-import.toml`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;

use crate::cli::exit::ExitCode;
use crate::plan::Adopt;
pub use crate::plan::CreateLimit;
use crate::summary::writers::{WRITERS, Writer};
use test_reports::record::{GroupBy, Pin};

/// `--group-by`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GroupByArg {
    /// Depends on the tool that wrote the report.
    Auto,
    /// One folder per enclosing suite.
    Suite,
    /// One folder per level of the classname.
    Classname,
    /// One folder per level of the file's path.
    File,
    /// All tests in one folder.
    Flat,
}

impl From<GroupByArg> for GroupBy {
    fn from(arg: GroupByArg) -> Self {
        match arg {
            GroupByArg::Auto => Self::Auto,
            GroupByArg::Suite => Self::Suite,
            GroupByArg::Classname => Self::Classname,
            GroupByArg::File => Self::File,
            GroupByArg::Flat => Self::Flat,
        }
    }
}

/// `--adopt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AdoptArg {
    /// Manual and automated tests.
    Any,
    /// Only tests marked as automated or to be automated.
    Automated,
    /// Also tests in other folders, if only one test has the name.
    Anywhere,
    /// No tests: create new ones instead.
    None,
}

impl From<AdoptArg> for Adopt {
    fn from(arg: AdoptArg) -> Self {
        match arg {
            AdoptArg::Any => Self::Any,
            AdoptArg::Automated => Self::Automated,
            AdoptArg::Anywhere => Self::Anywhere,
            AdoptArg::None => Self::None,
        }
    }
}

/// `--stale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StaleArg {
    /// List them.
    Report,
}

/// `--moved`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MovedArg {
    /// Report them.
    Report,
    /// Carry the existing tests over.
    Link,
}

/// `--without-token`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum WithoutTokenArg {
    /// Exit with 2.
    #[default]
    Error,
    /// Show what the reports contain, as inspect does; send nothing.
    ParseOnly,
    /// Do nothing and exit with 0; `run` only runs its command.
    Skip,
}

/// `--map OLD=NEW`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerMap(pub String, pub String);

impl FromStr for ContainerMap {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('=').map(|(old, new)| (old.trim(), new.trim()));
        match parts {
            Some((old, new)) if !old.is_empty() => Ok(Self(old.to_owned(), new.to_owned())),
            _ => Err("write OLD=NEW, such as com.acme.cart=com.acme.basket".to_owned()),
        }
    }
}

/// `--pair TC-12=NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestPair(pub Pin, pub String);

impl FromStr for TestPair {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pair = text.split_once('=').and_then(|(row, name)| {
            let row = row.trim();
            let key = row.get(..3).filter(|start| start.eq_ignore_ascii_case("TC-"));
            let number = |text: &str| text.parse::<u64>().ok();
            let pin = match key {
                Some(_) => Pin::Key(number(row.get(3..)?)?),
                None => Pin::Id(number(row)?),
            };
            let name = name.trim();
            (!name.is_empty()).then(|| Self(pin, name.to_owned()))
        });
        pair.ok_or_else(|| "write TC-12=NAME, or the test's id in place of TC-12".to_owned())
    }
}

/// A format of results.
pub trait ResultFormat: ValueEnum + Copy {
    /// The writer of this format. None for `jsonl`, which copies the reports.
    fn writer(self) -> Option<&'static dyn Writer> {
        let value = self.to_possible_value()?;
        WRITERS.iter().find(|(name, _)| *name == value.get_name()).map(|(_, writer)| *writer)
    }
}

/// The format of a summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, ValueEnum)]
pub enum SummaryFormat {
    /// For people.
    #[default]
    Text,
    /// For machines, schema version 1.
    Json,
    /// For pages: GitHub's Markdown, at most 900 KiB.
    Markdown,
    /// For a comment on a pull or merge request: the same Markdown, at most 60 KB.
    Comment,
    /// For a browser: one file with everything in it.
    Html,
    /// For other programs: one clean JUnit report of all tests.
    Junit,
    /// For other programs: the same in the Common Test Report Format.
    Ctrf,
}

impl ResultFormat for SummaryFormat {}

/// What `list` lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListWhat {
    /// The projects that the token's owner can see.
    Projects,
    /// The folders of a project.
    Folders,
    /// The tests of a project.
    Tests,
    /// The runs of a project.
    Runs,
}

/// The format of a list, or of the line that announces the sandbox's server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, ValueEnum)]
pub enum ReadyFormat {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

/// The format of the result of `inspect`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, ValueEnum)]
pub enum InspectFormat {
    /// For people.
    #[default]
    Text,
    /// For machines, schema version 1: the tests as an import would see them.
    Json,
    /// For pages: GitHub's Markdown, at most 900 KiB.
    Markdown,
    /// For a comment on a pull or merge request: the same Markdown, at most 60 KB.
    Comment,
    /// For a browser: one file with everything in it.
    Html,
    /// For other programs: one clean JUnit report of all tests.
    Junit,
    /// For other programs: the same in the Common Test Report Format.
    Ctrf,
    /// The content of the reports, one line per case: to import it on another machine.
    Jsonl,
}

impl ResultFormat for InspectFormat {}

/// The format of the report that `convert` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// JUnit XML: each test once, with its outcome after retries and shards.
    Junit,
    /// The Common Test Report Format: the same in JSON.
    Ctrf,
    /// The content of the reports, one line per case, nothing merged.
    Jsonl,
}

impl From<ReportFormat> for InspectFormat {
    fn from(format: ReportFormat) -> Self {
        match format {
            ReportFormat::Junit => Self::Junit,
            ReportFormat::Ctrf => Self::Ctrf,
            ReportFormat::Jsonl => Self::Jsonl,
        }
    }
}

/// Where `convert` writes its report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportFile {
    /// `-`
    StandardOutput,
    /// A file, relative to the working directory.
    File(PathBuf),
}

impl ReportFile {
    /// The format that the name of the file ends with.
    #[must_use]
    pub fn format(&self) -> Option<ReportFormat> {
        let ReportFile::File(path) = self else { return None };
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "xml" => Some(ReportFormat::Junit),
            "json" => Some(ReportFormat::Ctrf),
            "jsonl" | "ndjson" => Some(ReportFormat::Jsonl),
            _ => None,
        }
    }
}

impl FromStr for ReportFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // `--output` of an import takes a format, too.
        if let Some((format, path)) = text.split_once('=')
            && ReportFormat::from_str(format, true).is_ok()
        {
            return Err(format!("write --to {format} --output {path}"));
        }
        match text {
            "" => Err("the file is missing".to_owned()),
            "-" => Ok(Self::StandardOutput),
            path => Ok(Self::File(path.into())),
        }
    }
}

/// When to use colours: `--color`, and in the settings combined with NO_COLOR and CLICOLOR_FORCE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// If the stream is a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A project's name or id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectName(pub String);

/// A token on the command line, hidden from `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenText(pub String);

impl fmt::Debug for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<String> for TokenText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// A file of `--output FORMAT=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputSpec<F = SummaryFormat> {
    /// The format.
    pub format: F,
    /// The file, relative to the working directory.
    pub path: PathBuf,
}

impl<F: ResultFormat> FromStr for OutputSpec<F> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, path) =
            text.split_once('=').ok_or("write it as FORMAT=FILE, such as json=summary.json")?;
        let format = F::from_str(format, true).map_err(|_| {
            let known: Vec<String> = F::value_variants()
                .iter()
                .filter_map(|variant| Some(variant.to_possible_value()?.get_name().to_owned()))
                .collect();
            format!("unknown format `{format}`: use one of {}", known.join(", "))
        })?;
        match path {
            "" => return Err("the file is missing: write FORMAT=FILE".to_owned()),
            "-" => return Err("write to a file; --format is for standard output".to_owned()),
            _ => {}
        }
        Ok(Self { format, path: PathBuf::from(path) })
    }
}

/// One code of `--soft-fail`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoftExitCode(pub ExitCode);

impl FromStr for SoftExitCode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let exit = text.trim().parse().ok().and_then(ExitCode::from_code);
        match exit {
            Some(exit) if exit.can_be_soft() => Ok(Self(exit)),
            Some(ExitCode::Usage) => {
                Err("exit code 2 cannot become 0: nobody would notice a broken configuration"
                    .to_owned())
            }
            _ => Err("use the exit codes 1, 3, 4, 5, 6 and 7, such as 4,7".to_owned()),
        }
    }
}

/// The longest time that an option accepts: a week.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A time with its unit: `30s`, `15m`, `1h30m`.
///
/// # Errors
/// When the unit is missing, or the time is not positive.
pub fn duration(text: &str) -> Result<Duration, String> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("the unit is missing: write 30s or 15m".to_owned());
    }
    let parsed: jiff::SignedDuration =
        text.parse().map_err(|_| "write a time such as 30s, 15m or 1h30m".to_owned())?;
    let duration = Duration::try_from(parsed).unwrap_or_default();
    if duration.is_zero() {
        Err("the time must be longer than zero".to_owned())
    } else if duration > LONGEST {
        Err("the time is longer than a week".to_owned())
    } else {
        Ok(duration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_of_a_summary_has_a_writer_and_every_writer_a_format() {
        let of = |value: Option<clap::builder::PossibleValue>| value.unwrap().get_name().to_owned();
        let mut writers: Vec<&str> = WRITERS.iter().map(|(name, _)| *name).collect();
        let import: Vec<String> =
            SummaryFormat::value_variants().iter().map(|v| of(v.to_possible_value())).collect();
        assert_eq!(import, writers);
        let inspection: Vec<String> =
            InspectFormat::value_variants().iter().map(|v| of(v.to_possible_value())).collect();
        // The reports themselves are not a summary.
        writers.push("jsonl");
        assert_eq!(inspection, writers);
    }

    #[test]
    fn times_need_a_unit() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("15m"), Ok(Duration::from_secs(900)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        for wrong in ["30", "", "s", "-5s", "0s", "NaN", "1e400s", "9999999h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn limits_and_codes() {
        assert_eq!("200".parse(), Ok(CreateLimit::Tests(200)));
        assert_eq!("25%".parse(), Ok(CreateLimit::Percent(25)));
        for wrong in ["", "%", "101%", "-1", "1.5%", "many"] {
            assert!(wrong.parse::<CreateLimit>().is_err(), "{wrong}");
        }
        assert_eq!("4".parse(), Ok(SoftExitCode(ExitCode::TestFailure)));
        for wrong in ["0", "2", "8", "130", "x", "-1", "256"] {
            assert!(wrong.parse::<SoftExitCode>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_output_names_its_format() {
        let output: OutputSpec = "json=out/a=b.json".parse().unwrap();
        assert_eq!(output.format, SummaryFormat::Json);
        assert_eq!(output.path, PathBuf::from("out/a=b.json"));
        for wrong in ["", "summary.json", "json=", "json=-", "yaml=x", "=x"] {
            assert!(wrong.parse::<OutputSpec>().is_err(), "{wrong}");
        }
    }
}
