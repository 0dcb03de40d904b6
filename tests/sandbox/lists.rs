//! Filters, sorting, pages.

use super::*;

/// A site with `count` tests in its root folder, and the ids of the tests.
async fn with_tests(count: usize, max_per_page: Option<u32>) -> (Site, Roots, Vec<i64>) {
    let site = Site::with(|settings| settings.max_per_page = max_per_page).await;
    let roots = site.roots().await;
    let tests: Vec<_> =
        (0..count).map(|number| new_test(&roots, &format!("test {number}"), roots.suite)).collect();
    let created = site.create("test", &tests.into()).await;
    let ids = ids(created.as_array().unwrap());
    (site, roots, ids)
}

#[tokio::test]
async fn pages_have_15_rows_by_default() {
    let (site, roots, ids_) = with_tests(31, None).await;
    let url = &site.running.url;
    let query = format!("project_id={}&_sort=id", roots.project);
    let page = site.get(&format!("test?{query}")).await;
    assert_eq!(ids(page["data"].as_array().unwrap()), ids_[..15]);
    let encoded = query;
    let link = |page: u32| format!("{url}/api/test?{encoded}&page={page}");
    let mut envelope = page.clone();
    envelope.as_object_mut().unwrap().remove("data");
    assert_eq!(
        envelope,
        json!({"current_page": 1, "first_page_url": link(1), "from": 1, "last_page": 3,
            "last_page_url": link(3), "next_page_url": link(2), "path": format!("{url}/api/test"),
            "per_page": 15, "prev_page_url": null, "to": 15, "total": 31})
    );
    let last = site.get(&format!("test?{encoded}&page=3")).await;
    assert_eq!(ids(last["data"].as_array().unwrap()), ids_[30..]);
    assert_eq!(
        (&last["from"], &last["to"], &last["next_page_url"]),
        (&json!(31), &json!(31), &Value::Null)
    );
    assert_eq!(last["prev_page_url"], link(2));
    let beyond = site.get(&format!("test?{encoded}&page=4")).await;
    assert_eq!(beyond["data"], json!([]));
    assert_eq!((&beyond["total"], &beyond["from"]), (&json!(31), &Value::Null));

    let sized = site.get("test?_sort=id&per_page=10&page=4").await;
    assert_eq!(ids(sized["data"].as_array().unwrap()), ids_[30..]);
    let all = site.get("test?_sort=id&per_page=-1").await;
    assert_eq!(ids(all["data"].as_array().unwrap()), ids_);
    assert_eq!((&all["last_page"], &all["to"]), (&json!(1), &json!(31)));
    let empty = site.get("test?per_page=-1&name=none").await;
    assert_eq!((&empty["last_page"], &empty["total"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn pages_can_be_capped() {
    let (site, _, ids_) = with_tests(12, Some(5)).await;
    for per_page in ["-1", "1000", "5"] {
        let page = site.get(&format!("test?_sort=id&per_page={per_page}&page=3")).await;
        assert_eq!(ids(page["data"].as_array().unwrap()), ids_[10..]);
        assert_eq!((&page["per_page"], &page["last_page"]), (&json!(5), &json!(3)));
    }
}

#[tokio::test]
async fn every_field_is_a_filter() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let folder = site.folder(&roots, "folder", roots.suite).await;
    let other = site.create("project", &json!({"name": "Other"})).await;
    let one = site.test(&roots, "one & only", folder).await;
    let two = site.test(&roots, "two", roots.suite).await;
    let manual = json!({"name": "manual", "project_id": roots.project, "suite_id": folder,
                        "description": "by hand", "to_automate": true});
    let manual = id(&site.create("test", &manual).await);
    let project = roots.project;
    let other = id(&other);
    for (query, expected) in [
        (format!("test?project_id={project}"), vec![one, two, manual]),
        (format!("test?project_id={other}"), vec![]),
        ("test?is_automated=true".to_owned(), vec![one, two]),
        ("test?is_automated=0&to_automate=1".to_owned(), vec![manual]),
        ("test?name=one%20%26+only".to_owned(), vec![one]),
        ("test?name=ONE".to_owned(), vec![]),
        ("test?description=null".to_owned(), vec![one, two]),
        ("test?description=by hand".to_owned(), vec![manual]),
        (format!("test?id-in={two},{one}"), vec![one, two]),
        (format!("test?id-in={two},{one}&name=two"), vec![two]),
        ("test?id-in=".to_owned(), vec![]),
        ("test?name-in=two,manual".to_owned(), vec![two, manual]),
        ("test?key=3".to_owned(), vec![manual]),
        (
            "test?epoch=0&_with=suite&_anything=1&revision_log=false".to_owned(),
            vec![one, two, manual],
        ),
        (format!("suite?project_id={project}&is_root=false"), vec![folder]),
    ] {
        let separator = if query.contains('?') { '&' } else { '?' };
        let rows = site.list(&format!("{query}{separator}_sort=id")).await;
        assert_eq!(ids(&rows), expected, "{query}");
    }
    let places = site.list(&format!("suite_test?suite_id-in={folder}&_sort=test_id")).await;
    let tests: Vec<_> = places.iter().map(|row| row["test_id"].as_i64()).collect();
    assert_eq!(tests, [Some(one), Some(manual)]);
    let tops = site.list(&format!("plan_suite?plan_id={}&parent_id=null", roots.plan)).await;
    assert_eq!(tops[0]["suite_id"], roots.suite);
    assert_eq!(tops.len(), 1);
}

#[tokio::test]
async fn every_key_of_every_row_filters_and_sorts() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let test = site.test(&roots, "test", roots.suite).await;
    let step = json!({"project_id": roots.project, "test_id": test, "step": "a, b"});
    site.create("step", &step).await;
    site.create("milestone", &json!({"project_id": roots.project, "name": "1.0"})).await;
    site.create("run", &json!({"project_id": roots.project, "plan_id": roots.plan})).await;
    let label = site.create("label", &json!({"label": "smoke"})).await;
    let assigned = json!({"label_id": id(&label)});
    site.create(&format!("test/{test}/label_assigned"), &assigned).await;
    for resource in [
        "project",
        "plan",
        "suite",
        "plan_suite",
        "test",
        "suite_test",
        "step",
        "run",
        "run_result",
        "run_result_step",
        "status",
        "milestone",
        "case_type",
        "case_priority",
        "label",
        "label_assigned",
    ] {
        let row = site.list(resource).await.remove(0);
        for (key, value) in row.as_object().unwrap() {
            if key == "metadata_model" || key == "analysis" {
                continue;
            }
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let sorted = format!("_sort=-{key},id&per_page=-1");
            let request = site.request(Method::GET, &format!("{resource}?{sorted}"));
            let request = request.query(&[(key, &value)]);
            let found = json_of(request.send().await.unwrap(), StatusCode::OK).await;
            assert!(ids(found["data"].as_array().unwrap()).contains(&id(&row)), "{resource}.{key}");
            // A set cannot contain null or a value with a comma.
            if value != "null" && !value.contains(',') {
                let request = site.request(Method::GET, &format!("{resource}?{sorted}"));
                let request = request.query(&[(format!("{key}-in"), format!("{value},0"))]);
                let found = json_of(request.send().await.unwrap(), StatusCode::OK).await;
                assert!(ids(found["data"].as_array().unwrap()).contains(&id(&row)), "{key}-in");
            }
        }
    }
}

#[tokio::test]
async fn invalid_filters_are_rejected_by_name() {
    let site = Site::new().await;
    for (query, field) in [
        ("plan_suite?project_id=1", "project_id"),
        ("suite_test?project_id=1", "project_id"),
        ("test?suite_id=1", "suite_id"),
        ("test?is_automated=maybe", "is_automated"),
        ("test?project_id=Demo", "project_id"),
        ("test?project_id=null", "project_id"),
        ("test?_sort=colour", "_sort"),
        ("test?_with=colour", "_with"),
        ("test?revision_log=perhaps", "revision_log"),
        ("test?per_page=0", "per_page"),
        ("test?page=-1", "page"),
        ("test?name%20OR%201=1--", "name OR 1"),
        ("test?deleted_at=null", "deleted_at"),
    ] {
        let response = site.request(Method::GET, query).send().await.unwrap();
        let body = json_of(response, StatusCode::BAD_REQUEST).await;
        assert!(body["validation_errors"][field][0].is_string(), "{body}");
        assert!(body["message"].is_string());
    }
}

#[tokio::test]
async fn rows_are_sorted_as_requested() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let mut tests = Vec::new();
    for name in ["b", "a", "b"] {
        tests.push(site.test(&roots, name, roots.suite).await);
    }
    let (one, two, three) = (tests[0], tests[1], tests[2]);
    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    site.put(&format!("test/{one}"), &json!({}), StatusCode::OK).await;
    for (sort, expected) in [
        ("&_sort=id", [one, two, three]),
        ("&_sort=-id", [three, two, one]),
        ("&_sort=name", [two, one, three]),
        ("&_sort=-name,-id", [three, one, two]),
        ("&_sort=-updated_at", [one, two, three]),
        ("&_sort=name,updated_at", [two, three, one]),
        // Without `_sort`, updated rows come last.
        ("", [two, three, one]),
    ] {
        let path = format!("test?project_id={}{sort}", roots.project);
        let rows = site.list(&path).await;
        // Rows with the same time are sorted by id.
        if sort == "&_sort=-updated_at" {
            assert_eq!(id(&rows[0]), expected[0]);
        } else {
            assert_eq!(ids(&rows), expected, "{sort}");
        }
    }
}

#[tokio::test]
async fn large_sets_are_accepted() {
    let (site, _, tests) = with_tests(1000, None).await;
    let set = |ids: &[i64]| ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    let page = site.get(&format!("suite_test?test_id-in={}&per_page=1000", set(&tests))).await;
    assert_eq!(page["total"], 1000);
    let suites: Vec<i64> = (1..200).chain([site.roots().await.suite]).collect();
    let query = format!("suite_test?suite_id-in={}&per_page=1000", set(&suites));
    assert_eq!(site.get(&query).await["total"], 1000);
}
