//! Which binary a block of tests belongs to.
//!
//! In one stream, the line that names a binary comes right before its block. If the two streams were read separately, it
//! may come earlier or later; but both streams are in the order in which the binaries ran, with documentation tests last.

use std::collections::HashMap;
use std::sync::Arc;

use super::grammar::{Header, doc_location};
use super::{BINARY, DOC_TESTS, TARGET};
use crate::formats::model::{Attribute, Case, Suite, SuiteIndex};

/// `running N tests` and what follows.
#[derive(Debug)]
pub(super) struct Block {
    /// The last header before it.
    pub(super) header: Option<usize>,
    /// Its first case.
    pub(super) start: usize,
}

/// The header of each block.
fn match_headers(
    blocks: &[Block],
    headers: &[Header],
    cases: &[Case],
    apart: bool,
) -> Vec<Option<usize>> {
    let in_order = || blocks.iter().map(|block| block.header).collect();
    if !apart {
        return in_order();
    }
    let docs = headers.iter().filter(|header| matches!(header, Header::Doc { .. })).count();
    let units = headers.len() - docs;
    let docs_are_last =
        headers.iter().take(units).all(|header| matches!(header, Header::Binary { .. }));
    let is_doc = |index: usize| {
        let start = blocks.get(index).map_or(cases.len(), |block| block.start);
        let end = blocks.get(index + 1).map_or(cases.len(), |block| block.start);
        let names = cases.get(start..end).unwrap_or_default().iter();
        let names: Vec<&str> = names.filter_map(|case| case.name.as_deref()).collect();
        (!names.is_empty()).then(|| names.iter().all(|name| doc_location(name).is_some()))
    };
    let fits = docs_are_last
        && blocks.len() >= units
        && (0..units).all(|index| is_doc(index) != Some(true))
        && (units..blocks.len()).all(|index| is_doc(index) != Some(false));
    if !fits {
        return in_order();
    }
    let doc_blocks = blocks.len() - units;
    (0..blocks.len())
        .map(|index| match index {
            unit if unit < units => Some(unit),
            doc if doc_blocks == docs => Some(doc),
            // Doc-tests that cannot be compiled together are a separate block.
            _ if docs == 1 => Some(units),
            doc => blocks.get(doc).and_then(|block| block.header).filter(|&header| header >= units),
        })
        .collect()
}

/// Returns the suites of all blocks with cases, and sets the suite of each case. `apart`: the headers came in another
/// stream.
pub(super) fn assign_suites(
    blocks: &[Block],
    headers: &[Header],
    cases: &mut [Case],
    apart: bool,
) -> Vec<Suite> {
    let headers_of_blocks = match_headers(blocks, headers, cases, apart);
    let mut suites: Vec<Suite> = Vec::new();
    let mut known: HashMap<Option<&str>, SuiteIndex> = HashMap::new();
    for (index, block) in blocks.iter().enumerate() {
        let end = blocks.get(index + 1).map_or(cases.len(), |next| next.start);
        let Some(cases) = cases.get_mut(block.start..end).filter(|cases| !cases.is_empty()) else {
            continue;
        };
        let header = headers_of_blocks.get(index).copied().flatten().and_then(|at| headers.get(at));
        let key = header.map(|header| match header {
            Header::Binary { path, .. } => path.as_str(),
            Header::Doc { krate } => krate.as_str(),
        });
        // Each block without a header is a suite of its own.
        let suite = match (key, known.get(&key)) {
            (Some(_), Some(&suite)) => suite,
            _ => {
                let suite = crate::formats::cases::index_of(suites.len());
                suites.push(header.map(suite_of).unwrap_or_default());
                known.insert(key, suite);
                suite
            }
        };
        for case in cases {
            case.suite = Some(suite);
        }
    }
    suites
}

fn suite_of(header: &Header) -> Suite {
    let attribute =
        |name: &str, value: &str| Attribute { name: Arc::from(name), value: value.into() };
    let attributes = match header {
        Header::Binary { target, path } if target.is_empty() => vec![attribute(BINARY, path)],
        Header::Binary { target, path } => vec![attribute(TARGET, target), attribute(BINARY, path)],
        Header::Doc { krate } => vec![attribute(DOC_TESTS, krate)],
    };
    Suite { name: Arc::from(header.fallback()), attributes, ..Suite::default() }
}
