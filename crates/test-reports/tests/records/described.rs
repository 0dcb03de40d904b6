//! The table in docs/reports.md says what the code says.

use std::fmt::Write;
use std::fs;

use test_reports::tools::descriptions;

const START: &str =
    "<!-- table of tools: UPDATE_DOCS=1 cargo test -p test-reports table_of_tools -->\n";
const END: &str = "<!-- end of the table -->\n";

#[test]
fn the_table_of_tools_is_that_of_the_code() {
    let path = crate::repository("docs/reports.md");
    let page = fs::read_to_string(&path).unwrap();
    let start = page.find(START).unwrap() + START.len();
    let end = page.find(END).unwrap();
    let table = table();
    if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        fs::write(&path, format!("{}{table}{}", &page[..start], &page[end..])).unwrap();
        return;
    }
    assert_eq!(page[start..end], table, "UPDATE_DOCS=1 writes the table");
}

fn table() -> String {
    let mut table =
        "| tool | container | name | folder of a new test |\n| --- | --- | --- | --- |\n"
            .to_owned();
    for row in descriptions() {
        let tools = match row.tools.join(", ").as_str() {
            "linter" => "linters".to_owned(),
            "unknown" => "anything else".to_owned(),
            tools => tools.to_owned(),
        };
        writeln!(table, "| {tools} | {} | {} | {} |", row.container, row.name, row.folder).unwrap();
    }
    table
}
