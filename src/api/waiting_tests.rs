//! What is waited for, on a clock that is moved on as soon as all tasks sleep.

use super::*;

fn client(deadline: Duration) -> Client {
    Client::new(ClientOptions {
        progress: crate::progress::Progress::default(),
        host: "http://127.0.0.1:9".parse().unwrap(),
        token: Token::new("secret".to_owned()).unwrap(),
        concurrency: 8,
        timeout: Duration::from_secs(30),
        retry: RetryPolicy::new(5),
        deadline,
        ca_cert: None,
    })
    .unwrap()
}

fn busy(retry_after: Option<Duration>) -> RequestError {
    RequestError::Status { status: 429, message: None, code: None, retry_after }
}

#[tokio::test(start_paused = true)]
async fn what_a_server_asks_one_to_wait_all_wait() {
    let client = client(Duration::from_secs(900));
    let started = Instant::now();
    let worker = client.clone();
    let asked = tokio::spawn(async move {
        worker.wait_before_repetition(1, busy(Some(Duration::from_secs(30)))).await
    });
    tokio::task::yield_now().await;
    // Another worker, which was about to send something.
    client.wait_for_pause().await;
    assert!(started.elapsed() >= Duration::from_secs(30), "{:?}", started.elapsed());
    assert!(asked.await.unwrap().is_ok());
    assert!(started.elapsed() < Duration::from_secs(31));
}

#[tokio::test(start_paused = true)]
async fn repetitions_wait_longer_and_longer_and_never_beyond_the_cap() {
    let client = client(Duration::from_secs(9000));
    for (repetition, longest) in [(1, 0.5), (2, 1.0), (3, 2.0), (6, 16.0), (7, 20.0), (50, 20.0)] {
        let started = Instant::now();
        client.wait_before_repetition(repetition, busy(None)).await.unwrap();
        let waited = started.elapsed().as_secs_f64();
        assert!(waited <= longest + 0.01, "repetition {repetition} waited {waited} s");
    }
}

#[tokio::test(start_paused = true)]
async fn what_ends_behind_the_deadline_is_not_waited_for() {
    let client = client(Duration::from_secs(10));
    let started = Instant::now();
    let day = Duration::from_secs(86_400);
    let error = client.wait_before_repetition(1, busy(Some(day))).await.unwrap_err();
    assert!(matches!(error, RequestError::Deadline(_)), "{error:?}");
    assert_eq!(started.elapsed(), Duration::ZERO);
    // Longer than clocks can say.
    let ages = Duration::from_secs(u64::MAX);
    let error = client.wait_before_repetition(1, busy(Some(ages))).await.unwrap_err();
    assert!(matches!(error, RequestError::Deadline(_)), "{error:?}");
    client.rest(Duration::MAX).await;
    assert_eq!(started.elapsed(), Duration::from_secs(10), "no rest is longer than the deadline");
}

#[tokio::test(start_paused = true)]
async fn who_is_told_to_stop_does_not_sleep_on() {
    let client = client(Duration::from_secs(900));
    let started = Instant::now();
    client.stop();
    let waited = client.wait_before_repetition(1, busy(Some(Duration::from_secs(30)))).await;
    assert!(waited.is_ok());
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}
