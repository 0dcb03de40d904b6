//! The personal access token.
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
/// A token.
#[derive(Clone)]
pub struct Token(SecretString);
/// x
#[derive(Debug, thiserror::Error)]
#[error("the token holds characters that no HTTP header can carry")]
pub struct TokenError;
impl Token {
    /// x
    pub fn new(text: String) -> Result<Self, TokenError> {
        Ok(Self(SecretString::from(text)))
    }
    /// x
    pub fn header(&self) -> Result<HeaderValue, TokenError> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.0.expose_secret()))
            .map_err(|_| TokenError)?;
        value.set_sensitive(true);
        Ok(value)
    }
}
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}
