//! Killed before and after every request, and run again, `relink` ends as if nothing had happened.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::faults::HASTY;
use super::super::proxy::serve_proxy;
use super::super::schedules::{content, for_each_kill};
use super::{BEFORE, imported, rows, run, writes_nothing};
use crate::support::{TestEnv, binary, report};

/// Kills `arguments` at each request, before and after it is executed, and runs them again. `prepare` makes the project.
pub(super) async fn killed_at_every_request(
    prepare: impl AsyncFn() -> TestEnv,
    arguments: &[&str],
) {
    killed_at_every_request_of(prepare, arguments, true).await;
}

/// As [`killed_at_every_request`]; `undo` takes no namespace.
pub(in super::super) async fn killed_at_every_request_of(
    prepare: impl AsyncFn() -> TestEnv,
    arguments: &[&str],
    has_namespace: bool,
) {
    let namespace: &[&str] = if has_namespace { &["--namespace", "shop"] } else { &[] };
    let arguments: Vec<&str> = arguments.iter().chain(namespace).copied().collect();
    let arguments = arguments.as_slice();
    let run = async |env: &TestEnv, arguments: &[&str]| {
        let mut command = env.command(arguments);
        command.args(HASTY);
        crate::support::run(command).await
    };
    let prepared = prepare().await;
    let undisturbed = prepared.copy().await;
    run(&undisturbed, arguments).await.expect(0);
    let requests = undisturbed.journal.take().len();
    let expected = content(&undisturbed);
    for_each_kill(requests, async |number, fault| {
        let env = prepared.copy().await;
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let (host, importer) = serve_proxy(&env, move |_, _, _, _| {
            (counted.fetch_add(1, Ordering::SeqCst) == number).then_some(fault)
        })
        .await;
        let mut killed = binary(env.path());
        killed.args(arguments).args(HASTY).args([
            "--host",
            &host,
            "--token-file",
            "token",
            "--project",
            "demo",
        ]);
        let ended = tokio::task::spawn_blocking(move || {
            let silent = std::process::Stdio::null;
            let mut child = killed.stdout(silent()).stderr(silent()).spawn().unwrap();
            importer.store(child.id() as usize, Ordering::SeqCst);
            child.wait().unwrap()
        })
        .await
        .unwrap();
        // Requests that run concurrently may be fewer: then it ended before.
        assert!(ended.code().is_none_or(|code| code == 0), "killed at request {number}: {ended}");
        run(&env, arguments).await.expect(0);
        assert!(
            content(&env) == expected,
            "killed at request {number}: {:#?}\n{expected:#?}",
            content(&env)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn relink_continues_after_a_kill() {
    killed_at_every_request(imported, &["relink", "--rename", "--move", "after.xml"]).await;
}

/// Imports of both branches and `relink` start together: one more import later, every test exists once.
#[tokio::test(flavor = "multi_thread")]
async fn relink_beside_imports_of_both_branches() {
    for _ in 0..6 {
        let env = imported().await;
        let all = futures_util::future::join_all([
            run(&env, &["relink", "after.xml"]),
            run(&env, &["before.xml"]),
            run(&env, &["after.xml"]),
        ]);
        for run in all.await {
            assert!([0, 1].contains(&run.code), "{run}");
        }
        run(&env, &["after.xml"]).await.expect(0);
        run(&env, &["before.xml"]).await.expect(0);
        // If the import was first, the former tests keep their rows.
        let tests = env.count("test");
        assert!((4..=7).contains(&tests), "{:#?}", rows(&env));
        env.assert_exactly_once(tests);
        for file in ["after.xml", "before.xml"] {
            writes_nothing(&env, &[file]).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_that_part_again_continue_after_a_kill() {
    let prepare = async || {
        let env = imported().await;
        run(&env, &["relink", "after.xml"]).await.expect(0);
        env.write("both.xml", &report(&[BEFORE[0], super::AFTER[0], BEFORE[1]]));
        env
    };
    killed_at_every_request(prepare, &["both.xml"]).await;
}
