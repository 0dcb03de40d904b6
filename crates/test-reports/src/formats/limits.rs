//! How much of a report is read before it is taken for an attack or an accident.

use std::fmt;

/// Elements may be nested this deep. No tool needs a tenth of it.
pub(crate) const DEEPEST: usize = 256;

/// An element may have this many attributes.
pub(crate) const MOST_ATTRIBUTES: usize = 1000;

/// Limits that a real report may exceed one day. What is behind a limit is damage; everything before it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a file, unpacked.
    pub file_size: u64,
    /// Bytes of one name or one value of an attribute, as written.
    pub value_size: usize,
    /// Case elements in one file.
    pub cases: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_size: 4 << 30, value_size: 1 << 20, cases: 5_000_000 }
    }
}

impl Limits {
    /// The longest start or end tag, in bytes. Not a limit of XML, but one of memory.
    pub(crate) fn tag_size(&self) -> usize {
        self.value_size.saturating_mul(4)
    }

    pub(crate) fn file_exceeded(&self) -> LimitExceeded {
        LimitExceeded { limit: Limit::FileSize, allowed: self.file_size }
    }

    pub(crate) fn tag_exceeded(&self) -> LimitExceeded {
        LimitExceeded { limit: Limit::TagSize, allowed: self.tag_size() as u64 }
    }

    pub(crate) fn value_exceeded(&self, limit: Limit) -> LimitExceeded {
        LimitExceeded { limit, allowed: self.value_size as u64 }
    }

    pub(crate) fn cases_exceeded(&self) -> LimitExceeded {
        LimitExceeded { limit: Limit::Cases, allowed: self.cases as u64 }
    }
}

/// What a limit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// Bytes of a file, unpacked: [`Limits::file_size`].
    FileSize,
    /// Bytes of a tag: four times [`Limits::value_size`].
    TagSize,
    /// Bytes of an attribute's name or value: [`Limits::value_size`].
    AttributeSize,
    /// Bytes of an element's name: [`Limits::value_size`].
    NameSize,
    /// Cases in a file: [`Limits::cases`].
    Cases,
    /// Attributes of an element, which no setting raises.
    Attributes,
    /// Elements inside each other, which no setting raises.
    Depth,
}

/// A report exceeds a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitExceeded {
    /// Which limit.
    pub limit: Limit,
    /// How many bytes, cases, attributes or elements it allows.
    pub allowed: u64,
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, allowed } = *self;
        let size = Size(allowed);
        match limit {
            Limit::FileSize => write!(f, "it is longer than {size}"),
            Limit::TagSize => write!(f, "a tag of more than {size}"),
            Limit::AttributeSize => write!(f, "an attribute of more than {size}"),
            Limit::NameSize => write!(f, "a name of more than {size}"),
            Limit::Cases => write!(f, "more than {allowed} cases"),
            Limit::Attributes => write!(f, "an element with more than {allowed} attributes"),
            Limit::Depth => write!(f, "elements are nested deeper than {allowed}"),
        }
    }
}

impl std::error::Error for LimitExceeded {}

/// A number of bytes, shown in the greatest unit that it is a multiple of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(
    /// Bytes.
    pub u64,
);

/// Units and their sizes in bytes as powers of 2, the largest first.
const UNITS: [(&str, u32); 3] = [("GiB", 30), ("MiB", 20), ("KiB", 10)];

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match UNITS.iter().find(|(_, power)| self.0 > 0 && self.0.is_multiple_of(1 << power)) {
            Some((unit, power)) => write!(f, "{} {unit}", self.0 >> power),
            None => write!(f, "{} bytes", self.0),
        }
    }
}

impl std::str::FromStr for Size {
    type Err = String;

    /// `4GiB`, `512 MiB`, `64KiB`: a whole number and its unit.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write a size such as 512MiB or 8GiB".to_owned();
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits).ok_or_else(wrong)?;
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let known = UNITS.iter().find(|(name, _)| unit.trim().eq_ignore_ascii_case(name));
        let (_, power) = known.ok_or_else(wrong)?;
        number.checked_mul(1 << power).filter(|&bytes| bytes > 0).map(Size).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_they_are_shown() {
        for (text, bytes) in [("4GiB", 4 << 30), ("512 MiB", 512 << 20), ("1kib", 1024)] {
            let size: Size = text.parse().unwrap();
            assert_eq!(size, Size(bytes));
            assert_eq!(size.to_string().parse(), Ok(size));
        }
        for wrong in ["", "4", "GiB", "-1GiB", "1.5GiB", "4GB", "0MiB", "99999999999GiB", "é"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
        assert_eq!(Size(1025).to_string(), "1025 bytes");
    }
}
