//! The `_with` parameter: related rows that a response includes.

use crate::error::ValidationErrors;
use crate::resources::Resource;
use crate::store::Link;

/// How deep relations nest. The CLI requests two levels: `RunResult.run`.
const MAX_DEPTH: usize = 3;

/// A requested relation, and those of its rows.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub(crate) resource: &'static Resource,
    pub(crate) link: Link,
    pub(crate) nested: Vec<Relation>,
}

/// Parses for example `suite,RunResult.run`. Requests may use snake case, camel case or a capital
/// first letter (CLI); responses use the names of the resources (SDK).
///
/// An unknown relation is an error (our choice): if it were ignored, clients would take the missing
/// rows for an empty relation.
pub(crate) fn parse(
    from: &'static Resource,
    value: &str,
    errors: &mut ValidationErrors,
) -> Vec<Relation> {
    let mut relations = Vec::new();
    for path in value.split(',').filter(|path| !path.is_empty()) {
        let names: Vec<_> = path.split('.').collect();
        if names.len() > MAX_DEPTH || !add(&mut relations, from, &names) {
            errors.add("_with", format!("Unknown relation {path}."));
        }
    }
    relations
}

fn add(relations: &mut Vec<Relation>, from: &'static Resource, names: &[&str]) -> bool {
    let [name, rest @ ..] = names else { return true };
    let Some(resource) = Resource::find(&snake_case(name)) else { return false };
    let known = relations.iter().position(|known| known.resource.name == resource.name);
    let index = match (known, Link::between(from, resource)) {
        (Some(index), _) => index,
        (None, Some(link)) => {
            relations.push(Relation { resource, link, nested: Vec::new() });
            relations.len() - 1
        }
        (None, None) => return false,
    };
    relations.get_mut(index).is_some_and(|relation| add(&mut relation.nested, resource, rest))
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 2);
    for (index, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(relations: &[Relation]) -> String {
        let names = relations.iter().map(|relation| match names(&relation.nested) {
            nested if nested.is_empty() => relation.resource.name.to_owned(),
            nested => format!("{}({nested})", relation.resource.name),
        });
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn relations_are_accepted_in_every_spelling() {
        let test = Resource::find("test").unwrap();
        for (value, expected) in [
            ("", Some("")),
            ("step,suite", Some("step suite")),
            (
                "suite,RunResult,RunResult.run,runResult.status",
                Some("suite run_result(run status)"),
            ),
            ("run_result.run.plan", Some("run_result(run(plan))")),
            ("run_result.run.plan.suite", None),
            ("nothing", None),
            ("plan", None),
            ("suite_test", None),
            ("step.nothing", None),
        ] {
            let mut errors = ValidationErrors::default();
            let relations = parse(test, value, &mut errors);
            match expected {
                Some(expected) => assert_eq!(names(&relations), expected, "{value}"),
                None => assert_ne!(errors, ValidationErrors::default(), "{value}"),
            }
        }
    }
}
