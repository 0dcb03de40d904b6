//! What `-vv` shows: requests and decisions, on standard error.

use std::io::{IsTerminal as _, stderr};

use tracing::Level;

use super::settings::{Color, Terminal, Verbosity};

/// Starts logging as `terminal` wants it. Without `-vv` nothing is logged at all.
pub(super) fn start(terminal: &Terminal) {
    if terminal.verbosity != Verbosity::Debug {
        return;
    }
    let colours = match terminal.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => stderr().is_terminal(),
    };
    // Fails when logging was started before, which is as good.
    let _ = tracing_subscriber::fmt()
        .with_max_level(Level::DEBUG)
        .with_ansi(colours)
        .with_target(false)
        .without_time()
        .with_writer(stderr)
        .try_init();
}
