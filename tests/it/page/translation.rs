//! Parts that browsers must not translate: queries, formulas and names in the page's HTML.

use crate::fixtures::document;
use emergence_lab::experiment::scheme::CLOSED_FORMS;
use emergence_lab::experiment::{Named, TuningMethod};
use emergence_lab::reference::generated_parts;

/// All HTML files of the page, with their names.
fn documents() -> Vec<(String, String)> {
    let generated = generated_parts().into_iter().filter(|part| part.file.starts_with("www/scenarios/"));
    let generated = generated.map(|part| (part.file, part.text));
    std::iter::once(("www/index.html".to_owned(), document())).chain(generated).collect()
}

/// All tags with this mark, with their attributes.
fn tags<'html>(html: &'html str, mark: &str) -> Vec<&'html str> {
    html.split('<').filter_map(|rest| rest.split('>').next()).filter(|tag| tag.contains(mark)).collect()
}

fn assert_untranslated(file: &str, tag: &str) {
    assert!(tag.contains("translate=\"no\""), "{file}: <{tag}>");
}

#[test]
fn code_and_formulas_are_not_translated() {
    for (file, html) in documents() {
        let code = html.split('<').filter_map(|rest| rest.split('>').next()).filter(|tag| tag.starts_with("code"));
        for tag in code.chain(tags(&html, "class=\"equation\"")) {
            assert_untranslated(&file, tag);
        }
        // MathML does not have this attribute.
        for (at, _) in html.match_indices("<math") {
            assert!(html[..at].ends_with("<span translate=\"no\">"), "{file}: {}", &html[at..at + 40]);
        }
    }
}

#[test]
fn fields_and_lists_of_names_are_not_translated() {
    let documents = documents();
    let ids = ["f-init", "f-model", "inside-run", "paths-a-list", "paths-b-list"];
    let marks = ids.map(|id| format!("id=\"{id}\"")).into_iter();
    let exports = ["json", "csv"].map(|format| format!("data-export=\"{format}\""));
    let schemes = CLOSED_FORMS.iter().map(|row| row.name).chain(TuningMethod::all().map(Named::name));
    let schemes = schemes.map(|name| format!("option value=\"{name}\""));
    for mark in marks.chain(exports).chain(schemes).chain(["data-parameter=\"formula\"".to_owned()]) {
        let found = documents.iter().flat_map(|(file, html)| tags(html, &mark).into_iter().map(move |tag| (file, tag)));
        let found: Vec<_> = found.collect();
        assert!(!found.is_empty(), "{mark} is in the page");
        for (file, tag) in found {
            assert_untranslated(file, tag);
        }
    }
}
