//! What formats of single frameworks need beyond attributes: elements whose text or attributes belong to the case around
//! them, and cases that are complete, or joined, only at their end.

use super::{Frame, Reader};
use crate::formats::dialects::{CaseField, Unit, weight};
use crate::formats::model::{Attribute, CaseExtra, Detail, Outcome, Seconds, Text, find_attribute};
use crate::formats::tags::tags_in_name;
use crate::formats::xml::attributes::Tag;

impl Reader {
    /// The text of an element is a field of the case around it, or the name of the suite.
    pub(super) fn set_field(&mut self, frame: Frame, field: CaseField) {
        let Some(text) = self.text_buffer.take(&mut self.flaws) else {
            return;
        };
        if field == CaseField::SuiteName {
            let suite = frame.suite.and_then(|suite| self.report.suites.get_mut(suite as usize));
            if let Some(suite) = suite.filter(|suite| suite.name.is_empty()) {
                suite.name = self.names.intern(&text);
            }
            return;
        }
        let case = frame.case.and_then(|case| self.report.cases.get_mut(case as usize));
        let Some(case) = case else {
            return;
        };
        match field {
            CaseField::Name => {
                let mut found = tags_in_name(&text);
                case.name = Some(Text::from(&*text));
                if !found.is_empty() {
                    case.extra.get_or_insert_default().tags.append(&mut found);
                }
            }
            CaseField::Classname | CaseField::Class => {
                case.classname = Some(self.names.intern_run(&text));
            }
            CaseField::Duration(unit) => {
                case.duration = unit.seconds(&text).and_then(Seconds::new);
            }
            CaseField::File => case.file = Some(self.names.intern(&text)),
            CaseField::Line => case.line = text.parse().ok(),
            CaseField::Kind => self.detail.kind = Some(text),
            CaseField::Kept(name) => {
                let attribute = Attribute { name: self.names.intern(name), value: text };
                add(&mut case.extra.get_or_insert_default().attributes, attribute);
            }
            CaseField::SuiteName | CaseField::Other => {}
        }
    }

    /// The attributes of an element inside a case are the case's own.
    pub(super) fn add_attributes(&mut self, frame: Frame, attributes: Vec<Attribute>) {
        if let Some(extra) = self.extra_of(frame.case) {
            attributes.into_iter().for_each(|attribute| add(&mut extra.attributes, attribute));
        }
    }

    /// The duration of a class is that of its case, if there is no other.
    pub(super) fn set_class_duration(&mut self, tag: &Tag<'_>) {
        let seconds = self.attribute(tag, "msecs");
        let seconds = seconds.and_then(|text| Unit::Milliseconds.seconds(&text));
        if self.class.is_some()
            && let Some([case]) = self.report.cases.get_mut(self.before_class..)
        {
            case.duration = seconds.and_then(Seconds::new);
        }
    }

    /// The end of a case was read: takes what was said about it outside of failures, and joins it to the case before it
    /// if both are one.
    pub(super) fn complete_case(&mut self, index: usize) {
        let detail = std::mem::take(&mut self.detail);
        let is_last = index + 1 == self.report.cases.len();
        let Some([before @ .., case]) = self.report.cases.get_mut(..=index) else {
            return;
        };
        let is_unexplained = case.detail().is_none();
        if is_unexplained && detail != Detail::default() {
            case.extra.get_or_insert_default().detail = Some(Box::new(detail));
        }
        (self.dialect.complete_case)(case);
        if case.outcome == Outcome::Passed
            && is_unexplained
            && let Some(extra) = &mut case.extra
        {
            extra.detail = None;
        }
        // A passing case is small.
        case.extra.take_if(|extra| is_empty(extra));
        let before = before.last_mut().filter(|_| is_last);
        let Some(before) = before.filter(|before| (self.dialect.continues)(before, case)) else {
            return;
        };
        if weight(case.outcome) > weight(before.outcome) {
            let detail = case.extra.as_mut().and_then(|extra| extra.detail.take());
            before.outcome = case.outcome;
            before.extra.get_or_insert_default().detail = detail;
        }
        self.report.cases.pop();
    }
}

/// Appends an attribute unless one of that name is there already.
fn add(attributes: &mut Vec<Attribute>, attribute: Attribute) {
    if find_attribute(attributes, &attribute.name).is_none() {
        attributes.push(attribute);
    }
}

fn is_empty(extra: &CaseExtra) -> bool {
    let CaseExtra { detail, reruns, attributes, properties, tags } = extra;
    detail.is_none()
        && reruns.is_empty()
        && attributes.is_empty()
        && properties.is_empty()
        && tags.is_empty()
}
