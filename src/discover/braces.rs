//! Braces and commas in patterns, which the crate `glob` does not know.
//!
//! `{a,b}` expands to both, `{a}` to itself. Nothing is special inside `[…]`: `[{]` is a literal brace.

/// The most patterns that one may expand to.
const MOST: usize = 1000;

/// The patterns that `pattern` expands to, in the order of their alternatives; only itself if it has none. None if
/// they are too many.
pub(super) fn expand(pattern: &str) -> Option<Vec<String>> {
    let mut expanded = vec![pattern.to_owned()];
    let mut index = 0;
    while let Some(text) = expanded.get(index) {
        let Some(alternatives) = expand_first(text) else {
            index += 1;
            continue;
        };
        expanded.splice(index..=index, alternatives);
        if expanded.len() > MOST {
            return None;
        }
    }
    Some(expanded)
}

/// The parts of a list: what is between the commas outside braces, without white space around it.
pub(super) fn split(list: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let mut commas = Vec::new();
    for (at, mark) in marks(list) {
        match mark {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => commas.push(at),
            _ => {}
        }
    }
    between(list, 0, &commas, list.len()).map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// Replaces the first group of braces that holds a comma by each of its alternatives.
fn expand_first(text: &str) -> Option<Vec<String>> {
    let marks = marks(text);
    marks.iter().enumerate().filter(|(_, (_, mark))| *mark == b'{').find_map(
        |(index, (open, _))| {
            let mut depth = 0;
            let mut commas = Vec::new();
            for (at, mark) in marks.iter().skip(index + 1) {
                match mark {
                    b'{' => depth += 1,
                    b'}' if depth == 0 && commas.is_empty() => return None,
                    b'}' if depth == 0 => {
                        let (before, after) = (text.get(..*open)?, text.get(at + 1..)?);
                        let alternatives = between(text, open + 1, &commas, *at);
                        return Some(
                            alternatives.map(|one| format!("{before}{one}{after}")).collect(),
                        );
                    }
                    b'}' => depth -= 1,
                    _ if depth == 0 => commas.push(*at),
                    _ => {}
                }
            }
            None
        },
    )
}

/// The pieces of `text[start..end]` between `commas`.
fn between<'a>(
    text: &'a str,
    start: usize,
    commas: &[usize],
    end: usize,
) -> impl Iterator<Item = &'a str> {
    let starts: Vec<usize> = std::iter::once(start).chain(commas.iter().map(|at| at + 1)).collect();
    let ends: Vec<usize> = commas.iter().copied().chain([end]).collect();
    starts.into_iter().zip(ends).filter_map(move |(start, end)| text.get(start..end))
}

/// The braces and commas of `text` outside `[…]`, with their places.
fn marks(text: &str) -> Vec<(usize, u8)> {
    let mut marks = Vec::new();
    let mut skipped = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if at < skipped => {}
            // The first character of a class may be `]`.
            b'[' => {
                let start = at + if text.get(at + 1..at + 2) == Some("!") { 3 } else { 2 };
                let end = text.as_bytes().iter().skip(start).position(|byte| *byte == b']');
                skipped = end.map_or(skipped, |end| start + end);
            }
            b'{' | b'}' | b',' => marks.push((at, byte)),
            _ => {}
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_are_expanded_in_order() {
        for (pattern, expected) in [
            ("a.xml", &["a.xml"][..]),
            ("{a,b}.xml", &["a.xml", "b.xml"]),
            ("r{,-2}.xml", &["r.xml", "r-2.xml"]),
            (
                "{a,b{1,2}}/*.{xml,trx}",
                &["a/*.xml", "a/*.trx", "b1/*.xml", "b1/*.trx", "b2/*.xml", "b2/*.trx"],
            ),
            ("{ä,ö}", &["ä", "ö"]),
            // Braces that hold no comma, or are not closed, are what they are.
            ("{a}.xml", &["{a}.xml"]),
            ("{a,b.xml", &["{a,b.xml"]),
            ("a},{b", &["a},{b"]),
            ("{a,{b,c}", &["{a,b", "{a,c"]),
            ("${x}{a,b}", &["${x}a", "${x}b"]),
            // A class takes braces and commas as they are.
            ("[{]a,b[}]", &["[{]a,b[}]"]),
            ("{[,],b}", &["[,]", "b"]),
            ("{[],],[!],]}", &["[],]", "[!],]"]),
            ("{[a,b}", &["[a", "b"]),
        ] {
            assert_eq!(expand(pattern).unwrap(), expected, "{pattern}");
        }
        assert_eq!(expand(&"{a,b}".repeat(9)).unwrap().len(), 512);
        assert_eq!(expand(&"{a,b}".repeat(1000)), None);
    }

    #[test]
    fn a_list_is_split_at_its_own_commas() {
        assert_eq!(split("a.xml, b/*.xml,{c,d}.xml,"), ["a.xml", "b/*.xml", "{c,d}.xml"]);
        assert_eq!(split("a.xml"), ["a.xml"]);
        assert_eq!(split("[,].xml"), ["[,].xml"]);
        assert!(split(" , ").is_empty());
    }
}
