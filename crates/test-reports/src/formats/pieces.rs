//! One large file, read in several threads.
//!
//! The file is cut where a suite seems to begin, and each piece is read as if it began between two suites directly inside
//! the document element `testsuites`. Whether it does is known only when the piece before it ends there, in exactly that
//! state. If every piece does, and nothing is damaged, the reports joined are what one reader would have read: it would have
//! been in the same state at each cut. Otherwise the file is read again from its beginning, by one reader.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use memchr::memmem;
use rayon::prelude::*;

use super::encoding::{self, ContentKind};
use super::limits::Limits;
use super::model::{CaseIndex, Flaw, Format, Position, Report};
use super::xml::elements::{DocumentStart, Elements};
use super::xml::window::Window;
use super::{BUFFER, dialects, index_of};
use crate::threads::map_in_order;

/// Bytes of the shortest piece.
const SHORTEST: u64 = 2 << 20;

/// Pieces for each thread: some take longer than others.
const PIECES_PER_THREAD: u64 = 8;

/// The part of a piece that is searched for the beginning of a suite. Where there are none, this is all that is lost.
const SEARCHED: u64 = 24;

/// Bytes of the window over a large file, and of those that are searched at once: fewer calls of the system.
const WINDOW: usize = 256 << 10;

/// Bytes of a short case.
const SHORT_CASE: usize = 128;

/// The most cases that room is made for before they are read.
const MOST_ROOM: usize = 4 << 20;

/// How a suite begins. With other white space, it is not seen.
const SUITE: &[u8] = b"<testsuite ";

/// What one piece says.
struct Piece {
    /// Its bytes, about.
    length: u64,
    report: Report,
    recovered: Vec<Flaw>,
    /// Its end, if its first byte is at line 1, column 1.
    end: Position,
}

/// Bytes that can be read from any place: as many as fit into the buffer, from the offset on.
type Source<'s> = &'s (dyn Fn(&mut [u8], u64) -> io::Result<usize> + Sync);

/// Reads the report in `file` of `length` bytes, if that is large enough.
pub(super) fn read_file(
    file: &File,
    length: u64,
    display: &str,
    limits: &Limits,
) -> Option<Report> {
    if length < 2 * SHORTEST || length > limits.file_size {
        return None;
    }
    // Whoever reads the file after this uses it too.
    BUFFER.set(buffer());
    let threads = rayon::current_num_threads() as u64;
    let count = (length / SHORTEST).min(PIECES_PER_THREAD * threads);
    let source = |buffer: &mut [u8], offset| read_at(file, buffer, offset);
    if threads > 1 { read(&source, length, count, display, limits) } else { None }
}

/// Reads the report of `length` bytes in `source`, in at most `count` pieces.
fn read(
    source: Source<'_>,
    length: u64,
    count: u64,
    display: &str,
    limits: &Limits,
) -> Option<Report> {
    let path: Arc<str> = Arc::from(display);
    let piece = length / count;
    let searched = (piece / SEARCHED).max(WINDOW as u64).min(piece);
    let starts: Vec<u64> = (1..count).map(|number| piece * number).collect();
    let mut cuts: Vec<u64> = starts
        .into_par_iter()
        .filter_map(|start| find_suite(source, start..start + searched))
        .collect();
    cuts.dedup();
    if cuts.is_empty() {
        return None;
    }
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([u64::MAX]);
    let ranges: Vec<Range<u64>> = starts.zip(ends).map(|(start, end)| start..end).collect();
    let read = |range: &Range<u64>| {
        let length = range.end.min(length).saturating_sub(range.start);
        let length = usize::try_from(length).unwrap_or_default();
        read_piece(Section { source, range: range.clone() }, length, &path, limits)
    };
    let (mut whole, mut joined) = (None, 0);
    map_in_order(&ranges, true, read, |piece| {
        let Some(piece) = piece else { return false };
        whole = Some(match whole.take() {
            Some(whole) => Piece::append(whole, piece),
            None => piece.with_room(length),
        });
        joined += 1;
        whole.as_ref().is_some_and(|whole: &Piece| whole.report.cases.len() <= limits.cases)
    });
    let Piece { report, recovered, .. } = whole.filter(|_| joined == ranges.len())?;
    let is_within_limits = (1..=limits.cases).contains(&report.cases.len());
    is_within_limits.then_some(Report { recovered, ..report })
}

/// Where a suite seems to begin in the `range`, or just behind it.
fn find_suite(source: Source<'_>, range: Range<u64>) -> Option<u64> {
    let mut window =
        vec![0; WINDOW.min(usize::try_from(range.end - range.start).ok()?) + SUITE.len()];
    let (mut start, mut kept) = (range.start, 0);
    while start < range.end {
        let count =
            source(window.get_mut(kept..)?, start + kept as u64).ok().filter(|&count| count > 0)?;
        let searched = window.get(..kept + count)?;
        if let Some(at) = memmem::find(searched, SUITE) {
            return Some(start + at as u64);
        }
        // The beginning may have begun.
        let tail = searched.len().min(SUITE.len() - 1);
        let done = searched.len() - tail;
        window.copy_within(done..done + tail, 0);
        (start, kept) = (start + done as u64, tail);
    }
    None
}

/// The buffer of this thread, large enough for a large file.
fn buffer() -> Vec<u8> {
    let mut buffer = BUFFER.take();
    if buffer.len() < WINDOW {
        buffer.resize(WINDOW, 0);
    }
    buffer
}

/// Reads a piece of about `length` bytes. None if it is damaged, or if its end is not where the next one expects it.
fn read_piece(
    section: Section<'_>,
    length: usize,
    path: &Arc<str>,
    limits: &Limits,
) -> Option<Piece> {
    let (is_first, is_last) = (section.range.start == 0, section.range.end == u64::MAX);
    let path = Arc::clone(path);
    let buffer = buffer();
    let mut elements = if is_first {
        let decoded = encoding::decoded(section, limits).ok()?;
        let is_plain = decoded.is_utf_8 && !decoded.contradicts;
        if !is_plain || decoded.beginning != ContentKind::Markup {
            return None;
        }
        Elements::new(Window::new(decoded.input, buffer), *limits)
    } else {
        Elements::behind_suite(Window::new(Box::new(section), buffer), *limits)
    };
    if !is_last {
        elements.may_end_between_suites();
    }
    if is_first && !matches!(elements.enter(), Ok(DocumentStart::Root(Format::Junit))) {
        return None;
    }
    let report = dialects::read_piece(&mut elements, path, is_first, length / SHORT_CASE);
    let (end, ended_between) = (elements.end_position(), elements.ended_between_suites());
    let (recovered, damage, buffer) = elements.finish();
    BUFFER.set(buffer);
    (damage.is_none() && ended_between != is_last).then_some(Piece {
        length: length as u64,
        report,
        recovered,
        end,
    })
}

impl Piece {
    /// The first piece, with room for the cases of a file of `length` bytes that is like it.
    fn with_room(mut self, length: u64) -> Self {
        let cases = &mut self.report.cases;
        let wanted = length.saturating_mul(cases.len() as u64) / self.length.max(1);
        // A quarter more, which is never touched unless it is used. Growing would copy all of them.
        let wanted = usize::try_from(wanted.saturating_add(wanted / 4)).unwrap_or_default();
        cases.reserve_exact(wanted.saturating_sub(cases.len()).min(MOST_ROOM));
        self
    }

    /// This piece and the `next` one behind it.
    fn append(mut self, next: Self) -> Self {
        let start = self.end;
        let place = |position: Position| move_behind(start, position);
        let whole = &mut self.report;
        let suites_before = index_of(whole.suites.len());
        let cases_before = index_of(whole.cases.len());
        let move_suite =
            |suite: &mut Option<u32>| *suite = suite.map(|suite| suite + suites_before);
        let Report { root, suites, cases, suite_errors, .. } = next.report;
        whole.root.properties.extend(root.properties);
        whole.suites.extend(suites.into_iter().map(|mut suite| {
            move_suite(&mut suite.parent);
            suite
        }));
        whole.cases.extend(cases.into_iter().map(|mut case| {
            move_suite(&mut case.suite);
            let parent = case.parent_case.map(|parent| parent.get() + cases_before);
            case.parent_case = parent.and_then(CaseIndex::new);
            case.position = place(case.position);
            case
        }));
        whole.suite_errors.extend(suite_errors.into_iter().map(|mut error| {
            move_suite(&mut error.suite);
            error.position = place(error.position);
            error
        }));
        for flaw in next.recovered {
            // Only the first place of each kind is kept.
            if self.recovered.iter().all(|known| known.message != flaw.message) {
                self.recovered.push(Flaw { position: place(flaw.position), ..flaw });
            }
        }
        self.end = place(next.end);
        self
    }
}

/// The position in the file of a `position` in a piece that begins at `start`.
fn move_behind(start: Position, position: Position) -> Position {
    let Position { line, column } = position;
    Position {
        line: start.line.saturating_add(line.saturating_sub(1)),
        column: match line {
            ..=1 => start.column.saturating_add(column.saturating_sub(1)),
            _ => column,
        },
    }
}

/// A part of a source.
struct Section<'s> {
    source: Source<'s>,
    /// What is still to be read.
    range: Range<u64>,
}

impl Read for Section<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.range.end - self.range.start).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let buffer = buffer.get_mut(..wanted).unwrap_or_default();
        let count = (self.source)(buffer, self.range.start)?;
        self.range.start += count as u64;
        Ok(count)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(not(any(unix, windows)))]
fn read_at(_: &File, _: &mut [u8], _: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests;
