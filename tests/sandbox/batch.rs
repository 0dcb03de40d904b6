//! Batches of requests.

use super::*;

#[tokio::test]
async fn a_batch_returns_a_response_for_each_request() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let list = format!("/api/test?project_id={}&_sort=-id", roots.project);
    let nested = format!("/api/suite/{}/test", roots.suite);
    let body = json!({"requests": [
        {"method": "POST", "endpoint": "/api/test", "body": new_test(&roots, "one", roots.suite)},
        {"method": "POST", "endpoint": nested, "body": [{"name": "two", "project_id": roots.project}]},
        {"method": "GET", "endpoint": list},
        {"method": "POST", "endpoint": "/api/test", "body": {"name": "no suite"}},
        {"method": "GET", "endpoint": "/api/test/99"},
        {"method": "PATCH", "endpoint": "/api/test"},
        {"method": "POST", "endpoint": "/api/batch", "body": {"requests": []}},
        {"method": "GET", "endpoint": "/elsewhere"},
        {"method": "DELETE", "endpoint": "/api/test/99"},
        {"method": "GET", "endpoint": list},
    ]});
    let response = site.post("batch", &body, StatusCode::OK).await;
    assert_eq!(response.as_object().unwrap().len(), 1);
    let groups = response["responses"].as_array().unwrap();
    assert_eq!(groups.len(), 1);
    let responses = groups[0].as_array().unwrap();
    let statuses: Vec<_> = responses.iter().map(|one| one["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 201, 200, 400, 404, 405, 404, 404, 404, 200]);
    for (request, response) in body["requests"].as_array().unwrap().iter().zip(responses) {
        assert_eq!(
            (&request["method"], &request["endpoint"]),
            (&response["method"], &response["endpoint"])
        );
        assert_eq!(response.as_object().unwrap().len(), 4);
    }
    let one = id(&responses[0]["data"]);
    let two = id(&responses[1]["data"][0]);
    assert_eq!(ids(responses[2]["data"]["data"].as_array().unwrap()), [two, one]);
    assert!(responses[3]["data"]["validation_errors"]["suite_id"][0].is_string());
    assert!(responses[4]["data"]["message"].is_string());
    assert_eq!(responses[9]["data"], responses[2]["data"]);
    let empty = site.post("batch", &json!({"requests": []}), StatusCode::OK).await;
    assert_eq!(empty, json!({"responses": [[]]}));
}

#[tokio::test]
async fn an_invalid_batch_is_rejected_as_a_whole() {
    let site = Site::new().await;
    for (body, field) in [
        (json!({}), "requests"),
        (json!([]), "requests"),
        (json!({"requests": {}}), "requests"),
        (json!({"requests": [{"method": "GET"}]}), "requests.0.endpoint"),
        (json!({"requests": [{"endpoint": "/api/test", "method": 1}]}), "requests.0.method"),
    ] {
        let response = site.post("batch", &body, StatusCode::BAD_REQUEST).await;
        assert!(response["validation_errors"][field][0].is_string(), "{response}");
    }
    let one = json!({"method": "GET", "endpoint": "/api/project"});
    let many = json!({"requests": vec![one; 1001]});
    site.post("batch", &many, StatusCode::UNPROCESSABLE_ENTITY).await;
}
