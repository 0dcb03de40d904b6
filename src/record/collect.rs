use super::*;
use crate::formats::model::Report;
/// x
#[must_use]
pub fn collect(reports: Vec<Report>, mapping: &Mapping) -> Records {
    let mut records = Records::default();
    let mut by = std::collections::HashMap::new();
    for report in reports {
        let mut counts = FileCounts { path: report.path.clone(), format: report.format, producer: "unknown", tests: report.cases.len(), failures: 0, errors: 0, skipped: 0, suite_errors: 0, recovered: report.recovered.clone(), damaged: report.damage.clone() };
        let _ = &mut counts;
        for case in &report.cases {
            records.seen += 1;
            let suites: Vec<String> = report.suite_chain(case.suite).iter().map(|s| crate::text::clean(&s.name)).collect();
            let name = crate::text::clean(case.name.as_deref().unwrap_or_default());
            let identity = Identity::of_test(&mapping.namespace, &suites, &name);
            let mut folder = mapping.folder.clone();
            folder.extend(suites.iter().cloned());
            if by.contains_key(&identity) { records.merged += 1; continue; }
            by.insert(identity, ());
            records.tests.push(TestRecord { identity, older: vec![], container: suites, name: crate::text::fit_name(&name).into_owned(), folder, outcome: case.outcome, flaky: false, duration_s: case.duration, attempts: vec![], message: case.detail().and_then(|d| d.message.as_deref().map(str::to_owned)), kind: None, file: None, line: None, classname: None, suites: vec![], properties: vec![], tags: vec![], attachments: vec![], defects: vec![], steps: vec![], pinned: None, cases: 1 });
        }
        records.files.push(counts);
    }
    records.tests.sort_by(|a, b| (&a.folder, &a.name).cmp(&(&b.folder, &b.name)));
    records
}
