//! Generates parts of the page's HTML and tables of the documentation from the tables of the crate. `cargo xtask docs` writes
//! them, and a test compares them with the files; this module is not part of the page's program.

mod figure_tools;
mod form_fields;
mod inputs;
mod markdown;
mod markup;
mod picker_html;
mod scenario_cards;
mod scenario_pages;
mod scheme_rows;
mod styles;

use crate::experiment::form_field::FieldGroup;
use figure_tools::figure_tools;
use form_fields::fields;
use picker_html::picker;
use scenario_cards::scenario_cards;
use scenario_pages::scenario_pages;

/// A generated part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedPart {
    /// The path of the file, relative to the root of the repository.
    pub file: String,
    /// The name of the marked part of the file; `None` if the whole file is generated.
    pub mark: Option<&'static str>,
    /// Its text.
    pub text: String,
}

impl GeneratedPart {
    fn whole(file: impl Into<String>, text: String) -> Self {
        Self { file: file.into(), mark: None, text }
    }

    fn marked(file: &str, mark: &'static str, text: String) -> Self {
        Self { file: file.to_owned(), mark: Some(mark), text }
    }

    /// The file's contents with this part inserted; `None` if the marks are missing: `<!-- table MARK -->` and
    /// `<!-- end of table -->`, each on a separate line.
    #[must_use]
    pub fn put_into(&self, contents: &str) -> Option<String> {
        let Some(mark) = self.mark else { return Some(self.text.clone()) };
        let begin = format!("<!-- table {mark} -->\n");
        let start = contents.find(&begin)? + begin.len();
        let end = start + contents[start..].find("<!-- end of table -->")?;
        Some(format!("{}{}{}", &contents[..start], self.text, &contents[end..]))
    }
}

/// All generated parts.
#[must_use]
pub fn generated_parts() -> Vec<GeneratedPart> {
    let mut parts = partials();
    parts.extend(markdown::tables());
    parts.push(inputs::inputs());
    parts.extend(scenario_pages());
    parts.push(GeneratedPart::whole("www/style.css", styles::styles()));
    parts
}

/// All partials of `www/index.html`.
fn partials() -> Vec<GeneratedPart> {
    let groups = [
        ("www/partials/fields-data.html", FieldGroup::Data),
        ("www/partials/fields-main.html", FieldGroup::Main),
        ("www/partials/fields-runs.html", FieldGroup::Runs),
        ("www/partials/fields-network.html", FieldGroup::Network),
        ("www/partials/fields-optimizer.html", FieldGroup::Optimizer),
        ("www/partials/fields-measurement.html", FieldGroup::Measurement),
    ];
    let fields = groups.into_iter().map(|(file, group)| GeneratedPart::whole(file, fields(group)));
    let others = [
        ("www/partials/picker.html", picker()),
        ("www/partials/figure-tools.html", figure_tools()),
        ("www/partials/scenarios.html", scenario_cards()),
    ];
    fields.chain(others.map(|(file, text)| GeneratedPart::whole(file, text))).collect()
}
