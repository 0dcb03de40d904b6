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
