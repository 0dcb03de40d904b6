//! Report files, packed or not: an archive is read like a directory of reports.
//!
//! The content decides what a file is, never its name. Zip (stored and deflated members), tar, and both of them or a
//! report in gzip are opened; any other binary file is an error that names its kind. An archive in an archive is
//! opened, one in that is not.
//!
//! A member is read if [`paths`](crate::paths) would read it in a directory, in natural order, and is called
//! `shards.zip!dir/report.xml`. Its path is only ever shown: nothing is written to disk and no link is followed.
//! Two members with one name are both read.
//!
//! All that is unpacked from one file counts towards [`Limits::file_size`], so that a small archive cannot unpack to
//! terabytes. Whatever could hide a report is damage: encrypted members, unknown compression, wrong checksums, a cut
//! archive, bytes that belong to no member.

mod magic;
mod tar;
mod zip;

use std::cell::Cell;
use std::error::Error;
use std::fs::{File, Metadata};
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use rawzip::FileReader;

use crate::formats::encoding::{Fails, peek};
use crate::formats::model::{Flaw, Position, Report};
use crate::formats::{Limits, ReadError, read_large, read_limited};
use crate::paths::{is_foreign_directory, is_report_name, may_hold_anything, natural_order};
use magic::Content;

/// An archive in an archive is opened, one in that is not.
const DEEPEST: usize = 2;

/// Bytes of the longest file that is read by one call of the system.
const SHORT_FILE: usize = 64 << 10;

/// An archive may have this many members, reports or not.
const MOST_MEMBERS: usize = 1_000_000;

/// Zip archives that cannot be read from a file, from standard input or from another archive, are kept in memory up
/// to this size.
const LARGEST_IN_MEMORY: u64 = 256 << 20;

/// What one file holds.
#[derive(Debug, Default)]
pub struct Contents {
    /// Its reports: one, or those of an archive's members or of JSON lines.
    pub reports: Vec<Report>,
    /// How many members of an archive look like reports by their names but are not.
    pub foreign: usize,
}

/// Reads the file at `path`, which messages and reports call `display`. Members of an archive for whose path
/// `is_excluded` are left out.
///
/// # Errors
/// If the file cannot be opened, is not a test report, or is an archive without one. Damage is not an error: see
/// [`Report::damage`].
pub fn read_file(
    path: &Path,
    display: &str,
    limits: &Limits,
    is_excluded: &dyn Fn(&str) -> bool,
) -> Result<Contents, ReadError> {
    let failed = |source| ReadError::Io { path: Arc::from(display), source };
    let mut file = File::open(path).map_err(failed)?;
    let mut opener = Opener::new(limits, is_excluded);
    let place = Place::file(display);
    let length = file.metadata().ok().filter(Metadata::is_file).map_or(0, |file| file.len());
    // Each call of the system takes as long as reading a few cases: a short file is read by one.
    let short = usize::try_from(length).ok().filter(|length| (1..=SHORT_FILE).contains(length));
    let head = match short {
        Some(length) => read_at_once(&mut file, length),
        None => peek(&mut file, magic::HEAD).map(|(head, _)| head),
    };
    let head = head.map_err(failed)?;
    let content = Content::of(head.get(..magic::HEAD).unwrap_or(&head));
    if short.is_none()
        && content == Content::Unknown
        && let Some(report) = read_large(&file, length, display, limits)
    {
        return Ok(Contents { reports: vec![report], foreign: 0 });
    }
    if content == Content::Zip {
        let length = file.seek(io::SeekFrom::End(0)).map_err(failed)?;
        opener.archive(&place, |opener| opener.zip(&FileReader::from(file), length, &place))?;
    } else {
        opener.open(&mut Cursor::new(head).chain(file), &place)?;
    }
    Ok(opener.into_contents())
}

/// The first `length` bytes of a file, or fewer if it has become shorter or cannot be read to there: an error shows again when it
/// is read further.
fn read_at_once(file: &mut File, length: usize) -> io::Result<Vec<u8>> {
    let mut head = vec![0; length];
    let mut end = 0;
    loop {
        match file.read(head.get_mut(end..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(count) => end += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if end == 0 => return Err(error),
            Err(_) => break,
        }
        if end == length {
            break;
        }
    }
    head.truncate(end);
    Ok(head)
}

/// Reads standard input as [`read_file`] reads a file.
///
/// # Errors
/// As [`read_file`].
pub fn read_stdin(
    limits: &Limits,
    is_excluded: &dyn Fn(&str) -> bool,
) -> Result<Contents, ReadError> {
    let mut opener = Opener::new(limits, is_excluded);
    opener.open(&mut io::stdin().lock(), &Place::file("-"))?;
    Ok(opener.into_contents())
}

/// Whether a file that a directory, a pattern or an archive held is passed over: it is not a report, and its name
/// does not promise one.
#[must_use]
pub fn is_passed_over(path: &str, error: &ReadError) -> bool {
    error.is_foreign() || (error.is_not_xml() && may_hold_anything(path))
}

/// The damaged report without cases that stands for the file at `path`, which could not be read at all.
#[must_use]
pub fn unreadable(path: &str, error: &dyn Error) -> Report {
    let mut message = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        message = format!("{message}: {cause}");
        next = cause.source();
    }
    // Every flaw is shown behind its path already.
    let message = message.replacen(&format!("cannot read {path}"), "cannot be read", 1);
    let without = message.strip_prefix(path).map(|rest| rest.trim_start_matches([':', ' ']));
    let without = without.or_else(|| message.strip_suffix(path)?.strip_suffix(": "));
    let message = without.filter(|rest| !rest.is_empty()).unwrap_or(&message);
    let message = message.strip_prefix("is ").unwrap_or(message).to_owned();
    damaged(path, message)
}

fn damaged(path: &str, message: String) -> Report {
    Report::unreadable(Arc::from(path), Flaw::new(Position::default(), message))
}

/// Where a file is.
struct Place {
    /// What messages call it: `shards.zip!dir/report.xml`.
    display: String,
    /// Its path in the outermost archive: `dir/report.xml`, or `inner.zip/report.xml`. Empty for the file itself.
    path: String,
    /// How many archives are around it.
    depth: usize,
}

impl Place {
    fn file(display: &str) -> Self {
        Self { display: display.to_owned(), path: String::new(), depth: 0 }
    }

    /// The member `name` of the archive that is here. Nothing in `name` leads out of it.
    fn member(&self, name: &str) -> Self {
        let parts = name.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".."));
        let name = parts.collect::<Vec<_>>().join("/");
        let path = match &*self.path {
            "" => name.clone(),
            path => format!("{path}/{name}"),
        };
        Self { display: format!("{}!{name}", self.display), path, depth: self.depth + 1 }
    }
}

/// Reads one file with all that is packed in it.
struct Opener<'a> {
    limits: &'a Limits,
    is_excluded: &'a dyn Fn(&str) -> bool,
    /// How many bytes may still be unpacked.
    left: Rc<Cell<u64>>,
    /// How many members were met.
    members: usize,
    /// The reports of every file, by what messages call it.
    found: Vec<(String, Vec<Report>)>,
    foreign: usize,
}

impl<'a> Opener<'a> {
    fn new(limits: &'a Limits, is_excluded: &'a dyn Fn(&str) -> bool) -> Self {
        let left = Rc::new(Cell::new(limits.file_size));
        Self { limits, is_excluded, left, members: 0, found: Vec::new(), foreign: 0 }
    }

    fn into_contents(mut self) -> Contents {
        // Stable: of several members with one name, the first stays the first.
        self.found.sort_by(|(one, _), (other, _)| natural_order(one, other));
        let reports = self.found.into_iter().flat_map(|(_, reports)| reports).collect();
        Contents { reports, foreign: self.foreign }
    }

    /// Reads the file at `place`, whatever it is.
    fn open(&mut self, input: &mut dyn Read, place: &Place) -> Result<(), ReadError> {
        let path: Arc<str> = Arc::from(&*place.display);
        let failed = |source| ReadError::Io { path: Arc::clone(&path), source };
        // An error behind the first bytes must not cost what can be read.
        let (head, error) = peek(&mut *input, magic::HEAD).map_err(failed)?;
        let mut content = Content::of(&head);
        let mut input: Box<dyn Read + '_> =
            Box::new(Cursor::new(head).chain(Fails(error)).chain(input));
        if content == Content::Gzip {
            let mut unpacked = self.capped(MultiGzDecoder::new(input));
            let (head, error) = peek(&mut unpacked, magic::HEAD).map_err(failed)?;
            content = Content::of(&head);
            input = Box::new(Cursor::new(head).chain(Fails(error)).chain(unpacked));
        }
        match content {
            Content::Unknown => {
                let reports = read_limited(input, &place.display, self.limits)?;
                self.found.push((place.display.clone(), reports));
                Ok(())
            }
            Content::Tar => self.archive(place, |opener| opener.tar(&mut *input, place)),
            Content::Zip => {
                let mut bytes = Vec::new();
                input.take(LARGEST_IN_MEMORY + 1).read_to_end(&mut bytes).map_err(failed)?;
                if bytes.len() as u64 > LARGEST_IN_MEMORY {
                    return Err(failed(io::Error::other(
                        "a zip archive of more than 256 MiB is read only from a file of its own",
                    )));
                }
                let length = bytes.len() as u64;
                self.archive(place, |opener| opener.zip(&bytes, length, place))
            }
            // Packed twice.
            Content::Gzip => Err(ReadError::OtherFormat { path, name: "a gzip file" }),
            Content::Other(name) => Err(ReadError::OtherFormat { path, name }),
        }
    }

    /// Reads an archive, in which at least one report is expected.
    fn archive(&mut self, place: &Place, read: impl FnOnce(&mut Self)) -> Result<(), ReadError> {
        if place.depth == DEEPEST {
            self.damaged(place, "not opened: an archive in an archive in an archive".to_owned());
            return Ok(());
        }
        let before = self.found.len();
        read(self);
        if self.found.len() == before {
            return Err(ReadError::NoReport { path: Arc::from(&*place.display) });
        }
        Ok(())
    }

    /// Counts a member of `archive`. None if there are too many, which is noted.
    fn next_member(&mut self, archive: &Place, name: &str) -> Option<Place> {
        self.members += 1;
        if self.members > MOST_MEMBERS {
            self.damaged(archive, format!("holds more than {MOST_MEMBERS} members"));
            return None;
        }
        Some(archive.member(name))
    }

    /// Whether the member at `place` would be read in a directory.
    fn is_wanted(&self, place: &Place) -> bool {
        let mut directories = place.path.split('/').rev().skip(1);
        is_report_name(&place.path)
            && !directories.any(is_foreign_directory)
            && !(self.is_excluded)(&place.path)
    }

    /// Reads the member at `place`.
    fn member(&mut self, input: &mut dyn Read, place: &Place) {
        match self.open(input, place) {
            Ok(()) => {}
            Err(error) if is_passed_over(&place.path, &error) => {
                // A checksum that is wrong may be all that is left of a report.
                match io::copy(input, &mut io::sink()) {
                    Ok(_) => self.foreign += 1,
                    Err(error) => self.damaged(place, format!("cannot be read: {error}")),
                }
            }
            Err(error) => {
                let report = unreadable(&place.display, &error);
                self.found.push((place.display.clone(), vec![report]));
            }
        }
    }

    /// Notes that what is at `place` cannot be read, or not to its end.
    fn damaged(&mut self, place: &Place, message: String) {
        let report = damaged(&place.display, message);
        self.found.push((place.display.clone(), vec![report]));
    }

    /// Whether no more may be unpacked, which is noted at the archive.
    fn is_exhausted(&mut self, archive: &Place) -> bool {
        let is_exhausted = self.left.get() == 0;
        if is_exhausted {
            let exceeded = io::Error::other(self.limits.file_exceeded());
            let flaw = Flaw::unread(Position::default(), &exceeded);
            let report = Report::unreadable(Arc::from(&*archive.display), flaw);
            self.found.push((archive.display.clone(), vec![report]));
        }
        is_exhausted
    }

    /// What is unpacked by `input`, up to what may still be unpacked of this file.
    fn capped<R: Read>(&self, input: R) -> Capped<R> {
        Capped { input, left: Rc::clone(&self.left), limits: *self.limits }
    }
}

/// An input whose bytes count towards the limit of the whole file.
struct Capped<R> {
    input: R,
    left: Rc<Cell<u64>>,
    limits: Limits,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        let left = self.left.get().checked_sub(count as u64);
        self.left.set(left.unwrap_or(0));
        match left {
            Some(_) => Ok(count),
            None => Err(io::Error::other(self.limits.file_exceeded())),
        }
    }
}

#[cfg(test)]
mod tests;
