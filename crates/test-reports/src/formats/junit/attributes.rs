//! The attributes of suites and cases.

use std::sync::Arc;

use super::states::{is_set, outcome_of_word, worse};
use crate::formats::flaws::{FlawSet, Recovery};
use crate::formats::markup::Tag;
use crate::formats::model::{
    Attribute, Case, Detail, Outcome, Seconds, Suite, Text, find_attribute,
};
use crate::formats::names::Names;
use crate::formats::tags::tags_in_name;
use crate::formats::time::seconds;

/// Appends an attribute unless one of that name is there already.
fn keep(
    attributes: &mut Vec<Attribute>,
    tag: &Tag<'_>,
    name: &str,
    raw: &str,
    names: &mut Names,
    flaws: &mut FlawSet,
) {
    if find_attribute(attributes, name).is_some() {
        flaws.insert(Recovery::DuplicateAttribute);
        return;
    }
    attributes.push(Attribute { name: names.intern(name), value: tag.value(raw, flaws).into() });
}

/// Sets what an attribute says, unless one of that name said it before.
fn first<T>(place: &mut Option<T>, found: impl FnOnce() -> T, flaws: &mut FlawSet) {
    match place {
        Some(_) => flaws.insert(Recovery::DuplicateAttribute),
        None => *place = Some(found()),
    }
}

/// All attributes of a tag as written.
pub(crate) fn all(tag: &Tag<'_>, names: &mut Names, flaws: &mut FlawSet) -> Vec<Attribute> {
    let mut kept = Vec::new();
    let mut attributes = tag.attributes();
    for (name, raw) in attributes.by_ref() {
        keep(&mut kept, tag, name, raw, names, flaws);
    }
    flaws.join(attributes.flaws);
    kept
}

/// Name and other attributes of a suite.
pub(super) fn suite(tag: &Tag<'_>, names: &mut Names, flaws: &mut FlawSet) -> Suite {
    let mut attributes = tag.attributes();
    let mut name = None;
    let mut kept = Vec::with_capacity(8);
    for (key, raw) in attributes.by_ref() {
        if key == "name" {
            let text = tag.value(raw, flaws);
            first(&mut name, || names.intern(&text), flaws);
        } else {
            keep(&mut kept, tag, key, raw, names, flaws);
        }
    }
    flaws.join(attributes.flaws);
    Suite { name: name.unwrap_or_default(), attributes: kept, ..Suite::default() }
}

/// A case as far as its attributes tell.
pub(super) fn case(tag: &Tag<'_>, names: &mut Names, flaws: &mut FlawSet) -> Case {
    let mut case = Case::default();
    let mut time = None;
    let mut class = None;
    let mut state = None;
    let mut failure = None;
    let mut kept = Vec::new();
    let (mut found, mut found_in_class) = (Vec::new(), Vec::new());
    let may_hold_tags = tag.may_hold_tags();
    let mut attributes = tag.attributes();
    for (key, raw) in attributes.by_ref() {
        match key {
            "name" => {
                let text = tag.value(raw, flaws);
                if may_hold_tags && case.name.is_none() {
                    tags_in_name(&text, names, &mut found);
                }
                first(&mut case.name, || names.keep(&text), flaws);
                continue;
            }
            "classname" => {
                let text = tag.value(raw, flaws);
                if may_hold_tags && case.classname.is_none() {
                    tags_in_name(&text, names, &mut found_in_class);
                }
                first(&mut case.classname, || names.intern_run(&text), flaws);
                continue;
            }
            "class" => {
                first(&mut class, || raw, flaws);
                continue;
            }
            "time" => {
                first(&mut time, || raw, flaws);
                continue;
            }
            "file" => {
                let text = tag.value(raw, flaws);
                first(&mut case.file, || names.intern(&text), flaws);
                continue;
            }
            "line" => {
                if let Ok(line) = raw.trim().parse() {
                    first(&mut case.line, || line, flaws);
                    continue;
                }
            }
            "status" | "result" => state = worse(state, outcome_of_word(raw)),
            "failure" => {
                state = worse(state, Some(Outcome::Failed));
                failure = Some(raw);
            }
            "skip" | "skips" | "skipped" | "ignored" | "disabled" if is_set(raw) => {
                state = worse(state, Some(Outcome::Skipped));
            }
            _ => {}
        }
        keep(&mut kept, tag, key, raw, names, flaws);
    }
    flaws.join(attributes.flaws);
    if let Some(raw) = class {
        if case.classname.is_some() {
            keep(&mut kept, tag, "class", raw, names, flaws);
        } else {
            let text = tag.value(raw, flaws);
            tags_in_name(&text, names, &mut found_in_class);
            case.classname = Some(names.intern_run(&text));
        }
    }
    case.duration = time.and_then(seconds).and_then(Seconds::new);
    case.outcome = state.unwrap_or_default();
    if !found.is_empty() || !found_in_class.is_empty() {
        found.append(&mut found_in_class);
        case.extra.get_or_insert_default().tags = found;
    }
    if !kept.is_empty() {
        let extra = case.extra.get_or_insert_default();
        extra.attributes = kept;
        if let (Some(raw), Outcome::Failed) = (failure, case.outcome) {
            let message = Some(tag.value(raw, flaws).into());
            extra.detail = Some(Box::new(Detail { message, ..Detail::default() }));
        }
    }
    case
}

/// `message` and `type` of a failure, error or skip; and its `time`, which reruns have.
pub(super) fn detail(tag: &Tag<'_>, flaws: &mut FlawSet) -> (Detail, Option<f64>) {
    let mut found = Detail::default();
    let mut time = None;
    let mut attributes = tag.attributes();
    for (key, raw) in attributes.by_ref() {
        match key {
            "message" => {
                let text = tag.value(raw, flaws);
                first(&mut found.message, || text.into(), flaws);
            }
            "type" => {
                let text = tag.value(raw, flaws);
                first(&mut found.kind, || text.into(), flaws);
            }
            "time" => first(&mut time, || raw, flaws),
            _ => {}
        }
    }
    flaws.join(attributes.flaws);
    (found, time.and_then(seconds))
}

/// `name` and `value` of a property.
pub(super) fn property(
    tag: &Tag<'_>,
    names: &mut Names,
    flaws: &mut FlawSet,
) -> (Option<Arc<str>>, Option<Text>) {
    let (mut name, mut content) = (None, None);
    let mut attributes = tag.attributes();
    for (key, raw) in attributes.by_ref() {
        match key {
            "name" => {
                let text = tag.value(raw, flaws);
                first(&mut name, || names.intern(&text), flaws);
            }
            "value" => {
                let text = tag.value(raw, flaws);
                first(&mut content, || names.keep(&text), flaws);
            }
            _ => {}
        }
    }
    flaws.join(attributes.flaws);
    (name, content)
}
