//! Who may see the page.
//!
//! The printed link holds a code. The first browser that opens it receives a cookie, and the code
//! becomes invalid. An unused code does not expire: a user may read the printed line much later
//! and anyone who can read that line can read the database too.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use secrecy::{ExposeSecret, SecretString};

use crate::auth::{RandomnessError, SecretDigest, random_hex};

/// A code that opens the page once. Its `Debug` output hides the code.
#[derive(Clone)]
pub struct PageCode(SecretString);

impl PageCode {
    /// A random code: 128 random bits in hex.
    ///
    /// # Errors
    ///
    /// When the system provides no random numbers.
    pub fn generate() -> Result<Self, RandomnessError> {
        Ok(Self(random_hex()?.into()))
    }

    /// The link that opens the page of the sandbox at `url`, which must not end with a slash.
    #[must_use]
    pub fn link(&self, url: &str) -> String {
        format!("{url}/?code={}", self.0.expose_secret())
    }
}

impl fmt::Debug for PageCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageCode(***)")
    }
}

/// The access check of one sandbox.
pub(crate) struct PageAccess {
    /// Differs between sandboxes, because browsers send a cookie to every port of a host.
    cookie_name: String,
    state: Mutex<State>,
}

struct State {
    /// The code, until it is used.
    code: Option<SecretDigest>,
    /// The cookie that the code was exchanged for.
    cookie: Option<SecretDigest>,
}

impl PageAccess {
    /// Access with `code`; without a code, nobody has access.
    pub(crate) fn new(code: Option<&PageCode>) -> Self {
        let code = code.map(|code| SecretDigest::new(code.0.expose_secret()));
        let id = code.as_ref().map(SecretDigest::short).unwrap_or_default();
        let cookie_name = format!("tq_sandbox_{id}");
        Self { cookie_name, state: Mutex::new(State { code, cookie: None }) }
    }

    /// Exchanges a code for a `Set-Cookie` value; `None` if the code is wrong or used.
    pub(crate) fn redeem(&self, code: &str) -> Result<Option<String>, RandomnessError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.code.as_ref().is_some_and(|expected| expected.matches(code)) {
            return Ok(None);
        }
        let value = random_hex()?;
        state.code = None;
        state.cookie = Some(SecretDigest::new(&value));
        Ok(Some(format!("{}={value}; Path=/; HttpOnly; SameSite=Strict", self.cookie_name)))
    }

    /// Whether the request carries the cookie.
    pub(crate) fn admits(&self, headers: &HeaderMap) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(expected) = &state.cookie else { return false };
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .any(|(name, value)| name == self.cookie_name && expected.matches(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, cookie.parse().unwrap())])
    }

    #[test]
    fn a_code_is_exchanged_for_one_cookie_once() {
        let code = PageCode::generate().unwrap();
        let access = PageAccess::new(Some(&code));
        let text = code.0.expose_secret();
        assert!(!access.admits(&HeaderMap::new()));
        for wrong in ["", "x", &text[1..], &format!("{text}0")] {
            assert_eq!(access.redeem(wrong).unwrap(), None, "{wrong}");
        }
        let cookie = access.redeem(text).unwrap().unwrap();
        assert!(!cookie.contains(text), "the cookie outlives the code, so it must differ");
        assert_eq!(access.redeem(text).unwrap(), None);
        let (pair, flags) = cookie.split_once(';').unwrap();
        assert_eq!(flags, " Path=/; HttpOnly; SameSite=Strict");
        assert!(access.admits(&headers(pair)));
        assert!(access.admits(&headers(&format!("other=1; {pair}; another"))));
        let (name, value) = pair.split_once('=').unwrap();
        for wrong in [
            value.to_owned(),
            format!("x{pair}"),
            format!("{name}="),
            format!("{pair}0"),
            format!("{name}x={value}"),
            format!("{name}={text}"),
        ] {
            assert!(!access.admits(&headers(&wrong)), "{wrong}");
        }
        assert_eq!(format!("{code:?}"), "PageCode(***)");
    }

    #[test]
    fn without_a_code_nobody_has_access() {
        let access = PageAccess::new(None);
        assert_eq!(access.redeem("").unwrap(), None);
        assert!(!access.admits(&headers("tq_sandbox_=")));
    }
}
