//! The bearer token, and how secrets are made up and compared.

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
#[error("cannot make up a secret: the system gives no random numbers")]
pub struct NoRandomness(#[source] getrandom::Error);

/// 128 random bits in hex.
pub(crate) fn random_digits() -> Result<String, NoRandomness> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Makes up a token: `tqs_` and 128 random bits in hex.
///
/// # Errors
///
/// When the system gives no random numbers.
pub fn generate_token() -> Result<Token, NoRandomness> {
    Ok(Token { secret: format!("tqs_{}", random_digits()?).into(), made_up: true })
}

/// What a secret is compared with. It is not the secret, so nothing can print that.
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// A few digits that tell secrets apart and give none away.
    pub(crate) fn mark(&self) -> String {
        self.0.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether `given` is the secret.
    ///
    /// Digests are compared, all of them: how long that takes says nothing about the secret.
    pub(crate) fn fits(&self, given: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(given).into();
        let difference =
            self.0.iter().zip(given).fold(0, |all, (expected, given)| all | (expected ^ given));
        std::hint::black_box(difference) == 0
    }
}

/// What the token of a request is compared with.
pub(crate) struct TokenCheck(Fingerprint);

impl TokenCheck {
    pub(crate) fn new(token: &Token) -> Self {
        Self(Fingerprint::of(token.secret.expose_secret()))
    }

    /// Whether the request carries the token.
    pub(crate) fn admits(&self, headers: &HeaderMap) -> bool {
        headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .is_some_and(|(_, token)| self.0.fits(token.trim()))
    }
}
