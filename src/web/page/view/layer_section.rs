//! The section about the layers: one quantity at a time for every layer of every variant, as a chart and as a table, at the step
//! under the scrubber. It updates only what changes.

use super::canvas::Canvas;
use super::section::{Picture, Section};
use super::text_cells::TextCells;
use super::{Action, Dispatcher, text_cells};
use crate::experiment::Variant;
use crate::metrics::History;
use crate::plot::{LayerChart, draw_layers};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::layer_quantity::LayerQuantity;
use crate::web::page::model::layer_values::{cells, chart, totals};
use crate::web::page::model::tabs::Tab;
use crate::web::page::words::{chart_descriptions, layers_step_text};
use web_sys::{Element, HtmlElement};

/// The section with its state.
pub(super) struct LayerSection {
    quantity: LayerQuantity,
    canvas: Canvas,
    missing: HtmlElement,
    step: Element,
    table: LayerTable,
    /// The last drawing: the chart, whether the theme was dark, and the width.
    painted: Option<(LayerChart, bool, i32)>,
}

impl LayerSection {
    /// Binds the section of the page.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let switch = dispatcher.clone();
        dom::on(&dom::element::<Element>("initial")?, "click", move |event| {
            let name = dom::marked(&event, "quantity");
            let quantity = LayerQuantity::ALL.into_iter().find(|quantity| Some(quantity.name()) == name.as_deref());
            if let Some(quantity) = quantity {
                switch.dispatch(Action::ShowLayers(quantity));
            }
        })?;
        Ok(Self {
            quantity: LayerQuantity::ALL[0],
            canvas: Canvas::bind("chart-initial")?,
            missing: dom::element("initial-missing")?,
            step: dom::element("layers-step")?,
            table: LayerTable::bind()?,
            painted: None,
        })
    }

    /// Selects another quantity, from the next drawing on.
    pub(super) fn switch(&mut self, quantity: LayerQuantity) -> WebResult<()> {
        self.quantity = quantity;
        for (attribute, state) in [("data-quantity", "aria-pressed"), ("data-about", "data-shown")] {
            for element in dom::all(&format!("#initial [{attribute}]"))? {
                let own = element.get_attribute(attribute).as_deref() == Some(quantity.name());
                dom::set_attribute(&element, state, if own { "true" } else { "false" })?;
            }
        }
        Ok(())
    }
}

impl Section for LayerSection {
    fn tab(&self) -> Tab {
        Tab::Layers
    }

    /// Shows the layers at the step under the scrubber; an empty table of the same shape before anything is measured.
    fn draw(&mut self, picture: &Picture<'_>) -> WebResult<()> {
        let (history, at, dark) = (picture.history, picture.view.at, picture.dark);
        self.table.show(history, self.quantity, at)?;
        dom::set_text(&self.step, &layers_step_text(history, at));
        let chart = chart(history, self.quantity, picture.visible, at);
        self.missing.set_hidden(chart.is_some());
        let now = chart.map(|chart| (chart, dark, self.canvas.holder().client_width()));
        if self.painted == now {
            return Ok(());
        }
        self.painted = None;
        let label = self.quantity.axis_label();
        let Some(now) = now else {
            self.canvas.clear();
            return self.canvas.describe(&chart_descriptions::layers(&label, false));
        };
        self.canvas.describe(&chart_descriptions::layers(&label, true))?;
        let painted = self.canvas.paint(dark, |area, style| draw_layers(area, &now.0, style))?;
        self.painted = painted.map(|()| now);
        Ok(())
    }
}

/// The table: one row per layer and total, one column per variant.
struct LayerTable {
    element: HtmlElement,
    head: Element,
    body: Element,
    totals: Vec<HtmlElement>,
    /// The variants, with their places in the palette, and the layers for which it was built.
    shape: (Vec<(usize, Variant)>, Vec<String>),
    /// The cells of the layers, then of the totals, row by row.
    cells: TextCells,
}

impl LayerTable {
    fn bind() -> WebResult<Self> {
        Ok(Self {
            element: dom::element("initial-table")?,
            head: dom::element("initial-variants")?,
            body: dom::element("initial-layers")?,
            totals: dom::all("#initial-totals tr")?,
            shape: Default::default(),
            cells: TextCells::default(),
        })
    }

    fn show(&mut self, history: &History, quantity: LayerQuantity, at: Option<u64>) -> WebResult<()> {
        let columns = history.variants.iter().map(|curves| (curves.palette_index, curves.variant.clone()));
        let shape = (columns.collect(), history.layers.weights.clone());
        if self.shape != shape {
            self.rebuild(&shape.0, &shape.1)?;
            self.shape = shape;
        }
        let variants = history.variants.iter().enumerate();
        let totals: Vec<[String; 5]> =
            variants.map(|(index, variant)| totals(variant, history.start_of(index), at)).collect();
        let sums = (0..5).flat_map(|line| totals.iter().map(move |variant| variant[line].clone()));
        self.cells.show(cells(history, quantity, at).into_iter().flatten().chain(sums));
        Ok(())
    }

    fn rebuild(&mut self, variants: &[(usize, Variant)], layers: &[String]) -> WebResult<()> {
        self.cells.clear();
        self.body.set_inner_html("");
        self.element.style().set_property("--variants", &variants.len().to_string())?;
        for old in dom::all("#initial-variants th + th, #initial-totals td")? {
            old.remove();
        }
        for (palette_index, variant) in variants {
            dom::append(&self.head, &text_cells::variant_heading("col", *palette_index, variant)?)?;
        }
        for (index, name) in layers.iter().enumerate() {
            // In narrow columns, the name breaks before the sizes and not inside them.
            let name = name.replace(" → ", "\u{a0}→\u{a0}");
            let heading = text_cells::heading("row", &format!("{}. {name}", index + 1))?;
            let row = text_cells::row(&self.body, &heading)?;
            self.cells.add(&row, variants.len())?;
        }
        for row in &self.totals {
            self.cells.add(row, variants.len())?;
        }
        Ok(())
    }
}
