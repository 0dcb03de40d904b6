//! Members of a tar archive, one after the other as they come.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use tar::{Archive, EntryType};

use super::{Opener, Place};

/// No header of one member, with its long names, is larger.
const LARGEST_HEADER: u64 = 1 << 20;

/// Zeros at the end of an archive. A writer that was stopped does not reach them.
const END: u64 = 512;

impl Opener<'_> {
    /// Reads the reports of the archive `input`.
    pub(super) fn tar(&mut self, input: &mut dyn Read, place: &Place) {
        let (budget, zeros) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let stream = Stream { input, budget: Rc::clone(&budget), zeros: Rc::clone(&zeros) };
        let mut archive = Archive::new(stream);
        // Archives can be joined.
        archive.set_ignore_zeros(true);
        let mut entries = match archive.entries() {
            Ok(entries) => entries,
            Err(error) => return self.damaged(place, broken(&error)),
        };
        loop {
            budget.set(LARGEST_HEADER);
            let next = entries.next();
            budget.set(u64::MAX);
            let mut entry = match next {
                Some(Ok(entry)) => entry,
                Some(Err(error)) => return self.damaged(place, broken(&error)),
                None => break,
            };
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let Some(member) = self.next_member(place, &name) else {
                return;
            };
            if self.is_wanted(&member) {
                match entry.header().entry_type() {
                    EntryType::Regular | EntryType::Continuous => self.member(&mut entry, &member),
                    EntryType::Directory => {}
                    EntryType::GNUSparse => {
                        self.damaged(&member, "cannot be read: it is a sparse file".to_owned())
                    }
                    // Links and devices. What a link leads to is a member of its own, or is not here.
                    _ => self.foreign += 1,
                }
            }
            // Only headers are left for `next`.
            if let Err(error) = io::copy(&mut entry, &mut io::sink()) {
                return self.damaged(place, broken(&error));
            }
        }
        if zeros.get() < END {
            self.damaged(place, "truncated: the end of the archive is missing".to_owned());
        }
    }
}

fn broken(error: &io::Error) -> String {
    format!("damaged, members may be missing: {error}")
}

/// The bytes of an archive.
struct Stream<'a> {
    input: &'a mut dyn Read,
    /// How many bytes may be read now.
    budget: Rc<Cell<u64>>,
    /// How many zeros were read last.
    zeros: Rc<Cell<u64>>,
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        let left = self.budget.get().checked_sub(count as u64);
        self.budget.set(left.ok_or_else(|| io::Error::other("a header of more than 1 MiB"))?);
        let read = buffer.get(..count).unwrap_or_default();
        let zeros = read.iter().rev().take_while(|&&byte| byte == 0).count();
        self.zeros.set(zeros as u64 + if zeros == count { self.zeros.get() } else { 0 });
        Ok(count)
    }
}
