//! The sandbox as a process: where it listens, what survives a kill, how its database is deleted.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::support::{binary, restrict, run};

/// A sandbox process. It is killed on drop.
struct Served {
    child: Child,
    ready: Value,
    _stdout: BufReader<ChildStdout>,
}

impl Served {
    fn start(directory: &Path, arguments: &[&str]) -> Self {
        let token = directory.join("token");
        std::fs::write(&token, "the-token").unwrap();
        restrict(&token);
        let mut command = binary(directory);
        command.args(["sandbox", "--format", "json", "--db", "served.db"]);
        command.args(["--token-file", "token"]).args(arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self { child, ready, _stdout: stdout }
    }

    fn url(&self) -> &str {
        self.ready["url"].as_str().unwrap()
    }

    /// Sends SIGKILL, so that the process cannot clean up.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn s53_it_listens_on_loopback_unless_told_otherwise_and_given_a_token() {
    let directory = tempfile::tempdir().unwrap();
    let served = Served::start(directory.path(), &[]);
    assert!(served.url().starts_with("http://127.0.0.1:"), "{}", served.url());
    drop(served);

    let mut command = binary(directory.path());
    command.args(["sandbox", "--db", "served.db", "--listen", "0.0.0.0:0"]);
    let refused = run(command).await;
    assert_ne!(refused.code, 0, "{refused}");
    assert!(refused.stdout.is_empty() && refused.stderr.contains("token"), "{refused}");

    let served = Served::start(directory.path(), &["--listen", "0.0.0.0:0"]);
    let (_, port) = served.url().rsplit_once(':').unwrap();
    let request = client().get(format!("http://127.0.0.1:{port}/api/project"));
    let answer = request.bearer_auth("the-token").send().await.unwrap();
    json_of(answer, StatusCode::OK).await;
}

/// Runs a command in a shell, and reads the line that reports that the sandbox is ready.
#[cfg(unix)]
fn ready_text(directory: &Path, command: &str) -> (Child, [String; 2]) {
    let mut shell = std::process::Command::new("sh");
    shell.current_dir(directory).args(["-c", &format!("exec {command}")]);
    for (name, value) in binary(directory).get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let mut child = shell.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let lines = [lines.next(), lines.next()].map(|line| line.unwrap().unwrap());
    (child, lines)
}

#[cfg(unix)]
#[tokio::test]
async fn the_command_that_an_import_prints_shows_what_it_imported() {
    let directory = tempfile::tempdir().unwrap();
    let report = crate::support::report(&[("cart", &["adds"])]);
    std::fs::write(directory.path().join("a.xml"), report).unwrap();
    for (option, ending) in
        [("--sandbox", " sandbox"), ("--sandbox=it's mine.db", r" sandbox --db 'it'\''s mine.db'")]
    {
        let mut command = binary(directory.path());
        command.args([
            option,
            "a.xml",
            "--output",
            "json=summary.json",
            "--output",
            "markdown=s.md",
        ]);
        let printed = run(command).await.expect(0).stdout;
        let last = printed.lines().last().unwrap();
        let command = last.strip_prefix("view it: ").unwrap_or_else(|| panic!("{printed}"));
        assert!(command.ends_with(ending), "{command}");
        let summary = std::fs::read_to_string(directory.path().join("summary.json")).unwrap();
        let summary: Value = serde_json::from_str(&summary).unwrap();
        assert_eq!(summary["sandbox"]["command"], command);
        let db = summary["sandbox"]["db"].as_str().unwrap();
        assert!(Path::new(db).is_absolute() && Path::new(db).exists(), "{db}");
        let markdown = std::fs::read_to_string(directory.path().join("s.md")).unwrap();
        assert!(markdown.contains("view it:"));

        let (mut child, [ready, link]) = ready_text(directory.path(), command);
        assert!(ready.starts_with("sandbox ready at http://127.0.0.1:"), "{ready}");
        let link = link.strip_prefix("view it: ").unwrap();
        let browser = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let entered = browser.get(link).send().await.unwrap();
        let cookie = entered.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap();
        let project = &summary["project"]["id"];
        let url = format!("{}/project/{project}/search?q=adds", link.split("/?").next().unwrap());
        let page = browser.get(url).header("cookie", cookie).send().await.unwrap();
        let page = page.text().await.unwrap();
        assert!(page.contains("<bdi>adds</bdi>"), "{page}");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[tokio::test]
async fn the_page_link_of_a_sandbox_for_other_machines_opens_on_this_machine() {
    let directory = tempfile::tempdir().unwrap();
    let served = Served::start(directory.path(), &["--listen", "0.0.0.0:0"]);
    let page = served.ready["page"].as_str().unwrap();
    assert!(page.starts_with("http://127.0.0.1:") && page.contains("/?code="), "{page}");
    assert!(!page.contains("the-token"));
    assert!(client().get(page).send().await.is_ok());
}

/// The writes that the server confirmed before it was killed.
#[derive(Default)]
struct Confirmed {
    created: BTreeSet<i64>,
    deleted: BTreeSet<i64>,
    touches: i64,
}

/// Writes until the server is killed.
async fn write_until_killed(
    url: String,
    ready: Value,
    shared: i64,
    confirmed: Arc<Mutex<Confirmed>>,
) {
    let client = client();
    let send = async |method: Method, path: &str, body: Value| -> Option<Value> {
        let request = client.request(method, format!("{url}/api/{path}"));
        let response = request.bearer_auth("the-token").json(&body).send().await.ok()?;
        assert!(response.status().is_success(), "{}", response.status());
        response.json().await.ok()
    };
    let fresh = json!({"name": "test", "project_id": ready["project"], "suite_id": ready["suite"]});
    loop {
        let Some(rows) = send(Method::POST, "test", json!(vec![fresh.clone(); 20])).await else {
            return;
        };
        let rows = ids(rows.as_array().unwrap());
        confirmed.lock().unwrap().created.extend(&rows);
        if send(Method::PUT, &format!("test/{shared}"), json!({})).await.is_none() {
            return;
        }
        confirmed.lock().unwrap().touches += 1;
        let gone = rows[0];
        if send(Method::POST, "test/delete", json!([{"id": gone}])).await.is_none() {
            return;
        }
        confirmed.lock().unwrap().deleted.insert(gone);
    }
}

/// Checks the file that a killed server left.
fn check_database(path: &Path, shared: i64, confirmed: &Confirmed) {
    let connection = rusqlite::Connection::open(path).unwrap();
    let text: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(text, "ok");
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("SELECT COUNT(*) FROM pragma_foreign_key_check"), 0);
    // Each request is complete or absent: arrays of 20 tests, each with its row in `suite_test`.
    assert_eq!(number("SELECT COUNT(*) FROM test") % 20, 1);
    assert_eq!(number("SELECT COUNT(*) FROM test"), number("SELECT COUNT(*) FROM suite_test"));
    let apart = "SELECT COUNT(*) FROM test JOIN suite_test ON suite_test.test_id = test.id
                 WHERE (test.deleted_at IS NULL) <> (suite_test.deleted_at IS NULL)";
    assert_eq!(number(apart), 0);
    // Confirmed writes are there.
    let mut live = connection.prepare("SELECT deleted_at IS NULL FROM test WHERE id = ?1").unwrap();
    for id in &confirmed.created {
        let is_live: bool = live.query_row([id], |row| row.get(0)).unwrap();
        assert!(!(is_live && confirmed.deleted.contains(id)), "{id} was deleted");
    }
    let epoch = number(&format!("SELECT epoch FROM test WHERE id = {shared}"));
    assert!(epoch >= confirmed.touches, "{epoch} of {}", confirmed.touches);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s57_killed_twenty_times_under_load_the_database_opens_whole_each_time() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("served.db");
    let store = Store::open(&path, "Demo").unwrap();
    let site = Site::with(|settings| settings.store = store).await;
    let roots = site.roots().await;
    let shared = site.test(&roots, "shared", roots.suite).await;
    let ready = json!({"project": roots.project, "suite": roots.suite});
    site.running.stop().await.unwrap();

    let confirmed = Arc::new(Mutex::new(Confirmed::default()));
    // On a busy machine, more than 20 rounds are needed until enough is written.
    for round in 0.. {
        let created = confirmed.lock().unwrap().created.len();
        if round >= 20 && created > 100 {
            break;
        }
        assert!(round < 60, "too little load: {created}");
        let mut served = Served::start(directory.path(), &[]);
        let clients: Vec<_> = (0..4)
            .map(|_| {
                let (url, ready) = (served.url().to_owned(), ready.clone());
                tokio::spawn(write_until_killed(url, ready, shared, confirmed.clone()))
            })
            .collect();
        // Kill at different moments, first before anything is written.
        tokio::time::sleep(Duration::from_millis(5 + round * 13)).await;
        served.kill();
        for client in clients {
            client.await.unwrap();
        }
        check_database(&path, shared, &confirmed.lock().unwrap());
    }
}

#[tokio::test]
async fn s57_killed_while_it_makes_its_database_the_next_one_goes_on() {
    for round in 0..20 {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("served.db");
        let mut command = binary(directory.path());
        command.args(["sandbox", "--db", "served.db"]).stdout(Stdio::null());
        let mut child = command.spawn().unwrap();
        // Kill when the file appears, and shortly after.
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while !path.exists() && std::time::Instant::now() < deadline {
            std::thread::yield_now();
        }
        tokio::time::sleep(Duration::from_micros(round * 500)).await;
        child.kill().unwrap();
        child.wait().unwrap();

        let store = Store::open(&path, "Demo").unwrap();
        let site = Site::with(|settings| settings.store = store).await;
        let roots = site.roots().await;
        site.test(&roots, "test", roots.suite).await;
        assert_eq!(site.get("project").await["total"], 1);
        assert_eq!(site.get("status").await["total"], 6);
    }
}

#[tokio::test]
async fn reset_deletes_the_database_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let reset = async |arguments: &[&str]| {
        let mut command = binary(directory.path());
        command.args(["sandbox", "reset"]).args(arguments);
        run(command).await
    };
    let mut served = Served::start(directory.path(), &[]);
    let refused = reset(&["--db", "served.db"]).await;
    assert_ne!(refused.code, 0, "{refused}");
    assert!(refused.stderr.contains("in use"), "{refused}");
    served.kill();
    std::fs::write(directory.path().join("served.db.txt"), "mine").unwrap();
    let done = reset(&["--db", "served.db"]).await.expect(0);
    let shown = directory.path().join("served.db").display().to_string();
    assert_eq!(done.stdout, format!("deleted {shown}\n"));
    let mut left: Vec<_> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["served.db.txt", "token"]);
    // Without a database, files with such names are somebody else's, and so is an empty file.
    let others = ["served.db-wal", "served.db-shm", "served.db-journal"];
    for name in others {
        std::fs::write(directory.path().join(name), "mine").unwrap();
    }
    let again = reset(&["--db", "served.db"]).await.expect(0);
    assert_eq!(again.stdout, format!("there was no {shown}\n"));
    std::fs::write(directory.path().join("empty"), "").unwrap();
    reset(&["--db", "empty"]).await.expect(0);
    assert!(others.iter().chain(&["empty"]).all(|name| directory.path().join(name).exists()));
    let refused = reset(&["--db", "served.db.txt"]).await;
    assert_ne!(refused.code, 0, "{refused}");
    assert!(directory.path().join("served.db.txt").exists());
    // Without --db, it deletes the database that --sandbox imports into.
    reset(&[]).await.expect(0);
}
