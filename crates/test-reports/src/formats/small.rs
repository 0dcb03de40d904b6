//! Numbers whose `Option` takes no more room than they do: every case has them, and there may be millions of cases.

use std::num::{NonZeroU32, NonZeroU64};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Seconds: a finite number of at least 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seconds(NonZeroU64);

/// The sign bit. No number here is negative; with the bit set, none is zero.
const SIGN: u64 = 1 << 63;

impl Seconds {
    /// `seconds`, unless that is negative, infinite or not a number.
    #[must_use]
    pub fn new(seconds: f64) -> Option<Self> {
        let is_one = seconds.is_finite() && seconds >= 0.0;
        NonZeroU64::new(seconds.to_bits() | SIGN).filter(|_| is_one).map(Self)
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        f64::from_bits(self.0.get() & !SIGN)
    }
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.get())
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Self::new(seconds).ok_or_else(|| serde::de::Error::custom("not a number of seconds"))
    }
}

/// The index of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CaseIndex(NonZeroU32);

impl CaseIndex {
    /// `index`, unless it is `u32::MAX`.
    #[must_use]
    pub fn new(index: u32) -> Option<Self> {
        index.checked_add(1).and_then(NonZeroU32::new).map(Self)
    }

    /// The index.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0.get() - 1
    }
}

impl Serialize for CaseIndex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.get())
    }
}

impl<'de> Deserialize<'de> for CaseIndex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let index = u32::deserialize(deserializer)?;
        Self::new(index).ok_or_else(|| serde::de::Error::custom("not the index of a case"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_exactly() {
        for number in [0.0, 0.1, 1e-300, f64::MAX] {
            assert_eq!(Seconds::new(number).map(Seconds::get), Some(number));
        }
        assert_eq!(Seconds::new(-0.0).map(Seconds::get), Some(0.0));
        for number in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Seconds::new(number), None);
        }
        for index in [0, 7, u32::MAX - 1] {
            assert_eq!(CaseIndex::new(index).map(CaseIndex::get), Some(index));
        }
        assert_eq!(CaseIndex::new(u32::MAX), None);
    }

    #[test]
    fn an_option_takes_no_more_room() {
        assert_eq!(size_of::<Option<Seconds>>(), size_of::<f64>());
        assert_eq!(size_of::<Option<CaseIndex>>(), size_of::<u32>());
    }

    #[test]
    fn json_has_plain_numbers() {
        let pair = (Seconds::new(1.5), CaseIndex::new(3));
        let json = serde_json::to_string(&pair).unwrap();
        assert_eq!(json, "[1.5,3]");
        assert_eq!(
            serde_json::from_str::<(Option<Seconds>, Option<CaseIndex>)>(&json).unwrap(),
            pair
        );
        assert!(serde_json::from_str::<Seconds>("-1").is_err());
    }
}
