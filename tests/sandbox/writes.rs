//! Creates, updates, deletes and restores, single and in arrays.

use super::*;

/// The error message of a field.
fn field_error(body: &Value, field: &str) -> String {
    body["validation_errors"][field][0]
        .as_str()
        .unwrap_or_else(|| panic!("no message for {field} in {body}"))
        .to_owned()
}

async fn total(site: &Site, path: &str) -> i64 {
    site.get(path).await["total"].as_i64().unwrap()
}

#[tokio::test]
async fn an_array_creates_every_element() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let folder = site.folder(&roots, "folder", roots.suite).await;
    let first = site.test(&roots, "before", folder).await;
    let tests: Vec<_> =
        (0..1000).map(|number| new_test(&roots, &format!("test {number}"), folder)).collect();
    let created = site.create("test", &tests.into()).await;
    let created = created.as_array().unwrap();
    assert_eq!(created.len(), 1000);
    for (number, test) in created.iter().enumerate() {
        assert_eq!(test["name"], format!("test {number}"));
        assert_eq!(id(test), first + 1 + i64::try_from(number).unwrap());
        assert_eq!(test["sequence_suite"], number + 2);
        assert_eq!(test["key"], number + 2);
    }
    assert_eq!(total(&site, &format!("suite_test?suite_id={folder}")).await, 1001);

    let empty = site.post("test", &json!([]), StatusCode::OK).await;
    assert_eq!(empty, json!([]));
}

#[tokio::test]
async fn an_array_has_at_most_1000_elements() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let tests: Vec<_> = (0..1001).map(|_| new_test(&roots, "test", roots.suite)).collect();
    site.post("test", &tests.into(), StatusCode::UNPROCESSABLE_ENTITY).await;
    assert_eq!(total(&site, "test").await, 0);
}

#[tokio::test]
async fn a_bad_element_fails_the_whole_array() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let tests = json!([
        new_test(&roots, "good", roots.suite),
        new_test(&roots, &"x".repeat(256), roots.suite)
    ]);
    let body = site.post("test", &tests, StatusCode::BAD_REQUEST).await;
    assert!(field_error(&body, "name").contains("255"));
    let tests = json!([new_test(&roots, "good", roots.suite), new_test(&roots, "bad", 99)]);
    let body = site.post("test", &tests, StatusCode::BAD_REQUEST).await;
    assert_eq!(field_error(&body, "suite_id"), "The selected suite id is invalid.");
    assert_eq!(total(&site, "test").await, 0);
    assert_eq!(total(&site, "suite_test").await, 0);
}

#[tokio::test]
async fn elements_with_an_id_are_updates() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let one = site.test(&roots, "one", roots.suite).await;
    let elements = json!([
        {"id": one, "name": "one, renamed"},
        new_test(&roots, "two", roots.suite),
    ]);
    let saved = site.create("test", &elements).await;
    assert_eq!(id(&saved[0]), one);
    assert_eq!((&saved[0]["name"], &saved[0]["epoch"]), (&json!("one, renamed"), &json!(1)));
    assert_eq!(saved[0]["sequence_suite"], Value::Null);
    assert_eq!((&saved[1]["name"], &saved[1]["epoch"]), (&json!("two"), &json!(0)));

    let two = id(&saved[1]);
    let elements = json!([{"id": two, "description": "x"}, {"id": one, "description": "y"}]);
    let saved = site.put("test", &elements, StatusCode::OK).await;
    assert_eq!(ids(saved.as_array().unwrap()), [two, one]);
    assert_eq!((&saved[1]["description"], &saved[1]["epoch"]), (&json!("y"), &json!(2)));
    let saved = site.post("test", &elements, StatusCode::OK).await;
    assert_eq!(saved[0]["epoch"], 2);

    let elements = json!([{"id": two, "description": "z"}, {"id": 99, "description": "z"}]);
    site.post("test", &elements, StatusCode::NOT_FOUND).await;
    site.put("test", &json!([{"name": "no id"}]), StatusCode::BAD_REQUEST).await;
    assert_eq!(site.get(&format!("test/{two}")).await["description"], "x");
}

#[tokio::test]
async fn equal_names_create_separate_rows() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let folders = [
        site.folder(&roots, "same", roots.suite).await,
        site.folder(&roots, "same", roots.suite).await,
    ];
    assert_ne!(folders[0], folders[1]);
    for _ in 0..2 {
        site.test(&roots, "same", folders[0]).await;
        site.create("project", &json!({"name": "Demo"})).await;
    }
    let test = id(&site.list("test?name=same").await[0]);
    for (resource, body) in [
        ("plan", json!({"name": "same", "project_id": roots.project})),
        ("milestone", json!({"name": "same", "project_id": roots.project})),
        ("run", json!({"name": "same", "project_id": roots.project, "plan_id": roots.plan})),
        (
            "step",
            json!({"step": "same", "sequence": 1, "project_id": roots.project, "test_id": test}),
        ),
        ("suite_test", json!({"suite_id": folders[1], "test_id": test})),
        (
            "plan_suite",
            json!({"plan_id": roots.plan, "suite_id": folders[0], "parent_id": roots.suite}),
        ),
    ] {
        let one = id(&site.create(resource, &body).await);
        let others = site.create(resource, &json!([body, body])).await;
        let others = ids(others.as_array().unwrap());
        assert!(one < others[0] && others[0] < others[1], "{resource}");
    }
    assert_eq!(total(&site, "suite?name=same").await, 2);
    assert_eq!(total(&site, "test?name=same").await, 2);
    assert_eq!(total(&site, "project?name=Demo").await, 3);
}

#[tokio::test]
async fn missing_and_invalid_fields_are_named() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let body = site.post("test", &json!({}), StatusCode::BAD_REQUEST).await;
    for field in ["name", "project_id", "suite_id"] {
        assert!(field_error(&body, field).ends_with("field is required."));
    }
    let body = site.post("suite", &json!({}), StatusCode::BAD_REQUEST).await;
    for field in ["name", "project_id", "plan_id"] {
        assert!(field_error(&body, field).ends_with("field is required."));
    }
    let body = site.post("step", &json!({}), StatusCode::BAD_REQUEST).await;
    for field in ["project_id", "test_id"] {
        assert!(field_error(&body, field).ends_with("field is required."));
    }
    let good = new_test(&roots, "test", roots.suite);
    for (field, value) in [
        ("name", json!("")),
        ("name", json!(" \t ")),
        ("name", json!("a\u{0}b")),
        ("name", json!(7)),
        ("name", json!(null)),
        ("description", json!("a\u{0}b")),
        ("description", json!({})),
        ("is_automated", json!("true")),
        ("is_automated", json!(2)),
        ("project_id", json!("1")),
        ("project_id", json!(99)),
        ("suite_id", json!(1.5)),
        ("case_type_id", json!(99)),
    ] {
        let mut test = good.clone();
        test[field] = value;
        let body = site.post("test", &test, StatusCode::BAD_REQUEST).await;
        field_error(&body, field);
    }
    let mut longest = good;
    longest["name"] = json!("漢".repeat(255));
    site.create("test", &longest).await;
    assert_eq!(total(&site, "test").await, 1);
}

#[tokio::test]
async fn references_to_other_projects_are_rejected() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let project = id(&site.create("project", &json!({"name": "Other"})).await);
    let plan = id(&site.list(&format!("plan?project_id={project}")).await[0]);
    let suite = id(&site.list(&format!("suite?project_id={project}")).await[0]);
    let other = Roots { project, plan, suite };
    let test = site.test(&roots, "test", roots.suite).await;

    let body = new_test(&roots, "x", other.suite);
    let body = site.post("test", &body, StatusCode::BAD_REQUEST).await;
    field_error(&body, "suite_id");
    let body = json!({"project_id": other.project, "test_id": test, "step": "x"});
    site.post("step", &body, StatusCode::BAD_REQUEST).await;
    let body = json!({"suite_id": other.suite, "test_id": test});
    site.post("suite_test", &body, StatusCode::BAD_REQUEST).await;
    let body = json!({"name": "x", "project_id": roots.project, "plan_id": other.plan});
    let body = site.post("suite", &body, StatusCode::BAD_REQUEST).await;
    assert!(body["validation_errors"].is_object());
    let body = json!({"name": "x", "project_id": roots.project, "plan_id": roots.plan,
                      "plan_suite": {"parent_id": other.suite}});
    let body = site.post("suite", &body, StatusCode::BAD_REQUEST).await;
    field_error(&body, "plan_suite.parent_id");
    assert_eq!(total(&site, "suite").await, 2);
}

#[tokio::test]
async fn fields_of_the_server_are_ignored() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let mut test = new_test(&roots, "test", roots.suite);
    for (field, value) in [
        ("epoch", json!(7)),
        ("key", json!(7)),
        ("created_at", json!("x")),
        ("client_id", json!(7)),
        ("unknown", json!([1])),
    ] {
        test[field] = value;
    }
    let created = site.create("test", &test).await;
    assert_eq!((&created["epoch"], &created["key"]), (&json!(0), &json!(1)));
    assert_eq!(created["unknown"], Value::Null);
    let path = format!("test/{}", id(&created));
    let body = json!({"epoch": 7, "id": 9, "project_id": 9, "is_root": true, "name": "renamed"});
    let updated = site.put(&path, &body, StatusCode::OK).await;
    assert_eq!(id(&updated), id(&created));
    assert_eq!(
        (&updated["epoch"], &updated["project_id"], &updated["name"]),
        (&json!(1), &json!(roots.project), &json!("renamed"))
    );
    assert_eq!(updated["created_at"], created["created_at"]);
    assert_eq!(updated["is_automated"], true);
    // An update without changes counts.
    let same = site.put(&path, &json!({}), StatusCode::OK).await;
    assert_eq!(same["epoch"], 2);
    let cleared = json!({"description": null, "precondition": "x"});
    let cleared = site.put(&path, &cleared, StatusCode::OK).await;
    assert_eq!((&cleared["description"], &cleared["precondition"]), (&Value::Null, &json!("x")));
    site.put(&path, &json!({"name": null}), StatusCode::BAD_REQUEST).await;
    site.put(&path, &json!([]), StatusCode::BAD_REQUEST).await;
    site.put("test/99", &json!({}), StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn folders_cannot_form_a_cycle() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let a = site.folder(&roots, "a", roots.suite).await;
    let b = site.folder(&roots, "b", a).await;
    let c = site.folder(&roots, "c", b).await;
    let place = async |suite: i64| {
        let rows = site.list(&format!("plan_suite?suite_id={suite}")).await;
        format!("plan_suite/{}", id(&rows[0]))
    };
    let moved = site.put(&place(c).await, &json!({"parent_id": a}), StatusCode::OK).await;
    assert_eq!((&moved["parent_id"], &moved["epoch"]), (&json!(a), &json!(1)));
    for parent in [a, b, c, 99] {
        let path = place(a).await;
        let body = json!({ "parent_id": parent });
        let body = site.put(&path, &body, StatusCode::BAD_REQUEST).await;
        field_error(&body, "parent_id");
    }
    // A suite without a parent is placed beside the root suite.
    let body = json!({"name": "beside", "project_id": roots.project, "plan_id": roots.plan});
    let beside = site.create("suite", &body).await;
    let rows = site.list(&format!("plan_suite?suite_id={}", id(&beside))).await;
    assert_eq!(rows[0]["parent_id"], Value::Null);
    assert_eq!(beside["sequence_plan"], rows[0]["sequence_plan"]);
    // A parent must be in the same plan.
    let cycle = json!({"name": "cycle", "project_id": roots.project});
    let cycle = id(&site.create("plan", &cycle).await);
    let body = json!({"plan_id": cycle, "suite_id": b, "parent_id": a});
    let body = site.post("plan_suite", &body, StatusCode::BAD_REQUEST).await;
    field_error(&body, "parent_id");
    site.create("plan_suite", &json!({"plan_id": cycle, "suite_id": a})).await;
    site.create("plan_suite", &json!({"plan_id": cycle, "suite_id": b, "parent_id": a})).await;
}

#[tokio::test]
async fn a_test_can_be_in_two_folders_and_move() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let folder = site.folder(&roots, "folder", roots.suite).await;
    let test = site.test(&roots, "test", roots.suite).await;
    let place = json!({"suite_id": folder, "test_id": test});
    let place = site.create("suite_test", &place).await;
    assert_eq!(
        (&place["metadata_model"], &place["sequence_suite"]),
        (&json!("SuiteTest"), &json!(1))
    );
    assert_eq!(total(&site, &format!("suite_test?test_id={test}")).await, 2);
    let path = format!("suite_test/{}", id(&place));
    let moved = site.put(&path, &json!({"suite_id": roots.suite}), StatusCode::OK).await;
    assert_eq!((&moved["suite_id"], &moved["epoch"]), (&json!(roots.suite), &json!(1)));
    site.delete(&path, StatusCode::OK).await;
    assert_eq!(total(&site, &format!("suite_test?test_id={test}")).await, 1);
}

#[tokio::test]
async fn the_folders_of_a_test_are_deleted_and_restored_with_it() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let folder = site.folder(&roots, "folder", roots.suite).await;
    let test = site.test(&roots, "test", folder).await;
    let gone = json!({"suite_id": roots.suite, "test_id": test});
    let gone = id(&site.create("suite_test", &gone).await);
    site.delete(&format!("suite_test/{gone}"), StatusCode::OK).await;

    let path = format!("test/{test}");
    let answer = site.delete(&path, StatusCode::OK).await;
    assert!(answer["message"].is_string());
    assert_eq!(total(&site, "test").await, 0);
    assert_eq!(total(&site, "suite_test").await, 0);
    for _ in 0..2 {
        site.delete(&path, StatusCode::NOT_FOUND).await;
        site.put(&path, &json!({}), StatusCode::NOT_FOUND).await;
    }
    let step = json!({"project_id": roots.project, "test_id": test, "step": "x"});
    site.post("step", &step, StatusCode::BAD_REQUEST).await;

    let restored = site.post(&format!("{path}/restore"), &json!({}), StatusCode::OK).await;
    assert_eq!((id(&restored), &restored["epoch"]), (test, &json!(1)));
    let places = site.list("suite_test").await;
    assert_eq!(places.len(), 1, "only rows that were deleted with the test are restored");
    assert_eq!(places[0]["suite_id"], folder);
    let again = site.post(&format!("{path}/restore"), &json!({}), StatusCode::OK).await;
    assert_eq!(again["epoch"], 1);
    let request = site.request(Method::POST, "test/99/restore");
    json_of(request.send().await.unwrap(), StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn a_restore_can_name_a_folder() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let folder = site.folder(&roots, "folder", roots.suite).await;
    let test = site.test(&roots, "test", roots.suite).await;
    site.delete(&format!("test/{test}"), StatusCode::OK).await;
    let path = format!("test/{test}/restore");
    for (suite, expected) in [
        (json!("x"), StatusCode::BAD_REQUEST),
        (json!(99), StatusCode::BAD_REQUEST),
        (json!(folder.to_string()), StatusCode::OK),
        (json!(folder), StatusCode::OK),
    ] {
        site.post(&path, &json!({ "suite_id": suite }), expected).await;
    }
    let places = site.list("suite_test?_sort=id").await;
    let suites: Vec<_> = places.iter().map(|row| row["suite_id"].as_i64()).collect();
    assert_eq!(suites, [Some(roots.suite), Some(folder)]);

    site.delete(&format!("suite/{folder}"), StatusCode::OK).await;
    let request = site.request(Method::POST, &format!("suite/{folder}/restore"));
    json_of(request.send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(total(&site, &format!("plan_suite?suite_id={folder}")).await, 1);
}

#[tokio::test]
async fn a_deleted_folder_leaves_its_tests_and_subfolders_detached() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let folder = site.folder(&roots, "folder", roots.suite).await;
    let below = site.folder(&roots, "below", folder).await;
    let test = site.test(&roots, "test", folder).await;
    site.delete(&format!("suite/{folder}"), StatusCode::OK).await;
    assert_eq!(total(&site, &format!("plan_suite?suite_id={folder}")).await, 0);
    assert_eq!(site.list(&format!("plan_suite?suite_id={below}")).await[0]["parent_id"], folder);
    assert_eq!(site.list("suite_test").await[0]["suite_id"], folder);
    assert_eq!(total(&site, "test").await, 1);
    // Rows cannot be added to it, but can be moved out of it.
    site.post("test", &new_test(&roots, "x", folder), StatusCode::BAD_REQUEST).await;
    let place = id(&site.list("suite_test").await[0]);
    let body = json!({"suite_id": roots.suite});
    site.put(&format!("suite_test/{place}"), &body, StatusCode::OK).await;
    let place = id(&site.list(&format!("plan_suite?suite_id={below}")).await[0]);
    site.put(&format!("plan_suite/{place}"), &json!({"sequence_plan": 4}), StatusCode::OK).await;
    site.post(&format!("suite/{folder}/restore"), &json!({}), StatusCode::OK).await;
    assert_eq!(total(&site, &format!("plan_suite?suite_id={folder}")).await, 1);
    assert_eq!(site.get(&format!("test/{test}")).await["name"], "test");
    for (resource, root) in [("suite", roots.suite), ("plan", roots.plan)] {
        site.delete(&format!("{resource}/{root}"), StatusCode::BAD_REQUEST).await;
    }
}

#[tokio::test]
async fn an_array_deletes_existing_rows() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let mut tests = Vec::new();
    for name in ["one", "two", "three"] {
        tests.push(site.test(&roots, name, roots.suite).await);
    }
    let body = json!([{"id": tests[0]}, {"id": tests[2]}, {"id": 99}, {"id": tests[0]}]);
    let answer = site.post("test/delete", &body, StatusCode::OK).await;
    assert_eq!(answer, json!({"count": 2}));
    assert_eq!(ids(&site.list("test").await), [tests[1]]);
    for bad in [json!({"id": tests[1]}), json!([{"name": "two"}]), json!([tests[1]])] {
        site.post("test/delete", &bad, StatusCode::BAD_REQUEST).await;
    }
    assert_eq!(total(&site, "test").await, 1);
}
