//! Options of the vendor's CLI that have no counterpart here. They are parsed so that an error can name them.

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

const NAMES: [&str; 2] = ["folder_id", "run_result_output_dir"];

/// The options of the vendor's CLI on the command line.
#[derive(Clone, Debug, Default)]
pub struct VendorArgs {
    /// Their names, such as `--folder_id`.
    pub given: Vec<String>,
}

impl Args for VendorArgs {
    fn augment_args(command: Command) -> Command {
        command.args(NAMES.map(|name| {
            Arg::new(name).long(name).alias(name.replace('_', "-")).hide(true).num_args(0..=1)
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for VendorArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = NAMES.iter().filter(|name| matches.contains_id(name));
        Ok(Self { given: given.map(|name| format!("--{name}")).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
