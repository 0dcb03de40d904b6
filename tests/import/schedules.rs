//! Random schedules of faults: whatever happens, the next import ends like an undisturbed one.

use std::collections::BTreeSet;
use std::sync::Arc;

use testquality_sandbox::FaultRules;

use super::faults::import;
use super::lag::all_rows;
use super::proxy::Fault;
use crate::support::person::Person;
use crate::support::{TestEnv, report};

/// Faults that an import must survive, or after which it can be run again.
const KINDS: [&str; 26] = [
    "arrays=405 POST",
    "arrays=413 POST",
    "reverse POST",
    "string-ids",
    "503",
    "500",
    "429=0",
    "429",
    "502 GET",
    "lost",
    "lost=504",
    "lost=500 POST",
    "hang-up",
    "hang-up=after",
    "hang-up=after POST",
    "cut",
    "cut POST",
    "empty",
    "html",
    "delay=30ms",
    "half=500 POST",
    "half=400 POST",
    "shift GET",
    // Half of the wait for rows that may exist, which HASTY scales from 4 s to 160 ms.
    "lag=80ms GET",
    "limit=3/200ms",
    "deleted GET",
];

/// What a server does at every request, if anything.
const LASTING: [&str; 20] = [
    "",
    "lag=80ms GET suite",
    "lag=80ms GET plan_suite",
    "lag=80ms GET test",
    "lag=80ms GET suite_test",
    "lag=80ms GET step",
    "lag=80ms GET",
    "ignores=-in GET",
    "nothing=-in GET",
    "first=-in GET",
    "ignores=plan_id GET",
    "nothing=plan_id GET",
    "ignores=_sort GET",
    "nothing=_sort GET",
    "serves=precondition:null GET test",
    "arrays=500 POST",
    "arrays=501 POST",
    "arrays=200 POST",
    "single POST",
    "500 POST test with=case_3",
];

/// What a server always does to fields, so that no import can end like an undisturbed one; and the exit code of an import that nothing
/// else disturbs.
const CHANGING: [(&str, i32); 12] = [
    ("stores=name:trim POST", 0),
    ("stores=name:cut191 POST", 0),
    ("stores=name:lower POST", 0),
    ("stores=name:ascii POST", 0),
    ("stores=step:lower POST step", 0),
    ("stores=is_automated:drop POST test", 1),
    // Every folder seems to be below the root folder, where these are.
    ("serves=parent_id:zero GET plan_suite", 0),
    ("serves=parent_id:drop GET plan_suite", 0),
    ("shorten=100 POST", 0),
    ("shorten=191 POST", 0),
    ("shorten=255 POST", 0),
    ("serves=precondition:null GET test", 0),
];

/// The content of the project, without ids and times.
pub(super) fn content(env: &TestEnv) -> Vec<String> {
    let db = env.db();
    let mut rows = env.tree();
    for sql in [
        "SELECT 'folder ' || name || ' ' || coalesce(description, '') || epoch FROM suite WHERE deleted_at IS NULL ORDER BY 1",
        "SELECT 'test ' || name || ' ' || description || is_automated || epoch FROM test WHERE deleted_at IS NULL ORDER BY 1",
        "SELECT 'step ' || test.name || ' ' || step || sequence FROM step JOIN test ON test.id = test_id WHERE step.deleted_at IS NULL AND test.deleted_at IS NULL ORDER BY 1",
        "SELECT 'places ' || count(*) FROM plan_suite WHERE deleted_at IS NULL",
    ] {
        let mut statement = db.prepare(sql).unwrap();
        rows.extend(
            statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap),
        );
    }
    rows
}

/// Four kinds of faults, and their share of the requests in percent.
fn random_faults(seed: u64, random: &mut fastrand::Rng) -> Vec<String> {
    let rate = [2, 4, 7][usize::try_from(seed % 3).unwrap()];
    let rule =
        |rule| format!("{} {rate}% seed={}", KINDS[random.usize(..KINDS.len())], seed * 10 + rule);
    (0..4).map(rule).collect()
}

/// A schedule: random faults, and what the server always does.
pub(super) fn schedule(seed: u64) -> Vec<String> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut rules = random_faults(seed, &mut random);
    let lasting = LASTING[random.usize(..LASTING.len())];
    rules.extend(Some(lasting.to_owned()).filter(|rule| !rule.is_empty()));
    rules
}

/// How many random cases a test tries: `usual`, or as many as `SEEDS` says (`SEEDS=1000 cargo test schedules`), or three times as
/// many as usual with `SEEDS=3x`, as CI does.
pub(super) fn seeds(usual: u64) -> u64 {
    let wanted = std::env::var("SEEDS").unwrap_or_default();
    let times = wanted.strip_suffix('x').and_then(|times| times.parse::<u64>().ok());
    times.map(|times| usual * times).or_else(|| wanted.parse().ok()).unwrap_or(usual)
}

/// Kills an importer before and after each of its `requests`, six importers at a time: at every request if `SEEDS` is set, as in
/// CI, otherwise at every third one.
pub(super) async fn for_each_kill(requests: usize, one: impl AsyncFn(usize, Fault)) {
    let step = if std::env::var_os("SEEDS").is_some() { 1 } else { 3 };
    let kills = [Fault::KillBefore, Fault::KillAfter];
    let cases: Vec<(usize, Fault)> =
        (0..requests).flat_map(|number| kills.map(|kill| (number, kill))).step_by(step).collect();
    for some in cases.chunks(6) {
        let one = &one;
        let some = some.iter().map(|(number, kill)| async move { one(*number, *kill).await });
        futures_util::future::join_all(some).await;
    }
}

/// Runs `one` for every seed. Each mostly waits: more of them run concurrently than there are processors.
pub(super) async fn for_each_seed<F, T>(
    seeds: u64,
    at_once: usize,
    one: impl Fn(u64) -> F,
) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let permits = Arc::new(tokio::sync::Semaphore::new(at_once));
    let runs = (0..seeds).map(|seed| {
        let (run, permits) = (one(seed), Arc::clone(&permits));
        tokio::spawn(async move {
            let _permit = permits.acquire().await.unwrap();
            run.await
        })
    });
    futures_util::future::join_all(runs).await.into_iter().map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_of_random_faults_end_like_an_undisturbed_import() {
    let names: Vec<String> = (0..6).map(|number| format!("case {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let xml =
        Arc::new(report(&[("cart", &names), ("login", &names[..4]), ("search", &names[..5])]));
    let undisturbed = TestEnv::new().await;
    undisturbed.write("a.xml", &xml);
    undisturbed.import(&["a.xml"]).await.expect(0);
    let expected = Arc::new(content(&undisturbed));
    let codes = for_each_seed(seeds(34), 24, |seed| {
        let (xml, expected) = (Arc::clone(&xml), Arc::clone(&expected));
        async move { one_schedule(seed, &xml, &expected).await }
    })
    .await;
    let through = codes.iter().filter(|code| **code == 0).count();
    assert!(through * 2 >= codes.len(), "{through} of {} completed at once", codes.len());
}

async fn one_schedule(seed: u64, xml: &str, expected: &[String]) -> i32 {
    let rules = schedule(seed);
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let faults = FaultRules::parse(&rules).unwrap();
    let env = TestEnv::with(|options| options.faults = faults).await;
    env.write("a.xml", xml);
    let batch = ["1", "7", "500"][usize::try_from(seed / 3 % 3).unwrap()];
    let run = import(&env, &["--batch-size", batch]).await;
    let why = || format!("seed {seed}, {rules:?}, batches of {batch}: {run}");
    assert!([0, 1, 7].contains(&run.code), "{}", why());
    // Compare the ledger with the database.
    let summary = run.json();
    let existing = env.count("test");
    if run.code == 0 {
        assert_eq!(summary["complete"], true, "{}", why());
        assert_eq!(content(&env), expected, "{}", why());
    } else {
        assert_eq!(summary["complete"], false, "{}", why());
    }
    let done = summary["tests"]["created"].as_i64().unwrap()
        + summary["tests"]["unchanged"].as_i64().unwrap();
    assert!(done <= existing, "{done} reported, {existing} exist: {}", why());
    let code = run.code;
    // Run again without faults.
    let env = env.without_faults().await;
    let again = import(&env, &[]).await.expect(0).json();
    assert_eq!(again["complete"], true);
    let (found, expected): (BTreeSet<_>, BTreeSet<_>) =
        (content(&env).into_iter().collect(), expected.iter().cloned().collect());
    assert_eq!(found, expected, "seed {seed}, {rules:?}, batches of {batch}");
    env.assert_exactly_once(15);
    code
}

/// Servers that change what they store or send, people who edit a test while it is linked, and random faults. No import ends like an
/// undisturbed one then, but each is honest, and none adds a row to what another one wrote.
#[tokio::test(flavor = "multi_thread")]
async fn schedules_on_servers_that_change_fields_are_honest_and_add_no_row() {
    for_each_seed(seeds(14), 24, |seed| async move {
        let mut random = fastrand::Rng::with_seed(seed);
        let faults = random_faults(seed, &mut random);
        // Every third seed, a person edits a manual test that an import links.
        if seed % 3 == 0 {
            edited_schedule(seed, faults).await;
        } else {
            let (changing, code) = CHANGING[random.usize(..CHANGING.len())];
            changing_schedule(seed, faults, changing, code).await;
        }
    })
    .await;
}

/// Names that servers may change: long ones, capital letters, characters beyond ASCII.
fn names_of_every_kind() -> String {
    let long = format!("long {}", "x".repeat(220));
    let cart = ["Adds", "Zählt ✓", &long, " spaced  out ", "case 3"];
    report(&[("Warenkörbe", &cart), ("login", &["Greets", "case 3"])])
}

async fn changing_schedule(seed: u64, mut rules: Vec<String>, changing: &str, code: i32) {
    let env = TestEnv::new().await;
    env.write("a.xml", &names_of_every_kind());
    rules.push(changing.to_owned());
    let all: Vec<&str> = rules.iter().map(String::as_str).collect();
    let env = env.with_faults(&all).await;
    let run = import(&env, &[]).await;
    let why = || format!("seed {seed}, {rules:?}: {run}");
    assert!([0, 1, 7].contains(&run.code), "{}", why());
    assert!(run.code != 0 || code == 0, "{}", why());
    assert_eq!(run.json()["complete"], run.code == 0, "{}", why());
    // From now on nothing else disturbs the imports.
    let env = env.with_faults(&[changing]).await;
    let second = import(&env, &[]).await;
    assert_eq!(second.code, code, "the second import: {second} after {}", why());
    env.assert_exactly_once(7);
    assert_eq!(env.count("suite"), 3, "{}", why());
    let rows = all_rows(&env);
    let third = import(&env, &[]).await;
    assert_eq!(third.code, code, "the third import: {third} after {}", why());
    assert_eq!(third.json()["changes"], serde_json::json!([]), "{}", why());
    assert_eq!(all_rows(&env), rows, "{}", why());
}

async fn edited_schedule(seed: u64, mut rules: Vec<String>) {
    let env = TestEnv::new().await;
    env.write("a.xml", &names_of_every_kind());
    let person = Person::at(&env);
    let folder = person.folder("login").await;
    let fields = serde_json::json!({"name": "Greets", "description": "By hand."});
    let test = person.test(folder, fields).await;
    rules.insert(0, "edited PUT test 1".to_owned());
    let all: Vec<&str> = rules.iter().map(String::as_str).collect();
    let env = env.with_faults(&all).await;
    let run = import(&env, &[]).await;
    let why = || format!("seed {seed}, {rules:?}: {run}");
    assert!([0, 1, 7].contains(&run.code), "{}", why());
    let edits = env.rows("revision").into_iter().filter(|row| row.contains("Somebody else wrote"));
    if edits.count() > 0 {
        assert_ne!(run.code, 0, "an edit was written over: {}", why());
    }
    let env = env.without_faults().await;
    import(&env, &[]).await.expect(0);
    assert_eq!(env.count("test"), 7, "{}", why());
    let rows = all_rows(&env);
    let third = import(&env, &[]).await.expect(0);
    assert_eq!(third.json()["changes"], serde_json::json!([]), "{}", why());
    assert_eq!(all_rows(&env), rows, "{}", why());
    let sql = format!("SELECT description FROM test WHERE id = {test}");
    let description: String = env.db().query_row(&sql, [], |row| row.get(0)).unwrap();
    assert!(description.contains("tqi-"), "{description}: {}", why());
}
