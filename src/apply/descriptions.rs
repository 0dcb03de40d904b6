//! Whether a server keeps descriptions as they are sent. It is found out on a temporary test of our own before a person's test or
//! folder is linked: linking writes the description that was read, with our line below it, so on a server that escapes, renders or shortens
//! descriptions it would spoil them.

use std::collections::HashMap;
use std::time::Duration;

use crate::api::client::WriteOutcome;
use crate::api::error::ApiError;
use crate::api::ids::{SuiteId, TestId};
use crate::api::wire::{NewTest, Test};
use crate::description::{IdentityLine, LINE_CHARS};
use crate::plan::TestPlan;
use crate::snapshot::{Snapshot, read_identities};
use test_reports::identity::{Identity, NamespaceMark};
use test_reports::text;

use super::import::Import;
use super::lag::Waits;
use super::outcome::Stop;

/// The name of the temporary test, for people who see it.
const NAME: &str = "tq-import checks how descriptions are stored (temporary)";

/// What people write, in short: Markdown, HTML, entities, quotes, line breaks, indentation.
const SAMPLE: &str =
    "**Steps** & notes: <b>1 < 2</b> &amp; \"two\" 'quotes'\n\n  * a_b_c\n    `code` <br/>\n";

/// How often the temporary test is sent without a clear outcome.
const ATTEMPTS: u32 = 3;

/// How many temporary tests are created, if others delete them.
const TRIES: u32 = 4;

/// The longest text in a message, in characters.
const SHOWN_CHARS: usize = 60;

/// The identity of the temporary test.
fn identity() -> Identity {
    Identity::of_test("", &["tq-import"], NAME)
}

impl Import<'_> {
    /// Deletes temporary tests that a killed import left behind.
    pub(super) async fn delete_left_behind(&self, snapshot: &Snapshot) -> Result<(), Stop> {
        for id in snapshot.tests_by_identity.get(&identity()).into_iter().flatten() {
            if snapshot.tests.get(id).is_some_and(|row| row.is_unedited && *row.name == *NAME) {
                self.client.delete(&format!("test/{id}")).await?;
            }
        }
        Ok(())
    }

    /// Before the first link: refuses all links if descriptions do not come back as they were sent.
    pub(super) async fn prove_descriptions(
        &mut self,
        snapshot: &Snapshot,
        root: SuiteId,
    ) -> Result<(), Stop> {
        let links = |(record, plan): (usize, &TestPlan)| match plan {
            TestPlan::Adopt { id, .. } | TestPlan::Relink { id, .. }
                if !self.refused.contains_key(&record) =>
            {
                Some((record, snapshot.tests.get(id).map_or(0, |row| row.description_chars)))
            }
            _ => None,
        };
        let links: Vec<(usize, usize)> =
            self.plan.tests.iter().enumerate().filter_map(links).collect();
        let folders: HashMap<SuiteId, usize> = self
            .plan
            .folders
            .to_link()
            .map(|(_, suite)| {
                (suite, snapshot.folders.get(suite).map_or(0, |row| row.description_chars))
            })
            .collect();
        let described = links.iter().map(|(_, chars)| chars).chain(folders.values());
        let Some(longest) = described.max() else { return Ok(()) };
        let lines = links.iter().map(|(record, _)| self.line_of(*record).to_string());
        let line = lines.map(|line| line.chars().count()).max().unwrap_or(LINE_CHARS);
        let Some(reason) = self.probe(root, longest + line).await? else { return Ok(()) };
        if !folders.is_empty() {
            self.links_folders = false;
            self.applied.warnings.push(format!(
                "{}: {reason}",
                match folders.len() {
                    1 => "1 folder that people made did not get its identity and is found by its name".to_owned(),
                    folders => format!("{} that people made did not get their identities and are found by their names", text::count(folders, "folder")),
                }
            ));
        }
        if !links.is_empty() {
            self.applied.warnings.push(format!(
                "{} not linked, and no manual test was changed: {reason}; --adopt none creates separate tests",
                match links.len() {
                    1 => "1 existing test was".to_owned(),
                    tests => format!("{} were", text::count(tests, "existing test")),
                }
            ));
        }
        for (record, _) in links {
            self.refuse(record, format!("not linked to the existing test: {reason}"));
        }
        Ok(())
    }

    /// The line of a record.
    pub(super) fn line_of(&self, record: usize) -> IdentityLine {
        let record = &self.records[record];
        let (container, name) = (&record.class.container, &record.name);
        IdentityLine::of_test(container, name, record.identity, self.namespace())
    }

    /// Writes a description of at least `chars` characters to a temporary test, and reads it. Returns why descriptions are
    /// not safe on this server; none if they are.
    async fn probe(&mut self, root: SuiteId, chars: usize) -> Result<Option<String>, Stop> {
        let mark = NamespaceMark::of("");
        let line = IdentityLine::of_test(&["tq-import"], NAME, identity(), mark);
        let sample = SAMPLE.repeat(1 + chars / SAMPLE.len());
        let sent = line.append_to(&sample);
        let mut tried = 0;
        let stored = loop {
            tried += 1;
            let id = match self.create_temporary(root, &sent).await? {
                Ok(id) => id,
                Err(error) => {
                    return Ok(Some(format!(
                        "it is not known whether the server keeps descriptions, because it refused a temporary test ({error})"
                    )));
                }
            };
            // Only the last one waits for lag: an import that began just now deletes what looks left behind.
            let wait = match tried {
                TRIES => self.lag.limit,
                _ => self.lag.unclear(self.client) / 4,
            };
            let stored = self.read_temporary(id, wait).await;
            let deleted = self.client.delete(&format!("test/{id}")).await?;
            if !matches!(deleted, WriteOutcome::Applied(())) {
                self.applied
                    .warnings
                    .push(format!("the temporary test {id} ({NAME:?}) could not be deleted"));
            }
            match stored? {
                Ok(row) => break row.description.unwrap_or_default(),
                Err(error) if tried == TRIES => {
                    return Ok(Some(format!(
                        "it is not known whether the server keeps descriptions, because a temporary test could not be read ({error})"
                    )));
                }
                Err(_) => {}
            }
        };
        let plain = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
        let (sent, stored) = (plain(&sent), plain(&stored));
        if sent == stored {
            return Ok(None);
        }
        let differs = sent.chars().zip(stored.chars()).take_while(|(a, b)| a == b).count();
        let from = |text: &str| {
            let rest: String = text.chars().skip(differs.saturating_sub(10)).collect();
            format!("{:?}", text::cut(&rest, SHOWN_CHARS))
        };
        Ok(Some(format!(
            "the server does not keep descriptions as they are sent ({} came back as {})",
            from(&sent),
            from(&stored)
        )))
    }

    /// Creates the temporary test, or returns why the server refuses it.
    async fn create_temporary(
        &self,
        suite_id: SuiteId,
        description: &str,
    ) -> Result<Result<TestId, ApiError>, Stop> {
        let body = NewTest {
            name: NAME.to_owned(),
            description: description.to_owned(),
            precondition: String::new(),
            project_id: self.target.project.id,
            suite_id,
            is_automated: true,
            case_priority_id: None,
        };
        let mut attempt = 0;
        loop {
            attempt += 1;
            let error = match self.client.create::<Test>("test", &body).await? {
                WriteOutcome::Applied(row) => return Ok(Ok(row.id)),
                WriteOutcome::Refused(error) => return Ok(Err(error)),
                WriteOutcome::Unknown(error) => error,
            };
            let mut waits = Waits::default();
            loop {
                let found = read_identities(self.client, self.target.project.id, 0).await?;
                if let Some(id) = found.get(&identity()) {
                    return Ok(Ok(*id));
                }
                if !waits.wait(self.client, self.lag.unclear(self.client)).await {
                    break;
                }
            }
            if attempt == ATTEMPTS {
                return Err(error.into());
            }
        }
    }

    /// Reads the temporary test, which may become visible within `wait`. The error inside says that it does not exist.
    async fn read_temporary(
        &self,
        id: TestId,
        wait: Duration,
    ) -> Result<Result<Test, ApiError>, Stop> {
        let mut waits = Waits::default();
        loop {
            match self.client.get::<Test>(&format!("test/{id}")).await {
                Err(error) if error.is_not_found() => {
                    if !waits.wait(self.client, wait).await {
                        return Ok(Err(error));
                    }
                }
                read => return Ok(Ok(read?)),
            }
        }
    }
}
