//! Which server, which token, which project.

use std::io::Read;
use std::path::{Path, PathBuf};

use url::{Host, Url};

use super::locations::{others_can_read, sandbox_database};
use super::resolution::Resolution;
use super::shell;
use super::source::{ConfigError, Source, Sourced};
use super::vendor_file::VendorFile;
use crate::api::token::{Token, TokenError};
use crate::cli::args::ConnectionArgs;
use crate::snapshot::ProjectRef;

/// The vendor's server.
pub const DEFAULT_HOST: &str = "https://api.testquality.com";

/// No token is longer than this.
const TOKEN_LIMIT: u64 = 64 * 1024;

/// Where an import goes.
#[derive(Clone, Debug)]
pub enum Connection {
    /// Into the embedded sandbox; its only project is taken.
    Sandbox {
        /// The database file.
        db: PathBuf,
        /// The command that shows what is in it.
        look: String,
        /// The project that is meant if there are several.
        project: ProjectRef,
    },
    /// To a server.
    Remote(Remote),
}

/// A server, a token, a project.
#[derive(Clone, Debug)]
pub struct Remote {
    /// Scheme, host, port, perhaps a path; never user, password, query or fragment.
    pub host: Url,
    /// The personal access token.
    pub token: Token,
    /// The project that was named.
    pub project: ProjectRef,
    /// A further certificate authority, PEM.
    pub ca_cert: Option<Vec<u8>>,
}

/// Puts the connection together; none when faults were noted.
pub(super) fn connection(
    resolution: &mut Resolution<'_>,
    args: &ConnectionArgs,
    ca_cert: Option<&Path>,
    reports: &[String],
) -> Option<Connection> {
    match &args.sandbox {
        Some(db) => sandbox(resolution, args, db.as_deref(), reports),
        None => {
            let (remote, is_named) = remote(resolution, args, ca_cert)?;
            is_named.then_some(Connection::Remote(remote))
        }
    }
}

/// The same where the server is to be asked even if no project is named: then its only one is meant. Faults are noted
/// all the same.
pub(super) fn connection_to_any_project(
    resolution: &mut Resolution<'_>,
    args: &ConnectionArgs,
    ca_cert: Option<&Path>,
) -> Option<Connection> {
    match &args.sandbox {
        Some(db) => sandbox(resolution, args, db.as_deref(), &[]),
        None => remote(resolution, args, ca_cert).map(|(remote, _)| Connection::Remote(remote)),
    }
}

/// Notes reports that are databases, which were meant as the value of `--sandbox`; whether there is none.
fn refuse_detached_database(resolution: &mut Resolution<'_>, reports: &[String]) -> bool {
    let is_database = |report: &&String| {
        let report = report.to_ascii_lowercase();
        [".db", ".sqlite", ".sqlite3"].iter().any(|ending| report.ends_with(ending))
    };
    let Some(named) = reports.iter().find(is_database) else {
        return true;
    };
    let error = ConfigError::new(format!("{named} is no report"));
    resolution
        .error(error.hint(format!("the database stands behind an equals sign: --sandbox={named}")));
    false
}

fn sandbox(
    resolution: &mut Resolution<'_>,
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
        resolution.error(
            ConfigError::new(format!("--sandbox and {} do not go together", clashing.join(", ")))
                .hint("the sandbox needs neither token nor host: leave out one or the other"),
        );
        return None;
    }
    if db.is_none() && !refuse_detached_database(resolution, reports) {
        return None;
    }
    let project = match args.project.as_deref().map(str::trim) {
        None | Some("") => ProjectRef::Only,
        Some(name) => {
            resolution.warnings.push(
                "--project only counts where the sandbox has several projects: else its one is taken".to_owned(),
            );
            ProjectRef::OnlyOr(Box::new(reference(name)))
        }
    };
    let look = shell::look(&resolution.environment.program, db);
    database(resolution, db).map(|db| Connection::Sandbox { db, look, project })
}

/// The sandbox's database: the one named, or the working tree's.
pub(super) fn database(resolution: &mut Resolution<'_>, named: Option<&Path>) -> Option<PathBuf> {
    if !cfg!(feature = "sandbox") {
        resolution.error(ConfigError::new("this build has no sandbox"));
        return None;
    }
    let chosen = match (named, &resolution.environment.user_data) {
        (Some(db), _) => Sourced {
            value: resolution.environment.directory.join(db),
            source: Source::Flag("--sandbox"),
        },
        (None, Some(data)) => Sourced {
            value: sandbox_database(data, resolution.working_tree()),
            source: Source::Default,
        },
        (None, None) => {
            resolution.error(
                ConfigError::new("there is no home directory to keep the sandbox's database in")
                    .hint("name a file, such as --sandbox=sandbox.db"),
            );
            return None;
        }
    };
    Some(resolution.note("sandbox", chosen, |path| path.display().to_string()))
}

/// Server, token and project, and whether a project is named.
fn remote(
    resolution: &mut Resolution<'_>,
    args: &ConnectionArgs,
    ca_cert: Option<&Path>,
) -> Option<(Remote, bool)> {
    let vendor = VendorFile::find(
        &resolution.environment.directory,
        &mut resolution.errors,
        &mut resolution.warnings,
    );
    let token = token(resolution, args, vendor.token);
    // A token that was refused still tells where it came from.
    let token_source = token.as_ref().map(|token| token.source.clone());
    let host = host(resolution, args, vendor.host, token_source.as_ref());
    let project = project(resolution, args, vendor.project);
    let ca_cert = ca_cert.and_then(|path| match read_limited(path) {
        Ok(pem) => Some(pem),
        Err(error) => {
            let shown = path.display();
            resolution.error(ConfigError::new(format!(
                "cannot read the certificate authority {shown}: {error}"
            )));
            None
        }
    });
    let host = host?;
    note_proxy(resolution, &host);
    let is_named = project.is_some();
    let project = project.unwrap_or(ProjectRef::Only);
    Some((Remote { host, token: token?.value?, project, ca_cert }, is_named))
}

/// The token that comes first. Its value is none when it is no token, which was noted as a fault.
fn token(
    resolution: &mut Resolution<'_>,
    args: &ConnectionArgs,
    vendor: Option<Sourced<String>>,
) -> Option<Sourced<Option<Token>>> {
    if args.token_file.is_some() && args.access_token.is_some() {
        resolution.error(ConfigError::new("--token-file and --access-token name two tokens"));
        return None;
    }
    if args.access_token.is_some() {
        resolution.warnings.push(
            "--access-token shows the token to everyone who can list processes: use TQ_ACCESS_TOKEN or --token-file"
                .to_owned(),
        );
    }
    let written = match &args.token_file {
        Some(path) => Some(Sourced::flag("--token-file", token_file(resolution, path)?)),
        None => args
            .access_token
            .clone()
            .map(|token| Sourced::flag("--access-token", token.0))
            .or_else(|| resolution.variable("TQ_ACCESS_TOKEN"))
            .or(vendor),
    };
    let Some(written) = written else {
        let empty = if resolution.environment.is_set_but_empty("TQ_ACCESS_TOKEN") {
            " (TQ_ACCESS_TOKEN is set but empty: jobs for a fork's pull request get no secrets)"
        } else {
            ""
        };
        resolution.lacks_token = true;
        resolution.error(ConfigError::new(format!("there is no token{empty}")).hint(
            "set TQ_ACCESS_TOKEN, or name a file with --token-file; --sandbox imports without an account, into a local database",
        ));
        return None;
    };
    let source = written.source.clone();
    let token = match Token::new(written.value) {
        Ok(token) => Some(token),
        Err(error) => {
            let invalid = ConfigError::new(format!("{error} ({source})"));
            resolution.error(match error {
                TokenError::WhiteSpace => {
                    invalid.hint("give the bare token, without `Bearer` and without a second line")
                }
                TokenError::Empty | TokenError::Characters => invalid,
            });
            None
        }
    };
    let sourced = Sourced { value: token, source };
    resolution.note("token", sourced.clone(), |_| "***".to_owned());
    Some(sourced)
}

/// What stands in the file that an option names. Messages never repeat the path of a file that
/// cannot be read: it may be the token itself, put in the wrong place.
pub(super) fn token_file(resolution: &mut Resolution<'_>, path: &Path) -> Option<String> {
    let path = resolution.environment.directory.join(path);
    let read = read_limited(&path).and_then(|bytes| {
        String::from_utf8(bytes)
            .map_err(|_| std::io::Error::new(std::io::ErrorKind::InvalidData, "it is no text"))
    });
    match read {
        Ok(text) => {
            // Editors of Windows write it.
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            if std::fs::metadata(&path).is_ok_and(|metadata| others_can_read(&metadata)) {
                resolution.warnings.push(format!(
                    "the token file {} can be read by every user of this machine (chmod 600)",
                    path.display()
                ));
            }
            Some(text)
        }
        Err(error) => {
            resolution.error(
                ConfigError::new(format!("cannot read the file of --token-file: {error}"))
                    .hint("--token-file takes the path of a file that holds the token"),
            );
            None
        }
    }
}

fn read_limited(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(TOKEN_LIMIT * 16).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn host(
    resolution: &mut Resolution<'_>,
    args: &ConnectionArgs,
    vendor: Option<Sourced<String>>,
    token_source: Option<&Source>,
) -> Option<Url> {
    let written = args
        .host
        .clone()
        .map(|host| Sourced::flag("--host", host))
        .or_else(|| resolution.variable("TQ_HOST"))
        .or_else(|| resolution.file.host.clone())
        .or(vendor)
        .unwrap_or_else(|| Sourced { value: DEFAULT_HOST.to_owned(), source: Source::Default });
    match check_host(&written, args.insecure_http, token_source) {
        Ok(url) => {
            if url.scheme() == "http" && !is_loopback(&url) {
                resolution.warnings.push(format!("the token travels unencrypted to {url}"));
            }
            let sourced = written.map(|_| url);
            Some(resolution.note("host", sourced, Url::to_string))
        }
        Err(error) => {
            resolution.error(error);
            None
        }
    }
}

/// The host rules. Messages repeat no more of the text than scheme and host: it may hold a password.
fn check_host(
    written: &Sourced<String>,
    insecure_http: bool,
    token_source: Option<&Source>,
) -> Result<Url, ConfigError> {
    let source = &written.source;
    let example = format!("write it as {DEFAULT_HOST}");
    let url = Url::parse(written.value.trim()).map_err(|error| {
        ConfigError::new(format!("the host ({source}) is no URL: {error}")).hint(&example)
    })?;
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return Err(
            ConfigError::new(format!("the host ({source}) is no https:// URL")).hint(example)
        );
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ConfigError::new(format!("the host ({source}) holds a user or a password"))
            .hint("the token is the only credential there is"));
    }
    let shown = url.origin().ascii_serialization();
    if url.query().is_some() || url.fragment().is_some() {
        return Err(ConfigError::new(format!(
            "the host {shown} ({source}) holds more than scheme, host and path"
        ))
        .hint(example));
    }
    if url.path().trim_end_matches('/').ends_with("/api") {
        return Err(ConfigError::new(format!("the host {shown} ({source}) ends in /api"))
            .hint("leave out /api: it is put before every path"));
    }
    let loopback = is_loopback(&url);
    if url.scheme() == "http" && !loopback && !insecure_http {
        return Err(ConfigError::new(format!(
            "the token would travel unencrypted to {shown} ({source})"
        ))
        .hint("use https://, or add --insecure-http if you accept that"));
    }
    if let Source::File { path, .. } = source {
        let with_token =
            matches!(token_source, Some(Source::File { path: token, .. }) if token == path);
        if !loopback && !is_vendors(&url) && !with_token {
            return Err(ConfigError::new(format!(
                "the host {shown} ({source}) is not used: a file may name only https://*.testquality.com or this machine, or hold the token too"
            ))
            .hint("if you trust it, name it with --host or TQ_HOST"));
        }
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_vendors(url: &Url) -> bool {
    // The parser has lowered the case.
    url.scheme() == "https"
        && matches!(url.port(), None | Some(443))
        && url.domain().is_some_and(|name| name.ends_with(".testquality.com"))
}

fn project(
    resolution: &mut Resolution<'_>,
    args: &ConnectionArgs,
    vendor: Option<Sourced<String>>,
) -> Option<ProjectRef> {
    let written = args
        .project
        .clone()
        .map(|project| Sourced::flag("--project", project))
        .or_else(|| resolution.variable("TQ_PROJECT"))
        .or_else(|| resolution.variable("TQ_PROJECT_ID"))
        .or_else(|| resolution.file.project.clone())
        .or(vendor);
    let Some(written) = written else {
        if resolution.file.may_name_project {
            // What is wrong there was told.
            return None;
        }
        resolution.error(ConfigError::new("no project is named").hint(
            "name it with --project NAME, TQ_PROJECT, or `project = \"NAME\"` in tq-import.toml",
        ));
        return None;
    };
    let name = written.value.trim();
    if name.is_empty() {
        resolution
            .error(ConfigError::new(format!("the project's name is empty ({})", written.source)));
        return None;
    }
    let project = reference(name);
    let sourced = Sourced { value: name.to_owned(), source: written.source.clone() };
    resolution.note("project", sourced, String::clone);
    Some(project)
}

/// The project that somebody names so. What is no number as a number is written is a name: `007`.
fn reference(name: &str) -> ProjectRef {
    match name.parse::<u64>() {
        Ok(id) if id.to_string() == name => ProjectRef::Id(id),
        _ => ProjectRef::Name(name.to_owned()),
    }
}

/// Says which proxy requests go through, if one is named; what stands before `@` in it is a secret.
fn note_proxy(resolution: &mut Resolution<'_>, host: &Url) {
    if is_loopback(host) {
        return;
    }
    let names = match host.scheme() {
        "https" => ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        _ => ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
    };
    let found = names.iter().find_map(|name| Some((*name, resolution.environment.get(name)?)));
    if let Some((name, value)) = found {
        let shown = value.rsplit_once('@').map_or(value, |(_, address)| address).to_owned();
        let source = Source::Variable(name);
        resolution.note("proxy", Sourced { value: shown, source }, Clone::clone);
    }
}
