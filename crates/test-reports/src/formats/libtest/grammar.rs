//! The meaning of single lines, without context.

/// The line that names what runs next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// A binary of unit tests, integration tests or benchmarks.
    Binary {
        /// `unittests src/lib.rs` or `tests/it.rs`; empty if cargo does not print it.
        target: String,
        /// The path of the binary.
        path: String,
    },
    /// The documentation tests of a crate.
    Doc {
        /// The crate's name.
        krate: String,
    },
}

impl Header {
    /// Parses a line without colours.
    pub(super) fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(krate) = text.strip_prefix("Doc-tests ") {
            let krate = krate.trim();
            return is_word(krate).then(|| Self::Doc { krate: krate.to_owned() });
        }
        let rest = text.strip_prefix("Running ")?.trim();
        if let Some(command) = rest.strip_prefix('`') {
            return Self::of_command(command.strip_suffix('`')?);
        }
        let (target, path) = match rest.strip_suffix(')') {
            Some(inner) => inner.rsplit_once('(')?,
            // Before cargo 1.43 there is only the path.
            None if is_word(rest) => ("", rest),
            None => return None,
        };
        is_path(path)
            .then(|| Self::Binary { target: target.trim().to_owned(), path: path.to_owned() })
    }

    /// Parses the command that cargo prints with `--verbose`: variables, the binary, its arguments.
    fn of_command(command: &str) -> Option<Self> {
        let mut words = command.split_whitespace().map(|word| word.trim_matches('\''));
        let program = words.find(|word| !word.contains('='))?;
        let in_deps = program.contains("/deps/") || program.contains("\\deps\\");
        in_deps.then(|| Self::Binary { target: String::new(), path: program.to_owned() })
    }

    /// The name of the binary, as far as this line tells.
    pub(super) fn fallback(&self) -> String {
        match self {
            Self::Binary { path, .. } => binary_name(path).to_owned(),
            Self::Doc { krate } => format!("{krate}::doc"),
        }
    }
}

/// The name of a test binary without the hash that cargo appends.
pub fn binary_name(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let file = file.strip_suffix(".exe").or_else(|| file.strip_suffix(".wasm")).unwrap_or(file);
    match file.rsplit_once('-') {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            name
        }
        _ => file,
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_whitespace)
}

fn is_path(text: &str) -> bool {
    text.contains(['/', '\\'])
}

/// `running 9 tests`.
pub(super) fn running(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("running ")?;
    let number = rest.strip_suffix(" tests").or_else(|| rest.strip_suffix(" test"))?;
    number.parse().ok()
}

/// The result of a test.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum LineResult {
    Passed,
    Failed,
    /// With the reason, if one is written.
    Ignored(Option<String>),
    /// A benchmark, measured.
    Measured,
}

/// Parses the words after `...`: a result, and the seconds of `--report-time`.
pub(super) fn parse_result(text: &str) -> Option<(LineResult, Option<f64>)> {
    let text = text.trim();
    let (word, time) = match text.strip_suffix("s>").and_then(|text| text.rsplit_once(" <")) {
        Some((word, seconds)) => (word, seconds.parse().ok()),
        None => (text, None),
    };
    let result = match word {
        "ok" => LineResult::Passed,
        "FAILED" | "failed" | "FAILED (time limit exceeded)" => LineResult::Failed,
        "ignored" => LineResult::Ignored(None),
        _ => match word.strip_prefix("ignored, ") {
            Some(reason) => LineResult::Ignored(Some(reason.to_owned())),
            None if word.starts_with("bench: ") => LineResult::Measured,
            None => return None,
        },
    };
    Some((result, time))
}

/// The result at the end of `text`, after output of the test without a line break.
pub(super) fn result_at_end(text: &str) -> Option<LineResult> {
    let text = text.trim_end();
    if text.ends_with("ok") {
        Some(LineResult::Passed)
    } else if text.ends_with("FAILED") {
        Some(LineResult::Failed)
    } else {
        None
    }
}

/// A line `test NAME ... REST`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TestLine<'a> {
    /// Without ` - should panic` and the like.
    pub(super) name: &'a str,
    /// The text after the dots.
    pub(super) rest: &'a str,
}

impl<'a> TestLine<'a> {
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let (name, rest) = text.strip_prefix("test ")?.split_once(" ...")?;
        // The dots end the line, or a space follows.
        let rest = if rest.is_empty() { rest } else { rest.strip_prefix(' ')? };
        let name = without_mode(name.trim());
        (!name.is_empty()).then_some(Self { name, rest })
    }

    /// Parses a line after output without a line break, if the line is unambiguous.
    pub(super) fn glued(text: &'a str) -> Option<Self> {
        let (at, _) = text.match_indices("test ").last()?;
        let found = Self::of(text.get(at..)?)?;
        let is_item = found.name.split("::").all(|part| {
            !part.is_empty() && part.chars().all(|next| next.is_alphanumeric() || next == '_')
        });
        (at > 0 && is_item && parse_result(found.rest).is_some()).then_some(found)
    }
}

fn without_mode(name: &str) -> &str {
    [" - should panic", " - compile fail", " - compile"]
        .iter()
        .find_map(|mode| name.strip_suffix(mode))
        .unwrap_or(name)
        .trim_end()
}

/// The name in `---- NAME stdout ----`.
pub(super) fn output_of(text: &str) -> Option<&str> {
    let name = text.strip_prefix("---- ")?.strip_suffix(" ----")?;
    name.strip_suffix(" stdout").or_else(|| name.strip_suffix(" stderr"))
}

/// The numbers in a line `test result:`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) ignored: usize,
    pub(super) measured: usize,
}

impl Counts {
    pub(super) fn of(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("test result: ")?;
        let (_, rest) = rest.split_once(". ")?;
        let mut counts = Self::default();
        let mut known = 0;
        for part in rest.split(';') {
            let Some((number, word)) = part.trim().split_once(' ') else {
                continue;
            };
            let number_of = match word {
                "passed" => &mut counts.passed,
                "failed" => &mut counts.failed,
                "ignored" => &mut counts.ignored,
                "measured" => &mut counts.measured,
                _ => continue,
            };
            *number_of = number.parse().ok()?;
            known += 1;
        }
        (known >= 2).then_some(counts)
    }

    /// The numbers with measured benchmarks counted as passed.
    pub(super) fn merged(self) -> Self {
        Self { passed: self.passed + self.measured, measured: 0, ..self }
    }

    pub(super) fn all(self) -> usize {
        let Self { passed, failed, ignored, measured } = self;
        passed + failed + ignored + measured
    }
}

/// The name of the thread in the first line of a panic.
pub(super) fn panicked(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("thread '")?;
    let at = rest.find("' ")?;
    let (name, rest) = rest.split_at_checked(at)?;
    let rest = rest.strip_prefix("' ")?;
    // Newer compilers print the id of the thread.
    let rest = match rest.strip_prefix('(') {
        Some(rest) => rest.split_once(") ")?.1,
        None => rest,
    };
    rest.starts_with("panicked at ").then_some(name)
}

/// The cause in cargo's line about a crashed binary:
/// `process didn't exit successfully: … (signal: 6, SIGABRT: …)`.
pub(super) fn crash(text: &str) -> Option<&str> {
    let text = text.trim();
    text.starts_with("process didn't exit successfully: ").then_some(())?;
    let (_, cause) = text.rsplit_once(" (")?;
    let cause = cause.strip_suffix(')')?;
    (cause != "exit status: 101" && cause != "exit code: 101").then_some(cause)
}

/// Whether a binary failed, as cargo prints after its block: `error: test failed, to rerun pass `--lib``.
pub(super) fn is_failed_binary(text: &str) -> bool {
    text.starts_with("error: ") && text.contains(" failed, to rerun pass ")
}

/// Whether cargo lists all failed binaries, which it does at the end of a run with `--no-fail-fast`:
/// `error: 2 targets failed:`.
pub(super) fn is_list_of_failed_binaries(text: &str) -> bool {
    text.strip_prefix("error: ").and_then(|rest| rest.split_once(' ')).is_some_and(
        |(number, rest)| {
            number.parse::<usize>().is_ok() && ["target failed:", "targets failed:"].contains(&rest)
        },
    )
}

/// Whether the compiler reports an error: `error[E0425]: cannot find value`, `error: expected one of`.
pub(super) fn is_compiler_error(text: &str) -> bool {
    text.starts_with("error[")
        || (text.starts_with("error: ") && !text.starts_with("error: aborting due to "))
}

/// What could not be built: ``error: could not compile `shop` (lib test) due to 2 previous errors``.
pub(super) fn failed_build(text: &str) -> Option<String> {
    let error = text.strip_prefix("error: ")?;
    if let Some(rest) = error.strip_prefix("could not compile `") {
        let (package, rest) = rest.split_once('`')?;
        let target = rest.split(" due to ").next()?.trim_end_matches('.');
        return Some(format!("build of {package}{target}"));
    }
    let rest = error.strip_prefix("failed to run custom build command for `")?;
    let package = rest.split([' ', '`']).next()?;
    Some(format!("build script of {package}"))
}

/// The file and line of a doc-test, `src/lib.rs - item (line 12)`.
pub(super) fn doc_location(name: &str) -> Option<(&str, u32)> {
    let (rest, line) = name.strip_suffix(')')?.rsplit_once("(line ")?;
    let line = line.parse().ok()?;
    let file = rest.split(" - ").next()?.trim_end();
    (!file.is_empty()).then_some((file, line))
}
