//! Replays the examples of the vendor's API guide, and compares every key of every response: presence,
//! order and value. Only values that depend on the account may differ; these must have the same type
//! and lead to the corresponding rows.

use super::*;

/// Fields whose values depend on the account: ids, users, times and counts.
const ACCOUNT_FIELDS: &[&str] = &[
    "id",
    "created_by",
    "updated_by",
    "client_id",
    "key",
    "created_at",
    "updated_at",
    "access_role_id",
    "project_id",
    "plan_id",
    "test_id",
    "case_type_id",
    "case_priority_id",
    "test_quality_id",
    "test_type_id",
    "requirement_count",
];

/// Fields of the SDK that the examples of the guide do not have.
const SDK_FIELDS: &[&str] = &["is_automated", "include_in_checks", "to_automate"];

const PROJECT: &str = r#"{"id":12080,"created_by":171,"updated_by":171,"epoch":0,
    "name":"TestQuality Tour","description":"The project for the TestQuality Tour",
    "access_role_id":259,"client_id":3,"color":null,"picture":null,"virtual":null,"key":22,
    "created_at":"2025-03-30T22:16:32.609000+00:00","updated_at":"2017-04-01T22:16:32.609000+00:00",
    "metadata_model":"Project","analysis":{"todo":null}}"#;

const ROOT_SUITE: &str = r#"{"id":104181,"created_by":171,"updated_by":15416,"epoch":1,
    "name":"Default","description":null,"project_id":12080,"virtual":null,"client_id":3,
    "assigned_to_tester":null,"key":544,"created_at":"2021-04-21T14:21:46.305000+00:00",
    "updated_at":"2021-05-06T08:48:27.478000+00:00","is_root":true,"metadata_model":"Suite"}"#;

const ROOT_PLAN: &str = r#"{"id":20321,"created_by":171,"updated_by":171,"epoch":0,
    "project_id":12080,"assigned_to_tester":null,"virtual":null,"name":"All tests",
    "description":null,"client_id":3,"key":89,"retain_runs":0,
    "created_at":"2021-04-21T14:21:46.279000+00:00","updated_at":"2021-04-21T14:21:46.279000+00:00",
    "is_root":true,"metadata_model":"Plan",
    "analysis":{"plan_id":20321,"requirement_count":1,"defect_count":0}}"#;

const SUITE: &str = r#"{"id":115680,"created_by":171,"updated_by":171,"epoch":0,"name":"my folder",
    "description":null,"project_id":12080,"virtual":null,"client_id":3,"assigned_to_tester":null,
    "key":1241,"created_at":"2022-02-01T22:16:52.735000+00:00",
    "updated_at":"2022-02-01T22:16:52.735000+00:00","is_root":false,"metadata_model":"Suite",
    "sequence_plan":1}"#;

const TEST: &str = r#"{"id":325974,"created_by":171,"updated_by":171,"epoch":0,"name":"my test",
    "case_type_id":372,"case_priority_id":233,"estimate":null,"precondition":"","virtual":null,
    "client_id":3,"project_id":12080,"assigned_to_tester":null,"is_automated":false,
    "description":null,"key":5117,"test_quality_id":326,"state_mask":null,
    "created_at":"2022-02-02T14:21:40.190000+00:00","updated_at":"2022-02-02T14:21:40.190000+00:00",
    "test_type_id":4116,"data_table":null,"metadata_model":"Test","sequence_suite":1}"#;

const STEP: &str = r#"{"id":537546,"created_by":171,"updated_by":171,"epoch":0,"test_id":325974,
    "step":"my step","expected_result":"The result","virtual":null,"client_id":3,
    "project_id":12080,"sequence":1,"key":9983,"created_at":"2022-02-02T14:26:40.958000+00:00",
    "updated_at":"2022-02-02T14:26:40.958000+00:00","step_type_id":null,"metadata_model":"Step"}"#;

const UPDATED_TEST: &str = r#"{"id":325974,"created_by":171,"updated_by":171,"epoch":1,
    "name":"my test","case_type_id":372,"case_priority_id":233,"estimate":null,
    "precondition":"setup","virtual":null,"client_id":3,"project_id":12080,
    "assigned_to_tester":null,"is_automated":false,"description":null,"key":5117,
    "test_quality_id":326,"state_mask":null,"created_at":"2022-02-02T14:21:40.190000+00:00",
    "updated_at":"2022-02-02T14:31:02.659000+00:00","test_type_id":4116,"data_table":null,
    "metadata_model":"Test"}"#;

/// The envelope of a list, in the order of the guide; `SITE` is the address.
const PROJECTS: &str = r#"{"current_page":1,"data":[],
    "first_page_url":"SITE/api/project?page=1","from":1,"last_page":3,
    "last_page_url":"SITE/api/project?page=3","next_page_url":"SITE/api/project?page=2",
    "path":"SITE/api/project","per_page":15,"prev_page_url":null,"to":15,"total":31}"#;

const ROOT_SUITES: &str = r#"{"current_page":1,"data":[],
    "first_page_url":"SITE/api/suite?project_id=12080&is_root=true&page=1","from":1,"last_page":1,
    "last_page_url":"SITE/api/suite?project_id=12080&is_root=true&page=1","next_page_url":null,
    "path":"SITE/api/suite","per_page":15,"prev_page_url":null,"to":1,"total":1}"#;

const ROOT_PLANS: &str = r#"{"current_page":1,"data":[],
    "first_page_url":"SITE/api/plan?project_id=12080&is_root=true&page=1","from":1,"last_page":1,
    "last_page_url":"SITE/api/plan?project_id=12080&is_root=true&page=1","next_page_url":null,
    "path":"SITE/api/plan","per_page":15,"prev_page_url":null,"to":1,"total":1}"#;

/// Compares a row with the example of the guide.
fn assert_row(response: &str, example: &str) -> Value {
    let expected = keys_in_order(example);
    let keys: Vec<String> = keys_in_order(response)
        .into_iter()
        .filter(|key| expected.contains(key) || !SDK_FIELDS.contains(&key.as_str()))
        .collect();
    assert_eq!(keys, expected);
    let response: Value = serde_json::from_str(response).unwrap();
    assert_values(&response, &serde_json::from_str(example).unwrap());
    response
}

fn assert_values(response: &Value, example: &Value) {
    for (key, expected) in example.as_object().unwrap() {
        let value = &response[key];
        if expected.is_object() {
            assert_eq!(value.as_object().unwrap().len(), expected.as_object().unwrap().len());
            assert_values(value, expected);
        } else if ACCOUNT_FIELDS.contains(&key.as_str()) {
            let kinds = (std::mem::discriminant(value), std::mem::discriminant(expected));
            assert_eq!(kinds.0, kinds.1, "{key}: {value}, expected {expected}");
        } else {
            assert_eq!(value, expected, "{key}");
        }
        if key.ends_with("_at") {
            assert_is_time(value.as_str().unwrap());
        }
    }
}

/// For example `2022-02-02T14:21:40.190000+00:00`.
fn assert_is_time(time: &str) {
    let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000000+00:00", "{time}");
}

/// Compares the envelope of a list with the example of the guide, and returns the first row.
fn assert_list(site: &Site, response: &str, project: i64, example: &str) -> String {
    assert_eq!(keys_in_order(response), keys_in_order(example));
    let example = example.replace("SITE", &site.running.url).replace("12080", &project.to_string());
    let example: Value = serde_json::from_str(&example).unwrap();
    let mut envelope: Value = serde_json::from_str(response).unwrap();
    let rows = envelope["data"].as_array_mut().unwrap();
    let (count, expected) = (rows.len(), example["to"].as_u64().unwrap());
    rows.clear();
    assert_eq!((envelope, count as u64), (example, expected));
    let (_, data) = response.split_once("\"data\":[").unwrap();
    let (rows, _) = data.split_once("],\"first_page_url\"").unwrap();
    let end = rows.find("},{\"id\"").map_or(rows.len(), |end| end + 1);
    rows[..end].to_owned()
}

async fn text_of(request: RequestBuilder) -> String {
    let response = request.header("accept", "application/json").send().await;
    let response = response.unwrap().error_for_status().unwrap();
    response.text().await.unwrap()
}

#[tokio::test]
async fn the_examples_of_the_guide_work() {
    let site = Site::new().await;
    let send = async |method: Method, path: &str, body: &Value| {
        text_of(site.request(method, path).json(body)).await
    };
    let fetch = async |path: &str| text_of(site.request(Method::GET, path)).await;

    // The guide lists one of 31 projects.
    let tour =
        json!({"name": "TestQuality Tour", "description": "The project for the TestQuality Tour"});
    let project = assert_row(&send(Method::POST, "project", &tour).await, PROJECT);
    let project = id(&project);
    let others: Vec<_> = (2..31).map(|number| json!({"name": number.to_string()})).collect();
    site.create("project", &others.into()).await;
    assert_list(&site, &fetch("project").await, project, PROJECTS);
    let same = assert_row(&fetch(&format!("project/{project}")).await, PROJECT);
    assert_eq!(id(&same), project);

    // In the guide, the root folder was updated once.
    let by_root = format!("project_id={project}&is_root=true");
    let root_suite = id(&site.list(&format!("suite?{by_root}")).await[0]);
    site.put(&format!("suite/{root_suite}"), &json!({}), StatusCode::OK).await;
    let response = fetch(&format!("suite?{by_root}")).await;
    let row = assert_row(&assert_list(&site, &response, project, ROOT_SUITES), ROOT_SUITE);
    assert_eq!((id(&row), &row["project_id"]), (root_suite, &json!(project)));
    // The shorter request finds the root folder too.
    let all = site.list(&format!("suite?project_id={project}")).await;
    assert_eq!(ids(&all), [root_suite]);

    let response = fetch(&format!("plan?{by_root}")).await;
    let root_plan = assert_row(&assert_list(&site, &response, project, ROOT_PLANS), ROOT_PLAN);
    assert_eq!(root_plan["project_id"], project);
    assert_eq!(root_plan["analysis"]["plan_id"], root_plan["id"]);

    let body = json!({"name": "my folder", "plan_id": root_plan["id"],
        "plan_suite": {"parent_id": root_suite, "sequence_plan": 1}, "project_id": project});
    let suite = assert_row(&send(Method::POST, "suite", &body).await, SUITE);
    assert_eq!(suite["project_id"], project);
    let suite_id = id(&suite);

    // The guide does not show this response: the same row with another name and epoch.
    let body = json!({"name": "new folder name"});
    let renamed = send(Method::PUT, &format!("suite/{suite_id}"), &body).await;
    let example =
        SUITE.replace("my folder", "new folder name").replace("\"epoch\":0", "\"epoch\":1");
    let renamed = assert_row(&renamed, &example.replace(",\n    \"sequence_plan\":1", ""));
    for same in ["id", "key", "created_at", "created_by", "project_id", "client_id"] {
        assert_eq!(renamed[same], suite[same], "{same}");
    }

    let tests = site.get(&format!("test?project_id={project}")).await;
    assert_eq!(
        (&tests["total"], &tests["from"], &tests["to"], &tests["last_page"]),
        (&json!(0), &Value::Null, &Value::Null, &json!(1))
    );

    let body = json!({"name": "my test", "precondition": "", "project_id": project,
        "suite_id": suite_id, "is_automated": false});
    let test = assert_row(&send(Method::POST, "test", &body).await, TEST);
    assert_eq!(test["project_id"], project);
    let test_id = id(&test);

    let body = json!({"step": "my step", "expected_result": "The result", "sequence": 1,
        "project_id": project, "test_id": test_id});
    let step = assert_row(&send(Method::POST, "step", &body).await, STEP);
    assert_eq!((&step["project_id"], &step["test_id"]), (&json!(project), &json!(test_id)));
    let body = json!({"step": "further", "sequence": 2, "project_id": project, "test_id": test_id});
    assert_eq!(site.create("step", &body).await["sequence"], 2);

    let body = json!({"precondition": "setup"});
    let updated = send(Method::PUT, &format!("test/{test_id}"), &body).await;
    let updated = assert_row(&updated, UPDATED_TEST);
    for same in ["id", "key", "created_at", "created_by", "project_id", "case_type_id"] {
        assert_eq!(updated[same], test[same], "{same}");
    }

    // The folder tree and the folders of tests (SDK).
    let places = site.list(&format!("plan_suite?suite_id={suite_id}")).await;
    let expected = (&root_plan["id"], &json!(root_suite), &json!(1));
    assert_eq!(
        (&places[0]["plan_id"], &places[0]["parent_id"], &places[0]["sequence_plan"]),
        expected
    );
    let places = site.list(&format!("suite_test?test_id={test_id}")).await;
    assert_eq!((places.len(), &places[0]["suite_id"]), (1, &json!(suite_id)));
}
