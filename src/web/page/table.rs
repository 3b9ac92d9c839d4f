//! The results table, which also makes the results available to screen readers.

use super::text_cells::{self, TextCells};
use super::words::table_cells;
use crate::experiment::InitScheme;
use crate::metrics::History;
use crate::web::error::WebResult;
use web_sys::Element;

/// The table with its rows.
pub(super) struct ResultsTable {
    body: Element,
    schemes: Vec<InitScheme>,
    cells: TextCells,
}

impl ResultsTable {
    /// Binds the table of the page.
    pub(super) fn bind() -> WebResult<Self> {
        Ok(Self { body: text_cells::body("results")?, schemes: Vec::new(), cells: TextCells::default() })
    }

    /// Shows the results so far, updating only the cells that change.
    pub(super) fn show(&mut self, history: &History) -> WebResult<()> {
        if self.schemes != history.setup.experiment.variants {
            self.rebuild(&history.setup.experiment.variants)?;
        }
        let lines = history.variants.iter().zip(history.summaries()).enumerate();
        self.cells.show(lines.flat_map(|(index, (curves, summary))| table_cells(curves, &summary, index == 0)));
        Ok(())
    }

    fn rebuild(&mut self, schemes: &[InitScheme]) -> WebResult<()> {
        self.body.set_inner_html("");
        self.cells.clear();
        for (index, scheme) in schemes.iter().enumerate() {
            let row = text_cells::row(&self.body, &text_cells::variant_heading("row", index, scheme)?)?;
            row.set_attribute("data-variant", &scheme.to_string())?;
            self.cells.add(&row, 5)?;
        }
        self.schemes = schemes.to_vec();
        Ok(())
    }
}
