//! Exit codes. [`ExitCode::add`] decides which one wins if several apply; each command returns the codes that apply to it
//! (an import in `import::Import::finish`).

use std::fmt;

/// How the program ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ExitCode {
    /// Done and verified.
    #[default]
    Done = 0,
    /// The API refused rows, a limit stopped the import, or something unexpected happened.
    Incomplete = 1,
    /// Wrong usage or configuration, no token.
    Usage = 2,
    /// A report is damaged, or there is nothing to import. The readable part is imported.
    Reports = 3,
    /// `--fail-on-test-failure`, and a test or the test run failed or errored.
    TestFailure = 4,
    /// `--check` found changes.
    Changes = 5,
    /// 401, or 403 on a read.
    NotAuthorised = 6,
    /// The server was unavailable until the deadline: safe to run again.
    Unavailable = 7,
    /// SIGINT.
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}

impl ExitCode {
    /// Every code, in numerical order.
    pub const ALL: [Self; 10] = [
        Self::Done,
        Self::Incomplete,
        Self::Usage,
        Self::Reports,
        Self::TestFailure,
        Self::Changes,
        Self::NotAuthorised,
        Self::Unavailable,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// Adds another reason to end. The exit code is the first that applies of: a signal, 2, 6, 7, 1, 3, 4, 5, 0.
    pub fn add(&mut self, other: Self) {
        let rank = |code| match code {
            Self::Interrupted => 0,
            Self::Terminated => 1,
            Self::Usage => 2,
            Self::NotAuthorised => 3,
            Self::Unavailable => 4,
            Self::Incomplete => 5,
            Self::Reports => 6,
            Self::TestFailure => 7,
            Self::Changes => 8,
            Self::Done => 9,
        };
        if rank(other) < rank(*self) {
            *self = other;
        }
    }

    /// The code of the process: that of the command that `run` ran if it failed, else this one.
    #[must_use]
    pub fn after_command(self, command: Option<u8>) -> u8 {
        command.filter(|code| *code != 0).unwrap_or(self.code())
    }

    /// The number of the code.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The code with this number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|exit| exit.code() == code)
    }

    /// The meaning, to follow `exit code N: `.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done and verified",
            Self::Incomplete => "incomplete: rows were refused, or a limit stopped the import",
            Self::Usage => "wrong usage or configuration, no token, no such project",
            Self::Reports => "a report is damaged (the rest is imported), or there are no tests",
            Self::TestFailure => "--fail-on-test-failure, and a test or the test run failed",
            Self::Changes => "--check, and the project would change",
            Self::NotAuthorised => "not authorised: the server does not accept the token",
            Self::Unavailable => "server unavailable until the deadline; safe to run again",
            Self::Interrupted => "interrupted (SIGINT); the summary shows what was done",
            Self::Terminated => "terminated (SIGTERM); the summary shows what was done",
        }
    }

    /// Whether `--soft-fail` may turn it into 0.
    ///
    /// Not 2: nobody would notice a broken configuration. Not the signals: whoever sent one expects to see it.
    #[must_use]
    pub const fn can_be_soft(self) -> bool {
        !matches!(self, Self::Done | Self::Usage | Self::Interrupted | Self::Terminated)
    }

    /// The code after `--soft-fail`, and the warning to print if it became 0.
    #[must_use]
    pub fn soften(self, soft: &[Self]) -> (Self, Option<String>) {
        if self.can_be_soft() && soft.contains(&self) {
            let warning =
                format!("--soft-fail: exit code {self} became 0. It means: {}", self.meaning());
            (Self::Done, Some(warning))
        } else {
            (self, None)
        }
    }
}

impl fmt::Display for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code().fmt(f)
    }
}

/// The table for `--help`.
#[must_use]
pub fn table() -> String {
    ExitCode::ALL
        .into_iter()
        .map(|exit| format!("  {:>3}  {}\n", exit.code(), exit.meaning()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_the_documented_ones() {
        let codes = ExitCode::ALL.map(ExitCode::code);
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 130, 143]);
        for exit in ExitCode::ALL {
            assert_eq!(ExitCode::from_code(exit.code()), Some(exit));
        }
        assert_eq!(ExitCode::from_code(8), None);
    }

    #[test]
    fn the_first_code_in_the_order_of_precedence_wins() {
        let order =
            [130, 143, 2, 6, 7, 1, 3, 4, 5, 0].map(|code| ExitCode::from_code(code).unwrap());
        for (rank, &strong) in order.iter().enumerate() {
            for &weak in &order[rank..] {
                for (mut first, second) in [(weak, strong), (strong, weak)] {
                    first.add(second);
                    assert_eq!(first, strong, "{strong} against {weak}");
                }
            }
        }
    }

    #[test]
    fn the_commands_failure_comes_first() {
        assert_eq!(ExitCode::Reports.after_command(None), 3);
        assert_eq!(ExitCode::Reports.after_command(Some(0)), 3);
        assert_eq!(ExitCode::Reports.after_command(Some(101)), 101);
    }

    #[test]
    fn soft_fail_affects_only_the_codes_it_names_and_prints_a_warning() {
        assert!(table().lines().all(|line| line.chars().count() <= 80));
        let (exit, warning) =
            ExitCode::TestFailure.soften(&[ExitCode::TestFailure, ExitCode::Unavailable]);
        assert_eq!(exit, ExitCode::Done);
        assert!(warning.unwrap().contains("exit code 4 became 0"));
        assert_eq!(ExitCode::Reports.soften(&[ExitCode::TestFailure]), (ExitCode::Reports, None));
        for hard in [ExitCode::Done, ExitCode::Usage, ExitCode::Interrupted, ExitCode::Terminated] {
            assert_eq!(hard.soften(&[hard]), (hard, None));
        }
    }
}
