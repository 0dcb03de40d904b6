//! How rules are spelled.

use std::str::FromStr;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::http::{Method, StatusCode};

use super::{FaultRule, Kind};

/// Why a text is no rule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{word}` is no part of a fault: {why}")]
pub struct FaultError {
    word: String,
    why: &'static str,
}

const KINDS: &str = "it begins with a status such as 503 or 429=30, or with lost[=STATUS], hang-up[=after], cut, empty, html, delay=TIME, drip, arrays=STATUS, half=STATUS, reverse, shift, lag=TIME, wrap, drop, string-ids";
const WORDS: &str = "then come GET, POST, PUT or DELETE, a resource such as test, which ones (3, 2-5, 4+), how many of a hundred (20%), seed=N";

fn wrong(word: &str, why: &'static str) -> FaultError {
    FaultError { word: word.to_owned(), why }
}

impl FromStr for FaultRule {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.split_whitespace();
        let kind = kind(words.next().unwrap_or_default())?;
        let mut rule = FaultRule {
            kind,
            method: None,
            resource: None,
            from: 1,
            to: u64::MAX,
            percent: 100,
            seed: 0,
            seen: AtomicU64::new(0),
        };
        for word in words {
            rule.restrict(word).ok_or_else(|| wrong(word, WORDS))?;
        }
        Ok(rule)
    }
}

impl FaultRule {
    fn restrict(&mut self, word: &str) -> Option<()> {
        if let Some(seed) = word.strip_prefix("seed=") {
            self.seed = seed.parse().ok()?;
        } else if let Some(percent) = word.strip_suffix('%') {
            self.percent = percent.parse().ok().filter(|percent| *percent <= 100)?;
        } else if let Some(from) = word.strip_suffix('+') {
            self.from = from.parse().ok()?;
        } else if let Some((from, to)) = word.split_once('-') {
            (self.from, self.to) = (from.parse().ok()?, to.parse().ok()?);
        } else if let Ok(number) = word.parse() {
            (self.from, self.to) = (number, number);
        } else if ["GET", "POST", "PUT", "DELETE"].contains(&word) {
            self.method = Some(word.parse::<Method>().ok()?);
        } else {
            let is_resource = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            self.resource = is_resource.then(|| Some(word.to_owned()))?;
        }
        Some(())
    }
}

fn kind(word: &str) -> Result<Kind, FaultError> {
    let none = || wrong(word, KINDS);
    let (name, value) = match word.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (word, None),
    };
    let status = |value: Option<&str>| -> Result<StatusCode, FaultError> {
        value.and_then(|value| value.parse().ok()).ok_or_else(none)
    };
    let time = |value: Option<&str>| -> Result<Duration, FaultError> {
        let parsed: jiff::SignedDuration =
            value.and_then(|value| value.parse().ok()).ok_or_else(none)?;
        Duration::try_from(parsed).map_err(|_| none())
    };
    Ok(match (name, value) {
        ("lost", None) => Kind::Lost(StatusCode::BAD_GATEWAY),
        ("lost", value) => Kind::Lost(status(value)?),
        ("hang-up", None) => Kind::HangUp(false),
        ("hang-up", Some("after")) => Kind::HangUp(true),
        ("cut", None) => Kind::Cut,
        ("empty", None) => Kind::Empty,
        ("html", None) => Kind::Html,
        ("delay", value) => Kind::Delay(time(value)?),
        ("drip", None) => Kind::Drip,
        ("arrays", value) => Kind::Arrays(status(value)?),
        ("half", value) => Kind::Half(status(value)?),
        ("reverse", None) => Kind::Reverse,
        ("shift", None) => Kind::Shift,
        ("lag", value) => Kind::Lag(time(value)?),
        ("wrap", None) => Kind::Wrap,
        ("drop", None) => Kind::Drop,
        ("string-ids", None) => Kind::StringIds,
        (code, retry_after) => Kind::Refused {
            status: status(Some(code))?,
            retry_after: retry_after.map(|value| value.replace('_', " ")),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::Faults;
    use super::*;

    fn strikes(spec: &str, requests: &[(&str, &str)]) -> Vec<bool> {
        let faults = Faults::parse(&[spec]).unwrap();
        requests
            .iter()
            .map(|(method, resource)| faults.strike(&method.parse().unwrap(), resource).is_some())
            .collect()
    }

    #[test]
    fn rules_say_which_requests_they_mean() {
        let requests = [("GET", "test"), ("POST", "test"), ("POST", "suite"), ("POST", "test")];
        assert_eq!(strikes("503", &requests), [true; 4]);
        assert_eq!(strikes("503 POST test", &requests), [false, true, false, true]);
        assert_eq!(strikes("503 POST test 2", &requests), [false, false, false, true]);
        assert_eq!(strikes("503 2-3", &requests), [false, true, true, false]);
        assert_eq!(strikes("503 3+", &requests), [false, false, true, true]);
        assert_eq!(strikes("503 0%", &requests), [false; 4]);
    }

    #[test]
    fn lots_are_the_same_with_every_run_and_about_as_many_as_asked_for() {
        let requests = vec![("GET", "test"); 1000];
        let one = strikes("503 20% seed=7", &requests);
        assert_eq!(one, strikes("503 20% seed=7", &requests));
        assert_ne!(one, strikes("503 20% seed=8", &requests));
        let struck = one.iter().filter(|struck| **struck).count();
        assert!((150..250).contains(&struck), "{struck}");
    }

    #[test]
    fn every_kind_is_read_and_nothing_else() {
        for spec in [
            "503",
            "429=30",
            "lost",
            "lost=504",
            "hang-up",
            "hang-up=after",
            "cut",
            "empty",
            "html",
            "delay=500ms",
            "drip",
            "arrays=405",
            "half=500",
            "reverse",
            "shift",
            "lag=2s",
            "wrap",
            "drop",
            "string-ids",
        ] {
            assert!(spec.parse::<FaultRule>().is_ok(), "{spec}");
        }
        for spec in
            ["", "explode", "lost=abc", "delay", "503 Test", "503 101%", "503 seed=x", "cut=1"]
        {
            let error = spec.parse::<FaultRule>().unwrap_err().to_string();
            assert!(error.contains("is no part of a fault"), "{error}");
        }
    }
}
