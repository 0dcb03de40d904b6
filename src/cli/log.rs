//! The log of `-vv` on standard error: requests and decisions of this crate. Dependencies are not logged, because they
//! could print secrets.

use std::io::{self, IsTerminal as _, Write, stderr};

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use super::settings::{Color, Terminal, Verbosity};
use crate::api::redact::redact;

/// Starts logging, with `-vv` only.
pub(super) fn start(terminal: &Terminal) {
    if terminal.verbosity != Verbosity::Debug {
        return;
    }
    let colours = match terminal.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => stderr().is_terminal(),
    };
    let ours = Targets::new().with_target(env!("CARGO_CRATE_NAME"), Level::DEBUG);
    let lines = fmt::layer()
        .with_ansi(colours)
        .with_target(false)
        .without_time()
        .with_writer(|| WithoutToken(stderr()));
    // Fails if logging was started before.
    let _ = tracing_subscriber::registry().with(lines.with_filter(ours)).try_init();
}

/// Standard error without the token. Each event is one write.
struct WithoutToken(io::Stderr);

impl Write for WithoutToken {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.write_all(redact(&String::from_utf8_lossy(event)).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
