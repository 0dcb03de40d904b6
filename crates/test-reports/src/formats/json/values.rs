//! Values as serde reads them: leniently.
//!
//! A field of another type than expected is as good as absent: one odd value must not cost a case.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed as _, Deserializer, Error, IgnoredAny,
    MapAccess, SeqAccess, Visitor,
};

use super::elements::Each;
use super::place::Place;
use crate::formats::builder::LONGEST_TEXT;

/// Elements of an array inside a case that are kept: messages, attachments, steps.
const MOST: usize = 1000;

/// A string, or a number or truth value as text. Anything else is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words(Option<Box<str>>);

impl Words {
    /// The text; none if it is absent or empty.
    pub(super) fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|words| !words.is_empty())
    }

    /// The text, empty if it is absent.
    pub(super) fn text(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self(Some(text.into()))
    }
}

/// As [`Words`], cut to what is kept of a failure.
#[derive(Clone, Debug, Default)]
pub(super) struct Message(Words);

impl std::ops::Deref for Message {
    type Target = Words;

    fn deref(&self) -> &Words {
        &self.0
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        let mut end = text.len().min(LONGEST_TEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Self(text.get(..end).unwrap_or_default().into())
    }
}

/// A finite number, also as a string. Anything else is none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Number(Option<f64>);

impl Number {
    pub(super) fn get(self) -> Option<f64> {
        self.0.filter(|number| number.is_finite())
    }

    /// The number divided by 1000: seconds of milliseconds.
    pub(super) fn thousandths(self) -> Option<f64> {
        self.get().map(|number| number / 1000.0)
    }

    /// A whole number of at least 1, such as that of a line.
    pub(super) fn line(self) -> Option<u32> {
        let number = self.get().filter(|number| (1.0..=f64::from(u32::MAX)).contains(number))?;
        format!("{number:.0}").parse().ok()
    }
}

impl From<&str> for Number {
    fn from(text: &str) -> Self {
        Self(text.trim().parse().ok())
    }
}

/// `true`, also as a string. Anything else is false.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flag(pub(super) bool);

impl From<&str> for Flag {
    fn from(text: &str) -> Self {
        Self(text == "true")
    }
}

/// The elements of an array, up to [`MOST`]. Anything else is empty.
#[derive(Clone, Debug)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// An object. Anything else is the default.
#[derive(Clone, Debug, Default)]
pub(super) struct Lenient<T>(pub(super) T);

impl<T> std::ops::Deref for Lenient<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The methods of a visitor that ignores scalars.
macro_rules! ignore_scalars {
    () => {
        ignore_scalars!(visit_str &str, visit_f64 f64, visit_i64 i64, visit_u64 u64, visit_bool bool);

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    ($($method:ident $type:ty),*) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any value")
        }

        $(fn $method<E: Error>(self, _: $type) -> Result<Self::Value, E> {
            Ok(Default::default())
        })*
    };
}

/// The method of a visitor that ignores arrays.
macro_rules! ignore_arrays {
    () => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
}

/// The method of a visitor that ignores objects.
macro_rules! ignore_objects {
    () => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
}

pub(super) use {ignore_arrays, ignore_objects, ignore_scalars};

/// Reads a scalar as text.
struct Scalar<T>(PhantomData<T>);

impl<'de, T: for<'a> From<&'a str> + Default> Visitor<'de> for Scalar<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(T::from(text))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        Ok(T::from(&number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        Ok(T::from(&number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        Ok(T::from(&number.to_string()))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<T, E> {
        Ok(T::from(if flag { "true" } else { "false" }))
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    ignore_arrays!();
    ignore_objects!();
}

macro_rules! scalars {
    ($($type:ty),*) => {
        $(impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Scalar(PhantomData))
            }
        })*
    };
}

scalars!(Words, Message, Number, Flag);

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut list = Vec::new();
        let keep = |element, _| {
            if list.len() < MOST {
                list.push(element);
            }
        };
        Each::new(&Place::default(), keep).deserialize(deserializer)?;
        Ok(Self(list))
    }
}

/// A text, or the texts of an array, up to [`MOST`]. Anything else is empty.
#[derive(Clone, Debug)]
pub(super) struct Texts<T>(pub(super) Vec<T>);

impl<T> Default for Texts<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de> + for<'a> From<&'a str>> Deserialize<'de> for Texts<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de> + for<'a> From<&'a str>> Visitor<'de> for OneOrMore<T> {
            type Value = Texts<T>;

            fn visit_str<E: Error>(self, text: &str) -> Result<Texts<T>, E> {
                Ok(Texts(vec![T::from(text)]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Texts<T>, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = seq.next_element()? {
                    if texts.len() < MOST {
                        texts.push(text);
                    }
                }
                Ok(Texts(texts))
            }

            ignore_scalars!(visit_f64 f64, visit_i64 i64, visit_u64 u64, visit_bool bool);

            fn visit_unit<E: Error>(self) -> Result<Texts<T>, E> {
                Ok(Texts::default())
            }

            ignore_objects!();
        }
        deserializer.deserialize_any(OneOrMore(PhantomData))
    }
}

/// The keys of an object or the elements of an array, in their order, up to [`MOST`]. Anything else is empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys(pub(super) Vec<Words>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfAny;
        impl<'de> Visitor<'de> for OfAny {
            type Value = Keys;

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry()? {
                    if keys.len() < MOST {
                        keys.push(key);
                    }
                }
                Ok(Keys(keys))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some(key) = seq.next_element()? {
                    if keys.len() < MOST {
                        keys.push(key);
                    }
                }
                Ok(Keys(keys))
            }

            ignore_scalars!();
        }
        deserializer.deserialize_any(OfAny)
    }
}

/// The entries of an object, or the elements of an array under empty keys, up to [`MOST`]. Anything else is empty.
#[derive(Clone, Debug)]
pub(super) struct Entries<T>(pub(super) Vec<(Words, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfAny<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for OfAny<T> {
            type Value = Entries<T>;

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    if entries.len() < MOST {
                        entries.push(entry);
                    }
                }
                Ok(Entries(entries))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Entries<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(element) = seq.next_element()? {
                    if entries.len() < MOST {
                        entries.push((Words::default(), element));
                    }
                }
                Ok(Entries(entries))
            }

            ignore_scalars!();
        }
        deserializer.deserialize_any(OfAny(PhantomData))
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for Map<T> {
            type Value = T;

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(serde::de::value::MapAccessDeserializer::new(map))
            }

            ignore_arrays!();
            ignore_scalars!();
        }
        deserializer.deserialize_any(Map(PhantomData)).map(Self)
    }
}
