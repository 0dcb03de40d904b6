//! The web page at `/`: access and content.

use std::time::Instant;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};

use super::*;

/// A browser with access: it sends the cookie, and does not follow redirects.
pub(crate) struct Browser<'a> {
    site: &'a Site,
    cookie: String,
}

impl<'a> Browser<'a> {
    /// Opens the printed link.
    pub(crate) async fn enter(site: &'a Site) -> Self {
        let response = open(site.running.page_link.expose_secret(), None).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        let cookie = response.headers()[SET_COOKIE].to_str().unwrap();
        Self { site, cookie: cookie.split(';').next().unwrap().to_owned() }
    }

    pub(crate) async fn open(&self, path: &str) -> Response {
        open(&format!("{}{path}", self.site.running.url), Some(&self.cookie)).await
    }

    pub(crate) async fn see(&self, path: &str) -> String {
        let response = self.open(path).await;
        let status = response.status();
        let page = response.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        page
    }
}

async fn open(url: &str, cookie: Option<&str>) -> Response {
    let mut request = without_redirects().get(url);
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    request.send().await.unwrap()
}

/// A client that returns redirects instead of following them.
fn without_redirects() -> Client {
    // Installs the provider of cryptography.
    client();
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

#[tokio::test]
async fn the_printed_link_opens_the_page_once() {
    let site = Site::new().await;
    let link = site.running.page_link.expose_secret();
    let (start, code) = link.split_once("/?code=").unwrap();
    assert_eq!((start, code.len()), (&*site.running.url, 32));

    // A HEAD request or a prefetch does not use the code up.
    let ahead = without_redirects().get(link).header("sec-purpose", "prefetch;prerender");
    assert_eq!(ahead.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let head = without_redirects().head(link).send().await.unwrap();
    assert_eq!(head.status(), StatusCode::UNAUTHORIZED);

    let entered = open(link, None).await;
    assert_eq!(entered.status(), StatusCode::SEE_OTHER);
    assert_eq!(entered.headers()[LOCATION], "/");
    assert_eq!(entered.headers()["cache-control"], "no-store");
    let cookie = entered.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    let (pair, flags) = cookie.split_once("; ").unwrap();
    assert_eq!(flags, "Path=/; HttpOnly; SameSite=Strict");
    let (_, value) = pair.split_once('=').unwrap();
    let token = site.running.token.expose_secret();
    assert!(value.len() == 32 && !token.contains(value) && value != code, "{value}");

    let page = open(&format!("{}/projects", site.running.url), Some(pair)).await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains("Demo"));
    // Only the browser with the cookie may open the link again.
    let again = open(link, Some(pair)).await;
    assert_eq!(
        (again.status(), &again.headers()[LOCATION]),
        (StatusCode::SEE_OTHER, &"/".parse().unwrap())
    );
    assert!(!again.headers().contains_key(SET_COOKIE));
    let used = open(link, None).await;
    assert_eq!(used.status(), StatusCode::UNAUTHORIZED);
    assert!(!used.headers().contains_key(SET_COOKIE));
    // The journal does not contain the code.
    let entries = site.journal.entries();
    assert!(entries.len() > 5 && !format!("{entries:?}").contains(code));
}

#[tokio::test]
async fn without_the_cookie_the_page_asks_for_the_link() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let test = site.test(&roots, "the secret test", roots.suite).await;
    let browser = Browser::enter(&site).await;
    let token = site.running.token.expose_secret();
    let (name, value) = browser.cookie.split_once('=').unwrap();
    let paths = [
        "/".to_owned(),
        "/projects".to_owned(),
        "/?code=".to_owned(),
        format!("/?code={value}"),
        format!("/?code={token}"),
        format!("/project/{}", roots.project),
        format!("/project/{}/search?q=secret", roots.project),
        format!("/project/{}/runs", roots.project),
        format!("/test/{test}"),
        "/run/1".to_owned(),
        "/nothing".to_owned(),
    ];
    for path in &paths {
        for cookie in [
            None,
            Some(format!("{name}=")),
            Some(format!("{name}={}", &value[1..])),
            Some(format!("{name}={token}")),
            Some(format!("other={value}")),
        ] {
            let url = format!("{}{path}", site.running.url);
            let response = open(&url, cookie.as_deref()).await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path} {cookie:?}");
            let page = response.text().await.unwrap();
            assert!(page.contains("tq-import sandbox") && page.contains("link"), "{page}");
            assert!(!page.contains("secret") && !page.contains("Demo"), "{page}");
        }
        // The API's token does not open the page either.
        let request =
            without_redirects().get(format!("{}{path}", site.running.url)).bearer_auth(token);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    // The style sheet needs no cookie.
    let style = open(&format!("{}/page.css", site.running.url), None).await;
    assert_eq!(style.status(), StatusCode::OK);
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
}

#[tokio::test]
async fn the_cookie_does_not_open_the_api() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let browser = Browser::enter(&site).await;
    for path in ["/api/project", "/api", "/api/", "/api/batch", "/api/nothing"] {
        let body = json_of(browser.open(path).await, StatusCode::UNAUTHORIZED).await;
        assert_eq!(body, json!({"message": "Unauthenticated."}));
    }
    // As a foreign page would send it, if the browser attached the cookie.
    let url = format!("{}/api/project/{}", site.running.url, roots.project);
    let request = without_redirects().delete(url).header(COOKIE, &browser.cookie);
    json_of(request.send().await.unwrap(), StatusCode::UNAUTHORIZED).await;
    assert_eq!(site.get("project").await["total"], 1);
}

#[tokio::test]
async fn the_page_checks_host_and_origin_too() {
    let site = Site::new().await;
    let browser = Browser::enter(&site).await;
    for (name, value) in [
        ("host", "rebound.example"),
        ("host", "127.0.0.1.rebound.example"),
        ("origin", "http://rebound.example"),
        ("origin", "null"),
    ] {
        let request = without_redirects().get(&site.running.url).header(COOKIE, &browser.cookie);
        let response = request.header(name, value).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{name}: {value}");
        assert!(!response.text().await.unwrap().contains("Demo"));
    }
    // A rebound page does not use the code up.
    let other = Site::new().await;
    let link = other.running.page_link.expose_secret();
    let request = without_redirects().get(link).header("host", "rebound.example");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(open(link, None).await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn every_response_has_security_headers() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let browser = Browser::enter(&site).await;
    let project = format!("/project/{}", roots.project);
    for (path, status) in [
        ("/projects", StatusCode::OK),
        (&project, StatusCode::OK),
        ("/page.css", StatusCode::OK),
        ("/test/1", StatusCode::NOT_FOUND),
        ("/test/x", StatusCode::NOT_FOUND),
        ("/nothing", StatusCode::NOT_FOUND),
    ] {
        let response = browser.open(path).await;
        assert_eq!(response.status(), status, "{path}");
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        for rule in [
            "default-src 'none'",
            "style-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.split("; ").any(|part| part == rule), "{path}: {policy}");
        }
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(headers[name], value, "{path}");
        }
        assert!(headers["x-tq-sandbox"].to_str().unwrap().starts_with("not TestQuality"));
        let text = response.text().await.unwrap();
        assert!(path.ends_with("css") || text.contains("This is not TestQuality"), "{path}");
        assert!(
            !text.contains("<script") && !text.contains(" style=") && !text.contains("http://")
        );
    }
    let request = without_redirects().post(format!("{}{project}", site.running.url));
    let refused = request.header(COOKIE, &browser.cookie).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_project_shows_its_folders_and_their_tests() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let shop = site.folder(&roots, "Shop", roots.suite).await;
    let cart = site.folder(&roots, "Cart", shop).await;
    let line = "Automated test (tqi-9f86d081884c7d65 tqn-1b2c3d4e): shop :: adds";
    let mut adds = new_test(&roots, "adds", cart);
    adds["description"] = json!(format!("By hand.\n{line}"));
    let adds = id(&site.create("test", &adds).await);
    let mut off = new_test(&roots, "is off", cart);
    off["description"] = json!("Automated test (tqi-0000000000000001 tqn-1b2c3d4e): shop :: off");
    off["is_automated"] = json!(false);
    site.create("test", &off).await;
    let mut manual = new_test(&roots, "by hand", cart);
    manual["is_automated"] = json!(false);
    manual["precondition"] = json!("A cart.");
    site.create("test", &manual).await;
    for (sequence, words) in [(1, "Open it"), (2, "Add one")] {
        let step = json!({"project_id": roots.project, "test_id": adds, "step": words,
                          "expected_result": "It does.", "sequence": sequence});
        site.create("step", &step).await;
    }
    let browser = Browser::enter(&site).await;

    let projects = browser.see("/projects").await;
    let address = format!("/project/{}", roots.project);
    assert!(projects.contains(&format!("<a href=\"{address}\"><bdi>Demo</bdi></a>")));

    let top = browser.see(&address).await;
    assert!(top.contains("<h1><bdi>Demo</bdi></h1>") && top.contains("<bdi>Shop</bdi>"));
    assert!(top.contains("3 tests, including subfolders"), "{top}");
    let folder = browser.see(&format!("{address}?folder={cart}")).await;
    assert!(folder.contains("<h1><bdi>Cart</bdi></h1>"));
    assert!(folder.contains(&format!("folder={cart}\" aria-current=\"page\"")));
    for (name, kind, steps) in [
        ("adds", "Automated", "2 steps"),
        ("is off", "Switched off", ""),
        ("by hand", "Manual", "Precondition"),
    ] {
        let row = folder.split("<tr>").find(|row| row.contains(&format!("<bdi>{name}</bdi>")));
        let row = row.unwrap_or_else(|| panic!("no {name}: {folder}"));
        // A test is automated, unless the page says otherwise.
        assert_eq!(row.contains(&format!(">{kind}</span>")), kind != "Automated", "{row}");
        assert!(row.contains(&format!("<td class=\"steps\">{steps}</td>")), "{row}");
    }
    let way = format!(
        "<li><a href=\"/projects\">Projects</a></li><li><a href=\"{address}\"><bdi>Demo</bdi></a></li>"
    );
    let shop_link =
        format!("<li><a href=\"{address}?folder={shop}\"><bdi>Shop</bdi></a></li></ol>");
    assert!(folder.contains(&way) && folder.contains(&shop_link), "{folder}");

    let test = browser.see(&format!("/test/{adds}")).await;
    for shown in [
        "<h1><bdi>adds</bdi></h1>",
        "By hand.",
        line,
        "Shop / Cart",
        "Open it",
        "It does.",
        "<code>tqi-9f86d081884c7d65</code>",
        "<code>tqn-1b2c3d4e</code>",
        &format!("<li><a href=\"{address}?folder={cart}\"><bdi>Cart</bdi></a></li></ol>"),
    ] {
        assert!(test.contains(shown), "no {shown}: {test}");
    }
    assert!(test.find("Open it").unwrap() < test.find("Add one").unwrap());
    assert!(test.contains("<strong>Created</strong>"));
}

#[tokio::test]
async fn deleted_rows_are_not_shown() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let folder = site.folder(&roots, "Here", roots.suite).await;
    let inner = site.folder(&roots, "Inner", folder).await;
    let stays = site.test(&roots, "stays", inner).await;
    let goes = site.test(&roots, "goes", inner).await;
    let step = json!({"project_id": roots.project, "test_id": stays, "step": "the gone step"});
    let step = id(&site.create("step", &step).await);
    let gone = site.folder(&roots, "Gone", roots.suite).await;
    let body = json!({"plan_id": roots.plan, "project_id": roots.project, "name": "the gone run"});
    let run = id(&site.create("run", &body).await);
    for path in [
        format!("test/{goes}"),
        format!("step/{step}"),
        format!("suite/{gone}"),
        format!("run/{run}"),
    ] {
        site.delete(&path, StatusCode::OK).await;
    }
    let browser = Browser::enter(&site).await;
    let project = format!("/project/{}", roots.project);
    let all = [
        browser.see("/projects").await,
        browser.see(&project).await,
        browser.see(&format!("{project}?folder={inner}")).await,
        browser.see(&format!("{project}/search?q=e")).await,
        browser.see(&format!("{project}/runs")).await,
        browser.see(&format!("/test/{stays}")).await,
    ]
    .concat();
    assert!(all.contains("<bdi>stays</bdi>"));
    for gone in ["goes", "Gone", "the gone"] {
        assert!(!all.contains(gone), "{gone}");
    }
    for path in [format!("/test/{goes}"), format!("/run/{run}"), format!("{project}?folder={gone}")]
    {
        assert_eq!(browser.open(&path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }

    // Deleting a folder does not hide its subfolders and tests.
    site.delete(&format!("suite/{folder}"), StatusCode::OK).await;
    let page = browser.see(&project).await;
    assert!(
        page.contains("Detached") && page.contains("<bdi>Inner</bdi>") && !page.contains("Here")
    );
    site.delete(&format!("suite/{inner}"), StatusCode::OK).await;
    let page = browser.see(&format!("{project}?folder=none")).await;
    assert!(page.contains("<bdi>stays</bdi>") && !page.contains("goes"));
    // Deleting the project hides all of its pages.
    site.delete(&format!("project/{}", roots.project), StatusCode::OK).await;
    assert!(!browser.see("/projects").await.contains("Demo"));
    for path in [project, format!("/test/{stays}")] {
        assert_eq!(browser.open(&path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn hostile_text_is_harmless_and_readable() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let names = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</title></textarea></style><svg onload=alert(1)>",
        "{{ 7 * 7 }} {% raw %} &lt;b&gt;",
        "javascript:alert(1)",
        "\u{202e}gnp.exe\u{2066}\u{200f}",
        "a\u{1b}[31mred\u{7}\u{1}b\u{9b}c",
        "line\r\nline\u{2028}line",
    ];
    let mut pages = Vec::new();
    let browser = Browser::enter(&site).await;
    for name in names {
        let folder = site.folder(&roots, name, roots.suite).await;
        let mut test = new_test(&roots, name, folder);
        test["description"] = json!(name);
        test["precondition"] = json!(name);
        let test = id(&site.create("test", &test).await);
        let step = json!({"project_id": roots.project, "test_id": test, "step": name,
                          "expected_result": name});
        site.create("step", &step).await;
        site.put(&format!("test/{test}"), &json!({"description": name.repeat(2)}), StatusCode::OK)
            .await;
        let run = json!({"plan_id": roots.plan, "project_id": roots.project, "name": name,
                         "start_time": name});
        let run = id(&site.create("run", &run).await);
        let steps =
            site.list(&format!("run_result_step?project_id={}&_sort=-id", roots.project)).await;
        let result = json!({"result": name.repeat(3), "status_id": steps[0]["status_id"]});
        site.put(&format!("run_result_step/{}", id(&steps[0])), &result, StatusCode::OK).await;
        let query: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        pages.extend([
            format!("/project/{}?folder={folder}", roots.project),
            format!("/project/{}/search?q={query}", roots.project),
            format!("/test/{test}"),
            format!("/run/{run}"),
        ]);
    }
    pages.push(format!("/project/{}/runs", roots.project));
    pages.push(format!("/project/{}", roots.project));
    let mut all = String::new();
    for path in pages {
        let page = browser.see(&path).await;
        // Every tag and attribute is one of the templates; other text is in quotes.
        for tag in page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
            let bare: Vec<&str> = tag.split('"').step_by(2).collect();
            let bare = bare.join(" ");
            let mut words = bare.split_whitespace();
            let element = words.next().unwrap().trim_start_matches('/');
            assert!(ELEMENTS.contains(&element), "{path}: <{tag}>");
            for attribute in words {
                let name = attribute.trim_end_matches('=');
                assert!(ATTRIBUTES.contains(&name), "{path}: {name} in <{tag}>");
            }
        }
        for address in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(address.starts_with(['/', '#']), "{path}: {address}");
        }
        let is_harmful = |c: char| {
            (c.is_control() && c != '\n' && c != '\t')
                || matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!page.contains(is_harmful), "{path}: {page:?}");
        all += &page;
    }
    for readable in [
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "{{ 7 * 7 }}",
        "\\u{202e}gnp.exe\\u{2066}\\u{200f}",
        "a\\u{1b}[31mred\\u{7}\\u{1}b\\u{9b}c",
        "line\\u{d}\\u{a}line\\u{2028}line",
    ] {
        assert!(all.contains(readable), "{readable}");
    }
}

/// The elements of the templates.
const ELEMENTS: &[&str] = &[
    "!doctype", "html", "head", "meta", "title", "link", "body", "a", "header", "p", "span", "nav",
    "ul", "ol", "li", "form", "label", "input", "button", "main", "footer", "h1", "h2", "h3",
    "div", "bdi", "table", "caption", "thead", "tbody", "tr", "th", "td", "code", "section", "dl",
    "dt", "dd", "time", "strong", "del", "ins", "details", "summary", "br", "svg", "rect",
    "select", "option", "pre", "wbr",
];

/// The attributes of the templates.
const ATTRIBUTES: &[&str] = &[
    "html",
    "lang",
    "charset",
    "name",
    "content",
    "rel",
    "href",
    "class",
    "id",
    "tabindex",
    "role",
    "action",
    "method",
    "for",
    "type",
    "maxlength",
    "autocomplete",
    "spellcheck",
    "value",
    "scope",
    "datetime",
    "dir",
    "reversed",
    "aria-label",
    "aria-labelledby",
    "aria-current",
    "aria-hidden",
    "viewBox",
    "preserveAspectRatio",
    "focusable",
    "x",
    "y",
    "width",
    "height",
    "placeholder",
    "selected",
];

#[tokio::test]
async fn very_long_names_do_not_break_the_page() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let test = site.test(&roots, "short", roots.suite).await;
    // The API rejects such names, but another program may have written the file.
    let connection = rusqlite::Connection::open(&site.running.db).unwrap();
    let long = "<b>ä".repeat(2_560);
    connection.execute("UPDATE test SET name = ?1, description = ?1 || ?1 || ?1", [&long]).unwrap();
    connection.execute("UPDATE suite SET name = ?1", [&long]).unwrap();
    connection.execute("UPDATE project SET name = ?1", [&long]).unwrap();
    let browser = Browser::enter(&site).await;
    let project = format!("/project/{}", roots.project);
    for path in ["/projects", &project, &format!("{project}/search?q=b"), &format!("/test/{test}")]
    {
        let page = browser.see(path).await;
        assert!(page.contains("&#60;b&#62;ä") && !page.contains("<b>"), "{path}");
        assert!(page.contains('…'), "{path}");
        assert!(page.len() < 300_000, "{path}: {}", page.len());
    }
    assert!(browser.see(&format!("/test/{test}")).await.contains("more characters"));
}

#[tokio::test]
async fn the_search_finds_folders_tests_and_identities() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let cart = site.folder(&roots, "Cart", roots.suite).await;
    let mut adds = new_test(&roots, "Adds Größe", cart);
    adds["description"] = json!("Automated test (tqi-9f86d081884c7d65 tqn-1b2c3d4e): x :: y");
    site.create("test", &adds).await;
    site.test(&roots, "removes 100% of the cart_items", roots.suite).await;
    let browser = Browser::enter(&site).await;
    let found = async |query: &str| {
        let page = browser.see(&format!("/project/{}/search?q={query}", roots.project)).await;
        assert!(
            page.contains("role=\"search\"") && page.contains("<label class=\"hidden\" for=\"q\">")
        );
        let main = page.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
        let has = |name: &str| main.contains(&format!("<bdi>{name}</bdi>"));
        (
            page.contains(&format!("folder={cart}\"><bdi>Cart</bdi></a></th>")),
            has("Adds Größe"),
            has("removes 100% of the cart_items"),
        )
    };
    assert_eq!(found("cart").await, (true, false, true));
    assert_eq!(found("CART").await, (true, false, true));
    assert_eq!(found("gr%C3%96%C3%9Fe+adds").await, (false, true, false));
    assert_eq!(found("adds+removes").await, (false, false, false));
    assert_eq!(found("tqi-9f86d081").await, (false, true, false));
    assert_eq!(found("tqn-1b2c3d4e").await, (false, true, false));
    assert_eq!(found("tqi-0000").await, (false, false, false));
    // Wildcards have no meaning.
    assert_eq!(found("100%25").await, (false, false, true));
    assert_eq!(found("%25").await, (false, false, true));
    assert_eq!(found("_").await, (false, false, true));
    assert_eq!(found("").await, (false, false, false));
    assert_eq!(found("%22%3E%3Cscript%3E").await, (false, false, false));
    let page = browser.see(&format!("/project/{}/search?q=%22%3E%3Cb%3E", roots.project)).await;
    assert!(page.contains("value=\"&#34;&#62;&#60;b&#62;\""), "{page}");
}

#[tokio::test]
async fn runs_show_their_results() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let passes = site.test(&roots, "passes", roots.suite).await;
    let fails = site.test(&roots, "fails", roots.suite).await;
    let waits = site.test(&roots, "waits", roots.suite).await;
    for test in [passes, fails, waits] {
        let step = json!({"project_id": roots.project, "test_id": test, "step": "Run it"});
        site.create("step", &step).await;
    }
    let run = json!({"plan_id": roots.plan, "project_id": roots.project, "name": "nightly",
                     "start_time": "2026-01-02T03:04:05Z", "is_running": true});
    let run = id(&site.create("run", &run).await);
    let status = async |name: &str| id(&site.list(&format!("status?name={name}")).await[0]);
    for (test, name, said) in [(passes, "Pass", ""), (fails, "Fail", "expected 1\nbut got 2")] {
        let result = site.list(&format!("run_result?test_id={test}")).await;
        let step = site.list(&format!("run_result_step?run_result_id={}", id(&result[0]))).await;
        let body = json!({"status_id": status(name).await, "result": said, "elapsed": 1.25});
        site.put(&format!("run_result_step/{}", id(&step[0])), &body, StatusCode::OK).await;
    }
    let browser = Browser::enter(&site).await;
    let runs = browser.see(&format!("/project/{}/runs", roots.project)).await;
    assert!(
        runs.contains("<bdi>nightly</bdi>")
            && runs.contains("<span>2026-01-02</span> <span>03:04</span>")
    );
    assert!(runs.contains("Running"));
    for (class, name) in [("pass", "Pass"), ("fail", "Fail"), ("pending", "Pending")] {
        let tag = format!("<span class=\"tag {class}\"><bdi>{name}</bdi> 1</span>");
        assert!(runs.contains(&tag), "{tag}: {runs}");
    }

    let page = browser.see(&format!("/run/{run}")).await;
    let row = |name: &str| {
        let mut rows = page.split("<tr>");
        rows.find(|row| row.contains(&format!("<bdi>{name}</bdi>"))).unwrap().to_owned()
    };
    assert!(row("passes").contains("<span class=\"tag pass\"><bdi>Pass</bdi></span>"));
    assert!(row("passes").contains("1.2 s"));
    assert!(row("waits").contains("<span class=\"tag pending\"><bdi>Pending</bdi></span>"));
    let failed = row("fails");
    assert!(failed.contains("<span class=\"tag fail\"><bdi>Fail</bdi></span>"));
    assert!(failed.contains("expected 1\nbut got 2"), "{failed}");

    // Failures come first, then the others in their order; a bar, the build and the time of all tests are above.
    let at = |name: &str| page.find(&format!("<bdi>{name}</bdi></a>")).unwrap();
    assert!(at("fails") < at("waits") && at("waits") < at("passes"), "{page}");
    assert!(!page.contains(">flaky<") && page.contains("<dt>Total test time</dt><dd>2.5 s"));
    for (class, from, length) in [("pass", 0, 333), ("pending", 333, 333), ("fail", 666, 334)] {
        let part = format!("<rect class=\"{class}\" x=\"{from}\" y=\"0\" width=\"{length}\"");
        assert!(page.contains(&part), "{part}: {page}");
    }
    let comment = json!({"body": "Build: https://ci.example/7"});
    site.create(&format!("run/{run}/comment"), &comment).await;
    let result = site.list(&format!("run_result?test_id={passes}")).await;
    let step = site.list(&format!("run_result_step?run_result_id={}", id(&result[0]))).await;
    let version = json!({"version": "#812 1:F 2:P tqa-5f3c9a1e"});
    site.put(&format!("run_result_step/{}", id(&step[0])), &version, StatusCode::OK).await;
    let page = browser.see(&format!("/run/{run}")).await;
    assert!(page.contains("Build: https://ci.example/7"));
    assert_eq!(page.matches(">flaky<").count(), 1);

    let failing = status("Fail").await;
    let page = browser.see(&format!("/run/{run}?status={failing}")).await;
    assert!(page.contains("<bdi>fails</bdi>") && !page.contains("<bdi>passes</bdi>"));
    let body = json!({"plan_id": roots.plan, "project_id": roots.project, "name": "next"});
    site.create("run", &body).await;
    let page = browser.see(&format!("/test/{fails}")).await;
    assert!(page.contains(&format!("<a href=\"/run/{run}\"><bdi>nightly</bdi></a>")));
    let square =
        "<span aria-hidden=\"true\">F</span><span class=\"hidden\"><bdi>nightly</bdi>: Fail";
    assert!(page.contains(square), "{page}");
}

#[tokio::test]
async fn the_history_of_a_test_shows_the_changes() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let test = site.test(&roots, "first name", roots.suite).await;
    let path = format!("test/{test}");
    let body = json!({"name": "second <name>", "is_automated": false});
    site.put(&path, &body, StatusCode::OK).await;
    site.delete(&path, StatusCode::OK).await;
    site.post(&format!("{path}/restore"), &Value::Null, StatusCode::OK).await;
    let browser = Browser::enter(&site).await;
    let page = browser.see(&format!("/test/{test}")).await;
    let history = page.split("id=\"history\"").nth(1).unwrap();
    assert!(
        history.contains("<del>first name</del> <ins>second &#60;name&#62;</ins>"),
        "{history}"
    );
    assert!(history.contains("<dt>is automated</dt><dd><del>yes</del> <ins>no</ins>"), "{history}");
    let order: Vec<usize> = ["Updated", "Deleted", "Updated", "Created"]
        .iter()
        .scan(0, |from, word| {
            let at = *from + history[*from..].find(&format!("<strong>{word}</strong>"))?;
            *from = at + 1;
            Some(at)
        })
        .collect();
    assert_eq!(order.len(), 4, "{history}");
    for round in 0..120 {
        site.put(&path, &json!({"estimate": round}), StatusCode::OK).await;
    }
    let page = browser.see(&format!("/test/{test}")).await;
    assert!(page.contains("24 older changes not shown"), "{page}");
}

/// Creates tests in a folder, 1,000 per request.
pub(crate) async fn fill(site: &Site, roots: &Roots, folder: i64, tests: usize) {
    let numbers: Vec<usize> = (0..tests).collect();
    for chunk in numbers.chunks(1000) {
        let rows: Vec<Value> =
            chunk.iter().map(|n| new_test(roots, &format!("test {n:05}"), folder)).collect();
        site.create("test", &json!(rows)).await;
    }
}

#[tokio::test]
async fn long_folders_and_searches_are_paged() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let folder = site.folder(&roots, "long", roots.suite).await;
    fill(&site, &roots, folder, 450).await;
    let browser = Browser::enter(&site).await;
    let project = format!("/project/{}", roots.project);
    for start in [format!("{project}?folder={folder}"), format!("{project}/search?q=test")] {
        let mut address = start.clone();
        let mut seen = Vec::new();
        let mut pages = 0;
        loop {
            let page = browser.see(&address).await;
            pages += 1;
            let names = page.split("<bdi>test ").skip(1);
            seen.extend(names.map(|rest| rest.split('<').next().unwrap().to_owned()));
            let next = page.split("<a href=\"").find(|rest| {
                rest.contains("rel=\"next\"") && rest.find('>') > rest.find("rel=\"next\"")
            });
            let Some(next) = next else { break };
            address = next.split('"').next().unwrap().replace("&#38;", "&");
        }
        seen.dedup();
        assert_eq!((pages, seen.len()), (3, 450), "{start}");
        let last = browser.see(&format!("{start}&page=99")).await;
        assert!(last.contains("401–450 of 450") && last.contains("rel=\"prev\""));
    }
}

/// Loads a page, and returns the time in seconds.
async fn timed(browser: &Browser<'_>, path: &str) -> f64 {
    let started = Instant::now();
    browser.see(path).await;
    let seconds = started.elapsed().as_secs_f64();
    println!("{path}: {:.0} ms", seconds * 1000.0);
    seconds
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_project_of_ten_thousand_tests_opens_in_under_a_second() {
    let site = Site::new().await;
    let roots = site.roots().await;
    let size = std::env::var("PAGE_TESTS").map_or(10_000, |size| size.parse().unwrap());
    let mut folder = roots.suite;
    for number in 0..50 {
        let parent = if number % 5 == 0 { roots.suite } else { folder };
        folder = site.folder(&roots, &format!("folder {number}"), parent).await;
        fill(&site, &roots, folder, size / 50).await;
    }
    // The last two runs of everything; every fiftieth test fails, and one is not executed.
    for name in ["earlier", "latest"] {
        let body = json!({"plan_id": roots.plan, "project_id": roots.project, "name": name});
        site.create("run", &body).await;
    }
    let connection = rusqlite::Connection::open(&site.running.db).unwrap();
    connection
        .execute(
            "UPDATE run_result SET status_id = (SELECT id FROM status WHERE status_type_id =
                 CASE WHEN test_id % 50 = 0 THEN 3 ELSE 2 END)
             WHERE test_id <> (SELECT MIN(id) FROM test)",
            [],
        )
        .unwrap();
    let browser = Browser::enter(&site).await;
    let project = format!("/project/{}", roots.project);
    let page = browser.see(&project).await;
    assert!(page.contains("outcome=not-run\">Not run 1</a>"), "{page}");
    for path in [
        "/projects",
        &project,
        &format!("{project}?folder={folder}"),
        &format!("{project}?folder=none"),
        &format!("{project}/search?q=test"),
        &format!("{project}/search?q=tqi-00"),
        &format!("{project}/search?q=nothing+like+it"),
        &format!("{project}/search?outcome=failed"),
        &format!("{project}/search?q=tset&kind=automated&outcome=passed&folder={folder}"),
        &format!("{project}/runs"),
    ] {
        // The first request opens the file; other tests may disturb one of the others.
        let mut seconds = f64::INFINITY;
        for _ in 0..3 {
            seconds = timed(&browser, path).await.min(seconds);
        }
        assert!(seconds < 1.0 || size > 10_000, "{path} took {seconds} s");
    }
}
