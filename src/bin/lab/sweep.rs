//! `lab sweep`: the experiments of a grid, one query per line, for whatever distributes them over machines.

use crate::arguments::{Arguments, Usage};
use crate::output::{print, tell};
use crate::query::query_of_link;
use emergence_lab::experiment::key::Key;
use emergence_lab::experiment::scheme::split_outside;
use emergence_lab::experiment::{Experiment, parse_query};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Most experiments of a grid.
const MOST: usize = 100_000;

/// The parameters of rescalings, which are set in all schemes that have one.
const PARAMETERS: [&str; 4] = ["alpha", "rule", "turn", "level"];

/// A key of the query string, or a parameter of rescalings, with its values.
struct Axis<'text> {
    name: &'text str,
    values: Vec<&'text str>,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["over", "list"])?;
    let [query] = options.positional("one query, like 'data=mnist&steps=469'")?;
    let over = options.required("over", "keys with their values, like 'lr=0.01,0.03;alpha=1.1,1.5'")?;
    options.required("list", "this option: the queries are listed, whatever runs them")?;
    let query = query_of_link(query);
    for key in &parse_query(query).unknown {
        tell(format!("note: unknown key `{key}` ignored"));
    }
    let axes = axes(over)?;
    let queries = combinations(&axes).map(|chosen| experiment(query, &chosen).map(|experiment| experiment.to_query()));
    print(&queries.collect::<Result<Vec<_>, _>>()?.join("\n"))
}

/// The axes of a grid, `KEY=VALUE,VALUE;KEY=VALUE`.
fn axes(over: &str) -> Result<Vec<Axis<'_>>, Usage> {
    let read = |text| match str::split_once(text, '=') {
        Some((name, values)) if PARAMETERS.contains(&name) || Key::find(name).is_some() => {
            Ok(Axis { name, values: split_outside(values, ',') })
        }
        Some((name, _)) => {
            let expected = format!("keys of the query string, {}", PARAMETERS.join(", "));
            Err(Usage::new("--over", &expected, name))
        }
        None => Err(Usage::new("--over", "KEY=VALUE,VALUE;KEY=VALUE,VALUE", text)),
    };
    let axes = split_outside(over, ';').into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    if let Some(repeated) =
        (1..axes.len()).find(|index| axes[..*index].iter().any(|axis| axis.name == axes[*index].name))
    {
        return Err(Usage::new("--over", "every key once", axes[repeated].name));
    }
    let count = axes.iter().fold(1_usize, |count, axis| count.saturating_mul(axis.values.len()));
    if count > MOST {
        return Err(Usage::new("--over", &format!("at most {MOST} experiments"), count));
    }
    Ok(axes)
}

/// Every choice of a value of each axis; that of the last axis changes fastest.
fn combinations<'axes>(axes: &'axes [Axis<'axes>]) -> impl Iterator<Item = Vec<(&'axes str, &'axes str)>> {
    let count: usize = axes.iter().map(|axis| axis.values.len()).product();
    (0..count).map(|index| {
        let mut rest = index;
        let mut chosen = axes.iter().rev().map(|axis| {
            let value = axis.values[rest % axis.values.len()];
            rest /= axis.values.len();
            (axis.name, value)
        });
        let mut chosen = chosen.by_ref().collect::<Vec<_>>();
        chosen.reverse();
        chosen
    })
}

/// The experiment of a query with these values.
fn experiment(query: &str, chosen: &[(&str, &str)]) -> anyhow::Result<Experiment> {
    let (parameters, keys): (Vec<_>, Vec<_>) = chosen.iter().partition(|(name, _)| PARAMETERS.contains(name));
    // The last value of a key counts.
    let pairs = keys.iter().map(|(name, value)| format!("&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    let (mut experiment, _) = parse_query(&(query.to_owned() + &pairs.collect::<String>())).strict()?;
    for (name, value) in parameters {
        let schemes = experiment.variants.iter_mut().filter_map(|variant| variant.scheme.rescaling_mut());
        let mut count = 0;
        for rescaling in schemes {
            rescaling.set(name, value)?;
            count += 1;
        }
        if count == 0 {
            let expected = "a rescaling, like emergence(kaiming_normal;alpha=1.5), in init";
            return Err(Usage::new(&format!("--over {name}"), expected, "none").into());
        }
    }
    experiment.validate()?;
    Ok(experiment)
}
