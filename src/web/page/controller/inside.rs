//! The section "Inside a run" and the worker.

use super::Page;
use crate::protocol::Event;
use crate::web::error::WebResult;
use crate::web::page::inside::Wish;

impl Page {
    /// Takes in an event that is about the experiment shown, and asks what follows. Embeds leave the section out, so they
    /// ask nothing.
    pub(super) fn look(&mut self, event: &Event) -> WebResult<()> {
        if self.view.embed {
            return Ok(());
        }
        match self.inside.hear(event) {
            Some(command) => self.send(&command),
            None => Ok(()),
        }
    }

    /// Carries out what the visitor has done in the section.
    pub(super) fn wish(&mut self, wish: &Wish) -> WebResult<()> {
        if let Some(command) = self.inside.wish(wish, &self.history, self.session.phase())? {
            self.send(&command)?;
        }
        // Ink shows at once; only what is chosen has to be drawn.
        if matches!(wish, Wish::Run(_) | Wish::Clear | Wish::Test(_)) { self.redraw.request() } else { Ok(()) }
    }
}
