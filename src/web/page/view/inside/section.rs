//! The section as a whole: events of the worker and requests of the visitor go in, commands come out; changes are drawn when the
//! page is drawn.

use super::attention::AttentionPanel;
use super::inspection::{Activity, Errors, FirstLayer};
use super::question::{Classified, QuestionPanel};
use super::samples_over_time::SamplesOverTime;
use super::sentence::SentencePanel;
use crate::catalog::DataKind;
use crate::metrics::{History, ImageSamples};
use crate::protocol::{Command, Event, NetworkAnswer};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::inside::inquiry::{Inquiry, InspectionRequest};
use crate::web::page::model::phase::Phase;
use crate::web::page::model::tabs::Tab;
use crate::web::page::view::section::{Picture, Section};
use crate::web::page::view::{Action, Dispatcher};
use crate::web::page::words::inside::{run_labels, run_note};
use web_sys::{Element, HtmlElement, HtmlSelectElement};

/// The section with its state.
pub(in crate::web::page::view) struct Inside {
    panels: Element,
    select: HtmlSelectElement,
    note: Element,
    labels: Vec<String>,
    first_layer: FirstLayer,
    activity: Activity,
    errors: Errors,
    question: QuestionPanel,
    sentence: SentencePanel,
    attention: AttentionPanel,
    samples: SamplesOverTime,
    /// The panels that are only for one kind of data.
    of_kind: Vec<(DataKind, HtmlElement)>,
    inquiry: Inquiry,
    data: ImageSamples,
    /// The run whose weights are shown.
    pictured: usize,
}

impl Inside {
    pub(in crate::web::page::view) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let select: HtmlSelectElement = dom::element("inside-run")?;
        let (chosen, own) = (dispatcher.clone(), select.clone());
        dom::on(&select, "change", move |_| {
            chosen.dispatch(Action::Inspected(InspectionRequest::Run(
                usize::try_from(own.selected_index()).unwrap_or(0),
            )));
        })?;
        let data = ImageSamples { channels: 1, height: 28, width: 28, ..ImageSamples::default() };
        let mut of_kind = Vec::new();
        for kind in [DataKind::Images, DataKind::Pairs] {
            let panels = dom::all(&format!("#inside [data-kind=\"{}\"]", kind.name()))?;
            of_kind.extend(panels.into_iter().map(|panel| (kind, panel)));
        }
        Ok(Self {
            panels: dom::element("inside-panels")?,
            select,
            note: dom::element("inside-note")?,
            labels: Vec::new(),
            first_layer: FirstLayer::bind()?,
            activity: Activity::bind()?,
            errors: Errors::bind()?,
            question: QuestionPanel::bind(dispatcher)?,
            sentence: SentencePanel::bind(dispatcher)?,
            attention: AttentionPanel::bind(dispatcher)?,
            samples: SamplesOverTime::bind()?,
            of_kind,
            inquiry: Inquiry::default(),
            data,
            pictured: 0,
        })
    }

    /// Handles an event about the experiment that is shown.
    pub(in crate::web::page::view) fn hear(&mut self, event: &Event) -> Option<Command> {
        match event {
            Event::Dataset { sample } => {
                self.data = ImageSamples { images: Vec::new(), ..sample.images.clone() };
            }
            Event::Started { .. } => self.clear(),
            Event::Filters { filters } if filters.run == self.inquiry.run() => {
                self.pictured = filters.run;
                self.first_layer.set(Some(filters.clone()));
            }
            Event::Examination { examination } if examination.run == self.inquiry.run() => {
                self.errors.set(Some(examination.clone()));
            }
            Event::Answered { answer } if self.inquiry.is_current() => match answer {
                NetworkAnswer::Image { pixels, test, probabilities } => {
                    let (pixels, probabilities) = (pixels.clone(), probabilities.clone());
                    self.question.set(Some(Classified { pixels, test: *test, probabilities }));
                }
                NetworkAnswer::Sentence(answer) => {
                    self.sentence.set(Some(answer.clone()), true);
                    self.attention.set(Some(answer.clone()));
                }
            },
            _ => {}
        }
        self.inquiry.event(event, self.data.channels * self.data.height * self.data.width)
    }

    /// Handles an interaction of the visitor.
    pub(in crate::web::page::view) fn inspect(
        &mut self,
        request: &InspectionRequest,
        history: &History,
        phase: Phase,
    ) -> WebResult<Vec<Command>> {
        let tests = history.setup.start.as_ref().map_or(0, |start| start.data.test);
        let command = match (request, history.setup.experiment.model.kind()) {
            (InspectionRequest::Run(run), _) => return Ok(self.inquiry.choose(*run, is_live(phase))),
            (other, DataKind::Images) => self.question.handle(other, &mut self.inquiry, &self.data, tests)?,
            (other, DataKind::Pairs) => self.sentence.handle(other, &mut self.inquiry, tests),
        };
        Ok(command.into_iter().collect())
    }

    /// Looks at the step under the scrubber, or at the networks as they are.
    pub(in crate::web::page::view) fn look_at(&mut self, at: Option<u64>, phase: Phase) -> Vec<Command> {
        self.inquiry.look_at(at, is_live(phase))
    }

    fn clear(&mut self) {
        self.pictured = self.inquiry.run();
        self.first_layer.set(None);
        self.errors.set(None);
        self.question.set(None);
        self.sentence.set(None, self.inquiry.asked().is_some());
        self.attention.set(None);
    }

    fn list(&mut self, labels: Vec<String>) -> WebResult<()> {
        self.select.set_inner_html("");
        for label in &labels {
            dom::append(&self.select, &dom::create("option", "", label)?)?;
        }
        self.labels = labels;
        Ok(())
    }
}

impl Section for Inside {
    fn tab(&self) -> Tab {
        Tab::Inside
    }

    /// Shows changes. The section appears with the first experiment, and is cleared when there is none.
    fn draw(&mut self, picture: &Picture<'_>) -> WebResult<()> {
        let (history, phase, dark, at) = (picture.history, picture.inspected, picture.dark, picture.view.at);
        if !is_live(phase) && phase != Phase::Failed {
            self.clear();
        }
        let labels = run_labels(history);
        if self.labels != labels {
            self.list(labels)?;
        }
        let run = self.inquiry.run();
        self.select.set_selected_index(i32::try_from(run).unwrap_or(0));
        let curves = history.runs().nth(run);
        dom::set_text(&self.note, &curves.map_or(String::new(), |run| run_note(run, at)));
        // Only pictures of images come with a delay.
        let pictured = history.setup.experiment.model.kind() == DataKind::Images;
        let waiting = is_live(phase) && pictured && self.pictured != run;
        dom::set_attribute(&self.panels, "aria-busy", if waiting { "true" } else { "false" })?;
        let name = self.labels.get(run).map_or("", String::as_str);
        let shown = history.setup.experiment.model.kind();
        for (kind, panel) in &self.of_kind {
            panel.set_hidden(*kind != shown);
        }
        self.activity.draw(history, curves, at)?;
        match shown {
            DataKind::Images => {
                self.first_layer.draw(history, name, dark)?;
                self.errors.draw(&self.data, name, dark)?;
                self.question.draw(history, &self.data, phase)
            }
            DataKind::Pairs => {
                self.attention.draw(name)?;
                self.samples.draw(history, at)?;
                self.sentence.draw(history, phase)
            }
        }
    }
}

/// Whether there are networks to inspect.
fn is_live(phase: Phase) -> bool {
    matches!(phase, Phase::Training | Phase::Paused | Phase::Finished)
}
