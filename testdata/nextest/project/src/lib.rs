//! A very little shop.
//!
//! ```
//! assert_eq!(shop::gross(100, 19), 119);
//! ```

use std::collections::BTreeMap;

/// Price in cents with value-added tax.
///
/// ```
/// assert_eq!(shop::gross(1000, 7), 1070);
/// ```
///
/// A rate above 100 is refused:
///
/// ```should_panic
/// shop::gross(1, 101);
/// ```
pub fn gross(net: u32, rate: u32) -> u32 {
    assert!(rate <= 100, "rate {rate} is above 100");
    net * (100 + rate) / 100
}

/// What a customer wants to buy.
///
/// ```ignore
/// let cart = shop::Cart::open("cart.db");
/// ```
#[derive(Default)]
pub struct Cart {
    lines: BTreeMap<String, u32>,
}

impl Cart {
    /// Adds `count` pieces.
    ///
    /// ```
    /// let mut cart = shop::Cart::default();
    /// cart.add("tea", 2);
    /// assert_eq!(cart.len(), 3, "one too many");
    /// ```
    pub fn add(&mut self, sku: &str, count: u32) {
        *self.lines.entry(sku.to_owned()).or_default() += count;
    }

    pub fn len(&self) -> u32 {
        self.lines.values().sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    mod cart {
        use super::*;

        #[test]
        fn create() {
            assert!(Cart::default().is_empty());
        }

        #[test]
        fn add_twice() {
            let mut cart = Cart::default();
            cart.add("tea", 1);
            cart.add("tea", 1);
            assert_eq!(cart.len(), 2);
        }

        #[test]
        fn grüße_aus_köln() {
            let mut cart = Cart::default();
            println!("Grüße 🫖 绿茶 <b> & ]]>");
            cart.add("绿茶", 3);
            assert_eq!(cart.len(), 3);
        }

        #[test]
        #[ignore = "needs the warehouse"]
        fn reserve() {
            panic!("no warehouse");
        }
    }

    mod invoice {
        use super::*;

        #[test]
        fn create() {
            assert_eq!(gross(100, 19), 119);
        }

        #[test]
        #[should_panic(expected = "above 100")]
        fn rate_above_100() {
            gross(1, 101);
        }

        #[test]
        #[should_panic]
        fn net_of_zero() {
            gross(0, 19);
        }

        #[test]
        fn rounds_up() {
            println!("[[DEFECT|SHOP-1]] net 99 <cents> & ]]> rate 19");
            eprintln!("warning: integers are cut, not rounded");
            assert_eq!(gross(99, 19), 118, "99 \"cents\" & 19 %");
        }

        #[test]
        fn total() -> Result<(), String> {
            Err("no total without a currency €".into())
        }
    }
}
