//! Where to redirect after signing in: paths of this site alone (OWASP, Unvalidated Redirects).

use url::Url;

/// The default.
pub const HOME: &str = "/tasks";
/// Longer than any path of this site.
const MAX_BYTES: usize = 2048;

/// The path that `wanted` names, as a browser would read it; the task list when it names no path of this site.
pub fn path(wanted: Option<&str>) -> String {
    wanted.and_then(own_path).unwrap_or_else(|| HOME.to_owned())
}

/// The path of this site that a text names, as a browser would read it.
pub fn own_path(wanted: &str) -> Option<String> {
    // Browsers read `\` as `/` and skip tabs and line ends, so that `/\evil.example` is another host.
    let is_suspect = |c: char| c == '\\' || c.is_control();
    if wanted.len() > MAX_BYTES || !wanted.starts_with('/') || wanted.starts_with("//") || wanted.contains(is_suspect) {
        return None;
    }
    let base = Url::parse("http://this-site.invalid").ok()?;
    let url = base.join(wanted).ok()?;
    // Some routers decode `/` and `\` before they look at the path.
    let encoded_separator = url.path().as_bytes().windows(3).any(|window| matches!(window, b"%2f" | b"%2F" | b"%5c" | b"%5C"));
    if encoded_separator {
        return None;
    }
    let path = &url[url::Position::BeforePath..];
    // `/.//evil.example` has lost its dot by now.
    (url.origin() == base.origin() && !path.starts_with("//")).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_this_site_are_kept() {
        for good in ["/tasks", "/tasks?status=pending", "/account#devices", "/tasks?q=a%20b&x=//y", "/tasks?q=a%2Fb"] {
            assert_eq!(path(Some(good)), good);
        }
    }

    #[test]
    fn everything_else_falls_back_to_the_tasks() {
        for bad in [
            "",
            "tasks",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/.//evil.example",
            "/..//evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\n/evil.example",
            "\\/evil.example",
            "/%2fevil.example",
            "/a/%5Cevil.example",
        ] {
            assert_eq!(path(Some(bad)), HOME, "{bad:?}");
        }
        assert_eq!(path(None), HOME);
    }
}
