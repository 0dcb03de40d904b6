use super::*;
use crate::summary::samples::records;
use crate::summary::text::TextOptions;

fn plain(records: &Records, detail: Detail) -> String {
    let options = TextOptions { columns: Some(80), detail, in_ci: false, errors_apart: false };
    anstream::adapter::strip_str(&render(records, &options)).to_string()
}

#[test]
fn folders_counts_and_failures() {
    insta::assert_snapshot!(plain(&records(), Detail::Normal), @r"
             shop/  4: 1 failed, 2 passed (1 flaky), 1 skipped
               cart/  2: 1 failed, 1 skipped
    failed       adds two items
                   expected 2 to equal 3
               checkout/  1: 1 passed (1 flaky)

    1 error outside the tests (set-up, collection, build)

      error    global set-up
               reports/b.xml
               no database

    1 damaged report: cases may be missing

      damaged  reports/b.xml:12:1: the file ends inside <testsuite>

    reports   reports/a.xml  3 cases of vitest
              reports/b.xml  3 cases of vitest
    tests     4: 1 failed, 2 passed (1 flaky), 1 skipped, in 1.0 s
    cases     6: 4 tests, 2 merged (same test)

    warning: something to know

    inspected: 4 tests in 2 reports, 1 of them damaged; nothing was sent anywhere
    ");
}

#[test]
fn every_test() {
    insta::assert_snapshot!(plain(&records(), Detail::Full), @r"
             shop/  4: 1 failed, 2 passed (1 flaky), 1 skipped
    passed     opens  250 ms  tqi-9898586b67afcbf9
               cart/  2: 1 failed, 1 skipped
    failed       adds two items  250 ms  tqi-fa9a232fb91cf4b9
                   expected 2 to equal 3
    skipped      removes an item  250 ms  tqi-752f544d1457df26
               checkout/  1: 1 passed (1 flaky)
    flaky        pays by card  250 ms  tqi-87f3a6d72349aee8

    1 error outside the tests (set-up, collection, build)

      error    global set-up
               reports/b.xml
               no database

    1 damaged report: cases may be missing

      damaged  reports/b.xml:12:1: the file ends inside <testsuite>

    reports   reports/a.xml  3 cases of vitest
              reports/b.xml  3 cases of vitest
    tests     4: 1 failed, 2 passed (1 flaky), 1 skipped, in 1.0 s
    cases     6: 4 tests, 2 merged (same test)

    warning: something to know

    inspected: 4 tests in 2 reports, 1 of them damaged; nothing was sent anywhere
    ");
}

#[test]
fn nothing_found() {
    insta::assert_snapshot!(plain(&Records::default(), Detail::Normal), @r"
    reports   none
    tests     0

    inspected: 0 tests in 0 reports; nothing was sent anywhere
    ");
}

#[test]
fn json() {
    insta::assert_snapshot!("json", render_json(&records()).unwrap());
}
