//! Values that come in several shapes: numbers as strings, booleans as 0 and 1, `null` for absent.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, StringDeserializer};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

/// A whole number of at least 0, as a JSON number or a string of digits.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).ok_or_else(|| {
        de::Error::custom(format!("{value} is not a whole number or a string of digits"))
    })
}

/// The same for a field that nothing depends on: any other value is none.
pub(super) fn optional_number<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_u64().or_else(|| whole(number.as_f64()?)),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    })
}

/// `3.0` as 3.
fn whole(number: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
    (number.fract() == 0.0 && (0.0..9e15).contains(&number)).then_some(number as u64)
}

/// A time, as RFC 3339, without a zone (then UTC), or in seconds since 1970; any other value is none.
pub(super) fn moment<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<jiff::Timestamp>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(seconds) => {
            seconds.as_i64().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        }
        Value::String(text) => text.parse().ok().or_else(|| {
            let civil: jiff::civil::DateTime = text.parse().ok()?;
            jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()
        }),
        _ => None,
    })
}

/// A boolean, also as 0 or 1 or a string.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::Bool(value) => Ok(Some(value)),
        Value::Number(value) if value.is_u64() => Ok(Some(value.as_u64() != Some(0))),
        Value::String(value) => Ok(match value.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }),
        value => Err(de::Error::custom(format!("{value} is not a boolean"))),
    }
}

/// A text; `null` reads as empty.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}

/// A list; `null` reads as empty. Of an object, which some frameworks make of a list with gaps, the values.
pub(super) fn list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_any(ListVisitor(PhantomData))
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(row) = rows.next_element()? {
            list.push(row);
        }
        Ok(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut rows: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some((_, row)) = rows.next_entry::<IgnoredAny, T>()? {
            list.push(row);
        }
        Ok(list)
    }
}

/// The number of related rows; none if it is not a list.
pub(super) fn length<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<usize>, D::Error> {
    Ok(Value::deserialize(deserializer)?.as_array().map(Vec::len))
}

/// A row of a list. A server may list deleted rows as well, which have a `deleted_at`.
pub(super) struct Listed<T> {
    pub(super) row: T,
    pub(super) is_deleted: bool,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Listed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor(PhantomData))
    }
}

/// An element of a list of which rows were taken out while it arrived.
pub(super) enum Element<T> {
    Row(Listed<T>),
    /// A 0 in the place of a row.
    Taken,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Element<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ElementVisitor(PhantomData))
    }
}

struct ElementVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ElementVisitor<T> {
    type Value = Element<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Element<T>, E> {
        match number {
            0 => Ok(Element::Taken),
            _ => Err(E::invalid_type(de::Unexpected::Unsigned(number), &self)),
        }
    }

    fn visit_map<M: MapAccess<'de>>(self, fields: M) -> Result<Element<T>, M::Error> {
        RowVisitor(PhantomData).visit_map(fields).map(Element::Row)
    }
}

struct RowVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for RowVisitor<T> {
    type Value = Listed<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<M: MapAccess<'de>>(self, fields: M) -> Result<Listed<T>, M::Error> {
        let mut is_deleted = false;
        let fields = WithoutDeletedAt { fields, is_deleted: &mut is_deleted };
        let row = T::deserialize(MapAccessDeserializer::new(fields))?;
        Ok(Listed { row, is_deleted })
    }
}

/// The fields of a row except `deleted_at`, which tells whether it was deleted.
struct WithoutDeletedAt<'a, M> {
    fields: M,
    is_deleted: &'a mut bool,
}

impl<'de, M: MapAccess<'de>> MapAccess<'de> for WithoutDeletedAt<'_, M> {
    type Error = M::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, M::Error> {
        while let Some(Key(key)) = self.fields.next_key()? {
            if key == "deleted_at" {
                *self.is_deleted = is_set(&self.fields.next_value()?);
                continue;
            }
            return match key {
                Cow::Borrowed(key) => seed.deserialize(BorrowedStrDeserializer::new(key)),
                Cow::Owned(key) => seed.deserialize(StringDeserializer::new(key)),
            }
            .map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, M::Error> {
        self.fields.next_value_seed(seed)
    }
}

/// Whether `deleted_at` says that the row was deleted.
fn is_set(deleted_at: &Value) -> bool {
    !matches!(deleted_at, Value::Null | Value::Bool(false)) && deleted_at.as_str() != Some("")
}

/// The name of a field, borrowed from the document where it has no escapes.
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// Whether a single row, as its server answers with it, was deleted.
pub(super) fn is_deleted_row(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Row {
        #[serde(default)]
        deleted_at: Value,
        /// The row, if the server wraps it.
        #[serde(default)]
        data: Value,
    }
    serde_json::from_slice::<Row>(body)
        .is_ok_and(|row| is_set(&row.deleted_at) || row.data.get("deleted_at").is_some_and(is_set))
}

/// A document with one list of rows.
pub(super) trait RowList<T>: DeserializeOwned {
    /// Takes the elements of the list.
    fn take_elements(&mut self) -> Vec<Element<T>>;
}

impl<T: DeserializeOwned> RowList<T> for Vec<Element<T>> {
    fn take_elements(&mut self) -> Vec<Element<T>> {
        std::mem::take(self)
    }
}
