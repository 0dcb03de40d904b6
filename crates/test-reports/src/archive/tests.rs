use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use rawzip::path::EntryPath;
use rawzip::{CompressionMethod, ZipArchiveWriter};

use super::*;

/// A report with one test, `name`.
fn report(name: &str) -> String {
    format!("<testsuite name='s'><testcase classname='c' name='{name}'/></testsuite>")
}

/// A zip archive of `members`, deflated.
fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    zipped_with(CompressionMethod::DEFLATE, members)
}

fn zipped_with(method: CompressionMethod, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in members {
        let path = EntryPath::verbatim(name.as_bytes());
        let (mut entry, config) =
            archive.new_file(path).compression_method(method).start().unwrap();
        let descriptor = if method == CompressionMethod::STORE {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap().1
        } else {
            let deflater = DeflateEncoder::new(&mut entry, Compression::default());
            let mut writer = config.wrap(deflater);
            writer.write_all(bytes).unwrap();
            let (deflater, descriptor) = writer.finish().unwrap();
            deflater.finish().unwrap();
            descriptor
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap()
}

fn tarred(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ::tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        // `set_path` refuses what must be tested.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        archive.append(&header, *bytes).unwrap();
    }
    archive.into_inner().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read_with(
    bytes: &[u8],
    limits: &Limits,
    is_excluded: &dyn Fn(&str) -> bool,
) -> Result<Contents, ReadError> {
    let mut opener = Opener::new(limits, is_excluded);
    opener.open(&mut &*bytes, &Place::file("r"))?;
    Ok(opener.into_contents())
}

fn read(bytes: &[u8]) -> Contents {
    read_with(bytes, &Limits::default(), &|_| false).unwrap()
}

/// The tests that were read, with the members they are from.
fn tests(contents: &Contents) -> Vec<(&str, &str)> {
    let cases = contents.reports.iter().flat_map(|report| {
        report.cases.iter().map(|case| (&*report.path, case.name.as_deref().unwrap_or_default()))
    });
    cases.collect()
}

/// The damage that was found, with the file or member where.
fn damages(contents: &Contents) -> Vec<(&str, &str)> {
    let damages = contents
        .reports
        .iter()
        .filter_map(|report| Some((&*report.path, &*report.damage.as_ref()?.message)));
    damages.collect()
}

#[test]
fn members_are_read_in_natural_order_from_every_kind_of_archive() {
    let (ten, two, deep) = (report("ten"), report("two"), report("deep"));
    let members: &[(&str, &[u8])] = &[
        ("b/10.xml", ten.as_bytes()),
        ("b/2.xml", two.as_bytes()),
        ("b/notes.txt", b"<testsuite/>"),
        ("b/node_modules/x.xml", b"broken"),
        ("__MACOSX/b/._2.xml", b"\0\x05\x16\x07"),
        ("b/._2.xml", b"\0\x05\x16\x07"),
        ("a.xml", deep.as_bytes()),
    ];
    let stored = zipped_with(CompressionMethod::STORE, members);
    let tar = tarred(members);
    for bytes in [zipped(members), stored, gzipped(&zipped(members)), gzipped(&tar), tar] {
        let contents = read(&bytes);
        let expected = [("r!a.xml", "deep"), ("r!b/2.xml", "two"), ("r!b/10.xml", "ten")];
        assert_eq!(tests(&contents), expected);
        assert_eq!((damages(&contents).len(), contents.foreign), (0, 0));
    }
}

#[test]
fn members_that_are_not_reports_are_counted_and_damaged_ones_named() {
    let good = report("a");
    let members: &[(&str, &[u8])] = &[
        ("a.xml", good.as_bytes()),
        ("pom.xml", b"<project/>"),
        ("logs.gz", &gzipped(b"nothing")),
        ("docs.zip", &zipped(&[("index.html", b"<html/>")])),
        ("trace.zip", b"\x89PNG\r\n\x1A\n"),
        ("b.xml", b"\x89PNG\r\n\x1A\n"),
        ("c.xml", b"no markup"),
    ];
    for bytes in [zipped(members), tarred(members)] {
        let contents = read(&bytes);
        assert_eq!(tests(&contents), [("r!a.xml", "a")]);
        let expected = [
            ("r!b.xml", "a PNG image, not a test report"),
            ("r!c.xml", "not a test report: not XML, JSON, "),
        ];
        let damages = damages(&contents);
        assert_eq!(damages.len(), expected.len());
        for ((path, message), (expected, start)) in damages.iter().zip(expected) {
            assert!(*path == expected && message.starts_with(start), "{path} {message}");
        }
        assert_eq!(contents.foreign, 4);
    }
}

#[test]
fn excluded_members_are_left_out_by_their_path() {
    let good = report("a");
    let inner = zipped(&[("old/a.xml", good.as_bytes()), ("a.xml", good.as_bytes())]);
    let bytes = tarred(&[("x/inner.zip", &inner), ("old/b.xml", good.as_bytes())]);
    let is_excluded = |path: &str| path.split('/').any(|part| part == "old");
    let contents = read_with(&bytes, &Limits::default(), &is_excluded).unwrap();
    assert_eq!(tests(&contents), [("r!x/inner.zip!a.xml", "a")]);
}

#[test]
fn an_archive_in_an_archive_is_opened_and_one_in_that_is_not() {
    let good = report("a");
    let packed = gzipped(good.as_bytes());
    let members: &[(&str, &[u8])] = &[("a.xml", good.as_bytes()), ("b.xml.gz", &packed)];
    for inner in [zipped(members), tarred(members), gzipped(&tarred(members))] {
        for outer in [zipped(&[("i.zip", &inner)]), tarred(&[("i.zip", &inner)])] {
            let contents = read(&outer);
            let expected = [("r!i.zip!a.xml", "a"), ("r!i.zip!b.xml.gz", "a")];
            assert_eq!(tests(&contents), expected);
            assert_eq!(damages(&contents), []);
            let contents = read(&zipped(&[("o.tar", &outer)]));
            let expected =
                [("r!o.tar!i.zip", "not opened: an archive in an archive in an archive")];
            assert_eq!((tests(&contents), damages(&contents)), (vec![], expected.to_vec()));
        }
    }
}

#[test]
fn an_archive_without_a_report_is_an_error() {
    for bytes in [
        zipped(&[]),
        tarred(&[]),
        zipped(&[("notes.txt", b"")]),
        tarred(&[("pom.xml", b"<project/>")]),
        gzipped(&tarred(&[])),
    ] {
        let error = read_with(&bytes, &Limits::default(), &|_| false).unwrap_err();
        assert_eq!(error.to_string(), "r: no test report in archive");
        let report = unreadable("r", &error);
        assert_eq!(report.damage.unwrap().message, "no test report in archive");
        assert!(is_passed_over("r.zip", &error));
    }
}

#[test]
fn paths_never_lead_out_of_the_archive() {
    let good = report("a");
    for (name, shown) in [
        ("../../etc/a.xml", "r!etc/a.xml"),
        ("/etc/a.xml", "r!etc/a.xml"),
        ("./b/./../a.xml", "r!b/a.xml"),
        ("b\\..\\a.xml", "r!b/a.xml"),
    ] {
        let member: &[(&str, &[u8])] = &[(name, good.as_bytes())];
        for bytes in [zipped(member), tarred(member)] {
            assert_eq!(tests(&read(&bytes)), [(shown, "a")]);
        }
    }
}

#[test]
fn members_with_one_name_are_all_read() {
    let (first, second) = (report("first"), report("second"));
    let members: &[(&str, &[u8])] = &[("a.xml", first.as_bytes()), ("a.xml", second.as_bytes())];
    for bytes in [zipped(members), tarred(members)] {
        assert_eq!(tests(&read(&bytes)), [("r!a.xml", "first"), ("r!a.xml", "second")]);
    }
}

#[test]
fn links_and_devices_are_not_followed() {
    let good = report("a");
    let mut archive = ::tar::Builder::new(tarred(&[("a.xml", good.as_bytes())]));
    archive.get_mut().truncate(1024);
    for (name, kind) in [
        ("link.xml", ::tar::EntryType::Symlink),
        ("hard.xml", ::tar::EntryType::Link),
        ("device.xml", ::tar::EntryType::Char),
        ("pipe.xml", ::tar::EntryType::Fifo),
        ("directory.xml", ::tar::EntryType::Directory),
    ] {
        let mut header = ::tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_path(name).unwrap();
        header.set_link_name("/etc/passwd").unwrap();
        header.set_size(0);
        header.set_cksum();
        archive.append(&header, io::empty()).unwrap();
    }
    let contents = read(&archive.into_inner().unwrap());
    assert_eq!((tests(&contents), contents.foreign), (vec![("r!a.xml", "a")], 4));
    assert_eq!(damages(&contents), []);
}

#[test]
fn what_is_unpacked_is_limited_for_all_members_together() {
    let limits = Limits { file_size: 100_000, ..Limits::default() };
    let long = report("a") + &" ".repeat(60_000);
    let members: &[(&str, &[u8])] =
        &[("a.xml", long.as_bytes()), ("b.xml", long.as_bytes()), ("c.xml", long.as_bytes())];
    for bytes in [zipped(members), gzipped(&tarred(members))] {
        let contents = read_with(&bytes, &limits, &|_| false).unwrap();
        assert_eq!(tests(&contents).first(), Some(&("r!a.xml", "a")));
        let (place, message) = damages(&contents)[0];
        assert!(message.ends_with("longer than 100000 bytes"));
        assert_eq!(place.split('!').next(), Some("r"), "{message}");
        // The rest is not even tried.
        assert_eq!(damages(&contents).len(), 2);
    }
    // Gzip in a zip archive counts twice.
    let packed = gzipped(long.as_bytes());
    let bytes = zipped(&[("a.xml.gz", &packed), ("b.xml.gz", &packed)]);
    assert_eq!(damages(&read_with(&bytes, &limits, &|_| false).unwrap()).len(), 1);
}

#[test]
fn a_cut_archive_keeps_the_members_before_the_cut() {
    let (first, second) = (report("first"), report("second"));
    let members: &[(&str, &[u8])] =
        &[("a.xml", first.as_bytes()), ("b.xml", second.as_bytes()), ("c.txt", b"c")];
    let stored = zipped_with(CompressionMethod::STORE, members);
    for whole in [zipped(members), tarred(members), gzipped(&tarred(members)), stored.clone()] {
        for length in 0..whole.len() {
            match read_with(&whole[..length], &Limits::default(), &|_| false) {
                Ok(contents) => {
                    let is_whole = tests(&contents).len() == 2;
                    assert!(is_whole || !damages(&contents).is_empty(), "{length}");
                }
                // Too short to be called an archive.
                Err(error) => {
                    let shortest = if whole.starts_with(b"a.xml\0") { magic::HEAD } else { 4 };
                    let is_short = length < shortest;
                    assert!(is_short || !is_passed_over("r.zip", &error), "{length}: {error}");
                }
            }
        }
    }
    // The directory is lost.
    let whole = zipped(members);
    let directory = memchr::memmem::find(&whole, b"PK\x01\x02").unwrap();
    let contents = read(&whole[..directory]);
    assert_eq!(tests(&contents), [("r!a.xml", "first"), ("r!b.xml", "second")]);
    let (place, message) = damages(&contents)[0];
    assert!(place == "r" && message.contains("members may be missing"), "{message}");
    // Where a stored member ends is written behind it, with data that may hold anything.
    let contents = read(&stored[..memchr::memmem::find(&stored, b"PK\x01\x02").unwrap()]);
    assert_eq!(damages(&contents).len(), 3);
    // At the start of a member, nothing but the missing end tells.
    let contents = read(&tarred(members)[..1024]);
    assert_eq!(tests(&contents), [("r!a.xml", "first")]);
    assert_eq!(damages(&contents), [("r", "truncated: the end of the archive is missing")]);
}

#[test]
fn a_wrong_checksum_is_damage_even_if_nothing_else_tells() {
    let good = report("a");
    for (from, to) in [("name='a'", "name='b'"), ("<testsuite", "<tastsuite")] {
        let mut bytes = zipped_with(CompressionMethod::STORE, &[("a.xml", good.as_bytes())]);
        let at = memchr::memmem::find(&bytes, from.as_bytes()).unwrap();
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        let contents = read(&bytes);
        let [(place, message)] = damages(&contents)[..] else { panic!("{from}") };
        assert!(place == "r!a.xml" && message.contains("checksum"), "{message}");
    }
}

#[test]
fn bytes_that_belong_to_no_member_are_damage() {
    let (first, second) = (report("first"), report("second"));
    let (one, other) =
        (zipped(&[("a.xml", first.as_bytes())]), zipped(&[("b.xml", second.as_bytes())]));
    for bytes in [[&*one, &*other].concat(), [&*one, first.as_bytes()].concat()] {
        let contents = read(&bytes);
        assert_eq!(tests(&contents).len(), 1);
        let (place, message) = damages(&contents)[0];
        assert!(place == "r" && message.contains("does not list"), "{message}");
    }
    // Padding is nothing.
    assert_eq!(damages(&read(&[&*one, b"\0\0\r\n"].concat())), []);
    // Joined tar archives are all read, and nothing else may follow.
    let (one, other) =
        (tarred(&[("a.xml", first.as_bytes())]), tarred(&[("b.xml", second.as_bytes())]));
    let contents = read(&[&*one, &*other].concat());
    assert_eq!((tests(&contents).len(), damages(&contents)), (2, vec![]));
    let contents = read(&[&*one, first.as_bytes()].concat());
    assert_eq!((tests(&contents).len(), damages(&contents).len()), (1, 1));
}

#[test]
fn a_header_of_a_tar_archive_is_limited() {
    let mut header = ::tar::Header::new_gnu();
    header.set_entry_type(::tar::EntryType::GNULongName);
    header.set_size(1 << 30);
    header.set_cksum();
    let endless = Cursor::new(header.as_bytes().to_vec()).chain(io::repeat(b'x'));
    let limits = Limits::default();
    let mut opener = Opener::new(&limits, &|_| false);
    opener.open(&mut endless.take(1 << 30), &Place::file("r")).unwrap();
    let contents = opener.into_contents();
    let expected = "damaged, members may be missing: a header of more than 1 MiB";
    assert_eq!(damages(&contents), [("r", expected)]);
}

#[test]
fn other_files_are_called_by_their_kind() {
    for (head, name) in [
        (&b"%PDF-1.7\n"[..], "a PDF file"),
        (b"7z\xBC\xAF\x27\x1C\0\x04", "a 7z archive"),
        (b"BZh91AY&SY", "a bzip2 file"),
        (b"\xFD7zXZ\0\0", "an xz file"),
        (b"\x7FELF\x02", "an ELF program"),
        (&gzipped(b"%PDF-1.7\n"), "a PDF file"),
        (&gzipped(&gzipped(b"<testsuite/>")), "a gzip file"),
    ] {
        let error = read_with(head, &Limits::default(), &|_| false).unwrap_err();
        assert_eq!(error.to_string(), format!("r is {name}, not a test report"));
        assert!(!is_passed_over("r.xml", &error) && is_passed_over("r.gz", &error));
    }
}

#[test]
fn a_wrong_byte_anywhere_is_survived() {
    let (first, second) = (report("first"), report("second"));
    let members: &[(&str, &[u8])] = &[("a.xml", first.as_bytes()), ("b.xml", second.as_bytes())];
    let data = [zipped(members), zipped_with(CompressionMethod::STORE, members), tarred(members)];
    for whole in data.iter().chain([&gzipped(&data[2])]) {
        let skipped = if whole.len() > 2000 { 7 } else { 1 };
        for at in (0..whole.len()).step_by(skipped) {
            for wrong in [0, 0x7F, 0xFF, whole[at] ^ 1] {
                let mut bytes = whole.clone();
                bytes[at] = wrong;
                let _ = read_with(&bytes, &Limits::default(), &|_| false);
            }
        }
    }
}
