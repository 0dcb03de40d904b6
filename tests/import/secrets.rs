//! The token leaves this process in one header only: whatever a server repeats, and whatever a command looks at.

use std::io::{Read as _, Write as _};

use testquality_sandbox::FaultRules;

use crate::support::{Run, TestEnv, binary, report, restrict, run};

/// With characters that texts escape.
const TOKEN: &str = "12|canary/9f86+d081&884c<7d65~4b2a'sesame";

/// Parts of the token, of its Base64 and its escaped forms.
const PARTS: [&str; 5] = ["canary", "9f86+d081", "sesame", "Y2FuYXJ5", "NhbmFyeS"];

#[track_caller]
fn assert_hidden(text: &str, what: &str) {
    for part in PARTS {
        assert!(!text.contains(part), "{part} in {what}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s65_a_token_that_the_server_repeats_is_in_no_output() {
    let mut seen = String::new();
    for rules in [
        &["echo"][..],
        &["echo=200"],
        &["echo=200 GET test"],
        &["echo=201 POST test"],
        &["echo=201 POST step"],
        &["echo=302"],
        &["echo=401"],
        &["echo=403 POST"],
        &["echo=404"],
        &["echo=409 POST"],
        &["echo=422 POST"],
        &["echo=422 POST suite"],
        &["echo=429 GET 2"],
        &["echo=500"],
        &["echo=503 POST test"],
        &["echo GET", "echo=422 POST test 2"],
    ] {
        let faults = FaultRules::parse(rules).unwrap();
        let env = TestEnv::with(|options| {
            options.faults = faults;
            options.token = testquality_sandbox::Token::new(TOKEN.to_owned().into());
        })
        .await;
        env.write("a.xml", &report(&[("cart", &["adds", "!removes"]), ("login", &["greets"])]));
        let project = env.running.project_id.to_string();
        for (name, more) in [
            ("import", &["a.xml"][..]),
            ("check", &["--check", "--stale", "report", "a.xml"]),
            ("doctor", &["doctor"]),
            ("explain", &["explain", "adds", "a.xml"]),
            ("by name", &["--project", "Dem", "a.xml"]),
        ] {
            let mut command = binary(env.path());
            command.args(["-vv", "--host", &env.running.url, "--project", &project]).args(more);
            command.args(["--retry-wait", "5ms", "--deadline", "3s"]);
            if !["doctor", "explain"].contains(&name) {
                for output in ["json=s.json", "text=s.txt", "markdown=s.md"] {
                    command.args(["--output", output]);
                }
            }
            command
                .env("TQ_ACCESS_TOKEN", TOKEN)
                .env("GITHUB_ACTIONS", "true")
                .env("GITHUB_OUTPUT", env.path().join("outputs"))
                .env("GITHUB_STEP_SUMMARY", env.path().join("page"));
            let run = run(command).await;
            let text = format!("{run}");
            assert_hidden(&text, &format!("{rules:?}, {name}"));
            seen.push_str(&text);
            for file in ["s.json", "s.txt", "s.md", "outputs", "page"] {
                let text = std::fs::read_to_string(env.path().join(file)).unwrap_or_default();
                assert_hidden(&text, &format!("{rules:?}, {name}, {file}"));
                if file == "s.json" && !text.is_empty() {
                    serde_json::from_str::<serde_json::Value>(&text).unwrap();
                }
                seen.push_str(&text);
            }
        }
    }
    assert!(seen.contains("***"), "servers repeated the token");
}

/// A server that answers every request with `status` and `body`.
fn answering(status: &'static str, body: String) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 4096]);
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ =
                stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
        }
    });
    host
}

#[tokio::test(flavor = "multi_thread")]
async fn s66_error_details_are_short_and_without_control_sequences() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.xml"), report(&[("cart", &["adds"])])).unwrap();
    let long = format!("\\u001b[2J\\u0007{TOKEN} ").repeat(100_000);
    for (status, body) in [
        (
            "200 OK",
            format!("{{\"current_page\":\"{long}\",\"last_page\":1,\"total\":0,\"data\":[]}}"),
        ),
        (
            "200 OK",
            format!("{{\"current_page\":1,\"last_page\":1,\"total\":1,\"data\":[\"{long}\"]}}"),
        ),
        (
            "200 OK",
            format!(
                "{{\"current_page\":1,\"last_page\":1,\"total\":1,\"data\":[{{\"id\":1,\"name\":\"{long}\"}}]}}"
            ),
        ),
        // The longest error body that is read is shorter.
        ("422 Unprocessable Entity", format!("{{\"message\":\"{}\"}}", &long[..200_000])),
        ("404 Not Found", format!("{{\"message\":\"{long}\"}}")),
        ("401 Unauthorized", format!("{{\"errors\":{{\"{}\":[\"x\"]}}}}", &long[..200_000])),
    ] {
        let mut command = binary(directory.path());
        command.args(["--host", &answering(status, body), "--project", "demo", "a.xml"]);
        command.args(["--retries", "1", "--retry-wait", "5ms"]).env("TQ_ACCESS_TOKEN", TOKEN);
        let run = run(command).await;
        assert!(![0, 3].contains(&run.code), "{status}: {}", run.code);
        let text = format!("{}{}", run.stdout, run.stderr);
        assert!(text.len() < 8 * 1024, "{status}: {} bytes", text.len());
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{status}");
        assert_hidden(&text, status);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn s67_the_command_of_run_finds_no_token_in_its_parent() {
    let env = TestEnv::with(|options| {
        options.token = testquality_sandbox::Token::new(TOKEN.to_owned().into());
    })
    .await;
    env.write("new.txt", &report(&[("new", &["is in"])]));
    // Whatever can be read is copied; as an ordinary user, `environ` cannot.
    let look = "cat /proc/$PPID/environ /proc/$PPID/cmdline > seen 2> /dev/null; env >> seen; \
        for number in $(ls /proc/$$/fd); do \
            case $number in 0|1|2) ;; *) timeout 1 cat /proc/$$/fd/$number >> seen 2> /dev/null;; esac; \
        done; cp new.txt a.xml; echo the command ran >> seen";
    for (variable, option, report) in [
        (Some(TOKEN), None, "a.xml"),
        (None, Some("--access-token"), "a.xml"),
        (Some("another-canary"), Some("--access_token"), "a.xml"),
        (Some(TOKEN), None, "*.xml"),
    ] {
        let _ = std::fs::remove_file(env.path().join("a.xml"));
        let mut command = binary(env.path());
        if let Some(token) = variable {
            command.env("TQ_ACCESS_TOKEN", token);
        }
        command.args(["run", "--host", &env.running.url, "--project", "demo"]);
        match option {
            Some("--access_token") => {
                command.arg(format!("--access_token={TOKEN}"));
            }
            Some(option) => {
                command.args([option, TOKEN]);
            }
            None => {}
        }
        command.args([report, "--", "sh", "-c", look]);
        let run = run(command).await.expect(0);
        assert!(run.stdout.contains("complete: "), "the token arrived: {run}");
        let seen = std::fs::read(env.path().join("seen")).unwrap();
        let seen = String::from_utf8_lossy(&seen);
        assert!(seen.contains("the command ran"), "{seen}");
        assert_hidden(&seen, &format!("{variable:?} {option:?}"));
    }
    // Without a token there is nothing to hide; a file is read as ever.
    let token = env.write("secret", TOKEN);
    restrict(&token);
    let mut command = binary(env.path());
    command.args([
        "run",
        "--host",
        &env.running.url,
        "--project",
        "demo",
        "--token-file",
        "secret",
    ]);
    command.args(["a.xml", "--", "cp", "new.txt", "a.xml"]);
    let run: Run = run(command).await;
    run.expect(0);
}
