//! Whatever encoding a report is in, packed or not, UTF-8 comes out of here.

use std::io::{self, Cursor, Read};

use super::caps::Caps;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::read::MultiGzDecoder;

/// As much of a file as is looked at.
const HEAD: usize = 1024;
/// What a gzip file begins with, whatever it is called.
const GZIP: &[u8] = &[0x1F, 0x8B];
/// What the first bytes of a file say about its encoding.
#[derive(Debug, PartialEq)]
struct Detected {
    encoding: &'static Encoding,
    /// Length of the byte order mark.
    mark: usize,
    /// What is declared is something else, or nothing known.
    contradicts: bool,
}

/// An input in UTF-8.
pub(crate) struct Decoded<'a> {
    /// Without a byte order mark.
    pub(crate) input: Box<dyn Read + 'a>,
    /// The encoding that the document declares is not the one it is in, or nothing known.
    pub(crate) contradicts: bool,
    /// What it begins with.
    pub(crate) beginning: ContentKind,
}

/// What an input begins with, white space aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentKind {
    /// The first key of our own JSON lines.
    Lines,
    /// A brace or a bracket: JSON perhaps, or what a tool printed before its XML.
    Json,
    /// Markup, or nothing at all.
    Markup,
    /// Anything else: noise before XML perhaps, or what `cargo test` prints.
    Text,
}

impl ContentKind {
    /// Only UTF-8 is looked at: that is what JSON is in.
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

/// A reader of `input` that gives UTF-8.
///
/// UTF-8 goes through as it is, broken or not: it is judged where it is kept. The decoder's own detection is not
/// used, as it knows byte order marks only and would not see `<?xml encoding="…"?>`.
pub(crate) fn decoded<'a>(mut input: impl Read + 'a, caps: &Caps) -> io::Result<Decoded<'a>> {
    let head = peek(&mut input)?;
    if head.starts_with(GZIP) {
        let mut unpacked = MultiGzDecoder::new(Cursor::new(head).chain(input));
        let head = peek(&mut unpacked)?;
        return decoded_behind(head, unpacked, caps);
    }
    decoded_behind(head, input, caps)
}

/// The first bytes of `input`.
fn peek(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    input.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// A reader of UTF-8 of what is unpacked: `head`, which was read already, and the rest.
fn decoded_behind<'a>(
    head: Vec<u8>,
    input: impl Read + 'a,
    caps: &Caps,
) -> io::Result<Decoded<'a>> {
    let input =
        Capped { input, left: caps.file_size.saturating_sub(head.len() as u64), caps: *caps };
    let found = detect(&head);
    let beginning = ContentKind::of(head.get(found.mark..).unwrap_or_default());
    let contradicts = found.contradicts;
    let mut head = Cursor::new(head);
    head.set_position(found.mark as u64);
    let whole = head.chain(input);
    if found.encoding == UTF_8 {
        return Ok(Decoded { input: Box::new(whole), contradicts, beginning });
    }
    let decoder = DecodeReaderBytesBuilder::new()
        .encoding(Some(found.encoding))
        .bom_override(false)
        .bom_sniffing(false)
        .build(whole);
    Ok(Decoded { input: Box::new(decoder), contradicts, beginning })
}

/// An input of which no more than so much is read: a pipe may have no end, and a few kilobytes of gzip hold terabytes.
struct Capped<R> {
    input: R,
    left: u64,
    caps: Caps,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            // It may be exactly as long as it may be.
            return match self.input.read(&mut [0])? {
                0 => Ok(0),
                _ => Err(io::Error::other(self.caps.file_too_long())),
            };
        }
        let length = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.input.read(buffer.get_mut(..length).unwrap_or_default())?;
        self.left -= count as u64;
        Ok(count)
    }
}

fn detect(head: &[u8]) -> Detected {
    let with_mark: [(&[u8], &'static Encoding); 3] =
        [(b"\xEF\xBB\xBF", UTF_8), (b"\xFF\xFE", UTF_16LE), (b"\xFE\xFF", UTF_16BE)];
    for (mark, encoding) in with_mark {
        if let Some(rest) = head.strip_prefix(mark) {
            return Detected {
                encoding,
                mark: mark.len(),
                contradicts: contradicts(rest, encoding),
            };
        }
    }
    // Without a mark: white space or `<`, and every other byte zero.
    let encoding = match head {
        [0, first, 0, ..] if is_plain(*first) => Some(UTF_16BE),
        [first, 0, _, 0, ..] if is_plain(*first) => Some(UTF_16LE),
        _ => None,
    };
    if let Some(encoding) = encoding {
        return Detected { encoding, mark: 0, contradicts: contradicts(head, encoding) };
    }
    let Some(label) = declared(head) else {
        return Detected { encoding: UTF_8, mark: 0, contradicts: false };
    };
    // ASCII is UTF-8; what is declared as UTF-16 and is readable as it stands is not.
    let (encoding, contradicts) = match Encoding::for_label(label) {
        Some(_)
            if label.eq_ignore_ascii_case(b"us-ascii") || label.eq_ignore_ascii_case(b"ascii") =>
        {
            (UTF_8, false)
        }
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => (UTF_8, true),
        Some(encoding) => (encoding, false),
        None => (UTF_8, true),
    };
    Detected { encoding, mark: 0, contradicts }
}

/// Whether `head`, which is in `encoding`, declares another one.
fn contradicts(head: &[u8], encoding: &'static Encoding) -> bool {
    let plain: Vec<u8> = head.iter().copied().filter(|&byte| byte != 0).collect();
    let Some(label) = declared(&plain) else {
        return false;
    };
    if label.eq_ignore_ascii_case(b"utf-16") {
        return encoding != UTF_16LE && encoding != UTF_16BE;
    }
    Encoding::for_label(label) != Some(encoding)
}

fn is_plain(byte: u8) -> bool {
    byte == b'<' || byte.is_ascii_whitespace()
}

/// The label in `<?xml … encoding="label"?>`.
fn declared(head: &[u8]) -> Option<&[u8]> {
    let declaration = head.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = memchr::memmem::find(declaration, b"?>")?;
    let declaration = declaration.get(..end)?;
    let at = memchr::memmem::find(declaration, b"encoding")?;
    let value = declaration.get(at + b"encoding".len()..)?.trim_ascii_start();
    let value = value.strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    let end = memchr::memchr(*quote, value)?;
    value.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, bool) {
        let Decoded { mut input, contradicts, beginning: _ } =
            decoded(bytes, &Caps::default()).unwrap();
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
    fn a_wrong_declaration_is_noticed_and_the_bytes_believed() {
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
    fn json_is_told_from_its_beginning() {
        for (bytes, beginning) in [
            (&b"{\"schema_version\":1}"[..], ContentKind::Lines),
            (b"\xEF\xBB\xBF\n { \"schema_version\" : 1}", ContentKind::Lines),
            (b"{\"end\":true}", ContentKind::Json),
            (b"[", ContentKind::Json),
            (b"<a/>", ContentKind::Markup),
            (b"", ContentKind::Markup),
            (b"running 2 tests", ContentKind::Text),
        ] {
            assert_eq!(decoded(bytes, &Caps::default()).unwrap().beginning, beginning);
            assert_eq!(decoded(&*packed(bytes), &Caps::default()).unwrap().beginning, beginning);
        }
    }

    #[test]
    fn no_more_than_the_cap_is_unpacked() {
        let (head, caps) = (vec![b'y'; 3], Caps { file_size: 10, ..Caps::default() });
        let mut text = Vec::new();
        let mut capped = decoded_behind(head.clone(), io::repeat(b'x'), &caps).unwrap().input;
        let error = capped.read_to_end(&mut text).unwrap_err();
        assert_eq!(error.to_string(), "it is longer than 10 bytes: --max-file-size allows more");
        assert_eq!(text, b"yyyxxxxxxx");
        text.clear();
        let mut exact = decoded_behind(head, &b"1234567"[..], &caps).unwrap().input;
        exact.read_to_end(&mut text).unwrap();
        assert_eq!(text, b"yyy1234567");
    }

    #[test]
    fn utf8_loses_its_mark_and_nothing_else() {
        assert_eq!(read(b"\xEF\xBB\xBF<a/>"), ("<a/>".to_owned(), false));
        let long = "<a>é</a>".repeat(1000);
        assert_eq!(read(long.as_bytes()), (long.clone(), false));
        assert_eq!(read(b""), (String::new(), false));
    }
}
