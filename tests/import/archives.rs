//! Archives and patterns as people write them: made by other programs, where they are installed.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Run, binary, report};

/// A directory with reports of three tests and a file of another kind.
fn reports() -> tempfile::TempDir {
    let world = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(world.path().join("r/sub")).unwrap();
    for (path, name) in
        [("r/try-10.xml", "ten"), ("r/try-2.xml", "two"), ("r/sub/x.xml", "x: é 漢")]
    {
        std::fs::write(world.path().join(path), report(&[("cart", &[name])])).unwrap();
    }
    std::fs::write(world.path().join("r/pom.xml"), "<project/>").unwrap();
    std::fs::write(world.path().join("r/notes.txt"), "<testsuite>").unwrap();
    world
}

/// Runs `line` in a shell. False if the first program of it is not installed.
#[expect(clippy::print_stderr, reason = "a test that tried less than it could says so")]
fn shell(directory: &Path, line: &str) -> bool {
    let program = line.split(' ').next().unwrap();
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output().unwrap();
    if !found.status.success() {
        eprintln!("not tried, as {program} is not installed: {line}");
        return false;
    }
    let run = Command::new("sh").args(["-c", line]).current_dir(directory).output().unwrap();
    assert!(run.status.success(), "{line}: {}", String::from_utf8_lossy(&run.stderr));
    true
}

fn inspect(directory: &Path, arguments: &[&str]) -> Run {
    Run::of(&binary(directory).arg("inspect").args(arguments).output().unwrap())
}

/// The paths of the reports in what `inspect` printed as JSON.
fn paths(run: &Run) -> Vec<String> {
    let json = run.json();
    let files = json["files"].as_array().unwrap();
    files.iter().map(|file| file["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn archives_of_other_programs_are_read() {
    let python = |code: &str| format!("python3 -c \"import shutil, tarfile, zipfile; {code}\"");
    let stream = "class Pipe:\n def write(self, b): return out.write(b)\n def flush(self): pass\n";
    for (file, line) in [
        ("a.zip", "zip -qr a.zip r".to_owned()),
        ("a.zip", "zip -qr0 a.zip r".to_owned()),
        ("a.zip", "zip -qr -fz a.zip r".to_owned()),
        ("a.zip", "zip -qr - r | cat > a.zip".to_owned()),
        ("a.zip", "7z a -bso0 -bsp0 a.zip r".to_owned()),
        ("a.zip", "bsdtar -c --format zip -f a.zip r".to_owned()),
        ("a.zip", python("shutil.make_archive('a', 'zip', '.', 'r')")),
        (
            "a.zip",
            format!(
                "python3 -c \"\nimport glob, zipfile\nout = open('a.zip', 'wb')\n{stream}\
                 with zipfile.ZipFile(Pipe(), 'w', zipfile.ZIP_DEFLATED) as z:\n \
                 for f in glob.glob('r/**', recursive=True): z.write(f)\n\""
            ),
        ),
        ("a.tar", "tar cf a.tar r".to_owned()),
        ("a.tar", "tar --format=v7 -cf a.tar r".to_owned()),
        ("a.tar", "tar --format=pax -cf a.tar r".to_owned()),
        ("a.tar.gz", "tar czf a.tar.gz r".to_owned()),
        ("a.tgz", "bsdtar czf a.tgz r".to_owned()),
        ("a.tar.gz", python("shutil.make_archive('a', 'gztar', '.', 'r')")),
    ] {
        let world = reports();
        if !shell(world.path(), &line) {
            continue;
        }
        let run = inspect(world.path(), &["--format", "json", file]).expect(0);
        let expected = ["r/sub/x.xml", "r/try-2.xml", "r/try-10.xml"];
        assert_eq!(paths(&run), expected.map(|path| format!("{file}!{path}")), "{line}");
        assert_eq!(run.json()["totals"]["tests"], 3, "{line}");
        // The name decides nothing, and standard input is as good.
        std::fs::rename(world.path().join(file), world.path().join("artifact")).unwrap();
        let input = std::fs::File::open(world.path().join("artifact")).unwrap();
        let run = binary(world.path())
            .args(["inspect", "--format", "json", "-"])
            .stdin(Stdio::from(input))
            .output()
            .unwrap();
        assert_eq!(Run::of(&run).expect(0).json()["totals"]["tests"], 3, "{line}");
        inspect(world.path(), &["--min-tests", "3", "artifact"]).expect(0);
    }
}

#[test]
fn archives_of_go_are_read_and_no_path_leaves_them() {
    let archives = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/archives");
    for file in ["go.zip", "go.tar.gz"] {
        let run = inspect(&archives, &["--format", "json", file]).expect(0);
        let expected = ["reports/cart.xml", "reports/order.xml"];
        assert_eq!(paths(&run), expected.map(|path| format!("{file}!{path}")));
        assert_eq!(run.json()["totals"]["tests"], 3, "{file}");
    }
}

#[test]
fn bytes_behind_a_small_gzip_stream_cost_no_case() {
    let world = tempfile::tempdir().unwrap();
    std::fs::write(world.path().join("a.xml"), report(&[("cart", &["adds"])])).unwrap();
    for tail in ["<testcase name='lost'/>", "x"] {
        if !shell(world.path(), &format!("gzip -kf a.xml && printf %s \"{tail}\" >> a.xml.gz")) {
            return;
        }
        let run = inspect(world.path(), &["--format", "json", "a.xml.gz"]).expect(3);
        assert_eq!(run.json()["totals"]["tests"], 1, "{tail}: {run}");
    }
}

#[test]
fn members_that_cannot_be_read_are_named_and_the_others_kept() {
    for (line, reason) in [
        ("zip -qr -P secret a.zip r && zip -q a.zip r/try-2.xml", "it is encrypted"),
        ("7z a -bso0 -bsp0 -psecret -mem=AES256 a.zip r", "it is encrypted"),
        ("7z a -bso0 -bsp0 -mm=Deflate64 a.zip r", "DEFLATE64"),
        (
            "python3 -m zipfile -c a.zip r/try-2.xml && python3 -c \"import zipfile; \
          zipfile.ZipFile('a.zip', 'a', zipfile.ZIP_LZMA).write('r/sub/x.xml')\"",
            "LZMA",
        ),
        (
            "python3 -c \"import zipfile; \
          zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_BZIP2).write('r/sub/x.xml')\"",
            "BZIP2",
        ),
    ] {
        let world = reports();
        if !shell(world.path(), line) {
            continue;
        }
        let run = inspect(world.path(), &["a.zip"]).expect(3);
        assert!(run.stdout.contains("a.zip!r/sub/x.xml: cannot be read"), "{line}: {run}");
        assert!(run.stdout.contains(reason), "{line}: {run}");
    }
}

#[test]
fn an_archive_in_a_directory_is_found_and_one_without_reports_is_passed_over() {
    let world = reports();
    if !shell(world.path(), "tar czf r/all.tar.gz r/sub")
        || !shell(world.path(), "tar cf r/notes.tar r/notes.txt")
    {
        return;
    }
    let run = inspect(world.path(), &["--format", "json", "r"]).expect(0);
    let expected = ["r/all.tar.gz!r/sub/x.xml", "r/sub/x.xml", "r/try-2.xml", "r/try-10.xml"];
    assert_eq!(paths(&run), expected);
    // The same words in two files count once.
    assert_eq!(run.json()["totals"]["tests"], 3);
    let run = inspect(world.path(), &["--format", "json", "r/*.tar.gz", "r", "!sub"]).expect(0);
    assert_eq!(paths(&run), ["r/try-2.xml", "r/try-10.xml"]);
    let named = inspect(world.path(), &["r/notes.tar"]).expect(3);
    let said = format!("{}{}", named.stdout, named.stderr);
    assert!(said.contains("no test report in archive"), "{named}");
}

#[test]
fn braces_and_commas_name_several_reports() {
    let world = reports();
    for (arguments, expected) in [
        (&["r/{try-2,try-10}.xml"][..], &["r/try-2.xml", "r/try-10.xml"][..]),
        (&["r/try-10.xml,r/sub/*.xml"], &["r/sub/x.xml", "r/try-10.xml"]),
        (&["r/{try-*,sub/x}.xml", "!r/try-{1,2}*.xml"], &["r/sub/x.xml"]),
        (&["r", "--exclude", "{try-2,try-10}.xml"], &["r/sub/x.xml"]),
    ] {
        let mut all = vec!["--format", "json"];
        all.extend(arguments);
        assert_eq!(paths(&inspect(world.path(), &all).expect(0)), expected, "{arguments:?}");
    }
}

#[test]
fn reruns_are_in_the_order_in_which_people_count() {
    let world = tempfile::tempdir().unwrap();
    let failing =
        "<testsuite name='s'><testcase classname='c' name='a'><failure/></testcase></testsuite>";
    std::fs::write(world.path().join("try-2.xml"), failing).unwrap();
    let passing_again = failing.replace("<failure/>", "");
    std::fs::write(world.path().join("try-10.xml"), passing_again).unwrap();
    let run = inspect(world.path(), &["--reruns", "--format", "json", "try-*.xml"]).expect(0);
    assert_eq!(run.json()["tests"][0]["outcome"], "passed");
}
