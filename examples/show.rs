fn main() {
    for path in std::env::args().skip(1) {
        let report = match tq_import::formats::read_file(std::path::Path::new(&path), &path) { Ok(r) => r, Err(e) => { println!("## {path}: {e}"); continue } };
        let p = tq_import::producers::detect(&report);
        println!("## {path}: {} cases, producer {}", report.cases.len(), p.name);
        let r = tq_import::record::collect(vec![report], &tq_import::record::Mapping { id_property: "testquality_test".into(), ..Default::default() });
        for t in &r.tests { println!("  [{}] {}  <{}> {:?}{} {:?}:{:?} n={}", t.folder.join(" / "), t.name, t.container.join(" | "), t.outcome, if t.flaky {" flaky"} else {""}, t.file.as_deref().unwrap_or("-"), t.line.unwrap_or(0), t.cases); }
        for e in &r.run_errors { println!("  ! {} {:?} case={}", e.name, e.message, e.is_case); }
        println!("  seen {} merged {} excluded {} {:?}", r.seen, r.merged, r.excluded, r.warnings);
    }
}
