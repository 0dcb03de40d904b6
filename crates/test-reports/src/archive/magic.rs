//! Tells a file's kind from its first bytes.

use tar::Header;

/// As much of a file as its kind is told from: a header of a tar archive.
pub(super) const HEAD: usize = 512;

/// First bytes of files that are not reports. Short ones that text may begin with are left out.
const SIGNATURES: [(&[u8], &str); 28] = [
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (b"\xFD7zXZ\0", "an xz file"),
    (b"\x28\xB5\x2F\xFD", "a Zstandard file"),
    (b"\x04\x22\x4D\x18", "an LZ4 file"),
    (b"\x1F\x9D", "a compress file"),
    (b"LZIP\x01", "a lzip file"),
    (b"Rar!\x1A\x07", "a RAR archive"),
    (b"MSCF\0\0\0\0", "a cabinet archive"),
    (b"!<arch>\n", "an ar archive"),
    (b"070701", "a cpio archive"),
    (b"070707", "a cpio archive"),
    (b"%PDF-", "a PDF file"),
    (b"\x89PNG\r\n\x1A\n", "a PNG image"),
    (b"\xFF\xD8\xFF", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"\x1A\x45\xDF\xA3", "a Matroska or WebM video"),
    (b"\x7FELF", "an ELF program"),
    (b"MZ\x90\0", "a Windows program"),
    (b"\xFE\xED\xFA\xCE", "a Mach-O program"),
    (b"\xFE\xED\xFA\xCF", "a Mach-O program"),
    (b"\xCE\xFA\xED\xFE", "a Mach-O program"),
    (b"\xCF\xFA\xED\xFE", "a Mach-O program"),
    (b"\xCA\xFE\xBA\xBE", "a Java class or Mach-O program"),
    (b"\0asm", "a WebAssembly module"),
    (b"SQLite format 3\0", "a SQLite database"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "a Microsoft Office file"),
    (b"\x00\x05\x16\x07", "an AppleDouble file"),
];

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Gzip,
    Zip,
    Tar,
    /// Something that is not a report, by its name with an article.
    Other(&'static str),
    /// A report, or no known kind.
    Unknown,
}

impl Content {
    /// The kind of the file that begins with `head`, of [`HEAD`] bytes unless the file is shorter.
    pub(super) fn of(head: &[u8]) -> Self {
        match head {
            [0x1F, 0x8B, ..] => Self::Gzip,
            // A local header, the end of an empty archive, and the first part of a split one.
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..] => Self::Zip,
            // The level is a digit, the rest is the number pi.
            [b'B', b'Z', b'h', _, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => {
                Self::Other("a bzip2 file")
            }
            _ if is_tar(head) => Self::Tar,
            _ => {
                let known = SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature));
                known.map_or(Self::Unknown, |&(_, name)| Self::Other(name))
            }
        }
    }
}

/// The checksum of a header tells every variant of tar, those without `ustar` too. An empty archive is all zeros.
fn is_tar(head: &[u8]) -> bool {
    if head.len() != HEAD {
        return false;
    }
    let sum: u32 = head.iter().map(|&byte| u32::from(byte)).sum();
    let field: u32 = head.iter().skip(148).take(8).map(|&byte| u32::from(byte)).sum();
    // The field itself counts as blanks.
    sum == 0
        || Header::from_byte_slice(head).cksum().is_ok_and(|declared| {
            u64::from(declared) == u64::from(sum - field) + 8 * u64::from(b' ')
        })
}
