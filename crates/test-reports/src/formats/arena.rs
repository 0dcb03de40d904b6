//! Short texts, thousands of them, in a few allocations.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes of a chunk.
const CHUNK: usize = 32 * 1024;

/// Texts side by side, which can be read once the arena has closed the chunk.
type Chunk = OnceLock<Box<str>>;

/// A text in a chunk with others, which it keeps in memory. A clone is cheap and shares the chunk.
#[derive(Clone)]
pub struct Text {
    chunk: Arc<Chunk>,
    start: u32,
    length: u32,
}

impl Text {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let start = self.start as usize;
        self.chunk
            .get()
            .and_then(|chunk| chunk.get(start..start + self.length as usize))
            .unwrap_or_default()
    }
}

impl Text {
    /// `part` in the same chunk, if this text begins or ends with it.
    #[must_use]
    pub fn part(&self, part: &str) -> Option<Self> {
        let length = u32::try_from(part.len()).ok()?;
        let skipped = if self.starts_with(part) {
            0
        } else if self.ends_with(part) {
            self.length - length
        } else {
            return None;
        };
        Some(Self { chunk: Arc::clone(&self.chunk), start: self.start + skipped, length })
    }
}

impl From<&str> for Text {
    /// A text in a chunk of its own, which can be read at once.
    fn from(text: &str) -> Self {
        Self::from(Box::<str>::from(text))
    }
}

impl From<Box<str>> for Text {
    /// A text in a chunk of its own, which can be read at once.
    fn from(text: Box<str>) -> Self {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        Self { chunk: Arc::new(Chunk::from(text)), start: 0, length }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(text.into_boxed_str())
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl std::hash::Hash for Text {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// Puts texts side by side.
///
/// A text can be read when its chunk is closed, at the latest when the arena is dropped.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    open: Arc<Chunk>,
    texts: String,
}

impl Arena {
    /// Keeps `text`.
    pub(crate) fn keep(&mut self, text: &str) -> Text {
        if text.len() > CHUNK {
            return Text::from(text);
        }
        if self.texts.len() + text.len() > CHUNK {
            self.close();
        }
        self.texts.reserve_exact(CHUNK - self.texts.len());
        let start = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.texts.push_str(text);
        Text { chunk: Arc::clone(&self.open), start, length }
    }

    fn close(&mut self) {
        let full = std::mem::replace(&mut self.open, Arc::new(Chunk::new()));
        // Only this closes a chunk, so that it cannot be set already.
        let _ = full.set(std::mem::take(&mut self.texts).into_boxed_str());
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_share_chunks_and_can_be_read_when_the_arena_is_dropped() {
        let mut arena = Arena::default();
        let (long, longer) = ("x".repeat(CHUNK - 4), "é".repeat(CHUNK));
        let texts =
            ["a", "", "漢字", &long, &longer, "b"].map(|text| (arena.keep(text), text.to_owned()));
        drop(arena);
        for (text, expected) in &texts {
            assert_eq!(text.as_str(), expected);
        }
        let share =
            |one: usize, other: usize| Arc::ptr_eq(&texts[one].0.chunk, &texts[other].0.chunk);
        assert!(share(0, 2) && !share(2, 3) && !share(3, 4) && share(3, 5));
        assert_eq!(size_of::<Option<Text>>(), 16);
    }

    #[test]
    fn a_part_shares_the_chunk_of_the_whole() {
        let whole = Text::from("adds two items()");
        for part in ["adds two items", "items()", "adds two items()", ""] {
            let found = whole.part(part).unwrap();
            assert_eq!(found, part);
            assert!(Arc::ptr_eq(&found.chunk, &whole.chunk));
        }
        assert!(whole.part("two").is_none());
    }

    #[test]
    fn equal_texts_are_equal_in_different_chunks() {
        let (one, other) = (Text::from("a b"), Text::from("a b".to_owned()));
        assert_eq!(one, other);
        assert_eq!(one, "a b");
        assert_eq!(format!("{one} {one:?}"), "a b \"a b\"");
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<Text>(&json).unwrap(), one);
        let mut texts = [one.clone(), Text::from("a")];
        texts.sort();
        assert_eq!(texts[1], one);
    }
}
