//! What the words of `status="…"`, `result="…"` and their like say about a case.

use crate::formats::model::Outcome;

/// The outcome that a word stands for; none if it says nothing.
pub(crate) fn outcome_of_word(word: &str) -> Option<Outcome> {
    const WORDS: [(&str, Outcome); 46] = [
        ("passed", Outcome::Passed),
        ("pass", Outcome::Passed),
        ("ok", Outcome::Passed),
        ("success", Outcome::Passed),
        ("successful", Outcome::Passed),
        ("succeeded", Outcome::Passed),
        ("run", Outcome::Passed),
        ("completed", Outcome::Passed),
        ("warning", Outcome::Passed),
        ("passedbutrunaborted", Outcome::Passed),
        ("skipped", Outcome::Skipped),
        ("skip", Outcome::Skipped),
        ("ignored", Outcome::Skipped),
        ("ignore", Outcome::Skipped),
        ("disabled", Outcome::Skipped),
        ("suppressed", Outcome::Skipped),
        ("notrun", Outcome::Skipped),
        ("not_run", Outcome::Skipped),
        ("not run", Outcome::Skipped),
        ("notexecuted", Outcome::Skipped),
        ("not_executed", Outcome::Skipped),
        ("notrunnable", Outcome::Errored),
        ("untested", Outcome::Skipped),
        ("undefined", Outcome::Skipped),
        ("pending", Outcome::Skipped),
        ("todo", Outcome::Skipped),
        ("blocked", Outcome::Skipped),
        ("inconclusive", Outcome::Skipped),
        ("incomplete", Outcome::Skipped),
        ("aborted", Outcome::Skipped),
        ("deselected", Outcome::Skipped),
        ("excluded", Outcome::Skipped),
        ("explicit", Outcome::Skipped),
        ("failed", Outcome::Failed),
        ("fail", Outcome::Failed),
        ("failure", Outcome::Failed),
        ("timeout", Outcome::Failed),
        ("timedout", Outcome::Failed),
        ("timed out", Outcome::Failed),
        ("error", Outcome::Errored),
        ("errored", Outcome::Errored),
        ("broken", Outcome::Errored),
        ("crashed", Outcome::Errored),
        ("crash", Outcome::Errored),
        ("exception", Outcome::Errored),
        ("fatal", Outcome::Errored),
    ];
    let word = word.trim();
    WORDS.iter().find(|(known, _)| word.eq_ignore_ascii_case(known)).map(|&(_, outcome)| outcome)
}

/// Whether the value of `skipped="…"`, `ignored="…"` and the like means yes: a reason does.
pub(crate) fn is_set(value: &str) -> bool {
    let value = value.trim();
    !(value.is_empty()
        || value == "0"
        || value.eq_ignore_ascii_case("false")
        || value.eq_ignore_ascii_case("no"))
}

/// The worse of two statements about one case; anything outweighs silence.
pub(crate) fn worse(one: Option<Outcome>, other: Option<Outcome>) -> Option<Outcome> {
    // Here skipped outweighs passed: `status="run" result="skipped"` was not executed to its end.
    let weight = |outcome: Outcome| match outcome {
        Outcome::Passed => 0,
        Outcome::Skipped => 1,
        Outcome::Failed => 2,
        Outcome::Errored => 3,
    };
    match (one, other) {
        (Some(a), Some(b)) => Some(if weight(b) > weight(a) { b } else { a }),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_any_case() {
        assert_eq!(outcome_of_word("PASSED"), Some(Outcome::Passed));
        assert_eq!(outcome_of_word(" NotRun "), Some(Outcome::Skipped));
        assert_eq!(outcome_of_word("Failed"), Some(Outcome::Failed));
        assert_eq!(outcome_of_word("errored"), Some(Outcome::Errored));
        assert_eq!(outcome_of_word("200"), None);
        assert_eq!(outcome_of_word(""), None);
    }

    #[test]
    fn a_skip_outweighs_a_run_and_an_error_everything() {
        use Outcome::{Errored, Failed, Passed, Skipped};
        assert_eq!(worse(Some(Passed), Some(Skipped)), Some(Skipped));
        assert_eq!(worse(Some(Errored), Some(Failed)), Some(Errored));
        assert_eq!(worse(None, Some(Passed)), Some(Passed));
        assert_eq!(worse(None, None), None);
    }

    #[test]
    fn a_reason_to_skip_is_a_yes() {
        assert!(is_set("true") && is_set("1") && is_set("no network here"));
        assert!(!is_set("false") && !is_set("0") && !is_set(""));
    }
}
