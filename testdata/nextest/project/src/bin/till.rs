fn main() {
    println!("{}", greeting("Ada"));
}

fn greeting(name: &str) -> String {
    format!("Welcome, {name}!")
}

#[cfg(test)]
mod tests {
    use super::greeting;

    #[test]
    fn create() {
        assert_eq!(greeting("Ada"), "Welcome, Ada!");
    }

    #[test]
    fn greets_in_chinese() {
        assert_eq!(greeting("李明"), "欢迎, 李明!");
    }
}
