//! Runs the checks of the fuzz targets on their corpus and on every report of `testdata`, with a stable compiler.

#[path = "../../../fuzz/check.rs"]
mod check;

#[test]
fn kept_fuzz_inputs_pass_the_checks() {
    let corpus = crate::repository("fuzz/corpus");
    let mut inputs = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        let directory = entry.unwrap().path();
        let name = directory.file_name().unwrap().to_str().unwrap();
        let target = check::of(name).unwrap_or_else(|| panic!("{name} has no target"));
        for file in check::files(&directory) {
            let data = std::fs::read(&file).unwrap();
            println!("{}", file.display());
            target(&data);
            inputs += 1;
        }
    }
    assert!(inputs >= 100, "{inputs}");
}

#[test]
fn reports_of_testdata_pass_the_checks_whole_and_cut() {
    let data = crate::repository("testdata");
    let mut reports = 0;
    for directory in std::fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path()) {
        for file in check::files(&directory) {
            let bytes = std::fs::read(&file).unwrap();
            println!("{}", file.display());
            check::encoding(&bytes);
            check::encoding(&bytes[..bytes.len() / 2]);
            check::libtest(&bytes);
            reports += 1;
        }
    }
    assert!(reports > 70, "{reports}");
}

/// The kinds of JSON and text that the targets begin with are read by as many readers.
#[test]
fn each_reader_of_json_and_text_is_reached_by_a_target() {
    let mut formats = std::collections::BTreeSet::new();
    for (name, documents) in [("json", &check::JSON[..]), ("text", &check::TEXT[..])] {
        let seeds = check::files(&crate::repository("fuzz/corpus").join(name));
        for (kind, (start, end)) in documents.iter().enumerate() {
            let of_kind =
                |seed: &Vec<u8>| seed.first().is_some_and(|&first| usize::from(first) == kind);
            let seed = seeds.iter().map(|file| std::fs::read(file).unwrap()).find(of_kind);
            let seed = seed.unwrap_or_else(|| panic!("{name} has no seed for {start}"));
            let report = crate::single::read(
                &[start.as_bytes(), &seed[1..], end.as_bytes()].concat()[..],
                name,
            );
            let report = report.unwrap_or_else(|error| panic!("{error}: {start}"));
            assert!(!report.cases.is_empty(), "{start}");
            formats.insert(format!("{:?}", report.format));
        }
    }
    let formats: Vec<String> = formats.into_iter().collect();
    assert_eq!(
        formats.join(" "),
        "Allure Ctrf Cucumber CucumberMessages DartTest GoTest GoogletestJson Jest K6Summary LibtestJson Mocha MochaStream NewmanJson Playwright Pytest Reportlog RobotJson RspecJson Tap Teamcity TestcafeJson Vitest WebdriverioJson Xctest"
    );
}
