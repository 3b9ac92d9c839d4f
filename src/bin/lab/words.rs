//! `lab words`: a number in the languages of the embedded translation task.

use crate::arguments::{Arguments, Usage};
use crate::output::print;
use emergence_lab::catalog::{LANGUAGES, NumberLanguage};
use emergence_lab::dataset::numbers::words;

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["number", "lang"])?;
    options.positional::<0>("only the options --number and --lang")?;
    let expected = format!("a whole number from 0 to {}", words::LIMIT - 1);
    let text = options.required("number", &expected)?;
    let number = text.parse().ok().filter(|number| *number < words::LIMIT);
    let number = number.ok_or_else(|| Usage::new("--number", &expected, text))?;
    if let Some(name) = options.get("lang") {
        return print(&in_words(number, language(name)?));
    }
    let lines = LANGUAGES.iter().map(|row| format!("{}\t{}", row.name, in_words(number, row.language)));
    print(&lines.collect::<Vec<_>>().join("\n"))
}

fn language(name: &str) -> Result<NumberLanguage, Usage> {
    let names = || LANGUAGES.map(|row| row.name).join(", ");
    NumberLanguage::named(name).ok_or_else(|| Usage::new("--lang", &format!("one of {}", names()), name))
}

/// A number as a sentence of this language.
fn in_words(number: u32, language: NumberLanguage) -> String {
    words::text(&words::symbols(number, language), language)
}
