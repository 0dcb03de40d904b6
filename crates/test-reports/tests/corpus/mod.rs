//! Reports of real tools, beside the checkout: their licences keep them out of the repository.

use std::path::{Path, PathBuf};

/// The corpus where `CORPUS=required` asks for it, which fails if it is missing; nothing elsewhere.
pub(crate) fn required_corpus() -> Option<PathBuf> {
    std::env::var("CORPUS").is_ok_and(|value| value == "required").then(|| {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
        assert!(corpus.is_dir(), "CORPUS=required, but {} does not exist", corpus.display());
        corpus
    })
}
