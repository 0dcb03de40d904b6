//! The number of requests is a promise, so it is asserted; time is not.

use std::fmt::Write as _;

use testquality_sandbox::FaultRules;

use crate::support::TestEnv;

const PAGE: usize = 1000;
const ARRAY: usize = 500;

/// `tests` cases in `folders` suites.
fn many(tests: usize, folders: usize) -> String {
    let mut xml = String::from("<testsuites>\n");
    for folder in 0..folders {
        writeln!(xml, "<testsuite name=\"area {folder}\">").unwrap();
        for test in (folder..tests).step_by(folders) {
            writeln!(xml, "<testcase name=\"case {test}\" time=\"0.1\"/>").unwrap();
        }
        xml.push_str("</testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// The reads that an unchanged import may send for `tests` tests in `folders` folders, including the root folder.
fn unchanged_reads(tests: usize, folders: usize) -> usize {
    2 + 2 * folders.div_ceil(PAGE) + folders.div_ceil(200) + 3 * tests.div_ceil(PAGE)
}

async fn imports_within_its_budget(tests: usize, folders: usize) {
    let env = TestEnv::new().await;
    env.write("a.xml", &many(tests, folders));
    let all_folders = folders + 1;

    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(summary["tests"]["created"], tests);
    env.assert_exactly_once(i64::try_from(tests).unwrap());
    let entries = env.journal.take();
    let posts = |path: &str| {
        entries.iter().filter(|entry| entry.is_write() && entry.path() == path).count()
    };
    assert_eq!(posts("/api/suite"), folders.div_ceil(ARRAY), "one level of folders");
    assert_eq!(posts("/api/test"), tests.div_ceil(ARRAY));
    assert_eq!(posts("/api/step"), tests.div_ceil(ARRAY));
    let writes = entries.iter().filter(|entry| entry.is_write()).count();
    assert_eq!(
        writes,
        folders.div_ceil(ARRAY) + 2 * tests.div_ceil(ARRAY),
        "nothing else is written"
    );
    // Project and root plan; the lists of the empty project; the folders again after their level; the tests
    // again before their steps; everything at the end.
    let empty = 4;
    let level = 2 * all_folders.div_ceil(PAGE);
    let last = unchanged_reads(tests, all_folders) - 2;
    let reads = entries.iter().filter(|entry| !entry.is_write()).count();
    assert!(reads <= 2 + empty + level + tests.div_ceil(PAGE) + last, "{reads} reads at first");

    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(summary["tests"]["unchanged"], tests);
    assert_eq!(summary["complete"], true);
    let (reads, writes) = (env.journal.reads(), env.journal.writes());
    assert_eq!(writes, 0);
    assert!(reads <= unchanged_reads(tests, all_folders), "{reads} reads of an unchanged project");
    assert_eq!(summary["requests"]["get"], reads);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_tests_stay_within_the_budget() {
    imports_within_its_budget(100, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute of processor time; `.ci/run` includes it"]
async fn a_hundred_thousand_tests_in_500_folders_stay_within_the_budget() {
    imports_within_its_budget(100_000, 500).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_tests_in_fifty_folders_stay_within_the_budget() {
    imports_within_its_budget(10_000, 50).await;
}

async fn records_within_its_budget(tests: usize, folders: usize) {
    let env = TestEnv::new().await;
    env.write("a.xml", &many(tests, folders));
    env.import_json(0, &["a.xml"]).await;
    let record = async |build: &str| {
        let _ = env.journal.take();
        let arguments = ["--cycle", "web", "--build", build, "a.xml"];
        let summary = env.import_json(0, &arguments).await;
        assert_eq!(summary["complete"], true);
        (summary, env.journal.take())
    };
    let arrays = tests.div_ceil(ARRAY);
    let (first, entries) = record("1").await;
    assert_eq!(first["results"]["recorded"], tests);
    let posts = |path: &str| {
        entries.iter().filter(|entry| entry.is_write() && entry.path() == path).count()
    };
    assert_eq!(posts("/api/plan_suite"), folders.div_ceil(ARRAY));
    assert_eq!(posts("/api/plan_suite_test_include"), arrays);
    assert_eq!(posts("/api/run_result_step"), arrays);
    let writes = entries.iter().filter(|entry| entry.is_write()).count();
    assert_eq!(writes, 2 + 2 * arrays + folders.div_ceil(ARRAY), "cycle, run, and the arrays");
    // The cycle has everything now.
    let (second, entries) = record("2").await;
    assert_eq!(second["results"]["recorded"], tests);
    let writes = entries.iter().filter(|entry| entry.is_write()).count();
    assert_eq!(writes, 1 + arrays, "the run and its results");
    let (again, entries) = record("2").await;
    assert_eq!(again["results"]["unchanged"], tests);
    assert!(entries.iter().all(|entry| !entry.is_write()));
    let most = unchanged_reads(tests, folders + 1)
        + 3
        + 2_usize.div_ceil(PAGE)
        + tests.div_ceil(PAGE)
        + tests.div_ceil(800);
    assert!(entries.len() <= most, "{} reads, at most {most}", entries.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn recording_a_hundred_results_stays_within_the_budget() {
    records_within_its_budget(100, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recording_ten_thousand_results_stays_within_the_budget() {
    records_within_its_budget(10_000, 50).await;
}

/// How many answers an import waits for one after the other, if each answer takes so much longer that all requests of a round are
/// sent before its first answer.
async fn rounds(env: &TestEnv, arguments: &[&str]) -> usize {
    let _ = env.journal.take();
    env.import_json(0, arguments).await;
    env.journal.take().iter().map(|entry| entry.round).max().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_waits_for_few_answers_one_after_the_other() {
    // First import: project; root plan and lists; the check of the empty list and places; then folders, tests and steps are each
    // created and read back, the last of them with the whole project. Unchanged: project; root plan and lists; their further pages;
    // placements. Then results into a new cycle, into a new run of it, and recorded again.
    let most = [9, 4, 20, 12, 7];
    let mut fewest = [usize::MAX; 5];
    // A busy machine may not send a round at once.
    for _ in 0..4 {
        let faults = FaultRules::parse(&["delay=300ms"]).unwrap();
        let env = TestEnv::with(|options| options.faults = faults).await;
        env.write("a.xml", &many(2_500, 50));
        let record = |build| ["--cycle", "web", "--build", build, "a.xml"];
        let found = [
            rounds(&env, &["a.xml"]).await,
            rounds(&env, &["a.xml"]).await,
            rounds(&env, &record("1")).await,
            rounds(&env, &record("2")).await,
            rounds(&env, &record("2")).await,
        ];
        for (fewest, found) in fewest.iter_mut().zip(found) {
            *fewest = (*fewest).min(found);
        }
        if fewest.iter().zip(most).all(|(fewest, most)| *fewest <= most) {
            return;
        }
    }
    panic!("{fewest:?} rounds, at most {most:?}");
}
