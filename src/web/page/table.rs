//! The results table, which is also what the charts say to those who cannot see them.

use super::legend::sample;
use super::words::{table_cells, variant_label};
use crate::metrics::History;
use crate::web::dom;
use crate::web::error::WebResult;
use web_sys::Element;

/// The table with the lines that it has.
pub(super) struct ResultsTable {
    body: Element,
    names: Vec<String>,
    /// Per line, the cells after the name.
    cells: Vec<Vec<Element>>,
}

impl ResultsTable {
    /// Binds the table of the document.
    pub(super) fn bind() -> WebResult<Self> {
        let table: Element = dom::element("results")?;
        let missing = || crate::web::error::WebError::Element { id: "results tbody".to_owned() };
        let body = table.query_selector("tbody")?.ok_or_else(missing)?;
        Ok(Self { body, names: Vec::new(), cells: Vec::new() })
    }

    /// Shows what has been measured so far, touching only the cells that change.
    pub(super) fn show(&mut self, history: &History) -> WebResult<()> {
        let names: Vec<String> = history.variants.iter().map(|variant| variant.name.clone()).collect();
        if names != self.names {
            self.rebuild(names)?;
        }
        let lines = history.variants.iter().zip(history.summaries()).zip(&self.cells).enumerate();
        for (index, ((curves, summary), cells)) in lines {
            for (cell, text) in cells.iter().zip(table_cells(curves, &summary, index == 0)) {
                dom::set_text(cell, &text);
            }
        }
        Ok(())
    }

    fn rebuild(&mut self, names: Vec<String>) -> WebResult<()> {
        self.body.set_inner_html("");
        self.cells.clear();
        for (index, name) in names.iter().enumerate() {
            let row = dom::create("tr", "", "")?;
            row.set_attribute("data-variant", name)?;
            let heading = dom::create("th", "", "")?;
            heading.set_attribute("scope", "row")?;
            heading.set_attribute("title", name)?;
            dom::append(&heading, &sample(index)?)?;
            dom::append(&heading, &dom::create("span", "", &variant_label(name))?)?;
            dom::append(&row, &heading)?;
            let cells: Vec<Element> = (0..5).map(|_| dom::create("td", "", "")).collect::<WebResult<_>>()?;
            for cell in &cells {
                row.append_child(cell)?;
            }
            dom::append(&self.body, &row)?;
            self.cells.push(cells);
        }
        self.names = names;
        Ok(())
    }
}
