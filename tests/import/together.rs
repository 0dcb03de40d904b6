//! Concurrent importers: shards, and jobs that were started twice.

use testquality_sandbox::FaultRules;

use super::faults::HASTY;
use super::schedules::{for_each_seed, schedule, seeds};
use crate::support::{TestEnv, report};

const FOLDERS: [&str; 3] = ["cart", "login", "search"];

/// Several importers that run concurrently, as the seed decides.
struct Meeting {
    seed: u64,
    importers: usize,
    /// Whether all import the same report. If not, each report has own tests and common ones.
    equal: bool,
    /// The faults of the sandbox.
    rules: Vec<String>,
}

impl Meeting {
    fn of(seed: u64) -> Self {
        let rules = if seed % 8 < 4 { Vec::new() } else { schedule(seed) };
        Self {
            seed,
            importers: [2, 8][usize::try_from(seed % 2).unwrap()],
            equal: seed % 4 < 2,
            rules,
        }
    }

    /// The report of one importer.
    fn report(&self, importer: usize) -> String {
        let own: Vec<String> = (0..2).map(|case| format!("case {case} of {importer}")).collect();
        let mut cases = vec!["one", "two"];
        if !self.equal {
            cases.extend(own.iter().map(String::as_str));
        }
        // Each starts with another folder, so that folders are created in different orders.
        let turned = FOLDERS.iter().cycle().skip(importer).take(FOLDERS.len());
        let suites: Vec<(&str, &[&str])> = turned.map(|folder| (*folder, &cases[..])).collect();
        report(&suites)
    }

    fn tests(&self) -> i64 {
        let own = if self.equal { 0 } else { 2 * self.importers };
        i64::try_from(FOLDERS.len() * (2 + own)).unwrap()
    }

    async fn run(&self) {
        let faults = FaultRules::parse(&self.rules).unwrap();
        let env = TestEnv::with(|options| options.faults = faults).await;
        let names: Vec<String> =
            (0..self.importers).map(|importer| format!("{importer}.xml")).collect();
        for (importer, name) in names.iter().enumerate() {
            env.write(name, &self.report(importer));
        }
        let batch = ["3", "500"][usize::try_from(self.seed / 16 % 2).unwrap()];
        let common = [&["--format", "json", "--batch-size", batch], &HASTY[..]].concat();
        let imports = names.iter().map(|name| {
            let arguments: Vec<&str> = common.iter().copied().chain([name.as_str()]).collect();
            let env = &env;
            async move { env.import(&arguments).await }
        });
        let runs = futures_util::future::join_all(imports).await;
        let why = || format!("seed {}, {} importers, {:?}", self.seed, self.importers, self.rules);
        for (importer, run) in runs.iter().enumerate() {
            assert!([0, 1, 7].contains(&run.code), "{}: {run}", why());
            if run.code == 0 {
                // If an import reports success, all its tests exist, whatever the others do.
                let folders = FOLDERS.map(|folder| format!("{folder}: one"));
                let tree = env.tree();
                assert!(folders.iter().all(|test| tree.contains(test)), "{importer}, {}", why());
            }
        }
        // One more import, of everything, without faults.
        let env = env.without_faults().await;
        let mut all = common.clone();
        all.extend(names.iter().map(String::as_str));
        let last = env.import(&all).await;
        assert_eq!(last.code, 0, "{}: {last}", why());
        assert_eq!(last.json()["complete"], true, "{}", why());
        self.assert_exactly_once(&env, &why());
        let again = env.import(&all).await.expect(0).json();
        assert_eq!(again["changes"], serde_json::json!([]), "{}", why());
    }

    /// Every folder, test, placement and step exists once.
    fn assert_exactly_once(&self, env: &TestEnv, why: &str) {
        let tests = self.tests();
        let number = |sql: &str| -> i64 { env.db().query_row(sql, [], |row| row.get(0)).unwrap() };
        assert_eq!(env.count("test"), tests, "tests: {why}");
        assert_eq!(env.count("suite"), i64::try_from(FOLDERS.len()).unwrap() + 1, "{why}");
        let live = "FROM test
            JOIN suite_test ON suite_test.test_id = test.id AND suite_test.deleted_at IS NULL
            JOIN suite ON suite.id = suite_id AND suite.deleted_at IS NULL
            WHERE test.deleted_at IS NULL";
        assert_eq!(number(&format!("SELECT count(*) {live}")), tests, "places: {why}");
        let steps = "SELECT count(*) FROM step JOIN test ON test.id = test_id
            WHERE step.deleted_at IS NULL AND test.deleted_at IS NULL";
        assert_eq!(number(steps), tests, "steps: {why}");
        let tests_apart = "SELECT count(DISTINCT description) FROM test WHERE deleted_at IS NULL";
        assert_eq!(number(tests_apart), tests, "duplicates: {why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_importers_end_in_one_project() {
    for_each_seed(seeds(10), 6, |seed| async move { Meeting::of(seed).run().await }).await;
}
