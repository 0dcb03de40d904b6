//! What shells and `man` are given: both made of the definition of the command line itself.

use super::args::{self, CompletionsArgs, ManArgs};
use super::exit::ExitCode;
use super::output::Streams;

const NAME: &str = "tq-import";

/// Prints a script that completes command lines.
pub(super) fn completions(args: CompletionsArgs) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::definition(), NAME, &mut script);
    print(script)
}

/// Prints a page of the manual in roff.
pub(super) fn page(args: &ManArgs) -> ExitCode {
    let mut definition = args::definition().term_width(0);
    definition.build();
    let wanted = match &args.command {
        None => Some(&definition),
        Some(name) => definition.find_subcommand(name),
    };
    let Some(command) = wanted else {
        let known: Vec<&str> = definition.get_subcommands().map(clap::Command::get_name).collect();
        let name = args.command.as_deref().unwrap_or_default();
        let error = anyhow::anyhow!("there is no command {name:?}");
        Streams::default().error(&error, Some(&format!("there are {}", known.join(", "))));
        return ExitCode::Usage;
    };
    let mut page = Vec::new();
    match clap_mangen::Man::new(command.clone()).render(&mut page) {
        Ok(()) => print(page),
        Err(error) => failed(error),
    }
}

fn print(text: Vec<u8>) -> ExitCode {
    let written = String::from_utf8(text)
        .map_err(std::io::Error::other)
        .and_then(|text| Streams::default().result(&text));
    match written {
        Ok(()) => ExitCode::Done,
        Err(error) => failed(error),
    }
}

fn failed(error: std::io::Error) -> ExitCode {
    let error = anyhow::Error::new(error).context("cannot write to standard output");
    Streams::default().error(&error, None);
    ExitCode::Incomplete
}
