//! What happens when an element of a dialect ends: texts find their place.

use super::Role;
use super::reader::{Frame, Reader};
use crate::formats::model::{
    Case, Detail, Outcome, Property, Rerun, RerunWhen, Seconds, SuiteError, Tag as Found,
};

impl Reader {
    pub(super) fn close(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        match frame.role {
            Role::Transparent
            | Role::Ignored
            | Role::Suite
            | Role::Console
            | Role::Definition
            | Role::Method => {}
            Role::Class => self.class = None,
            Role::Case => {
                self.open_cases.pop();
                self.name_parameters(frame);
                self.join_retries(frame);
            }
            Role::Hook => {
                // An error without a failure inside is one all the same.
                if let (Some(outcome), Some(label)) = (frame.error, self.label.take()) {
                    let detail = Detail { message: Some(label), ..Detail::default() };
                    self.add_error(frame, outcome, detail);
                }
            }
            Role::Message => {
                let text = self.text_buffer.take(&mut self.flaws);
                self.detail.message = text.or(self.detail.message.take());
            }
            Role::Trace => {
                let text = self.text_buffer.take(&mut self.flaws);
                self.detail.text = text.or(self.detail.text.take());
            }
            Role::Failure | Role::Reason => self.close_detail(frame),
            Role::Property => self.close_property(frame),
            Role::Attachment => {
                if let Some(path) = self.text_buffer.take(&mut self.flaws) {
                    self.add_tags(frame, vec![Found::Attachment(path)]);
                }
            }
            Role::Parameter => {
                let text = self.text_buffer.take(&mut self.flaws).unwrap_or_else(|| "null".into());
                self.parameters.push(text);
            }
        }
    }

    fn close_detail(&mut self, frame: Frame) {
        let mut detail = std::mem::take(&mut self.detail);
        // A reason may be written as bare text.
        if detail.message.is_none() {
            detail.message = self.text_buffer.take(&mut self.flaws);
        }
        let Some(case) = frame.case else {
            if let (Some(outcome), Role::Failure) = (frame.error, frame.role) {
                detail.message = match (self.label.take(), detail.message) {
                    (Some(hook), Some(message)) => Some(format!("{hook}: {message}").into()),
                    (hook, message) => hook.or(message),
                };
                self.add_error(frame, outcome, detail);
            }
            return;
        };
        let Some(case) = self.report.cases.get_mut(case as usize) else {
            return;
        };
        if self.undecided && frame.role == Role::Failure {
            case.outcome = Outcome::Failed;
        }
        // Where a word says how the case ended, that counts, and the text explains it.
        if case.outcome == Outcome::Passed {
            return;
        }
        let extra = case.extra.get_or_insert_default();
        if extra.detail.is_none() || frame.role == Role::Failure {
            extra.detail = Some(Box::new(detail));
        }
    }

    fn add_error(&mut self, frame: Frame, outcome: Outcome, detail: Detail) {
        self.report.suite_errors.push(SuiteError {
            suite: frame.suite,
            outcome,
            detail,
            position: self.position,
        });
    }

    /// Parameters join the name as they would in JUnit's format: `test(1, 2)`.
    fn name_parameters(&mut self, frame: Frame) {
        let parameters = std::mem::take(&mut self.parameters);
        if parameters.is_empty() {
            return;
        }
        let case = frame.case.and_then(|case| self.report.cases.get_mut(case as usize));
        if let Some(name) = case.and_then(|case| case.name.as_mut()) {
            *name = format!("{name}({})", parameters.join(", ")).into();
        }
    }

    /// TestNG writes a run that is repeated as a skipped case of its own, with `retried`, before the repetition.
    fn join_retries(&mut self, frame: Frame) {
        if frame.case.map(|index| index as usize + 1) != Some(self.report.cases.len()) {
            // It held cases of its own.
            return;
        }
        let Some(mut case) = self.report.cases.pop() else {
            return;
        };
        if case.attribute("retried") == Some("true") {
            self.retried.push(case);
            return;
        }
        // Parameters are no help: objects show their address, which differs in each run.
        let same = |earlier: &mut Case| {
            (earlier.suite, &earlier.classname) == (case.suite, &case.classname)
                && method(earlier) == method(&case)
        };
        let reruns: Vec<Rerun> = self
            .retried
            .extract_if(.., same)
            .map(|earlier| Rerun {
                when: RerunWhen::Before,
                outcome: Outcome::Failed,
                detail: earlier.detail().cloned().unwrap_or_default(),
                duration: earlier.duration.map(Seconds::get),
            })
            .collect();
        if !reruns.is_empty() {
            case.extra.get_or_insert_default().reruns = reruns;
        }
        self.report.cases.push(case);
    }

    fn close_property(&mut self, frame: Frame) {
        let text = self.text_buffer.take(&mut self.flaws);
        let value = self.property_value.take().or(text).unwrap_or_default();
        let Some(name) = self.label.take() else {
            return;
        };
        let property = Property { name: self.names.intern(&name), value: value.into() };
        let properties = match (frame.case, frame.suite) {
            (Some(case), _) => self
                .report
                .cases
                .get_mut(case as usize)
                .map(|case| &mut case.extra.get_or_insert_default().properties),
            (None, Some(suite)) => {
                let suite = self.report.suites.get_mut(suite as usize);
                suite.map(|suite| &mut suite.properties)
            }
            (None, None) => Some(&mut self.report.root.properties),
        };
        if let Some(properties) = properties {
            properties.push(property);
        }
    }
}

/// The name of a case without its parameters.
fn method(case: &Case) -> Option<&str> {
    case.name.as_deref()?.split('(').next()
}
