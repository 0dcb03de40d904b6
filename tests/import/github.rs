//! Jobs of GitHub Actions: annotations, outputs, the summary page. Reports cannot command the runner.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Run, binary, report};

/// The binary in a job that has its files in `directory`.
fn job(directory: &Path) -> Command {
    let mut command = binary(directory);
    command
        .env("GITHUB_ACTIONS", "true")
        .env("CI", "true")
        .env("GITHUB_OUTPUT", directory.join("output"))
        .env("GITHUB_STEP_SUMMARY", directory.join("summary.md"));
    command
}

fn import(directory: &Path, arguments: &[&str]) -> Run {
    Run::of(&job(directory).args(["--sandbox=shop.db"]).args(arguments).output().unwrap())
}

/// The outputs, as the runner reads them.
fn outputs(directory: &Path) -> BTreeMap<String, String> {
    let file = std::fs::read_to_string(directory.join("output")).unwrap();
    let mut outputs = BTreeMap::new();
    let mut lines = file.lines();
    while let Some(line) = lines.next() {
        let (name, delimiter) = line.split_once("<<").unwrap();
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
        outputs.insert(name.to_owned(), value.join("\n"));
    }
    outputs
}

#[test]
fn a_job_gets_annotations_outputs_and_a_page() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let xml = "<testsuite name='s'><testcase classname='c' name='adds'/>\
               <testcase classname='c' name='takes' file='src/cart.js' line='7'><failure message='no'/></testcase></testsuite>";
    std::fs::write(path.join("a.xml"), xml).unwrap();
    std::fs::write(path.join("summary.md"), "# Before").unwrap();
    let run = import(path, &["--fail-on-test-failure", "--format", "json", "a.xml"]).expect(4);
    run.json();
    assert!(run.stderr.contains("::error file=src/cart.js,line=7,title=takes::no\n"), "{run}");
    let written = outputs(path);
    for (name, value) in [
        ("seen", "2"),
        ("passed", "1"),
        ("failed", "1"),
        ("skipped", "0"),
        ("created", "2"),
        ("adopted", "0"),
        ("unchanged", "0"),
        ("refused", "0"),
        ("complete", "true"),
        ("exit-code", "4"),
        ("conclusion", "failure"),
    ] {
        assert_eq!(written[name], value, "{name}");
    }
    let json: Value = serde_json::from_str(&written["json"]).unwrap();
    assert_eq!(json["tests"]["created"], 2);
    let page = std::fs::read_to_string(path.join("summary.md")).unwrap();
    assert!(
        page.starts_with("# Before\n\n<!-- tq-import -->\n\n## TestQuality: 1 test failed\n"),
        "{page}"
    );
    // With --soft-fail the step succeeds; the output keeps the original code.
    std::fs::remove_file(path.join("output")).unwrap();
    import(path, &["--fail-on-test-failure", "--soft-fail", "4", "a.xml"]).expect(0);
    let written = outputs(path);
    assert_eq!((&*written["exit-code"], &*written["conclusion"]), ("4", "success"));
}

#[test]
fn annotations_name_files_of_the_repository() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let git = |arguments: &[&str]| {
        let output = Command::new("git").current_dir(path).args(arguments).output();
        output.is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "-q"]) {
        println!("skipped: there is no git here");
        return;
    }
    let files = [
        "cart/src/test/java/shop/util/UtilTest.java",
        "login/src/test/java/shop/util/UtilTest.java",
        "pkg/cart/cart_test.go",
        "pkg/login/cart_test.go",
        "packages/web/test/price.test.js",
        "one/helper.js",
        "two/helper.js",
    ];
    for file in files {
        std::fs::create_dir_all(path.join(file).parent().unwrap()).unwrap();
        std::fs::write(path.join(file), "").unwrap();
    }
    assert!(git(&["add", "."]));
    std::fs::write(path.join("new.test.js"), "").unwrap();
    let write = |report: &str, case: &str| {
        let report = path.join(report);
        std::fs::create_dir_all(report.parent().unwrap()).unwrap();
        std::fs::write(report, format!("<testsuite name='s'>{case}</testsuite>")).unwrap();
    };
    write(
        "login/target/TEST-a.xml",
        "<testcase classname='shop.util.UtilTest' name='trace'><failure message='no'>java.lang.AssertionError: no
\tat shop.util.UtilTest.trace(UtilTest.java:7)</failure></testcase>",
    );
    write(
        "out/go.xml",
        "<testcase classname='shop.example/pkg/cart' name='TestAdds'><failure message='Failed'>    cart_test.go:12: no</failure></testcase>",
    );
    let named = |name: &str, file: &str| {
        format!("<testcase name='{name}' file='{file}' line='3'><failure message='no'/></testcase>")
    };
    let cases = [
        named("below", "test/price.test.js"),
        named("several", "helper.js"),
        named("new", "new.test.js"),
        named("unknown", "dist/bundle.js"),
    ];
    write("out/js.xml", &cases.concat());
    let arguments = ["inspect", "login/target", "out"];
    let run = Run::of(&job(path).args(arguments).output().unwrap()).expect(0);
    for line in [
        "::error file=login/src/test/java/shop/util/UtilTest.java,line=7,title=trace::",
        "::error file=pkg/cart/cart_test.go,line=12,title=TestAdds::",
        "::error file=packages/web/test/price.test.js,line=3,title=below::",
        "::error title=several::",
        "::error file=new.test.js,line=3,title=new::",
        "::error title=unknown::",
    ] {
        assert!(run.stderr.contains(line), "{line}\n{run}");
    }
    // The tests ran in a directory of the repository, and are imported from there.
    std::fs::create_dir_all(path.join("packages/web/out")).unwrap();
    std::fs::rename(path.join("out/js.xml"), path.join("packages/web/out/js.xml")).unwrap();
    let mut inspect = job(&path.join("packages/web"));
    let run = Run::of(&inspect.args(["inspect", "out"]).output().unwrap()).expect(0);
    assert!(
        run.stderr.contains("file=packages/web/test/price.test.js,line=3,title=below"),
        "{run}"
    );
}

#[test]
fn inspect_writes_to_a_job_as_well() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    std::fs::write(path.join("a.xml"), report(&[("cart", &["adds", "!takes"])])).unwrap();
    let run = Run::of(&job(path).args(["inspect", "a.xml"]).output().unwrap()).expect(0);
    assert!(run.stderr.contains("title=takes::expected 1, got 2"), "{run}");
    let written = outputs(path);
    assert_eq!((&*written["failed"], &*written["conclusion"]), ("1", "parse-only"));
    assert!(!written.contains_key("created"));
    let page = std::fs::read_to_string(path.join("summary.md")).unwrap();
    assert!(page.contains("nothing was sent"), "{page}");
}

#[test]
fn nothing_is_written_outside_of_a_job() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    std::fs::write(path.join("a.xml"), report(&[("cart", &["!takes"])])).unwrap();
    let run = Run::of(
        &job(path)
            .args(["--sandbox=shop.db", "a.xml"])
            .env_remove("GITHUB_ACTIONS")
            .output()
            .unwrap(),
    )
    .expect(0);
    assert!(!run.stderr.contains("::error"), "{run}");
    assert!(!path.join("output").exists() && !path.join("summary.md").exists());
}

#[test]
fn files_that_cannot_be_written_cause_a_warning() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    std::fs::write(path.join("a.xml"), report(&[("cart", &["!takes"])])).unwrap();
    std::fs::create_dir(path.join("output")).unwrap();
    std::fs::write(path.join("summary.md"), "x".repeat(1024 * 1024 - 9000)).unwrap();
    let run = import(path, &["--fail-on-test-failure", "a.xml"]).expect(4);
    assert!(run.stderr.contains("warning: cannot write the outputs of this step to "), "{run}");
    assert!(run.stderr.contains("warning: cannot write the summary of this job to "), "{run}");
    assert!(run.stderr.contains("of at most 1 MiB"), "{run}");
}

#[test]
fn a_shared_page_stays_below_githubs_limit() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let names: Vec<String> = (0..3_000).map(|number| format!("!takes item {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    std::fs::write(path.join("a.xml"), report(&[("cart", &names)])).unwrap();
    std::fs::write(path.join("summary.md"), "x".repeat(900 * 1024)).unwrap();
    let run = Run::of(&job(path).args(["inspect", "a.xml"]).output().unwrap()).expect(0);
    let annotations = run.stderr.lines().filter(|line| line.starts_with("::error")).count();
    assert_eq!(annotations, 10, "{}", run.stderr);
    let page = std::fs::read_to_string(path.join("summary.md")).unwrap();
    assert!(page.len() > 940 * 1024 && page.len() < 1024 * 1024, "{}", page.len());
    assert!(page.contains("more failures that do not fit here"));
}

#[test]
fn hostile_tests_cannot_issue_commands() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let hostile =
        "x&#10;::set-output name=failed::0&#10;##[error]y ::add-mask::z%0A::error::w&#13;";
    let xml = format!(
        "<testsuite name='{hostile}'><testcase classname='{hostile}' name='{hostile}' file='{hostile}' line='1'>\
         <failure message='{hostile}'>{hostile}</failure></testcase>\
         <testcase name='{hostile} 2'><error message='{hostile}'/></testcase></testsuite>"
    );
    std::fs::write(path.join("a.xml"), xml).unwrap();
    for format in ["text", "json", "markdown"] {
        let run = import(path, &["-v", "--format", format, "a.xml"]).expect(0);
        for line in run.stdout.lines().chain(run.stderr.lines()) {
            assert!(!line.contains("##["), "{line}");
            let line = line.trim_start();
            assert!(
                !line.starts_with("::")
                    || line.starts_with("::error file=x\\n")
                    || line.starts_with("::error title=x "),
                "{line}"
            );
        }
        assert_eq!(
            run.stderr.matches("\n::error ").count()
                + usize::from(run.stderr.starts_with("::error ")),
            2,
            "{run}"
        );
    }
    let file = std::fs::read_to_string(path.join("output")).unwrap();
    assert!(!file.contains("##[") && !file.contains("\n::"), "{file}");
    assert_eq!(outputs(path)["failed"], "2");
    let page = std::fs::read_to_string(path.join("summary.md")).unwrap();
    assert!(!page.contains("##[") && !page.contains("::"), "{page}");
}
