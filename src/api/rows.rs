//! Lists as they arrive: each row is decoded as soon as it is complete, and only what is kept of it stays in memory.

use reqwest::StatusCode;
use serde::de::DeserializeOwned;

use super::answer::{decode, transport_error, unreadable, without_mark, without_position};
use super::error::RequestError;
use super::lenient::{Element, Listed, RowList};

/// What remains in the document where a row was: [`Element`] reads it.
const TAKEN: u8 = b'0';

/// Reads the rows of an answer while it arrives, up to a limit in bytes. Returns the document without its rows, what was kept of
/// them, and how many were dropped.
pub(super) async fn read_rows<T: DeserializeOwned, R, D: RowList<T>>(
    mut response: reqwest::Response,
    limit: usize,
    keep: &dyn Fn(Listed<T>) -> Option<R>,
) -> Result<(D, Vec<R>, usize), RequestError> {
    let status = response.status();
    let mut reader = RowReader::new(keep);
    let mut length = 0;
    while let Some(chunk) = response.chunk().await.map_err(|error| transport_error(&error))? {
        length += chunk.len();
        if length > limit {
            return Err(RequestError::TooLarge { limit });
        }
        reader.push(&chunk).map_err(|said| unreadable(status, &said))?;
    }
    reader.finish(status)
}

/// Where the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    BeforeList,
    /// In the list, whose elements are this deep.
    InList(usize),
    /// In a row of the list.
    InRow(usize),
    AfterList,
}

/// Reads a JSON array of rows, or an object with such an array in `data`, in pieces of any length.
///
/// Rows are taken out of the document, and the rest is decoded at the end. A list of another shape stays there.
pub(super) struct RowReader<'k, T, R> {
    keep: &'k dyn Fn(Listed<T>) -> Option<R>,
    /// What is kept of the rows.
    rows: Vec<R>,
    /// The number of rows of which nothing is kept.
    dropped: usize,
    /// The number of rows that were taken out of the document.
    taken: usize,
    /// The document without them.
    rest: Vec<u8>,
    /// The beginning of a row whose end has not arrived.
    row: Vec<u8>,
    position: Position,
    /// The number of open arrays and objects.
    depth: usize,
    is_in_string: bool,
    is_escaped: bool,
}

impl<'k, T: DeserializeOwned, R> RowReader<'k, T, R> {
    /// `keep` returns what is kept of a row.
    pub(super) fn new(keep: &'k dyn Fn(Listed<T>) -> Option<R>) -> Self {
        Self {
            keep,
            rows: Vec::new(),
            dropped: 0,
            taken: 0,
            rest: Vec::new(),
            row: Vec::new(),
            position: Position::BeforeList,
            depth: 0,
            is_in_string: false,
            is_escaped: false,
        }
    }

    /// Reads the next piece of the document.
    ///
    /// # Errors
    /// Why a row cannot be read.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), String> {
        // Everything before it is in `rest`, in `row`, or decoded.
        let mut start = 0;
        for (at, &byte) in piece.iter().enumerate() {
            if self.is_in_string {
                match byte {
                    _ if self.is_escaped => self.is_escaped = false,
                    b'\\' => self.is_escaped = true,
                    b'"' => self.is_in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.is_in_string = true,
                b'{' | b'[' => {
                    match self.position {
                        Position::InList(depth) if depth == self.depth && byte == b'{' => {
                            self.rest.extend_from_slice(&piece[start..at]);
                            start = at;
                            self.position = Position::InRow(depth);
                        }
                        Position::BeforeList if byte == b'[' && self.depth <= 1 => {
                            self.rest.extend_from_slice(&piece[start..at]);
                            start = at;
                            if self.begins_list() {
                                self.position = Position::InList(self.depth + 1);
                            }
                        }
                        _ => {}
                    }
                    self.depth += 1;
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    match self.position {
                        Position::InRow(depth) if depth == self.depth => {
                            self.take_row(&piece[start..=at])?;
                            start = at + 1;
                            self.position = Position::InList(depth);
                        }
                        Position::InList(depth) if depth > self.depth => {
                            self.position = Position::AfterList;
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        let unfinished = match self.position {
            Position::InRow(_) => &mut self.row,
            _ => &mut self.rest,
        };
        unfinished.extend_from_slice(&piece[start..]);
        Ok(())
    }

    /// Whether the array that follows `rest` is the list: the whole document, or the value of `data` in it.
    fn begins_list(&self) -> bool {
        let before = without_mark(&self.rest).trim_ascii_end();
        if self.depth == 0 {
            return before.is_empty();
        }
        let Some(before) = before.strip_suffix(b":") else { return false };
        // A backslash belongs to a quotation mark within a longer name.
        before.trim_ascii_end().strip_suffix(b"\"data\"").is_some_and(|key| !key.ends_with(b"\\"))
    }

    fn take_row(&mut self, end: &[u8]) -> Result<(), String> {
        let row = if self.row.is_empty() {
            end
        } else {
            self.row.extend_from_slice(end);
            &self.row
        };
        let listed = serde_json::from_slice(row).map_err(|_| self.why_unreadable(row))?;
        self.add(listed);
        self.row.clear();
        self.taken += 1;
        self.rest.push(TAKEN);
        Ok(())
    }

    fn add(&mut self, listed: Listed<T>) {
        match (self.keep)(listed) {
            Some(row) => self.rows.push(row),
            None => self.dropped += 1,
        }
    }

    /// Why `row` cannot be read, with the path to the value. Decoding is faster without the path.
    fn why_unreadable(&self, row: &[u8]) -> String {
        let mut deserializer = serde_json::Deserializer::from_slice(row);
        let decoded = serde_path_to_error::deserialize::<_, Listed<T>>(&mut deserializer);
        let (path, said) = match decoded {
            Ok(_) => (".".to_owned(), "not a row".to_owned()),
            Err(error) => (error.path().to_string(), error.inner().to_string()),
        };
        let is_whole = without_mark(&self.rest).trim_ascii_start().starts_with(b"[");
        let list = if is_whole { "" } else { "data" };
        let field = if path == "." { String::new() } else { format!(".{path}") };
        format!("at {list}[{}]{field}: {}", self.taken, without_position(&said))
    }

    /// Decodes the rest of the document. Returns it without its rows, what was kept of them, and how many were dropped.
    ///
    /// # Errors
    /// When the document is not a list of rows.
    pub(super) fn finish<D: RowList<T>>(
        mut self,
        status: StatusCode,
    ) -> Result<(D, Vec<R>, usize), RequestError> {
        self.rest.append(&mut self.row);
        let mut document: D =
            decode(status, without_mark(&self.rest)).map_err(|error| match error {
                // It would be a position in what is left of the document.
                RequestError::Unreadable { status, detail } if self.taken > 0 => {
                    RequestError::Unreadable { status, detail: without_position(&detail) }
                }
                error => error,
            })?;
        let mut taken = 0;
        for element in document.take_elements() {
            match element {
                Element::Row(listed) => self.add(listed),
                Element::Taken => taken += 1,
            }
        }
        if taken != self.taken {
            return Err(unreadable(status, "a number in a list of rows"));
        }
        Ok((document, self.rows, self.dropped))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::super::wire::Page;
    use super::*;

    #[derive(Deserialize)]
    struct Row {
        id: u64,
        #[serde(default)]
        name: String,
    }

    impl Row {
        fn shown(listed: Listed<Self>) -> Option<String> {
            (!listed.is_deleted).then(|| format!("{} {}", listed.row.id, listed.row.name))
        }
    }

    /// What is read of a document in pieces of `length` bytes.
    fn read<D: RowList<Row>>(document: &str, length: usize) -> Result<(D, String, usize), String> {
        let keep = Row::shown;
        let mut reader = RowReader::new(&keep);
        for piece in document.as_bytes().chunks(length) {
            reader.push(piece)?;
        }
        let (document, rows, dropped) =
            reader.finish(StatusCode::OK).map_err(|error| error.to_string())?;
        Ok((document, rows.join("|"), dropped))
    }

    fn page(document: &str) -> (String, usize, u64) {
        let whole: (Page<Row>, String, usize) = read(document, usize::MAX).unwrap();
        for length in 1..document.len() {
            let (page, rows, dropped) = read::<Page<Row>>(document, length).unwrap();
            assert_eq!((page.total, &rows, dropped), (whole.0.total, &whole.1, whole.2));
        }
        (whole.1, whole.2, whole.0.total)
    }

    #[test]
    fn rows_are_read_in_pieces_of_any_length() {
        let said = page(
            r#"{"current_page":1,"links":["data",[{"id":9}]],"data" : [ {"id":1,"name":"[\"}{\\"},
                {"id":2,"x":{"data":[{"id":8}]}},{"id":3,"deleted_at":"2026-01-01"}],"last_page":1,"total":2}"#,
        );
        assert_eq!(said, ("1 [\"}{\\|2 ".to_owned(), 1, 2));
        let said = page(
            r#"{"\"data":[{"id":9}],"total":"1","current_page":1,"last_page":1,"data":[{"id":1}]}"#,
        );
        assert_eq!(said.0, "1 ");
    }

    #[test]
    fn lists_of_other_shapes_are_read_too() {
        let numbers = r#""current_page":1,"last_page":1,"total":1"#;
        assert_eq!(page(&format!(r#"{{{numbers},"data":null}}"#)).0, "");
        assert_eq!(page(&format!(r#"{{{numbers},"data":[]}}"#)).0, "");
        assert_eq!(page(&format!(r#"{{{numbers},"data":{{"3":{{"id":7}}}}}}"#)).0, "7 ");
        assert_eq!(page(&format!(r#"{{"data":{{{numbers},"data":[{{"id":7}}]}}}}"#)).0, "7 ");
        let marked = "\u{feff} [{\"id\":1},{\"id\":2}]";
        for document in [marked, r#"{"data":[{"id":1},{"id":2}]}"#] {
            for length in 1..document.len() {
                let (_, rows, _) = read::<Vec<Element<Row>>>(document, length).unwrap();
                assert_eq!(rows, "1 |2 ");
            }
        }
    }

    #[test]
    fn what_is_no_list_of_rows_is_refused() {
        let why = |document: &str| read::<Vec<Element<Row>>>(document, 7).err().unwrap();
        assert_eq!(why(r#"[{"id":1},{"id":"x"}]"#).split(": ").next(), Some("at [1].id"));
        assert!(why(r#"{"data":[{"id":1},{"id":"x"}]}"#).starts_with("at data[1].id: "));
        for document in [
            r#"[{"id":1},0]"#,
            "[0]",
            r#"[{"id":1},]"#,
            r#"[{"id":1}{"id":2}]"#,
            r#"[{"id":1}"#,
            r#"[{"id":1},{"id":2"#,
            r#"[{"id":1}]]"#,
            r#"[{"id":1},null]"#,
            r#"[{"id":1},"x"]"#,
            "<p class=\"data\">[{</p>",
            "",
        ] {
            let said = why(document);
            assert!(said.contains("the response cannot be read"), "{document}: {said}");
            assert!(!said.contains(" column ") || !document.contains("id"), "{document}: {said}");
        }
        let page = |document: &str| read::<Page<Row>>(document, 9).err().unwrap();
        assert!(page(r#"{"data":[{"id":1}],"total":1}"#).contains("`current_page` is missing"));
    }
}
