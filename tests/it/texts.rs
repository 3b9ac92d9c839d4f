//! The texts of the page in other languages: every text has a translation, every translation has a text, and both have the same
//! placeholders and the same markup. And the placeholders of the catalog.

mod chinese;
mod html;
mod literals;

use crate::fixtures::{all_sources, code, files_below};
use emergence_lab::catalog::{DatasetName, FIGURES, QUANTITIES};
use emergence_lab::experiment::optimizer::OPTIMIZERS;
use emergence_lab::experiment::scenarios::SCENARIOS;
use emergence_lab::experiment::scheme::CLOSED_FORMS;
use emergence_lab::experiment::{Language, Named, TuningMethod};
use emergence_lab::texts::{filled, install, is_known, translated};
use html::Found;
use literals::literals;
use nanoexpr::ErrorKind;
use std::collections::{BTreeMap, BTreeSet};

/// Names, which are the same in every language.
const NAMES: &[&str] = &[
    "Adam",
    "Admin",
    "AdamW",
    "AISTATS",
    "alpha",
    "BLEU",
    "chrF",
    "Multi30k",
    "CIFAR-10",
    "CPU",
    "Ctrl",
    "DeepNet",
    "digits",
    "DS-Init",
    "Efficient BackProp",
    "Emergence Lab",
    "Enter",
    "Esc",
    "fairseq",
    "Fashion-MNIST",
    "Fixup",
    "GELU",
    "GPT-2",
    "GradInit",
    "ICML",
    "Kaiming",
    "Kaiming normal",
    "Kaiming uniform",
    "LeCun normal",
    "log",
    "log10 E_A",
    "log10 E_B",
    "LSUV",
    "MetaInit",
    "MIT",
    "MNIST",
    "NeurIPS",
    "NIO",
    "numbers",
    "patterns",
    "PyTorch",
    "ReLU",
    "SGD",
    "sigmoid",
    "T-Fixup",
    "tanh",
    "torch.nn.Linear",
    "WebGPU",
    "Xavier",
    "Xavier normal",
    "Xavier uniform",
    "ZerO",
];

/// Entries without words of the language: they only order their parts, consist of a name and an article, or are a formula.
const ORDERS: &[&str] = &[
    "{first} {second}",
    "chrF {score}",
    "{name} ({date})",
    "{label}: {done} of {total}",
    "a softmax",
    "rate 0.002",
    "rate 0.02",
    "{matrix} {inputs} → {outputs}",
];

/// The catalogs by language, each in the order of its file.
fn catalogs() -> Vec<(String, Vec<(String, String)>)> {
    let entry = |line: &str| -> (String, String) {
        let entry: BTreeMap<String, String> = serde_json::from_str(&format!("{{{}}}", line.trim_end_matches(',')))
            .unwrap_or_else(|error| panic!("one entry per line, got {line}: {error}"));
        entry.into_iter().next().expect("an entry")
    };
    let catalog = |text: &str| text.lines().filter(|line| !matches!(*line, "{" | "}")).map(entry).collect();
    let files = files_below("www/texts", &["json"]).into_iter();
    files.map(|(file, text)| (file.trim_end_matches(".json").to_owned(), catalog(&text))).collect()
}

/// Whether a text consists of names only: of these, of a preprint's number, or of authors and a year.
fn is_name(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || ",.;:()·".contains(c));
    let words = || text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_year = |word: &str| word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    let capitalized = |word: &str| word.starts_with(char::is_uppercase) || word.parse::<u32>().is_ok();
    NAMES.contains(&text)
        || text.starts_with("arXiv ")
        || words().all(|word| word.chars().filter(char::is_ascii_alphabetic).count() < 2)
        || (words().any(is_year) && words().all(capitalized))
}

/// The placeholders of a text.
fn placeholders(text: &str) -> BTreeSet<&str> {
    placeholder_names(text).collect()
}

/// The same in the order in which they appear, with repetitions.
fn placeholder_names(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    names.filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
}

/// The texts in the sources, with the names of their values.
fn source_texts() -> Vec<(String, literals::Literal)> {
    let sources = all_sources().into_iter().filter(|(path, _)| path != "texts.rs");
    let scripts = files_below("www", &["js"]).into_iter().filter(|(path, _)| path == "early.js");
    let texts = sources
        .chain(scripts)
        .flat_map(|(path, text)| literals(&code(&text)).into_iter().map(move |literal| (path.clone(), literal)));
    texts.collect()
}

/// The texts of the tables that the page shows.
fn table_texts() -> Vec<&'static str> {
    let quantities = QUANTITIES.iter().map(|row| row.title);
    let figures = FIGURES.iter().flat_map(|row| [row.title, row.axis]);
    let rows = || DatasetName::ALL.iter().map(|name| name.row());
    let classes = rows().filter_map(|row| row.images()).flat_map(|images| images.class_names.iter().copied());
    let data = rows().map(|row| row.label);
    let exactness = OPTIMIZERS.iter().map(|row| row.exactness);
    let schemes = CLOSED_FORMS.iter().map(|row| row.label).chain(TuningMethod::all().map(Named::label));
    let scenarios = SCENARIOS.iter().flat_map(|scenario| [scenario.question.text(), scenario.answer.text()]);
    let formulas = [
        ErrorKind::UnexpectedCharacter,
        ErrorKind::UnexpectedToken,
        ErrorKind::UnexpectedEnd,
        ErrorKind::UnclosedParenthesis,
        ErrorKind::InvalidNumber,
        ErrorKind::TooManyArguments,
        ErrorKind::ArgumentCount,
        ErrorKind::DivisionByZero,
        ErrorKind::Domain,
        ErrorKind::Overflow,
        ErrorKind::TooDeep,
        ErrorKind::Unsupported,
        ErrorKind::TooLong,
        ErrorKind::Inexact,
    ];
    let formulas = formulas.map(ErrorKind::description).into_iter();
    let notation = ["either with ;alpha=NUMBER at its end"];
    let all = quantities.chain(figures).chain(classes).chain(data).chain(exactness).chain(schemes).chain(scenarios);
    all.chain(formulas).chain(notation).collect()
}

/// The files of the document.
fn documents() -> Vec<(String, html::Element)> {
    let files = files_below("www", &["html"]).into_iter();
    let files = files.filter(|(path, _)| !path.starts_with("examples/") && !path.starts_with("scenarios/"));
    files.map(|(path, text)| (path, html::parse(&text))).collect()
}

/// The texts of the document that are in the catalog, and those that are missing from it.
fn document_texts(catalog: &BTreeMap<String, String>) -> (BTreeSet<String>, Vec<String>) {
    let (mut used, mut missing) = (BTreeSet::new(), Vec::new());
    for (file, document) in documents() {
        document.texts(&mut |found| {
            let (text, needed) = match found {
                Found::Content(text) => (text, false),
                Found::Text(text) => (text, true),
            };
            if catalog.contains_key(&text) {
                used.insert(text);
                return true;
            }
            if needed && !is_name(&text) {
                missing.push(format!("{file}: {text}"));
            }
            false
        });
    }
    (used, missing)
}

fn chinese_entries() -> Vec<(String, String)> {
    catalogs().into_iter().find(|(language, _)| language == "zh").expect("www/texts/zh.json").1
}

fn catalog_of(entries: &[(String, String)]) -> BTreeMap<String, String> {
    entries.iter().cloned().collect()
}

#[test]
fn every_language_has_a_catalog() {
    let files: BTreeSet<String> = catalogs().into_iter().map(|(language, _)| language).collect();
    let rows = Language::all().filter(|language| !matches!(language, Language::Auto | Language::English));
    let rows: BTreeSet<String> = rows.map(|language| language.name().to_owned()).collect();
    assert_eq!(files, rows, "www/texts has a file for each language of the table, and no other");
}

#[test]
fn every_text_of_the_sources_is_translated() {
    for (language, entries) in catalogs() {
        let catalog = catalog_of(&entries);
        let texts = source_texts();
        assert!(texts.len() > 300, "the sources are read: {} texts", texts.len());
        let missing = texts.iter().filter(|(_, literal)| !catalog.contains_key(&literal.text));
        let missing: Vec<String> = missing.map(|(path, literal)| format!("{path}: {}", literal.text)).collect();
        assert!(missing.is_empty(), "without {language}:\n{}", missing.join("\n"));
    }
}

#[test]
fn every_text_of_the_tables_is_translated() {
    for (language, entries) in catalogs() {
        let catalog = catalog_of(&entries);
        let missing = table_texts().into_iter().filter(|text| !is_name(text) && !catalog.contains_key(*text));
        let missing: Vec<&str> = missing.collect();
        assert!(missing.is_empty(), "without {language}:\n{}", missing.join("\n"));
    }
}

#[test]
fn every_text_of_the_document_is_translated() {
    for (language, entries) in catalogs() {
        let (used, missing) = document_texts(&catalog_of(&entries));
        assert!(used.len() > 300, "the document is read: {} texts", used.len());
        assert!(missing.is_empty(), "without {language}:\n{}", missing.join("\n"));
    }
}

#[test]
fn every_translation_has_a_text() {
    for (language, entries) in catalogs() {
        let mut used = document_texts(&catalog_of(&entries)).0;
        used.extend(source_texts().into_iter().map(|(_, literal)| literal.text));
        used.extend(table_texts().into_iter().map(ToOwned::to_owned));
        let unused = entries.iter().filter(|(english, _)| !used.contains(english));
        let unused: Vec<&str> = unused.map(|(english, _)| english.as_str()).collect();
        assert!(unused.is_empty(), "{language} translates what is not in the page:\n{}", unused.join("\n"));
    }
}

#[test]
fn texts_and_translations_have_the_same_placeholders() {
    for (path, literal) in source_texts().into_iter().filter(|(path, _)| path != "early.js") {
        let mut order: Vec<&str> = Vec::new();
        for name in placeholder_names(&literal.text) {
            if !order.contains(&name) {
                order.push(name);
            }
        }
        assert_eq!(literal.values, order, "{path}: the values of `{}`, in their order", literal.text);
    }
    for (language, entries) in catalogs() {
        for (english, other) in &entries {
            assert_eq!(placeholders(other), placeholders(english), "{language}: placeholders of `{english}`");
        }
    }
}

#[test]
fn texts_and_translations_have_the_same_markup() {
    for (language, entries) in catalogs() {
        for (english, other) in entries.iter().filter(|(english, _)| english.contains("</") || english.contains("<br>"))
        {
            let tags = |text: &str| html::parse(text).tags();
            assert_eq!(tags(other), tags(english), "{language}: tags of `{english}`");
            // The build reorders the attributes of a tag.
            let several = tags(english).into_iter().find(|tag| tag.matches("=\"").count() > 1);
            assert_eq!(several, None, "a tag with several attributes in `{english}`; translate its texts one by one");
        }
    }
}

#[test]
fn catalogs_are_in_order() {
    for (language, entries) in catalogs() {
        for pair in entries.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{language}: expected `{}` after `{}`", pair[0].0, pair[1].0);
        }
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

#[test]
fn chinese_is_chinese() {
    let entries = chinese_entries();
    for (english, chinese) in &entries {
        let has_words = chinese.chars().any(is_han);
        assert!(has_words || ORDERS.contains(&english.as_str()), "no Chinese for `{english}`: {chinese}");
        // Half-width punctuation belongs to formulas, names and markup, not to Chinese words.
        let characters: Vec<char> = chinese.chars().collect();
        for pair in characters.windows(2) {
            assert!(
                !(is_han(pair[0]) && ",.;:?!()".contains(pair[1])),
                "`{}` after `{}` in {chinese}",
                pair[1],
                pair[0]
            );
        }
    }
    for name in ORDERS {
        assert!(entries.iter().any(|(english, _)| english == name), "{name} is in the catalog");
    }
}

/// Texts are English again at its end.
struct Installed;

impl Installed {
    fn chinese() -> Self {
        install(chinese_entries());
        Self
    }

    fn new(entries: &[(&str, &str)]) -> Self {
        let mut catalog: Vec<(String, String)> =
            entries.iter().map(|(english, other)| ((*english).to_owned(), (*other).to_owned())).collect();
        catalog.sort();
        install(catalog);
        Self
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        install(Vec::new());
    }
}

#[test]
fn placeholders_are_filled() {
    let check = |template: &str, expected: &str| {
        assert_eq!(filled(template, &[&1, &"zwei"]), expected, "`{template}`");
    };
    check("", "");
    check("no placeholder", "no placeholder");
    check("{one}", "1");
    check("{two}, {one}, {two}", "1, zwei, 1");
    check("{a} of {b}, {c}", "1 of zwei, {c}");
    check("{} {{one}} {one", "{} {1} {one");
    check("one} {one}", "one} 1");
    assert_eq!(filled("{one} {two}", &[&"{two}", &2]), "{two} 2", "values are not filled again");
}

#[test]
fn a_catalog_replaces_texts_until_another_is_installed() {
    {
        let _installed = Installed::new(&[("step {step} of {steps}", "{steps} 步中的第 {step} 步"), ("Ready", "就绪")]);
        let text = filled("step {step} of {steps}", &[&3, &9]);
        assert_eq!(text, "9 步中的第 3 步", "a translation may order its values differently");
        assert_eq!((translated("Ready").as_str(), is_known("Ready")), ("就绪", true), "a text without values");
        assert_eq!((translated("Unready").as_str(), is_known("Unready")), ("Unready", false), "an unknown text");
    }
    assert_eq!(translated("Ready"), "Ready", "without a catalog texts are English");
}
