//! Durations as tools write them.

/// The seconds that `text` says; none if that is not a finite number of at least 0.
///
/// Points and commas are read as people would: if both occur, the last one is the decimal mark; a single comma before
/// exactly three digits groups thousands, any other is decimal; a mark that occurs twice groups.
pub(crate) fn seconds(text: &str) -> Option<f64> {
    if let Some(seconds) = plain(text.as_bytes()) {
        return Some(seconds);
    }
    let text = text.trim();
    let text = text.strip_suffix('s').map_or(text, str::trim_end);
    if !text.contains(',') {
        return number(text);
    }
    let grouping = match (text.rfind(','), text.rfind('.')) {
        (Some(comma), Some(point)) if comma > point => '.',
        (Some(comma), None) => {
            let thousands = text.len() - comma == 4 || text.matches(',').count() > 1;
            if thousands { ',' } else { '.' }
        }
        _ => ',',
    };
    let plain: String = text
        .chars()
        .filter(|&character| character != grouping)
        .map(|character| if character == ',' { '.' } else { character })
        .collect();
    number(&plain)
}

/// The seconds of a duration such as `hh:mm:ss.fff` (TRX), or `days.hh:mm:ss`.
pub(crate) fn clock(text: &str) -> Option<f64> {
    let mut parts = text.trim().rsplitn(3, ':');
    let seconds = number(parts.next()?)?;
    let minutes = parts.next().map_or(Some(0.0), number)?;
    let (days, hours) = match parts.next() {
        Some(hours) => match hours.split_once('.') {
            Some((days, hours)) => (number(days)?, number(hours)?),
            None => (0.0, number(hours)?),
        },
        None => (0.0, 0.0),
    };
    Some(((days * 24.0 + hours) * 60.0 + minutes) * 60.0 + seconds)
}

/// `12.345`, as most tools write it, with at most 15 digits. Both numbers of the division are exact then, so its result
/// is the number that parsing would return.
fn plain(text: &[u8]) -> Option<f64> {
    const POWERS: [f64; 10] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

    if text.is_empty() || text.len() > 15 {
        return None;
    }
    let mut digits = 0_u64;
    let mut point = None;
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => digits = digits * 10 + u64::from(byte - b'0'),
            b'.' if point.is_none() && at > 0 => point = Some(at),
            _ => return None,
        }
    }
    let decimals = point.map_or(0, |point| text.len() - point - 1);
    Some(digits as f64 / POWERS.get(decimals)?)
}

fn number(text: &str) -> Option<f64> {
    // Rust also parses `inf`, `NaN` and `infinity`.
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'+' | b'-' | b'e' | b'E'))
    {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    (value.is_finite() && value >= 0.0).then_some(value.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_of_seconds_or_none() {
        for (text, expected) in [
            ("0", Some(0.0)),
            ("0.25", Some(0.25)),
            (" 1.5 ", Some(1.5)),
            ("1,234.5", Some(1234.5)),
            ("1.234,5", Some(1234.5)),
            ("1,234", Some(1234.0)),
            ("1,234,567.8", Some(1_234_567.8)),
            ("1.234.567,8", Some(1_234_567.8)),
            ("0,5", Some(0.5)),
            ("1e-3", Some(0.001)),
            ("2.5E+2", Some(250.0)),
            ("0.016s", Some(0.016)),
            ("-0", Some(0.0)),
            (".5", Some(0.5)),
            ("", None),
            ("-1.5", None),
            ("NaN", None),
            ("inf", None),
            ("1e999", None),
            ("<<computed>>", None),
            ("1:02:03", None),
            ("1.2.3", None),
            (",", None),
            ("٣", None),
        ] {
            assert_eq!(seconds(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_fast_path_returns_the_same_number_as_parsing() {
        for text in [
            "0",
            "0.001",
            "1.",
            "12.345",
            "99999999999999",
            "123456.7890123",
            "0.1",
            "0.3",
            "2.675",
            "1.0005",
        ] {
            if let Some(short) = plain(text.as_bytes()) {
                assert_eq!(short.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
            }
        }
        assert!(plain(b"0.001").is_some() && plain(b"12.345").is_some());
        for text in ["", ".", ".5", "1.2.3", "1e3", "-1", "1,5"] {
            assert_eq!(plain(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_clock_time_is_in_seconds() {
        for (text, expected) in [
            ("00:00:00.5000000", Some(0.5)),
            ("01:02:03", Some(3723.0)),
            ("1.00:00:01", Some(86_401.0)),
            ("12.5", Some(12.5)),
            ("", None),
            ("aa:bb:cc", None),
            ("-1:00:00", None),
        ] {
            assert_eq!(clock(text), expected, "{text:?}");
        }
    }
}
