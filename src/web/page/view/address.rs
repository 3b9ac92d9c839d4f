//! Addresses of this page: that of what is shown, in the address bar, in links and in frames.

use crate::experiment::{Experiment, FigureView, View};
use crate::web::dom;
use crate::web::error::WebResult;

/// The address of this page with a query.
pub(super) fn address(query: &str) -> WebResult<String> {
    let location = dom::window()?.location();
    let base = format!("{}{}", location.origin()?, location.pathname()?);
    Ok(if query.is_empty() { base } else { format!("{base}?{query}") })
}

/// The query of an experiment and a view, with the variants even if all keys have their defaults: at an address without an experiment the
/// page shows a scenario.
pub(super) fn query_of(experiment: &Experiment, view: &View) -> String {
    let query = experiment.to_query_with(view);
    if !experiment.to_query().is_empty() {
        return query;
    }
    let variants: Vec<String> = experiment.variants.iter().map(ToString::to_string).collect();
    let variants = format!("init={}", variants.join(","));
    if query.is_empty() { variants } else { format!("{variants}&{query}") }
}

/// The query of an experiment and a view in the address. Whether a frame is the figure or the page is decided by `show` in its address, so a figure
/// always has it, and a page never.
pub(super) fn framed_query(experiment: &Experiment, view: &View) -> WebResult<String> {
    let kind = dom::root()?.dataset().get("embed");
    let figure = match kind.as_deref() {
        Some("page") => FigureView { show: FigureView::default().show, ..view.figure.clone() },
        _ => view.figure.clone(),
    };
    let query = query_of(experiment, &View { figure, ..view.clone() });
    if kind.as_deref() != Some("figure") || query.contains("show=") {
        return Ok(query);
    }
    let show: Vec<&str> = view.figure.show.iter().map(|quantity| quantity.facts().name).collect();
    Ok(format!("{query}&show={}", show.join(",")))
}
