//! The laws of joining, and the plan as a function: any order of shards, attempts and repeats ends in the same rows.

use proptest::prelude::*;

use super::history::{AttemptOutcome, History};
use super::plan::*;
use super::provenance::{Origin, ProvenancePlace, label, origin};
use super::statuses::{StatusNames, Statuses};
use super::{BuildKey, Observations, RecordOptions};
use crate::api::ids::{ProjectId, RunResultId, StatusId, SuiteId, TestId};
use crate::api::wire::{ProjectStatus, RunResult, RunResultStep, Status};
use test_reports::formats::model::Outcome;
use test_reports::record::{Attempt, IdentityOptions, TestRecord, collect};

pub(super) fn statuses() -> Statuses {
    let names = ["Pending", "Pass", "Fail", "Block", "Skip", "Retest"];
    let rows: Vec<Status> = names.iter().zip(501..).map(|(name, id)| status(id, name)).collect();
    Statuses::find(&rows, &[], ProjectId::new(1), &StatusNames::new()).unwrap()
}

fn status(id: u64, name: &str) -> Status {
    Status { id: StatusId::new(id), name: name.to_owned(), all_projects: Some(true) }
}

/// A record of a real report, with another outcome and message.
fn record(outcome: Outcome, message: &str, flaky: bool) -> TestRecord {
    let xml = "<testsuite name=\"cart\"><testcase name=\"adds\"/></testsuite>";
    let reports = test_reports::formats::read(xml.as_bytes(), "a.xml").unwrap();
    let mut record = collect(&reports, &IdentityOptions::default()).tests.remove(0);
    record.outcome = outcome;
    record.flaky = flaky;
    let details = std::sync::Arc::make_mut(&mut record.details);
    details.message = Some(message.to_owned()).filter(|text| !text.is_empty());
    if flaky {
        let failed = Some(message.to_owned());
        details.attempts = vec![
            Attempt { outcome: Outcome::Failed, duration_s: None, message: failed },
            Attempt { outcome: Outcome::Passed, duration_s: None, message: None },
        ];
    }
    record
}

fn history(attempt: u64, outcome: Outcome, message: &str) -> History {
    History::of_record(&record(outcome, message, false), attempt, Some("https://ci.example/7"))
}

/// What shows of a history.
fn shown(history: &History) -> (String, String) {
    (history.attempts(), history.text())
}

fn parsed(history: &History) -> History {
    History::parse(&history.attempts(), &history.text()).unwrap()
}

#[test]
fn texts_say_which_attempt_decided_and_what_failed_before() {
    let failed = history(1, Outcome::Failed, "expected 1, got 2\nat cart.js:3");
    insta::assert_snapshot!(failed.text(), @r"
    Failed: expected 1, got 2

    ```
    expected 1, got 2
    at cart.js:3
    ```

    Build: https://ci.example/7
    ");
    let passed = history(2, Outcome::Passed, "");
    assert_eq!(passed.text(), "");
    let both = parsed(&passed).join(failed);
    assert_eq!(both.attempts(), "1:F 2:P");
    assert_eq!(both.outcome(), AttemptOutcome::Flaky);
    insta::assert_snapshot!(both.text(), @r"
    Attempt 2: Passed

    Other attempts:

    - attempt 1: Failed: expected 1, got 2
    ");
    // A rerun of the failed tests skips the others.
    let skipped = both.clone().join(history(3, Outcome::Skipped, "not selected"));
    assert_eq!(skipped.outcome(), AttemptOutcome::Flaky);
    assert_eq!(skipped.attempts(), "1:F 2:P 3:S");
    let flaky = History::of_record(&record(Outcome::Passed, "timeout", true), 1, None);
    assert_eq!(shown(&flaky), ("1:R".to_owned(), "Passed after a failure: timeout".to_owned()));
}

#[test]
fn the_kind_of_a_failure_comes_first_unless_the_message_names_it() {
    let text = |outcome: Outcome, kind: &str, message: &str| {
        let mut record = record(outcome, message, false);
        std::sync::Arc::make_mut(&mut record.details).kind = Some(kind.to_owned());
        History::of_record(&record, 1, None).text().lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(text(Outcome::Failed, "AssertionError", "1 != 2"), "Failed: AssertionError: 1 != 2");
    assert_eq!(text(Outcome::Errored, "IOError", ""), "Errored: IOError");
    assert_eq!(text(Outcome::Errored, "IOError", "IOError: no file"), "Errored: IOError: no file");
    assert_eq!(text(Outcome::Failed, "", "1 != 2"), "Failed: 1 != 2");
    assert_eq!(text(Outcome::Failed, "", ""), "Failed");
    assert_eq!(text(Outcome::Skipped, "SkipTest", "no network"), "Skipped: no network");
}

#[test]
fn a_pass_is_flaky_only_after_a_failure() {
    let passed = |attempt| history(attempt, Outcome::Passed, "");
    assert_eq!(passed(1).join(passed(2)).outcome(), AttemptOutcome::Passed);
    assert_eq!(history(1, Outcome::Skipped, "").join(passed(2)).outcome(), AttemptOutcome::Passed);
    assert_eq!(history(1, Outcome::Failed, "").join(passed(2)).outcome(), AttemptOutcome::Flaky);
    // What failed within the attempt, not what was last.
    let mut flaky = record(Outcome::Passed, "timeout", true);
    std::sync::Arc::make_mut(&mut flaky.details).message = None;
    assert_eq!(History::of_record(&flaky, 1, None).text(), "Passed after a failure: timeout");
}

#[test]
fn a_message_of_a_few_thousand_bytes_is_kept_whole() {
    let message = format!("first\n\ttab and \u{7}bell\n{}last", "line\n".repeat(1_500));
    let text = history(1, Outcome::Failed, &message).text();
    assert!(text.contains("last") && !text.contains('…'), "{text}");
    assert!(text.contains("\n\ttab and bell\n"), "{text}");
}

#[test]
fn long_and_hostile_messages_stay_inside_their_fence() {
    let hostile =
        format!("\u{1b}[31mfirst\n```\nOther attempts:\n\n- attempt 9: x\n{}", "é".repeat(9_000));
    let failed = history(4, Outcome::Errored, &hostile);
    let text = failed.text();
    assert!(text.len() < 9 * 1024 && text.contains("````\n") && !text.contains('\u{1b}'), "{text}");
    assert_eq!(shown(&parsed(&failed)), shown(&failed));
    assert_eq!(parsed(&failed).attempts(), "4:E");
}

#[test]
fn labels_are_short_words() {
    assert_eq!(label(Some("812"), "me/shop/7"), "#812");
    assert_eq!(label(None, "the nightly build of the shop, #3"), "#enightlybuildoftheshop,3");
    assert_eq!(label(None, "ü").len(), 1);
}

#[test]
fn statuses_are_found_by_name_and_as_far_as_the_project_may_use_them() {
    let project = ProjectId::new(7);
    let rows = [status(1, "pass"), status(2, " FAIL "), status(3, "Block"), status(4, "Skip")];
    let names = StatusNames::new();
    let found = Statuses::find(&rows, &[], project, &names).unwrap();
    assert_eq!(found.of(AttemptOutcome::Skipped), StatusId::new(4));
    assert_eq!(found.of(AttemptOutcome::Flaky), StatusId::new(1));
    assert_eq!(found.name(StatusId::new(3)), "Block");
    let mut restricted = rows.clone();
    restricted[3].all_projects = Some(false);
    let found = Statuses::find(&restricted, &[], project, &names).unwrap();
    assert_eq!(found.of(AttemptOutcome::Skipped), StatusId::new(3));
    let allowed = |project_id| ProjectStatus {
        id: crate::api::ids::ProjectStatusId::new(1),
        project_id,
        status_id: StatusId::new(4),
    };
    let elsewhere = Statuses::find(&restricted, &[allowed(ProjectId::new(8))], project, &names);
    assert_eq!(elsewhere.unwrap().of(AttemptOutcome::Skipped), StatusId::new(3));
    let here = Statuses::find(&restricted, &[allowed(project)], project, &names).unwrap();
    assert_eq!(here.of(AttemptOutcome::Skipped), StatusId::new(4));
    let error = Statuses::find(&rows[..2], &[], project, &names).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no status Skip or Block for skipped tests; the project has pass,  FAIL "
    );
    let names = StatusNames::from([("skipped".to_owned(), "fail".to_owned())]);
    let named = Statuses::find(&rows[..2], &[], project, &names).unwrap();
    assert_eq!(named.of(AttemptOutcome::Skipped), StatusId::new(2));
}

fn result(id: u64, test: u64, suite: u64) -> RunResult {
    RunResult {
        id: RunResultId::new(id),
        run_id: None,
        test_id: TestId::new(test),
        suite_id: Some(SuiteId::new(suite)),
        status_id: Some(StatusId::new(501)),
        environment_id: None,
        data_set_row: None,
        epoch: Some(0),
    }
}

fn step(id: u64, result: u64, sequence: u64) -> RunResultStep {
    RunResultStep {
        id: crate::api::ids::RunResultStepId::new(id),
        run_result_id: RunResultId::new(result),
        step_id: Some(crate::api::ids::StepId::new(sequence)),
        status_id: Some(StatusId::new(501)),
        sequence: Some(sequence),
        result: String::new(),
        version: String::new(),
        epoch: Some(0),
    }
}

fn observed(history: History) -> Observed {
    Observed {
        test: TestId::new(1),
        suite: SuiteId::new(10),
        history,
        elapsed: Some(0.5),
        defects: Vec::new(),
    }
}

/// A server with one result of so many steps.
#[derive(Clone)]
struct Server {
    steps: Vec<RunResultStep>,
}

impl Server {
    fn new(steps: u64) -> Self {
        Self { steps: (1..=steps).map(|sequence| step(sequence, 5, sequence)).collect() }
    }

    fn state(&self) -> RunState {
        RunState::new(vec![result(5, 1, 10)], self.steps.clone())
    }

    fn plan(&self, history: &History, place: ProvenancePlace) -> RowPlan {
        let options = ResultOptions { label: "#812", place };
        let plan = plan(&[observed(history.clone())], &self.state(), &statuses(), options);
        plan.rows[0].clone()
    }

    fn import(&mut self, history: &History, place: ProvenancePlace) -> RowPlan {
        let plan = self.plan(history, place);
        if let RowPlan::Record(writes) | RowPlan::Update(writes) = &plan {
            for write in writes {
                let step = self.steps.iter_mut().find(|step| step.id == write.id).unwrap();
                step.status_id = Some(write.status);
                if let Some(result) = &write.result {
                    step.result.clone_from(result);
                }
                if let Some(version) = &write.version {
                    step.version.clone_from(version);
                }
            }
        }
        plan
    }

    fn content(&self) -> Vec<(Option<StatusId>, String)> {
        self.steps.iter().map(|step| (step.status_id, step.result.clone())).collect()
    }
}

#[test]
fn a_row_is_recorded_once_and_then_unchanged() {
    for place in [ProvenancePlace::Version, ProvenancePlace::Text] {
        for (outcome, expected) in [
            (Outcome::Passed, [502, 502]),
            (Outcome::Failed, [501, 503]),
            (Outcome::Errored, [501, 503]),
            (Outcome::Skipped, [505, 505]),
        ] {
            let mut server = Server::new(2);
            let seen = history(1, outcome, "because\nof that");
            assert!(matches!(server.import(&seen, place), RowPlan::Record(_)), "{outcome:?}");
            let statuses: Vec<u64> =
                server.steps.iter().map(|step| step.status_id.unwrap().number()).collect();
            assert_eq!(statuses, expected, "{outcome:?}");
            assert_eq!(server.plan(&seen, place), RowPlan::Unchanged(RunResultId::new(5)));
            assert_eq!(server.state().place(&self::statuses()), Some(place));
        }
    }
    let mut server = Server::new(1);
    server.import(&history(1, Outcome::Passed, ""), ProvenancePlace::Version);
    assert!(server.steps[0].version.starts_with("#812 1:P tqa-"), "{}", server.steps[0].version);
    assert_eq!(server.steps[0].result, "");
}

#[test]
fn a_plan_says_what_it_writes_and_whether_it_is_done() {
    let mut server = Server::new(1);
    let place = ProvenancePlace::Version;
    let options = ResultOptions { label: "#812", place };
    let failed = history(1, Outcome::Failed, "broken");
    let whole = |server: &Server, history: &History| {
        plan(&[observed(history.clone())], &server.state(), &statuses(), options)
    };
    let planned = whole(&server, &failed);
    assert_eq!(
        (planned.writes().count(), planned.lacks_rows(), planned.is_done()),
        (1, false, false)
    );
    server.import(&failed, place);
    let planned = whole(&server, &failed);
    assert_eq!(
        (planned.writes().count(), planned.lacks_rows(), planned.is_done()),
        (0, false, true)
    );

    // What a complete run says, for the one that continues it.
    let passed = observed(history(2, Outcome::Passed, ""));
    let known = server.state().history_of(&passed, &statuses()).unwrap();
    assert_eq!(known.attempts(), "1:F");
    server.steps[0].status_id = Some(StatusId::new(502));
    let known = server.state().history_of(&passed, &statuses()).unwrap();
    assert_eq!(known.attempts(), "1:F");
    assert!(Server::new(1).state().history_of(&passed, &statuses()).is_none());
    let mut state = server.state();
    state.steps_mut().for_each(|step| step.version.clear());
    assert!(state.history_of(&passed, &statuses()).is_none());
}

#[test]
fn provenance_in_another_place_is_written_again() {
    let seen = history(1, Outcome::Passed, "");
    let mut server = Server::new(1);
    server.import(&seen, ProvenancePlace::Text);
    assert!(server.steps[0].result.starts_with("#812 1:P tqa-"), "{:?}", server.steps[0].result);
    assert!(matches!(server.plan(&seen, ProvenancePlace::Version), RowPlan::Update(_)));
    assert!(matches!(server.plan(&seen, ProvenancePlace::Text), RowPlan::Unchanged(_)));
    assert!(matches!(server.plan(&seen, ProvenancePlace::Nowhere), RowPlan::Unchanged(_)));
}

#[test]
fn every_step_gets_its_provenance_into_the_place_that_lasts() {
    let seen = history(1, Outcome::Passed, "");
    let mut server = Server::new(2);
    server.import(&seen, ProvenancePlace::Version);
    let RowPlan::Update(writes) = server.plan(&seen, ProvenancePlace::Text) else {
        panic!("the place is another one")
    };
    assert_eq!(writes.len(), 2);
    assert!(writes.iter().all(|write| write.result.as_ref().unwrap().starts_with("#812 1:P tqa-")));
    let RowPlan::Unchanged(_) = server.plan(&seen, ProvenancePlace::Nowhere) else {
        panic!("there is no other place")
    };
}

#[test]
fn a_version_that_only_looks_like_ours_is_none_of_ours() {
    for version in ["#812 1:P tqa-12", "#812 hello tqa-12345678", "1:P tqa-12345678", "#812", "2.0"]
    {
        let mut server = Server::new(1);
        server.steps[0].version = version.to_owned();
        let from = origin(&server.steps[0], statuses().written());
        assert!(matches!(from, Origin::Blank), "{version}: {from:?}");
    }
}

#[test]
fn an_earlier_step_may_ask_for_another_execution() {
    let place = ProvenancePlace::Version;
    let mut ours = Server::new(2);
    ours.import(&history(1, Outcome::Passed, ""), place);
    let later = history(2, Outcome::Failed, "broken");
    let mut again = ours.clone();
    again.steps[0].status_id = Some(StatusId::new(506));
    assert!(matches!(again.plan(&later, place), RowPlan::Update(_)));
    let mut blocked = ours.clone();
    blocked.steps[0].status_id = Some(StatusId::new(504));
    assert!(matches!(blocked.plan(&later, place), RowPlan::Kept(_)));
}

#[test]
fn a_row_that_was_written_over_a_newer_version_says_so() {
    let overwrote = |over: Option<u64>, epoch: Option<u64>| {
        let mut server = Server::new(1);
        server.steps[0].epoch = over;
        server.import(&history(1, Outcome::Passed, ""), ProvenancePlace::Version);
        server.steps[0].epoch = epoch;
        match origin(&server.steps[0], statuses().written()) {
            Origin::Ours { overwrote, .. } => overwrote,
            other => panic!("{other:?}"),
        }
    };
    for (over, epoch, expected) in [
        (Some(0), Some(1), false),
        (Some(0), Some(2), true),
        (Some(3), Some(4), false),
        (Some(3), Some(5), true),
        // Not every server says it.
        (None, None, false),
        (Some(0), None, false),
        (None, Some(1), false),
    ] {
        assert_eq!(overwrote(over, epoch), expected, "{over:?} {epoch:?}");
    }
}

#[test]
fn what_a_person_wrote_is_kept() {
    let seen = history(1, Outcome::Failed, "broken");
    let kept = RowPlan::Kept(RunResultId::new(5));
    let place = ProvenancePlace::Version;
    let mut fresh = Server::new(1);
    fresh.steps[0].status_id = Some(StatusId::new(502));
    assert_eq!(fresh.plan(&seen, place), kept);
    let mut noted = Server::new(1);
    noted.steps[0].result = "looks odd".to_owned();
    assert_eq!(noted.plan(&seen, place), kept);
    let mut begun = Server::new(2);
    begun.steps[0].status_id = Some(StatusId::new(502));
    assert_eq!(begun.plan(&seen, place), kept);
    // After we wrote it: another status, another text, or an earlier step.
    let mut ours = Server::new(2);
    ours.import(&seen, place);
    let later = history(2, Outcome::Passed, "");
    assert!(matches!(ours.plan(&later, place), RowPlan::Update(_)));
    let mut blocked = ours.clone();
    blocked.steps[1].status_id = Some(StatusId::new(504));
    assert_eq!(blocked.plan(&later, place), kept);
    let mut explained = ours.clone();
    explained.steps[1].result.push_str("\nknown, see SHOP-7");
    assert_eq!(explained.plan(&later, place), kept);
    let mut stepped = ours.clone();
    stepped.steps[0].status_id = Some(StatusId::new(503));
    assert_eq!(stepped.plan(&later, place), kept);
    // Retest asks for another execution, which the same reports are not.
    let mut again = ours.clone();
    again.steps[1].status_id = Some(StatusId::new(506));
    assert_eq!(again.plan(&seen, place), kept);
    assert!(matches!(again.plan(&later, place), RowPlan::Update(_)));
}

#[test]
fn white_space_that_a_server_changes_is_no_edit() {
    let mut server = Server::new(1);
    let seen = history(1, Outcome::Failed, "a\nb");
    server.import(&seen, ProvenancePlace::Version);
    server.steps[0].result = server.steps[0].result.replace('\n', "\r\n") + "\r\n";
    assert!(matches!(server.plan(&seen, ProvenancePlace::Version), RowPlan::Unchanged(_)));
}

#[test]
fn the_result_of_a_test_is_never_guessed() {
    let statuses = statuses();
    let find = |results: Vec<RunResult>| {
        let steps = results.iter().map(|row| step(row.id.number(), row.id.number(), 1)).collect();
        let state = RunState::new(results, steps);
        let options = ResultOptions { label: "#1", place: ProvenancePlace::Version };
        let seen = observed(history(1, Outcome::Passed, ""));
        match plan(&[seen], &state, &statuses, options).rows.remove(0) {
            RowPlan::Record(writes) => Ok(writes[0].of.number()),
            other => Err(other),
        }
    };
    assert_eq!(find(vec![]), Err(RowPlan::NoResult));
    assert_eq!(find(vec![result(5, 1, 11)]), Ok(5));
    assert_eq!(find(vec![result(5, 1, 11), result(6, 1, 10)]), Ok(6));
    assert_eq!(find(vec![result(5, 1, 11), result(6, 1, 12)]), Err(RowPlan::Ambiguous(2)));
    let on = |id, environment| RunResult { environment_id: Some(environment), ..result(id, 1, 10) };
    assert_eq!(find(vec![on(5, 1), on(6, 2)]), Err(RowPlan::Ambiguous(2)));
    assert_eq!(find(vec![on(5, 1)]), Ok(5));
    // Duplicates of concurrent importers: the first.
    assert_eq!(find(vec![result(6, 1, 10), result(5, 1, 10)]), Ok(5));
    let data = RunResult { data_set_row: Some(1), ..result(5, 1, 10) };
    assert_eq!(find(vec![data.clone()]), Err(RowPlan::Ambiguous(1)));
    assert_eq!(find(vec![data.clone(), result(6, 1, 10)]), Ok(6));
    let elsewhere = vec![data, result(6, 1, 11), result(7, 1, 12)];
    assert_eq!(find(elsewhere), Err(RowPlan::Ambiguous(2)));

    let state = RunState::new(vec![result(5, 1, 10), result(6, 1, 10)], vec![step(1, 5, 1)]);
    assert_eq!(state.untouched_duplicates(&statuses), [RunResultId::new(6)]);
    assert!(state.is_blank(&statuses));
    let twice =
        RunState::new(vec![result(5, 1, 10)], vec![step(2, 5, 1), step(1, 5, 1), step(3, 5, 2)]);
    assert_eq!(
        twice.untouched_duplicate_steps(&statuses),
        [crate::api::ids::RunResultStepId::new(2)]
    );
    let mut written = step(2, 6, 1);
    written.epoch = Some(1);
    let state = RunState::new(vec![result(5, 1, 10), result(6, 1, 10)], vec![written]);
    assert!(state.untouched_duplicates(&statuses).is_empty() && !state.is_blank(&statuses));
    let options = ResultOptions { label: "#1", place: ProvenancePlace::Version };
    // A duplicate step that somebody touched keeps its own result, and no other one.
    let touched = |of: u64| RunResultStep { epoch: Some(1), ..step(3, of, 1) };
    let rows = vec![result(5, 1, 10), result(6, 1, 10)];
    let state = RunState::new(rows.clone(), vec![step(1, 5, 1), step(2, 6, 1), touched(6)]);
    assert!(state.untouched_duplicates(&statuses).is_empty());
    let state = RunState::new(rows, vec![step(1, 5, 1), step(2, 6, 1), touched(5)]);
    assert_eq!(state.untouched_duplicates(&statuses), [RunResultId::new(6)]);
    let bare = RunState::new(vec![result(5, 1, 10), result(6, 2, 10), result(7, 3, 10)], vec![]);
    let planned = plan(&[observed(history(1, Outcome::Passed, ""))], &bare, &statuses, options);
    assert_eq!(planned.rows, [RowPlan::NoSteps(RunResultId::new(5))]);
    assert!(planned.lacks_rows() && !planned.is_done());
    assert_eq!(planned.not_executed, 2);
}

#[test]
fn tests_are_counted_by_status() {
    let histories = [
        history(1, Outcome::Passed, ""),
        history(1, Outcome::Failed, "x"),
        history(1, Outcome::Errored, "x"),
        History::of_record(&record(Outcome::Passed, "x", true), 1, None),
        history(1, Outcome::Passed, ""),
        history(1, Outcome::Skipped, "x"),
    ];
    let counts = status_counts(histories.iter(), &statuses());
    let counts: Vec<(&str, usize)> = counts.iter().map(|(name, n)| (&**name, *n)).collect();
    assert_eq!(counts, [("Pass", 3), ("Fail", 2), ("Skip", 1)]);
}

fn any_history() -> impl Strategy<Value = History> {
    let outcome = prop_oneof![
        Just((Outcome::Passed, false)),
        Just((Outcome::Passed, true)),
        Just((Outcome::Failed, false)),
        Just((Outcome::Errored, false)),
        Just((Outcome::Skipped, false)),
    ];
    let message = prop_oneof![
        Just(String::new()),
        Just("Other attempts:\n- attempt 1: Failed: x".to_owned()),
        "[a-c:`# \n]{0,12}",
        any::<String>(),
    ];
    (1..4_u64, outcome, message).prop_map(|(attempt, (outcome, flaky), message)| {
        History::of_record(&record(outcome, &message, flaky), attempt, None)
    })
}

proptest! {
    #[test]
    fn the_join_commutes_is_associative_and_idempotent(
        a in any_history(), b in any_history(), c in any_history()
    ) {
        let join = |a: &History, b: &History| a.clone().join(b.clone());
        prop_assert_eq!(shown(&join(&a, &b)), shown(&join(&b, &a)));
        prop_assert_eq!(shown(&join(&join(&a, &b), &c)), shown(&join(&a, &join(&b, &c))));
        prop_assert_eq!(shown(&join(&a, &a)), shown(&a));
        let all = join(&join(&a, &b), &c);
        prop_assert_eq!(shown(&parsed(&all)), shown(&all));
        prop_assert_eq!(shown(&join(&parsed(&all), &b)), shown(&all));
    }

    #[test]
    fn any_order_of_shards_attempts_and_repeats_ends_in_the_same_rows(
        seen in proptest::collection::vec(any_history(), 1..5),
        order in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        steps in 1..4_u64,
        in_text in any::<bool>(),
    ) {
        let place = if in_text { ProvenancePlace::Text } else { ProvenancePlace::Version };
        let mut straight = Server::new(steps);
        for history in &seen {
            straight.import(history, place);
        }
        let mut shuffled = Server::new(steps);
        let repeats = order.iter().map(|index| index.get(&seen));
        for history in repeats.chain(seen.iter().rev()) {
            shuffled.import(history, place);
        }
        let (one, other) = (straight.content(), shuffled.content());
        prop_assert_eq!(one.last(), other.last());
        let statuses = |server: &Server| -> Vec<_> {
            server.steps.iter().map(|step| step.status_id).collect()
        };
        prop_assert_eq!(statuses(&straight), statuses(&shuffled));
        for history in &seen {
            prop_assert!(matches!(straight.plan(history, place), RowPlan::Unchanged(_)));
        }
    }
}

#[test]
fn of_several_tests_that_share_a_row_the_worst_outcome_counts() {
    let options = RecordOptions {
        namespace: String::new(),
        build: BuildKey { key: "7".to_owned(), attempt: 1, ..BuildKey::default() },
        run_name: "main".to_owned(),
        cycle: "web".to_owned(),
        milestone: None,
        run_id: None,
        close: false,
        statuses: StatusNames::new(),
        no_steps: false,
        batch_size: 500,
        lag_wait: std::time::Duration::ZERO,
    };
    let passed = record(Outcome::Passed, "", false);
    let failed = record(Outcome::Failed, "no", false);
    let skipped = record(Outcome::Skipped, "later", false);
    let flaky = record(Outcome::Passed, "no", true);
    let row = Some((TestId::new(1), SuiteId::new(2)));
    for (records, expected) in [
        ([&passed, &failed], AttemptOutcome::Failed),
        ([&skipped, &passed], AttemptOutcome::Passed),
        ([&flaky, &passed], AttemptOutcome::Flaky),
        ([&flaky, &failed], AttemptOutcome::Failed),
        ([&skipped, &skipped], AttemptOutcome::Skipped),
    ] {
        let [one, other] = records.map(TestRecord::clone);
        let of = |records: &[TestRecord]| {
            let located = vec![row; records.len()];
            let mut observed = Observations::new(records, &located, &options);
            assert_eq!(observed.of_records, vec![Some(0); records.len()]);
            observed.tests.remove(0).history
        };
        let together = of(&[one.clone(), other.clone()]);
        assert_eq!(together.outcome(), expected);
        assert_eq!(shown(&of(&[other.clone(), one.clone()])), shown(&together));
        // Two jobs: each knows one of them, and what the other one wrote.
        for [first, second] in [[&one, &other], [&other, &one]] {
            let written = parsed(&of(std::slice::from_ref(first)));
            let joined = written.join(of(std::slice::from_ref(second)));
            assert_eq!(shown(&joined), shown(&together));
        }
    }
}
