use shop::{gross, Cart};

#[test]
fn create() {
    assert_eq!(Cart::default().len(), 0);
}

#[test]
fn pays_two_articles() {
    let mut cart = Cart::default();
    cart.add("tea", 1);
    cart.add("cup", 1);
    assert_eq!(cart.len() * gross(100, 19), 238);
}

/// Fails the first time: the payment service needs to wake up.
#[test]
fn payment_service_answers() {
    let mark = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("payment-is-awake");
    if !mark.exists() {
        std::fs::write(&mark, "").unwrap();
        println!("first attempt: no answer");
        panic!("payment service did not answer");
    }
    std::fs::remove_file(&mark).unwrap();
    println!("answered");
}

#[test]
#[ignore = "needs a real card"]
fn pays_by_card() {}
