//! Report arguments and outputs, as users write them.

use std::path::Path;
use std::process::Command;

use crate::support::{Run, binary, report};

fn run(command: &mut Command) -> Run {
    Run::of(&command.output().unwrap())
}

fn inspect(directory: &Path, arguments: &[&str]) -> Run {
    run(binary(directory).arg("inspect").args(arguments))
}

fn import(directory: &Path, arguments: &[&str]) -> Run {
    run(binary(directory).args(["--sandbox=shop.db"]).args(arguments))
}

fn failing() -> &'static str {
    "<testsuite name='s'><testcase classname='c' name='a'><failure/></testcase></testsuite>"
}

#[test]
fn an_unset_variable_is_not_the_whole_directory() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.xml"), report(&[("cart", &["adds"])])).unwrap();
    let inspected = inspect(directory.path(), &[""]).expect(2);
    assert!(inspected.stderr.contains("a report argument is empty"), "{inspected}");
    import(directory.path(), &[" "]).expect(2);
}

#[test]
fn a_result_never_overwrites_a_report() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.xml");
    let xml = report(&[("cart", &["adds"])]);
    std::fs::write(&path, &xml).unwrap();
    for arguments in [["--output", "json=a.xml", "a.xml"], ["--output", "json=./a.xml", "."]] {
        let refused = import(directory.path(), &arguments).expect(2);
        assert!(refused.stderr.contains("is one of the reports"), "{refused}");
        inspect(directory.path(), &arguments).expect(2);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), xml);
    }
}

#[test]
fn no_output_of_an_earlier_run_is_left_if_an_output_cannot_be_written() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.xml"), report(&[("cart", &["adds"])])).unwrap();
    std::fs::write(directory.path().join("old.json"), "{}").unwrap();
    let both = ["--output", "json=old.json", "--output", "text=no/such/x.txt", "a.xml"];
    inspect(directory.path(), &both).expect(2);
    assert!(!directory.path().join("old.json").exists());
    let twice = ["--output", "json=o.json", "--output", "text=./o.json", "a.xml"];
    let refused = inspect(directory.path(), &twice).expect(2);
    assert!(refused.stderr.contains("two outputs"), "{refused}");
}

#[test]
fn ignored_failures_still_fail_the_job() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.xml"), failing()).unwrap();
    std::fs::write(directory.path().join("tq-import.toml"), "ignore = [\"**\"]\n").unwrap();
    let ignored = import(directory.path(), &["--fail-on-test-failure", "a.xml"]).expect(4);
    assert!(ignored.stdout.contains("1 test failed"), "{ignored}");
    let fine = import(directory.path(), &["a.xml"]).expect(0);
    assert!(fine.stdout.contains("tq-import.toml ignores every test in the reports (1)"), "{fine}");
}

#[test]
fn reports_with_errors_only_are_not_a_success() {
    let directory = tempfile::tempdir().unwrap();
    let error = "<testsuites name='pytest tests'><testsuite name='pytest'>\
        <testcase classname='' name='tests.test_cart'><error message='collection failure'/></testcase></testsuite></testsuites>";
    std::fs::write(directory.path().join("a.xml"), error).unwrap();
    import(directory.path(), &["a.xml"]).expect(3);
    import(directory.path(), &["--allow-empty", "a.xml"]).expect(0);
}

#[test]
fn excludes_apply_however_paths_are_written() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path().canonicalize().unwrap();
    std::fs::create_dir_all(here.join("sub/old")).unwrap();
    for file in ["sub/a.xml", "sub/b.xml", "sub/old/c.xml"] {
        std::fs::write(here.join(file), report(&[("cart", &["adds"])])).unwrap();
    }
    let absolute = |path: &str| here.join(path).to_string_lossy().into_owned();
    let files = |directory: &Path, arguments: &[&str]| -> usize {
        let mut all = vec!["--format", "json", "--allow-empty"];
        all.extend(arguments);
        inspect(directory, &all).expect(0).json()["files"].as_array().unwrap().len()
    };
    assert_eq!(files(&here, &[&absolute("sub"), "!sub/b*"]), 2);
    assert_eq!(files(&here, &["sub", &format!("!{}", absolute("sub/b*"))]), 2);
    assert_eq!(files(&here, &["sub", "!old"]), 2);
    // A pattern in the settings file is relative to that file.
    std::fs::create_dir(here.join(".git")).unwrap();
    std::fs::write(here.join("tq-import.toml"), "exclude = [\"sub/b.xml\"]\n").unwrap();
    assert_eq!(files(&here.join("sub"), &["."]), 2);
}

#[cfg(unix)]
#[test]
fn a_dangling_link_is_damage() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("out")).unwrap();
    std::fs::write(directory.path().join("out/a.xml"), report(&[("cart", &["adds"])])).unwrap();
    std::os::unix::fs::symlink("gone.xml", directory.path().join("out/b.xml")).unwrap();
    let found = inspect(directory.path(), &["out"]).expect(3);
    assert!(found.stdout.contains("out/b.xml"), "{found}");
}

#[cfg(unix)]
#[test]
fn unreadable_settings_are_an_error() {
    use std::os::unix::ffi::OsStrExt as _;

    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.xml"), report(&[("cart", &["adds"])])).unwrap();
    let broken = std::ffi::OsStr::from_bytes(b"caf\xe9");
    let mut command = binary(directory.path());
    let refused = run(command.args(["inspect", "a.xml"]).env("TQ_NAMESPACE", broken)).expect(2);
    assert!(refused.stderr.contains("TQ_NAMESPACE is not UTF-8"), "{refused}");
    std::os::unix::fs::symlink("gone.toml", directory.path().join("tq-import.toml")).unwrap();
    inspect(directory.path(), &["a.xml"]).expect(2);
}

#[test]
fn two_reports_in_one_file_are_not_reruns() {
    let directory = tempfile::tempdir().unwrap();
    let xml = "<testsuites name='pytest tests'><testsuite name='pytest'>\
        <testcase classname='t' name='a'/></testsuite></testsuites>\n";
    std::fs::write(directory.path().join("both.xml"), xml.repeat(2)).unwrap();
    let both = inspect(directory.path(), &["--format", "json", "both.xml"]).expect(0).json();
    assert_eq!(both["tests"][0]["outcome"], "passed");
    assert_eq!(both["tests"][0]["flaky"], false);
}

#[test]
fn with_reruns_identical_files_are_several_runs() {
    let directory = tempfile::tempdir().unwrap();
    let passing = failing().replace("<failure/>", "");
    for (file, xml) in [("1.xml", failing()), ("2.xml", &passing), ("3.xml", failing())] {
        std::fs::write(directory.path().join(file), xml).unwrap();
    }
    let run = ["--reruns", "--format", "json", "1.xml", "2.xml", "3.xml"];
    assert_eq!(inspect(directory.path(), &run).expect(0).json()["tests"][0]["outcome"], "failed");
}

#[test]
fn commands_of_every_ci_system_are_only_text() {
    let directory = tempfile::tempdir().unwrap();
    let name = "a ##vso[task.complete result=Failed] ##teamcity[x] ##[error]";
    let xml = failing().replace("name='a'", &format!("name='{name}'"));
    std::fs::write(directory.path().join("a.xml"), xml).unwrap();
    for variable in ["TF_BUILD", "TEAMCITY_VERSION", "GITHUB_ACTIONS"] {
        let value = if variable == "GITHUB_ACTIONS" { "true" } else { "1" };
        let shown = run(binary(directory.path()).args(["inspect", "a.xml"]).env(variable, value));
        let shown = shown.expect(0).stdout;
        for mark in ["##vso[", "##teamcity[", "##["] {
            assert!(!shown.contains(mark), "{variable}: {shown}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_while_nobody_reads_its_output() {
    let directory = tempfile::tempdir().unwrap();
    let names: Vec<String> =
        (0..4000).map(|number| format!("a case with a long name {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    std::fs::write(directory.path().join("a.xml"), report(&[("many", &names)])).unwrap();
    let mut command = binary(directory.path());
    command.args(["--sandbox=shop.db", "--format", "json", "a.xml"]);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // The pipe is full long before the summary is written.
    std::thread::sleep(std::time::Duration::from_secs(6));
    let pid = child.id().to_string();
    let started = std::time::Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(started.elapsed().as_secs() < 20, "the process does not end");
        // The first signal may reach the import itself, which ends in order and then waits for a reader.
        let _ =
            Command::new("kill").args(["-TERM", &pid]).stderr(std::process::Stdio::null()).status();
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

/// Reads a line of 1 GiB with less memory than that, which ulimit enforces.
#[cfg(unix)]
#[test]
fn s36_a_line_of_a_gibibyte_takes_bounded_memory() {
    let directory = tempfile::tempdir().unwrap();
    let program = binary(directory.path());
    // The limit includes libraries, stacks and the large test build.
    let limit = "ulimit -v 786432; export RAYON_NUM_THREADS=1 MALLOC_ARENA_MAX=1";
    let report = "printf '<testsuite><testcase name=\"a\"><system-out>'; \
                  head -c 1073741824 /dev/zero | tr '\\0' 'x'; \
                  printf '</system-out></testcase><testcase name=\"b\"/></testsuite>'";
    let line = format!("{{ {report}; }} | ( {limit}; exec \"$0\" inspect - )");
    let mut shell = std::process::Command::new("sh");
    shell.current_dir(directory.path()).args(["-c", &line]).arg(program.get_program());
    let run = Run::of(&shell.output().unwrap()).expect(0);
    assert!(run.stdout.contains("inspected: 2 tests in 1 report"), "{run}");
}

#[test]
fn s45_ten_thousand_cases_of_one_test_are_one_test() {
    let directory = tempfile::tempdir().unwrap();
    let case = "<testcase classname='cart' name='adds'/>".repeat(9_999);
    let failed = "<testcase classname='cart' name='adds'><failure/></testcase>";
    let text = format!("<testsuite name='s'>{case}{failed}</testsuite>");
    std::fs::write(directory.path().join("a.xml"), text).unwrap();
    let summary = import(directory.path(), &["--format", "json", "a.xml"]).expect(0).json();
    let tests = &summary["tests"];
    assert_eq!((tests["seen"].as_u64(), tests["merged"].as_u64()), (Some(10_000), Some(9_999)));
    assert_eq!(tests["created"], 1);
    assert_eq!(summary["reports"]["failed"], 1, "the worst outcome wins");
}

#[test]
fn a_missing_report_is_an_error_and_the_others_are_imported() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.xml"), report(&[("cart", &["adds"])])).unwrap();
    for (reports, hint) in [
        (&["gone.xml"][..], "check the path"),
        (&["a.xml,gone.xml"], "check the path"),
        (&["a.xml\ngone.xml"], "give each as an argument of its own"),
    ] {
        let inspected = inspect(directory.path(), reports).expect(3);
        assert_eq!(inspected.stderr.matches("error: ").count(), 1, "{inspected}");
        assert!(inspected.stderr.contains("error: no such file or directory: "), "{inspected}");
        assert!(inspected.stderr.contains(hint), "{inspected}");
        assert!(!inspected.stdout.contains("damaged"), "{inspected}");
    }
    let imported = import(directory.path(), &["gone.xml", "a.xml"]).expect(3);
    assert!(imported.stderr.contains("no such file or directory: gone.xml"), "{imported}");
    assert!(imported.stdout.contains("incomplete: every test that could be read"), "{imported}");
    let summary = import(directory.path(), &["--format", "json", "gone.xml", "a.xml"]).expect(3);
    let summary = summary.json();
    assert_eq!(summary["tests"]["unchanged"], 1);
    assert_eq!(summary["reports"]["damaged"], serde_json::json!([]));
    assert_eq!(summary["errors"][0]["message"], "no such file or directory: gone.xml");
    // With --strict, nothing is imported.
    std::fs::write(directory.path().join("b.xml"), report(&[("cart", &["removes"])])).unwrap();
    let strict = ["--strict", "--format", "json", "gone.xml", "b.xml"];
    assert_eq!(import(directory.path(), &strict).expect(3).json()["tests"]["created"], 0);
    let stale = import(directory.path(), &["--stale", "report", "gone.xml", "a.xml"]).expect(1);
    assert!(stale.stderr.contains("a report is missing"), "{stale}");
}

#[test]
fn a_file_that_is_not_a_report_gets_one_message() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("notes.txt"), "not a report").unwrap();
    let inspected = inspect(directory.path(), &["notes.txt"]).expect(3);
    assert!(inspected.stdout.contains("damaged  notes.txt: "), "{inspected}");
    assert_eq!(inspected.stderr, "", "{inspected}");
    import(directory.path(), &["notes.txt"]).expect(3);
}
