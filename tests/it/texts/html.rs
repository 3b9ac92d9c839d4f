//! Reads the page's HTML as a browser does and as `web/page/view/translation.rs` sees it, as far as this HTML needs it.

/// Elements without content.
const VOID: [&str; 8] = ["br", "hr", "img", "input", "link", "meta", "col", "wbr"];
/// Attributes that people read or hear; the same as those of the page.
const ATTRIBUTES: [&str; 5] = ["aria-label", "title", "placeholder", "alt", "label"];
/// The values of `name` or `property` of a `<meta>` whose content people read.
const READ_META: [&str; 3] = ["description", "og:title", "og:description"];

/// An element or a text.
enum Node {
    Element(Element),
    Text(String),
}

/// An element.
pub(super) struct Element {
    tag: String,
    attributes: Vec<(String, String)>,
    children: Vec<Node>,
}

/// A document or a part of one.
pub(super) fn parse(html: &str) -> Element {
    let mut open = vec![Element { tag: String::new(), attributes: Vec::new(), children: Vec::new() }];
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        push(&mut open, Node::Text(decoded(&rest[..start])));
        rest = &rest[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").expect("the end of a comment").1;
        } else if let Some(declaration) = rest.strip_prefix("<!") {
            rest = declaration.split_once('>').expect("the end of a declaration").1;
        } else if let Some(end) = rest.strip_prefix("</") {
            let (tag, after) = end.split_once('>').expect("the end of a tag");
            let closed = open.pop().expect("an open element");
            assert_eq!(closed.tag, tag.trim(), "elements are closed in the opposite order");
            push(&mut open, Node::Element(closed));
            rest = after;
        } else {
            let (element, is_closed, after) = opened(&rest[1..]);
            rest = after;
            if matches!(element.tag.as_str(), "script" | "style") {
                rest = rest.split_once("</").and_then(|(_, end)| end.split_once('>')).expect("the end of a script").1;
            } else if is_closed || VOID.contains(&element.tag.as_str()) {
                push(&mut open, Node::Element(element));
            } else {
                open.push(element);
            }
        }
    }
    push(&mut open, Node::Text(decoded(rest)));
    assert_eq!(open.len(), 1, "every element is closed; still open: {:?}", open.last().map(|element| &element.tag));
    open.remove(0)
}

fn push(open: &mut [Element], node: Node) {
    open.last_mut().expect("the document").children.push(node);
}

/// The element whose tag begins after `<`, whether it ends with the tag, and what follows the tag.
fn opened(text: &str) -> (Element, bool, &str) {
    let name_end = text.find(|c: char| c.is_whitespace() || "/>".contains(c)).expect("the end of a name");
    let mut element = Element { tag: text[..name_end].to_owned(), attributes: Vec::new(), children: Vec::new() };
    let mut rest = text[name_end..].trim_start();
    loop {
        if let Some(after) = rest.strip_prefix("/>") {
            return (element, true, after);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (element, false, after);
        }
        let end = rest.find(|c: char| c.is_whitespace() || "=/>".contains(c)).expect("the end of an attribute");
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let (inside, after) = quoted.split_once('"').expect("the end of a value");
            (value, rest) = (decoded(inside), after);
        }
        element.attributes.push((name, value));
        rest = rest.trim_start();
    }
}

fn decoded(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        let (name, end) = after.split_once(';').expect("the end of an entity");
        decoded.push_str(before);
        decoded.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "nbsp" => '\u{a0}',
            other => panic!("unknown entity &{other};"),
        });
        rest = end;
    }
    decoded + rest
}

/// A text with single spaces, as it is displayed.
fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text of the document.
pub(super) enum Found {
    /// The content of an element, with its markup, that the catalog may translate as a whole.
    Content(String),
    /// A single text or attribute.
    Text(String),
}

impl Element {
    /// Passes every text of the element to `seen`, which says whether it is translated; if a content is, its texts are not passed.
    pub(super) fn texts(&self, seen: &mut impl FnMut(Found) -> bool) {
        if self.tag == "noscript" {
            return;
        }
        for name in ATTRIBUTES.into_iter().chain(self.is_read_meta().then_some("content")) {
            if let Some(text) = self.attribute(name).filter(|text| !text.is_empty()) {
                seen(Found::Text(collapsed(text)));
            }
        }
        let is_value = self.tag == "option" && self.attribute("value").is_none();
        if is_value || matches!(self.tag.as_str(), "code" | "textarea") {
            return;
        }
        let has_text = |node: &Node| matches!(node, Node::Text(text) if !collapsed(text).is_empty());
        let content = self.children.iter().any(has_text).then(|| collapsed(&self.inner_html()));
        if content.is_some_and(|content| seen(Found::Content(content))) || self.attribute("translate") == Some("no") {
            return;
        }
        for child in &self.children {
            match child {
                Node::Element(element) => element.texts(seen),
                Node::Text(text) if !collapsed(text).is_empty() => drop(seen(Found::Text(collapsed(text)))),
                Node::Text(_) => {}
            }
        }
    }

    /// All tags of its content, in alphabetical order.
    pub(super) fn tags(&self) -> Vec<String> {
        let elements = self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        });
        let mut tags: Vec<String> = elements.flat_map(|child| [vec![child.tag()], child.tags()].concat()).collect();
        tags.sort();
        tags
    }

    fn is_read_meta(&self) -> bool {
        let name = self.attribute("name").or_else(|| self.attribute("property"));
        self.tag == "meta" && name.is_some_and(|name| READ_META.contains(&name))
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    fn tag(&self) -> String {
        let attributes = self.attributes.iter().map(|(name, value)| {
            let value = value.replace('&', "&amp;").replace('\u{a0}', "&nbsp;").replace('"', "&quot;");
            format!(" {name}=\"{value}\"")
        });
        format!("<{}{}>", self.tag, attributes.collect::<String>())
    }

    /// As a browser serializes it.
    fn inner_html(&self) -> String {
        let part = |child: &Node| match child {
            Node::Text(text) => {
                text.replace('&', "&amp;").replace('\u{a0}', "&nbsp;").replace('<', "&lt;").replace('>', "&gt;")
            }
            Node::Element(element) if VOID.contains(&element.tag.as_str()) => element.tag(),
            Node::Element(element) => format!("{}{}</{}>", element.tag(), element.inner_html(), element.tag),
        };
        self.children.iter().map(part).collect()
    }
}
