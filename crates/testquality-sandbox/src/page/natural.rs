//! The order in which people expect names: `case 2` before `case 10`, case ignored.

use std::cmp::Ordering;

/// A name as it is compared.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NaturalKey(String);

impl NaturalKey {
    pub(super) fn new(name: &str) -> Self {
        Self(name.to_lowercase())
    }
}

impl Ord for NaturalKey {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(&self.0, &other.0).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for NaturalKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn compare(mut one: &str, mut other: &str) -> Ordering {
    loop {
        let (first, second) = (take_number(&mut one), take_number(&mut other));
        let order = match (first, second) {
            // Of two numbers without zeros in front, the longer one is larger.
            (Some(first), Some(second)) => {
                first.len().cmp(&second.len()).then_with(|| first.cmp(second))
            }
            (Some(_), None) if other.is_empty() => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) if one.is_empty() => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => {
                let (mut left, mut right) = (one.chars(), other.chars());
                let order = left.next().cmp(&right.next());
                if one.is_empty() {
                    return order;
                }
                (one, other) = (left.as_str(), right.as_str());
                order
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// The number at the start of `text`, without zeros in front.
fn take_number<'a>(text: &mut &'a str) -> Option<&'a str> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    *text = rest;
    (end > 0).then(|| number.trim_start_matches('0'))
}

/// The ids of tests with names, in natural order.
pub(super) fn sorted_ids(mut tests: Vec<(i64, String)>) -> Vec<i64> {
    tests.sort_by_cached_key(|(id, name)| (NaturalKey::new(name), *id));
    tests.into_iter().map(|(id, _)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_their_value() {
        let sorted = [
            "",
            "2",
            "07",
            "10",
            "a",
            "Case",
            "case 2",
            "case 2b",
            "CASE 10",
            "case 010 b",
            "case b",
            "case-1",
            "größe",
            "x99999999999999999999998",
            "x99999999999999999999999",
        ];
        for (index, one) in sorted.iter().enumerate() {
            for (at, other) in sorted.iter().enumerate() {
                let order = NaturalKey::new(one).cmp(&NaturalKey::new(other));
                assert_eq!(order, index.cmp(&at), "{one:?} {other:?}");
            }
        }
        // Equal as numbers, but an order all the same.
        assert_eq!(NaturalKey::new("a1").cmp(&NaturalKey::new("a01")), Ordering::Greater);
        assert_eq!(
            sorted_ids(vec![(3, "t10".into()), (2, "t9".into()), (1, "t10".into())]),
            [2, 1, 3]
        );
    }
}
