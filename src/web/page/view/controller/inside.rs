//! Passes events and requests between the section "Inside a run" and the worker.

use super::Page;
use crate::protocol::Event;
use crate::web::error::WebResult;
use crate::web::page::model::inside::inquiry::InspectionRequest;
use crate::web::page::model::phase::Phase;

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

    /// The phase of the networks that are shown: without those that the worker has, there is nothing to inspect.
    pub(super) fn inspected_phase(&self) -> Phase {
        let phase = self.lifecycle.phase();
        let same = self.trained.as_ref() == Some(&self.shown.history.setup.experiment);
        if same || phase == Phase::Failed { phase } else { Phase::Ready }
    }

    /// Inspects the networks at the step under the scrubber, as far as they were kept.
    pub(super) fn look_inside(&mut self) -> WebResult<()> {
        let steps = self.shown.history.layer_steps();
        let at = self.view.figure.at.and_then(|at| steps.into_iter().rev().find(|step| *step <= at));
        let commands = self.inside.look_at(at, self.inspected_phase());
        commands.iter().try_for_each(|command| self.send(command))
    }

    /// Handles an interaction with the section.
    pub(super) fn inspect(&mut self, request: &InspectionRequest) -> WebResult<()> {
        for command in self.inside.inspect(request, &self.shown.history, self.inspected_phase())? {
            self.send(&command)?;
        }
        // Strokes appear on the drawing area immediately; only choices require a redraw.
        if matches!(request, InspectionRequest::Stroke { .. } | InspectionRequest::Lift | InspectionRequest::Drawn) {
            Ok(())
        } else {
            self.redraw.request()
        }
    }
}
