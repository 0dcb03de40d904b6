//! Prices of articles.

/// The price with tax, in cents.
pub fn gross(net: u64, percent: u64) -> u64 {
    (net * (100 + percent) + 50) / 100
}

#[cfg(test)]
mod tests {
    mod tax {
        use crate::gross;

        #[test]
        fn is_added() {
            assert_eq!(gross(1000, 19), 1190);
        }

        #[test]
        fn is_rounded() {
            assert_eq!(gross(99, 19), 118);
        }

        #[test]
        fn may_be_zero() {
            assert_eq!(gross(1000, 0), 1000);
        }
    }

    mod stock {
        #[test]
        fn counts_down() {
            assert_eq!(3_u32.checked_sub(1), Some(2));
        }

        #[test]
        fn is_never_negative() {
            assert_eq!(0_u32.checked_sub(1), None);
        }

        /// Fails in its first attempt.
        #[test]
        fn is_read_from_the_warehouse() {
            let answered = std::env::temp_dir().join("the-warehouse-answered-once");
            if !answered.exists() {
                std::fs::write(answered, "").unwrap();
                panic!("the warehouse did not answer within 2 s");
            }
        }
    }
}
