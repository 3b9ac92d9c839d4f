//! The explorer in the document: nodes are buttons, edges are lines of an SVG below them, paths are the entries of two lists.
//! Positions are percentages of the graph, so no size has to be known.

use super::{Action, Dispatcher};
use crate::emergence::EmergenceForm;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::path_explorer::{Edge, Explored, Explorer, FORMS, Pattern};
use crate::web::page::words::paths::{change_text, count_text, more_text, node_label, node_name};
use std::fmt::Write as _;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlSelectElement};

/// The section with its state.
pub(in crate::web::page) struct PathSection {
    explorer: Explorer,
    layers: HtmlSelectElement,
    nodes: HtmlSelectElement,
    graph: Element,
    edges: Element,
    buttons: Element,
    panels: [PathPanel; 2],
    /// The edges drawn, in the order of the lines.
    shown: Vec<Edge>,
    /// The selected path.
    pinned: Option<usize>,
    /// The highlighted path.
    lit: Option<usize>,
}

impl PathSection {
    /// Binds the section of the page and shows the initial network.
    pub(in crate::web::page) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let [a, b] = FORMS;
        let mut section = Self {
            explorer: Explorer::default(),
            layers: dom::element("paths-layers")?,
            nodes: dom::element("paths-width")?,
            graph: dom::element("paths-graph")?,
            edges: dom::element("paths-edges")?,
            buttons: dom::element("paths-nodes")?,
            panels: [PathPanel::bind(a, "a")?, PathPanel::bind(b, "b")?],
            shown: Vec::new(),
            pinned: None,
            lit: None,
        };
        listen(&dom::element("paths")?, dispatcher)?;
        // After a reload, browsers may restore other sizes in the fields.
        section.layers.set_value(&section.explorer.layers().to_string());
        section.nodes.set_value(&section.explorer.nodes().to_string());
        section.build()?;
        Ok(section)
    }

    /// Handles an interaction of the visitor.
    pub(in crate::web::page) fn act(&mut self, explored: Explored) -> WebResult<()> {
        match explored {
            Explored::Path(path) => return self.light(path.or(self.pinned)),
            Explored::Pinned(path) => {
                self.pinned = Some(path);
                return self.light(self.pinned);
            }
            Explored::Node(node) => self.explorer.toggle(node),
            Explored::Pattern(pattern) => self.explorer.set(pattern),
            Explored::Resized => {
                let size = |select: &HtmlSelectElement| select.value().parse().unwrap_or(0);
                self.explorer = Explorer::new(size(&self.layers), size(&self.nodes));
                return self.build();
            }
        }
        self.draw()
    }

    /// Creates nodes and edges. The HTML contains only numbers, nothing from outside.
    fn build(&mut self) -> WebResult<()> {
        let (layers, nodes) = (self.explorer.layers(), self.explorer.nodes());
        let middle = |index: usize, count: usize| (index as f64 + 0.5) * 100.0 / count as f64;
        let place = |node: usize| {
            let (layer, row) = self.explorer.place(node);
            (middle(layer, layers), middle(row, nodes))
        };
        let mut lines = String::new();
        for edge in self.explorer.edges() {
            let ((x1, y1), (x2, y2)) = (place(edge.from), place(edge.to));
            // Writing to a String cannot fail.
            let _ = write!(lines, r#"<line x1="{x1:.2}%" y1="{y1:.2}%" x2="{x2:.2}%" y2="{y2:.2}%"/>"#);
        }
        self.edges.set_inner_html(&lines);
        let mut buttons = String::new();
        for node in 0..layers * nodes {
            let label = node_label(&self.explorer, node);
            let _ = write!(buttons, r#"<button type="button" data-node="{node}">{label}</button>"#);
        }
        self.buttons.set_inner_html(&buttons);
        // Not as an attribute, which a host may forbid.
        for (node, button) in children(&self.buttons).enumerate() {
            let (x, y) = place(node);
            let style = button.unchecked_into::<HtmlElement>().style();
            style.set_property("left", &format!("{x:.2}%"))?;
            style.set_property("top", &format!("{y:.2}%"))?;
        }
        self.draw()
    }

    /// Shows the active nodes and the counted paths.
    fn draw(&mut self) -> WebResult<()> {
        for (node, button) in children(&self.buttons).enumerate() {
            let pressed = if self.explorer.active().contains(node) { "true" } else { "false" };
            dom::set_attribute(&button, "aria-pressed", pressed)?;
            dom::set_attribute(&button, "aria-label", &node_name(&self.explorer, node))?;
        }
        for panel in &self.panels {
            panel.draw(&self.explorer)?;
        }
        self.shown = self.explorer.edges();
        (self.pinned, self.lit) = (None, None);
        self.color()
    }

    /// Highlights a path in the graph, or none.
    fn light(&mut self, path: Option<usize>) -> WebResult<()> {
        if self.lit == path {
            return Ok(());
        }
        self.lit = path;
        self.color()
    }

    fn color(&self) -> WebResult<()> {
        let path = self.lit.and_then(|index| self.explorer.paths().get(index));
        let lit = |node: usize| path.is_some_and(|path| path.nodes().any(|other| other == node));
        for (edge, line) in self.shown.iter().zip(children(&self.edges)) {
            let class = match edge {
                edge if lit(edge.from) && lit(edge.to) => "lit",
                Edge { new: true, .. } => "new",
                Edge { counted: true, .. } => "counted",
                _ => "",
            };
            dom::set_attribute(&line, "class", class)?;
        }
        for (node, button) in children(&self.buttons).enumerate() {
            dom::set_attribute(&button, "class", if lit(node) { "lit" } else { "" })?;
        }
        dom::set_attribute(&self.graph, "class", if path.is_some() { "lighting" } else { "" })
    }
}

/// The count of one form and its paths.
struct PathPanel {
    form: EmergenceForm,
    count: Element,
    most: Element,
    gained: Element,
    lost: Element,
    list: Element,
    more: Element,
}

impl PathPanel {
    fn bind(form: EmergenceForm, name: &str) -> WebResult<Self> {
        let part = |part: &str| dom::element(&format!("paths-{name}-{part}"));
        Ok(Self {
            form,
            count: part("count")?,
            most: part("most")?,
            gained: part("gained")?,
            lost: part("lost")?,
            list: part("list")?,
            more: part("more")?,
        })
    }

    fn draw(&self, explorer: &Explorer) -> WebResult<()> {
        let counts = explorer.counts(self.form);
        let ((count, most), (gained, lost)) = (count_text(&counts), change_text(&counts));
        let texts = [(&self.count, count), (&self.most, most), (&self.gained, gained), (&self.lost, lost)];
        for (element, text) in texts {
            dom::set_text(element, &text);
        }
        let reached = if counts.count == counts.most { "reached" } else { "" };
        dom::set_attribute(&self.count, "class", reached)?;
        let listed = explorer.listed(self.form);
        let mut items = String::new();
        for &(index, new) in &listed.paths {
            let class = if new { "new" } else { "" };
            let _ =
                write!(items, r#"<li class="{class}"><label data-path="{index}"><input type="radio" name="path"/>"#);
            for node in explorer.paths()[index].nodes() {
                let class = if explorer.active().contains(node) { "on" } else { "" };
                let _ = write!(items, r#"<i class="{class}">{}</i>"#, node_label(explorer, node));
            }
            items.push_str("</label></li>");
        }
        self.list.set_inner_html(&items);
        self.list.set_scroll_top(0);
        dom::set_text(&self.more, &more_text(&listed));
        Ok(())
    }
}

fn listen(section: &Element, dispatcher: &Dispatcher) -> WebResult<()> {
    let index = |event: &web_sys::Event, name| dom::marked(event, name).and_then(|index| index.parse().ok());
    let pressed = dispatcher.clone();
    dom::on(section, "click", move |event| {
        if let Some(node) = index(&event, "node") {
            pressed.dispatch(Action::Explored(Explored::Node(node)));
        } else if let Some(pattern) = dom::marked(&event, "pattern").and_then(|name| Pattern::of_name(&name)) {
            pressed.dispatch(Action::Explored(Explored::Pattern(pattern)));
        }
    })?;
    let changed = dispatcher.clone();
    dom::on(section, "change", move |event| {
        let explored = index(&event, "path").map_or(Explored::Resized, Explored::Pinned);
        changed.dispatch(Action::Explored(explored));
    })?;
    for kind in ["pointerover", "pointerleave", "focusin", "focusout"] {
        let pointed = dispatcher.clone();
        dom::on(section, kind, move |event| {
            // Between two paths, and outside the lists, no path is highlighted.
            let path = if kind == "focusout" { None } else { index(&event, "path") };
            pointed.dispatch(Action::Explored(Explored::Path(path)));
        })?;
    }
    Ok(())
}

fn children(element: &Element) -> impl Iterator<Item = Element> {
    let children = element.children();
    (0..children.length()).filter_map(move |index| children.item(index))
}
