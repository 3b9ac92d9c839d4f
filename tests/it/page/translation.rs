//! Queries, formulas and names are protected from automatic translation everywhere in the HTML of the page.

use emergence_lab::reference::generated_parts;

const HTML: &str = include_str!("../../../www/index.html");

/// All HTML of the page, with the name of its file.
fn documents() -> Vec<(&'static str, String)> {
    let generated = generated_parts().into_iter().filter(|part| part.file.ends_with(".html"));
    let generated = generated.map(|part| (part.file, part.text));
    std::iter::once(("www/index.html", HTML.to_owned())).chain(generated).collect()
}

/// The tag that contains `mark`, with its attributes.
fn tag<'html>(html: &'html str, mark: &str) -> &'html str {
    let at = html.find(mark).unwrap_or_else(|| panic!("`{mark}` is in the page"));
    let start = html[..at].rfind('<').expect("a tag around it");
    html[start..].split('>').next().unwrap_or_default()
}

#[test]
fn code_and_formulas_are_not_translated() {
    for (file, html) in documents() {
        for rest in html.split("<code").skip(1) {
            let text = rest.split("</code>").next().unwrap_or_default();
            assert!(rest.starts_with(" translate=\"no\""), "{file}: <code{text}</code>");
        }
        for (at, _) in html.match_indices("class=\"equation\"") {
            let tag = tag(&html[at - 3..], "class=\"equation\"");
            assert!(tag.contains("translate=\"no\""), "{file}: {tag}");
        }
        // MathML has no such attribute of its own.
        for (at, _) in html.match_indices("<math") {
            assert!(html[..at].ends_with("<span translate=\"no\">"), "{file}: {}", &html[at..at + 40]);
        }
    }
}

#[test]
fn fields_and_lists_of_names_are_not_translated() {
    let marks = ["variants", "f-init", "inside-run", "paths-a-list", "paths-b-list"].map(|id| format!("id=\"{id}\""));
    let exports = ["json", "csv", "svg"].map(|format| format!("data-export=\"{format}\""));
    for mark in marks.into_iter().chain(exports) {
        let tag = tag(HTML, &mark);
        assert!(tag.contains("translate=\"no\""), "{tag}");
    }
}
