//! What the web page says about the outcomes of tests, and how it finds tests.

use super::page::Browser;
use super::*;

/// The row of the table that names a test.
fn row(page: &str, name: &str) -> String {
    let mut rows = page.split("<tr>").skip(1);
    let row = rows.find(|row| row.contains(&format!("<bdi>{name}</bdi>")));
    row.unwrap_or_else(|| panic!("no {name}: {page}")).to_owned()
}

/// The names of the tests in the list of a page, in its order.
fn names(page: &str) -> Vec<String> {
    let links = page.split("<th scope=\"row\"><a href=\"/test/").skip(1);
    let name =
        |rest: &str| rest.split("<bdi>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    links.map(name).collect()
}

/// A project with results.
struct Shop {
    site: Site,
    roots: Roots,
    shop: i64,
    cart: i64,
}

impl Shop {
    async fn new() -> Self {
        let site = Site::new().await;
        let roots = site.roots().await;
        let shop = site.folder(&roots, "Shop", roots.suite).await;
        let cart = site.folder(&roots, "Cart", shop).await;
        for (name, folder, namespace) in [
            ("case 10", cart, "tqn-1b2c3d4e"),
            ("case 2", cart, "tqn-1b2c3d4e"),
            ("case 1", cart, "tqn-1b2c3d4e"),
            ("opens", shop, "tqn-1b2c3d4e"),
            ("closes", shop, "tqn-00000000"),
        ] {
            let mut test = new_test(&roots, name, folder);
            let number = name.len() + usize::from(name == "case 2");
            test["description"] =
                json!(format!("Automated test (tqi-00000000000000{number:02} {namespace}): x"));
            let test = id(&site.create("test", &test).await);
            let step = json!({"project_id": roots.project, "test_id": test,
                              "step": "Run the automated test", "expected_result": "It passes"});
            site.create("step", &step).await;
        }
        Self { site, roots, shop, cart }
    }

    /// Records a run, as an import does: name, status, text and version.
    async fn run(&self, name: &str, results: &[(&str, &str, &str, &str)]) -> i64 {
        let body =
            json!({"plan_id": self.roots.plan, "project_id": self.roots.project, "name": name});
        let run = id(&self.site.create("run", &body).await);
        for (test, status, text, version) in results {
            let test =
                id(&self.site.list(&format!("test?name={}", test.replace(' ', "%20"))).await[0]);
            let result = self.site.list(&format!("run_result?run_id={run}&test_id={test}")).await;
            let step = format!("run_result_step?run_result_id={}", id(&result[0]));
            let step = id(&self.site.list(&step).await[0]);
            let status = id(&self.site.list(&format!("status?name={status}")).await[0]);
            let body =
                json!({"status_id": status, "result": text, "version": version, "elapsed": 1.5});
            self.site.put(&format!("run_result_step/{step}"), &body, StatusCode::OK).await;
        }
        run
    }

    fn address(&self, rest: &str) -> String {
        format!("/project/{}{rest}", self.roots.project)
    }
}

#[tokio::test]
async fn the_latest_outcome_of_every_test_is_shown() {
    let shop = Shop::new().await;
    let browser = Browser::enter(&shop.site).await;
    let page = browser.see(&shop.address("")).await;
    assert!(page.contains("There are no results yet") && !page.contains(">Last result<"), "{page}");

    shop.run(
        "first",
        &[
            ("case 1", "Fail", "Failed: old", "#1 1:F tqa-00000000"),
            ("case 2", "Pass", "", "#1 1:P tqa-00000000"),
            ("case 10", "Skip", "Skipped: later", "#1 1:S tqa-00000000"),
        ],
    )
    .await;
    let text = "Failed: AssertionError: boom\n\n```\nSource: printed.py:1\n```\n\nSource: tests/cart.py:12";
    let second = shop
        .run(
            "second",
            &[
                ("case 1", "Pass", "Passed\n\nAttempt 1 failed", "#2 1:F 2:P tqa-00000000"),
                ("case 2", "Fail", text, "#2 1:F tqa-00000000"),
                ("opens", "Pass", "", "#2 1:P tqa-00000000"),
            ],
        )
        .await;

    let cart = browser.see(&shop.address(&format!("?folder={}", shop.cart))).await;
    assert_eq!(names(&cart), ["case 1", "case 2", "case 10"]);
    let flaky = row(&cart, "case 1");
    assert!(
        flaky.contains(">Pass<") && flaky.contains(">flaky<") && flaky.contains("1.5 s"),
        "{flaky}"
    );
    let failed = row(&cart, "case 2");
    assert!(failed.contains(">Fail<") && !failed.contains(">flaky<"), "{failed}");
    assert!(failed.contains("<p class=\"source\"><bdi>tests/cart.py:12</bdi></p>"), "{failed}");
    // Pending in the second run, so the first one decides.
    assert!(row(&cart, "case 10").contains(">Skip<"));
    assert!(
        row(&browser.see(&shop.address(&format!("?folder={}", shop.shop))).await, "closes")
            .contains("not run")
    );
    // What an import always writes takes no room.
    assert!(!cart.contains(">Automated<") && !cart.contains(">Steps<"), "{cart}");
    assert!(!cart.contains(">Namespace<") && cart.contains("namespace <code>tqn-1b2c3d4e</code>"));

    // The folders count what is in them and below: in the tree, in the table, and above the list.
    let page = browser.see(&shop.address(&format!("?folder={}", shop.shop))).await;
    assert!(page.contains(">Namespace<"), "{page}");
    for (outcome, label, tests) in [
        ("failed", "Failed", 1),
        ("flaky", "Flaky", 1),
        ("passed", "Passed", 1),
        ("skipped", "Skipped or blocked", 1),
        ("not-run", "Not run", 1),
    ] {
        let address = shop.address(&format!("/search?folder={}&amp;outcome={outcome}", shop.shop));
        assert!(
            page.contains(&format!("href=\"{address}\">{label} {tests}</a>")),
            "{label}: {page}"
        );
        let found = browser.see(&address.replace("&amp;", "&")).await;
        assert_eq!(names(&found).len(), tests, "{outcome}");
    }
    let folder = row(&page, "Cart");
    assert!(
        folder.contains("1<span class=\"hidden\"> failed in <bdi>Cart</bdi></span></a>"),
        "{folder}"
    );
    assert!(
        folder.contains("<span class=\"green\">1</span></td><td class=\"number\">3</td>"),
        "{folder}"
    );
    assert!(
        page.contains("<span class=\"red\">1<span class=\"hidden\"> failed of </span></span> 5")
    );
    // Tests come before the subfolders.
    assert!(page.find("id=\"tests\"").unwrap() < page.find("id=\"subfolders\"").unwrap());

    let test = id(&shop.site.list("test?name=case%202").await[0]);
    let page = browser.see(&format!("/test/{test}")).await;
    for shown in [
        "<dt>Last result</dt><dd><span class=\"tag fail\"><bdi>Fail</bdi></span> 1.5 s in",
        "Failed: AssertionError: boom",
        "<dt>Source</dt><dd><code><bdi>tests/cart.py:12</bdi></code>",
        &format!("<a href=\"/run/{second}\"><bdi>second</bdi></a>"),
        "<code>tqn-1b2c3d4e</code>",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("Run the automated test"), "{page}");
}

#[tokio::test]
async fn searches_are_filtered_by_outcome_kind_and_folder() {
    let shop = Shop::new().await;
    let mut manual = new_test(&shop.roots, "case by hand", shop.shop);
    manual["is_automated"] = json!(false);
    shop.site.create("test", &manual).await;
    shop.run("only", &[("case 2", "Fail", "no", ""), ("case 10", "Pass", "", "")]).await;
    let browser = Browser::enter(&shop.site).await;
    for (query, expected) in [
        ("q=case", vec!["case 1", "case 2", "case 10", "case by hand"]),
        ("q=case&outcome=failed", vec!["case 2"]),
        ("q=&outcome=passed", vec!["case 10"]),
        ("outcome=not-run&kind=automated", vec!["case 1", "closes", "opens"]),
        ("kind=manual", vec!["case by hand"]),
        (&format!("q=&folder={}", shop.cart), vec!["case 1", "case 2", "case 10"]),
        (&format!("q=1&folder={}&kind=automated", shop.shop), vec!["case 1", "case 10"]),
        ("folder=none", vec![]),
        ("folder=999999", vec![]),
        // Unknown values are no filters.
        ("q=opens&outcome=odd&kind=odd&folder=odd", vec!["opens"]),
        ("q=&outcome=&kind=&folder=", vec![]),
    ] {
        let page = browser.see(&shop.address(&format!("/search?{query}"))).await;
        assert_eq!(names(&page), expected, "{query}");
    }
    let page = browser.see(&shop.address("/search?q=case&outcome=failed&kind=automated")).await;
    for field in [
        "<option value=\"failed\" selected>",
        "<option value=\"automated\" selected>",
        "<option value=\"\" selected>Any folder</option>",
        &format!("<option value=\"{}\">Shop / Cart</option>", shop.cart),
    ] {
        assert!(page.contains(field), "{field}: {page}");
    }
    // Tests come first.
    let page = browser.see(&shop.address("/search?q=c")).await;
    assert!(page.find("/test/").unwrap() < page.find("id=\"folders\"").unwrap(), "{page}");
}

#[tokio::test]
async fn a_search_that_finds_nothing_suggests_one_that_does() {
    let shop = Shop::new().await;
    let browser = Browser::enter(&shop.site).await;
    for (query, label, tests) in [
        ("q=caes", "case", "3 tests"),
        ("q=CASE+opnes", "CASE", "3 tests"),
        ("q=case+opnes", "opens", "1 test"),
        ("q=crat", "cart", "0 tests"),
        ("q=case&kind=manual", "case", "3 tests"),
    ] {
        let page = browser.see(&shop.address(&format!("/search?{query}"))).await;
        assert_eq!(names(&page), [""; 0], "{query}");
        let link = format!("/search?q={label}\"><bdi>{label}</bdi></a>");
        let at = page.find(&link).unwrap_or_else(|| panic!("no {link}: {page}"));
        let item = page[at..].split("</li>").next().unwrap();
        assert!(item.contains(&format!(">{tests}<")), "{query}: {item}");
    }
    let page = browser.see(&shop.address("/search?q=zzzzzz")).await;
    assert!(!page.contains("instead") && page.contains("No name contains all of these words"));
}

#[tokio::test]
async fn the_only_project_opens_and_empty_pages_say_what_to_do() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let browser = Browser::enter(&site).await;
    let project = format!("/project/{}", roots.project);
    let start = browser.open("/").await;
    assert_eq!(
        (start.status(), &start.headers()["location"]),
        (StatusCode::SEE_OTHER, &project.parse().unwrap())
    );
    for path in [project.clone(), format!("{project}/runs")] {
        let page = browser.see(&path).await;
        assert!(
            page.contains("yet.</strong>") && page.contains("<pre class=\"command\""),
            "{page}"
        );
        assert!(page.contains("tq-import <span>--sandbox</span>"), "{page}");
    }
    site.test(&roots, "one", roots.suite).await;
    let empty = site.folder(&roots, "empty", roots.suite).await;
    let page = browser.see(&format!("{project}?folder={empty}")).await;
    assert!(page.contains("This folder has no tests and no subfolders."), "{page}");

    let other = id(&site.create("project", &json!({"name": "Other"})).await);
    let page = browser.see("/").await;
    assert!(page.contains("<bdi>Demo</bdi>") && page.contains("<bdi>Other</bdi>"), "{page}");
    for id in [other, roots.project] {
        site.delete(&format!("project/{id}"), StatusCode::OK).await;
    }
    let page = browser.see("/").await;
    assert!(page.contains("There are no projects") && page.contains("tq-import "), "{page}");
}
