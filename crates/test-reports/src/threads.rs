//! Work in several threads.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

/// Calls `map` with all `items`, in several threads if `is_parallel`. The results are in the order of the items.
pub(crate) fn map_all<'t, T: Sync, R: Send>(
    items: &'t [T],
    is_parallel: bool,
    map: impl Fn(&'t T) -> R + Send + Sync,
) -> Vec<R> {
    if is_parallel { items.par_iter().map(map).collect() } else { items.iter().map(map).collect() }
}

/// Results that may wait while a thread takes others.
const MOST_WAITING: usize = 8;

/// Calls `map` with all `items`, in several threads if `is_parallel`, and `take` with the results in the order of the items:
/// each as soon as those before it were taken, while others are still being made, so that few of them exist at once.
/// Ends early if `take` returns false.
pub(crate) fn map_in_order<'t, T: Sync, R: Send>(
    items: &'t [T],
    is_parallel: bool,
    map: impl Fn(&'t T) -> R + Send + Sync,
    mut take: impl FnMut(R) -> bool + Send,
) {
    if !is_parallel {
        let _ = items.iter().all(|item| take(map(item)));
        return;
    }
    let next = AtomicUsize::new(0);
    let queue = Mutex::new(Queue { waiting: BTreeMap::new(), taken: 0, is_taken_from: false });
    let take = Mutex::new(take);
    (0..rayon::current_num_threads()).into_par_iter().for_each(|_| {
        while let number = next.fetch_add(1, Ordering::Relaxed)
            && let Some(item) = items.get(number)
        {
            let result = map(item);
            let mut waits = lock(&queue);
            waits.waiting.insert(number, result);
            // Another thread takes them already, and this result as well.
            if waits.is_taken_from {
                let are_many = waits.waiting.len() > MOST_WAITING;
                drop(waits);
                if are_many {
                    // It does not keep up: this one waits until none is left.
                    drop(lock(&take));
                }
                continue;
            }
            waits.is_taken_from = true;
            let mut take = lock(&take);
            while let Some(result) = waits.next() {
                drop(waits);
                if !take(result) {
                    next.store(items.len(), Ordering::Relaxed);
                    // Nothing is taken any more.
                    return;
                }
                waits = lock(&queue);
            }
            waits.is_taken_from = false;
        }
    });
}

/// Results that wait for earlier ones, by the number of their item.
struct Queue<R> {
    waiting: BTreeMap<usize, R>,
    /// How many were taken.
    taken: usize,
    /// Whether a thread is taking results.
    is_taken_from: bool,
}

impl<R> Queue<R> {
    fn next(&mut self) -> Option<R> {
        let result = self.waiting.remove(&self.taken)?;
        self.taken += 1;
        Some(result)
    }
}

/// If a thread panics, all of them end, and rayon passes the panic on: nobody sees what it left behind.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_taken_in_order() {
        let items: Vec<usize> = (0..1000).collect();
        // The first ones take longest.
        let map = |item: &usize| {
            if item.is_multiple_of(100) {
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            item * 2
        };
        for is_parallel in [false, true] {
            for end in [1000, 500, 0] {
                let mut taken = Vec::new();
                map_in_order(&items, is_parallel, map, |result| {
                    taken.push(result);
                    taken.len() <= end
                });
                let expected: Vec<usize> = (0..1000.min(end + 1)).map(|item| item * 2).collect();
                assert_eq!(taken, expected);
            }
        }
    }
}
