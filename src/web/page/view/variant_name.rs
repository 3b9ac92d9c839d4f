//! The name of a variant in the document: a sample of its line, and its label with the text form as a tooltip. Colors are those
//! of the charts.

use crate::experiment::Variant;
use crate::plot::{Dash, variant_css};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::words::variant_label;
use web_sys::Element;

/// Number of colors before they repeat, as in [`crate::plot::palette`].
const VARIANT_COLORS: usize = 8;

/// Appends the name of the variant with this index to an element.
pub(super) fn put(parent: &Element, palette_index: usize, variant: &Variant) -> WebResult<()> {
    parent.set_attribute("title", &variant.to_string())?;
    dom::append(parent, &sample(palette_index)?)?;
    dom::append(parent, &label(variant)?)
}

/// The label of a variant, protected from translation.
pub(super) fn label(variant: &Variant) -> WebResult<Element> {
    let label = dom::untranslated("span", &variant_label(variant))?;
    label.set_class_name("name");
    Ok(label)
}

/// A sample of the line of the variant with this index. Its color is set by a class, so that it follows the theme.
pub(super) fn sample(index: usize) -> WebResult<Element> {
    let svg = dom::create("span", &format!("sample {}", color_class(index)), "")?;
    let dashes: Vec<String> = Dash::of_variant(index).pattern().iter().map(ToString::to_string).collect();
    svg.set_attribute("aria-hidden", "true")?;
    // The HTML contains only numbers, nothing from outside.
    svg.set_inner_html(&format!(
        r#"<svg width="28" height="10" viewBox="0 0 28 10"><path d="M0 5H28" fill="none" stroke="currentColor" stroke-width="2.5" stroke-dasharray="{}"/></svg>"#,
        dashes.join(" ")
    ));
    Ok(svg)
}

/// The CSS class with the color of the variant with this index.
pub(super) fn color_class(index: usize) -> String {
    format!("variant-{}", index % VARIANT_COLORS)
}

/// Adds the colors of the plots to the style sheet of the document, so that they are defined in one place only.
pub(super) fn publish_colors() -> WebResult<()> {
    let style = dom::root()?.style();
    for index in 0..VARIANT_COLORS {
        for (name, dark) in [("light", false), ("dark", true)] {
            style.set_property(&format!("--variant-{index}-{name}"), &variant_css(index, dark))?;
        }
    }
    Ok(())
}
