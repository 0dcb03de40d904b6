//! Who may talk to the sandbox at all.
//!
//! A page in a browser can make its name resolve to 127.0.0.1 and send requests here (DNS
//! rebinding). Its requests carry its own name in `Host` and `Origin`; so only the names of this
//! machine are answered, before anything else is looked at.

use std::net::IpAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Uri};

use crate::error::ApiError;

/// The longest request line, in bytes: what proxies and servers commonly take.
const MAX_REQUEST_LINE: usize = 8 * 1024;

/// Where the sandbox may be reached from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Reach {
    /// This machine alone.
    #[default]
    Loopback,
    /// Whatever the listener is bound to. Only with a token that a person chose.
    Network {
        /// Names, without ports, by which it may be called besides `localhost` and addresses.
        host_names: Vec<String>,
    },
}

impl Reach {
    /// Checks `Host` and `Origin`, and gives back the host, which is then fit for URLs.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<String, ApiError> {
        let mut hosts = headers.get_all(HOST).iter();
        let host = match (hosts.next(), hosts.next()) {
            (Some(host), None) => host.to_str().ok(),
            _ => None,
        }
        .filter(|host| self.is_ours(host))
        .ok_or(ApiError::Forbidden("This Host is not served here."))?;
        // A request line may name a host too (as to a proxy).
        if uri.authority().is_some_and(|authority| authority.as_str() != host) {
            return Err(ApiError::Forbidden("This Host is not served here."));
        }
        let mut origins = headers.get_all(ORIGIN).iter();
        if origins.any(|origin| origin.to_str().ok() != Some(&format!("http://{host}"))) {
            return Err(ApiError::Forbidden("This Origin is not served here."));
        }
        Ok(host.to_owned())
    }

    fn is_ours(&self, host: &str) -> bool {
        let Some(name) = without_port(host) else {
            return false;
        };
        let address: Option<IpAddr> = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
            .unwrap_or(name)
            .parse()
            .ok();
        if name.eq_ignore_ascii_case("localhost") {
            return true;
        }
        match self {
            Self::Loopback => address.is_some_and(|address| address.is_loopback()),
            // An address cannot be rebound.
            Self::Network { host_names } => {
                address.is_some() || host_names.iter().any(|known| known.eq_ignore_ascii_case(name))
            }
        }
    }
}

/// The name or address in a `Host`. Ports may differ from ours: they are forwarded and mapped.
fn without_port(host: &str) -> Option<&str> {
    let name_end = match host.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => host.find(':').unwrap_or(host.len()),
    };
    let (name, port) = host.split_at(name_end);
    let is_port = match port.strip_prefix(':') {
        Some(digits) => digits.parse::<u16>().is_ok(),
        None => port.is_empty(),
    };
    is_port.then_some(name)
}

/// Refuses request lines that are too long.
pub(crate) fn check_length(method: &str, uri: &Uri) -> Result<(), ApiError> {
    let target = uri.path_and_query().map_or(0, |target| target.as_str().len());
    if method.len() + target + " HTTP/1.1  ".len() > MAX_REQUEST_LINE {
        return Err(ApiError::TargetTooLong);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(reach: &Reach, host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        reach.check(&Uri::from_static("/api/test"), &headers).is_ok()
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        let loopback = Reach::Loopback;
        for host in ["127.0.0.1:80", "localhost", "LOCALHOST:8080", "[::1]:9", "127.0.0.2"] {
            assert!(answers(&loopback, host, None), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "192.168.0.1:80",
            "localhost:x",
            "[::1",
            "[::1]x",
            "",
            "evil.example@127.0.0.1",
        ] {
            assert!(!answers(&loopback, host, None), "{host}");
        }
        let network = Reach::Network { host_names: vec!["sandbox".into()] };
        assert!(answers(&network, "192.168.0.1:80", None));
        assert!(answers(&network, "sandbox:80", None));
        assert!(!answers(&network, "evil.example", None));
    }

    #[test]
    fn an_origin_must_be_our_own() {
        let loopback = Reach::Loopback;
        assert!(answers(&loopback, "localhost:80", Some("http://localhost:80")));
        for origin in ["null", "https://localhost:80", "http://localhost", "http://evil.example"] {
            assert!(!answers(&loopback, "localhost:80", Some(origin)), "{origin}");
        }
    }
}
