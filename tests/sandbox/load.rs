//! Concurrent clients, on two servers that share a file.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use super::*;

/// How long the clients write: `SANDBOX_LOAD_SECONDS`, or 3 seconds.
fn duration() -> Duration {
    let seconds = std::env::var("SANDBOX_LOAD_SECONDS").ok();
    let seconds = seconds.map_or(3.0, |seconds| seconds.parse().unwrap());
    Duration::from_secs_f64(seconds)
}

/// The writes that the server confirmed.
#[derive(Default)]
struct Confirmed {
    requests: AtomicI64,
    tests: AtomicI64,
    deleted: AtomicI64,
    touches: AtomicI64,
}

/// Sends a request that must succeed, and returns its response.
async fn ok(confirmed: &Confirmed, request: RequestBuilder) -> Value {
    let response = request.send().await.unwrap();
    let status = response.status();
    let body = response.text().await.unwrap();
    assert!(status.is_success(), "{status}: {body}");
    confirmed.requests.fetch_add(1, Ordering::Relaxed);
    serde_json::from_str(&body).unwrap()
}

async fn client_of(site: &Site, roots: &Roots, shared: i64, number: usize, confirmed: &Confirmed) {
    let until = Instant::now() + duration();
    let mut round = 0;
    while Instant::now() < until {
        round += 1;
        let fresh: Vec<_> = (0..10)
            .map(|n| new_test(roots, &format!("{number}.{round}.{n}"), roots.suite))
            .collect();
        let created = ok(confirmed, site.request(Method::POST, "test").json(&fresh)).await;
        let created = ids(created.as_array().unwrap());
        confirmed.tests.fetch_add(10, Ordering::Relaxed);
        // All clients write to one row, and each write must count.
        let touch = site.request(Method::PUT, &format!("test/{shared}"));
        ok(confirmed, touch.json(&json!({"description": format!("{number}.{round}")}))).await;
        confirmed.touches.fetch_add(1, Ordering::Relaxed);
        let name = json!({"name": format!("{number}.{round} renamed")});
        let path = format!("test/{}", created[0]);
        let renamed = ok(confirmed, site.request(Method::PUT, &path).json(&name)).await;
        assert_eq!((&renamed["name"], &renamed["epoch"]), (&name["name"], &json!(1)));
        let gone = json!([{"id": created[1]}, {"id": created[2]}]);
        let answer = ok(confirmed, site.request(Method::POST, "test/delete").json(&gone)).await;
        assert_eq!(answer, json!({"count": 2}));
        confirmed.deleted.fetch_add(2, Ordering::Relaxed);
        // A client must see its own writes at once.
        let set = created.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let list = site.request(Method::GET, &format!("test?id-in={set}"));
        assert_eq!(ok(confirmed, list).await["total"], 8);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s58_eight_clients_write_at_once_and_every_write_counts() {
    let one = Arc::new(Site::new().await);
    let store = Store::open(&one.running.db, "Demo").unwrap();
    let two = Arc::new(Site::with(|settings| settings.store = store).await);
    let roots = Arc::new(one.roots().await);
    let shared = one.test(&roots, "shared", roots.suite).await;
    let confirmed = Arc::new(Confirmed::default());
    let clients: Vec<_> = (0..8)
        .map(|number| {
            let site = if number % 2 == 0 { one.clone() } else { two.clone() };
            let (roots, confirmed) = (roots.clone(), confirmed.clone());
            tokio::spawn(async move { client_of(&site, &roots, shared, number, &confirmed).await })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    let count = |number: &AtomicI64| number.load(Ordering::Relaxed);
    println!("{} requests, {} tests", count(&confirmed.requests), count(&confirmed.tests));
    let row = one.get(&format!("test/{shared}")).await;
    assert_eq!(row["epoch"], count(&confirmed.touches), "a lost update");
    let live = count(&confirmed.tests) - count(&confirmed.deleted) + 1;
    assert_eq!(one.get("test?per_page=1").await["total"], live);
    assert_eq!(two.get("suite_test?per_page=1").await["total"], live);
    // No number was used twice.
    let connection = rusqlite::Connection::open(&one.running.db).unwrap();
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("SELECT COUNT(DISTINCT key) FROM test"), count(&confirmed.tests) + 1);
    assert_eq!(
        number("SELECT COUNT(DISTINCT test_id) FROM suite_test"),
        count(&confirmed.tests) + 1
    );
    let text: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(text, "ok");
}

#[tokio::test]
async fn clients_that_write_at_once_lose_nothing() {
    let site = std::sync::Arc::new(Site::new().await);
    let roots = std::sync::Arc::new(site.roots().await);
    let shared = site.test(&roots, "shared", roots.suite).await;
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (site, roots) = (site.clone(), roots.clone());
            tokio::spawn(async move {
                for round in 0..5 {
                    let tests: Vec<_> = (0..20)
                        .map(|n| new_test(&roots, &format!("{writer}.{round}.{n}"), roots.suite))
                        .collect();
                    site.create("test", &tests.into()).await;
                    site.put(&format!("test/{shared}"), &json!({}), StatusCode::OK).await;
                    site.list("test?_sort=id").await;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(site.get(&format!("test/{shared}")).await["epoch"], 40);
    let rows = site.list("test?per_page=-1&_sort=id").await;
    assert_eq!(rows.len(), 801);
    let mut keys: Vec<_> = rows.iter().map(|row| row["key"].as_i64()).collect();
    keys.dedup();
    assert_eq!(keys.len(), 801);
    let places = site.list("suite_test?per_page=-1&_sort=sequence_suite").await;
    let mut sequences: Vec<_> = places.iter().map(|row| row["sequence_suite"].as_i64()).collect();
    sequences.dedup();
    assert_eq!(sequences.len(), 801);
}
