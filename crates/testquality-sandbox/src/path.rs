//! Paths below `/api`: a resource or one of its rows, optionally within rows of other resources
//! (`plan/7/suite/9/test`).

use axum::http::Method;

use crate::error::ApiError;
use crate::resources::Resource;

/// The rows that a nested path leads through, the outermost first.
pub(crate) type Parents = Vec<(&'static Resource, i64)>;

/// Enough for the deepest useful path, `project/1/plan/2/suite/3/test/4/step`.
const MAX_PARENTS: usize = 4;

/// A parsed path.
#[derive(Debug)]
pub(crate) struct ResourcePath {
    pub(crate) parents: Parents,
    pub(crate) resource: &'static Resource,
    pub(crate) endpoint: Endpoint,
}

/// What the path addresses within its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `test`.
    Collection,
    /// `test/delete` (SDK).
    DeleteMany,
    /// `test/7`.
    Row(i64),
    /// `test/7/restore` (CLI).
    Restore(i64),
}

/// What a request does.
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

impl ResourcePath {
    /// Parses a path without its `/api/`.
    pub(crate) fn parse(path: &str) -> Result<Self, ApiError> {
        let mut segments = path.split('/');
        let mut parents = Parents::new();
        loop {
            let name = segments.next().unwrap_or_default();
            let resource = Resource::find(name)
                .ok_or_else(|| ApiError::NotFound("Resource not found.".to_owned()))?;
            let endpoint = match segments.next() {
                None => Endpoint::Collection,
                Some("delete") => Endpoint::DeleteMany,
                Some(id) => {
                    let id = id.parse().map_err(|_| {
                        ApiError::NotFound(format!("{} not found.", resource.model))
                    })?;
                    match segments.clone().next() {
                        None => Endpoint::Row(id),
                        Some("restore") => {
                            segments.next();
                            Endpoint::Restore(id)
                        }
                        Some(_) if parents.len() == MAX_PARENTS => return Err(ApiError::no_route()),
                        Some(_) => {
                            parents.push((resource, id));
                            continue;
                        }
                    }
                }
            };
            return match segments.next() {
                None => Ok(Self { parents, resource, endpoint }),
                Some(_) => Err(ApiError::no_route()),
            };
        }
    }

    /// The operation that a method has on this path.
    pub(crate) fn operation(&self, method: &Method) -> Result<Operation, ApiError> {
        Ok(match (self.endpoint, method.as_str()) {
            (Endpoint::Collection, "GET" | "HEAD") => Operation::List,
            (Endpoint::Collection, "POST") => Operation::Save,
            (Endpoint::Collection, "PUT") => Operation::UpdateMany,
            (Endpoint::DeleteMany, "POST") => Operation::DeleteMany,
            (Endpoint::Row(id), "GET" | "HEAD") => Operation::Get(id),
            (Endpoint::Row(id), "PUT") => Operation::Update(id),
            (Endpoint::Row(id), "DELETE") => Operation::Delete(id),
            (Endpoint::Restore(id), "POST") => Operation::Restore(id),
            (endpoint, _) => {
                return Err(ApiError::MethodNotAllowed(match endpoint {
                    Endpoint::Collection => "GET, HEAD, POST, PUT",
                    Endpoint::Row(_) => "GET, HEAD, PUT, DELETE",
                    Endpoint::DeleteMany | Endpoint::Restore(_) => "POST",
                }));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(path: &str) -> Option<(String, &'static str, Endpoint)> {
        let path = ResourcePath::parse(path).ok()?;
        let parents: Vec<_> =
            path.parents.iter().map(|(resource, id)| format!("{}/{id}", resource.name)).collect();
        Some((parents.join("/"), path.resource.name, path.endpoint))
    }

    #[test]
    fn paths_are_parsed_with_their_parents() {
        for (path, parents, resource, endpoint) in [
            ("test", "", "test", Endpoint::Collection),
            ("test/7", "", "test", Endpoint::Row(7)),
            ("test/delete", "", "test", Endpoint::DeleteMany),
            ("test/7/restore", "", "test", Endpoint::Restore(7)),
            ("plan/1/suite", "plan/1", "suite", Endpoint::Collection),
            ("plan/1/suite/2/test/3", "plan/1/suite/2", "test", Endpoint::Row(3)),
            ("plan/1/suite/delete", "plan/1", "suite", Endpoint::DeleteMany),
        ] {
            assert_eq!(parse(path), Some((parents.to_owned(), resource, endpoint)), "{path}");
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
            assert_eq!(parse(path), None, "{path}");
        }
    }
}
