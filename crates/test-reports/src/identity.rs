//! Identities of tests and folders: hashes that stay the same in every run, on every machine.
//!
//! The scheme is version 1, and frozen. The hash is SHA-256 over parts, each written as its length in UTF-8 bytes (4
//! bytes, big-endian) and its bytes; the first 8 bytes of the digest are the identity. The parts of a test are `v1`, the
//! namespace, each part of the container, and the name; those of a folder are `f1`, the namespace, and each part of its
//! path.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::ops::Range;

use sha2::{Digest, Sha256};

/// The identity of a test or of a folder: `tqi-` and 16 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity([u8; 8]);

impl Hash for Identity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from_be_bytes(self.0));
    }
}

/// A map by identity. Identities are hashes already, so that it need not hash them well, only unpredictably.
pub(crate) type IdentityMap<V> = HashMap<Identity, V, IdentityHasher>;

/// Mixes identities with a random number: whoever chooses the names of tests must not choose their places in a map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdentityHasher {
    secret: u64,
    hash: u64,
}

impl Default for IdentityHasher {
    fn default() -> Self {
        Self { secret: RandomState::new().hash_one(0), hash: 0 }
    }
}

impl BuildHasher for IdentityHasher {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        *self
    }
}

impl Hasher for IdentityHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(u64::from(byte)));
    }

    fn write_u64(&mut self, number: u64) {
        // Both halves of the product depend on all bits of both factors.
        let product = u128::from(self.hash ^ number ^ self.secret) * u128::from(self.secret | 1);
        self.hash = (product as u64) ^ ((product >> 64) as u64);
    }

    fn finish(&self) -> u64 {
        self.hash
    }
}

impl Identity {
    /// The identity of a test, from parts cleaned by [`clean`](crate::text::clean).
    #[must_use]
    pub fn of_test<S: AsRef<str>>(namespace: &str, container: &[S], name: &str) -> Self {
        ContainerHash::new(namespace, container).test(name)
    }

    /// The identity of a folder, from the cleaned names of the folders on its path, outermost first.
    #[must_use]
    pub fn of_folder<S: AsRef<str>>(namespace: &str, path: &[S]) -> Self {
        let path = path.iter().map(AsRef::as_ref);
        Self(digest_start(["f1", namespace].into_iter().chain(path)))
    }

    /// The current identity in a description: the first one of the *last* group, whatever surrounds it.
    #[must_use]
    pub fn in_description(description: &str) -> Option<Self> {
        let (value, last) = last_marked(description, IDENTITY_MARK)?;
        Some(Self(preceding(description, last.start).last().map_or(value, |(_, value)| value)))
    }
}

/// The hash of all tests of one container, up to their names.
#[derive(Clone, Debug)]
pub struct ContainerHash(Sha256);

impl ContainerHash {
    /// The hash of the tests in `container`, from parts cleaned by [`clean`](crate::text::clean).
    #[must_use]
    pub fn new<S: AsRef<str>>(namespace: &str, container: &[S]) -> Self {
        let mut hasher = Sha256::new();
        let parts = container.iter().map(AsRef::as_ref);
        ["v1", namespace].into_iter().chain(parts).for_each(|part| add_part(&mut hasher, part));
        Self(hasher)
    }

    /// The identity of the test called `name`.
    #[must_use]
    pub fn test(&self, name: &str) -> Identity {
        let mut hasher = self.0.clone();
        add_part(&mut hasher, name);
        Identity(first_bytes(hasher))
    }
}

/// The last group of identities in a description: `tqi-… tqi-… tqn-…`. All of them belong to the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityGroup {
    /// The current identity, then the former ones (aliases), latest first; at least one.
    pub identities: Vec<Identity>,
    /// The bytes from the first identity to the last one, or to the namespace mark that follows it.
    pub span: Range<usize>,
}

impl IdentityGroup {
    /// The last group of a description.
    #[must_use]
    pub fn last_in(description: &str) -> Option<Self> {
        let (value, last) = last_marked::<8>(description, IDENTITY_MARK)?;
        let mut start = last.start;
        let mut identities = vec![Identity(value)];
        for (range, value) in preceding(description, last.start) {
            start = range.start;
            identities.push(Identity(value));
        }
        identities.reverse();
        let rest = description.get(last.end..).unwrap_or_default();
        let mark = rest.find(NAMESPACE_MARK).filter(|at| is_blank(&rest[..*at]));
        let end = mark.and_then(|at| {
            let at = last.end + at;
            marked::<4>(description, at, NAMESPACE_MARK).map(|_| at + NAMESPACE_MARK.len() + 8)
        });
        Some(Self { identities, span: start..end.unwrap_or(last.end) })
    }

    /// The current identity.
    #[must_use]
    pub fn current(&self) -> Option<Identity> {
        self.identities.first().copied()
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tqi-")?;
        write_hex(f, &self.0)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Identity {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The mark of a namespace in descriptions: `tqn-` and 8 hex digits.
///
/// It is the first 4 bytes of the digest over the parts `n1` and the namespace, computed as for an [`Identity`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamespaceMark([u8; 4]);

impl NamespaceMark {
    /// The mark of a cleaned namespace, which may be empty.
    #[must_use]
    pub fn of(namespace: &str) -> Self {
        Self(digest_start(["n1", namespace].into_iter()))
    }

    /// The *last* mark in a description.
    #[must_use]
    pub fn in_description(description: &str) -> Option<Self> {
        last_marked(description, NAMESPACE_MARK).map(|(value, _)| Self(value))
    }
}

impl fmt::Display for NamespaceMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tqn-")?;
        write_hex(f, &self.0)
    }
}

impl fmt::Debug for NamespaceMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn digest_start<'a, const N: usize>(parts: impl Iterator<Item = &'a str>) -> [u8; N] {
    let mut hasher = Sha256::new();
    parts.for_each(|part| add_part(&mut hasher, part));
    first_bytes(hasher)
}

fn add_part(hasher: &mut Sha256, part: &str) {
    // Readers limit parts to sizes far below 4 GiB.
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    hasher.update(length.to_be_bytes());
    hasher.update(part.as_bytes());
}

fn first_bytes<const N: usize>(hasher: Sha256) -> [u8; N] {
    let digest = hasher.finalize();
    std::array::from_fn(|index| digest[index])
}

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// What identities start with.
const IDENTITY_MARK: &str = "tqi-";

/// What namespace marks start with.
const NAMESPACE_MARK: &str = "tqn-";

/// The last value after `mark`, and where it is with its mark.
fn last_marked<const N: usize>(description: &str, mark: &str) -> Option<([u8; N], Range<usize>)> {
    description.rmatch_indices(mark).find_map(|(start, _)| {
        Some((marked(description, start, mark)?, start..start + mark.len() + 2 * N))
    })
}

/// The value after the `mark` at `start`.
fn marked<const N: usize>(description: &str, start: usize, mark: &str) -> Option<[u8; N]> {
    let digits = description.as_bytes().get(start + mark.len()..)?.get(..2 * N)?;
    let mut value = [0; N];
    for (byte, pair) in value.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = hex_digit(pair[0])? * 16 + hex_digit(pair[1])?;
    }
    Some(value)
}

/// The identities before the one at `start` in the same group, backwards.
fn preceding(
    description: &str,
    start: usize,
) -> impl Iterator<Item = (Range<usize>, [u8; 8])> + '_ {
    let mut next = start;
    std::iter::from_fn(move || {
        let before = description.get(..next)?;
        let start = before.rfind(IDENTITY_MARK)?;
        let value = marked(before, start, IDENTITY_MARK)?;
        let end = start + IDENTITY_MARK.len() + 2 * value.len();
        let gap = before.get(end..)?;
        (!gap.is_empty() && is_blank(gap)).then(|| {
            next = start;
            (start..end, value)
        })
    })
}

/// Whether `text` shows nothing: white space, also as an entity, and tags that an editor added.
fn is_blank(text: &str) -> bool {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let tag = rest.strip_prefix('<').and_then(|tag| tag.split_once('>'));
        rest = match (rest.strip_prefix("&nbsp;"), tag) {
            (Some(after), _) => after,
            (None, Some((tag, after))) if !tag.contains('<') => after,
            _ => return rest.is_empty(),
        };
    }
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_is_frozen() {
        let identity = Identity::of_test("", &["demo-crate"], "tests::fails");
        let bytes: Vec<u8> = [&b"v1"[..], b"", b"demo-crate", b"tests::fails"]
            .iter()
            .flat_map(|part| {
                (part.len() as u32).to_be_bytes().into_iter().chain(part.iter().copied())
            })
            .collect();
        let digest = Sha256::digest(bytes);
        let expected: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(identity.to_string(), format!("tqi-{expected}"));
    }

    #[test]
    fn every_format_of_an_identity_is_complete() {
        let identity = Identity::of_test("", &["demo-crate"], "tests::fails");
        assert_eq!(format!("{identity:?}"), identity.to_string());
        assert_eq!(serde_json::to_string(&identity).unwrap(), format!("\"{identity}\""));
        let mark = NamespaceMark::of("shop");
        assert_eq!(format!("{mark:?}"), mark.to_string());
        assert!(mark.to_string().starts_with("tqn-") && mark.to_string().len() == 12);
        assert_eq!(NamespaceMark::in_description(&format!("x ({identity} {mark})")), Some(mark));
        assert_ne!(mark, NamespaceMark::of(""));
    }

    #[test]
    fn tests_of_a_container_have_the_identities_of_all_parts() {
        let hash = ContainerHash::new("shop", &["cart", "price"]);
        for name in ["", "adds", &"long ".repeat(50)] {
            assert_eq!(hash.test(name), Identity::of_test("shop", &["cart", "price"], name));
        }
        let mut map = IdentityMap::default();
        for name in ["adds", "removes"] {
            map.insert(hash.test(name), name);
        }
        assert_eq!(map.get(&hash.test("adds")), Some(&"adds"));
        assert_eq!(map.get(&hash.test("moves")), None);
        // Neither the first bits nor the last ones of two maps agree.
        let [one, other] = [(); 2].map(|()| IdentityHasher::default().hash_one(hash.test("adds")));
        assert!(one >> 32 != other >> 32 || one << 32 != other << 32);
    }

    #[test]
    fn parts_are_hashed_separately() {
        let split = Identity::of_test("", &["a", "b"], "c");
        assert_ne!(split, Identity::of_test("", &["ab"], "c"));
        assert_ne!(split, Identity::of_test("a", &["b"], "c"));
        assert_ne!(Identity::of_test("", &["a"], "b"), Identity::of_folder("", &["a", "b"]));
    }

    #[test]
    fn the_last_identity_in_a_description_counts() {
        let identity = Identity::of_test("shop", &["cart"], "adds");
        let mark = NamespaceMark::of("shop");
        let line = format!("Automated test: cart :: adds tqi-0123456789abcdef ({identity} {mark})");
        let wrapped = format!("<p>A person&#39;s text</p><p>{line}&nbsp;</p>\r\n");
        assert_eq!(Identity::in_description(&wrapped), Some(identity));
        assert_eq!(NamespaceMark::in_description(&wrapped), Some(NamespaceMark::of("shop")));
        assert_eq!(Identity::in_description("tqi-0123"), None);
        assert_eq!(Identity::in_description("tqi-0123456789ABCDEF"), None);
        assert_eq!(Identity::in_description("tqi-漢字漢字漢字漢字"), None);
    }

    #[test]
    fn a_group_holds_the_current_identity_and_its_aliases() {
        let ids = ["one", "two", "three"].map(|name| Identity::of_test("", &["c"], name));
        let [one, two, three] = ids;
        let mark = NamespaceMark::of("");
        let group = format!("{one} {two} {three} {mark}");
        let nbsp = format!("{one}&nbsp;{two}\u{a0}<b>{three}</b> {mark}");
        for (before, group, after) in [
            ("Automated test (", group.as_str(), "): c :: one"),
            ("Mine tqi-0123456789abcdef.\n\nAutomated test (", &group, "): c :: one"),
            ("<p>Automated test (", &nbsp, "): c :: one</p>"),
            ("tqi-0123456789abcdef, ", &format!("{one} {two} {three}"), ""),
        ] {
            let text = format!("{before}{group}{after}");
            let found = IdentityGroup::last_in(&text).unwrap();
            assert_eq!(found.identities, ids, "{text}");
            assert_eq!(&text[found.span.clone()], group, "{text}");
            assert_eq!(found.current(), Some(one));
            assert_eq!(Identity::in_description(&text), Some(one), "{text}");
        }
        assert_eq!(IdentityGroup::last_in("nothing"), None);
        let cut = format!("Automated test ({one} tqi-0123");
        assert_eq!(IdentityGroup::last_in(&cut).unwrap().identities, [one], "{cut}");
    }
}
