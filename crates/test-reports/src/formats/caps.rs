//! How much of a report is read before it is taken for an attack or an accident.

use std::fmt;

/// Elements may be nested this deep. No tool needs a tenth of it.
pub(crate) const DEEPEST: usize = 256;

/// An element may have this many attributes.
pub(crate) const MOST_ATTRIBUTES: usize = 1000;

/// What a real report may break one day. What is behind a cap is damage: all that stands before it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Bytes of a file, unpacked.
    pub file_size: u64,
    /// Bytes of one name or one value of an attribute, as written.
    pub value_size: usize,
    /// Case elements in one file.
    pub cases: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self { file_size: 4 << 30, value_size: 1 << 20, cases: 5_000_000 }
    }
}

impl Caps {
    /// The longest start or end tag, in bytes. Not a limit of XML: one of memory.
    pub(crate) fn tag_size(&self) -> usize {
        self.value_size.saturating_mul(4)
    }

    pub(crate) fn file_too_long(&self) -> String {
        format!("it is longer than {}: --max-file-size allows more", Size(self.file_size))
    }

    pub(crate) fn value_too_long(&self, what: &str) -> String {
        let size = Size(self.value_size as u64);
        format!("{what} of more than {size}: --max-value-size allows more")
    }

    pub(crate) fn tag_too_long(&self) -> String {
        let size = Size(self.tag_size() as u64);
        format!("a tag of more than {size}: --max-value-size allows more")
    }

    pub(crate) fn too_many_cases(&self) -> String {
        format!("more than {} cases: --max-cases allows more", self.cases)
    }
}

/// A number of bytes, shown in the greatest unit that it is a multiple of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(
    /// Bytes.
    pub u64,
);

/// Units and how many bytes they stand for as powers of 2, the greatest first.
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
