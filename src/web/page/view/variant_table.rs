//! The list of variants, which is legend and results table at once.

use super::action::{Action, RowCommand};
use super::dispatch::Dispatcher;
use super::{text_cells, variant_name};
use crate::texts::text;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::shown::ListEntry;
use crate::web::page::model::variant_rows::VariantRow;
use crate::web::page::words::{NOTHING, variant_label};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// The commands of a row, with the attribute of their buttons.
const COMMANDS: [(&str, RowCommand); 5] = [
    ("toggle", RowCommand::Toggle),
    ("edit", RowCommand::Edit),
    ("baseline", RowCommand::Baseline),
    ("raise", RowCommand::Raise),
    ("remove", RowCommand::Remove),
];

/// The table with its state.
pub(super) struct VariantTable {
    body: Element,
    caption: Element,
    step: Element,
    pending: Element,
    /// For what the rows were built.
    built: Option<Shape>,
    cells: Vec<RowCells>,
}

/// What the rows are built for; everything else is only text in their cells.
#[derive(PartialEq)]
struct Shape {
    listed: Vec<ListEntry>,
    colors: Vec<usize>,
    visible: Vec<bool>,
    baseline: usize,
}

/// The cells of a row, each with its last text.
struct RowCells {
    value: (Element, String),
    spread: (Element, String),
    dots: (Element, Vec<f64>),
    pinned: (Element, String),
    comparison: (Element, String),
}

impl VariantTable {
    /// Binds the table of the page.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let body = text_cells::body("results")?;
        let pressed = dispatcher.clone();
        dom::on(&body, "click", move |event| {
            let command = COMMANDS.iter().find_map(|(name, command)| Some((dom::marked(&event, name)?, *command)));
            if let Some((index, command)) = command.and_then(|(index, command)| Some((index.parse().ok()?, command))) {
                pressed.dispatch(Action::Listed(index, command));
            }
        })?;
        Ok(Self {
            body,
            caption: dom::element("table-caption")?,
            step: dom::element("table-step")?,
            pending: dom::element("pending")?,
            built: None,
            cells: Vec::new(),
        })
    }

    /// Shows entries with the rows of those that have results; `title` is the quantity, `step` the step of the values.
    pub(super) fn show(
        &mut self,
        listed: &[ListEntry],
        rows: &[VariantRow],
        visible: &[bool],
        (title, step): (&str, &str),
    ) -> WebResult<()> {
        dom::set_text(&self.caption, title);
        dom::set_text(&self.step, step);
        let colors: Vec<usize> = rows.iter().map(|row| row.palette_index).collect();
        let baseline = rows.iter().position(|row| row.is_baseline).unwrap_or_default();
        let shape = Shape { listed: listed.to_vec(), colors, visible: visible.to_vec(), baseline };
        if self.built.as_ref() != Some(&shape) {
            self.rebuild(listed, rows, visible)?;
            self.built = Some(shape);
        }
        let pending = listed.iter().any(|entry| entry.shown.is_none() || entry.edited.is_none());
        self.pending.toggle_attribute_with_force("hidden", !pending)?;
        dom::set_text(
            &self.pending,
            &if pending { text!("Changes of the list apply to the next run.") } else { String::new() },
        );
        for (cells, row) in self.cells.iter_mut().zip(rows) {
            cells.show(row)?;
        }
        Ok(())
    }

    fn rebuild(&mut self, listed: &[ListEntry], rows: &[VariantRow], visible: &[bool]) -> WebResult<()> {
        let focused = focused_button()?;
        self.body.set_inner_html("");
        self.cells.clear();
        // An experiment needs a variant, so the last one cannot be removed.
        let only = listed.iter().filter(|entry| entry.edited.is_some()).count() <= 1;
        for (index, entry) in listed.iter().enumerate() {
            let shown = entry.shown.and_then(|index| rows.get(index));
            let pressed = visible.get(entry.shown.unwrap_or_default()).copied().unwrap_or(true);
            let heading = heading(index, entry, shown, pressed, only)?;
            let row = self.row(entry, shown.is_some(), &heading)?;
            dom::append(&self.body, &row)?;
        }
        // The button that was pressed has been replaced.
        match focused.and_then(|selector| self.body.query_selector(&selector).ok().flatten()) {
            Some(button) => button.dyn_ref::<HtmlElement>().map_or(Ok(()), |button| Ok(button.focus()?)),
            None => Ok(()),
        }
    }

    fn row(&mut self, entry: &ListEntry, has_results: bool, heading: &Element) -> WebResult<Element> {
        let element = dom::create("tr", if entry.edited.is_none() { "removed" } else { "" }, "")?;
        element.set_attribute("data-variant", &entry.variant.to_string())?;
        dom::append(&element, heading)?;
        let (value, comparison) = (dom::create("td", "value", "")?, dom::create("td", "comparison", "")?);
        let (number, spread, dots) =
            (dom::create("b", "", NOTHING)?, dom::create("span", "spread", "")?, dom::create("span", "dots", "")?);
        if !has_results {
            dom::set_text(&number, &text!("not run yet"));
        }
        dots.set_attribute("aria-hidden", "true")?;
        let pinned = dom::create("span", "pinned", "")?;
        [&number, &spread, &pinned, &dots].into_iter().try_for_each(|part| dom::append(&value, part))?;
        dom::append(&element, &value)?;
        dom::append(&element, &comparison)?;
        if has_results {
            self.cells.push(RowCells {
                value: (number, NOTHING.to_owned()),
                spread: (spread, String::new()),
                pinned: (pinned, String::new()),
                dots: (dots, Vec::new()),
                comparison: (comparison, String::new()),
            });
        }
        Ok(element)
    }
}

/// The heading of a row: its sample and name, and its buttons; `only` says that no other variant would be left without it.
fn heading(index: usize, entry: &ListEntry, row: Option<&VariantRow>, visible: bool, only: bool) -> WebResult<Element> {
    let label = variant_label(&entry.variant);
    let heading = text_cells::heading("row", "")?;
    if let Some(row) = row {
        let toggle = button("toggle", index, "", &text!("Show {name}", name = label))?;
        toggle.set_attribute("aria-pressed", if visible { "true" } else { "false" })?;
        dom::append(&toggle, &variant_name::sample(row.palette_index)?)?;
        dom::append(&heading, &toggle)?;
    }
    let edit = button("edit", index, &label, &text!("Change {name}", name = label))?;
    edit.set_class_name("name");
    edit.set_attribute("translate", "no")?;
    edit.set_attribute("title", &entry.variant.to_string())?;
    dom::append(&heading, &edit)?;
    if let Some(row) = row {
        let mark = if row.is_baseline { "★" } else { "☆" };
        let star = button("baseline", index, mark, &text!("Compare with {name}", name = label))?;
        star.set_attribute("aria-pressed", if row.is_baseline { "true" } else { "false" })?;
        dom::append(&heading, &star)?;
    }
    if entry.shown.or(entry.edited).is_some_and(|index| index > 0) {
        dom::append(&heading, &button("raise", index, "↑", &text!("Move {name} up", name = label))?)?;
    }
    if entry.edited.is_some() && !only {
        dom::append(&heading, &button("remove", index, "×", &text!("Remove {name}", name = label))?)?;
    }
    Ok(heading)
}

impl RowCells {
    fn show(&mut self, row: &VariantRow) -> WebResult<()> {
        let comparison = if row.is_baseline { text!("baseline") } else { row.comparison.clone() };
        let parts = [comparison, row.failures.clone()].into_iter().filter(|part| !part.is_empty());
        let comparison = parts.collect::<Vec<_>>().join(" · ");
        let pinned = row.pinned.clone().unwrap_or_default();
        for ((element, last), text) in [
            (&mut self.value, &row.value),
            (&mut self.spread, &row.spread),
            (&mut self.pinned, &pinned),
            (&mut self.comparison, &comparison),
        ]
        .map(|(cell, text)| ((&cell.0, &mut cell.1), text))
        {
            if last != text {
                element.set_text_content(Some(text));
                last.clone_from(text);
            }
        }
        if self.dots.1 != row.dots {
            self.dots.0.set_inner_html("");
            for dot in &row.dots {
                let mark: HtmlElement =
                    dom::create("i", &variant_name::color_class(row.palette_index), "")?.unchecked_into();
                // Not as an attribute, which a host may forbid.
                mark.style().set_property("left", &format!("{:.1}%", dot * 100.0))?;
                dom::append(&self.dots.0, &mark)?;
            }
            self.dots.1.clone_from(&row.dots);
        }
        Ok(())
    }
}

/// A selector of the button of the table that has the focus.
fn focused_button() -> WebResult<Option<String>> {
    let Some(active) = dom::document()?.active_element() else { return Ok(None) };
    let marks = COMMANDS
        .iter()
        .filter_map(|(name, _)| Some(format!("[data-{name}=\"{}\"]", active.get_attribute(&format!("data-{name}"))?)));
    Ok(marks.into_iter().next())
}

fn button(command: &str, index: usize, text: &str, label: &str) -> WebResult<Element> {
    let button = dom::create("button", command, text)?;
    button.set_attribute("type", "button")?;
    button.set_attribute(&format!("data-{command}"), &index.to_string())?;
    button.set_attribute("aria-label", label)?;
    Ok(button)
}
