//! What a path below `/api` names: all rows of a resource or one of them, perhaps within rows of
//! other resources (`plan/7/suite/9/test`).

use axum::http::Method;

use crate::error::ApiError;
use crate::resources::Resource;

/// Rows that a path leads through, each within the one before.
pub(crate) type Within = Vec<(&'static Resource, i64)>;

/// The deepest path that makes sense is `project/1/plan/2/suite/3/test/4/step`.
const MAX_WITHIN: usize = 4;

/// What a path names.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) within: Within,
    pub(crate) resource: &'static Resource,
    pub(crate) what: What,
}

/// Which rows of the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// `test`.
    All,
    /// `test/delete`: those in the body (SDK).
    Deleted,
    /// `test/7`.
    One(i64),
    /// `test/7/restore` (CLI).
    Restored(i64),
}

/// What is to be done to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    List,
    Save,
    UpdateMany,
    DeleteMany,
    Get(i64),
    Update(i64),
    Delete(i64),
    Restore(i64),
}

impl Target {
    /// Reads a path without its `/api/`.
    pub(crate) fn parse(path: &str) -> Result<Self, ApiError> {
        let mut segments = path.split('/');
        let mut within = Within::new();
        loop {
            let resource = resource(segments.next().unwrap_or_default())?;
            let what = match segments.next() {
                None => What::All,
                Some("delete") => What::Deleted,
                Some(id) => {
                    let id = id.parse().map_err(|_| {
                        ApiError::NotFound(format!("{} not found.", resource.model))
                    })?;
                    match segments.clone().next() {
                        None => What::One(id),
                        Some("restore") => {
                            segments.next();
                            What::Restored(id)
                        }
                        Some(_) if within.len() == MAX_WITHIN => return Err(ApiError::no_route()),
                        Some(_) => {
                            within.push((resource, id));
                            continue;
                        }
                    }
                }
            };
            return match segments.next() {
                None => Ok(Self { within, resource, what }),
                Some(_) => Err(ApiError::no_route()),
            };
        }
    }

    /// What a method does to it.
    pub(crate) fn operation(&self, method: &Method) -> Result<Operation, ApiError> {
        Ok(match (self.what, method.as_str()) {
            (What::All, "GET" | "HEAD") => Operation::List,
            (What::All, "POST") => Operation::Save,
            (What::All, "PUT") => Operation::UpdateMany,
            (What::All, _) => return Err(ApiError::MethodNotAllowed("GET, HEAD, POST, PUT")),
            (What::Deleted, "POST") => Operation::DeleteMany,
            (What::One(id), "GET" | "HEAD") => Operation::Get(id),
            (What::One(id), "PUT") => Operation::Update(id),
            (What::One(id), "DELETE") => Operation::Delete(id),
            (What::One(_), _) => return Err(ApiError::MethodNotAllowed("GET, HEAD, PUT, DELETE")),
            (What::Restored(id), "POST") => Operation::Restore(id),
            (What::Deleted | What::Restored(_), _) => {
                return Err(ApiError::MethodNotAllowed("POST"));
            }
        })
    }
}

fn resource(name: &str) -> Result<&'static Resource, ApiError> {
    Resource::named(name).ok_or_else(|| ApiError::NotFound("There is no such resource.".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> Option<(String, &'static str, What)> {
        let target = Target::parse(path).ok()?;
        let within: Vec<_> =
            target.within.iter().map(|(resource, id)| format!("{}/{id}", resource.name)).collect();
        Some((within.join("/"), target.resource.name, target.what))
    }

    #[test]
    fn a_path_names_rows_within_rows() {
        for (path, within, resource, what) in [
            ("test", "", "test", What::All),
            ("test/7", "", "test", What::One(7)),
            ("test/delete", "", "test", What::Deleted),
            ("test/7/restore", "", "test", What::Restored(7)),
            ("plan/1/suite", "plan/1", "suite", What::All),
            ("plan/1/suite/2/test/3", "plan/1/suite/2", "test", What::One(3)),
            ("plan/1/suite/delete", "plan/1", "suite", What::Deleted),
        ] {
            assert_eq!(read(path), Some((within.to_owned(), resource, what)), "{path}");
        }
        for path in [
            "",
            "nothing",
            "test/",
            "test/x",
            "test/7/",
            "test/7/nothing",
            "test/7/restore/1",
            "test/delete/1",
            "project/1/plan/2/suite/3/test/4/step/5/test",
        ] {
            assert_eq!(read(path), None, "{path}");
        }
    }
}
