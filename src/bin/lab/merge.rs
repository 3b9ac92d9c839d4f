//! `lab merge`: one results file from those of the shards of an experiment.

use crate::arguments::{Arguments, Usage};
use crate::output::print;
use crate::output_place::OutputPlace;
use crate::results::read;
use emergence_lab::export::{merged, to_json};

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = arguments.options(&["out"])?;
    let place = options.get("out").map(|path| OutputPlace::new("out", path)).transpose()?;
    place.iter().try_for_each(OutputPlace::probe)?;
    let files = options.words().into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let results = merged(&files).map_err(|error| Usage::because("merge", error))?;
    let json = to_json(&results);
    if let Some(place) = place {
        place.write(json.as_bytes())?;
    }
    print(&json)
}
