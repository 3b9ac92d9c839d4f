//! Commands that concern the list of variants.

use super::Page;
use crate::error::Error;
use crate::experiment::Variant;
use crate::web::error::WebResult;
use crate::web::page::model::picker_fields::{Addition, refusal};
use crate::web::page::model::shown::listed;
use crate::web::page::view::action::RowCommand;
use crate::web::page::view::{dialogs, picker};
use crate::web::page::words::{fix_first, incidents};

impl Page {
    /// Handles the selection of another scheme in the picker.
    pub(super) fn choose_scheme(&self) -> WebResult<()> {
        picker::choose(self.form.experiment())?;
        self.show_picker()
    }

    /// Updates the picker.
    pub(super) fn show_picker(&self) -> WebResult<()> {
        picker::say("")?;
        picker::show(self.form.experiment())
    }

    /// Handles a button of the list.
    pub(super) fn change_listed(&mut self, index: usize, command: RowCommand) -> WebResult<()> {
        let entries = listed(&self.shown, self.form.experiment());
        let Some(entry) = entries.get(index) else { return Ok(()) };
        match (command, entry.shown, entry.edited) {
            (RowCommand::Toggle, Some(shown), _) => {
                if let Some(visible) = self.visible.get_mut(shown) {
                    *visible = !*visible;
                }
            }
            (RowCommand::Baseline, Some(shown), _) => {
                self.view.figure.baseline = u32::try_from(shown + 1).unwrap_or(1);
                self.write_address()?;
            }
            (RowCommand::Edit, _, Some(edited)) => return self.edit_variant(edited),
            (RowCommand::Edit, _, None) => return self.put_back(&entry.variant.clone()),
            (RowCommand::Raise, Some(shown), _) if self.shown.is_result() && !self.lifecycle.measuring() => {
                return self.raise_shown(shown);
            }
            (RowCommand::Raise, _, Some(edited)) if edited > 0 => {
                let mut list = self.form.experiment().variants.clone();
                list.swap(edited - 1, edited);
                return self.replace_list(&list);
            }
            (RowCommand::Remove, _, Some(edited)) => {
                let mut list = self.form.experiment().variants.clone();
                if list.len() > 1 {
                    list.remove(edited);
                }
                return self.replace_list(&list);
            }
            _ => {}
        }
        self.draw()
    }

    /// Moves a variant up in what is shown, which needs no new run, and in the form.
    fn raise_shown(&mut self, index: usize) -> WebResult<()> {
        self.shelf.raise(&self.shown.experiment, index);
        if !self.shown.raise(index) {
            return Ok(());
        }
        self.visible.swap(index - 1, index);
        let number = u32::try_from(index).unwrap_or_default();
        let baseline = &mut self.view.figure.baseline;
        *baseline = match *baseline {
            same if same == number => number + 1,
            same if same == number + 1 => number,
            other => other,
        };
        let order = &self.shown.experiment.variants;
        let place = |variant: &Variant| order.iter().position(|other| other == variant).unwrap_or(order.len());
        let mut list = self.form.experiment().variants.clone();
        list.sort_by_key(place);
        self.replace_list(&list)?;
        self.write_address()?;
        self.draw()
    }

    fn edit_variant(&self, index: usize) -> WebResult<()> {
        let experiment = self.form.experiment();
        let Some(variant) = experiment.variants.get(index) else { return Ok(()) };
        dialogs::open("variant-dialog")?;
        picker::load(variant, index)?;
        picker::show(experiment)
    }

    /// Adds a variant again that is shown but was removed from the list.
    fn put_back(&mut self, variant: &Variant) -> WebResult<()> {
        let mut list = self.form.experiment().variants.clone();
        list.push(variant.clone());
        self.replace_list(&list)
    }

    pub(super) fn add_variant(&mut self, addition: Addition) -> WebResult<()> {
        let Ok(variant) = picker::variant()? else { return picker::focus_error() };
        let variant = addition.of(variant);
        if self.form.experiment().variants.contains(&variant) {
            return picker::say(&incidents::already_listed());
        }
        match addition.put(variant, self.form.experiment()) {
            Ok(variants) => match self.set_variants(&variants)? {
                Ok(()) if matches!(addition, Addition::Replacement(_)) => picker::say(&incidents::replaced()),
                Ok(()) => picker::say(&incidents::added()),
                Err(error) => picker::say(&error.map_or_else(String::new, |error| fix_first(&error))),
            },
            // The reason why the scheme itself cannot be added is shown above the buttons.
            Err(_) if addition == Addition::Itself => picker::focus_error(),
            Err(error) => picker::say(&refusal(&error)),
        }
    }

    fn replace_list(&mut self, list: &[Variant]) -> WebResult<()> {
        if self.set_variants(list)?.is_err() {
            // The error is shown beside the field.
            dialogs::open("setup")?;
            return self.form.focus_error();
        }
        Ok(())
    }

    /// Sets another list of variants, or returns the error to fix first.
    fn set_variants(&mut self, list: &[Variant]) -> WebResult<Result<(), Option<Error>>> {
        let set = self.form.set_variants(list)?;
        picker::forget_origin()?;
        self.edited()?;
        Ok(set)
    }
}
