use std::time::Duration;

#[test]
fn create() {}

#[test]
fn waits_for_the_truck() {
    if std::env::var_os("NEXTEST").is_some() {
        std::thread::sleep(Duration::from_secs(10));
    }
}

mod stock {
    #[test]
    fn level_is_kept() {
        assert_eq!("tea: 3", "tea: 2");
    }
}
