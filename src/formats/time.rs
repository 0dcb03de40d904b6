//! Durations as tools write them.

/// The seconds that `text` stands for; none if that is not a finite number of at least 0.
///
/// Points and commas are told apart as people would: where both occur the last one is the decimal mark; a single
/// comma before exactly three digits groups thousands, any other is decimal; what occurs twice groups.
pub(crate) fn seconds(text: &str) -> Option<f64> {
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

/// The seconds of a duration written as `hh:mm:ss.fff` (TRX), with days before a point if there are any.
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

fn number(text: &str) -> Option<f64> {
    // Rust also reads `inf`, `NaN` and `infinity`.
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
    fn a_time_is_a_number_of_seconds_or_nothing() {
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
    fn a_clock_gives_seconds() {
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
