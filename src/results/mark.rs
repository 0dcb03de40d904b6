//! Marks that tie runs, cycles and results of the project to builds: hashes like those of identities.

use std::fmt;

use sha2::{Digest, Sha256};
use test_reports::text;

/// A mark: four characters such as `tqr-`, and hex digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark(String);

impl Mark {
    /// The mark of the run of a build: `tqr-` and 12 hex digits, over `r1`, the namespace and the build's key.
    #[must_use]
    pub fn of_run(namespace: &str, key: &str) -> Self {
        Self(format!("tqr-{}", hash(&["r1", namespace, key], 12)))
    }

    /// The mark of a cycle: `tqc-` and 8 hex digits, over `c1`, the namespace and the cycle's name without regard to case.
    #[must_use]
    pub fn of_cycle(namespace: &str, name: &str) -> Self {
        Self(format!("tqc-{}", hash(&["c1", namespace, &text::fold(name)], 8)))
    }

    /// The mark of a result: `tqa-` and 8 hex digits, over `a1` and what was written.
    #[must_use]
    pub(super) fn of_result(written: &[&str]) -> Self {
        let parts: Vec<&str> = ["a1"].into_iter().chain(written.iter().copied()).collect();
        Self(format!("tqa-{}", hash(&parts, 8)))
    }

    /// Whether `text` holds this mark, whatever surrounds it.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        text.contains(&self.0)
    }

    /// `name` with this mark at its end, in at most [`text::NAME_CHARS`] characters.
    #[must_use]
    pub fn append_to(&self, name: &str) -> String {
        let rest = text::NAME_CHARS - self.0.len() - " ()".len();
        format!("{} ({self})", text::cut(name, rest))
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The first `digits` hex digits of SHA-256 over `parts`, each after its length in bytes (4 bytes, big-endian).
fn hash(parts: &[&str], digits: usize) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let digest = hasher.finalize();
    digest.iter().take(digits / 2).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_frozen() {
        assert_eq!(Mark::of_run("shop", "me/shop/7").to_string(), "tqr-0ce4189f8bd6");
        assert_eq!(Mark::of_cycle("shop", "Shop web").to_string(), "tqc-b6de44fb");
        assert_eq!(Mark::of_result(&["1:P", "502", ""]).to_string(), "tqa-51b52e03");
        assert_eq!(Mark::of_cycle("shop", " shop  WEB"), Mark::of_cycle("shop", "Shop web"));
        assert_ne!(Mark::of_run("a", "b/c"), Mark::of_run("a/b", "c"));
    }

    #[test]
    fn a_mark_survives_a_long_name() {
        let mark = Mark::of_run("", "1");
        let name = mark.append_to(&"n".repeat(400));
        assert_eq!(name.chars().count(), text::NAME_CHARS);
        assert!(mark.is_in(&name) && !mark.is_in("main #812"));
        assert_eq!(mark.append_to("main #812"), format!("main #812 ({mark})"));
    }
}
