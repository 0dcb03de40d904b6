//! Tests and steps as a snapshot keeps them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::api::ids::{StepId, SuiteTestId, TestId};
use crate::api::wire::{Step, Test};
use crate::description::label_in;
use test_reports::identity::{Identity, IdentityGroup, NamespaceMark};
use test_reports::record::StepText;

/// The fields of a test that planning needs.
#[derive(Clone, Debug)]
pub struct TestRow {
    /// Its name.
    pub name: Box<str>,
    /// The number in `TC-<key>`.
    pub key: Option<u64>,
    /// The current identity in its description.
    pub identity: Option<Identity>,
    /// Its former identities (aliases), latest first.
    pub aliases: Box<[Identity]>,
    /// What the identity line says about it: container and name.
    pub label: Option<Box<str>>,
    /// The namespace mark in its description.
    pub namespace: Option<NamespaceMark>,
    /// False only if somebody switched it off.
    pub is_automated: Option<bool>,
    /// Whether people plan to automate it.
    pub to_automate: bool,
    /// How often it was updated.
    pub epoch: u64,
    /// Whether its epoch says that nobody edited it. False if the server does not report epochs.
    pub is_unedited: bool,
    /// Its precondition, unless it is empty: we write none.
    pub precondition: Option<Box<str>>,
    /// The length of its description in characters.
    pub description_chars: usize,
    /// Whether it is placed in a live folder that is not for retired tests.
    pub reachable: bool,
    /// Its placement in a folder for retired tests.
    pub retired: Option<SuiteTestId>,
}

impl TestRow {
    /// Whether somebody switched its automation off.
    #[must_use]
    pub fn is_overridden(&self) -> bool {
        self.is_automated == Some(false) && !self.is_unedited
    }

    /// The current identity, then the former ones.
    pub fn identities(&self) -> impl Iterator<Item = Identity> + '_ {
        self.identity.into_iter().chain(self.aliases.iter().copied())
    }

    /// Whether it is not automated although nobody edited it: imports create automated tests.
    #[must_use]
    pub fn is_unflagged(&self) -> bool {
        self.is_automated == Some(false) && self.is_unedited
    }
}

/// A step of a test.
#[derive(Clone, Debug)]
pub struct StepRow {
    /// Its test.
    pub test: TestId,
    /// Its position, from 1.
    pub sequence: Option<u64>,
    /// How often it was updated, if the server says so.
    pub epoch: Option<u64>,
    /// Its texts.
    pub text: Arc<StepText>,
}

/// A step as a list shows it.
#[derive(Clone, Debug)]
pub(crate) struct ListedStep {
    pub(super) id: StepId,
    pub(super) row: StepRow,
    pub(super) created_at: Option<Timestamp>,
}

impl From<&ListedStep> for Step {
    /// Texts that the step does not have are empty.
    fn from(step: &ListedStep) -> Self {
        let StepRow { test, sequence, epoch, text } = &step.row;
        Self {
            id: step.id,
            test_id: *test,
            sequence: *sequence,
            step: Some(text.step.clone()),
            expected_result: Some(text.expected_result.clone()),
            epoch: *epoch,
            created_at: step.created_at,
        }
    }
}

/// The texts of steps. Most steps have the same ones, which are kept once.
#[derive(Debug, Default)]
pub(crate) struct StepTexts(Mutex<HashSet<Arc<StepText>>>);

impl StepTexts {
    /// The step as it is kept.
    pub(crate) fn listed(&self, step: Step) -> ListedStep {
        let text = StepText {
            step: step.step.unwrap_or_default(),
            expected_result: step.expected_result.unwrap_or_default(),
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = known.get(&text).cloned().unwrap_or_else(|| {
            let text = Arc::new(text);
            known.insert(Arc::clone(&text));
            text
        });
        let Step { id, test_id: test, sequence, epoch, created_at, .. } = step;
        ListedStep { id, row: StepRow { test, sequence, epoch, text }, created_at }
    }
}

impl From<&Test> for TestRow {
    fn from(test: &Test) -> Self {
        let description = test.description.as_deref().unwrap_or_default();
        let group = IdentityGroup::last_in(description);
        let identities = group.map_or_else(Vec::new, |group| group.identities);
        Self {
            name: test.name.as_str().into(),
            key: test.key,
            identity: identities.first().copied(),
            aliases: identities.get(1..).unwrap_or_default().into(),
            label: label_in(description).map(Into::into),
            namespace: NamespaceMark::in_description(description),
            is_automated: test.is_automated,
            to_automate: test.to_automate == Some(true),
            epoch: test.epoch.unwrap_or_default(),
            is_unedited: test.epoch == Some(0),
            precondition: test
                .precondition
                .as_deref()
                .filter(|text| !text.is_empty())
                .map(Into::into),
            description_chars: description.chars().count(),
            reachable: false,
            retired: None,
        }
    }
}
