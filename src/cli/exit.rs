//! Exit codes: what a CI job can rely on.

use std::fmt;

/// How the program ended.
///
/// When several things happened, [`ExitReasons`] picks the code: a signal first, then 2, 6, 7, 1, 3, 4, 5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ExitCode {
    /// Done and verified.
    #[default]
    Done = 0,
    /// The API refused rows, a limit stopped the import, or something unexpected happened.
    Incomplete = 1,
    /// Usage, configuration, no token.
    Usage = 2,
    /// A report is damaged, or there is nothing to import. What was readable is imported.
    Reports = 3,
    /// `--fail-on-test-failure`, and a test failed or errored, or the run itself did.
    TestFailure = 4,
    /// `--check` found changes.
    Changes = 5,
    /// 401, or 403 on a read.
    NotAuthorised = 6,
    /// The server is unreachable or unwell until the deadline: safe to run again.
    Unavailable = 7,
    /// SIGINT.
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}

impl ExitCode {
    /// Every code, in the order of their numbers.
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

    /// From what decides to what yields.
    const PRECEDENCE: [Self; 10] = [
        Self::Interrupted,
        Self::Terminated,
        Self::Usage,
        Self::NotAuthorised,
        Self::Unavailable,
        Self::Incomplete,
        Self::Reports,
        Self::TestFailure,
        Self::Changes,
        Self::Done,
    ];

    /// The number that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The code with this number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|exit| exit.code() == code)
    }

    /// What it means, in words that follow `exit code N: `.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done and verified",
            Self::Incomplete => "incomplete: rows were refused, or a limit stopped the import",
            Self::Usage => "wrong usage or configuration, no token, no such project",
            Self::Reports => "a report is damaged (the rest is imported), or none holds a test",
            Self::TestFailure => "--fail-on-test-failure, and a test or the test run failed",
            Self::Changes => "--check, and the project would be changed",
            Self::NotAuthorised => "not authorised: the server does not accept the token",
            Self::Unavailable => "server unreachable or unwell until the deadline; run it again",
            Self::Interrupted => "interrupted (SIGINT); the summary says what was done",
            Self::Terminated => "terminated (SIGTERM); the summary says what was done",
        }
    }

    /// Whether `--soft-fail` may turn it into 0.
    ///
    /// Not 2: a pipeline whose configuration is broken would never be noticed. Not the signals:
    /// whoever sent one expects to see it.
    #[must_use]
    pub const fn can_be_soft(self) -> bool {
        matches!(
            self,
            Self::Incomplete
                | Self::Reports
                | Self::TestFailure
                | Self::Changes
                | Self::NotAuthorised
                | Self::Unavailable
        )
    }

    /// The code that the process ends with under `--soft-fail`, and the line that says loudly what
    /// was covered up.
    #[must_use]
    pub fn soften(self, soft: &[Self]) -> (Self, Option<String>) {
        if self != Self::Done && self.can_be_soft() && soft.contains(&self) {
            let line = format!(
                "soft-fail: exit code {self} became 0 because of --soft-fail. It means: {}",
                self.meaning()
            );
            (Self::Done, Some(line))
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

/// What the process ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessExit {
    /// A code of ours.
    Here(ExitCode),
    /// The code of the command that `run` ran, which failed.
    Command(u8),
}

impl ProcessExit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Here(exit) => exit.code(),
            Self::Command(code) => code,
        }
    }
}

impl From<ExitCode> for ProcessExit {
    fn from(exit: ExitCode) -> Self {
        Self::Here(exit)
    }
}

impl From<ProcessExit> for std::process::ExitCode {
    fn from(ended: ProcessExit) -> Self {
        Self::from(ended.code())
    }
}

/// Collects what happened and says which code that makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExitReasons {
    happened: Vec<ExitCode>,
}

impl ExitReasons {
    /// Notes that `exit` would be due.
    pub fn add(&mut self, exit: ExitCode) {
        self.happened.push(exit);
    }

    /// Notes that `exit` would be due if `happened`.
    pub fn add_if(&mut self, happened: bool, exit: ExitCode) {
        if happened {
            self.add(exit);
        }
    }

    /// Whether `exit` was noted.
    #[must_use]
    pub fn has(&self, exit: ExitCode) -> bool {
        self.happened.contains(&exit)
    }

    /// The code of what weighs most; [`ExitCode::Done`] if nothing was noted.
    #[must_use]
    pub fn exit(&self) -> ExitCode {
        ExitCode::PRECEDENCE.into_iter().find(|exit| self.has(*exit)).unwrap_or_default()
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
    fn precedence() {
        // Each beats all that follow.
        let order =
            [130, 143, 2, 6, 7, 1, 3, 4, 5, 0].map(|code| ExitCode::from_code(code).unwrap());
        for (rank, &strong) in order.iter().enumerate() {
            for &weak in &order[rank..] {
                let mut ending = ExitReasons::default();
                ending.add(weak);
                ending.add(strong);
                assert_eq!(ending.exit(), strong, "{strong} against {weak}");
            }
        }
        assert_eq!(ExitReasons::default().exit(), ExitCode::Done);
        let mut ending = ExitReasons::default();
        ending.add_if(false, ExitCode::Usage);
        ending.add_if(true, ExitCode::Changes);
        assert_eq!(ending.exit(), ExitCode::Changes);
    }

    #[test]
    fn soft_fail_covers_only_what_it_names_and_never_silently() {
        assert!(table().lines().all(|line| line.chars().count() <= 80));
        let (exit, line) =
            ExitCode::TestFailure.soften(&[ExitCode::TestFailure, ExitCode::Unavailable]);
        assert_eq!(exit, ExitCode::Done);
        assert!(line.unwrap().contains("exit code 4 became 0"));
        assert_eq!(ExitCode::Reports.soften(&[ExitCode::TestFailure]), (ExitCode::Reports, None));
        for hard in [ExitCode::Done, ExitCode::Usage, ExitCode::Interrupted, ExitCode::Terminated] {
            assert_eq!(hard.soften(&[hard]), (hard, None));
        }
    }
}
