//! The examples of the vendor's API guide, replayed as its reader would, every key of every answer
//! compared: which there are, in which order, and what kind of value they hold.

use super::*;

/// Kinds of values of a row that the guide and the sandbox may have differently: null in one
/// example, a value in another.
const NULLABLE: &[&str] = &["description"];

/// Fields that the SDK knows and the guide's examples do not have yet.
const LATER_FIELDS: &[&str] = &["is_automated", "include_in_checks", "to_automate"];

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

const ENVELOPE: &[&str] = &[
    "current_page",
    "data",
    "first_page_url",
    "from",
    "last_page",
    "last_page_url",
    "next_page_url",
    "path",
    "per_page",
    "prev_page_url",
    "to",
    "total",
];

/// Compares an answer with the guide's: keys, their order, the kinds of values.
fn assert_like(answer: &str, example: &str) {
    let expected = keys_in_order(example);
    let keys: Vec<String> = keys_in_order(answer)
        .into_iter()
        .filter(|key| expected.contains(key) || !LATER_FIELDS.contains(&key.as_str()))
        .collect();
    assert_eq!(keys, expected);
    let answer: Value = serde_json::from_str(answer).unwrap();
    let example: Value = serde_json::from_str(example).unwrap();
    assert_same_kinds(&answer, &example);
}

fn assert_same_kinds(answer: &Value, example: &Value) {
    for (key, expected) in example.as_object().unwrap() {
        let value = &answer[key];
        match (value, expected) {
            (Value::Object(_), Value::Object(expected)) => {
                assert_eq!(value.as_object().unwrap().len(), expected.len(), "{key}");
                assert_same_kinds(value, &Value::Object(expected.clone()));
            }
            _ if NULLABLE.contains(&key.as_str()) => {
                assert!(value.is_null() || value.is_string(), "{key}: {value}");
            }
            _ => assert_eq!(
                std::mem::discriminant(value),
                std::mem::discriminant(expected),
                "{key}: {value}, expected {expected}"
            ),
        }
        if key.ends_with("_at") {
            assert_is_time(value.as_str().unwrap());
        }
    }
}

/// As `2022-02-02T14:21:40.190000+00:00`.
fn assert_is_time(time: &str) {
    let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000000+00:00", "{time}");
}

async fn text_of(request: RequestBuilder) -> String {
    let response = request.header("accept", "application/json").send().await;
    let response = response.unwrap().error_for_status().unwrap();
    response.text().await.unwrap()
}

/// The only row of a list, after its envelope was checked.
async fn only_row(site: &Site, path: &str) -> String {
    let list = text_of(site.request(Method::GET, path)).await;
    assert_eq!(keys_in_order(&list), ENVELOPE);
    let parsed: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(parsed["data"].as_array().unwrap().len(), 1);
    let (_, data) = list.split_once("\"data\":[").unwrap();
    let (row, _) = data.split_once("],\"first_page_url\"").unwrap();
    row.to_owned()
}

#[tokio::test]
async fn the_guide_can_be_followed() {
    let site = Site::new().await;

    let project = only_row(&site, "project").await;
    assert_like(&project, PROJECT);
    let project: Value = serde_json::from_str(&project).unwrap();
    assert_eq!(project["name"], "Demo");
    let project = id(&project);

    let root_suite = only_row(&site, &format!("suite?project_id={project}")).await;
    assert_like(&root_suite, ROOT_SUITE);
    let root_suite: Value = serde_json::from_str(&root_suite).unwrap();
    assert_eq!(root_suite["name"], "Default");

    let root_plan = only_row(&site, &format!("plan?project_id={project}&is_root=true")).await;
    assert_like(&root_plan, ROOT_PLAN);
    let root_plan: Value = serde_json::from_str(&root_plan).unwrap();
    assert_eq!(root_plan["name"], "All tests");
    assert_eq!(root_plan["analysis"]["plan_id"], root_plan["id"]);

    let body = json!({"name": "my folder", "plan_id": root_plan["id"],
        "plan_suite": {"parent_id": root_suite["id"], "sequence_plan": 1}, "project_id": project});
    let suite = text_of(site.request(Method::POST, "suite").json(&body)).await;
    assert_like(&suite, SUITE);
    let suite: Value = serde_json::from_str(&suite).unwrap();
    assert_eq!(suite["sequence_plan"], 1);
    let suite = id(&suite);

    let body = json!({"name": "new folder name"});
    let renamed = site.put(&format!("suite/{suite}"), &body, StatusCode::OK).await;
    assert_eq!((&renamed["name"], &renamed["epoch"]), (&json!("new folder name"), &json!(1)));

    let tests = site.get(&format!("test?project_id={project}")).await;
    assert_eq!(tests["total"], 0);
    assert_eq!(
        (&tests["from"], &tests["to"], &tests["last_page"]),
        (&Value::Null, &Value::Null, &json!(1))
    );

    let body = json!({"name": "my test", "precondition": "", "project_id": project,
        "suite_id": suite, "is_automated": false});
    let test = text_of(site.request(Method::POST, "test").json(&body)).await;
    assert_like(&test, TEST);
    let test: Value = serde_json::from_str(&test).unwrap();
    assert_eq!((&test["precondition"], &test["sequence_suite"]), (&json!(""), &json!(1)));
    let test_id = id(&test);

    let body = json!({"step": "my step", "expected_result": "The result", "sequence": 1,
        "project_id": project, "test_id": test_id});
    let step = text_of(site.request(Method::POST, "step").json(&body)).await;
    assert_like(&step, STEP);

    let body = json!({"precondition": "setup"});
    let path = format!("test/{test_id}");
    let updated = text_of(site.request(Method::PUT, &path).json(&body)).await;
    assert_like(&updated, UPDATED_TEST);
    let updated: Value = serde_json::from_str(&updated).unwrap();
    assert_eq!(updated["precondition"], "setup");
    assert_eq!(updated["epoch"], 1);
    assert_eq!(updated["created_at"], test["created_at"]);
    assert_eq!(updated["key"], test["key"]);

    // Where the folder tree and the placement live (SDK).
    let place = only_row(&site, &format!("plan_suite?suite_id={suite}")).await;
    let place: Value = serde_json::from_str(&place).unwrap();
    assert_eq!(place["plan_id"], root_plan["id"]);
    assert_eq!(place["parent_id"], root_suite["id"]);
    let place = only_row(&site, &format!("suite_test?test_id={test_id}")).await;
    let place: Value = serde_json::from_str(&place).unwrap();
    assert_eq!(place["suite_id"], suite);
}
