//! Links results to defects that reports name and that the project knows. Nothing is created in an issue tracker.

use std::collections::{HashMap, HashSet};

use super::plan::{ResultPlan, RowPlan};
use super::recorder::{Recorder, result_of};
use crate::api::ids::{DefectId, RunResultId};
use crate::api::sets::{list_in, list_of};
use crate::api::wire::{Defect, DefectRunResult, NewDefectRunResult};
use crate::apply::Stop;
use crate::apply::create::{Creation, NewRows, create_rows};

/// Results per request for their defects.
const RESULTS_PER_LOT: usize = 800;

type Key = (DefectId, RunResultId);

impl Recorder<'_> {
    /// Links the results in `plan`. Returns whether anything was written. A server without these resources gets none: the keys
    /// are in the texts, too.
    pub(super) async fn link_defects(&mut self, plan: &ResultPlan) -> Result<bool, Stop> {
        let named: Vec<(&str, RunResultId)> = plan
            .rows
            .iter()
            .zip(&self.observed)
            .filter(|(row, _)| matches!(row, RowPlan::Unchanged(_)))
            .filter_map(|(row, test)| Some((result_of(row)?, test)))
            .flat_map(|(result, test)| test.defects.iter().map(move |key| (&**key, result)))
            .collect();
        if named.is_empty() {
            return Ok(false);
        }
        let project = self.project.id.number();
        let defects = match list_of::<Defect>(self.client, "project_id", project, false).await {
            Err(error) if matches!(error.status(), Some(404 | 405)) => return Ok(false),
            defects => defects?,
        };
        let mut ids: HashMap<&str, DefectId> = HashMap::new();
        for defect in &defects {
            // Ids ascend: the first one counts.
            ids.entry(&defect.external_reference_id).or_insert(defect.id);
        }
        let mut wanted: Vec<Key> =
            named.into_iter().filter_map(|(key, result)| Some((*ids.get(key)?, result))).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let linked = self.linked(&wanted).await?;
        wanted.retain(|key| !linked.contains(key));
        if wanted.is_empty() {
            return Ok(false);
        }
        let this = &*self;
        let rows = NewRows {
            kind: "link to defect",
            lacking: "with its result",
            read_back_all: true,
            name: |(defect, _): Key| defect.to_string(),
            body: |(defect_id, run_result_id)| NewDefectRunResult { defect_id, run_result_id },
            kept: |_: DefectRunResult| (),
            existing: async |keys: &[Key]| this.linked(keys).await,
        };
        let creation: Creation<Key, ()> =
            create_rows(self.client, rows, wanted, self.options.batch_size, self.lag()).await;
        if let Some((_, error)) = creation.refused.first() {
            self.warnings.push(format!("results could not be linked to their defects: {error}"));
        }
        creation.end.map(|()| true)
    }

    async fn linked(&self, keys: &[Key]) -> Result<HashSet<Key>, Stop> {
        let results: HashSet<u64> = keys.iter().map(|(_, result)| result.number()).collect();
        let rows: Vec<DefectRunResult> =
            list_in(self.client, "run_result_id", results.into_iter(), RESULTS_PER_LOT).await?;
        Ok(rows.iter().filter_map(|row| Some((row.defect_id?, row.run_result_id?))).collect())
    }
}
