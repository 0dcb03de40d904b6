//! Shell completions and manual pages, generated from the definition of the command line.

use super::args::{self, CompletionsArgs, ManArgs};
use super::exit::ExitCode;
use super::streams::Streams;

/// Prints a shell completion script.
pub(super) fn completions(args: CompletionsArgs) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::definition(), "tq-import", &mut script);
    print(script)
}

/// Prints a manual page in roff.
pub(super) fn page(args: &ManArgs) -> ExitCode {
    let mut definition = args::definition().term_width(0);
    definition.build();
    let command = match args.command.as_deref() {
        None => Ok(&definition),
        Some(name) => definition.find_subcommand(name).ok_or(name),
    };
    let command = match command {
        Ok(command) => command,
        Err(name) => {
            let known: Vec<&str> =
                definition.get_subcommands().map(clap::Command::get_name).collect();
            let hint = format!("the commands are {}", known.join(", "));
            Streams::default().error_text(&format!("unknown command {name:?}"), Some(&hint));
            return ExitCode::Usage;
        }
    };
    let mut page = Vec::new();
    match clap_mangen::Man::new(command.clone()).render(&mut page) {
        Ok(()) => print(page),
        Err(error) => {
            Streams::default().error(&anyhow::Error::new(error), None);
            ExitCode::Incomplete
        }
    }
}

fn print(text: Vec<u8>) -> ExitCode {
    // clap generates UTF-8.
    Streams::default().print(&String::from_utf8_lossy(&text))
}
