//! Objects and arrays that hold many cases: their fields and elements are read one by one.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize as _, DeserializeOwned, DeserializeSeed, Deserializer, Error, IgnoredAny,
    MapAccess, SeqAccess, Visitor,
};

use super::place::Place;
use super::values::{Words, ignore_arrays, ignore_objects, ignore_scalars};
use crate::formats::model::Position;

/// Passes each element of an array on, with the place where it begins. Anything but an array is ignored.
pub(super) struct Each<'a, T, F> {
    place: &'a Place,
    each: F,
    element: PhantomData<T>,
}

impl<'a, T, F: FnMut(T, Position)> Each<'a, T, F> {
    pub(super) fn new(place: &'a Place, each: F) -> Self {
        Self { place, each, element: PhantomData }
    }
}

impl<'de, T: DeserializeOwned, F: FnMut(T, Position)> DeserializeSeed<'de> for Each<'_, T, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: DeserializeOwned, F: FnMut(T, Position)> Visitor<'de> for Each<'_, T, F> {
    type Value = ();

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some((element, position)) = seq.next_element_seed(At(self.place, PhantomData))? {
            (self.each)(element, position);
        }
        Ok(())
    }

    ignore_objects!();
    ignore_scalars!();
}

/// Reads an element and notes where it begins.
struct At<'a, T>(&'a Place, PhantomData<T>);

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for At<'_, T> {
    type Value = (T, Position);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let position = self.0.position();
        let value = match self.0.take() {
            Some(value) => IgnoredAny::deserialize(deserializer).map(|_| value),
            None => T::deserialize(deserializer),
        };
        value.map(|value| (value, position))
    }
}

/// An object whose fields are read one by one, because it holds many cases.
pub(super) trait Object {
    /// An object begins.
    fn start(&mut self) {}

    /// Takes the value of `key` from `map`, if only to ignore it.
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;

    /// An object ended. Not called where the input is cut.
    fn end(&mut self) {}
}

/// Ignores a value of `map`, which is at `place`.
pub(super) fn skip<'de, A: MapAccess<'de>>(place: &Place, map: &mut A) -> Result<(), A::Error> {
    map.next_value_seed(Ignored(place))
}

struct Ignored<'a>(&'a Place);

impl<'de> DeserializeSeed<'de> for Ignored<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.0.skip() {
            return Ok(());
        }
        IgnoredAny::deserialize(deserializer).map(drop)
    }
}

/// Reads one object. Anything else is ignored.
pub(super) struct Fields<'a, T>(pub(super) &'a mut T);

/// Reads each object of an array. Anything else is ignored.
pub(super) struct Objects<'a, T>(pub(super) &'a mut T);

impl<'de, T: Object> DeserializeSeed<'de> for Fields<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Object> Visitor<'de> for Fields<'_, T> {
    type Value = ();

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.start();
        while let Some(key) = map.next_key::<Words>()? {
            self.0.field(key.text(), &mut map)?;
        }
        self.0.end();
        Ok(())
    }

    ignore_arrays!();
    ignore_scalars!();
}

impl<'de, T: Object> DeserializeSeed<'de> for Objects<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Object> Visitor<'de> for Objects<'_, T> {
    type Value = ();

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Fields(self.0))?.is_some() {}
        Ok(())
    }

    ignore_objects!();
    ignore_scalars!();
}
