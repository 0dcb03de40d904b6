//! Nested routes and `_with`.

use super::*;

/// A folder below the root folder with a test that has a step, and a test beside it.
struct Tree {
    site: Site,
    roots: Roots,
    folder: i64,
    test: i64,
    step: i64,
    beside: i64,
}

async fn tree() -> Tree {
    let site = Site::new().await;
    let roots = site.roots().await;
    let folder = site.folder(&roots, "folder", roots.suite).await;
    let test = site.test(&roots, "test", folder).await;
    let step = json!({"project_id": roots.project, "test_id": test, "step": "x"});
    let step = id(&site.create("step", &step).await);
    let beside = site.test(&roots, "beside", roots.suite).await;
    Tree { site, roots, folder, test, step, beside }
}

#[tokio::test]
async fn a_nested_list_has_the_rows_within_its_parents() {
    let Tree { site, roots, folder, test, step, beside } = tree().await;
    let Roots { project, plan, suite } = roots;
    let cycle = json!({"name": "cycle", "project_id": project});
    let cycle = id(&site.create("plan", &cycle).await);
    site.create("plan_suite", &json!({"plan_id": cycle, "suite_id": folder})).await;
    for (path, expected) in [
        (format!("project/{project}/plan"), vec![plan, cycle]),
        (format!("project/{project}/suite"), vec![suite, folder]),
        (format!("project/{project}/test"), vec![test, beside]),
        (format!("project/{project}/step"), vec![step]),
        (format!("plan/{plan}/suite"), vec![suite, folder]),
        (format!("plan/{cycle}/suite"), vec![folder]),
        (format!("plan/{plan}/test"), vec![test, beside]),
        (format!("plan/{cycle}/test"), vec![test]),
        (format!("plan/{plan}/suite/{suite}/test"), vec![beside]),
        (format!("project/{project}/plan/{cycle}/suite/{folder}/test"), vec![test]),
        (format!("suite/{folder}/test"), vec![test]),
        (format!("suite/{folder}/plan"), vec![plan, cycle]),
        (format!("test/{test}/suite"), vec![folder]),
        (format!("test/{test}/step"), vec![step]),
        (format!("test/{beside}/step"), vec![]),
        (format!("plan/{plan}/run"), vec![]),
    ] {
        let rows = site.list(&format!("{path}?_sort=id")).await;
        assert_eq!(ids(&rows), expected, "{path}");
    }
    let url = &site.running.url;
    let page = site.get(&format!("project/{project}/test?name=beside&per_page=1")).await;
    assert_eq!((&page["total"], id(&page["data"][0])), (&json!(1), beside));
    assert_eq!(page["path"], format!("{url}/api/project/{project}/test"));

    for path in [
        "project/99/test".to_owned(),
        format!("plan/{cycle}/suite/{suite}/test"),
        format!("plan/{suite}/suite"),
        format!("test/{test}/project"),
        format!("test/{test}/milestone"),
        format!("suite/{folder}/suite_test"),
        format!("suite/{folder}/test/{beside}"),
        format!("plan/{cycle}/suite/{folder}/test/{beside}"),
    ] {
        let request = site.request(Method::GET, &path);
        json_of(request.send().await.unwrap(), StatusCode::NOT_FOUND).await;
    }
    // A deleted parent has no rows.
    site.delete(&format!("suite/{folder}"), StatusCode::OK).await;
    assert_eq!(ids(&site.list(&format!("plan/{plan}/test")).await), [beside]);
    let request = site.request(Method::GET, &format!("suite/{folder}/test"));
    json_of(request.send().await.unwrap(), StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn nested_routes_write_rows() {
    let Tree { site, roots, folder, test, beside, .. } = tree().await;
    let Roots { project, plan, suite } = roots;

    let body = json!({"name": "below", "plan_suite": {"parent_id": folder}, "project_id": project});
    let below = id(&site.create(&format!("plan/{plan}/suite"), &body).await);
    let place = &site.list(&format!("plan_suite?suite_id={below}")).await[0];
    assert_eq!((&place["plan_id"], &place["parent_id"]), (&json!(plan), &json!(folder)));

    let body =
        json!([{"name": "one", "project_id": project}, {"name": "two", "project_id": project}]);
    let made = site.create(&format!("suite/{below}/test"), &body).await;
    let made = ids(made.as_array().unwrap());
    assert_eq!(ids(&site.list(&format!("suite/{below}/test?_sort=id")).await), made);
    let body = json!({"name": "three"});
    let three = site.create(&format!("project/{project}/suite/{below}/test"), &body).await;
    assert_eq!(three["project_id"], project);
    let step = json!({"project_id": project, "step": "x"});
    let step = site.create(&format!("test/{test}/step"), &step).await;
    assert_eq!(step["sequence"], 2);

    for (path, body) in [
        (format!("suite/{folder}/plan"), json!({"name": "x", "project_id": project})),
        (
            format!("suite/{folder}/test"),
            json!({"name": "x", "project_id": project, "suite_id": suite}),
        ),
    ] {
        let response = site.post(&path, &body, StatusCode::BAD_REQUEST).await;
        assert_eq!(response["message"], "The row would not belong there.", "{path}");
    }
    assert_eq!(site.get("plan").await["total"], 1);
    site.post("suite/99/test", &json!({"name": "x"}), StatusCode::NOT_FOUND).await;

    let inside = format!("plan/{plan}/suite/{folder}/test/{test}");
    assert_eq!(id(&site.get(&inside).await), test);
    let body = json!({"description": "x"});
    assert_eq!(site.put(&inside, &body, StatusCode::OK).await["epoch"], 1);
    let outside = format!("suite/{folder}/test/{beside}");
    site.put(&outside, &body, StatusCode::NOT_FOUND).await;
    site.delete(&outside, StatusCode::NOT_FOUND).await;
    let body = json!([{"id": beside, "description": "x"}]);
    site.put(&format!("suite/{folder}/test"), &body, StatusCode::NOT_FOUND).await;
    site.post(&format!("suite/{folder}/test/delete"), &body, StatusCode::NOT_FOUND).await;
    assert_eq!(site.get(&format!("test/{beside}")).await["epoch"], 0);
    site.delete(&inside, StatusCode::OK).await;
    assert_eq!(site.list(&format!("suite/{folder}/test")).await, [] as [Value; 0]);
    let body = json!([{"id": beside}]);
    let gone = site.post(&format!("suite/{suite}/test/delete"), &body, StatusCode::OK).await;
    assert_eq!(gone, json!({"count": 1}));
    let restored = site.request(Method::POST, &format!("suite/{suite}/test/{beside}/restore"));
    json_of(restored.send().await.unwrap(), StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn with_includes_related_rows() {
    let Tree { site, roots, folder, test, step, beside } = tree().await;
    let path = "test?_sort=id&_with=project,step,suite,case_type,RunResult.run";
    let rows = site.list(path).await;
    assert_eq!(ids(&rows), [test, beside]);
    assert_eq!(id(&rows[0]["project"]), roots.project);
    assert_eq!(rows[0]["case_type"]["is_default"], true);
    assert_eq!(ids(rows[0]["step"].as_array().unwrap()), [step]);
    assert_eq!(ids(rows[0]["suite"].as_array().unwrap()), [folder]);
    assert_eq!(ids(rows[1]["suite"].as_array().unwrap()), [roots.suite]);
    assert_eq!((&rows[1]["step"], &rows[1]["run_result"]), (&json!([]), &json!([])));
    assert_eq!(rows[0]["suite"][0]["metadata_model"], "Suite");

    let one = site.get(&format!("suite_test?test_id={test}&_with=suite,test")).await;
    assert_eq!(one["data"][0]["suite"]["name"], "folder");
    assert_eq!(one["data"][0]["test"]["name"], "test");
    assert!(one["first_page_url"].as_str().unwrap().contains("_with=suite%2Ctest&page=1"));

    let run = json!({"project_id": roots.project, "plan_id": roots.plan});
    let run = id(&site.create("run", &run).await);
    let row = site.get(&format!("test/{test}?_with=runResult.run,runResult.status")).await;
    let results = row["run_result"].as_array().unwrap();
    assert_eq!((results.len(), id(&results[0]["run"])), (1, run));
    assert_eq!(results[0]["status"]["name"], "Pending");
    let row = site.get(&format!("run/{run}?_with=milestone,plan.suite")).await;
    assert_eq!((&row["milestone"], id(&row["plan"])), (&Value::Null, roots.plan));
    assert_eq!(row["plan"]["suite"].as_array().unwrap().len(), 2);
    // Deleted rows are not included.
    site.delete(&format!("step/{step}"), StatusCode::OK).await;
    assert_eq!(site.get(&format!("test/{test}?_with=step")).await["step"], json!([]));
    let request = site.request(Method::GET, &format!("test/{test}?_with=requirement_test"));
    json_of(request.send().await.unwrap(), StatusCode::BAD_REQUEST).await;
}

/// The routes are those of the SDK. The sandbox calls a test `Test`.
#[tokio::test]
async fn labels_belong_to_the_row_that_the_route_names() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let test = site.test(&roots, "test", roots.suite).await;
    let label = id(&site.create("label", &json!({"label": "smoke"})).await);
    let body = json!([{"label_id": label}]);
    let rows = site.create(&format!("test/{test}/label_assigned"), &body).await;
    assert_eq!(
        (&rows[0]["related_id"], &rows[0]["related_type"], &rows[0]["label_id"]),
        (&json!(test), &json!("Test"), &json!(label))
    );
    // In arrays, each row says what it is about.
    let suite = json!([{"label_id": label, "related_id": roots.suite, "related_type": "Suite"}]);
    site.create("label_assigned", &suite).await;
    assert_eq!(site.list(&format!("test/{test}/label_assigned")).await.len(), 1);
    assert_eq!(site.list(&format!("suite/{}/label_assigned", roots.suite)).await.len(), 1);
    assert_eq!(site.list(&format!("label/{label}/label_assigned")).await.len(), 2);
    assert_eq!(site.list(&format!("label_assigned?related_id-in={test}")).await.len(), 1);
    let row = site.get(&format!("test/{test}?_with=label_assigned")).await;
    assert_eq!(row["label_assigned"].as_array().unwrap().len(), 1);
    // A deleted label is on no row.
    site.delete(&format!("label/{label}"), StatusCode::OK).await;
    assert_eq!(site.list(&format!("test/{test}/label_assigned")).await.len(), 0);
}

#[tokio::test]
async fn relations_that_multiply_are_rejected() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let tests = vec![new_test(&roots, "test", roots.suite); 1000];
    site.create("test", &tests.into()).await;
    let path = "test?per_page=-1&_with=suite.test";
    let request = site.request(Method::GET, path);
    let body = json_of(request.send().await.unwrap(), StatusCode::BAD_REQUEST).await;
    assert!(body["message"].as_str().unwrap().contains("too long"), "{body}");
}

#[tokio::test]
async fn a_wrong_method_is_answered_with_the_allowed_ones() {
    let site = Site::new().await;
    for (method, path, allowed) in [
        (Method::DELETE, "test", "GET, HEAD, POST, PUT"),
        (Method::PATCH, "test/1", "GET, HEAD, PUT, DELETE"),
        (Method::GET, "test/delete", "POST"),
        (Method::GET, "test/1/restore", "POST"),
        (Method::GET, "batch", "POST"),
        (Method::OPTIONS, "plan/1/suite", "GET, HEAD, POST, PUT"),
    ] {
        let response = site.request(method, path).send().await.unwrap();
        assert_eq!(response.headers()["allow"], allowed, "{path}");
        json_of(response, StatusCode::METHOD_NOT_ALLOWED).await;
    }
    let head = site.request(Method::HEAD, "test").send().await.unwrap();
    assert_eq!(head.status(), StatusCode::OK);
    assert_eq!(head.bytes().await.unwrap().len(), 0);
}
