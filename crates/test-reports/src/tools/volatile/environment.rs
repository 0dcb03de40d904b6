//! Browsers, devices and platforms: the same tests run in several.

/// Words that name a browser. The second list needs a version with a dot or a platform beside it.
const BROWSERS: [&str; 14] = [
    "chrome",
    "chromium",
    "headlesschrome",
    "chromeheadless",
    "chromiumheadless",
    "firefox",
    "firefoxheadless",
    "headlessfirefox",
    "safari",
    "msedge",
    "phantomjs",
    "webkit",
    "jsdom",
    "webkitheadless",
];
const AMBIGUOUS_BROWSERS: [&str; 6] = ["edge", "opera", "ie", "explorer", "electron", "brave"];
const DEVICES: [&str; 8] =
    ["iphone", "ipad", "ipod", "pixel", "nexus", "galaxy", "emulator", "simulator"];
const PLATFORMS: [&str; 19] = [
    "linux", "windows", "win", "mac", "macos", "macosx", "osx", "darwin", "ubuntu", "debian",
    "fedora", "centos", "alpine", "ios", "android", "freebsd", "cros", "nt", "xp",
];
const OTHERS: [&str; 53] = [
    "x",
    "x86",
    "x64",
    "amd",
    "arm",
    "arm64",
    "aarch",
    "intel",
    "apple",
    "on",
    "os",
    "headless",
    "new",
    "old",
    "mobile",
    "desktop",
    "tablet",
    "phone",
    "beta",
    "stable",
    "dev",
    "canary",
    "esr",
    "version",
    "v",
    "latest",
    "lts",
    "server",
    "google",
    "microsoft",
    "mozilla",
    "applewebkit",
    "khtml",
    "like",
    "gecko",
    "compatible",
    "internet",
    "api",
    "avd",
    "pro",
    "max",
    "plus",
    "mini",
    "air",
    "se",
    "xl",
    "ultra",
    "generation",
    "rd",
    "th",
    "a",
    "u",
    "wow",
];

/// Whether all of `part` names a browser, device or platform with its version.
pub(in crate::tools) fn is_environment(part: &str) -> bool {
    if is_test_lab_device(part) {
        return true;
    }
    let (mut browsers, mut ambiguous, mut devices, mut platforms, mut numbers, mut headless) =
        (0, 0, 0, 0, 0, false);
    for word in
        part.split(|next: char| !next.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
    {
        let word = word.to_ascii_lowercase();
        let letters = word.trim_end_matches(|next: char| next.is_ascii_digit());
        if word.starts_with(|next: char| next.is_ascii_digit()) {
            if word.trim_start_matches(|next: char| next.is_ascii_digit()).len() > 2 {
                return false;
            }
            numbers += 1;
            continue;
        }
        if BROWSERS.contains(&letters) {
            browsers += 1;
        } else if AMBIGUOUS_BROWSERS.contains(&letters) {
            ambiguous += 1;
        } else if DEVICES.contains(&letters) {
            devices += 1;
        } else if PLATFORMS.contains(&letters) {
            platforms += 1;
        } else if !OTHERS.contains(&letters) && !OTHERS.contains(&word.as_str()) {
            return false;
        }
        headless |= letters.contains("headless");
        numbers += usize::from(letters.len() < word.len());
    }
    (browsers > 0 && (numbers > 0 || platforms > 0 || headless))
        || (ambiguous > 0 && (numbers > 1 || (platforms > 0 && numbers > 0)))
        || (devices > 0 && numbers > 0)
        || (platforms > 0 && numbers > 0 && !part.contains('/'))
}

/// `Pixel2-30-en-portrait` of Firebase Test Lab: model, version, locale, orientation.
fn is_test_lab_device(part: &str) -> bool {
    let mut parts = part.rsplitn(4, '-');
    let orientation =
        parts.next().is_some_and(|part| ["portrait", "landscape", "default"].contains(&part));
    let locale = parts.next().is_some_and(|part| {
        let language = part.split('_').next().unwrap_or_default();
        (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase())
    });
    let version = parts.next().is_some_and(|part| {
        part.starts_with(|next: char| next.is_ascii_digit())
            && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    });
    orientation && locale && version && parts.next().is_some_and(|model| !model.is_empty())
}

/// Whether `part` is only the name of a browser, which may also be what tests are about.
pub(in crate::tools) fn is_browser_name(part: &str) -> bool {
    let part = part.to_ascii_lowercase();
    let name =
        ["mobile ", "google ", "microsoft "].iter().find_map(|start| part.strip_prefix(start));
    BROWSERS.contains(&name.unwrap_or(&part)) || name == Some("edge")
}

/// `part` without a browser or device in front (`Chrome 120.0 (Linux).Cart`, `Chrome 120 - Cart`) or behind it.
pub(super) fn without_affixes(part: &str) -> &str {
    const SEPARATORS: [&str; 6] = [" - ", " | ", ": ", " / ", " :: ", " > "];
    let mut part = part;
    if let Some(at) = part.find([')', ']'])
        && let Some(rest) = part[at + 1..].strip_prefix(['.', ' ', '_', ':'])
        && (is_environment(&part[..=at]) || is_browser_name(part[..at].trim_start_matches('[')))
    {
        part = rest.trim_start_matches(['.', ' ']);
    }
    if let Some(open) = part.rfind(['(', '['])
        && open > 0
        && part.ends_with([')', ']'])
        && (is_environment(&part[open..]) || is_in_brackets(&part[open..]))
    {
        part = part[..open].trim_end();
    }
    for separator in SEPARATORS {
        if let Some((first, rest)) = part.split_once(separator)
            && is_environment(first)
        {
            part = rest;
        }
        if let Some((rest, last)) = part.rsplit_once(separator)
            && is_environment(last)
        {
            part = rest;
        }
    }
    part
}

/// Whether `part` is `[chromium]`: in square brackets, as tools write it behind a name.
fn is_in_brackets(part: &str) -> bool {
    part.strip_prefix('[').and_then(|part| part.strip_suffix(']')).is_some_and(is_browser_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_devices_and_platforms_are_environments() {
        for part in [
            "chrome 137.0.2062.102 on Linux",
            "Chrome Headless 120.0.0 (Linux x86_64)",
            "Chrome Headless 156.0.0.0 (Linux 0.0.0)",
            "HeadlessChrome",
            "HeadlessChrome 120.0.0",
            "Firefox 131.0 (Ubuntu 22.04)",
            "Safari 17.1 (Mac OS 10.15.7)",
            "Microsoft Edge 120.0.2210.91",
            "internet explorer 11 on windows 7",
            "Mobile Safari 15.0 (iOS 15.0)",
            "Pixel2-30-en-portrait",
            "MediumPhone.arm-33-de_DE-landscape",
            "iphone8-11.2-en-portrait",
            "Pixel_3a_API_30(AVD) - 11",
            "iPhone 15 Pro (17.2)",
            "emulator-5554",
            "ubuntu-22.04",
            "Windows 10 x64",
        ] {
            assert!(is_environment(part), "{part}");
        }
        for part in [
            "",
            "Cart",
            "Edge 3",
            "chrome",
            "Windows",
            "cart 2",
            "on 2",
            "v1.2",
            "Chrome extension 2",
            "Opera",
            "pro 2",
            "10",
        ] {
            assert!(!is_environment(part), "{part}");
        }
    }
}
