//! Members of a zip archive, found by its directory.

use std::io::{self, BufReader, Read};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use rawzip::{
    CompressionMethod, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, RangeReader, ReaderAt, ZipArchive,
    ZipArchiveEntryWayfinder, ZipLocator, ZipVerification,
};

use super::{Opener, Place};

/// The longest note of its sizes that may follow a member.
const LONGEST_DESCRIPTOR: u64 = 24;

/// What a member begins with.
const SIGNATURE: &[u8] = b"PK\x03\x04";

/// How long the header of a member is, without its name and its extra field.
const LOCAL_HEADER: usize = 30;

/// One member, as the directory lists it.
struct Member {
    place: Place,
    location: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    is_encrypted: bool,
    is_link: bool,
}

impl Opener<'_> {
    /// Reads the reports of the archive that is the `length` bytes of `reader`.
    pub(super) fn zip<R: ReaderAt>(&mut self, reader: &R, length: u64, place: &Place) {
        let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let archive = match ZipLocator::new().locate_in_reader(reader, &mut buffer, length) {
            Ok(archive) => archive,
            Err((_, error)) => return self.salvage(reader, place, &error),
        };
        let mut members = Vec::new();
        let mut locations = Vec::new();
        let mut entries = archive.entries(&mut buffer);
        loop {
            let entry = match entries.next_entry() {
                Ok(Some(entry)) => entry,
                Ok(None) => break,
                Err(error) => return self.salvage(reader, place, &error),
            };
            let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
            let Some(member) = self.next_member(place, &name) else {
                break;
            };
            let location = entry.wayfinder();
            locations.push((entry.local_header_offset(), location));
            if !entry.is_dir() && self.is_wanted(&member) {
                members.push(Member {
                    place: member,
                    location,
                    method: entry.compression_method(),
                    is_encrypted: entry.flags().is_encrypted(),
                    is_link: entry.mode().is_symlink(),
                });
            }
        }
        let (listed, met) = (archive.entries_hint(), locations.len() as u64);
        // Writers that do not know zip64 count up to 65,535 and begin again.
        if listed != met && listed != met % (1 << 16) {
            self.damaged(
                place,
                format!("damaged: its directory lists {met} members, not {listed}"),
            );
        }
        self.note_unlisted(&archive, locations, length, place);
        for member in members {
            if self.is_exhausted(place) {
                return;
            }
            self.zip_member(&archive, &member);
        }
    }

    fn zip_member<R: ReaderAt>(&mut self, archive: &ZipArchive<R>, member: &Member) {
        let Member { place, location, method, is_encrypted, is_link } = member;
        if *is_link {
            // What it leads to is a member of its own, or is not here.
            self.foreign += 1;
            return;
        }
        if *is_encrypted || *method == CompressionMethod::AES {
            return self.damaged(place, ENCRYPTED.to_owned());
        }
        let entry = match archive.get_entry(*location) {
            Ok(entry) => entry,
            Err(error) => return self.damaged(place, format!("cannot be read: {error}")),
        };
        let expected = entry.reader().claim_verifier();
        match *method {
            CompressionMethod::STORE => self.verified(entry.reader(), expected, place),
            CompressionMethod::DEFLATE => {
                self.verified(DeflateDecoder::new(entry.reader()), expected, place)
            }
            method => self.damaged(place, unsupported(method)),
        }
    }

    /// Reads the member at `place` out of `input`, which must be as long as `expected` and have its checksum.
    fn verified(&mut self, input: impl Read, expected: ZipVerification, place: &Place) {
        let verified = Verified { input, expected, checksum: Crc::new(), size: 0 };
        let mut input = self.capped(verified);
        self.member(&mut input, place);
    }

    /// Notes bytes outside all members, where members may be that the directory does not list.
    fn note_unlisted<R: ReaderAt>(
        &mut self,
        archive: &ZipArchive<R>,
        mut locations: Vec<(u64, ZipArchiveEntryWayfinder)>,
        length: u64,
        place: &Place,
    ) {
        locations.sort_by_key(|(start, _)| *start);
        let mut gaps = Vec::new();
        let mut end = 0;
        for (start, location) in locations {
            gaps.push(end..start);
            if let Ok(entry) = archive.get_entry(location) {
                let (_, data_end) = entry.compressed_data_range();
                end = end.max(data_end.saturating_add(LONGEST_DESCRIPTOR));
            }
        }
        gaps.extend([end..archive.directory_offset(), archive.end_offset()..length]);
        for gap in gaps.into_iter().filter(|gap| !gap.is_empty()) {
            let start = gap.start;
            let mut bytes = BufReader::new(RangeReader::new(archive.get_ref(), gap)).bytes();
            let is_padding = |byte: &io::Result<u8>| {
                byte.as_ref().is_ok_and(|byte| *byte == 0 || byte.is_ascii_whitespace())
            };
            if !bytes.all(|byte| is_padding(&byte)) {
                let message =
                    format!("damaged: its directory does not list what begins at byte {start}");
                return self.damaged(place, message);
            }
        }
    }

    /// Searches an archive without a usable directory for members, from its start.
    fn salvage(&mut self, reader: &impl ReaderAt, place: &Place, error: &rawzip::Error) {
        self.damaged(place, format!("truncated or damaged, members may be missing: {error}"));
        let mut next = 0;
        while let Some(start) = find_member(reader, next) {
            let mut header = [0; LOCAL_HEADER];
            if self.is_exhausted(place) || reader.read_exact_at(&mut header, start).is_err() {
                return;
            }
            let number = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
            let (flags, method) = (number(6), CompressionMethod::new(number(8)));
            let size = u64::from(number(18)) | u64::from(number(20)) << 16;
            let mut name = vec![0; usize::from(number(26))];
            let name_at = start + LOCAL_HEADER as u64;
            let data = name_at + name.len() as u64 + u64::from(number(28));
            if reader.read_exact_at(&mut name, name_at).is_err() {
                return;
            }
            let Some(member) = self.next_member(place, &String::from_utf8_lossy(&name)) else {
                return;
            };
            // The size may follow the member's data, or be in zip64 form.
            let size = (flags & 8 == 0 && size != u64::from(u32::MAX)).then_some(size);
            next = data + size.unwrap_or(0);
            if !self.is_wanted(&member) {
                continue;
            }
            let input = RangeReader::new(reader, data..size.map_or(u64::MAX, |size| data + size));
            match (method, size) {
                _ if flags & 1 != 0 => self.damaged(&member, ENCRYPTED.to_owned()),
                (CompressionMethod::STORE, Some(_)) => {
                    let mut input = self.capped(input);
                    self.member(&mut input, &member);
                }
                (CompressionMethod::DEFLATE, _) => {
                    let mut input = self.capped(DeflateDecoder::new(input));
                    self.member(&mut input, &member);
                }
                _ => self.damaged(&member, unsupported(method)),
            }
        }
    }
}

const ENCRYPTED: &str = "cannot be read: it is encrypted";

fn unsupported(method: CompressionMethod) -> String {
    format!("cannot be read: its compression, {method}, is not supported")
}

/// Where the next member begins, from byte `from` on.
fn find_member(reader: &impl ReaderAt, mut from: u64) -> Option<u64> {
    let mut chunk = [0; 4096];
    loop {
        let count = reader.read_at(&mut chunk, from).ok()?;
        let read = chunk.get(..count).filter(|read| read.len() >= SIGNATURE.len())?;
        if let Some(at) = memchr::memmem::find(read, SIGNATURE) {
            return Some(from + at as u64);
        }
        from += (count + 1 - SIGNATURE.len()) as u64;
    }
}

/// The bytes of a member. Reading its end fails if they are not those that were packed.
struct Verified<R> {
    input: R,
    expected: ZipVerification,
    checksum: Crc,
    size: u64,
}

impl<R: Read> Read for Verified<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.checksum.update(buffer.get(..count).unwrap_or_default());
        self.size += count as u64;
        if count == 0 && !buffer.is_empty() {
            let read = ZipVerification { crc: self.checksum.sum(), uncompressed_size: self.size };
            self.expected.valid(read).map_err(io::Error::other)?;
        }
        Ok(count)
    }
}
