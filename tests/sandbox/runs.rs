//! Runs, their results and result steps.

use super::*;

async fn status(site: &Site, name: &str) -> i64 {
    id(&site.list(&format!("status?name={name}")).await[0])
}

async fn step(site: &Site, roots: &Roots, test: i64, words: &str) -> i64 {
    let body = json!({"project_id": roots.project, "test_id": test, "step": words});
    id(&site.create("step", &body).await)
}

async fn include(site: &Site, roots: &Roots, plan: i64, suite: i64, test: i64) {
    let body = json!({"project_id": roots.project, "plan_id": plan, "suite_id": suite,
                      "test_id": test});
    site.create("plan_suite_test_include", &body).await;
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
        include(&site, &roots, cycle, folder, test).await;
    }
    // Not in a folder of the cycle, and not included.
    include(&site, &roots, cycle, roots.suite, elsewhere).await;
    site.test(&roots, "not included", folder).await;

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
    assert_eq!((&all["name"], &all["run_result_rows"]), (&json!("all"), &json!(3)));
    let results = site.list(&format!("run_result?run_id={}&_sort=sequence", id(&all))).await;
    let tests: Vec<_> = results.iter().map(|row| row["test_id"].as_i64().unwrap()).collect();
    assert_eq!(tests[..2], [elsewhere, test]);
    assert_eq!(site.get("run_result").await["total"], 4);
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

/// A site with one behaviour, a cycle of one folder, and the tests `included` and `other` in it, each with two steps.
struct Cycle {
    site: Site,
    roots: Roots,
    plan: i64,
    included: i64,
    steps: [i64; 2],
}

impl Cycle {
    async fn with(variant: &str) -> Self {
        let faults = sandbox::FaultRules::parse(&[variant]).unwrap();
        let site = Site::with(|settings| settings.faults = faults).await;
        let roots = site.roots().await;
        let folder = site.folder(&roots, "folder", roots.suite).await;
        let included = site.test(&roots, "included", folder).await;
        site.test(&roots, "other", folder).await;
        site.test(&roots, "elsewhere", roots.suite).await;
        let steps = [
            step(&site, &roots, included, "first").await,
            step(&site, &roots, included, "last").await,
        ];
        let plan = json!({"name": "cycle", "project_id": roots.project});
        let plan = id(&site.create("plan", &plan).await);
        site.create("plan_suite", &json!({"plan_id": plan, "suite_id": folder})).await;
        include(&site, &roots, plan, folder, included).await;
        Self { site, roots, plan, included, steps }
    }

    async fn run(&self, name: &str) -> Value {
        let body = json!({"name": name, "plan_id": self.plan, "project_id": self.roots.project});
        self.site.create("run", &body).await
    }

    /// Sets the steps of the only result, and returns the name of its status.
    async fn after(&self, statuses: [&str; 2]) -> String {
        self.run("run").await;
        for (name, row) in statuses.iter().zip(self.site.list("run_result_step?_sort=id").await) {
            let body = json!({"status_id": status(&self.site, name).await});
            self.site.put(&format!("run_result_step/{}", id(&row)), &body, StatusCode::OK).await;
        }
        let result = &self.site.list("run_result").await[0];
        let status = self.site.get(&format!("status/{}", result["status_id"])).await;
        status["name"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn the_results_of_a_new_run_vary() {
    for (variant, rows) in [
        ("fill=includes", 1),
        ("fill=folders", 2),
        ("fill=superset", 3),
        ("fill=none", 0),
        ("fill=late", 0),
    ] {
        let cycle = Cycle::with(variant).await;
        let run = cycle.run("run").await;
        assert_eq!(run["run_result_rows"], rows, "{variant}");
        assert_eq!(cycle.site.get("run_result").await["total"], rows, "{variant}");
        if variant == "fill=late" {
            tokio::time::sleep(std::time::Duration::from_millis(900)).await;
            assert_eq!(cycle.site.get("run_result").await["total"], 1);
        }
    }
}

#[tokio::test]
async fn each_environment_of_a_cycle_gives_a_result() {
    let cycle = Cycle::with("fill=includes").await;
    for name in ["Windows", "Linux"] {
        let environment = json!({"name": name, "all_projects": true});
        let environment = id(&cycle.site.create("environment", &environment).await);
        let link = json!({"plan_id": cycle.plan, "environment_id": environment});
        cycle.site.create("environment_plan", &link).await;
    }
    cycle.run("run").await;
    let results = cycle.site.list("run_result?_with=environment,run_result_step").await;
    let names: Vec<_> = results.iter().map(|row| &row["environment"]["name"]).collect();
    assert_eq!(names, ["Windows", "Linux"]);
    assert!(results.iter().all(|row| row["run_result_step"].as_array().unwrap().len() == 2));
    assert_eq!(cycle.site.list(&format!("plan/{}/environment", cycle.plan)).await.len(), 2);
    assert_eq!(cycle.site.list("run_suite").await.len(), 1);
}

#[tokio::test]
async fn new_results_vary() {
    for (variant, code, steps) in [
        ("fill=none", StatusCode::CREATED, 0),
        ("results=with-steps", StatusCode::CREATED, 2),
        ("results=refused", StatusCode::BAD_REQUEST, 0),
    ] {
        let cycle = Cycle::with(variant).await;
        let roots = &cycle.roots;
        let empty = json!({"name": "empty", "project_id": roots.project});
        let empty = id(&cycle.site.create("plan", &empty).await);
        let run = json!({"name": "run", "plan_id": empty, "project_id": roots.project});
        let run = id(&cycle.site.create("run", &run).await);
        let result = json!({"project_id": roots.project, "run_id": run, "suite_id": roots.suite,
                            "test_id": cycle.included});
        cycle.site.post("run_result", &result, code).await;
        let rows = cycle.site.list("run_result_step?_sort=sequence").await;
        let taken: Vec<_> = rows.iter().map(|row| row["step_id"].as_i64().unwrap()).collect();
        assert_eq!(taken, cycle.steps[..steps], "{variant}");
    }
}

#[tokio::test]
async fn the_status_of_a_result_varies() {
    for (variant, steps, expected) in [
        ("fill=includes", ["Fail", "Pass"], "Pass"),
        ("status=first", ["Fail", "Pass"], "Fail"),
        ("status=first", ["Pass", "Fail"], "Pass"),
        ("status=worst", ["Pass", "Fail"], "Fail"),
        ("status=worst", ["Pass", "Pending"], "Pending"),
    ] {
        assert_eq!(Cycle::with(variant).await.after(steps).await, expected, "{variant} {steps:?}");
    }
}

#[tokio::test]
async fn what_a_complete_run_accepts_varies() {
    for (variant, write, reopen) in [
        ("fill=includes", StatusCode::BAD_REQUEST, StatusCode::BAD_REQUEST),
        ("complete=writable", StatusCode::OK, StatusCode::OK),
        ("complete=reopenable", StatusCode::BAD_REQUEST, StatusCode::OK),
    ] {
        let cycle = Cycle::with(variant).await;
        let run = id(&cycle.run("run").await);
        let step = id(&cycle.site.list("run_result_step").await[0]);
        let site = &cycle.site;
        assert_eq!(site.get(&format!("run/{run}")).await["analysis"], Value::Null);
        site.put(&format!("run/{run}"), &json!({"is_complete": true}), StatusCode::OK).await;
        let analysis = site.get(&format!("run/{run}")).await["analysis"].clone();
        assert_eq!(analysis["status"][0]["total"], 1, "{analysis}");
        site.put(&format!("run_result_step/{step}"), &json!({"result": "x"}), write).await;
        site.put(&format!("run/{run}"), &json!({"is_complete": false}), reopen).await;
    }
}

#[tokio::test]
async fn fields_are_dropped_cut_rounded_and_checked_on_request() {
    let step = async |cycle: &Cycle, body: Value, code: StatusCode| {
        cycle.run("run").await;
        let row = id(&cycle.site.list("run_result_step").await[0]);
        cycle.site.put(&format!("run_result_step/{row}"), &body, code).await
    };
    let body = json!({"version": "#1 1:P", "elapsed": 1.6, "epoch": 7});
    let plain = step(&Cycle::with("fill=includes").await, body.clone(), StatusCode::OK).await;
    assert_eq!((&plain["version"], &plain["elapsed"]), (&json!("#1 1:P"), &json!(1.6)));
    let dropped = step(&Cycle::with("version=drop").await, body.clone(), StatusCode::OK).await;
    assert_eq!(dropped["version"], Value::Null);
    let whole = step(&Cycle::with("elapsed=whole").await, body.clone(), StatusCode::OK).await;
    assert_eq!(whole["elapsed"], json!(2));
    let checked = Cycle::with("epoch=checked").await;
    step(&checked, body, StatusCode::CONFLICT).await;
    step(&checked, json!({"version": "x", "epoch": 0}), StatusCode::OK).await;
    let long = "a name of more than twenty characters";
    let cut = Cycle::with("names=cut").await.run(long).await;
    assert_eq!(cut["name"], "a name of more than ");
    let unique = Cycle::with("names=unique").await;
    unique.run("run").await;
    let body = json!({"name": "run", "plan_id": unique.plan, "project_id": unique.roots.project});
    let refused = unique.site.post("run", &body, StatusCode::CONFLICT).await;
    assert_eq!(refused["code"], "23505");
}

#[tokio::test]
async fn statuses_vary() {
    let names = async |variant: &str| {
        let cycle = Cycle::with(variant).await;
        cycle.run("run").await;
        let result = &cycle.site.list("run_result?_with=status").await[0];
        assert_eq!(result["status"]["name"], "Pending", "{variant}");
        let rows = cycle.site.list("status?_sort=id").await;
        let names = rows.iter().map(|row| row["name"].as_str().unwrap());
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names("fill=includes").await, "Pending Pass Fail Block Skip Retest");
    assert_eq!(names("statuses=renamed").await, "Pending Passed Failed Block Skipped Retest");
    assert_eq!(names("statuses=reordered").await, "Skip Fail Pending Retest Pass Block");
    assert_eq!(names("statuses=no-skip").await, "Pending Pass Fail Block Retest");
}

#[tokio::test]
async fn rows_have_comments_and_results_have_defects() {
    let cycle = Cycle::with("fill=includes").await;
    let (site, project) = (&cycle.site, cycle.roots.project);
    let run = id(&cycle.run("run").await);
    let comment = site.create(&format!("run/{run}/comment"), &json!({"body": "the build"})).await;
    assert_eq!((&comment["related_type"], &comment["related_id"]), (&json!("Run"), &json!(run)));
    let further = json!({"related_type": "Test", "related_id": run, "body": "on a test"});
    site.create("comment", &further).await;
    let comments = site.list(&format!("run/{run}/comment")).await;
    assert_eq!(comments.len(), 1);
    let defect = json!({"project_id": project, "external_reference_id": "SHOP-7"});
    let defect = id(&site.create("defect", &defect).await);
    let result = id(&site.list("run_result").await[0]);
    let link = json!({"defect_id": defect, "run_result_id": result});
    site.create("defect_run_result", &link).await;
    let linked = site.list(&format!("run_result/{result}/defect")).await;
    assert_eq!(linked[0]["external_reference_id"], "SHOP-7");
    let restriction = json!({"project_id": project, "status_id": status(site, "Block").await});
    site.create("project_status", &restriction).await;
    assert_eq!(site.list(&format!("project/{project}/status")).await.len(), 1);
}
