//! What `-vv` shows: requests and decisions of this crate, on standard error. What its dependencies have to say stays
//! unsaid: nobody here can vouch for what they print.

use std::io::{IsTerminal as _, stderr};

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

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
    let ours = Targets::new().with_target(env!("CARGO_CRATE_NAME"), Level::DEBUG);
    let lines =
        fmt::layer().with_ansi(colours).with_target(false).without_time().with_writer(stderr);
    // Fails when logging was started before, which is as good.
    let _ = tracing_subscriber::registry().with(lines.with_filter(ours)).try_init();
}
