//! Work in several threads.

use rayon::prelude::*;

/// Calls `map` with all `items`, in several threads if `is_parallel`. The results are in the order of the items.
pub(crate) fn map_all<'t, T: Sync, R: Send>(
    items: &'t [T],
    is_parallel: bool,
    map: impl Fn(&'t T) -> R + Send + Sync,
) -> Vec<R> {
    if is_parallel { items.par_iter().map(map).collect() } else { items.iter().map(map).collect() }
}
