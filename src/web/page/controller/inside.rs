//! Passes events and requests between the section "Inside a run" and the worker.

use super::Page;
use crate::protocol::Event;
use crate::web::error::WebResult;
use crate::web::page::inside::inquiry::InspectionRequest;

impl Page {
    /// Handles an event about the experiment that is shown, and sends the question that follows, if any. Embeds hide the section,
    /// so they ask nothing.
    pub(super) fn inspection_event(&mut self, event: &Event) -> WebResult<()> {
        if self.view.embed {
            return Ok(());
        }
        match self.inside.hear(event) {
            Some(command) => self.send(&command),
            None => Ok(()),
        }
    }

    /// Handles an interaction with the section.
    pub(super) fn inspect(&mut self, request: &InspectionRequest) -> WebResult<()> {
        if let Some(command) = self.inside.inspect(request, &self.history, self.lifecycle.phase())? {
            self.send(&command)?;
        }
        // Strokes appear on the drawing area immediately; only choices require a redraw.
        if matches!(request, InspectionRequest::Run(_) | InspectionRequest::Clear | InspectionRequest::Test(_)) {
            self.redraw.request()
        } else {
            Ok(())
        }
    }
}
