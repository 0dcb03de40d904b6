//! Runs, their results and result steps.

use super::*;

async fn status(site: &Site, name: &str) -> i64 {
    id(&site.list(&format!("status?name={name}")).await[0])
}

async fn step(site: &Site, roots: &Roots, test: i64, words: &str) -> i64 {
    let body = json!({"project_id": roots.project, "test_id": test, "step": words});
    id(&site.create("step", &body).await)
}

#[tokio::test]
async fn a_run_gets_results_and_steps_for_the_tests_of_its_plan() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let folder = site.folder(&roots, "folder", roots.suite).await;
    let test = site.test(&roots, "test", folder).await;
    let (first, last) =
        (step(&site, &roots, test, "first").await, step(&site, &roots, test, "last").await);
    let elsewhere = site.test(&roots, "elsewhere", roots.suite).await;
    let gone = site.test(&roots, "gone", folder).await;
    site.delete(&format!("test/{gone}"), StatusCode::OK).await;
    let cycle = json!({"name": "cycle", "project_id": roots.project});
    let cycle = id(&site.create("plan", &cycle).await);
    for _ in 0..2 {
        site.create("plan_suite", &json!({"plan_id": cycle, "suite_id": folder})).await;
    }

    // Like the CLI, without a name.
    let body = json!({"is_complete": 0, "is_running": 1, "plan_id": cycle,
        "project_id": roots.project, "start_time": "2026-01-02T03:04:05.678Z"});
    let run = site.create("run", &body).await;
    assert!(run["name"].as_str().unwrap().starts_with("cycle 20"), "{run}");
    assert_eq!(run["is_running"], true);
    assert_eq!((&run["run_result_rows"], &run["run_result_step_rows"]), (&json!(1), &json!(2)));
    let pending = status(&site, "Pending").await;
    let results = site.list(&format!("run/{}/run_result", id(&run))).await;
    assert_eq!(results.len(), 1);
    let result = &results[0];
    for (field, expected) in [
        ("test_id", test),
        ("suite_id", folder),
        ("project_id", roots.project),
        ("run_id", id(&run)),
        ("status_id", pending),
        ("sequence", 1),
        ("key", 1),
        ("epoch", 0),
    ] {
        assert_eq!(result[field], expected, "{field}");
    }
    let steps =
        site.list(&format!("run_result/{}/run_result_step?_sort=sequence", id(result))).await;
    let taken: Vec<_> = steps.iter().map(|row| row["step_id"].as_i64().unwrap()).collect();
    assert_eq!(taken, [first, last]);
    assert!(steps.iter().all(|row| row["status_id"] == pending));

    // The root plan has every test, and a second run gets its own rows.
    let body = json!({"name": "all", "plan_id": roots.plan, "project_id": roots.project});
    let all = site.create("run", &body).await;
    assert_eq!((&all["name"], &all["run_result_rows"]), (&json!("all"), &json!(2)));
    let results = site.list(&format!("run_result?run_id={}&_sort=sequence", id(&all))).await;
    let tests: Vec<_> = results.iter().map(|row| row["test_id"].as_i64().unwrap()).collect();
    assert_eq!(tests, [elsewhere, test]);
    assert_eq!(site.get("run_result").await["total"], 3);
    let body = json!({"name": null});
    site.put(&format!("run/{}", id(&all)), &body, StatusCode::BAD_REQUEST).await;
}

#[tokio::test]
async fn a_result_has_the_status_of_its_last_step() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let test = site.test(&roots, "test", roots.suite).await;
    for words in ["first", "last"] {
        step(&site, &roots, test, words).await;
    }
    let run = json!({"plan_id": roots.plan, "project_id": roots.project});
    let run = id(&site.create("run", &run).await);
    let result = format!("run_result/{}", id(&site.list("run_result").await[0]));
    let steps = ids(&site.list("run_result_step?_sort=sequence").await);
    let (pending, pass, fail) =
        (status(&site, "Pending").await, status(&site, "Pass").await, status(&site, "Fail").await);
    let now = async || site.get(&result).await["status_id"].as_i64().unwrap();
    let set = async |step: i64, status: i64| {
        let body = json!({"status_id": status, "elapsed": 0.25, "result": "x"});
        site.put(&format!("run_result_step/{step}"), &body, StatusCode::OK).await
    };
    let first = set(steps[0], fail).await;
    assert_eq!((&first["elapsed"], &first["epoch"]), (&json!(0.25), &json!(1)));
    assert_eq!(now().await, pending);
    set(steps[1], pass).await;
    assert_eq!((now().await, &site.get(&result).await["epoch"]), (pass, &json!(1)));
    // In arrays too.
    let body = json!([{"id": steps[1], "status_id": fail}, {"id": steps[0], "status_id": pass}]);
    site.post("run_result_step", &body, StatusCode::OK).await;
    assert_eq!(now().await, fail);
    // Clients cannot set it.
    let body = json!({"status_id": pass});
    assert_eq!(site.put(&result, &body, StatusCode::OK).await["status_id"], fail);
    site.delete(&format!("run_result_step/{}", steps[1]), StatusCode::OK).await;
    assert_eq!(now().await, pass);
    site.post(&format!("run_result_step/{}/restore", steps[1]), &json!({}), StatusCode::OK).await;
    assert_eq!(now().await, fail);

    site.delete(&format!("run/{run}"), StatusCode::OK).await;
    assert_eq!(site.get("run_result").await["total"], 0);
    site.post(&format!("run/{run}/restore"), &json!({}), StatusCode::OK).await;
    assert_eq!(now().await, fail);
}

#[tokio::test]
async fn a_complete_run_cannot_be_changed() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let test = site.test(&roots, "test", roots.suite).await;
    let test_step = step(&site, &roots, test, "x").await;
    let run = json!({"plan_id": roots.plan, "project_id": roots.project});
    let run = format!("run/{}", id(&site.create("run", &run).await));
    let result = id(&site.list("run_result").await[0]);
    let step = format!("run_result_step/{}", id(&site.list("run_result_step").await[0]));
    let body = json!({"is_complete": true, "end_time": "2026-01-02T03:04:05.678Z"});
    assert_eq!(site.put(&run, &body, StatusCode::OK).await["is_complete"], true);
    for path in [&run, &format!("run_result/{result}"), &step] {
        let body = site.put(path, &json!({}), StatusCode::BAD_REQUEST).await;
        assert_eq!(body["message"], "The run is complete.");
        site.delete(path, StatusCode::BAD_REQUEST).await;
    }
    let further =
        json!({"project_id": roots.project, "run_result_id": result, "step_id": test_step});
    site.post("run_result_step", &further, StatusCode::BAD_REQUEST).await;
    let run = site.get(&run).await;
    assert_eq!((&run["epoch"], &run["is_complete"]), (&json!(1), &json!(true)));
    assert_eq!(site.get("run_result_step").await["total"], 1);
}

#[tokio::test]
async fn results_can_be_created() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let test = site.test(&roots, "test", roots.suite).await;
    let cycle = json!({"name": "empty", "project_id": roots.project});
    let cycle = id(&site.create("plan", &cycle).await);
    let step = step(&site, &roots, test, "x").await;
    let pass = status(&site, "Pass").await;
    let run = json!({"project_id": roots.project, "plan_id": cycle, "name": "nightly"});
    let run = id(&site.create("run", &run).await);
    let result = json!({"project_id": roots.project, "run_id": run, "test_id": test,
                        "suite_id": roots.suite});
    let result = site.create("run_result", &result).await;
    assert_eq!(result["metadata_model"], "RunResult");
    let row = json!({"project_id": roots.project, "run_result_id": id(&result), "step_id": step,
                     "status_id": pass, "elapsed": 0.25});
    let row = site.create("run_result_step", &row).await;
    assert_eq!(row["elapsed"], 0.25);
    let results = site.list(&format!("run_result?test_id={test}")).await;
    assert_eq!((results.len(), &results[0]["status_id"]), (1, &json!(pass)));
    let milestone = json!({"name": "1.0", "project_id": roots.project});
    assert_eq!(site.create("milestone", &milestone).await["sequence"], 1);
    assert_eq!(site.get("case_priority?is_default=true").await["total"], 1);
}
