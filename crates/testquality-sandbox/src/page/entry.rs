//! Who gets to see the page.
//!
//! The link that is printed holds a code. The first browser that opens it is given a cookie for
//! it, and the code is void. A code does not expire before: nobody knows when a newcomer gets to
//! the line that was printed, and whoever can read that line can read the database.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use secrecy::{ExposeSecret, SecretString};

use crate::auth::{Fingerprint, NoRandomness, random_digits};

/// What opens the page, once.
#[derive(Clone)]
pub struct PageCode(SecretString);

impl PageCode {
    /// The link to the page of a sandbox at `url`, which ends without a slash.
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

/// Makes up a code: 128 random bits in hex.
///
/// # Errors
///
/// When the system gives no random numbers.
pub fn generate_page_code() -> Result<PageCode, NoRandomness> {
    Ok(PageCode(random_digits()?.into()))
}

/// The door of one sandbox.
pub(crate) struct Entry {
    /// Browsers send a cookie to every port of a host: each sandbox has a name of its own for its.
    cookie_name: String,
    state: Mutex<State>,
}

struct State {
    /// The code that nobody used yet.
    code: Option<Fingerprint>,
    /// The cookie that was given for it.
    cookie: Option<Fingerprint>,
}

impl Entry {
    /// A door that `code` opens; without one it stays closed.
    pub(crate) fn new(code: Option<&PageCode>) -> Self {
        let is_written_by = |code: &PageCode| Fingerprint::of(code.0.expose_secret());
        let mark = code.map(|code| is_written_by(code).mark()).unwrap_or_default();
        Self {
            cookie_name: format!("tq_sandbox_{mark}"),
            state: Mutex::new(State { code: code.map(is_written_by), cookie: None }),
        }
    }

    /// The `Set-Cookie` for a code; none if it is wrong or was used.
    pub(crate) fn exchange(&self, code: &str) -> Result<Option<String>, NoRandomness> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.code.as_ref().is_some_and(|expected| expected.fits(code)) {
            return Ok(None);
        }
        let value = random_digits()?;
        state.code = None;
        state.cookie = Some(Fingerprint::of(&value));
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
            .any(|(name, value)| name == self.cookie_name && expected.fits(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, cookie.parse().unwrap())])
    }

    #[test]
    fn a_code_gives_one_cookie_once() {
        let code = generate_page_code().unwrap();
        let entry = Entry::new(Some(&code));
        let text = code.0.expose_secret();
        assert!(!entry.admits(&HeaderMap::new()));
        for wrong in ["", "x", &text[1..], &format!("{text}0")] {
            assert_eq!(entry.exchange(wrong).unwrap(), None, "{wrong}");
        }
        let cookie = entry.exchange(text).unwrap().unwrap();
        assert!(!cookie.contains(text), "a cookie outlives the code, and must not be it");
        assert_eq!(entry.exchange(text).unwrap(), None);
        let (pair, flags) = cookie.split_once(';').unwrap();
        assert_eq!(flags, " Path=/; HttpOnly; SameSite=Strict");
        assert!(entry.admits(&headers(pair)));
        assert!(entry.admits(&headers(&format!("other=1; {pair}; another"))));
        let (name, value) = pair.split_once('=').unwrap();
        for wrong in [
            value.to_owned(),
            format!("x{pair}"),
            format!("{name}="),
            format!("{pair}0"),
            format!("{name}x={value}"),
            format!("{name}={text}"),
        ] {
            assert!(!entry.admits(&headers(&wrong)), "{wrong}");
        }
        assert_eq!(format!("{code:?}"), "PageCode(***)");
    }

    #[test]
    fn without_a_code_the_door_stays_closed() {
        let entry = Entry::new(None);
        assert_eq!(entry.exchange("").unwrap(), None);
        assert!(!entry.admits(&headers("tq_sandbox_=")));
    }
}
