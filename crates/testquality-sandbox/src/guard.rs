//! Checks of `Host`, `Origin` and the request line, made before anything else.
//!
//! A web page can make its own name resolve to 127.0.0.1 and send requests here (DNS rebinding).
//! Such requests carry the page's name in `Host` and `Origin`, so only this machine's names pass.

use std::net::IpAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Uri};

use crate::error::ApiError;

/// The maximum length of a request line in bytes, a common limit of proxies and servers.
const MAX_REQUEST_LINE: usize = 8 * 1024;

/// Which machines may connect to a sandbox.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exposure {
    /// This machine only.
    #[default]
    Loopback,
    /// Every machine that can reach the listener. Requires a [`Token::new`](crate::Token::new) of your own.
    Network {
        /// Names accepted in `Host` besides `localhost` and IP addresses, without ports.
        host_names: Vec<String>,
    },
}

impl Exposure {
    /// Checks `Host` and `Origin`, and returns the host, which is then safe to use in URLs.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<String, ApiError> {
        let mut hosts = headers.get_all(HOST).iter();
        let host = match (hosts.next(), hosts.next()) {
            (Some(host), None) => host.to_str().ok(),
            _ => None,
        }
        .filter(|host| self.is_own_host(host))
        .ok_or(ApiError::Forbidden("This Host is not served here."))?;
        // A request line may also name a host, as in requests to a proxy.
        if uri.authority().is_some_and(|authority| authority.as_str() != host) {
            return Err(ApiError::Forbidden("This Host is not served here."));
        }
        let mut origins = headers.get_all(ORIGIN).iter();
        if origins.any(|origin| origin.to_str().ok() != Some(&format!("http://{host}"))) {
            return Err(ApiError::Forbidden("This Origin is not served here."));
        }
        Ok(host.to_owned())
    }

    fn is_own_host(&self, host: &str) -> bool {
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
            // DNS rebinding needs a name; an address is safe.
            Self::Network { host_names } => {
                address.is_some() || host_names.iter().any(|known| known.eq_ignore_ascii_case(name))
            }
        }
    }
}

/// The name or address in a `Host`. Any port is fine, because ports can be forwarded.
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

/// Rejects request lines that are too long.
pub(crate) fn check_length(method: &str, uri: &Uri) -> Result<(), ApiError> {
    let target = uri.path_and_query().map_or(0, |target| target.as_str().len());
    if method.len() + target + " HTTP/1.1  ".len() > MAX_REQUEST_LINE {
        return Err(ApiError::RequestLineTooLong);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(exposure: &Exposure, host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        exposure.check(&Uri::from_static("/api/test"), &headers).is_ok()
    }

    #[test]
    fn only_names_of_this_machine_are_accepted() {
        let loopback = Exposure::Loopback;
        for host in ["127.0.0.1:80", "localhost", "LOCALHOST:8080", "[::1]:9", "127.0.0.2"] {
            assert!(accepts(&loopback, host, None), "{host}");
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
            assert!(!accepts(&loopback, host, None), "{host}");
        }
        let network = Exposure::Network { host_names: vec!["sandbox".into()] };
        assert!(accepts(&network, "192.168.0.1:80", None));
        assert!(accepts(&network, "sandbox:80", None));
        assert!(!accepts(&network, "evil.example", None));
    }

    #[test]
    fn the_origin_must_match_the_host() {
        let loopback = Exposure::Loopback;
        assert!(accepts(&loopback, "localhost:80", Some("http://localhost:80")));
        for origin in ["null", "https://localhost:80", "http://localhost", "http://evil.example"] {
            assert!(!accepts(&loopback, "localhost:80", Some(origin)), "{origin}");
        }
    }
}
