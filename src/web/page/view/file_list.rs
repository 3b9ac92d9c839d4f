//! The list of the visitor's own files with their uses. A button changes the use of a file.

use super::{Action, Dispatcher};
use crate::experiment::own_files::FileReading;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::file_roles::FileRoles;
use crate::web::page::words::files::{file_name, file_role, more_files};
use web_sys::Element;

/// The list.
pub(super) struct OwnFileList {
    list: Element,
    rest: Element,
    /// The files in the list, with their buttons.
    built: Vec<(FileReading, Element)>,
}

impl OwnFileList {
    /// Binds the list of the page.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let list: Element = dom::element("files-list")?;
        let pressed = dispatcher.clone();
        dom::on(&list, "click", move |event| {
            if let Some(index) = dom::marked(&event, "file").and_then(|index| index.parse().ok()) {
                pressed.dispatch(Action::FileUseChanged(index));
            }
        })?;
        Ok(Self { list, rest: dom::element("files-rest")?, built: Vec::new() })
    }

    /// Shows the files. Buttons of the same files stay, and with them the focus.
    pub(super) fn show(&mut self, roles: &FileRoles) -> WebResult<()> {
        let listed = roles.listed();
        let same = self.built.len() == listed.len()
            && self.built.iter().zip(listed).all(|((built, _), reading)| built.name == reading.name);
        if !same {
            self.build(listed)?;
        }
        for ((_, button), reading) in self.built.iter().zip(listed) {
            dom::set_text(button, &file_role(reading.role));
            dom::set_attribute(button, "data-role", &format!("{:?}", reading.role))?;
        }
        dom::set_text(&self.rest, &more_files(roles.unlisted()));
        Ok(())
    }

    fn build(&mut self, listed: &[FileReading]) -> WebResult<()> {
        self.list.set_inner_html("");
        self.built.clear();
        for (index, reading) in listed.iter().enumerate() {
            let item = dom::create("li", "", "")?;
            let name = dom::create("span", "", &file_name(reading))?;
            let id = format!("own-file-{index}");
            name.set_attribute("id", &id)?;
            name.set_attribute("translate", "no")?;
            let button = dom::create("button", "file-role", "")?;
            button.set_attribute("type", "button")?;
            button.set_attribute("data-file", &index.to_string())?;
            button.set_attribute("aria-describedby", &id)?;
            dom::append(&item, &name)?;
            dom::append(&item, &button)?;
            dom::append(&self.list, &item)?;
            self.built.push((reading.clone(), button));
        }
        Ok(())
    }
}
