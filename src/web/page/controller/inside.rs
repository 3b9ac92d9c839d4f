//! The section "Inside a run" and the worker.

use super::Page;
use crate::protocol::Event;
use crate::web::error::WebResult;
use crate::web::page::inside::inquiry::InspectionRequest;

impl Page {
    /// Takes in an event that is about the experiment shown, and asks what follows. Embeds leave the section out, so they
    /// ask nothing.
    pub(super) fn inspection_event(&mut self, event: &Event) -> WebResult<()> {
        if self.view.embed {
            return Ok(());
        }
        match self.inside.hear(event) {
            Some(command) => self.send(&command),
            None => Ok(()),
        }
    }

    /// Carries out what the visitor has done in the section.
    pub(super) fn inspect(&mut self, request: &InspectionRequest) -> WebResult<()> {
        if let Some(command) = self.inside.inspect(request, &self.history, self.lifecycle.phase())? {
            self.send(&command)?;
        }
        // Ink shows at once; only what is chosen has to be drawn.
        if matches!(request, InspectionRequest::Run(_) | InspectionRequest::Clear | InspectionRequest::Test(_)) {
            self.redraw.request()
        } else {
            Ok(())
        }
    }
}
