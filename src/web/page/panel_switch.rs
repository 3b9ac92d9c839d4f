//! The buttons that switch between the quantities of a chart panel, if it has several.

use super::{Action, Dispatcher};
use crate::catalog::CurvePanel;
use crate::catalog::{EmergenceNodes, Quantity};
use crate::web::dom;
use crate::web::error::WebResult;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The buttons of a panel; empty for a single quantity.
pub(super) struct PanelSwitch(Vec<(Quantity, HtmlElement)>);

impl PanelSwitch {
    /// Creates the buttons of a panel beside the element with its canvas.
    pub(super) fn new(panel: &CurvePanel, holder: &HtmlElement, dispatcher: &Dispatcher) -> WebResult<Self> {
        let Some(figure) = holder.parent_element().filter(|_| panel.quantities.len() > 1) else {
            return Ok(Self(Vec::new()));
        };
        let group = dom::create("div", "switch", "")?;
        group.set_attribute("role", "group")?;
        group.set_attribute("aria-label", &format!("{}: quantity", panel.title()))?;
        let buttons = panel.quantities.iter().map(|quantity| {
            let button = button(*quantity)?;
            dom::append(&group, &button)?;
            Ok((*quantity, button))
        });
        let buttons = buttons.collect::<WebResult<_>>()?;
        let switch = dispatcher.clone();
        dom::on(&group, "click", move |event| {
            if let Some(quantity) = dom::marked(&event, "measure").as_deref().and_then(Quantity::named) {
                switch.dispatch(Action::ShowQuantity(quantity));
            }
        })?;
        dom::append(&figure, &group)?;
        Ok(Self(buttons))
    }

    /// Marks the quantity that is shown, and offers quantities of feature maps only if the network has any. Returns the number of
    /// buttons offered.
    pub(super) fn show(&self, shown: Quantity, has_feature_maps: bool) -> WebResult<usize> {
        let mut offered = 0;
        for (quantity, button) in &self.0 {
            dom::set_attribute(button, "aria-pressed", if *quantity == shown { "true" } else { "false" })?;
            let of_maps = matches!(quantity.facts().nodes, Some(EmergenceNodes::FeatureMaps { .. }));
            button.set_hidden(of_maps && !has_feature_maps);
            offered += usize::from(!button.hidden());
        }
        Ok(offered)
    }
}

fn button(quantity: Quantity) -> WebResult<HtmlElement> {
    let row = quantity.facts();
    let (text, subscript) = row.button.split_once('_').unwrap_or((row.button, ""));
    let button = dom::create("button", "", text)?;
    button.set_attribute("type", "button")?;
    button.set_attribute("data-measure", row.name)?;
    button.set_attribute("title", row.hint)?;
    if !subscript.is_empty() {
        dom::append(&button, &dom::create("sub", "", subscript)?)?;
    }
    Ok(button.unchecked_into())
}
