//! The syntax of fault rules.

use std::str::FromStr;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::http::{Method, StatusCode};

use super::behaviour::{Behaviour, FieldChange, Parameter};
use super::shape::Shape;
use super::{FaultKind, FaultRule, RuleKind};
use crate::store::Variants;

/// A text is not a fault rule; the message names the invalid word and what was expected.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("invalid fault rule: `{word}`, expected {expected}{}", variants(expected))]
pub struct FaultRuleError {
    word: String,
    expected: &'static str,
}

const KINDS: &str = "a status such as 503 or 429=30, lost[=STATUS], hang-up[=after], cut, empty, html, delay=TIME, drip, arrays=STATUS, half=STATUS, reverse, shift, single, edited, deleted, limit=N/TIME, echo[=STATUS], lag=TIME, wrap, drop, shorten=N, string-ids, ignores=PARAMETER, nothing=PARAMETER, first=PARAMETER, stores=FIELD:CHANGE, serves=FIELD:CHANGE, answers=SHAPE, failed or queued=TIME";
const RESTRICTIONS: &str = "GET, POST, PUT, DELETE, a resource such as test, which matching requests (3, 2-5, 4+), a percentage (20%), seed=N or with=TEXT";

/// Only where a rule may begin.
fn variants(expected: &str) -> String {
    if expected == KINDS { format!("; alone: {}", Variants::WORDS) } else { String::new() }
}

fn invalid(word: &str, expected: &'static str) -> FaultRuleError {
    FaultRuleError { word: word.to_owned(), expected }
}

impl FromStr for FaultRule {
    type Err = FaultRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.split_whitespace();
        let kind = words.next().unwrap_or_default();
        let mut rule = FaultRule {
            kind: parse_kind(kind).ok_or_else(|| invalid(kind, KINDS))?,
            method: None,
            resource: None,
            with: None,
            from: 1,
            to: u64::MAX,
            percent: 100,
            seed: 0,
            matched: AtomicU64::new(0),
            window: Mutex::new(None),
        };
        for word in words {
            rule.restrict(word).ok_or_else(|| invalid(word, RESTRICTIONS))?;
        }
        Ok(rule)
    }
}

impl FaultRule {
    fn restrict(&mut self, word: &str) -> Option<()> {
        if let Some(seed) = word.strip_prefix("seed=") {
            self.seed = seed.parse().ok()?;
        } else if let Some(text) = word.strip_prefix("with=") {
            self.with = Some(text.to_owned()).filter(|text| !text.is_empty());
            self.with.as_ref()?;
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

fn parse_kind(word: &str) -> Option<RuleKind> {
    let (name, value) = match word.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (word, None),
    };
    let behaviour = parse_behaviour(name, value).map(RuleKind::Behaviour);
    behaviour.or_else(|| parse_fault(name, value).map(RuleKind::Fault))
}

fn parse_behaviour(name: &str, value: Option<&str>) -> Option<Behaviour> {
    let parameter = || {
        let is_word = |c: char| c.is_ascii_lowercase() || "-_".contains(c);
        value
            .filter(|value| !value.is_empty() && value.chars().all(is_word))
            .map(|value| Parameter(value.to_owned()))
    };
    let change = || {
        let (field, change) = value?.split_once(':')?;
        Some((field.to_owned(), FieldChange::parse(change)?))
    };
    let description = || "description".to_owned();
    Some(match (name, value) {
        ("lag", value) => Behaviour::Lag(parse_time(value)?),
        ("wrap", None) => Behaviour::Stores(description(), FieldChange::Wrap),
        ("drop", None) => Behaviour::Stores(description(), FieldChange::Null),
        ("shorten", Some(chars)) => {
            Behaviour::Stores(description(), FieldChange::Cut(chars.parse().ok()?))
        }
        ("string-ids", None) => Behaviour::StringIds,
        ("ignores", _) => Behaviour::Ignores(parameter()?),
        ("nothing", _) => Behaviour::Nothing(parameter()?),
        ("first", _) => Behaviour::FirstOf(parameter()?),
        ("stores", _) => change().map(|(field, change)| Behaviour::Stores(field, change))?,
        ("answers", Some(shape)) => Behaviour::Answers(Shape::parse(shape)?),
        ("serves", _) => change().map(|(field, change)| Behaviour::Serves(field, change))?,
        _ => return None,
    })
}

fn parse_fault(name: &str, value: Option<&str>) -> Option<FaultKind> {
    Some(match (name, value) {
        ("lost", None) => FaultKind::Lost(StatusCode::BAD_GATEWAY),
        ("lost", value) => FaultKind::Lost(parse_status(value)?),
        ("hang-up", None) => FaultKind::HangUpBefore,
        ("hang-up", Some("after")) => FaultKind::HangUpAfter,
        ("cut", None) => FaultKind::Cut,
        ("failed", None) => FaultKind::Failed,
        ("queued", time) => FaultKind::Queued(parse_time(time)?),
        ("empty", None) => FaultKind::Empty,
        ("html", None) => FaultKind::Html,
        ("delay", value) => FaultKind::Delay(parse_time(value)?),
        ("drip", None) => FaultKind::Drip,
        ("arrays", value) => FaultKind::RejectArrays(parse_status(value)?),
        ("half", value) => FaultKind::HalfArray(parse_status(value)?),
        ("reverse", None) => FaultKind::Reverse,
        ("shift", None) => FaultKind::Shift,
        ("single", None) => FaultKind::FirstOfArray,
        ("edited", None) => FaultKind::EditBefore,
        ("deleted", None) => FaultKind::ShowDeleted,
        ("limit", Some(limit)) => {
            let (requests, window) = limit.split_once('/')?;
            let requests = requests.parse().ok()?;
            FaultKind::Limit { requests, window: parse_time(Some(window))? }
        }
        ("echo", None) => FaultKind::Echo(None),
        ("echo", status) => FaultKind::Echo(Some(parse_status(status)?)),
        (status, retry_after) => FaultKind::Reject {
            status: parse_status(Some(status))?,
            retry_after: retry_after.map(|value| value.replace('_', " ")),
        },
    })
}

fn parse_status(value: Option<&str>) -> Option<StatusCode> {
    value?.parse().ok()
}

fn parse_time(value: Option<&str>) -> Option<Duration> {
    value?.parse::<jiff::SignedDuration>().ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::super::FaultRules;
    use super::*;

    fn affected(rule: &str, requests: &[(&str, &str)]) -> Vec<bool> {
        let rules = FaultRules::parse(&[rule]).unwrap();
        requests
            .iter()
            .map(|(method, resource)| {
                !rules
                    .matching(
                        &method.parse().unwrap(),
                        resource,
                        "revision_log=true",
                        b"{\"name\":\"case 7\"}",
                    )
                    .is_empty()
            })
            .collect()
    }

    #[test]
    fn rules_select_requests() {
        let requests = [("GET", "test"), ("POST", "test"), ("POST", "suite"), ("POST", "test")];
        assert_eq!(affected("503", &requests), [true; 4]);
        assert_eq!(affected("503 POST test", &requests), [false, true, false, true]);
        assert_eq!(affected("503 POST test 2", &requests), [false, false, false, true]);
        assert_eq!(affected("503 2-3", &requests), [false, true, true, false]);
        assert_eq!(affected("503 3+", &requests), [false, false, true, true]);
        assert_eq!(affected("503 0%", &requests), [false; 4]);
        assert_eq!(affected("500 POST with=case_7", &requests), [false, true, true, true]);
        assert_eq!(affected("500 with=case_8", &requests), [false; 4]);
        assert_eq!(affected("404 GET with=revision_log", &requests), [true, false, false, false]);
    }

    #[test]
    fn a_limit_rejects_what_exceeds_it_and_lets_other_rules_decide_about_the_rest() {
        let requests = vec![("GET", "test"); 5];
        assert_eq!(affected("limit=3/1h", &requests), [false, false, false, true, true]);
        assert_eq!(affected("limit=3/0s", &requests), [false; 5]);
        let rules = FaultRules::parse(&["limit=1/1h", "503"]).unwrap();
        let fault = || rules.matching(&Method::GET, "test", "", b"")[0].clone();
        assert!(matches!(fault(), RuleKind::Fault(FaultKind::Reject { .. })));
        assert!(matches!(fault(), RuleKind::Fault(FaultKind::Limit { .. })));
    }

    #[test]
    fn a_percentage_selects_the_same_requests_in_every_run() {
        let requests = vec![("GET", "test"); 1000];
        let seventh = affected("503 20% seed=7", &requests);
        assert_eq!(seventh, affected("503 20% seed=7", &requests));
        assert_ne!(seventh, affected("503 20% seed=8", &requests));
        let count = seventh.iter().filter(|affected| **affected).count();
        assert!((150..250).contains(&count), "{count}");
    }

    #[test]
    fn every_kind_is_parsed_and_nothing_else() {
        for rule in [
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
            "shorten=100",
            "string-ids",
            "single",
            "edited",
            "ignores=-in",
            "nothing=plan_id",
            "first=-in",
            "stores=name:cut191",
            "serves=description:escape",
            "500 with=case_7",
            "deleted",
            "limit=10/10s",
            "echo",
            "echo=422",
            "failed",
            "queued=100ms",
            "answers=wrapped",
        ] {
            assert!(rule.parse::<FaultRule>().is_ok(), "{rule}");
        }
        for rule in [
            "",
            "explode",
            "lost=abc",
            "delay",
            "503 Test",
            "503 101%",
            "503 seed=x",
            "cut=1",
            "ignores=",
            "stores=name",
            "stores=name:shout",
            "503 with=",
            "shorten",
            "limit=10",
            "limit=x/1s",
            "answers=round",
            "queued",
        ] {
            let error = rule.parse::<FaultRule>().unwrap_err().to_string();
            assert!(error.starts_with("invalid fault rule: `"), "{error}");
        }
    }
}
