use super::*;
use crate::formats::limits::Limits;
use crate::formats::model::{Format, Outcome, Seconds, Tag};
use crate::formats::{ReadError, read, read_one};
use crate::options::IdentityOptions;
use crate::record::collect;

/// Each case as `suite: name outcome`.
fn cases(report: &Report) -> Vec<String> {
    report
        .cases
        .iter()
        .map(|case| {
            let suite = &report.suites[case.suite.unwrap() as usize];
            let name = case.name.as_deref().unwrap();
            format!("{}: {name} {:?}", suite.name, case.outcome)
        })
        .collect()
}

fn texts(report: &Report) -> Vec<&str> {
    let details = report.cases.iter().filter_map(|case| case.detail());
    details.filter_map(|detail| detail.text.as_deref()).collect()
}

fn damage(report: &Report) -> String {
    let flaw = report.damage.as_ref().expect("damage");
    format!("{}: {}", flaw.position.line, flaw.message)
}

const UNIT: &str = "     Running unittests src/lib.rs (target/debug/deps/shop-0123456789abcdef)\n";
const TILL: &str =
    "     Running unittests src/bin/till.rs (target/debug/deps/till-fedcba9876543210)\n";

fn block(tests: &[&str], result: &str) -> String {
    let lines: String = tests.iter().map(|test| format!("test {test}\n")).collect();
    let count = tests.len();
    format!(
        "\nrunning {count} tests\n{lines}\ntest result: {result}; 0 filtered out; finished in 0.00s\n\n"
    )
}

#[test]
fn binaries_are_suites_and_lines_are_cases() {
    let text = format!(
        "   Compiling shop v0.1.0 (/srv/demo)\nwarning: unused: `Vec<T>`\n{UNIT}{}{TILL}{}     Running tests/it.rs (target/debug/deps/it-00112233445566aa)\n{}   Doc-tests shop\n{}",
        block(
            &[
                "a::adds ... ok",
                "a::b - should panic ... FAILED",
                "c ... ignored",
                "d ... ignored, no card"
            ],
            "FAILED. 1 passed; 1 failed; 2 ignored; 0 measured"
        ),
        block(&[], "ok. 0 passed; 0 failed; 0 ignored; 0 measured"),
        block(&["adds ... ok"], "ok. 1 passed; 0 failed; 0 ignored; 0 measured"),
        block(
            &[
                "src/lib.rs - Cart (line 27) - compile fail ... ok",
                "src/lib.rs - (line 3) - compile ... ok"
            ],
            "ok. 2 passed; 0 failed; 0 ignored; 0 measured"
        ),
    );
    let report = read_one(&text, "-");
    assert_eq!(
        cases(&report),
        [
            "shop: a::adds Passed",
            "shop: a::b Failed",
            "shop: c Skipped",
            "shop: d Skipped",
            "it: adds Passed",
            "shop::doc: src/lib.rs - Cart (line 27) Passed",
            "shop::doc: src/lib.rs - (line 3) Passed",
        ]
    );
    assert_eq!(report.damage, None);
    assert!(report.recovered.is_empty());
    assert_eq!(report.format, Format::Libtest);
    assert_eq!(report.suites[0].attribute(TARGET), Some("unittests src/lib.rs"));
    assert_eq!(report.suites[0].attribute(BINARY), Some("target/debug/deps/shop-0123456789abcdef"));
    assert_eq!(report.suites[2].attribute(DOC_TESTS), Some("shop"));
    assert_eq!(report.cases[3].detail().unwrap().message.as_deref(), Some("no card"));
    assert_eq!(
        (report.cases[5].file.as_deref(), report.cases[5].line),
        (Some("src/lib.rs"), Some(27))
    );
    assert_eq!(report.cases[0].position.line, 6);
}

#[test]
fn a_failure_has_the_output_of_its_test_from_the_panic_on() {
    let text = format!(
        "{UNIT}\nrunning 3 tests\ntest a ... FAILED\ntest b ... FAILED\ntest c ... FAILED\n\nfailures:\n\n\
         ---- a stdout ----\nsee [[DEFECT|SHOP-1]]\n\nthread 'a' (511) panicked at src/lib.rs:115:13:\nassertion failed: x\n\
         note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n\n\
         ---- b stdout ----\nthread 'worker' panicked at src/other.rs:1:1:\nno\nthread 'b' panicked at 'oh', src/lib.rs:3:5\n\
         ---- c stdout ----\nnote: test did not panic as expected at src/lib.rs:107:12\n\n\
         failures:\n    a\n    b\n    c\n\n\
         test result: FAILED. 0 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n"
    );
    let report = read_one(&text, "-");
    assert_eq!(report.damage, None);
    assert_eq!(
        texts(&report),
        [
            "thread 'a' (511) panicked at src/lib.rs:115:13:\nassertion failed: x",
            "thread 'b' panicked at 'oh', src/lib.rs:3:5",
            "note: test did not panic as expected at src/lib.rs:107:12",
        ]
    );
    let tags = &report.cases[0].extra.as_ref().unwrap().tags;
    assert_eq!(tags, &[Tag::Defect("SHOP-1".into())]);
}

#[test]
fn output_of_a_failed_test_may_resemble_libtest() {
    let inner = format!(
        "{UNIT}{}running 1 test\ntest inner ... ok\n",
        block(&["inner ... FAILED"], "FAILED. 0 passed; 1 failed; 0 ignored; 0 measured")
    );
    let text = format!(
        "{UNIT}\nrunning 2 tests\ntest outer ... FAILED\ntest z ... ok\n\nfailures:\n\n---- outer stdout ----\n{inner}\n\n\
         failures:\n    outer\n\n\
         test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\n{TILL}{}",
        block(&["after ... ok"], "ok. 1 passed; 0 failed; 0 ignored; 0 measured")
    );
    let report = read_one(&text, "-");
    assert_eq!(report.damage, None);
    assert_eq!(cases(&report), ["shop: outer Failed", "shop: z Passed", "till: after Passed"]);
    assert!(texts(&report)[0].contains("test inner ... ok"), "{:?}", texts(&report));
}

#[test]
fn output_between_tests_is_not_a_result() {
    // One thread and --nocapture: the name of a test, its output, its result.
    let text = format!(
        "{UNIT}\nrunning 5 tests\ntest a ... hello\nworld\nok\ntest b ... without a break ok\ntest c ... \n\
         thread 'main' panicked at src/lib.rs:9:5:\nno clock\nFAILED\ntest d ... book\nFAILED\n\
         noise without a breaktest m::e ... ok\n\nfailures:\n\nfailures:\n    c\n    d\n\n\
         test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n"
    );
    let report = read_one(&text, "-");
    assert_eq!(report.damage, None, "{report:#?}");
    assert_eq!(
        cases(&report),
        [
            "shop: a Passed",
            "shop: b Passed",
            "shop: c Failed",
            "shop: d Failed",
            "shop: m::e Passed"
        ]
    );
    assert!(texts(&report)[0].starts_with("thread 'main' panicked at src/lib.rs:9:5:\nno clock"));
    assert!(!texts(&report)[0].contains("FAILED"));
}

#[test]
fn colours_benchmarks_times_and_windows_line_ends_are_read() {
    let text = "\u{1b}[0m\u{1b}[1m\u{1b}[32m     Running\u{1b}[0m unittests src\\lib.rs (target\\x86_64-pc-windows-msvc\\debug\\deps\\shop-0123456789abcdef.exe)\r\n\r\n\
        running 4 tests\r\ntest bench_sum   ... bench:       1,234.56 ns/iter (+/- 5)\r\ntest a ... \u{1b}[32mok\u{1b}(B\u{1b}[m\r\n\
        test b ... ok <0.125s>\r\ntest src\\lib.rs - f (line 3) ... \u{1b}[33mignored\u{1b}(B\u{1b}[m\r\n\r\n\
        test result: \u{1b}[32mok\u{1b}(B\u{1b}[m. 2 passed; 0 failed; 1 ignored; 1 measured; 0 filtered out; finished in 1.00s\r\n";
    let report = read_one(text, "-");
    assert_eq!(report.damage, None);
    assert_eq!(
        cases(&report),
        [
            "shop: bench_sum Passed",
            "shop: a Passed",
            "shop: b Passed",
            "shop: src\\lib.rs - f (line 3) Skipped"
        ]
    );
    assert_eq!(report.cases[2].duration, Seconds::new(0.125));
}

#[test]
fn a_crashed_process_is_damage_and_complete_cases_are_kept() {
    let text = format!(
        "{UNIT}\nrunning 3 tests\ntest a ... ok\ntest b ... error: test failed, to rerun pass `--lib`\n\nCaused by:\n  \
         process didn't exit successfully: `/srv/target/debug/deps/shop-0123456789abcdef` (signal: 6, SIGABRT: process abort signal)\n{TILL}{}",
        block(&["after ... ok"], "ok. 1 passed; 0 failed; 0 ignored; 0 measured")
    );
    let report = read_one(&text, "-");
    assert_eq!(cases(&report), ["shop: a Passed", "shop: b Errored", "till: after Passed"]);
    assert_eq!(damage(&report), "3: `test result:` is missing after 1 of 3 tests");
    let report = read_one(&text[..text.find("test b").unwrap()], "-");
    assert_eq!(cases(&report), ["shop: a Passed"]);
    assert!(report.damage.is_some());
    // Between two binaries, cargo's lines are read.
    let text = text.replace("test b ... ", "");
    let text = text.replace(
        "Caused by",
        "     Running tests/x.rs (target/debug/deps/x-0123456789abcdef)\nCaused by",
    );
    assert!(
        damage(&read_one(&text, "-"))
            .ends_with("; a process crashed (signal: 6, SIGABRT: process abort signal)"),
    );
}

const BUILD: &str = "   Compiling shop v0.1.0 (/srv/demo)\nerror: a hook says hello\nerror[E0425]: cannot find value `y`\n \
    --> src/cart.rs:3:5\n  |\nerror[E0308]: mismatched types\n --> src/till.rs:9:1\n\
    error: could not compile `shop` (lib test) due to 2 previous errors\nwarning: build failed\n\
    error: could not compile `shop` (lib) due to 2 previous errors\n\
    error: failed to run custom build command for `till v0.1.0 (/srv/demo/till)`\n";

#[test]
fn a_failed_build_is_a_run_error() {
    let errors = |text: &str| {
        let records = collect(&[read_one(text, "-")], &IdentityOptions::default());
        assert_eq!(records.files[0].damaged, None);
        let errors: Vec<_> = records
            .run_errors
            .into_iter()
            .map(|error| (error.name, error.message.unwrap(), error.file, error.line))
            .collect();
        (records.seen, errors)
    };
    let expected = vec![
        (
            "build of shop (lib test)".to_owned(),
            "error[E0425]: cannot find value `y`".to_owned(),
            Some("src/cart.rs".to_owned()),
            Some(3),
        ),
        (
            "build script of till".to_owned(),
            "error: failed to run custom build command for `till v0.1.0 (/srv/demo/till)`"
                .to_owned(),
            None,
            None,
        ),
    ];
    assert_eq!(errors(BUILD), (0, expected.clone()));
    let passed = block(&["a ... ok"], "ok. 1 passed; 0 failed; 0 ignored; 0 measured");
    assert_eq!(errors(&format!("{UNIT}{passed}{BUILD}")), (1, expected));
    // A report after the log of a failed build is still read.
    let xml = format!("{BUILD}<testsuite><testcase name='t'/></testsuite>");
    assert_eq!(read_one(&xml, "r.xml").cases.len(), 1);
}

#[test]
fn a_run_that_stopped_after_a_failing_binary_is_known() {
    let passed = block(&["a ... ok"], "ok. 1 passed; 0 failed; 0 ignored; 0 measured");
    let failed = block(&["b ... FAILED"], "FAILED. 0 passed; 1 failed; 0 ignored; 0 measured");
    let rerun = "error: test failed, to rerun pass `--lib`\n";
    for (text, expected) in [
        (format!("{UNIT}{passed}{TILL}{failed}{rerun}"), true),
        (
            format!("{UNIT}{failed}{rerun}{TILL}{passed}\nerror: 1 target failed:\n    `--lib`\n"),
            false,
        ),
        (format!("{UNIT}{passed}{TILL}{failed}{rerun}error: 2 targets failed:\n"), false),
        (format!("{UNIT}{passed}"), false),
    ] {
        let report = read_one(&text, "-");
        assert_eq!(report.stopped_early, expected, "{text}");
        let records = collect(&[report], &IdentityOptions::default());
        assert_eq!(records.stopped_early.len(), usize::from(expected));
        assert_eq!(records.warnings.len(), usize::from(expected), "{:?}", records.warnings);
    }
    let output = [failed];
    for errors_first in [true, false] {
        assert!(apart(&[UNIT, rerun], &output, errors_first).stopped_early);
        assert!(!apart(&[UNIT, rerun, TILL], &output, errors_first).stopped_early);
    }
}

#[test]
fn quiet_output_is_damage() {
    let text = "\nrunning 3 tests\n..F\ntest result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n";
    let report = read_one(text, "-");
    assert!(report.cases.is_empty());
    assert_eq!(
        damage(&report),
        "4: the results of 3 tests are missing: run without --quiet and --format"
    );
}

#[test]
fn contradicting_counts_are_damage() {
    let text =
        format!("{UNIT}{}", block(&["a ... ok"], "ok. 2 passed; 0 failed; 0 ignored; 0 measured"));
    assert!(
        damage(&read_one(&text, "-"))
            .contains("counts 2 passed, 0 failed, 0 ignored; found 1, 0, 0")
    );
}

#[test]
fn headers_of_every_cargo_version_are_read() {
    let found = |line: &str| match grammar::Header::of(line) {
        Some(grammar::Header::Binary { target, path }) => format!("{target}|{path}"),
        Some(grammar::Header::Doc { krate }) => format!("doc {krate}"),
        None => String::new(),
    };
    for (line, expected) in [
        (
            "     Running tests/it.rs (/t/x86_64-unknown-linux-musl/debug/deps/it-0a)",
            "tests/it.rs|/t/x86_64-unknown-linux-musl/debug/deps/it-0a",
        ),
        ("     Running unittests (target/debug/deps/a-0a)", "unittests|target/debug/deps/a-0a"),
        ("     Running target/debug/deps/a-0a", "|target/debug/deps/a-0a"),
        (
            "     Running `CARGO=/x/cargo '/srv/target/debug/deps/a-0a' --nocapture`",
            "|/srv/target/debug/deps/a-0a",
        ),
        ("     Running `rustc --crate-name a src/lib.rs --out-dir /t/debug/deps`", ""),
        ("     Running `target/debug/shop`", ""),
        ("   Doc-tests my_crate", "doc my_crate"),
        ("Running all tests (12 of them)", ""),
        ("Running shop", ""),
    ] {
        assert_eq!(found(line), expected, "{line}");
    }
    for (path, name) in [
        ("target/debug/deps/my_crate-0123456789abcdef", "my_crate"),
        ("C:\\t\\deps\\it-0123456789abcdef.exe", "it"),
        ("target/debug/deps/a-b", "a-b"),
    ] {
        assert_eq!(binary_name(path), name);
    }
}

/// Reads each of two streams completely, one before the other, which is the largest possible shift.
fn apart(errors: &[&str], outputs: &[String], errors_first: bool) -> Report {
    let mut text = OutputReader::new("cargo test".into(), &Limits::default());
    let mut all = |errors_now: bool| {
        if errors_now {
            errors.iter().for_each(|line| text.feed(line.as_bytes(), Stream::Errors));
        } else {
            for output in outputs {
                output.as_bytes().chunks(7).for_each(|piece| text.feed(piece, Stream::Output));
            }
        }
    };
    all(errors_first);
    all(!errors_first);
    text.finish()
}

#[test]
fn separate_streams_are_matched_by_order() {
    let outputs = [
        block(&["a ... ok"], "ok. 1 passed; 0 failed; 0 ignored; 0 measured"),
        block(&[], "ok. 0 passed; 0 failed; 0 ignored; 0 measured"),
        block(&["src/lib.rs - f (line 3) ... ok"], "ok. 1 passed; 0 failed; 0 ignored; 0 measured"),
        block(&["src/lib.rs - g (line 9) ... ok"], "ok. 1 passed; 0 failed; 0 ignored; 0 measured"),
    ];
    for errors_first in [true, false] {
        let report = apart(&[UNIT, TILL, "   Doc-tests shop\n"], &outputs, errors_first);
        assert_eq!(
            cases(&report),
            [
                "shop: a Passed",
                "shop::doc: src/lib.rs - f (line 3) Passed",
                "shop::doc: src/lib.rs - g (line 9) Passed"
            ]
        );
        assert_eq!(report.damage, None);
    }
}

#[test]
fn a_binary_without_libtest_is_skipped() {
    // Mostly, pieces arrive in the order in which they were written.
    let block = |name: &str| block(&[name], "ok. 1 passed; 0 failed; 0 ignored; 0 measured");
    let custom = "     Running tests/own.rs (target/debug/deps/own-0123456789abcdef)\n";
    let mut text = OutputReader::new("cargo test".into(), &Limits::default());
    for (piece, stream) in [
        (UNIT, Stream::Errors),
        (&*block("a ... ok"), Stream::Output),
        (custom, Stream::Errors),
        ("all is well\n", Stream::Output),
        (TILL, Stream::Errors),
        (&*block("b ... ok"), Stream::Output),
    ] {
        text.feed(piece.as_bytes(), stream);
    }
    assert_eq!(cases(&text.finish()), ["shop: a Passed", "till: b Passed"]);
}

#[test]
fn markup_takes_precedence_and_other_text_is_not_a_report() {
    let xml = format!(
        "{UNIT}   Doc-tests x\n<testsuite><testcase name='t'><system-out>\nrunning 1 test\ntest a ... ok\n</system-out></testcase></testsuite>"
    );
    let report = read_one(&xml, "r.xml");
    assert_eq!((report.format, report.cases.len()), (Format::Junit, 1));
    // Markup after the first lines of libtest is output of a test.
    let text = format!(
        "{UNIT}{}<testsuite><testcase name='t'/></testsuite>\n",
        block(&["a ... ok"], "ok. 1 passed; 0 failed; 0 ignored; 0 measured")
    );
    assert_eq!(cases(&read_one(&text, "-")), ["shop: a Passed"]);
    for text in ["running 3 tests\nno\n", "error: no such command: `tets`\n", "test a ... ok\n"] {
        assert!(matches!(read(text.as_bytes(), "-"), Err(ReadError::NotXml { .. })), "{text}");
    }
}

#[test]
fn memory_does_not_depend_on_test_output() {
    let mut text = OutputReader::new("-".into(), &Limits::default());
    text.feed(
        b"\nrunning 1 test\ntest a ... FAILED\n\nfailures:\n\n---- a stdout ----\n",
        Stream::Output,
    );
    for _ in 0..20_000 {
        text.feed(&[b'x'; 200], Stream::Output);
        text.feed(b"\n", Stream::Output);
    }
    // So does a single line of megabytes.
    for _ in 0..20_000 {
        text.feed(&[b'y'; 200], Stream::Output);
    }
    assert!(text.output.open.len() <= LONGEST_LINE);
    text.feed(b"\n\n\nfailures:\n    a\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n", Stream::Output);
    let report = text.finish();
    assert_eq!(report.damage, None);
    assert!(texts(&report)[0].len() <= 64 * 1024);
}

#[test]
fn a_cut_text_keeps_complete_lines() {
    let text = include_str!("../../../../../testdata/libtest-text/cargo-test.txt");
    let whole = read_one(text, "-");
    assert_eq!((whole.damage.clone(), whole.cases.len()), (None, 23));
    let names = |report: &Report| -> Vec<_> {
        report.cases.iter().map(|case| (case.name.clone(), case.outcome)).collect()
    };
    let all = names(&whole);
    for length in (0..text.len()).filter(|&at| text.is_char_boundary(at)) {
        let Ok(reports) = read(&text.as_bytes()[..length], "-") else { continue };
        let found = names(&reports[0]);
        let sound = found.iter().filter(|(_, outcome)| *outcome != Outcome::Errored).count();
        assert_eq!(found[..sound], all[..sound], "cut at {length}");
    }
}
