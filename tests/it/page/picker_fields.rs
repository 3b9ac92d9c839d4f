//! The picker of initializations: its HTML against the parser, and the conversion between schemes and fields.

use crate::fixtures::experiment;
use emergence_lab::error::{Error, Expected, Requirement, SchemeRequirement, ValueError};
use emergence_lab::experiment::variant::list_text;
use emergence_lab::experiment::{BaseInit, Experiment, InitScheme, ModelSpec, Named, TuningMethod, parse_query};
use emergence_lab::web::page::model::fields::{FieldText, field_error};
use emergence_lab::web::page::model::picker_fields::{
    Addition, culprit, default_base, listed_bases, marked, name, offered_parameters, parameters, refusal, scheme,
};
use emergence_lab::web::page::words::base_label;
use std::collections::BTreeSet;

const HTML: &str = include_str!("../../../www/partials/picker.html");

/// Schemes with parameters of all kinds, in their canonical text.
const SCHEMES: [&str; 14] = [
    "orthogonal",
    "zero",
    "custom(std=sqrt(2 / fan_in))",
    "custom(uniform=alpha * pow(fan_in, 0 - 0.5);alpha=2)",
    "emergence(kaiming_normal;alpha=1.5)",
    "emergence(custom(std=1/fan_in);alpha=1.5;rule=pivot;turn=2)",
    "shuffle(emergence(pytorch;alpha=0.5;rule=inner))",
    "lrmatch(emergence(lecun_normal;alpha=3;rule=flat;turn=0))",
    "lsuv",
    "datadep(xavier_normal;beta=0;batch=32)",
    "metainit(kaiming_normal;steps=7;eps=0.001)",
    "gradinit(emergence(kaiming_normal;alpha=2);steps=5;step=adam;eta=0.25)",
    "gradinit(custom(std=depth + 0.1))",
    "nio(orthogonal;parts=4)",
];

/// The text between the first `from` and the next `to`.
fn between<'text>(text: &'text str, from: &str, to: &str) -> &'text str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no `{from}` in {text}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no `{to}` after `{from}`")).0
}

/// Every option of a `<select>`: its value and its text.
fn options(select: &str) -> Vec<(&str, &str)> {
    let options = select.split("<option").skip(1).map(|rest| {
        let text = between(rest, ">", "<");
        let value = if rest.starts_with(" value=\"") { between(rest, "value=\"", "\"") } else { text };
        (value, text)
    });
    options.collect()
}

/// The elements of the page that belong to a scheme of the picker.
fn pieces(name: &str) -> Vec<&'static str> {
    let pieces = HTML.split(" data-for=\"").skip(1);
    pieces
        .filter(|piece| piece.split('"').next().is_some_and(|names| names.split(' ').any(|one| one == name)))
        .collect()
}

/// The fields of a scheme: the name of the parameter, its element, and the initial value.
fn fields(name: &str) -> Vec<(&'static str, &'static str, &'static str)> {
    let fields = pieces(name).into_iter().flat_map(|piece| piece.split(" data-parameter=\"").skip(1));
    let field = |rest: &'static str| {
        let (key, tag) = (rest.split('"').next().unwrap_or_default(), rest.split('>').next().unwrap_or_default());
        if tag.contains(" value=\"") {
            return (key, tag, between(tag, " value=\"", "\""));
        }
        let select = rest.split("</select>").next().unwrap_or_default();
        let chosen = options(select).into_iter().find(|(value, _)| select.contains(&format!("\"{value}\" selected")));
        (key, select, chosen.unwrap_or_else(|| options(select)[0]).0)
    };
    fields.map(field).collect()
}

/// The initial fields of the picker for a scheme.
fn opened(name: &str) -> Vec<FieldText> {
    let base = default_base(name).to_string();
    let value = |key: &str, value: &str| if key == "base" { base.clone() } else { value.to_owned() };
    fields(name).into_iter().map(|(key, _, text)| (key.to_owned(), value(key, text))).collect()
}

/// The names of all schemes, as listed in the parser's error about an unknown scheme.
fn known() -> Vec<String> {
    let Err(Error::Value(ValueError { expected: Expected::OneOf(forms), .. })) = "nonsense".parse::<InitScheme>()
    else {
        panic!("it is not a scheme")
    };
    forms.into_iter().map(|form| form.split('(').next().unwrap_or_default().to_owned()).collect()
}

fn parsed(text: &str) -> InitScheme {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn the_picker_lists_exactly_the_schemes_of_the_parser() {
    let listed = options(between(HTML, "<select id=\"scheme\"", "</select>"));
    let names: BTreeSet<String> = listed.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names.len(), listed.len(), "each once: {listed:?}");
    assert_eq!(names, known().into_iter().collect(), "the parser's list");
    let all = BaseInit::all().map(|base| base.to_string());
    let all = all.chain(TuningMethod::all().map(|method| method.name().to_owned()));
    for name in all.chain(["custom", "emergence", "shuffle", "lrmatch"].map(String::from)) {
        assert!(names.contains(&name), "{name} is among {names:?}");
    }
    for base in BaseInit::all() {
        let (name, label) = (base.to_string(), base_label(&base));
        assert!(listed.contains(&(name.as_str(), label.as_str())), "{base} by its label");
    }
    for method in TuningMethod::all() {
        assert!(listed.contains(&(method.name(), method.label())), "{} by its label", method.name());
    }
}

#[test]
fn a_scheme_is_shown_with_its_defaults() {
    for name in known() {
        let expected = match name.as_str() {
            "custom" => "custom(std=sqrt(2) / sqrt(fan_in))",
            "emergence" => "emergence(kaiming_normal;alpha=1.5)",
            "shuffle" => "shuffle(emergence(kaiming_normal;alpha=1.5))",
            "lrmatch" => "lrmatch(emergence(kaiming_normal;alpha=1.5))",
            plain => plain,
        };
        let fields = opened(&name);
        assert_eq!(scheme(&name, &fields), Ok(parsed(expected)), "{name} with {fields:?}");
    }
}

#[test]
fn every_option_of_a_field_is_known_to_the_parser() {
    let mut choices = BTreeSet::new();
    for name in known() {
        for (key, element, _) in fields(&name) {
            for (value, _) in options(element) {
                let mut changed = opened(&name);
                changed.iter_mut().filter(|(other, _)| other == key).for_each(|(_, text)| value.clone_into(text));
                assert!(scheme(&name, &changed).is_ok(), "{key}={value} of {name}");
                choices.insert((key, value));
            }
        }
    }
    let of = |wanted: &str| choices.iter().filter(|(key, _)| *key == wanted).map(|(_, value)| *value).collect();
    let named = |names: Vec<String>, key: &str| {
        let offered: BTreeSet<&str> = of(key);
        assert_eq!(offered, names.iter().map(String::as_str).collect(), "all of {key}");
    };
    named(BaseInit::all().map(|base| base.to_string()).collect(), "base");
    named(["auto", "sgd", "adam"].map(String::from).to_vec(), "step");
    named(["std", "uniform"].map(String::from).to_vec(), "kind");
    named(["outer", "pivot", "inner", "flat"].map(String::from).to_vec(), "rule");
    named(["depth", "sublayer", "layer"].map(String::from).to_vec(), "level");
}

#[test]
fn a_scheme_is_shown_in_the_fields_and_read_back() {
    for text in SCHEMES {
        let original = parsed(text);
        assert_eq!(original.to_string(), text, "canonical");
        let (name, values) = (name(&original), parameters(&original));
        assert_eq!(scheme(&name, &values), Ok(original), "{text} through {values:?}");
        let there: BTreeSet<&str> = fields(&name).into_iter().map(|(key, _, _)| key).collect();
        assert_eq!(there, values.iter().map(|(key, _)| key.as_str()).collect(), "there is a field for each of {text}");
    }
}

#[test]
fn an_invalid_value_is_reported_at_its_field() {
    for name in known() {
        for (key, element, _) in fields(&name).into_iter().filter(|(_, element, _)| !element.contains("<option")) {
            let mut broken = opened(&name);
            broken.iter_mut().filter(|(other, _)| other == key).for_each(|(_, text)| "?".clone_into(text));
            let error = scheme(&name, &broken).expect_err("a question mark is not a value");
            assert_eq!(culprit(&error), Some(key), "{name}: {error} ({element})");
            assert!(refusal(&error).ends_with('.'), "a sentence: {}", refusal(&error));
        }
    }
}

#[test]
fn the_position_of_an_error_in_a_formula_is_marked() {
    let check = |formula: &str, parts: [&str; 3], sentence: &str| {
        let values = [("kind", "std"), ("formula", formula), ("alpha", "1.5")];
        let values = values.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let added =
            scheme("custom", &values).and_then(|scheme| Addition::Itself.put(scheme.into(), &Experiment::default()));
        let error = added.expect_err("it is wrong");
        assert_eq!(marked(&error), Some(parts), "the wrong part of `{formula}`: {error}");
        assert_eq!(refusal(&error), sentence, "why `{formula}` is wrong");
    };
    let names = "expected fan_in, fan_out, layer, n_layers, depth, alpha, pi or e";
    check(" sqrt(2 / fan_inn) ", ["sqrt(2 / ", "fan_inn", ")"], &format!("Character 10: {names}."));
    check("sqr(2)", ["", "sqr", "(2)"], "Character 1: expected sqrt, pow, min or max.");
    // Counted in characters, not in bytes.
    check("2·3", ["2", "·", "3"], "Character 2: unexpected character.");
    check("2 *", ["2 *", "", ""], "Character 4: unexpected end of expression.");
    // The text after the formula is not part of it.
    check("sqrt(2 / fan_in", ["sqrt", "(", "2 / fan_in"], "Character 5: unclosed parenthesis.");
    // Errors that depend on the layer are found with the experiment's layers.
    let negative = "expected a standard deviation of at least 0, got -1 in layer 2";
    check("1 - layer", ["", "1 - layer", ""], &format!("Character 1: {negative}."));
    let error = parse_query("init=custom(std=2*fan)").strict().expect_err("there is no fan");
    let sentence = format!("In the formula “2*fan”, character 3: {names}.");
    assert_eq!(field_error(&error), ("init", sentence), "in the text field, too");
}

#[test]
fn additions_change_the_list_as_their_buttons_say() {
    let experiment = Experiment::default();
    let check = |addition: &str, scheme: &str, expected: &str| {
        let addition = Addition::named(addition).expect("a button");
        let list = addition.put(addition.of(parsed(scheme).into()), &experiment).expect("a valid list");
        assert_eq!(list_text(&list), expected, "the list after {addition:?} of {scheme}");
    };
    let (first, rest) = ("xavier_normal", "kaiming_normal,emergence(kaiming_normal;alpha=1.5)");
    let strong = "emergence(orthogonal;alpha=2)";
    check("itself", "nio", &format!("{first},{rest},nio"));
    check("control", strong, &format!("{first},{rest},lrmatch({strong})"));
    check("shuffle", strong, &format!("{first},{rest},shuffle({strong})"));
    check("0", strong, &format!("{strong},{rest}"));
    check("7", "nio", &format!("{first},{rest},nio"));
    assert_eq!(Addition::named("nothing"), None, "no button has this name");
    let twice = Addition::Itself.put(parsed(first).into(), &experiment);
    assert_eq!(twice, Err(Error::value("init", Requirement::DistinctVariants.into(), first)), "not twice");
    let turned = Addition::Itself.put(parsed("emergence(pytorch;alpha=2;turn=5)").into(), &experiment);
    assert_eq!(turned.as_ref().err().and_then(culprit), Some("turn"), "there are four weight layers: {turned:?}");
}

#[test]
fn fixup_states_which_networks_it_requires() {
    let refused = |query: &str| {
        let experiment = experiment(query);
        Addition::Itself.put(parsed("fixup").into(), &experiment).err()
    };
    assert_eq!(refused("model=resnet:8,16"), None, "for residual blocks");
    for (query, got) in
        [("", "model=mlp:128,128,128"), ("model=cnn:8", "model=cnn:8"), ("model=resnet:8&norm=batch", "norm=batch")]
    {
        let required = SchemeRequirement::ResidualWithoutNormalization { scheme: "fixup" };
        assert_eq!(refused(query), Some(Error::value("init", required.into(), got)), "{query}");
    }
    let tuned = parse_query("init=gradinit(fixup)").strict();
    assert!(tuned.is_err_and(|error| error.key() == Some("init")), "as a base, too");
}

#[test]
fn variants_of_the_list_are_offered_as_bases() {
    let list = "pytorch,custom(std=1/fan_in),emergence(pytorch;alpha=2),lrmatch(emergence(pytorch;alpha=2)),lsuv";
    let variants = parse_query(&format!("init={list}")).experiment.variants;
    assert_eq!(variants.len(), 5, "all of them are read");
    let tuned = ["custom(std=1/fan_in)", "emergence(pytorch;alpha=2)"];
    assert_eq!(listed_bases(&variants, "gradinit"), tuned, "for a tuned initialization");
    assert_eq!(listed_bases(&variants, "emergence"), tuned[..1], "for a rescaling");
    assert_eq!(default_base("lsuv"), BaseInit::Orthogonal, "that of the paper");
    assert_eq!(default_base("shuffle"), BaseInit::KaimingNormal, "if the parser has no default");
}

#[test]
fn a_rescaling_is_offered_with_a_strength_that_suits_the_depth() {
    // The strengths that were best for 1 + 1, 2 + 2 and 4 + 4 layers are 1.3, 1.1 and 1.05, all near 2.5 for the last layers.
    let cases =
        [("transformer:32x1", "1.26"), ("transformer:32", "1.11"), ("transformer:32x4", "1.05"), ("mlp:8", "1.5")];
    for (model, alpha) in cases {
        let model: ModelSpec = model.parse().expect("a network");
        let offered = offered_parameters("shuffle", &model);
        assert_eq!(offered[1], ("alpha".to_owned(), alpha.to_owned()), "{model}");
        assert_eq!(offered_parameters("lsuv", &model).len(), 1, "only the base of others");
    }
}
