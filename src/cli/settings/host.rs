//! The server: which host is accepted from which source.

use url::Url;

use super::resolver::{ConfigError, Resolver, Source, Sourced};
use crate::api::client::is_loopback;

/// The vendor's server.
pub const DEFAULT_HOST: &str = "https://api.testquality.com";

/// The host that comes first: option, variable, `tq-import.toml`, `.testquality`. None if it is not accepted.
pub(super) fn host(
    from: &mut Resolver<'_>,
    given: Option<&String>,
    insecure_http: bool,
    in_vendor_file: Option<Sourced<String>>,
    token_source: Option<&Source>,
) -> Option<Url> {
    let in_file = from.file.read::<String>("host");
    let written = given
        .map(|host| Sourced { value: host.clone(), source: Source::Option("host") })
        .or_else(|| from.variable("TQ_HOST"))
        .or(in_file)
        .or(in_vendor_file)
        .unwrap_or_else(|| Sourced { value: DEFAULT_HOST.to_owned(), source: Source::Default });
    match check(&written, insecure_http, token_source) {
        Ok(url) => {
            if url.scheme() == "http" && !is_loopback(&url) {
                from.warnings.push(format!("the token is sent unencrypted to {url}"));
            }
            from.note("host", url.to_string(), written.source);
            note_proxy(from, &url);
            Some(url)
        }
        Err(error) => {
            from.error(error);
            None
        }
    }
}

/// Applies the rules. Messages repeat only scheme and host of the text, which may hold a password.
fn check(
    written: &Sourced<String>,
    insecure_http: bool,
    token_source: Option<&Source>,
) -> Result<Url, ConfigError> {
    let source = &written.source;
    let example = format!("write a whole URL, such as {DEFAULT_HOST}");
    let error = |message: String, hint: &str| Err(ConfigError::new(message).hint(hint));
    let url = match Url::parse(written.value.trim()) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            return error(format!("the host ({source}) does not begin with https://"), &example);
        }
        Err(why) => {
            return error(format!("the host ({source}) is an invalid URL: {why}"), &example);
        }
    };
    let shown = url.origin().ascii_serialization();
    let loopback = is_loopback(&url);
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return error(format!("the host ({source}) is not an https:// URL"), &example);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return error(
            format!("the host ({source}) contains a user name or a password"),
            "leave them out: the token is the only credential",
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        return error(
            format!("the host {shown} ({source}) contains more than scheme, host and path"),
            &example,
        );
    }
    if url.path().trim_end_matches('/').ends_with("/api") {
        return error(
            format!("the host {shown} ({source}) ends in /api"),
            "leave out /api: it is added to every path",
        );
    }
    if url.scheme() == "http" && !loopback && !insecure_http {
        return error(
            format!("the token would be sent unencrypted to {shown} ({source})"),
            "use https://, or add --insecure-http if you accept that",
        );
    }
    if let Source::File { path, .. } = source {
        // A branch may change the file, and its tests may listen on this machine.
        let is_trusted = is_vendors(&url)
            || match token_source {
                Some(Source::File { path: token, .. }) => token == path,
                // Somebody named the token on the command line, or there is none.
                Some(Source::Option(_)) | None => loopback,
                _ => false,
            };
        if !is_trusted {
            return error(
                format!(
                    "the host {shown} ({source}) is not used: a file may name only https://*.testquality.com, unless it also holds the token"
                ),
                "if you trust it, name it with --host or TQ_HOST",
            );
        }
    }
    Ok(url)
}

fn is_vendors(url: &Url) -> bool {
    // The parser has lowered the case.
    url.scheme() == "https"
        && matches!(url.port(), None | Some(443))
        && url.domain().is_some_and(|name| name.ends_with(".testquality.com"))
}

/// Notes the proxy that requests go through, without the credentials before `@`.
fn note_proxy(from: &mut Resolver<'_>, host: &Url) {
    if is_loopback(host) {
        return;
    }
    let names = match host.scheme() {
        "https" => ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        _ => ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
    };
    let environment = from.environment;
    if let Some((name, value)) = names.iter().find_map(|name| Some((name, environment.get(name)?)))
    {
        let address = value.rsplit_once('@').map_or(value, |(_, address)| address);
        from.note("proxy", address.to_owned(), Source::Variable(name));
    }
}
