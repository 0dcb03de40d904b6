//! What a browser sees at `/`.

/// Says what this is. It shows nothing of what is stored, so it needs no token.
pub(crate) const HTML: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>tq-import sandbox</title>
<h1>tq-import sandbox</h1>
<p>This is not TestQuality. It is a local server with the same REST API below <code>/api</code>,
for trying out imports without an account. Requests carry the token that was given or printed at
its start: <code>Authorization: Bearer &hellip;</code>.</p>
</html>
";
