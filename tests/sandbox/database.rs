//! The database file: reopening, sharing, rejecting and deleting it.

use super::*;
use testquality_sandbox::StoreError;

#[tokio::test]
async fn a_reopened_database_keeps_its_rows() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("deep/er/sandbox.db");
    let store = Store::open(&path, "First").unwrap();
    let project = store.project_id();
    assert_eq!(store.path(), path);
    drop(store);
    let store = Store::open(&path, "Second").unwrap();
    assert_eq!(store.project_id(), project);
    let token = sandbox::Token::generate().unwrap();
    let running = sandbox::spawn(Settings::new(store, token)).await.unwrap();
    assert_eq!((running.project_id, &running.db), (project, &path));
    let request = client().get(format!("{}/api/project", running.url));
    let request = request.bearer_auth(running.token.expose_secret());
    let list = json_of(request.send().await.unwrap(), StatusCode::OK).await;
    assert_eq!((&list["total"], &list["data"][0]["name"]), (&json!(1), &json!("First")));
}

#[test]
fn a_file_can_be_created_by_many_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sandbox.db");
    let projects: Vec<_> = std::thread::scope(|scope| {
        let openers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| Store::open(&path, "Demo").unwrap().project_id()))
            .collect();
        openers.into_iter().map(|opener| opener.join().unwrap()).collect()
    });
    let projects: std::collections::BTreeSet<_> = projects.into_iter().collect();
    assert_eq!(projects.len(), 1);
}

#[tokio::test]
async fn two_sandboxes_can_share_a_file() {
    let one = Site::new().await;
    let store = Store::open(&one.running.db, "Demo").unwrap();
    let two = Site::with(|settings| settings.store = store).await;
    let roots = one.roots().await;
    let create = async |site: &Site| {
        for number in 0..20 {
            let test = new_test(&roots, &number.to_string(), roots.suite);
            site.create("test", &json!([test, test])).await;
        }
    };
    tokio::join!(create(&one), create(&two));
    for site in [&one, &two] {
        let rows = site.list("test?per_page=-1&_sort=id").await;
        let mut ids = ids(&rows);
        ids.dedup();
        assert_eq!(ids.len(), 80);
    }
}

#[test]
fn foreign_files_are_rejected_and_unchanged() {
    let directory = tempfile::tempdir().unwrap();
    let text = directory.path().join("notes.txt");
    std::fs::write(&text, "dear diary ".repeat(100)).unwrap();
    let other = directory.path().join("other.db");
    let connection = rusqlite::Connection::open(&other).unwrap();
    connection.execute_batch("CREATE TABLE t (x)").unwrap();
    drop(connection);
    for path in [&text, &other] {
        let before = std::fs::read(path).unwrap();
        let refused = Store::open(path, "Demo");
        assert!(matches!(refused, Err(StoreError::Foreign { .. })), "{refused:?}");
        let refused = sandbox::delete_database(path);
        assert!(matches!(refused, Err(StoreError::Foreign { .. })), "{refused:?}");
        assert_eq!(std::fs::read(path).unwrap(), before);
    }
    let refused = Store::open(directory.path(), "Demo");
    assert!(matches!(refused, Err(StoreError::Open { .. })), "{refused:?}");
    for name in ["", " ", "a\0b", &"x".repeat(256)] {
        let refused = Store::open(directory.path().join("new.db"), name);
        assert!(matches!(refused, Err(StoreError::ProjectName)));
    }
    assert!(!directory.path().join("new.db").exists());
}

#[test]
fn a_file_of_a_later_version_is_rejected() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sandbox.db");
    drop(Store::open(&path, "Demo").unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 1000).unwrap();
    drop(connection);
    let refused = Store::open(&path, "Demo");
    assert!(matches!(refused, Err(StoreError::Later { found: 1000, .. })));
}

#[tokio::test]
async fn an_unused_database_is_deleted_with_all_its_files() {
    let site = Site::new().await;
    let path = site.running.db.clone();
    site.roots().await;
    let refused = sandbox::delete_database(&path);
    assert!(matches!(refused, Err(StoreError::InUse { .. })), "{refused:?}");
    assert_eq!(site.roots().await.project, site.running.project_id);

    let Site { running, _directory: directory, .. } = site;
    running.stop().await.unwrap();
    sandbox::delete_database(&path).unwrap();
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    sandbox::delete_database(&path).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_access_new_files() {
    use std::os::unix::fs::PermissionsExt as _;

    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let inner = directory.path().join("deep/er");
    let path = inner.join("sandbox.db");
    let store = Store::open(&path, "Demo").unwrap();
    let site = Site::with(|settings| settings.store = store).await;
    site.create("project", &json!({"name": "Other"})).await;
    for created in ["deep", "deep/er"] {
        assert_eq!(mode(&directory.path().join(created)), 0o700, "{created}");
    }
    for file in ["sandbox.db", "sandbox.db-wal", "sandbox.db-shm"] {
        assert_eq!(mode(&inner.join(file)), 0o600, "{file}");
    }
    // Existing directories and files keep their permissions.
    assert_eq!(mode(directory.path()), 0o755);
    let shared = directory.path().join("shared.db");
    drop(Store::open(&shared, "Demo").unwrap());
    std::fs::set_permissions(&shared, std::fs::Permissions::from_mode(0o640)).unwrap();
    drop(Store::open(&shared, "Demo").unwrap());
    assert_eq!(mode(&shared), 0o640);
}

#[tokio::test]
async fn tables_are_strict_with_foreign_keys() {
    let site = Site::new().await;
    site.roots().await;
    let connection = rusqlite::Connection::open(&site.running.db).unwrap();
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let loose = "SELECT COUNT(*) FROM pragma_table_list
                 WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND NOT strict";
    assert_eq!(number(loose), 0);
    assert!(number("SELECT COUNT(*) FROM pragma_foreign_key_list('run_result')") >= 5);
    let mode: String =
        connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
    let refused =
        connection.execute_batch("PRAGMA foreign_keys = 1; UPDATE suite SET project_id = 99");
    assert!(refused.unwrap_err().to_string().contains("FOREIGN KEY"));
    let refused = connection.execute_batch("UPDATE suite SET is_root = 'yes'");
    assert!(refused.is_err());
}
