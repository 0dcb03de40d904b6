//! x
use super::args::InspectArgs;
use super::exit::Exit;
use super::settings::Environment;
pub(super) fn run(_args: &InspectArgs, _environment: &Environment) -> Exit { Exit::Done }
