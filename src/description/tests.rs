use super::*;

fn line(container: &[&str], name: &str) -> IdentityLine {
    let identity = Identity::in_description("tqi-0123456789abcdef").unwrap();
    let mark = NamespaceMark::in_description("tqn-01234567").unwrap();
    IdentityLine::of_test(container, name, identity, mark)
}

#[test]
fn markup_of_an_editor_is_ignored() {
    let line = line(&["a<b>"], "\"x\" & 'y'");
    let text = line.to_string();
    assert_eq!(text, "Automated test (tqi-0123456789abcdef tqn-01234567): a<b> :: \"x\" & 'y'");
    for description in [
        text.clone(),
        format!("  {text}\r\n"),
        text.replace(' ', "  "),
        format!(
            "<p>{}</p>\n<p><br></p>",
            text.replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;")
        ),
        format!(
            "<div>{}&nbsp;</div>",
            text.replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;")
        ),
    ] {
        assert!(line.is_all_of(&description), "{description}");
    }
    for description in ["", "Mine.", &format!("Mine. {text}"), &format!("{text} Mine."), &text[1..]]
    {
        assert!(!line.is_all_of(description), "{description}");
    }
}

#[test]
fn an_unclosed_tag_is_text() {
    let line = line(&[], "a < b");
    assert!(line.is_all_of(&line.to_string()));
}

#[test]
fn a_line_names_container_and_name_or_path() {
    let identity = Identity::of_test("shop", &["cart", "api"], "adds");
    let mark = NamespaceMark::of("shop");
    let line = IdentityLine::of_test(&["cart", "api"], "adds", identity, mark);
    assert_eq!(line.to_string(), format!("Automated test ({identity} {mark}): cart / api :: adds"));
    let line = IdentityLine::of_folder(&["cart", "api"], identity, mark);
    assert_eq!(line.to_string(), format!("Automated tests ({identity} {mark}): cart / api"));
}

/// Rows in projects carry these wordings: a change needs an entry in the list of former ones.
#[test]
fn the_wording_is_frozen() {
    assert_eq!(
        line(&["demo-crate"], "tests::fails").to_string(),
        "Automated test (tqi-0123456789abcdef tqn-01234567): demo-crate :: tests::fails"
    );
    assert_eq!(TEST_WORDINGS[1..], ["Automated test: {what} ({ids})"]);
    assert_eq!(FOLDER_WORDINGS[1..], ["Automated tests: {what} ({ids})"]);
}

#[test]
fn a_server_that_cuts_descriptions_leaves_the_identity() {
    let path = "com/acme/billing/".repeat(40);
    for (container, name) in [(&*path, "adds"), ("cart", &*path), (&path, &path)] {
        let line = line(&[container], name);
        let text = line.to_string();
        assert!(text.chars().count() <= 255, "{} {text}", text.chars().count());
        assert!(text.contains('…'), "{text}");
        for length in [100, 191, 255] {
            let cut: String = text.chars().take(length).collect();
            assert_eq!(Identity::in_description(&cut), Some(line.identity), "{cut}");
            assert_eq!(NamespaceMark::in_description(&cut), Some(line.namespace), "{cut}");
            for left in [cut.clone(), format!("{cut}…"), format!("<p>{cut}...</p>")] {
                assert!(line.is_all_of(&left), "{left}");
            }
            assert!(!line.is_all_of(&format!("{cut} Mine.")), "{cut}");
        }
        assert!(!line.is_all_of("Automated test"), "an identity is needed");
    }
}

#[test]
fn a_name_that_holds_an_identity_is_not_taken_for_one() {
    let line = line(&["ids"], "reads (tqi-fedcba9876543210 tqn-76543210)");
    let text = line.to_string();
    assert_eq!(Identity::in_description(&text), Some(line.identity), "{text}");
    assert_eq!(NamespaceMark::in_description(&text), Some(line.namespace), "{text}");
    assert!(line.is_all_of(&text));
    for wording in TEST_WORDINGS {
        let former = line.with_ids(wording).replace("{what}", &line.parts.join(" :: "));
        assert!(line.is_all_of(&former), "{former}");
    }
}

#[test]
fn a_long_text_loses_its_middle() {
    assert_eq!(shorten("abcdefgh", 8), "abcdefgh");
    assert_eq!(shorten("abcdefghi", 8), "abc…fghi");
    assert_eq!(shorten("äöüäöüäöü", 4), "ä…öü");
    let (one, other) = ("x".repeat(150), "y".repeat(40));
    assert_eq!(shorten_both(&one, &other, WHAT_CHARS), (Cow::from(&one), Cow::from(&other)));
    let (long, short) = ("x".repeat(400), "y".repeat(50));
    let (one, other) = shorten_both(&long, &short, WHAT_CHARS);
    assert_eq!((one.chars().count(), other.chars().count()), (WHAT_CHARS - 4 - 50, 50));
    let (one, other) = shorten_both(&long, &long, WHAT_CHARS);
    assert_eq!((one.chars().count(), other.chars().count()), (98, 98));
}

#[test]
fn every_known_wording_is_recognised_for_the_same_test_only() {
    let long = "x".repeat(300);
    let shortened = format!("{}…{}", &long[..100], &long[..100]);
    for (container, shown) in [("cart", "cart"), (&long, &long), (&long, &shortened)] {
        let line = line(&[container], "adds {ids}");
        assert!(line.is_all_of(&line.to_string()));
        for wording in TEST_WORDINGS {
            let description = wording
                .replace("{ids}", "tqi-0123456789abcdef tqn-01234567")
                .replace("{what}", &format!("{shown} :: adds {{ids}}"));
            assert!(line.is_all_of(&description), "{description}");
            for other in [
                description.replace("adds", "removes"),
                description.replace("tqi-0", "tqi-1"),
                description.replace("tqn-0", "tqn-1"),
                description.replace("Automated test", "Automated tests"),
                format!("Mine. {description}"),
                format!("{description} Mine."),
            ] {
                assert!(!line.is_all_of(&other), "{other}");
            }
        }
    }
}

#[test]
fn an_ellipsis_shortens() {
    for (shown, full, expected) in [
        ("abc", "abc", true),
        ("abc", "abcd", false),
        ("a…", "abc", true),
        ("a…c", "abc", true),
        ("a…b…d", "abcd", true),
        ("…", "abc", true),
        ("a…x…d", "abcd", false),
        ("b…", "abc", false),
        ("a…b", "abc", false),
    ] {
        assert_eq!(shortens(shown, full), expected, "{shown} {full}");
    }
}

#[test]
fn a_line_is_appended_below_a_persons_text() {
    let line = line(&[], "adds");
    assert_eq!(line.append_to(""), line.to_string());
    assert_eq!(line.append_to("  See the wiki.\n"), format!("  See the wiki.\n\n{line}"));
}

const OLD: &str = "tqi-00000000000000aa";

/// The line of a test whose identity is the hash of its parts.
fn real(container: &[&str], name: &str) -> IdentityLine {
    let identity = Identity::of_test("shop", container, name);
    IdentityLine::of_test(container, name, identity, NamespaceMark::of("shop"))
}

#[test]
fn aliases_follow_the_current_identity() {
    let alias = Identity::in_description(OLD).unwrap();
    let line = line(&["shop.cart.CartTest"], "adds").with_aliases([alias, alias]);
    let text = line.to_string();
    assert_eq!(
        text,
        format!(
            "Automated test (tqi-0123456789abcdef {OLD} tqn-01234567): shop.cart.CartTest :: adds"
        )
    );
    assert!(line.is_all_of(&text));
    assert!(!line.is_all_of(&text.replace(&format!(" {OLD}"), "")), "another group");
    let former = "Automated test: shop.cart.CartTest :: adds (tqi-0123456789abcdef tqi-00000000000000aa tqn-01234567)";
    assert!(line.is_all_of(former));
}

#[test]
fn at_most_eight_identities_are_kept_and_the_line_stays_short() {
    let aliases: Vec<Identity> =
        (0..20).map(|n| Identity::of_test("", &["c"], &n.to_string())).collect();
    let long = "x".repeat(300);
    let line = line(&[&long], &long).with_aliases(aliases.iter().copied());
    let text = line.to_string();
    assert_eq!(text.matches("tqi-").count(), MAX_IDENTITIES);
    assert_eq!(text.chars().count(), LINE_CHARS);
    assert!(line.is_all_of(&text));
    let kept = IdentityGroup::last_in(&text).unwrap().identities;
    assert_eq!(kept[1..], aliases[..7]);
}

#[test]
fn a_line_is_replaced_where_it_is() {
    let old = real(&["com.acme.cart"], "adds");
    let new = real(&["com.acme.basket"], "adds <b>").with_aliases([old.identity]);
    let escaped = new.to_string().replace('<', "&lt;").replace('>', "&gt;");
    let former =
        format!("Automated test: com.acme.cart :: adds ({} {})", old.identity, old.namespace);
    for (before, after) in [
        (old.to_string(), new.to_string()),
        (former, new.to_string()),
        (format!("<p>Why.</p>\n\n{old}\n"), format!("<p>Why.</p>\n\n{new}\n")),
        (format!("<p>Why.</p><p>{old}</p>"), format!("<p>Why.</p><p>{escaped}</p>")),
        (String::new(), new.to_string()),
        ("Mine.".to_owned(), format!("Mine.\n\n{new}")),
        (format!("{old}\nMine, below."), format!("{new}\nMine, below.")),
    ] {
        assert_eq!(new.replace_in(&before, &["shop"]), after, "{before}");
        assert_eq!(new.replace_in(&after, &["shop"]), after, "{after}");
    }
}

#[test]
fn what_a_person_added_to_the_line_stays() {
    let old = real(&["com.acme.cart"], "adds");
    let new = real(&["com.acme.basket"], "adds").with_aliases([old.identity]);
    for (text, namespaces) in [
        (format!("{old} (see the wiki)"), &["shop"][..]),
        (format!("Note: {}", old.group()), &["shop"]),
        // The namespace of the line is not known, so that nothing tells what is ours.
        (old.to_string(), &["other"]),
    ] {
        let replaced = new.replace_in(&text, namespaces);
        assert_eq!(replaced, text.replace(&old.group(), &new.group()), "{text}");
    }
}

#[test]
fn a_shortened_line_is_replaced_as_a_whole() {
    let long = "x".repeat(300);
    let old = real(&[&long], "adds");
    let new = real(&["short"], "adds").with_aliases([old.identity]);
    assert_eq!(new.replace_in(&old.to_string(), &["shop"]), new.to_string());
    let noted = format!("{old} (see the wiki)");
    assert!(new.replace_in(&noted, &["shop"]).ends_with(" (see the wiki)"));
}

#[test]
fn a_label_is_split_into_container_and_name() {
    let split = |line: &IdentityLine, namespace: &str| {
        let label = label_in(&line.to_string()).unwrap();
        let Label { container, name, .. } = Label::split(&label, &[line.identity], &[namespace]);
        (container.to_owned(), name.to_owned())
    };
    let owned = |container: &str, name: &str| (container.to_owned(), name.to_owned());
    assert_eq!(split(&real(&["a", "b"], "adds"), "shop"), owned("a / b", "adds"));
    assert_eq!(split(&real(&["a :: b"], "c :: d"), "shop"), owned("a :: b", "c :: d"));
    assert_eq!(split(&real(&["a :: b"], "c :: d"), "other"), owned("a", "b :: c :: d"));
    assert_eq!(split(&real(&[], "adds"), "shop"), owned("", "adds"));
    assert_eq!(label_in("Mine."), None);
    assert_eq!(
        label_in("<p>Automated test (tqi-0123456789abcdef tqn-01234567): a &lt; b</p>").unwrap(),
        "a < b"
    );
}

#[test]
fn an_identity_is_removed_and_nothing_else() {
    let ids = ["a", "b", "c"].map(|name| Identity::of_test("", &["c"], name));
    let mark = NamespaceMark::of("");
    let text =
        |ids: &str| format!("Mine.\n\n<p>Automated test ({ids} {mark}): c :: a, and more</p>");
    let [a, b, c] = ids;
    let whole = text(&format!("{a} {b} {c}"));
    assert_eq!(without_identities(&whole, &[b]), text(&format!("{a} {c}")));
    assert_eq!(without_identities(&whole, &[b, c]), text(&a.to_string()));
    assert_eq!(without_identities(&whole, &[]), whole);
    assert_eq!(without_identities("Mine.", &[a]), "Mine.");
}

#[test]
fn a_line_is_removed_with_what_was_added_for_it() {
    let line = real(&["cart"], "adds");
    let removed = |text: &str| without_line(text, &["shop"]);
    assert_eq!(removed(&line.to_string()).unwrap(), "");
    assert_eq!(removed(&line.append_to("See the wiki.")).unwrap(), "See the wiki.");
    assert_eq!(removed(&format!("<p>Why.</p><p>{line}</p>")).unwrap(), "<p>Why.</p>");
    assert_eq!(removed(&format!("Above.\n\n{line}\n\nBelow.")).unwrap(), "Above.\n\nBelow.");
    assert_eq!(removed(&format!("{line} (see the wiki)")), None, "somebody edited it");
    assert_eq!(removed("Mine."), None);
}

#[test]
fn the_folder_for_retired_tests_has_a_line_of_its_own() {
    let identity = Identity::of_folder("shop", &["Retired"]);
    let mark = NamespaceMark::of("shop");
    let line = IdentityLine::of_retired(&["Retired"], identity, mark);
    assert_eq!(line.to_string(), format!("Retired automated tests ({identity} {mark}): Retired"));
    assert!(is_of_retired(&line.append_to("Mine.")));
    assert!(!is_of_retired(&IdentityLine::of_folder(&["Retired"], identity, mark).to_string()));
}
