//! Pins survive renames.

use serde_json::json;

use super::{field, identities, imported, rows, run, warnings, writes_nothing};
use crate::support::TestEnv;
use crate::support::person::Person;

/// A report whose cases are pinned to tests; `!` before a name makes the case fail.
fn pinned(suite: &str, cases: &[(&str, i64)]) -> String {
    let cases: String = cases
        .iter()
        .map(|(name, test)| {
            let (name, child) = match name.strip_prefix('!') {
                Some(name) => (name, "<failure message='no'/>"),
                None => (*name, ""),
            };
            format!(
                "<testcase name='{name}'><properties><property name='testquality_test' value='{test}'/></properties>{child}</testcase>"
            )
        })
        .collect();
    format!("<testsuite name='{suite}'>{cases}</testsuite>")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_row_takes_the_new_identity_after_a_rename() {
    let env = imported().await;
    let adds = Person::at(&env).id("test", "adds");
    env.write("p.xml", &pinned("acme.basket", &[("puts in", adds)]));
    let before = rows(&env).len();
    let summary = run(&env, &["p.xml"]).await.expect(0).json();
    assert_eq!(
        (&summary["tests"]["relinked"], &summary["tests"]["created"]),
        (&json!(1), &json!(0)),
        "{summary}"
    );
    assert_eq!(rows(&env).len(), before);
    assert_eq!(identities(&env), [2, 1, 1, 1]);
    assert!(field(&env, adds, "description").ends_with("acme.basket :: puts in"));
    writes_nothing(&env, &["p.xml"]).await;
    writes_nothing(&env, &["before.xml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_to_the_row_of_another_reported_test_is_ignored() {
    let env = imported().await;
    let adds = Person::at(&env).id("test", "adds");
    env.write("p.xml", &pinned("acme.basket", &[("puts in", adds)]));
    let summary = run(&env, &["p.xml", "before.xml"]).await.expect(0).json();
    assert!(
        warnings(&summary).contains("which has the identity of another test; the pin is ignored"),
        "{summary}"
    );
    assert_eq!(summary["tests"]["created"], 1);
    assert_eq!(identities(&env), [1, 1, 1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_tests_that_are_pinned_to_one_row_are_one_row() {
    let env = TestEnv::new().await;
    let person = Person::at(&env);
    let folder = person.folder("By hand").await;
    let test = person.test(folder, json!({"name": "Sums", "description": "Mine."})).await;
    let cases = [("sums[1]", test), ("!sums[2]", test), ("sums[3]", test)];
    env.write("p.xml", &pinned("maths", &cases));
    let results = ["--cycle", "web", "--build", "7", "p.xml"];
    let summary = run(&env, &results).await.expect(0).json();
    assert_eq!(
        (&summary["tests"]["adopted"], &summary["tests"]["created"]),
        (&json!(1), &json!(0)),
        "{summary}"
    );
    assert_eq!((env.count("test"), env.count("step")), (1, env.count("step")));
    assert_eq!(identities(&env), [1]);
    writes_nothing(&env, &["p.xml"]).await;
    // The first parameter is gone: the row stays.
    env.write("p.xml", &pinned("maths", &cases[1..]));
    run(&env, &["p.xml"]).await.expect(0);
    assert_eq!((env.count("test"), identities(&env)), (1, vec![2]));
    writes_nothing(&env, &["p.xml"]).await;
    // In both shards, and together.
    env.write("p.xml", &pinned("maths", &cases));
    writes_nothing(&env, &["p.xml"]).await;
}
