//! Tests the page in Chromium: without JavaScript, by keyboard, and with the accessibility checks of axe-core.
//!
//! `CHROMIUM` names the browser; by default it is searched in the `PATH`. The rest comes from npm (see
//! [`crate::support::npm`]). `PICTURES=DIRECTORY` saves a screenshot of every page.

use super::page::fill;
use super::*;
use crate::support::npm::{self, Packages};

static PACKAGES: Packages = Packages::new(
    "browser-axe-4.14.1-puppeteer-24.43.1",
    &["axe-core@4.14.1", "puppeteer-core@24.43.1"],
);

/// The path of the browser.
fn chromium() -> Option<String> {
    let named = std::env::var("CHROMIUM").ok();
    let known = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    let known = known.map(str::to_owned);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = named.or_else(|| {
        let mut paths = std::env::split_paths(&path)
            .flat_map(|dir| known.iter().map(move |name| dir.join(name)).collect::<Vec<_>>());
        Some(paths.find(|path| path.is_file())?.to_str()?.to_owned())
    });
    if found.is_none() {
        println!("skipped: Chromium was not found");
    }
    found
}

/// Fills a project with everything that the page shows, and returns the addresses of the pages by name.
async fn fill_project(site: &Site, roots: &Roots) -> Value {
    let shop = site.folder(roots, "shop", roots.suite).await;
    let checkout = site.folder(roots, "checkout", shop).await;
    for name in ["com.example.shop.CartTest", "größe \u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{202e}gnp"] {
        site.folder(roots, name, checkout).await;
    }
    let empty = site.folder(roots, &"a_very_long_name_without_a_break".repeat(7), shop).await;
    let gone = site.folder(roots, "gone", roots.suite).await;
    site.folder(roots, "left behind", gone).await;
    let homeless = site.folder(roots, "goes too", roots.suite).await;
    site.test(roots, "without a folder", homeless).await;

    let mut adds = new_test(roots, "adds an article", checkout);
    adds["description"] = json!(
        "Bought by people.\nNot by machines.\n\nAutomated test (tqi-9f86d081884c7d65 \
         tqn-1b2c3d4e): shop :: adds an article"
    );
    adds["precondition"] = json!("A cart with nothing in it.");
    let adds = id(&site.create("test", &adds).await);
    for (sequence, words) in [(1, "Open the cart"), (2, "Add an article\nand wait")] {
        let step = json!({"project_id": roots.project, "test_id": adds, "step": words,
                          "expected_result": "It is there.", "sequence": sequence});
        site.create("step", &step).await;
    }
    let change = json!({"name": "adds an article", "is_automated": false});
    site.put(&format!("test/{adds}"), &change, StatusCode::OK).await;
    let plain = site.test(roots, &"parametrised[x-0001-\u{1b}[31m]-".repeat(6), checkout).await;
    for number in 0..250 {
        let test = site.test(roots, &format!("row {number}"), checkout).await;
        if number < 8 {
            let step = json!({"project_id": roots.project, "test_id": test, "step": "Run it"});
            site.create("step", &step).await;
        }
    }

    let run = json!({"plan_id": roots.plan, "project_id": roots.project, "name": "nightly",
                     "start_time": "2026-01-02T03:04:05Z"});
    let run = id(&site.create("run", &run).await);
    let steps = site.list("run_result_step").await;
    let statuses = site.list("status").await;
    for (step, status) in steps.iter().zip(statuses.iter().cycle()) {
        let result = json!({"status_id": id(status), "elapsed": 1.5,
                          "version": "#812 1:F 2:P tqa-5f3c9a1e",
                          "result": format!("{}\n\nSource: tests/cart.py:12", "expected 1\nbut got 2\n".repeat(4))});
        site.put(&format!("run_result_step/{}", id(step)), &result, StatusCode::OK).await;
    }
    for folder in [gone, homeless] {
        site.delete(&format!("suite/{folder}"), StatusCode::OK).await;
    }
    let project = format!("/project/{}", roots.project);
    json!({
        "projects": "/",
        "project": project,
        "folder": format!("{project}?folder={checkout}"),
        "second-page": format!("{project}?folder={checkout}&page=2"),
        "empty-folder": format!("{project}?folder={empty}"),
        "no-folder": format!("{project}?folder=none"),
        "test": format!("/test/{adds}"),
        "plain-test": format!("/test/{plain}"),
        "found": format!("{project}/search?q=a"),
        "nothing-found": format!("{project}/search?q=nothing+like+it"),
        "search": format!("{project}/search"),
        "failed": format!("{project}/search?folder={shop}&outcome=failed"),
        "suggested": format!("{project}/search?q=artcile&kind=manual"),
        "runs": format!("{project}/runs"),
        "run": format!("/run/{run}"),
        "missing": "/test/999999",
    })
}

/// The paths of sample reports of these tools.
fn testdata(tools: &[&str]) -> Vec<String> {
    let testdata = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    tools.iter().map(|tool| testdata.join(tool).to_str().unwrap().to_owned()).collect()
}

/// Writes the HTML report of `reports`, and returns its address.
fn html_report(directory: &std::path::Path, reports: &[String]) -> String {
    let path = directory.join(format!("{}.html", reports.len()));
    let output = format!("html={}", path.display());
    let run = crate::support::binary(directory);
    let run = { run }.args(["inspect", "--output", &output]).args(reports).output().unwrap();
    assert!(path.is_file(), "{}", String::from_utf8_lossy(&run.stderr));
    format!("file://{}", path.display())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_is_usable_and_accessible_in_a_browser() {
    let (Some(chromium), Some(packages)) = (chromium(), PACKAGES.installed()) else { return };
    let site = Site::new().await;
    let roots = site.roots().await;
    let mut pages = fill_project(&site, &roots).await;
    let project = async |name: &str| {
        let project = id(&site.create("project", &json!({"name": name})).await);
        let root_of = async |resource: &str| {
            let rows = site.list(&format!("{resource}?project_id={project}&is_root=true")).await;
            id(&rows[0])
        };
        Roots { project, plan: root_of("plan").await, suite: root_of("suite").await }
    };
    for tests in [0, 1, 50] {
        let other = project(&format!("{tests} tests")).await;
        fill(&site, &other, other.suite, tests).await;
        pages[format!("tests-{tests}")] = json!(format!("/project/{}", other.project));
        pages[format!("runs-{tests}")] = json!(format!("/project/{}/runs", other.project));
    }
    let large_roots = project("Large").await;
    let large = large_roots.project;
    for number in 0..100 {
        let folder =
            site.folder(&large_roots, &format!("folder {number}"), large_roots.suite).await;
        fill(&site, &large_roots, folder, 100).await;
    }

    let run = json!({"plan_id": large_roots.plan, "project_id": large, "name": "everything"});
    site.create("run", &run).await;
    let statuses = rusqlite::Connection::open(&site.running.db).unwrap();
    let sql = "UPDATE run_result SET status_id = (SELECT id FROM status WHERE status_type_id =
                   CASE WHEN test_id % 70 = 0 THEN 3 ELSE 2 END) WHERE project_id = ?1";
    assert_eq!(statuses.execute(sql, [large]).unwrap(), 10_000);
    pages["tests-10000"] = json!(format!("/project/{large}"));
    pages["passed-10000"] = json!(format!("/project/{large}/search?q=&outcome=passed"));

    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = script.join("tests/sandbox/browser/look.cjs");
    let pictures = std::env::var("PICTURES").ok();
    let reports = tempfile::tempdir().unwrap();
    pages["report"] = json!(html_report(reports.path(), &testdata(&["jest", "pytest", "nextest"])));
    let many: String = (0..10_000)
        .map(|n| format!("<testcase classname='shop.Part{}' name='does one thing of many, number {n}' time='0.5'/>", n % 100))
        .collect();
    let large_report = reports.path().join("many.xml");
    std::fs::write(&large_report, format!("<testsuite name='shop'>{many}</testsuite>")).unwrap();
    let large_report = html_report(reports.path(), &[large_report.to_str().unwrap().to_owned()]);
    let settings = json!({"project": roots.project, "pages": pages, "pictures": pictures,
                       "heavy": [format!("/project/{large}"), format!("/project/{large}/search?q=test"), large_report]});
    let link = site.running.page_link.expose_secret();
    let arguments = [script.to_str().unwrap(), &chromium, link, &settings.to_string()];
    let output = npm::node(packages, &arguments, &[]).await;
    if output.status.code() == Some(77) {
        println!("skipped: Chromium does not start: {}", npm::shown(&output));
        return;
    }
    assert!(output.status.success(), "{}", npm::shown(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    for what in ["findings", "misplaced", "errors"] {
        assert_eq!(report[what], json!([]), "{what}: {:#}", report[what]);
    }
    let times = report["milliseconds"].as_object().unwrap();
    assert_eq!(times.len(), 3);
    for (path, time) in times {
        println!("{path}: {time} ms in the browser");
        assert!(time.as_f64().unwrap() < 1000.0, "{path} took {time} ms");
    }
}
