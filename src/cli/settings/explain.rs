//! Settings of `explain`.

use super::connection::{self, Connection};
use super::environment::Environment;
use super::limits::{self, Limits};
use super::mapping::{self, Reading};
use super::resolution::{Notes, Resolution};
use super::source::InvalidSettings;
use super::terminal::{self, Terminal};
use crate::cli::args::ImportArgs;
use crate::plan::PlanOptions;
use test_reports::record::IdentityOptions;

/// Settings of `explain`: those of an import, which may do without a project.
#[derive(Clone, Debug)]
pub struct ExplainSettings {
    /// Where an import would go; none without token and sandbox.
    pub connection: Option<Connection>,
    /// What is read.
    pub reading: Reading,
    /// How cases become tests.
    pub mapping: IdentityOptions,
    /// What planning needs.
    pub planning: PlanOptions,
    /// Bounds of requests.
    pub limits: Limits,
    /// What is shown.
    pub terminal: Terminal,
    /// Warnings, and where values come from.
    pub notes: Notes,
}

impl ExplainSettings {
    /// The settings of `explain`.
    ///
    /// # Errors
    /// Everything that is wrong, each with what to do about it. That there is no token is not.
    pub fn resolve(args: &ImportArgs, environment: &Environment) -> Result<Self, InvalidSettings> {
        let ImportArgs { reading, connection, mapping, writing, terminal, network, .. } = args;
        let mut resolution = Resolution::new(environment, connection.sandbox.is_some());
        mapping::reject_subcommand_typos(&mut resolution, &reading.reports);
        let reading = mapping::reading(&mut resolution, reading);
        let ca_cert = network.ca_cert.as_ref().map(|path| environment.directory.join(path));
        let before = resolution.errors.len();
        let connection = connection::connection(
            &mut resolution,
            connection,
            ca_cert.as_deref(),
            &reading.reports,
        );
        if resolution.lacks_token {
            // Nor does what else the connection lacks matter then.
            resolution.errors.truncate(before);
        }
        let mapping = mapping::mapping(&mut resolution, mapping);
        let planning = super::planning(&mut resolution, &mapping, writing.adopt, writing.no_steps);
        let limits = limits::limits(&mut resolution, network);
        let terminal = terminal::terminal(&mut resolution, *terminal);
        let settings = Self {
            connection,
            reading,
            mapping,
            planning,
            limits,
            terminal,
            notes: Notes::default(),
        };
        let (settings, notes) = resolution.finish(Some(settings))?;
        Ok(Self { notes, ..settings })
    }
}
