//! Tables of texts, updated cell by cell and only where a text changes, so that nothing flickers and screen readers repeat
//! nothing.

use super::variant_name;
use crate::catalog::NumberLanguage;
use crate::experiment::Variant;
use crate::web::dom;
use crate::web::error::{WebError, WebResult};
use web_sys::Element;

/// The cells of a table in the order in which they were added, each with its text.
#[derive(Default)]
pub(super) struct TextCells(Vec<(Element, String)>);

impl TextCells {
    /// Forgets all cells.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Appends empty cells to a row.
    pub(super) fn add(&mut self, row: &Element, count: usize) -> WebResult<()> {
        for _ in 0..count {
            let cell = dom::create("td", "", "")?;
            dom::append(row, &cell)?;
            self.0.push((cell, String::new()));
        }
        Ok(())
    }

    /// Shows a text in each cell.
    pub(super) fn show(&mut self, texts: impl IntoIterator<Item = String>) {
        for ((cell, shown), text) in self.0.iter_mut().zip(texts) {
            if *shown != text {
                cell.set_text_content(Some(&text));
                *shown = text;
            }
        }
    }
}

/// The body of the table with this id.
pub(super) fn body(id: &str) -> WebResult<Element> {
    let missing = || WebError::Element { id: format!("{id} tbody") };
    dom::element::<Element>(id)?.query_selector("tbody")?.ok_or_else(missing)
}

/// A heading for `row` or `col`.
pub(super) fn heading(scope: &str, text: &str) -> WebResult<Element> {
    let heading = dom::create("th", "", text)?;
    heading.set_attribute("scope", scope)?;
    Ok(heading)
}

/// A heading that names a variant, for `row` or `col`.
pub(super) fn variant_heading(scope: &str, index: usize, variant: &Variant) -> WebResult<Element> {
    let heading = heading(scope, "")?;
    variant_name::put(&heading, index, variant)?;
    Ok(heading)
}

/// Appends a row, beginning with a heading, to a table body.
pub(super) fn row(body: &Element, heading: &Element) -> WebResult<Element> {
    let row = dom::create("tr", "", "")?;
    dom::append(&row, heading)?;
    dom::append(body, &row)?;
    Ok(row)
}

/// States the language of sentences in an element, if it is known; digits are in none.
pub(super) fn set_language(element: &Element, language: Option<NumberLanguage>) -> WebResult<()> {
    match language {
        None | Some(NumberLanguage::Digits) => Ok(element.remove_attribute("lang")?),
        Some(other) => Ok(element.set_attribute("lang", other.facts().name)?),
    }
}
