//! Access control and limits: requests that are rejected before they reach a resource.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::*;
use testquality_sandbox::{Exposure, ServeError, Token};

/// Sends a raw request, and returns the first line of the response and the whole response.
fn raw(site: &Site, request: &str) -> (String, String) {
    let address = site.running.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let limit = Duration::from_secs(10);
    stream.set_read_timeout(Some(limit)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let first = response.lines().next().unwrap_or_default().to_owned();
    (first, response)
}

#[tokio::test]
async fn without_the_token_every_path_is_unauthenticated() {
    let site = Site::new().await;
    let url = &site.running.url;
    let token = site.running.token.expose_secret();
    let shorter = &token[..token.len() - 1];
    for header in [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer wrong".to_owned()),
        Some(format!("Bearer {shorter}")),
        Some(format!("Bearer {token}x")),
        Some(format!("Basic {token}")),
        Some(token.to_owned()),
    ] {
        for path in ["project", "test/1", "nothing", "nothing/at/all"] {
            let mut request = site.client.get(format!("{url}/api/{path}"));
            if let Some(header) = &header {
                request = request.header("authorization", header);
            }
            let body = json_of(request.send().await.unwrap(), StatusCode::UNAUTHORIZED).await;
            assert_eq!(body, json!({"message": "Unauthenticated."}), "{header:?}");
        }
    }
    let request = site.client.get(format!("{url}/api/project"));
    let request = request.header("authorization", format!("bearer {token}"));
    json_of(request.send().await.unwrap(), StatusCode::OK).await;
}

// `raw` blocks its thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_host_or_origin_is_rejected_even_with_the_token() {
    let site = Site::new().await;
    for (name, value) in [
        ("host", "rebound.example"),
        ("host", "127.0.0.1.rebound.example"),
        ("origin", "http://rebound.example"),
        ("origin", "null"),
    ] {
        let request = site.request(Method::GET, "project").header(name, value);
        json_of(request.send().await.unwrap(), StatusCode::FORBIDDEN).await;
        let page = site.client.get(&site.running.url).header(name, value);
        json_of(page.send().await.unwrap(), StatusCode::FORBIDDEN).await;
    }
    let request = site.request(Method::GET, "project");
    let request = request.header("origin", &site.running.url);
    json_of(request.send().await.unwrap(), StatusCode::OK).await;

    let (status, _) = raw(&site, "GET / HTTP/1.0\r\n\r\n");
    assert!(status.contains("403"), "{status}");
    let (status, _) = raw(
        &site,
        "GET http://rebound.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    assert!(status.contains("403"), "{status}");
    let (status, _) = raw(
        &site,
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: rebound.example\r\nConnection: close\r\n\r\n",
    );
    assert!(status.contains("403"), "{status}");
}

#[tokio::test]
async fn unknown_routes_and_methods_are_rejected() {
    let site = Site::new().await;
    for path in ["nothing", "nothing/1", "test/1", "test/x", "test/1/nothing"] {
        let request = site.request(Method::GET, path);
        let body = json_of(request.send().await.unwrap(), StatusCode::NOT_FOUND).await;
        assert!(body["message"].is_string());
    }
    for (method, path) in
        [(Method::PATCH, "test/1"), (Method::POST, "test/1"), (Method::DELETE, "test")]
    {
        let request = site.request(method, path).json(&json!({}));
        json_of(request.send().await.unwrap(), StatusCode::METHOD_NOT_ALLOWED).await;
    }
}

#[tokio::test]
async fn bodies_must_be_valid_json_of_limited_length() {
    let site = Site::with(|settings| settings.max_body_bytes = 1000).await;
    let request = site.request(Method::POST, "test").body("{}");
    json_of(request.send().await.unwrap(), StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
    for body in ["", "{", "{} {}", "\"text\"", "[1]", "null", "\u{0}"] {
        let request = site.request(Method::POST, "test").body(body);
        let request = request.header("content-type", "application/json; charset=utf-8");
        json_of(request.send().await.unwrap(), StatusCode::BAD_REQUEST).await;
    }
    let long = json!({"name": "x".repeat(1_000_000)});
    let body = site.post("test", &long, StatusCode::PAYLOAD_TOO_LARGE).await;
    assert!(body["message"].is_string());
    // Nested deep enough to overflow the stack of a recursive parser.
    let site = Site::new().await;
    let nested = "[".repeat(200_000);
    let request = site.request(Method::POST, "test").body(nested);
    let request = request.header("content-type", "application/json");
    json_of(request.send().await.unwrap(), StatusCode::BAD_REQUEST).await;
}

// `raw` blocks its thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s56_long_bodies_are_refused_whatever_they_say_of_their_length() {
    let site = Site::with(|settings| settings.max_body_bytes = 1000).await;
    let token = site.running.token.expose_secret();
    let head = format!(
        "POST /api/test HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/json\r\nAuthorization: Bearer {token}\r\n"
    );
    let piece = format!("258\r\n{}\r\n", " ".repeat(600));
    for rest in [
        format!("Content-Length: 1001\r\n\r\n{}", " ".repeat(1001)),
        format!("Transfer-Encoding: chunked\r\n\r\n{piece}{piece}0\r\n\r\n"),
        // Rejected without waiting for the body.
        "Content-Length: 99999999999\r\n\r\n{".to_owned(),
    ] {
        let (status, response) = raw(&site, &format!("{head}{rest}"));
        assert!(status.contains("413"), "{status}");
        assert!(response.contains("too large"), "{response}");
    }
    assert_eq!(site.get("test").await["total"], 0);
}

/// The status line of the response to `request`, to which nothing more is sent; empty if the connection was closed.
fn raw_until_closed(site: &Site, request: &str) -> String {
    let address = site.running.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response.lines().next().unwrap_or_default().to_owned()
}

// `raw_until_closed` blocks its thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s68_slow_clients_and_the_sum_of_bodies_are_limited() {
    let site = Site::with(|settings| {
        settings.read_timeout = Duration::from_millis(500);
        settings.max_body_bytes = 10_000;
        settings.max_total_body_bytes = 10_000;
    })
    .await;
    let started = std::time::Instant::now();
    for head in ["", "GET / HT", "GET / HTTP/1.1\r\nHost: localhost\r\nX: "] {
        let status = raw_until_closed(&site, head);
        assert!(status.is_empty() || status.contains("408"), "{status}");
    }
    let token = site.running.token.expose_secret();
    let post = |length: usize| {
        format!(
            "POST /api/test HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: application/json\r\nAuthorization: Bearer {token}\r\n\
             Content-Length: {length}\r\n\r\n{{"
        )
    };
    let status = raw_until_closed(&site, &post(9_000));
    assert!(status.contains("408"), "{status}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    // While one body is on its way, there is no room for another one that is as long.
    let site = &site;
    let slow = tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let slow = scope.spawn(|| {
                let address = site.running.url.strip_prefix("http://").unwrap();
                let mut stream = TcpStream::connect(address).unwrap();
                let mut sent = stream.write_all(post(9_000).as_bytes()).is_ok();
                // Twice the time for a piece, and half of that for all of them.
                for _ in 0..10 {
                    std::thread::sleep(Duration::from_millis(100));
                    sent = sent && stream.write_all(b" ").is_ok();
                }
                sent
            });
            std::thread::sleep(Duration::from_millis(200));
            let status = raw_until_closed(site, &post(5_000));
            assert!(status.contains("503"), "{status}");
            // A short one waits for nothing.
            let status = raw_until_closed(site, &post(1));
            assert!(status.contains("400"), "{status}");
            slow.join().unwrap()
        })
    });
    assert!(slow, "the slow client was not cut off before its time");
    site.get("test").await;
}

#[tokio::test]
async fn request_lines_are_at_most_8_kb() {
    let site = Site::new().await;
    let max = 8192 - "GET /api/test?id-in= HTTP/1.1".len();
    // Ids of 7 digits and a comma.
    let set = "1234567,".repeat(max / 8);
    site.get(&format!("test?id-in={set}")).await;
    let request = site.request(Method::GET, &format!("test?id-in={set}12345678"));
    json_of(request.send().await.unwrap(), StatusCode::URI_TOO_LONG).await;
}

#[tokio::test]
async fn other_machines_are_served_only_with_a_chosen_token() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path().join("sandbox.db"), "Demo").unwrap();
    let listener = || tokio::net::TcpListener::bind(("0.0.0.0", 0));
    let mut settings = Settings::new(store, Token::generate().unwrap());
    let refused = sandbox::serve(settings.clone(), listener().await.unwrap(), async {}).await;
    assert!(matches!(refused, Err(ServeError::NotLoopback(_))));

    settings.exposure = Exposure::Network { host_names: vec![] };
    let refused = sandbox::serve(settings.clone(), listener().await.unwrap(), async {}).await;
    assert!(matches!(refused, Err(ServeError::OwnTokenRequired(_))));

    settings.token = Token::new("my own".to_owned().into());
    sandbox::serve(settings, listener().await.unwrap(), async {}).await.unwrap();
}

#[tokio::test]
async fn tokens_differ_and_are_not_printed() {
    let one = sandbox::Token::generate().unwrap();
    let two = sandbox::Token::generate().unwrap();
    assert_ne!(one.secret().expose_secret(), two.secret().expose_secret());
    assert_eq!(one.secret().expose_secret().len(), "tqs_".len() + 32);
    let site = Site::new().await;
    let token = site.running.token.expose_secret();
    let (_, code) = site.running.page_link.expose_secret().split_once("code=").unwrap();
    let printed = format!("{:?} {one:?}", site.running);
    assert!(!printed.contains(token) && !printed.contains(code));
}

#[tokio::test]
async fn the_journal_counts_reads_and_writes() {
    let site = Site::new().await;
    let roots = site.roots().await;
    site.test(&roots, "one", roots.suite).await;
    assert_eq!((site.journal.reads(), site.journal.writes()), (2, 1));
    let entries = site.journal.take();
    assert_eq!(entries[2].method, "POST");
    assert_eq!(entries[2].path(), "/api/test");
    assert_eq!(entries[2].status, Some(201));
    assert!(entries[0].target.starts_with("/api/plan?project_id="));
    assert!(site.journal.entries().is_empty());
}

#[tokio::test]
async fn it_stops_on_request() {
    let site = Site::new().await;
    let url = site.running.url.clone();
    // An open connection must not keep it running.
    site.client.get(&url).send().await.unwrap();
    site.running.stop().await.unwrap();
    assert!(site.client.get(&url).send().await.is_err());
}
