//! Earlier versions of rows: `revision_log=true`.

use super::*;

fn operations(versions: &Value) -> Vec<(&str, &str)> {
    let versions = versions.as_array().unwrap();
    versions
        .iter()
        .map(|version| (version["operation"].as_str().unwrap(), version["name"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn every_version_of_a_row_is_listed() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let test = site.test(&roots, "one", roots.suite).await;
    let path = format!("test/{test}");
    let log = format!("{path}?revision_log=true");
    assert_eq!(operations(&site.get(&log).await), [("create", "one")]);
    site.put(&path, &json!({"name": "two"}), StatusCode::OK).await;
    site.put(&path, &json!({"name": "three"}), StatusCode::OK).await;
    site.delete(&path, StatusCode::OK).await;
    let expected = [("create", "one"), ("update", "two"), ("update", "three"), ("delete", "three")];
    assert_eq!(operations(&site.get(&log).await), expected);
    site.post(&format!("{path}/restore"), &json!({}), StatusCode::OK).await;

    let versions = site.get(&log).await;
    assert_eq!(operations(&versions)[4], ("update", "three"));
    let versions = versions.as_array().unwrap();
    let epochs: Vec<_> =
        versions.iter().map(|version| version["epoch"].as_i64().unwrap()).collect();
    assert_eq!(epochs, [0, 1, 2, 2, 3]);
    let mut texts: Vec<_> =
        versions.iter().map(|version| version["_id"].as_str().unwrap()).collect();
    texts.dedup();
    assert_eq!(texts.len(), 5);
    // A version has the fields of the row.
    let mut last = versions[4].clone();
    last.as_object_mut().unwrap().retain(|key, _| key != "_id" && key != "operation");
    assert_eq!(last, site.get(&path).await);
    let request = site.request(Method::GET, "test/99?revision_log=true");
    json_of(request.send().await.unwrap(), StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn the_versions_of_a_list_are_those_of_its_rows() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let one = site.test(&roots, "one", roots.suite).await;
    let two = site.test(&roots, "two", roots.suite).await;
    site.put("test", &json!([{"id": one, "name": "1"}]), StatusCode::OK).await;
    site.delete(&format!("test/{two}"), StatusCode::OK).await;
    let by_project = format!("project_id={}&revision_log=true", roots.project);
    let versions = site.get(&format!("test?{by_project}")).await;
    let expected = [("create", "one"), ("update", "1"), ("create", "two"), ("delete", "two")];
    assert_eq!(operations(&versions), expected);
    let versions = site.get(&format!("test?{by_project}&per_page=1&page=2")).await;
    assert_eq!(operations(&versions), expected[2..]);
    let versions = site.get("test?revision_log=1&name=1").await;
    assert_eq!(operations(&versions), expected[..2]);
    let versions = site.get(&format!("suite/{}/test?revision_log=true", roots.suite)).await;
    assert_eq!(operations(&versions), expected[..2]);
    // Rows that are deleted with a test have versions too.
    let places = site.get(&format!("suite_test?test_id={two}&revision_log=true")).await;
    let operations: Vec<_> =
        places.as_array().unwrap().iter().map(|row| &row["operation"]).collect();
    assert_eq!(operations, ["create", "delete"]);
}
