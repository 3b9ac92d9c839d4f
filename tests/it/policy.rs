//! What the content security policy of the page needs of its sources: no script and no style inside HTML, none set by attribute, the mirrors of the
//! catalog and no other host. And what is pinned so that nobody else changes it.

use crate::fixtures::{all_sources, code, files_below};
use emergence_lab::experiment::DatasetName;
use std::collections::BTreeSet;

/// The page.
fn index() -> String {
    files_below("www", &["html"]).into_iter().find(|(path, _)| path == "index.html").expect("the page").1
}

/// The tags of a document, without those that are text.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter_map(|rest| Some(rest.split_once('>')?.0)).filter(|tag| !tag.starts_with(['/', '!']))
}

#[test]
fn the_policy_allows_our_own_files_and_the_mirrors_of_the_catalog() {
    let html = index();
    let policy = html.split_once("default-src").expect("a policy").1.split_once('"').expect("its end").0;
    let policy = format!("default-src{policy}");
    let directive = |name: &str| -> BTreeSet<String> {
        let values = policy.split("; ").find_map(|part| part.strip_prefix(&format!("{name} ")));
        values.expect("a directive").split(' ').map(ToOwned::to_owned).collect()
    };
    let set = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(directive("default-src"), set(&["'self'"]), "nothing of others");
    assert_eq!(directive("script-src"), set(&["'self'", "'wasm-unsafe-eval'"]), "no script inside HTML, no eval");
    let hosts =
        DatasetName::ALL.iter().filter_map(|name| name.row().publication()?.cross_origin_mirror()).map(|mirror| {
            let (scheme, rest) = mirror.address.split_once("://").expect("an address");
            format!("{scheme}://{}", rest.split('/').next().expect("a host"))
        });
    assert_eq!(directive("connect-src"), hosts.chain(["'self'".to_owned()]).collect(), "the mirrors");
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    let scripts = html.find("<script").expect("a script");
    assert!(html.find("Content-Security-Policy").expect("a policy") < scripts, "the policy comes before any script");
}

#[test]
fn no_document_has_scripts_or_styles_inside() {
    for (path, html) in files_below("www", &["html"]) {
        for tag in tags(&html) {
            let name = tag.split_whitespace().next().unwrap_or_default();
            let handler = tag.split_whitespace().any(|word| word.starts_with("on") && word.contains("=\""));
            assert!(!handler && !tag.contains(" style=\"") && name != "style", "{path}: <{tag}>");
            assert!(name != "script" || tag.contains(" src=\""), "{path}: <{tag}>");
        }
    }
}

#[test]
fn styles_are_set_by_properties() {
    for (path, source) in all_sources() {
        assert!(!source.contains("set_attribute(\"style\""), "{path}: dom::set_style is allowed by the policy");
    }
}

/// Where plotters measures a text in a browser, it sets an attribute `style`, which the policy refuses. Drawing a text measures nothing.
#[test]
fn charts_measure_no_text_by_the_document() {
    let measuring =
        ["ChartBuilder", "MultiLineText", "estimate_text_size", ".titled(", "box_size", "layout_box", "split_by_text"];
    for (path, source) in all_sources().into_iter().filter(|(path, _)| path.starts_with("plot/")) {
        for name in measuring {
            assert!(!code(&source).contains(name), "{path}: {name} measures texts by an element with a style");
        }
    }
}

#[test]
fn actions_are_pinned_by_commit() {
    let workflows = files_below(".github/workflows", &["yml"]);
    assert!(!workflows.is_empty(), "there are workflows");
    for (path, text) in workflows {
        for line in text.lines().filter_map(|line| line.split_once("uses: ")) {
            let (commit, version) =
                line.1.split_once('@').and_then(|(_, rest)| rest.split_once(" # v")).expect("a pin");
            let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_commit && version.contains('.'), "{path}: {}", line.1);
        }
    }
}
