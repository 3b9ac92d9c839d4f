//! Generates the picker of initializations: the list of schemes, a card about each, and fields for their parameters. Elements
//! that belong to certain schemes name these in `data-for`; every field names its parameter in `data-parameter`.

use super::markup::{escaped, name_options, options};
use super::scheme_rows::{SchemeEntry, schemes};
use crate::experiment::scheme::rescaling::{EMERGENCE, RATE_CONTROL, SHUFFLED};
use crate::experiment::scheme::tuning::constant::{Constant, ConstantDomain};
use crate::experiment::scheme::tuning::methods::TUNING_METHODS;
use crate::experiment::scheme::{CLOSED_FORMS, Card, CustomKind, Rescaling};
use crate::experiment::{Named, RescalingLevel, RescalingRule};
use std::fmt::Write;

/// The scheme that is selected initially.
const OPEN: &str = EMERGENCE.name;
/// The initial formula of the field.
const FORMULA: &str = "sqrt(2) / sqrt(fan_in)";
const DESCRIBED: &str = "aria-describedby=\"scheme-error\"";

/// The contents of the picker above its buttons.
pub(super) fn picker() -> String {
    let groups = schemes();
    let mut html = scheme_rows(&groups);
    html.push_str("<div id=\"cards\">\n");
    html.extend(groups.iter().flat_map(|(_, entries)| entries).map(card));
    html.push_str("</div>\n");
    html.push_str(&base_field());
    html.push_str(&rescaling_fields());
    html.extend(TUNING_METHODS.iter().map(|row| constant_fields(row.name, row.constants)));
    html.push_str(&formula_fields());
    html
}

fn scheme_rows(groups: &[(&str, Vec<SchemeEntry>)]) -> String {
    let mut html = "<label class=\"field\" for=\"scheme\">\n  <span>Scheme</span>\n  <select id=\"scheme\" aria-describedby=\"cards\">\n".to_owned();
    for (heading, entries) in groups {
        let rows = entries.iter().map(|entry| (entry.name, entry.label)).collect();
        let _ =
            writeln!(html, "    <optgroup label=\"{heading}\">\n{}    </optgroup>", name_options(rows, OPEN, "      "));
    }
    html + "  </select>\n</label>\n"
}

fn card(entry: &SchemeEntry) -> String {
    let Card { sentence, equation, source, cost } = entry.card;
    let hidden = if entry.name == OPEN { "" } else { " hidden" };
    let link = if source.url.text().is_empty() {
        String::new()
    } else {
        format!(
            ", <a href=\"{}\" target=\"_blank\" rel=\"noopener\">{}</a>",
            source.url.text(),
            escaped(source.link.text())
        )
    };
    let note = if source.note.text().is_empty() { String::new() } else { format!("; {}", escaped(source.note.text())) };
    let equation = equation.iter().map(|line| typeset(line.text())).collect::<Vec<_>>().join("<br />");
    format!(
        "  <div data-for=\"{}\"{hidden}>\n    <p>{}</p>\n    <p class=\"equation\" translate=\"no\">{equation}</p>\n    <dl>\n      \
         <dt>Source</dt><dd>{}{link}{note}</dd>\n      <dt>Cost</dt><dd>{}</dd>\n    </dl>\n  </div>\n",
        entry.name,
        escaped(sentence.text()),
        escaped(source.authors.text()),
        escaped(cost.text())
    )
}

/// An equation as HTML: `_{...}` and `^{...}` become subscripts and superscripts.
fn typeset(line: &str) -> String {
    let escaped = escaped(line);
    let mut html = String::new();
    let mut open = Vec::new();
    let mut rest = escaped.as_str();
    while let Some(character) = rest.chars().next() {
        if let Some((tag, after)) =
            [("_{", "sub"), ("^{", "sup")].iter().find_map(|(mark, tag)| Some((*tag, rest.strip_prefix(mark)?)))
        {
            let _ = write!(html, "<{tag}>");
            open.push(tag);
            rest = after;
            continue;
        }
        match (character, open.last()) {
            ('}', Some(tag)) => {
                let _ = write!(html, "</{tag}>");
                open.pop();
            }
            _ => html.push(character),
        }
        rest = &rest[character.len_utf8()..];
    }
    html
}

fn base_field() -> String {
    let rescaled = [EMERGENCE, SHUFFLED, RATE_CONTROL].map(|row| row.name);
    let names = rescaled.into_iter().chain(TUNING_METHODS.iter().map(|row| row.name)).collect::<Vec<_>>().join(" ");
    let rows = CLOSED_FORMS.iter().map(|row| (row.name, row.label)).collect();
    let base = Rescaling::default().base.to_string();
    format!(
        "<label class=\"field\" data-for=\"{names}\">\n  <span>Base</span>\n  <select id=\"scheme-base\" data-parameter=\"base\" \
         {DESCRIBED}>\n{}    <optgroup label=\"From the list\" id=\"listed-bases\" hidden></optgroup>\n  </select>\n</label>\n",
        name_options(rows, &base, "    ")
    )
}

fn rescaling_fields() -> String {
    let names = [EMERGENCE, SHUFFLED, RATE_CONTROL].map(|row| row.name).join(" ");
    let rules = RescalingRule::rows().map(|(name, label, _)| (name, label)).collect();
    let levels = RescalingLevel::rows().map(|(name, label, _)| (name, label)).collect();
    let alpha = Rescaling::default().alpha;
    format!(
        "<div class=\"grid\" data-for=\"{names}\">\n  <label class=\"field\">\n    <span>α</span>\n    <input type=\"text\" \
         inputmode=\"decimal\" data-parameter=\"alpha\" value=\"{alpha}\" {DESCRIBED} />\n  </label>\n  <label class=\"field\">\n    \
         <span>Turning point</span>\n    <input type=\"text\" data-parameter=\"turn\" value=\"auto\" title=\"Number of layers from the input that are scaled down; auto: half of them\" {DESCRIBED} />\n  \
         </label>\n  <label class=\"field wide\">\n    <span>Exponents</span>\n    <select data-parameter=\"rule\" {DESCRIBED}>\n{}    \
         </select>\n  </label>\n  <label class=\"field wide\">\n    <span>Ranks of a transformer's layers</span>\n    <select data-parameter=\"level\" {DESCRIBED}>\n{}    \
         </select>\n  </label>\n</div>\n",
        options(rules, "", "      "),
        options(levels, "", "      ")
    )
}

fn constant_fields(name: &str, lists: &[&[Constant]]) -> String {
    let all = || lists.iter().copied().flatten();
    let mut html = format!("<div class=\"constants\" data-for=\"{name}\" hidden>\n");
    html.extend(all().filter(|constant| !constant.advanced).map(|constant| constant_field(constant, "  ")));
    let advanced: String =
        all().filter(|constant| constant.advanced).map(|constant| constant_field(constant, "      ")).collect();
    if !advanced.is_empty() {
        let _ = writeln!(
            html,
            "  <details>\n    <summary>More constants</summary>\n    <div class=\"constants\">\n{advanced}    </div>\n  </details>"
        );
    }
    html + "</div>\n"
}

fn constant_field(constant: &Constant, indent: &str) -> String {
    let (name, default) = (constant.name, constant.default_text());
    let field = match constant.domain {
        ConstantDomain::AutoOrName(names) => {
            let names = std::iter::once("auto").chain(names()).map(|name| format!("<option>{name}</option>"));
            let names = names.collect::<String>();
            format!("<select data-parameter=\"{name}\" {DESCRIBED}>{names}</select>")
        }
        domain => {
            let mode = match domain {
                ConstantDomain::Whole(_) => " inputmode=\"numeric\"",
                // Phones' decimal keyboards have neither a minus sign nor letters.
                ConstantDomain::Real(bounds) if bounds.from >= 0.0 && !default.contains('e') => {
                    " inputmode=\"decimal\""
                }
                _ => "",
            };
            format!("<input type=\"text\"{mode} data-parameter=\"{name}\" value=\"{default}\" {DESCRIBED} />")
        }
    };
    format!(
        "{indent}<label>\n{indent}  <span>{} <code translate=\"no\">{name}</code></span>\n{indent}  {field}\n{indent}</label>\n",
        escaped(constant.meaning.text())
    )
}

fn formula_fields() -> String {
    let kinds = CustomKind::rows().map(|(name, label, _)| (name, label)).collect();
    let alpha = Rescaling::default().alpha;
    format!(
        "<div class=\"grid\" data-for=\"custom\" hidden>\n  <label class=\"field\">\n    <span>The formula is</span>\n    <select \
         data-parameter=\"kind\" {DESCRIBED}>\n{}    </select>\n  </label>\n  <label class=\"field\">\n    <span>alpha</span>\n    \
         <input type=\"text\" inputmode=\"decimal\" data-parameter=\"alpha\" value=\"{alpha}\" {DESCRIBED} />\n  </label>\n  \
         <label class=\"field wide\">\n    <span>Formula</span>\n    <input type=\"text\" data-parameter=\"formula\" \
         value=\"{FORMULA}\" spellcheck=\"false\" autocapitalize=\"off\" translate=\"no\" {DESCRIBED} />\n  </label>\n</div>\n",
        options(kinds, "", "      ")
    )
}
