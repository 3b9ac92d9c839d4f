//! Commands that concern the list of initializations: adding, replacing and removing variants.

use super::Page;
use crate::error::Error;
use crate::experiment::InitScheme;
use crate::web::error::WebResult;
use crate::web::page::picker;
use crate::web::page::picker_fields::{Addition, refusal};
use crate::web::page::words::fix_first;
use crate::web::page::words::incidents;

impl Page {
    /// Handles the selection of another scheme in the picker.
    pub(super) fn choose_scheme(&self) -> WebResult<()> {
        picker::choose()?;
        self.show_picker()
    }

    /// Updates the picker.
    pub(super) fn show_picker(&self) -> WebResult<()> {
        picker::say("")?;
        picker::show(self.form.experiment())
    }

    pub(super) fn edit_variant(&self, index: usize) -> WebResult<()> {
        let experiment = self.form.experiment();
        let Some(variant) = experiment.variants.get(index) else { return Ok(()) };
        picker::load(variant, index)?;
        picker::show(experiment)
    }

    pub(super) fn add_variant(&mut self, addition: Addition) -> WebResult<()> {
        let Ok(scheme) = picker::scheme()? else { return picker::focus_error() };
        let variant = addition.of(scheme);
        if self.form.experiment().variants.contains(&variant) {
            return picker::say(incidents::ALREADY_LISTED);
        }
        match addition.put(variant, self.form.experiment()) {
            Ok(variants) => match self.set_variants(&variants)? {
                Ok(()) if matches!(addition, Addition::Replacement(_)) => picker::say("Replaced."),
                Ok(()) => picker::say("Added."),
                Err(error) => picker::say(&error.map_or_else(String::new, |error| fix_first(&error))),
            },
            // The reason why the scheme itself cannot be added is shown above the buttons.
            Err(_) if addition == Addition::Itself => picker::focus_error(),
            Err(error) => picker::say(&refusal(&error)),
        }
    }

    pub(super) fn remove_variant(&mut self, index: usize) -> WebResult<()> {
        let mut list = self.form.experiment().variants.clone();
        if index < list.len() && list.len() > 1 {
            list.remove(index);
            if self.set_variants(&list)?.is_err() {
                // The error is shown beside the field.
                return self.form.focus_error();
            }
        }
        Ok(())
    }

    /// Sets another list of variants, or returns the error to fix first.
    fn set_variants(&mut self, list: &[InitScheme]) -> WebResult<Result<(), Option<Error>>> {
        let set = self.form.set_variants(list)?;
        self.edited()?;
        Ok(set)
    }
}
