//! Which server, which token, which project.

use std::io::Read;
use std::path::{Path, PathBuf};

use url::Url;

use super::host::host;
use super::resolver::{ConfigError, Resolver, Source, Sourced};
use super::sandbox;
use super::vendor_file::{VendorFile, others_can_read};
use crate::api::token::{Token, TokenError};
use crate::cli::args::values::ProjectName;
use crate::cli::args::{ConnectionArgs, ImportArgs};
use crate::snapshot::ProjectRef;

/// The longest token or certificate file that is read, in bytes.
const SIZE_LIMIT: u64 = 1024 * 1024;

/// The warning about the option `--access-token`.
pub(in crate::cli) const ACCESS_TOKEN_WARNING: &str = "--access-token shows the token to everyone who can list processes: use TQ_ACCESS_TOKEN or --token-file";

/// Where an import goes.
#[derive(Clone, Debug)]
pub enum Connection {
    /// Into the embedded sandbox.
    Sandbox {
        /// The database file.
        db: PathBuf,
        /// The command that shows what is in it.
        look: String,
        /// The project to take if there are several.
        project: ProjectRef,
    },
    /// To a server.
    Remote(Remote),
    /// Nowhere: there is no token, and [`Mode`](super::Mode) says what happens instead.
    Missing,
}

/// A server, a token, a project.
#[derive(Clone, Debug)]
pub struct Remote {
    /// Scheme, host, port, perhaps a path; never user, password, query or fragment.
    pub host: Url,
    /// The personal access token.
    pub token: Token,
    /// The project.
    pub project: ProjectRef,
    /// A further certificate authority, PEM.
    pub ca_cert: Option<Vec<u8>>,
}

/// The connection; none if it has errors. A missing project is an error and leaves the connection to the only project
/// of the server.
pub(super) fn connection(from: &mut Resolver<'_>, args: &ImportArgs) -> Option<Connection> {
    match &args.connection.sandbox {
        Some(db) => sandbox(from, &args.connection, db.as_deref(), &args.reading.reports),
        None => remote(from, args).map(Connection::Remote),
    }
}

/// Checks what `tq-import.toml` says of a connection, for commands that have none.
pub(super) fn check_file(from: &mut Resolver<'_>) {
    from.file.read::<ProjectName>("project");
    from.file.read::<String>("host");
}

fn sandbox(
    from: &mut Resolver<'_>,
    args: &ConnectionArgs,
    db: Option<&Path>,
    reports: &[String],
) -> Option<Connection> {
    let clashing: Vec<&str> = [
        ("--host", args.host.is_some()),
        ("--token-file", args.token_file.is_some()),
        ("--access-token", args.access_token.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, given)| given.then_some(name))
    .collect();
    if !clashing.is_empty() {
        let message = format!("--sandbox cannot be combined with {}", clashing.join(", "));
        from.error(ConfigError::new(message).hint("the sandbox needs neither token nor host"));
        return None;
    }
    if let Some(report) = reports.iter().find(|report| db.is_none() && is_database(report)) {
        from.error(
            ConfigError::new(format!("{report} is not a report"))
                .hint(format!("write the database after an equals sign: --sandbox={report}")),
        );
        return None;
    }
    let project = match args.project.as_deref().map(str::trim) {
        None | Some("") => ProjectRef::Only,
        Some(name) => {
            from.warnings
                .push("--project matters only if the sandbox has several projects".to_owned());
            ProjectRef::OnlyOr(Box::new(reference(name)))
        }
    };
    let look = sandbox::look(&from.environment.program, db);
    sandbox::database(from, db).map(|db| Connection::Sandbox { db, look, project })
}

/// Whether a report's name is that of a database, which was meant as the value of `--sandbox`.
fn is_database(report: &str) -> bool {
    let report = report.to_ascii_lowercase();
    [".db", ".sqlite", ".sqlite3"].iter().any(|ending| report.ends_with(ending))
}

fn remote(from: &mut Resolver<'_>, args: &ImportArgs) -> Option<Remote> {
    let ConnectionArgs { project: named, host: given, insecure_http, .. } = &args.connection;
    let vendor =
        VendorFile::find(&from.environment.directory, &mut from.errors, &mut from.warnings);
    let token = token(from, &args.connection, vendor.token);
    // The host rules need the source of an invalid token as well.
    let token_source = token.as_ref().map(|token| &token.source);
    let host = host(from, given.as_ref(), *insecure_http, vendor.host, token_source);
    let project = project(from, named.as_ref(), vendor.project);
    let ca_cert = args.network.ca_cert.as_ref().and_then(|path| {
        let path = from.environment.directory.join(path);
        let invalid = |error| {
            let shown = path.display();
            ConfigError::new(format!("cannot read the certificate authority {shown}: {error}"))
        };
        read_limited(&path).map_err(|error| from.error(invalid(error))).ok()
    });
    Some(Remote { host: host?, token: token?.value?, project, ca_cert })
}

/// The token that comes first. Its value is none if it is invalid, which is reported.
fn token(
    from: &mut Resolver<'_>,
    args: &ConnectionArgs,
    in_vendor_file: Option<Sourced<String>>,
) -> Option<Sourced<Option<Token>>> {
    if args.token_file.is_some() && args.access_token.is_some() {
        from.error(ConfigError::new("--token-file cannot be combined with --access-token"));
        return None;
    }
    if args.access_token.is_some() {
        from.warnings.push(ACCESS_TOKEN_WARNING.to_owned());
    }
    let written = match (&args.token_file, &args.access_token) {
        (Some(path), _) => {
            Some(Sourced { value: token_file(from, path)?, source: Source::Option("token-file") })
        }
        (None, Some(token)) => {
            Some(Sourced { value: token.0.clone(), source: Source::Option("access-token") })
        }
        (None, None) => {
            let variable = from.variable("TQ_ACCESS_TOKEN");
            variable.filter(|written| !is_unexpanded(&written.value)).or(in_vendor_file)
        }
    };
    let Some(Sourced { value, source }) = written else {
        let empty = if from.environment.is_set_but_empty("TQ_ACCESS_TOKEN") {
            " (TQ_ACCESS_TOKEN is set but empty: jobs for a fork's pull request get no secrets)"
        } else if from.environment.get("TQ_ACCESS_TOKEN").is_some_and(is_unexpanded) {
            " (TQ_ACCESS_TOKEN names a variable that this pipeline does not have: jobs for a fork's pull request get no secrets)"
        } else {
            ""
        };
        from.lacks_token = true;
        from.error(ConfigError::new(format!("no token is set{empty}")).hint(
            "set TQ_ACCESS_TOKEN, or name a file with --token-file; --sandbox imports into a local database, without an account",
        ));
        return None;
    };
    from.note("token", "***".to_owned(), source.clone());
    let invalid = |error: TokenError| {
        let invalid = ConfigError::new(format!("{error} ({source})"));
        match error {
            TokenError::WhiteSpace => {
                invalid.hint("give only the token: one line, without `Bearer`")
            }
            TokenError::Empty | TokenError::Characters => invalid,
        }
    };
    let value = Token::new(value).map_err(|error| from.error(invalid(error))).ok();
    let value = value.map(|token| token.from_source(&in_words(&source, args)));
    Some(Sourced { value, source })
}

/// Whether a value is `$(NAME)`: Azure Pipelines leaves that in place of a variable that does not exist.
fn is_unexpanded(value: &str) -> bool {
    value.strip_prefix("$(").is_some_and(|rest| rest.ends_with(')'))
}

/// Where a token comes from, for the error that a server does not accept it. The token was read, so the path is not the token.
fn in_words(source: &Source, args: &ConnectionArgs) -> String {
    match (source, &args.token_file) {
        (Source::Option(_), Some(path)) => format!("the file {}", path.display()),
        (Source::Option(name), None) => format!("the option --{name}"),
        (Source::Variable(name), _) => format!("the environment variable {name}"),
        (Source::File { .. } | Source::Default, _) => format!("the file {source}"),
    }
}

/// The contents of the file that `--token-file` names. Messages never repeat the path of an unreadable file: it may be
/// the token itself, given in the wrong place.
pub(super) fn token_file(from: &mut Resolver<'_>, path: &Path) -> Option<String> {
    let path = from.environment.directory.join(path);
    let text = read_limited(&path)
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| std::io::Error::other("not UTF-8")));
    match text {
        Ok(text) => {
            if std::fs::metadata(&path).is_ok_and(|metadata| others_can_read(&metadata)) {
                from.warnings.push(format!(
                    "every user of this machine can read the token file {} (chmod 600)",
                    path.display()
                ));
            }
            // Editors on Windows write a byte order mark.
            Some(text.trim_start_matches('\u{feff}').to_owned())
        }
        Err(error) => {
            from.error(
                ConfigError::new(format!("cannot read the file of --token-file: {error}"))
                    .hint("--token-file takes the path of a file that holds the token"),
            );
            None
        }
    }
}

fn read_limited(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(SIZE_LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The project that comes first, else the only one of the server, which is reported as an error.
fn project(
    from: &mut Resolver<'_>,
    given: Option<&String>,
    in_vendor_file: Option<Sourced<String>>,
) -> ProjectRef {
    let may_be_in_file = from.file.may_have("project");
    let in_file = from.file.read::<ProjectName>("project");
    let written = given
        .map(|project| Sourced { value: project.clone(), source: Source::Option("project") })
        .or_else(|| from.variable("TQ_PROJECT"))
        .or_else(|| from.variable("TQ_PROJECT_ID"))
        .or(in_file.map(|Sourced { value, source }| Sourced { value: value.0, source }))
        .or(in_vendor_file);
    match written {
        Some(Sourced { value, source }) => {
            let name = value.trim();
            if name.is_empty() {
                from.error(ConfigError::new(format!("the project's name is empty ({source})")));
            }
            from.note("project", name.to_owned(), source);
            reference(name)
        }
        None => {
            // If the file may have named one, its error is reported already.
            if !may_be_in_file {
                from.error(ConfigError::new("no project is set").hint(
                    "name it with --project NAME, TQ_PROJECT, or `project = \"NAME\"` in tq-import.toml",
                ));
            }
            ProjectRef::Only
        }
    }
}

/// A number in its usual form is an id; anything else is a name, such as `007`.
fn reference(name: &str) -> ProjectRef {
    match name.parse::<u64>() {
        Ok(id) if id.to_string() == name => ProjectRef::Id(id),
        _ => ProjectRef::Name(name.to_owned()),
    }
}
