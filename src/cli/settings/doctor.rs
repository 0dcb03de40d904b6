//! Settings of `doctor`: what is wrong with them is a result here.

use super::connection::{self, Connection};
use super::environment::Environment;
use super::limits::{self, Limits};
use super::mapping;
use super::project_file::FILE_NAME;
use super::resolution::{Notes, Resolution};
use super::source::ConfigError;
use super::terminal::{self, Terminal};
use crate::cli::args::DoctorArgs;

/// Settings of `doctor`.
#[derive(Clone, Debug)]
pub struct DoctorSettings {
    /// Where an import would go; none when faults keep it from being asked.
    pub connection: Option<Connection>,
    /// The namespace; empty if there is none.
    pub namespace: String,
    /// Whether a `tq-import.toml` is found from here.
    pub has_file: bool,
    /// Everything that is wrong.
    pub errors: Vec<ConfigError>,
    /// Bounds of requests.
    pub limits: Limits,
    /// What is shown.
    pub terminal: Terminal,
    /// Warnings, and where values come from.
    pub notes: Notes,
}

impl DoctorSettings {
    /// The settings of `doctor`.
    #[must_use]
    pub fn resolve(args: &DoctorArgs, environment: &Environment) -> Self {
        let DoctorArgs { connection, mapping, network, terminal } = args;
        let mut resolution = Resolution::new(environment, connection.sandbox.is_some());
        let mapping = mapping::mapping(&mut resolution, mapping);
        let ca_cert = network.ca_cert.as_ref().map(|path| environment.directory.join(path));
        let connection =
            connection::connection_to_any_project(&mut resolution, connection, ca_cert.as_deref());
        let limits = limits::limits(&mut resolution, network);
        let terminal = terminal::terminal(&mut resolution, *terminal);
        let top = resolution.working_tree();
        let has_file = environment
            .directory
            .ancestors()
            .take_while(|above| above.starts_with(top))
            .any(|above| above.join(FILE_NAME).is_file());
        let Resolution { errors, warnings, provenance, .. } = resolution;
        let notes = Notes { warnings, provenance };
        let namespace = mapping.namespace;
        Self { connection, namespace, has_file, errors, limits, terminal, notes }
    }
}
