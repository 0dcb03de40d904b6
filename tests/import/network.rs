//! Network problems, and secrets that must never leave this process.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::Arc;

use testquality_sandbox::FaultRules;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::support::{Run, TestEnv, binary, report, restrict, run};

const SHOP: &[(&str, &[&str])] = &[("cart", &["adds", "!removes"]), ("login", &["greets"])];

fn finished(command: &mut Command) -> Run {
    Run::of(&command.output().unwrap())
}

/// A server that answers every connection with `answer`. The receiver gets the beginning of each request.
fn raw_server(answer: &'static [u8]) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let sender = sender.clone();
            std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                let count = stream.read(&mut buffer).unwrap_or_default();
                let _ = sender.send(String::from_utf8_lossy(&buffer[..count]).into_owned());
                let _ = stream.write_all(answer);
                // If the answer opens a JSON object, it never ends.
                let piece = vec![b' '; 1 << 20];
                while answer.ends_with(b"{") && stream.write_all(&piece).is_ok() {}
            });
        }
    });
    (address, heard)
}

#[tokio::test(flavor = "multi_thread")]
async fn s06_the_port_is_closed_or_the_host_does_not_exist() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    for host in [closed.as_str(), "https://no-such-host.invalid"] {
        let mut command = binary(env.path());
        command.args(["--host", host, "--token-file", "token", "--project", "demo", "a.xml"]);
        command.args(["--retries", "2", "--retry-wait", "10ms", "--deadline", "20s"]);
        let run = run(command).await.expect(7);
        assert!(run.stderr.contains(&format!("cannot reach {host}: ")), "{run}");
        assert!(run.stderr.contains("hint:"), "{run}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s16_two_projects_of_one_name_and_duplicates_on_the_server() {
    use crate::support::person::Person;

    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    let person = Person::at(&env);
    let cart = person.folder("cart").await;
    for _ in 0..2 {
        person.test(cart, serde_json::json!({"name": "adds"})).await;
    }
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(
        (&summary["tests"]["created"], &summary["tests"]["adopted"]),
        (&3.into(), &0.into())
    );
    assert!(summary["warnings"].to_string().contains("none is adopted"), "{summary}");
    assert_eq!(env.import_json(0, &["a.xml"]).await["changes"], serde_json::json!([]));
    person.post("project", &serde_json::json!({"name": "DEMO"})).await;
    person.post("project", &serde_json::json!({"name": "demo "})).await;
    let refused = env.import(&["a.xml"]).await;
    assert_eq!(refused.code, 2, "{refused}");
    assert!(refused.stderr.contains("projects: ids"), "{refused}");
}

/// A TLS listener with an untrusted certificate, in front of the sandbox.
async fn tls_in_front_of(env: &TestEnv) -> (String, String) {
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(issued.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let sandbox = env.running.url.strip_prefix("http://").unwrap().to_owned();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, sandbox) = (acceptor.clone(), sandbox.clone());
            tokio::spawn(async move {
                if let Ok(mut outer) = acceptor.accept(stream).await {
                    let mut inner = tokio::net::TcpStream::connect(sandbox).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut outer, &mut inner).await;
                }
            });
        }
    });
    (host, issued.cert.pem())
}

#[tokio::test(flavor = "multi_thread")]
async fn s24_a_self_signed_certificate_is_fatal_unless_trusted() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    let (host, pem) = tls_in_front_of(&env).await;
    env.write("ca.pem", &pem);
    let command = |more: &[&str]| {
        let mut command = binary(env.path());
        command.args(["--host", &host, "--token-file", "token", "--project", "demo", "a.xml"]);
        command.args(more);
        command
    };
    let refused = run(command(&[])).await.expect(7);
    assert!(refused.stderr.contains("--ca-cert"), "{refused}");
    assert_eq!(env.journal.entries().len(), 0, "the token was not sent");
    run(command(&["--ca-cert", "ca.pem"])).await.expect(0);
    env.assert_exactly_once(3);
}

#[test]
fn s25_an_endless_answer_is_cut_off() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.xml"), report(SHOP)).unwrap();
    let token = directory.path().join("token");
    std::fs::write(&token, "secret\n").unwrap();
    restrict(&token);
    let (address, _) = raw_server(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{");
    let mut command = binary(directory.path());
    command.args([
        "--host",
        &format!("http://{address}"),
        "--token-file",
        "token",
        "--project",
        "demo",
    ]);
    let started = std::time::Instant::now();
    let run = finished(command.args(["--deadline", "60s", "a.xml"]));
    assert!([1, 7].contains(&run.code), "{run}");
    assert!(run.stderr.contains("larger than"), "{run}");
    assert!(started.elapsed().as_secs() < 50, "{:?}", started.elapsed());
}

#[test]
fn s31_a_proxy_is_used_for_remote_hosts_only_and_shown_without_its_password() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.xml"), report(SHOP)).unwrap();
    let (proxy, heard) = raw_server(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
    let command = |host: &str| {
        let mut command = binary(directory.path());
        command
            .args(["-v", "--host", host, "--project", "demo", "a.xml"])
            .args(["--retries", "0", "--deadline", "10s"])
            .env("TQ_ACCESS_TOKEN", "canary-token")
            .env("HTTPS_PROXY", format!("http://user:canary-password@{proxy}"))
            .env("HTTP_PROXY", format!("http://{proxy}"));
        command
    };
    let through = finished(&mut command("https://api.testquality.com"));
    assert_eq!(through.code, 7, "{through}");
    assert!(heard.recv().unwrap().starts_with("CONNECT api.testquality.com:443"));
    assert!(through.stderr.contains(&format!("proxy = {proxy} (from HTTPS_PROXY)")), "{through}");
    assert!(!format!("{through}").contains("canary"), "{through}");
    while heard.try_recv().is_ok() {}
    finished(&mut command("http://127.0.0.1:9"));
    assert!(heard.try_recv().is_err(), "loopback never goes through a proxy");
    let excepted =
        finished(command("https://api.testquality.com").env("NO_PROXY", ".testquality.com"));
    assert!(heard.try_recv().is_err(), "{excepted}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn s48_full_disks_closed_outputs_and_read_only_directories() {
    use std::os::unix::fs::PermissionsExt as _;

    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = env.command(&["a.xml"]);
    command.stdout(full);
    let run_full = run(command).await.expect(1);
    assert!(run_full.stderr.contains("cannot write"), "{run_full}");
    // A closed pipe is not an error.
    let mut command = env.command(&["--format", "json", "a.xml"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ended =
        tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    let text = String::from_utf8_lossy(&ended.stderr);
    assert!(!text.contains("panicked"), "{text}");
    // Nothing is written into the working directory.
    let here = env.path().join("read-only");
    std::fs::create_dir(&here).unwrap();
    std::fs::copy(env.path().join("a.xml"), here.join("a.xml")).unwrap();
    std::fs::set_permissions(&here, std::fs::Permissions::from_mode(0o555)).unwrap();
    let mut command = env.command(&["a.xml"]);
    let token = env.path().join("token");
    command.current_dir(&here).args(["--token-file", token.to_str().unwrap()]);
    run(command).await.expect(0);
    std::fs::set_permissions(&here, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(std::fs::read_dir(&here).unwrap().count(), 1);
}

/// Text that only the token contains.
const CANARY: &str = "canary-9f86d081884c7d65";

#[tokio::test(flavor = "multi_thread")]
async fn s49_the_token_is_in_no_output_whatever_goes_wrong() {
    for rules in [
        &[][..],
        &["401"],
        &["403"],
        &["500"],
        &["html"],
        &["cut GET"],
        &["hang-up"],
        &["lost POST"],
        &["422 POST"],
        &["429=1 1"],
        &["drop POST"],
        &["shift GET"],
    ] {
        let faults = FaultRules::parse(rules).unwrap();
        let env = TestEnv::with(|options| {
            options.faults = faults;
            options.token = testquality_sandbox::Token::new(CANARY.to_owned().into());
        })
        .await;
        env.write("a.xml", &report(SHOP));
        let mut command = binary(env.path());
        command
            .args(["-vv", "--host", &env.running.url, "--project", "demo", "a.xml"])
            .args(["--retry-wait", "10ms", "--deadline", "5s"])
            .args(["--output", "json=summary.json", "--output", "text=summary.txt"])
            .env("TQ_ACCESS_TOKEN", CANARY)
            .env("RUST_BACKTRACE", "1");
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Every user of the machine can see this.
        #[cfg(target_os = "linux")]
        {
            let line = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default();
            assert!(!String::from_utf8_lossy(&line).contains(CANARY));
        }
        let output =
            tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
        let run = Run::of(&output);
        assert!(!format!("{run}").contains(CANARY), "{rules:?}: {run}");
        assert!(run.stderr.contains("GET"), "-vv logs requests: {run}");
        for file in ["summary.json", "summary.txt"] {
            let text = std::fs::read_to_string(env.path().join(file)).unwrap();
            assert!(!text.contains(CANARY), "{rules:?}: {file}: {text}");
        }
        for entry in env.journal.entries() {
            assert!(!entry.target.contains(CANARY), "{rules:?}: {entry:?}");
        }
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn s50_a_world_readable_vendor_file_causes_a_warning_and_is_never_written() {
    use std::os::unix::fs::PermissionsExt as _;

    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    let text = format!("TQ_ACCESS_TOKEN={CANARY}\nTQ_HOST={}\n", env.running.url);
    let path = env.write(".testquality", &text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let mut command = binary(env.path());
    command.args(["--project", "demo", "a.xml"]);
    let run = run(command).await;
    assert!(format!("{run}").contains(".testquality"), "{run}");
    assert!(format!("{run}").contains("every user of this machine can read"), "{run}");
    assert!(!format!("{run}").contains(CANARY), "{run}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

/// The local clock must not matter.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn s51_a_wrong_clock_changes_nothing() {
    let env = TestEnv::new().await;
    env.write("a.xml", &report(SHOP));
    // Change the server's times instead: imports compare nothing but them.
    env.import(&["a.xml"]).await.expect(0);
    let db = rusqlite::Connection::open(&env.running.db).unwrap();
    for table in ["suite", "plan_suite", "test", "suite_test", "step"] {
        let sql = format!(
            "UPDATE {table} SET created_at = '2031-05-05T05:05:05.000000+00:00', updated_at = '1999-01-01T00:00:00.000000+00:00'"
        );
        db.execute(&sql, []).unwrap();
    }
    let summary = env.import_json(0, &["a.xml"]).await;
    assert_eq!(summary["changes"], serde_json::json!([]));
    assert_eq!(summary["complete"], true);
}
