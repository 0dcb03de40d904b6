//! What `_with` asks for: rows that belong to the rows of an answer.

use crate::error::Faults;
use crate::resources::Resource;
use crate::store::Link;

/// How far relations of relations go (the CLI asks for two: `RunResult.run`).
const MAX_DEPTH: usize = 3;

/// One relation, and those of the rows that it leads to.
#[derive(Debug, Clone)]
pub(crate) struct With {
    pub(crate) resource: &'static Resource,
    pub(crate) link: Link,
    pub(crate) with: Vec<With>,
}

/// Reads `suite,RunResult.run`. Names come in snake case, camel case or with a capital (CLI); in
/// answers they are those of the resources (SDK).
///
/// That a relation which the sandbox does not have is refused is our choice: whoever asks for rows
/// should not take their absence for an answer.
pub(crate) fn read(from: &'static Resource, value: &str, faults: &mut Faults) -> Vec<With> {
    let mut relations = Vec::new();
    for path in value.split(',').filter(|path| !path.is_empty()) {
        let names: Vec<_> = path.split('.').collect();
        if names.len() > MAX_DEPTH || !add(&mut relations, from, &names) {
            faults.add("_with", format!("There is no relation {path}."));
        }
    }
    relations
}

fn add(relations: &mut Vec<With>, from: &'static Resource, names: &[&str]) -> bool {
    let [name, rest @ ..] = names else { return true };
    let Some(resource) = Resource::named(&snake_case(name)) else { return false };
    let known = relations.iter().position(|known| known.resource.name == resource.name);
    let index = match (known, Link::between(from, resource)) {
        (Some(index), _) => index,
        (None, Some(link)) => {
            relations.push(With { resource, link, with: Vec::new() });
            relations.len() - 1
        }
        (None, None) => return false,
    };
    relations.get_mut(index).is_some_and(|relation| add(&mut relation.with, resource, rest))
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

    fn names(relations: &[With]) -> String {
        let named = relations.iter().map(|relation| match names(&relation.with) {
            inner if inner.is_empty() => relation.resource.name.to_owned(),
            inner => format!("{}({inner})", relation.resource.name),
        });
        named.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn relations_are_read_in_every_spelling() {
        let test = Resource::named("test").unwrap();
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
            let mut faults = Faults::default();
            let relations = read(test, value, &mut faults);
            match expected {
                Some(expected) => assert_eq!(names(&relations), expected, "{value}"),
                None => assert_ne!(faults, Faults::default(), "{value}"),
            }
        }
    }
}
