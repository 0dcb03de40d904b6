//! The bearer token.

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// The token that requests must carry, and where it comes from.
#[derive(Clone)]
pub struct Token {
    secret: SecretString,
    made_up: bool,
}

impl Token {
    /// A token that a person chose.
    #[must_use]
    pub const fn given(secret: SecretString) -> Self {
        Self { secret, made_up: false }
    }

    /// The token itself.
    #[must_use]
    pub const fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// Whether it was made up here, so that somebody has to be told.
    #[must_use]
    pub const fn is_made_up(&self) -> bool {
        self.made_up
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

/// The system gave no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("cannot make up a token: the system gives no random numbers")]
pub struct NoRandomness(#[source] getrandom::Error);

/// Makes up a token: `tqs_` and 128 random bits in hex.
///
/// # Errors
///
/// When the system gives no random numbers.
pub fn generate_token() -> Result<Token, NoRandomness> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Token { secret: format!("tqs_{digits}").into(), made_up: true })
}

/// What a token is compared with. It holds no token, so nothing can print one.
pub(crate) struct TokenCheck([u8; 32]);

impl TokenCheck {
    pub(crate) fn new(token: &Token) -> Self {
        Self(Sha256::digest(token.secret.expose_secret()).into())
    }

    /// Whether the request carries the token.
    ///
    /// Digests are compared, all of them: how long that takes says nothing about the token.
    pub(crate) fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(token) = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
        else {
            return false;
        };
        let given: [u8; 32] = Sha256::digest(token).into();
        let difference =
            self.0.iter().zip(given).fold(0, |all, (expected, given)| all | (expected ^ given));
        std::hint::black_box(difference) == 0
    }
}
