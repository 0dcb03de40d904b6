//! Secrets: the bearer token, how secrets are generated and compared.

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

/// The bearer token of a sandbox. Its `Debug` output hides the secret.
#[derive(Clone)]
pub struct Token {
    secret: SecretString,
    is_generated: bool,
}

impl Token {
    /// A token that the caller chose.
    #[must_use]
    pub const fn new(secret: SecretString) -> Self {
        Self { secret, is_generated: false }
    }

    /// A random token: `tqs_` and 128 random bits in hex.
    ///
    /// # Errors
    ///
    /// When the system provides no random numbers.
    pub fn generate() -> Result<Self, RandomnessError> {
        Ok(Self { secret: format!("tqs_{}", random_hex()?).into(), is_generated: true })
    }

    /// The secret text.
    #[must_use]
    pub const fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// Whether [`Token::generate`] made it, so that no user knows it yet.
    #[must_use]
    pub const fn is_generated(&self) -> bool {
        self.is_generated
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

/// The system provides no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("cannot generate a secret: the system provides no random numbers")]
pub struct RandomnessError(#[source] getrandom::Error);

/// 128 random bits in hex.
pub(crate) fn random_hex() -> Result<String, RandomnessError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(RandomnessError)?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The SHA-256 of a secret: enough to check a guess, and safe to keep in memory.
pub(crate) struct SecretDigest([u8; 32]);

impl SecretDigest {
    pub(crate) fn new(secret: &str) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// 8 hex digits that distinguish secrets without revealing them.
    pub(crate) fn short(&self) -> String {
        hex(&self.0[..4])
    }

    /// Whether `guess` is the secret. The time this takes does not depend on either.
    pub(crate) fn matches(&self, guess: &str) -> bool {
        let guess = Self::new(guess);
        let difference = self.0.iter().zip(guess.0).fold(0, |all, (a, b)| all | (a ^ b));
        std::hint::black_box(difference) == 0
    }

    /// Whether the request carries the secret as its bearer token.
    pub(crate) fn matches_bearer(&self, headers: &HeaderMap) -> bool {
        headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .is_some_and(|(scheme, token)| {
                scheme.eq_ignore_ascii_case("bearer") && self.matches(token.trim())
            })
    }
}
