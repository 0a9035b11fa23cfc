//! What loads the WASM.

use std::sync::LazyLock;

use leptos::{nonce::use_nonce, prelude::*};

/// Tells the server with every page from now on what time it is here, and holds back what is pressed in the list until that is
/// hydrated.
static FIRST_SCRIPT: LazyLock<String> = LazyLock::new(|| without_comments(include_str!("first_script.js")));

/// The script without the lines that are there for its readers alone. Its lines stay lines, so nothing of it is read anew.
fn without_comments(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The scripts of a page with islands, each with the nonce of the page.
#[component]
pub fn Scripts(
    /// Where the files are.
    options: LeptosOptions,
) -> impl IntoView {
    view! {
        <script nonce=use_nonce()>{FIRST_SCRIPT.as_str()}</script>
        <AutoReload options=options.clone() />
        <HydrationScripts options islands=true />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_script_costs_each_page_little() {
        assert!(FIRST_SCRIPT.len() <= 1_500, "{} bytes", FIRST_SCRIPT.len());
    }

    #[test]
    fn the_first_script_means_the_same_without_its_comments() {
        // What could begin in one line and end in another, with a line between that looks like a comment.
        for several_lines in ['`', '\\'] {
            assert!(!FIRST_SCRIPT.contains(several_lines), "{several_lines}");
        }
        assert!(!FIRST_SCRIPT.contains("//") && !FIRST_SCRIPT.contains("/*"), "a comment stands on a line of its own: {}", *FIRST_SCRIPT);
    }

    #[test]
    fn the_first_script_does_not_end_its_element() {
        let script = FIRST_SCRIPT.to_lowercase();
        assert!(!script.contains("</script") && !script.contains("<!--"), "{script}");
    }
}
