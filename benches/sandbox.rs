//! Measures the response times of a sandbox with 100,000 tests over HTTP: filtered list pages, and creating arrays
//! of 1,000 tests.
//!
//! `cargo bench --bench sandbox` prints the median and the slowest of each, with the limit. The client reads the whole
//! body without parsing it, and runs in the same process as the server.

use std::error::Error;
use std::io::Write as _;
use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use testquality_sandbox::{self as sandbox, RunningSandbox, Settings, Store};

const TESTS: usize = 100_000;
const FOLDERS: usize = 200;
const ARRAY: usize = 1_000;

/// The limit of a filtered page.
const PAGE_LIMIT: Duration = Duration::from_millis(20);
/// The limit of creating an array.
const CREATE_LIMIT: Duration = Duration::from_millis(100);

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Site {
    running: RunningSandbox,
    client: Client,
}

impl Site {
    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Outcome<Vec<u8>> {
        let request = self
            .client
            .request(method, format!("{}/api/{path}", self.running.url))
            .bearer_auth(self.running.token.expose_secret());
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        Ok(request.send().await?.error_for_status()?.bytes().await?.to_vec())
    }

    async fn json(&self, method: Method, path: &str, body: Option<&Value>) -> Outcome<Value> {
        Ok(serde_json::from_slice(&self.send(method, path, body).await?)?)
    }

    /// The id of the only row of a list.
    async fn root(&self, path: &str) -> Outcome<i64> {
        let list = self.json(Method::GET, path, None).await?;
        list["data"][0]["id"].as_i64().ok_or_else(|| format!("{path} is empty").into())
    }
}

/// Tests like those of an importer.
fn tests(project: i64, suites: &[i64], first: usize) -> Value {
    let row = |number: usize| {
        let suite = suites.get(number % suites.len().max(1)).copied().unwrap_or_default();
        json!({
            "name": format!("rejects_invoice_on_timeout_{number}"),
            "description": format!("Automated test (tqi-{number:016x} tqn-1b2c3d4e): com.acme.billing.InvoiceTest :: rejects_invoice_on_timeout_{number}"),
            "precondition": "",
            "project_id": project,
            "suite_id": suite,
            // 2 % are manual.
            "is_automated": !number.is_multiple_of(50),
        })
    };
    (first..first + ARRAY).map(row).collect()
}

/// Prints the median and the slowest time, and the limit if there is one.
fn report(what: &str, mut times: Vec<Duration>, limit: Option<Duration>) -> std::io::Result<()> {
    times.sort_unstable();
    let at = |index: usize| times.get(index).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3);
    let (median, slowest) = (at(times.len() / 2), at(times.len().saturating_sub(1)));
    let limit = limit.map(|limit| format!(" (limit {} ms)", limit.as_millis())).unwrap_or_default();
    let mut out = std::io::stdout();
    writeln!(out, "{what}: {median:.1} ms, slowest {slowest:.1} ms{limit}")
}

async fn measure() -> Outcome<()> {
    let directory = tempfile::tempdir()?;
    let store = Store::open(directory.path().join("sandbox.db"), "Demo")?;
    let running = sandbox::spawn(Settings::new(store, sandbox::Token::generate()?)).await?;
    let site = Site { running, client: Client::builder().no_proxy().build()? };
    let project = site.running.project_id;
    let plan = site.root(&format!("plan?project_id={project}&is_root=true")).await?;
    let root = site.root(&format!("suite?project_id={project}&is_root=true")).await?;
    let folders: Value = (0..FOLDERS)
        .map(|number| {
            json!({"name": format!("folder {number}"), "project_id": project, "plan_id": plan,
                   "plan_suite": {"parent_id": root}})
        })
        .collect();
    let folders = site.json(Method::POST, "suite", Some(&folders)).await?;
    let suites: Vec<i64> =
        folders.as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect();

    let mut times = Vec::new();
    for array in 0..TESTS / ARRAY + 20 {
        let rows = tests(project, &suites, array * ARRAY);
        let start = Instant::now();
        site.send(Method::POST, "test", Some(&rows)).await?;
        // Only the arrays after the first 100,000 tests count.
        if array >= TESTS / ARRAY {
            times.push(start.elapsed());
        }
    }
    writeln!(std::io::stdout(), "{TESTS} tests in {FOLDERS} folders")?;
    report("creating an array of 1,000 tests", times, Some(CREATE_LIMIT))?;

    let some = suites.iter().take(5).map(i64::to_string).collect::<Vec<_>>().join(",");
    for (what, path) in [
        ("a page of a project, 15 rows", format!("test?project_id={project}")),
        (
            "a page of a project, 1,000 rows, the first",
            format!("test?project_id={project}&_sort=id&per_page=1000"),
        ),
        (
            "a page of a project, 1,000 rows, the 99th",
            format!("test?project_id={project}&_sort=id&per_page=1000&page=99"),
        ),
        (
            "a page of manual tests",
            format!("test?project_id={project}&is_automated=false&_sort=id&per_page=100"),
        ),
        (
            "a page of automated tests, the 50th",
            format!("test?project_id={project}&is_automated=true&_sort=-id&per_page=100&page=50"),
        ),
        (
            "a page of the latest tests",
            format!("test?project_id={project}&_sort=-updated_at&per_page=100"),
        ),
        (
            "a page filtered by a field without an index",
            format!("test?project_id={project}&description=none&_sort=id"),
        ),
        ("a page filtered by name", "test?name=rejects_invoice_on_timeout_77777".to_owned()),
        (
            "a page of the placements in five folders",
            format!("suite_test?suite_id-in={some}&_sort=id&per_page=1000"),
        ),
        (
            "a page of a folder",
            format!("suite/{}/test?per_page=100", suites.first().copied().unwrap_or(root)),
        ),
    ] {
        let mut times = Vec::new();
        for _ in 0..31 {
            let start = Instant::now();
            site.send(Method::GET, &path, None).await?;
            times.push(start.elapsed());
        }
        // Without an index, SQLite reads every row of the project, so there is no limit.
        let has_limit = !what.contains("without an index");
        report(what, times, has_limit.then_some(PAGE_LIMIT))?;
    }
    site.running.stop().await?;
    Ok(())
}

fn main() -> Outcome<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure())
}
