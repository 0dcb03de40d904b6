//! UTF-8 out of a report in any encoding, packed with gzip or not.

use std::borrow::Cow;
use std::io::{self, Cursor, Read};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::read::MultiGzDecoder;
use quick_xml::events::attributes::{Attribute, Attributes};

use super::limits::Limits;

/// How many bytes at the beginning of a file decide about its encoding.
const HEAD: usize = 1024;
/// The first bytes of a gzip file, whatever it is called.
const GZIP: &[u8] = &[0x1F, 0x8B];

/// An input in UTF-8.
pub(crate) struct Decoded<'a> {
    /// Without a byte order mark.
    pub(crate) input: Box<dyn Read + 'a>,
    /// The encoding that the document declares is not the one it is in, or is unknown.
    pub(crate) contradicts: bool,
    /// Whether its bytes pass as they are.
    pub(crate) is_utf_8: bool,
    /// What it begins with.
    pub(crate) beginning: ContentKind,
}

/// What an input begins with, white space aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentKind {
    /// The first key of our own JSON lines.
    Lines,
    /// A brace or a bracket: perhaps JSON, perhaps what a tool printed before its XML.
    Json,
    /// Markup, or nothing at all.
    Markup,
    /// Anything else: perhaps noise before XML, perhaps the output of `cargo test`.
    Text,
}

impl ContentKind {
    /// Only UTF-8 is recognised, which JSON always is.
    fn of(head: &[u8]) -> Self {
        let head = head.trim_ascii_start();
        match head.split_first() {
            Some((b'{', inside))
                if inside.trim_ascii_start().starts_with(b"\"schema_version\"") =>
            {
                Self::Lines
            }
            Some((b'{' | b'[', _)) => Self::Json,
            Some((b'<', _)) | None => Self::Markup,
            Some(_) => Self::Text,
        }
    }
}

/// A reader that unpacks and decodes `input`.
///
/// UTF-8 passes as it is, valid or not: it is checked where it is kept. The decoder's own detection is not used, as it
/// knows only byte order marks and not `<?xml encoding="…"?>`.
pub(crate) fn decoded<'a>(mut input: impl Read + 'a, limits: &Limits) -> io::Result<Decoded<'a>> {
    let (head, error) = peek(&mut input, HEAD)?;
    let input = Fails(error).chain(input);
    if head.starts_with(GZIP) {
        let mut unpacked = MultiGzDecoder::new(Cursor::new(head).chain(input));
        let (head, error) = peek(&mut unpacked, HEAD)?;
        return decoded_behind(head, Fails(error).chain(unpacked), limits);
    }
    decoded_behind(head, input, limits)
}

/// The first bytes of `input`, at most `length`, and the error behind them.
pub(crate) fn peek(
    input: &mut (impl Read + ?Sized),
    length: usize,
) -> io::Result<(Vec<u8>, Option<io::Error>)> {
    let mut head = Vec::with_capacity(length);
    match input.take(length as u64).read_to_end(&mut head) {
        Err(error) if head.is_empty() => Err(error),
        result => Ok((head, result.err())),
    }
}

/// Fails once if there is an error, and is empty then.
pub(crate) struct Fails(pub(crate) Option<io::Error>);

impl Read for Fails {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// A reader that decodes what is unpacked: `head`, which was read already, and the rest.
fn decoded_behind<'a>(
    head: Vec<u8>,
    input: impl Read + 'a,
    limits: &Limits,
) -> io::Result<Decoded<'a>> {
    let left = limits.file_size.saturating_sub(head.len() as u64);
    let input = Limited { input, left, limits: *limits };
    let (mark, encoding, contradicts) = detect(&head);
    let beginning = ContentKind::of(head.get(mark..).unwrap_or_default());
    let mut head = Cursor::new(head);
    head.set_position(mark as u64);
    let whole = head.chain(input);
    let input: Box<dyn Read + 'a> = if encoding == UTF_8 {
        Box::new(whole)
    } else {
        let mut decoder = DecodeReaderBytesBuilder::new();
        decoder.encoding(Some(encoding)).bom_override(false).bom_sniffing(false);
        Box::new(decoder.build(whole))
    };
    Ok(Decoded { input, contradicts, is_utf_8: encoding == UTF_8, beginning })
}

/// An input that is read up to a limit: a pipe may have no end, and a few kilobytes of gzip hold terabytes.
struct Limited<R> {
    input: R,
    left: u64,
    limits: Limits,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            // It may have exactly the size that is allowed.
            return match self.input.read(&mut [0])? {
                0 => Ok(0),
                _ => Err(io::Error::other(self.limits.file_exceeded())),
            };
        }
        let length = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.input.read(buffer.get_mut(..length).unwrap_or_default())?;
        self.left -= count as u64;
        Ok(count)
    }
}

/// The length of the byte order mark, the encoding, and whether the document declares another or an unknown one.
fn detect(head: &[u8]) -> (usize, &'static Encoding, bool) {
    // Without a mark, UTF-16 begins with white space or `<`, and every other byte is zero.
    let is_plain = |byte: u8| byte == b'<' || byte.is_ascii_whitespace();
    let found = match head {
        [0xEF, 0xBB, 0xBF, ..] => Some((3, UTF_8)),
        [0xFF, 0xFE, ..] => Some((2, UTF_16LE)),
        [0xFE, 0xFF, ..] => Some((2, UTF_16BE)),
        [0, first, 0, ..] if is_plain(*first) => Some((0, UTF_16BE)),
        [first, 0, _, 0, ..] if is_plain(*first) => Some((0, UTF_16LE)),
        _ => None,
    };
    let without_zeros: Vec<u8> = head.iter().copied().filter(|&byte| byte != 0).collect();
    let text = without_zeros.get(found.map_or(0, |(mark, _)| mark)..).unwrap_or_default();
    let label = declared(text);
    let declared = label.map(|label| Encoding::for_label(label.as_bytes()));
    let is_utf_16 = |encoding| encoding == UTF_16LE || encoding == UTF_16BE;
    match (found, declared) {
        (Some((mark, encoding)), None) => (mark, encoding, false),
        (Some((mark, encoding)), Some(_))
            if label.is_some_and(|label| label.eq_ignore_ascii_case("utf-16")) =>
        {
            (mark, encoding, !is_utf_16(encoding))
        }
        (Some((mark, encoding)), Some(declared)) => (mark, encoding, declared != Some(encoding)),
        (None, None) => (0, UTF_8, false),
        // A document that is declared as UTF-16 and can be read as it is, is not.
        (None, Some(None)) => (0, UTF_8, true),
        (None, Some(Some(encoding))) if is_utf_16(encoding) => (0, UTF_8, true),
        // ASCII is UTF-8.
        _ if label.is_some_and(|label| {
            label.eq_ignore_ascii_case("us-ascii") || label.eq_ignore_ascii_case("ascii")
        }) =>
        {
            (0, UTF_8, false)
        }
        (None, Some(Some(encoding))) => (0, encoding, false),
    }
}

/// The label in `<?xml … encoding="label"?>`.
fn declared(head: &[u8]) -> Option<&str> {
    let declaration = head.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = memchr::memmem::find(declaration, b"?>")?;
    let mut attributes = Attributes::new(std::str::from_utf8(declaration.get(..end)?).ok()?, 0);
    let is_encoding = |found: &Attribute<'_>| found.key.into_inner() == "encoding";
    match attributes.find_map(|found| found.ok().filter(is_encoding))?.value {
        Cow::Borrowed(label) => Some(label),
        Cow::Owned(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, bool) {
        let Decoded { mut input, contradicts, .. } = decoded(bytes, &Limits::default()).unwrap();
        let mut text = Vec::new();
        input.read_to_end(&mut text).unwrap();
        (String::from_utf8_lossy(&text).into_owned(), contradicts)
    }

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn utf16_is_read_with_and_without_a_mark() {
        let text = "<?xml version='1.0' encoding='UTF-16'?><a n='é漢𝄞'/>";
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let marked = utf16(&format!("\u{feff}{text}"), to_bytes);
            assert_eq!(read(&marked), (text.to_owned(), false));
            assert_eq!(read(&utf16(text, to_bytes)), (text.to_owned(), false));
        }
    }

    #[test]
    fn short_files_in_a_declared_encoding_are_read() {
        for label in ["ISO-8859-1", "windows-1252", "latin1"] {
            let mut bytes =
                format!("<?xml version=\"1.0\" encoding=\"{label}\"?><a n='caf").into_bytes();
            bytes.extend_from_slice(b"\xe9'/>");
            let (text, contradicts) = read(&bytes);
            assert!(text.ends_with("<a n='café'/>"), "{text}");
            assert!(!contradicts);
        }
    }

    #[test]
    fn a_wrong_declaration_is_noticed_and_not_believed() {
        let text = "<?xml version='1.0' encoding='UTF-8'?><a/>";
        let bytes = utf16(&format!("\u{feff}{text}"), u16::to_le_bytes);
        assert_eq!(read(&bytes), (text.to_owned(), true));
        for label in ["UTF-16", "klingon"] {
            let text = format!("<?xml version='1.0' encoding='{label}'?><a/>");
            assert_eq!(read(text.as_bytes()), (text.clone(), true));
        }
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        use std::io::Write as _;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn gzip_is_unpacked_and_then_decoded() {
        let text = "<?xml version='1.0' encoding='UTF-16'?><a n='é'/>";
        let bytes = utf16(&format!("\u{feff}{text}"), u16::to_le_bytes);
        assert_eq!(read(&packed(&bytes)), (text.to_owned(), false));
        let (first, second) = bytes.split_at(20);
        let members = [packed(first), packed(second)].concat();
        assert_eq!(read(&members), (text.to_owned(), false));
    }

    #[test]
    fn json_is_recognised_by_its_beginning() {
        for (bytes, beginning) in [
            (&b"{\"schema_version\":1}"[..], ContentKind::Lines),
            (b"\xEF\xBB\xBF\n { \"schema_version\" : 1}", ContentKind::Lines),
            (b"{\"end\":true}", ContentKind::Json),
            (b"[", ContentKind::Json),
            (b"<a/>", ContentKind::Markup),
            (b"", ContentKind::Markup),
            (b"running 2 tests", ContentKind::Text),
        ] {
            assert_eq!(decoded(bytes, &Limits::default()).unwrap().beginning, beginning);
            assert_eq!(decoded(&*packed(bytes), &Limits::default()).unwrap().beginning, beginning);
        }
    }

    #[test]
    fn no_more_than_the_limit_is_unpacked() {
        let (head, limits) = (vec![b'y'; 3], Limits { file_size: 10, ..Limits::default() });
        let mut text = Vec::new();
        let mut limited = decoded_behind(head.clone(), io::repeat(b'x'), &limits).unwrap().input;
        let error = limited.read_to_end(&mut text).unwrap_err();
        assert_eq!(error.to_string(), "it is longer than 10 bytes");
        assert_eq!(text, b"yyyxxxxxxx");
        text.clear();
        let mut exact = decoded_behind(head, &b"1234567"[..], &limits).unwrap().input;
        exact.read_to_end(&mut text).unwrap();
        assert_eq!(text, b"yyy1234567");
    }

    #[test]
    fn utf8_loses_only_its_mark() {
        assert_eq!(read(b"\xEF\xBB\xBF<a/>"), ("<a/>".to_owned(), false));
        let long = "<a>é</a>".repeat(1000);
        assert_eq!(read(long.as_bytes()), (long.clone(), false));
        assert_eq!(read(b""), (String::new(), false));
    }
}
