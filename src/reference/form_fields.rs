//! Generates the fields of the form from the table of query keys.

use super::markup::{escaped, options, with_code};
use crate::catalog::DatasetName;
use crate::error::Bounds;
use crate::experiment::form_field::{FieldGroup, FormField};
use crate::experiment::key::{Key, KeyValues};
use crate::experiment::keys::KEYS;
use std::fmt::Write;

/// The fields of a group, each in a cell of the form's grid.
pub(super) fn fields(group: FieldGroup) -> String {
    let placed = KEYS.iter().filter_map(|key| Some((key, key.field.filter(|field| field.group == group)?)));
    placed.map(|(key, field)| cell(key, &field)).collect()
}

fn cell(key: &Key, field: &FormField) -> String {
    let name = key.name;
    let is_switch = matches!(key.values, KeyValues::Switch);
    let wide = if field.wide { " wide" } else { "" };
    let kind = key.scope().name().map_or_else(String::new, |name| format!(" data-kind=\"{name}\""));
    let mut html = format!("<div class=\"cell{wide}{}\"{kind}>\n", if is_switch { " checks" } else { "" });
    if is_switch {
        let _ = writeln!(
            html,
            "  <label for=\"f-{name}\"><input id=\"f-{name}\" name=\"{name}\" type=\"checkbox\" \
             aria-describedby=\"error-{name}\" /> {}</label>",
            escaped(field.label.text())
        );
    } else {
        let _ = writeln!(
            html,
            "  <label class=\"field\" for=\"f-{name}\">\n    <span>{}</span>",
            escaped(field.label.text())
        );
        html.push_str(&control(key, field));
        html.push_str("  </label>\n");
    }
    let _ = writeln!(html, "  <p id=\"error-{name}\" class=\"error\" aria-live=\"polite\" hidden></p>");
    if is_below(key, field) {
        let _ = writeln!(html, "  <p id=\"hint-{name}\" class=\"hint\">{}</p>", with_code(field.hint.text()));
    }
    html.push_str("</div>\n");
    html
}

/// Whether the hint is shown below the field; on lists it is a tooltip.
fn is_below(key: &Key, field: &FormField) -> bool {
    !field.hint.text().is_empty() && matches!(key.values, KeyValues::Text(..))
}

fn control(key: &Key, field: &FormField) -> String {
    let name = key.name;
    let default = key.default_text(DatasetName::Auto);
    let hint = if is_below(key, field) { format!(" hint-{name}") } else { String::new() };
    let common = format!("id=\"f-{name}\" name=\"{name}\"");
    let described = format!("aria-describedby=\"error-{name}{hint}\"");
    match key.values {
        KeyValues::Choice(labels) => {
            let title = if field.hint.text().is_empty() {
                String::new()
            } else {
                format!(" title=\"{}\"", escaped(field.hint.text()))
            };
            let options = options(labels(), &default, "      ");
            format!("    <select {common}{title} {described}>\n{options}    </select>\n")
        }
        KeyValues::Number(bounds) => {
            format!("    <input {common} type=\"text\" {} value=\"{default}\" {described} />\n", inputmode(&bounds))
        }
        KeyValues::AutoOrNumber(_) | KeyValues::Numbers(_) => {
            format!("    <input {common} type=\"text\" autocapitalize=\"off\" value=\"{default}\" {described} />\n")
        }
        KeyValues::OptionalNumber(bounds) => {
            format!("    <input {common} type=\"text\" {} placeholder=\"all\" {described} />\n", inputmode(&bounds))
        }
        KeyValues::Text(_, examples) => format!(
            "    <input {common} type=\"text\" value=\"{default}\" list=\"examples-{name}\" spellcheck=\"false\" \
             autocapitalize=\"off\" translate=\"no\" {described} />\n    <datalist id=\"examples-{name}\">\n{}    </datalist>\n",
            options(examples.iter().map(|(name, label)| (name.text(), label.text())).collect(), "", "      ")
        ),
        KeyValues::Switch => String::new(),
    }
}

/// The kind of on-screen keyboard for a number.
fn inputmode(bounds: &Bounds) -> &'static str {
    if bounds.whole { "inputmode=\"numeric\"" } else { "inputmode=\"decimal\"" }
}
