//! Other words to search for, when nothing was found.

use std::collections::HashMap;

/// Words of a search are compared only if they have at most this many characters.
const MAX_CHARS: usize = 40;

/// The words of names, in lower case, with how often they occur.
#[derive(Debug, Default)]
pub(super) struct Vocabulary(HashMap<String, usize>);

impl Vocabulary {
    /// Adds the words of a name: what is between other characters than letters and digits, and the parts of `camelCase`.
    pub(super) fn add(&mut self, name: &str) {
        for whole in name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let mut start = 0;
            let mut before = ' ';
            let mut parts = 0;
            for (at, character) in whole.char_indices() {
                if before.is_lowercase() && character.is_uppercase() {
                    self.count(&whole[start..at]);
                    (start, parts) = (at, parts + 1);
                }
                before = character;
            }
            if parts > 0 {
                self.count(&whole[start..]);
            }
            self.count(whole);
        }
    }

    fn count(&mut self, word: &str) {
        let word = word.to_lowercase();
        // Numbers are no help to somebody who looks for words.
        if word.chars().count() >= 3 && !word.bytes().all(|byte| byte.is_ascii_digit()) {
            *self.0.entry(word).or_default() += 1;
        }
    }

    /// The word that is most like `word`: the fewest changes of a character, then the most frequent one. None if
    /// more than a third would have to change.
    pub(super) fn most_similar(&self, word: &str) -> Option<&str> {
        let wanted: Vec<char> = word.chars().collect();
        if wanted.len() > MAX_CHARS {
            return None;
        }
        let most = (wanted.len() / 3).max(1);
        let candidates = self.0.iter().filter_map(|(known, count)| {
            let characters: Vec<char> = known.chars().take(wanted.len() + most + 1).collect();
            if characters.len().abs_diff(wanted.len()) > most {
                return None;
            }
            let changes = changes(&wanted, &characters);
            (changes <= most).then_some((changes, std::cmp::Reverse(*count), known.as_str()))
        });
        candidates.min().map(|(.., known)| known)
    }
}

/// How many characters have to be inserted, removed, replaced or swapped with their neighbour.
fn changes(one: &[char], other: &[char]) -> usize {
    let width = other.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for (row, character) in one.iter().enumerate() {
        let mut line = vec![row + 1; width];
        for (column, compared) in other.iter().enumerate() {
            let replaced = last[column] + usize::from(character != compared);
            let mut least = replaced.min(last[column + 1] + 1).min(line[column] + 1);
            let is_swap = row > 0
                && column > 0
                && *character == other[column - 1]
                && one[row - 1] == *compared;
            if is_swap {
                least = least.min(before[column - 1] + 1);
            }
            line[column + 1] = least;
        }
        before = std::mem::replace(&mut last, line);
    }
    last[width - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_counted() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "ab", 2),
            ("checkout", "checkout", 0),
            ("chekout", "checkout", 1),
            ("chcekout", "checkout", 1),
            ("checkin", "checkout", 3),
            ("größe", "grosse", 3),
        ] {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(changes(&chars(one), &chars(other)), expected, "{one} {other}");
            assert_eq!(changes(&chars(other), &chars(one)), expected, "{other} {one}");
        }
    }

    #[test]
    fn the_most_similar_word_is_found() {
        let mut words = Vocabulary::default();
        for name in ["com.example.CartTest", "adds to the cart", "card is refused", "test_00017"] {
            words.add(name);
        }
        for (word, expected) in [
            ("cartt", Some("cart")),
            ("exmaple", Some("example")),
            ("tset", Some("test")),
            ("carttets", Some("carttest")),
            ("refusal", Some("refused")),
            ("nothing", None),
            ("00018", None),
        ] {
            assert_eq!(words.most_similar(word), expected, "{word}");
        }
        assert_eq!(words.most_similar(&"a".repeat(300)), None);
    }
}
