//! The fields that say how the CPU computes. Their values stay in the browser: they belong to no link.

use super::appearance::media;
use super::shelf_storage::{Storage, call};
use super::{Action, Dispatcher};
use crate::protocol::Computing;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::cores::automatic;
use web_sys::HtmlSelectElement;

/// The fields, which are also the ends of the names under which they are stored.
const FIELDS: [&str; 2] = ["cores", "arithmetic"];

/// Shows the stored choices, and keeps later ones.
pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<()> {
    for field in FIELDS {
        let select: HtmlSelectElement = dom::element(field)?;
        let name = format!("emergence-lab/{field}");
        if let Some(stored) = call(Storage::Browser, "getItem", &[&name]).ok().and_then(|stored| stored.as_string()) {
            select.set_value(&stored);
            // Something else than one of the options.
            if select.selected_index() < 0 {
                select.set_selected_index(0);
            }
        }
        let chosen = dispatcher.clone();
        dom::on(&select.clone(), "change", move |_| {
            // Without storage the choice lasts as long as the page.
            let _ = call(Storage::Browser, "setItem", &[&name, &select.value()]);
            chosen.dispatch(Action::ComputingChosen);
        })?;
    }
    Ok(())
}

/// What is chosen.
pub(super) fn chosen() -> WebResult<Computing> {
    let [cores, arithmetic] = FIELDS.map(|field| dom::element(field).map(|select: HtmlSelectElement| select.value()));
    let cores = if let Ok(cores) = cores?.parse() {
        cores
    } else {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
        let cores = dom::window()?.navigator().hardware_concurrency() as usize;
        automatic(cores, media("(pointer: coarse)")?.matches())
    };
    Ok(Computing { cores, exact: arithmetic? == "exact", step_times: None })
}
