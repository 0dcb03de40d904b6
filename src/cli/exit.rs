//! Exit codes: what a CI job can rely on.

use std::fmt;

/// How the program ended.
///
/// When several things happened, [`Ending`] picks the code: a signal first, then 2, 6, 7, 1, 3, 4, 5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
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

impl Exit {
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

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code().fmt(f)
    }
}

/// What the process ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A code of ours.
    Here(Exit),
    /// The code of the command that `run` ran, which failed.
    Command(u8),
}

impl Ended {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Here(exit) => exit.code(),
            Self::Command(code) => code,
        }
    }
}

impl From<Exit> for Ended {
    fn from(exit: Exit) -> Self {
        Self::Here(exit)
    }
}

impl From<Ended> for std::process::ExitCode {
    fn from(ended: Ended) -> Self {
        Self::from(ended.code())
    }
}

/// Collects what happened and says which code that makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    happened: Vec<Exit>,
}

impl Ending {
    /// Notes that `exit` would be due.
    pub fn add(&mut self, exit: Exit) {
        self.happened.push(exit);
    }

    /// Notes that `exit` would be due if `happened`.
    pub fn add_if(&mut self, happened: bool, exit: Exit) {
        if happened {
            self.add(exit);
        }
    }

    /// Whether `exit` was noted.
    #[must_use]
    pub fn has(&self, exit: Exit) -> bool {
        self.happened.contains(&exit)
    }

    /// The code of what weighs most; [`Exit::Done`] if nothing was noted.
    #[must_use]
    pub fn exit(&self) -> Exit {
        Exit::PRECEDENCE.into_iter().find(|exit| self.has(*exit)).unwrap_or_default()
    }
}

/// The table for `--help`.
#[must_use]
pub fn table() -> String {
    Exit::ALL
        .into_iter()
        .map(|exit| format!("  {:>3}  {}\n", exit.code(), exit.meaning()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_the_documented_ones() {
        let codes = Exit::ALL.map(Exit::code);
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 130, 143]);
        for exit in Exit::ALL {
            assert_eq!(Exit::from_code(exit.code()), Some(exit));
        }
        assert_eq!(Exit::from_code(8), None);
    }

    #[test]
    fn precedence() {
        // Each beats all that follow.
        let order = [130, 143, 2, 6, 7, 1, 3, 4, 5, 0].map(|code| Exit::from_code(code).unwrap());
        for (rank, &strong) in order.iter().enumerate() {
            for &weak in &order[rank..] {
                let mut ending = Ending::default();
                ending.add(weak);
                ending.add(strong);
                assert_eq!(ending.exit(), strong, "{strong} against {weak}");
            }
        }
        assert_eq!(Ending::default().exit(), Exit::Done);
        let mut ending = Ending::default();
        ending.add_if(false, Exit::Usage);
        ending.add_if(true, Exit::Changes);
        assert_eq!(ending.exit(), Exit::Changes);
    }

    #[test]
    fn soft_fail_covers_only_what_it_names_and_never_silently() {
        assert!(table().lines().all(|line| line.chars().count() <= 80));
        let (exit, line) = Exit::TestFailure.soften(&[Exit::TestFailure, Exit::Unavailable]);
        assert_eq!(exit, Exit::Done);
        assert!(line.unwrap().contains("exit code 4 became 0"));
        assert_eq!(Exit::Reports.soften(&[Exit::TestFailure]), (Exit::Reports, None));
        for hard in [Exit::Done, Exit::Usage, Exit::Interrupted, Exit::Terminated] {
            assert_eq!(hard.soften(&[hard]), (hard, None));
        }
    }
}
