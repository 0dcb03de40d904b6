//! The personal access token: a secret that is never printed.

use std::fmt;
use std::sync::Arc;

use reqwest::header::{HeaderValue, InvalidHeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::redact;

/// A personal access token.
///
/// `Debug` and `Display` write `***`; the memory is wiped on drop. [`Token::header`], whose value is marked
/// sensitive, and the redactor are the only access to the text.
#[derive(Clone)]
pub struct Token {
    secret: SecretString,
    source: Arc<str>,
}

/// Why a text is not a valid token. Never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Nothing is left after trimming.
    #[error("the token is empty")]
    Empty,
    /// White space in the middle: most likely a whole header line, or two tokens.
    #[error("the token holds white space")]
    WhiteSpace,
    /// Control characters, or characters beyond ASCII.
    #[error("the token holds characters that an HTTP header cannot carry")]
    Characters,
}

impl From<InvalidHeaderValue> for TokenError {
    fn from(_: InvalidHeaderValue) -> Self {
        Self::Characters
    }
}

impl Token {
    /// The secret that the sandbox compares requests with.
    #[cfg(feature = "sandbox")]
    pub(crate) fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// From now on, [`redact`](redact::redact) hides this token.
    pub fn hide(&self) {
        redact::hide(self.secret.expose_secret());
    }

    /// The token in `text`, white space around it removed.
    ///
    /// # Errors
    /// When an `Authorization` header cannot carry the text.
    pub fn new(text: String) -> Result<Self, TokenError> {
        let text = SecretString::from(text);
        let token = text.expose_secret().trim();
        if token.is_empty() {
            Err(TokenError::Empty)
        } else if token.contains(char::is_whitespace) {
            Err(TokenError::WhiteSpace)
        } else if token.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self { secret: SecretString::from(token), source: Arc::from("") })
        } else {
            Err(TokenError::Characters)
        }
    }

    /// The same token, which comes from `source`, such as `the environment variable TQ_ACCESS_TOKEN`.
    #[must_use]
    pub fn from_source(self, source: &str) -> Self {
        Self { source: Arc::from(source), ..self }
    }

    /// Where the token comes from, for messages; empty if that is not known.
    #[must_use]
    pub fn source(&self) -> Arc<str> {
        Arc::clone(&self.source)
    }

    /// The value of the `Authorization` header, marked sensitive.
    ///
    /// # Errors
    /// Never for a token from [`Token::new`].
    pub fn header(&self) -> Result<HeaderValue, TokenError> {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.secret.expose_secret()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_prints_as_stars() {
        let token = Token::new("  canary-token\r\n".to_owned()).unwrap();
        assert_eq!(format!("{token} {token:?}"), "*** ***");
        let header = token.header().unwrap();
        assert!(header.is_sensitive());
        assert_eq!(header.as_bytes(), b"Bearer canary-token");
        assert!(!format!("{header:?}").contains("canary"));
    }

    #[test]
    fn a_token_must_fit_into_a_header() {
        for (text, error) in [
            ("", TokenError::Empty),
            (" \n", TokenError::Empty),
            ("Bearer abc", TokenError::WhiteSpace),
            ("abc\ndef", TokenError::WhiteSpace),
            ("abc\u{1b}[0m", TokenError::Characters),
            ("abc\u{0}", TokenError::Characters),
            ("añc", TokenError::Characters),
        ] {
            assert_eq!(Token::new(text.to_owned()).unwrap_err(), error, "{text:?}");
        }
    }
}
