//! The part of the feature maps that an invocation computes.

use super::{ConvolutionSizes, INPUT_EXAMPLE, OUTPUT_EXAMPLE, WORKGROUP};
use crate::model::gpu::shader::{COMPONENTS, MOST_GROUPS};

/// Most feature maps, and positions of a row, of one invocation; and of one that a CPU executes.
const TILE: [u32; 2] = [4, 4];
const SOFTWARE_TILE: [u32; 2] = [8, 8];

/// The part of the maps of the output, or of the input, that an invocation computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ConvolutionTile {
    maps: u32,
    /// A multiple of four.
    pub(super) positions: u32,
    /// Whether rows are shorter than that.
    is_narrow: bool,
    /// Invocations of a workgroup.
    pub(super) workgroup: u32,
}

impl ConvolutionTile {
    /// The tile for maps with these channels, height and width.
    pub(super) fn new(sizes: &ConvolutionSizes, [channels, height, width]: [u32; 3]) -> Self {
        let [maps, positions] = if sizes.software { SOFTWARE_TILE } else { TILE };
        // Fewer kinds of tiles are fewer shaders.
        let positions = if width < positions { 4 } else { positions };
        let workgroup = sizes.window().workgroup();
        let is_too_many = places(sizes, positions, height, width) > workgroup * MOST_GROUPS;
        let workgroup = if is_too_many { WORKGROUP } else { workgroup };
        Self { maps: if channels <= 4 { 4 } else { maps }, positions, is_narrow: width < positions, workgroup }
    }

    pub(super) fn groups(&self, sizes: &ConvolutionSizes, [channels, height, width]: [u32; 3]) -> [u32; 3] {
        let places = places(sizes, self.positions, height, width);
        [places.div_ceil(self.workgroup), channels.div_ceil(self.maps), sizes.runs]
    }
}

/// The number of tiles, each `positions` wide, in one feature map of every example of the batch.
fn places(sizes: &ConvolutionSizes, positions: u32, height: u32, width: u32) -> u32 {
    sizes.batch * height * width.div_ceil(positions)
}

/// The statements of a tile. Its maps have the `channels`, `height` and `width` with these names.
pub(super) struct TileText {
    tile: ConvolutionTile,
    channels: &'static str,
    height: &'static str,
    width: &'static str,
    /// The number of the first map of an example.
    example: &'static str,
}

impl TileText {
    pub(super) fn of_output(tile: ConvolutionTile) -> Self {
        Self { tile, channels: "channels_out", height: "rows", width: "columns", example: OUTPUT_EXAMPLE }
    }

    pub(super) fn of_input(tile: ConvolutionTile) -> Self {
        Self { tile, channels: "channels_in", height: "height", width: "width", example: INPUT_EXAMPLE }
    }

    /// Statements that find the tile of an invocation: `run`, `example`, `row`, `column` and the `first` map; and its sums. The last tile
    /// of a row begins earlier, so that it ends with the row.
    pub(super) fn begin(&self) -> String {
        let Self { tile: ConvolutionTile { maps, positions, is_narrow, .. }, channels, height, width, .. } = *self;
        let column = if is_narrow {
            "    let column = 0u;\n".to_owned()
        } else {
            format!("    let column = min((id.x % tiles) * {positions}u, {width} - {positions}u);\n")
        };
        let mut text = format!(
            "    let tiles = ({width} + {}u) / {positions}u;\n    if (id.x >= batch * {height} * tiles) {{ return; }}\n{column}    \
             let row = (id.x / tiles) % {height};\n    let example = id.x / (tiles * {height});\n    let run = group.z;\n",
            positions - 1
        );
        for map in 0..maps {
            text += &format!("    let map{map} = min(group.y * {maps}u + {map}u, {channels} - 1u);\n");
        }
        for (map, block) in self.blocks() {
            text += &format!("    var sum{map}_{block} = vec4<f32>(0.0);\n");
        }
        text
    }

    /// Statements that find the weights of every map: `weights{map}` is the place of its first one in those of a run, of which there are
    /// `per_run`, and `per_map` for each map.
    pub(super) fn weights(&self, per_run: &str, per_map: &str) -> String {
        let place = |map| format!("    let weights{map} = run * {per_run} + map{map} * {per_map};\n");
        (0..self.tile.maps).map(place).collect()
    }

    /// Every map of the tile, with every four of its positions.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (u32, u32)> + use<> {
        let (maps, blocks) = (self.tile.maps, self.tile.positions / 4);
        (0..maps).flat_map(move |map| (0..blocks).map(move |block| (map, block)))
    }

    /// Statements that add the products of `number(position)`, of every position of the tile, with the weight `tap` of every map.
    pub(super) fn products(&self, tap: u32, number: impl Fn(u32) -> String) -> String {
        let mut text = String::new();
        for block in 0..self.tile.positions / 4 {
            let parts = (4 * block..4 * block + 4).map(&number).collect::<Vec<_>>();
            text += &format!("            let numbers{tap}_{block} = vec4<f32>({});\n", parts.join(", "));
        }
        for map in 0..self.tile.maps {
            text += &format!("            let weight{tap}_{map} = vec4<f32>(weights[weights{map} + tap + {tap}u]);\n");
        }
        for (map, block) in self.blocks() {
            text += &format!(
                "            sum{map}_{block} = fma(weight{tap}_{map}, numbers{tap}_{block}, sum{map}_{block});\n"
            );
        }
        text
    }

    /// Statements that find the row of every map: `line{map}`.
    pub(super) fn lines(&self) -> String {
        let Self { height, width, example, .. } = self;
        let line = |map| format!("    let line{map} = (({example} + map{map}) * {height} + row) * {width} + column;\n");
        (0..self.tile.maps).map(line).collect()
    }

    /// Four positions of a map; if it is narrow, those beyond the last one are the last one again.
    pub(super) fn read(&self, map: u32, block: u32, name: &str) -> String {
        let part = |index: u32| {
            if self.tile.is_narrow {
                format!("{name}[line{map} + min({index}u, {} - 1u)]", self.width)
            } else {
                format!("{name}[line{map} + {index}u]")
            }
        };
        format!("vec4<f32>({})", (4 * block..4 * block + 4).map(part).collect::<Vec<_>>().join(", "))
    }

    /// Statements that write four positions of a map of the tile, except those beyond the edge of a narrow one.
    pub(super) fn written(&self, map: u32, block: u32, name: &str, value: &str) -> String {
        let part = |(index, component): (u32, &&str)| {
            let position = 4 * block + index;
            let write = format!("{name}[line{map} + {position}u] = value.{component};");
            if self.tile.is_narrow {
                format!("        if ({position}u < {}) {{ {write} }}\n", self.width)
            } else {
                format!("        {write}\n")
            }
        };
        let parts = (0..).zip(&COMPONENTS).map(part).collect::<String>();
        format!("    {{\n        let value = {value};\n{parts}    }}\n")
    }
}
