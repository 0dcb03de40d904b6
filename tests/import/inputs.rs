//! What is read and where results go: what people type, and what must not come of it.

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
fn a_variable_that_is_not_set_is_not_the_whole_directory() {
    let world = tempfile::tempdir().unwrap();
    std::fs::write(world.path().join("a.xml"), report(&[("cart", &["adds"])])).unwrap();
    let inspected = inspect(world.path(), &[""]).expect(2);
    assert!(inspected.stderr.contains("a report has no name"), "{inspected}");
    import(world.path(), &[" "]).expect(2);
}

#[test]
fn a_report_is_never_overwritten_by_a_result() {
    let world = tempfile::tempdir().unwrap();
    let path = world.path().join("a.xml");
    let xml = report(&[("cart", &["adds"])]);
    std::fs::write(&path, &xml).unwrap();
    for arguments in [["--output", "json=a.xml", "a.xml"], ["--output", "json=./a.xml", "."]] {
        let refused = import(world.path(), &arguments).expect(2);
        assert!(refused.stderr.contains("is one of the reports"), "{refused}");
        inspect(world.path(), &arguments).expect(2);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), xml);
    }
}

#[test]
fn nothing_is_deleted_when_one_of_several_results_cannot_be_written() {
    let world = tempfile::tempdir().unwrap();
    std::fs::write(world.path().join("a.xml"), report(&[("cart", &["adds"])])).unwrap();
    std::fs::write(world.path().join("old.json"), "{}").unwrap();
    let both = ["--output", "json=old.json", "--output", "text=no/such/x.txt", "a.xml"];
    inspect(world.path(), &both).expect(2);
    assert!(world.path().join("old.json").exists());
    let twice = ["--output", "json=o.json", "--output", "text=./o.json", "a.xml"];
    let refused = inspect(world.path(), &twice).expect(2);
    assert!(refused.stderr.contains("two summaries"), "{refused}");
}

#[test]
fn what_the_repository_ignores_still_fails_the_job() {
    let world = tempfile::tempdir().unwrap();
    std::fs::write(world.path().join("a.xml"), failing()).unwrap();
    std::fs::write(world.path().join("tq-import.toml"), "ignore = [\"**\"]\n").unwrap();
    let ignored = import(world.path(), &["--fail-on-test-failure", "a.xml"]).expect(4);
    assert!(ignored.stdout.contains("1 test failed"), "{ignored}");
    let fine = import(world.path(), &["a.xml"]).expect(0);
    assert!(fine.stdout.contains("tq-import.toml ignores every test in the reports (1)"), "{fine}");
}

#[test]
fn reports_of_nothing_but_errors_are_not_a_success() {
    let world = tempfile::tempdir().unwrap();
    let error = "<testsuites name='pytest tests'><testsuite name='pytest'>\
        <testcase classname='' name='tests.test_cart'><error message='collection failure'/></testcase></testsuite></testsuites>";
    std::fs::write(world.path().join("a.xml"), error).unwrap();
    import(world.path(), &["a.xml"]).expect(3);
    import(world.path(), &["--allow-empty", "a.xml"]).expect(0);
}

#[test]
fn excludes_hold_however_paths_are_written() {
    let world = tempfile::tempdir().unwrap();
    let here = world.path().canonicalize().unwrap();
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
    // A pattern of the settings file is meant from where that file is.
    std::fs::create_dir(here.join(".git")).unwrap();
    std::fs::write(here.join("tq-import.toml"), "exclude = [\"sub/b.xml\"]\n").unwrap();
    assert_eq!(files(&here.join("sub"), &["."]), 2);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_not_passed_by() {
    let world = tempfile::tempdir().unwrap();
    std::fs::create_dir(world.path().join("out")).unwrap();
    std::fs::write(world.path().join("out/a.xml"), report(&[("cart", &["adds"])])).unwrap();
    std::os::unix::fs::symlink("gone.xml", world.path().join("out/b.xml")).unwrap();
    let found = inspect(world.path(), &["out"]).expect(3);
    assert!(found.stdout.contains("out/b.xml"), "{found}");
}

#[cfg(unix)]
#[test]
fn settings_that_cannot_be_read_are_not_left_out() {
    use std::os::unix::ffi::OsStrExt as _;

    let world = tempfile::tempdir().unwrap();
    std::fs::write(world.path().join("a.xml"), report(&[("cart", &["adds"])])).unwrap();
    let broken = std::ffi::OsStr::from_bytes(b"caf\xe9");
    let mut command = binary(world.path());
    let refused = run(command.args(["inspect", "a.xml"]).env("TQ_NAMESPACE", broken)).expect(2);
    assert!(refused.stderr.contains("TQ_NAMESPACE is not UTF-8"), "{refused}");
    std::os::unix::fs::symlink("gone.toml", world.path().join("tq-import.toml")).unwrap();
    inspect(world.path(), &["a.xml"]).expect(2);
}

#[test]
fn two_reports_in_one_file_are_no_reruns_of_each_other() {
    let world = tempfile::tempdir().unwrap();
    let xml = "<testsuites name='pytest tests'><testsuite name='pytest'>\
        <testcase classname='t' name='a'/></testsuite></testsuites>\n";
    std::fs::write(world.path().join("both.xml"), xml.repeat(2)).unwrap();
    let both = inspect(world.path(), &["--format", "json", "both.xml"]).expect(0).json();
    assert_eq!(both["tests"][0]["outcome"], "passed");
    assert_eq!(both["tests"][0]["flaky"], false);
}

#[test]
fn with_reruns_equal_files_are_several_runs() {
    let world = tempfile::tempdir().unwrap();
    let passing = failing().replace("<failure/>", "");
    for (file, xml) in [("1.xml", failing()), ("2.xml", &passing), ("3.xml", failing())] {
        std::fs::write(world.path().join(file), xml).unwrap();
    }
    let run = ["--reruns", "--format", "json", "1.xml", "2.xml", "3.xml"];
    assert_eq!(inspect(world.path(), &run).expect(0).json()["tests"][0]["outcome"], "failed");
}

#[test]
fn commands_of_every_ci_are_only_text() {
    let world = tempfile::tempdir().unwrap();
    let name = "a ##vso[task.complete result=Failed] ##teamcity[x] ##[error]";
    let xml = failing().replace("name='a'", &format!("name='{name}'"));
    std::fs::write(world.path().join("a.xml"), xml).unwrap();
    for variable in ["TF_BUILD", "TEAMCITY_VERSION", "GITHUB_ACTIONS"] {
        let value = if variable == "GITHUB_ACTIONS" { "true" } else { "1" };
        let shown = run(binary(world.path()).args(["inspect", "a.xml"]).env(variable, value));
        let shown = shown.expect(0).stdout;
        for mark in ["##vso[", "##teamcity[", "##["] {
            assert!(!shown.contains(mark), "{variable}: {shown}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_while_nobody_reads_what_it_says() {
    let world = tempfile::tempdir().unwrap();
    let names: Vec<String> =
        (0..4000).map(|number| format!("a case with a long name {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    std::fs::write(world.path().join("a.xml"), report(&[("many", &names)])).unwrap();
    let mut command = binary(world.path());
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
        assert!(started.elapsed().as_secs() < 20, "it does not end");
        // The first one may still meet the import itself, which ends in order and then waits for us to read.
        let _ =
            Command::new("kill").args(["-TERM", &pid]).stderr(std::process::Stdio::null()).status();
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

/// One line of a gibibyte, in less memory than it is long: the system ends a program that takes more.
#[cfg(unix)]
#[test]
fn s36_a_line_of_a_gibibyte_takes_bounded_memory() {
    let directory = tempfile::tempdir().unwrap();
    let program = binary(directory.path());
    // Pages of libraries and stacks count as well, and a build for tests is large.
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
fn s45_a_test_that_is_written_ten_thousand_times_is_one_test() {
    let directory = tempfile::tempdir().unwrap();
    let case = "<testcase classname='cart' name='adds'/>".repeat(9_999);
    let failed = "<testcase classname='cart' name='adds'><failure/></testcase>";
    let text = format!("<testsuite name='s'>{case}{failed}</testsuite>");
    std::fs::write(directory.path().join("a.xml"), text).unwrap();
    let summary = import(directory.path(), &["--format", "json", "a.xml"]).expect(0).json();
    let tests = &summary["tests"];
    assert_eq!((tests["seen"].as_u64(), tests["merged"].as_u64()), (Some(10_000), Some(9_999)));
    assert_eq!(tests["created"], 1);
    assert_eq!(summary["reports"]["failed"], 1, "the worst of its rows counts");
}
