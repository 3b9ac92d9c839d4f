//! The pen draws text, lines and areas on a plotters drawing area, with sizes in CSS pixels and the colors of a theme.

use super::{Area, Drawn, PlotStyle, palette};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, TextStyle};
use std::borrow::Cow;

/// Font size of tick labels, in CSS pixels.
pub(super) const SMALL: f64 = 12.0;
/// Font size of axis labels and legends, in CSS pixels.
pub(super) const MEDIUM: f64 = 13.0;
/// Font size of headings, in CSS pixels.
const LARGE: f64 = 14.0;

/// Colors of everything except data.
pub(super) struct ThemeColors {
    pub(super) background: RGBColor,
    pub(super) text: RGBColor,
    pub(super) muted: RGBColor,
    pub(super) axis: RGBColor,
    pub(super) grid: RGBColor,
}

const LIGHT: ThemeColors = ThemeColors {
    background: palette::LIGHT_BACKGROUND,
    text: RGBColor(31, 35, 41),
    muted: RGBColor(92, 99, 110),
    axis: RGBColor(150, 157, 168),
    grid: RGBColor(229, 231, 235),
};

const DARK: ThemeColors = ThemeColors {
    background: palette::DARK_BACKGROUND,
    text: RGBColor(226, 229, 234),
    muted: RGBColor(160, 168, 180),
    axis: RGBColor(98, 106, 119),
    grid: RGBColor(45, 50, 60),
};

/// The typography of a text.
#[derive(Clone, Copy)]
pub(super) struct Lettering {
    /// Font size in CSS pixels.
    pub(super) size: f64,
    pub(super) color: RGBColor,
    pub(super) anchor: HPos,
    pub(super) bold: bool,
    /// Vertical, to be read from bottom to top.
    pub(super) upwards: bool,
}

/// A text that may have to be shortened, with an ellipsis.
#[derive(Clone)]
pub(super) struct Label<'text> {
    full: &'text str,
    shown: Cow<'text, str>,
}

/// Separates a shortened text from the full one if the style requires both; a private-use character, which no text contains.
pub(super) const FULL_TEXT: char = '\u{e000}';

impl<'text> Label<'text> {
    /// A text of at most `most` characters, including the ellipsis; wide characters count more.
    pub(super) fn new(full: &'text str, most: usize) -> Self {
        let most = most as f64;
        if breadth(full) <= most {
            return Self { full, shown: Cow::Borrowed(full) };
        }
        let mut taken = 0.0;
        let fitting = full.chars().take_while(|character| {
            taken += breadth_of(*character);
            taken <= most - 1.0
        });
        Self { full, shown: Cow::Owned(fitting.chain(['…']).collect()) }
    }

    /// A text of font size `size` that fits into `room`, both in CSS pixels.
    pub(super) fn within(full: &'text str, size: f64, room: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts saturate")]
        let most = (room / (size * CHARACTER)).floor() as usize;
        Self::new(full, most)
    }

    /// An upper estimate of its width in CSS pixels.
    pub(super) fn width(&self, size: f64) -> f64 {
        estimated_width(&self.shown, size)
    }

    /// Whether the text is empty.
    pub(super) fn is_empty(&self) -> bool {
        self.full.is_empty()
    }

    fn is_shortened(&self) -> bool {
        self.shown != self.full
    }
}

/// A drawing area with its style. Positions are pixels of the area, sizes CSS pixels.
pub(super) struct Pen<'a, DB: DrawingBackend> {
    area: &'a Area<DB>,
    style: &'a PlotStyle,
    scale: f64,
    pub(super) theme: &'static ThemeColors,
}

impl<'a, DB: DrawingBackend> Pen<'a, DB> {
    pub(super) fn new(area: &'a Area<DB>, style: &'a PlotStyle) -> Self {
        let scale = if style.scale.is_finite() { style.scale.clamp(0.1, 100.0) } else { 1.0 };
        Self { area, style, scale, theme: if style.dark { &DARK } else { &LIGHT } }
    }

    /// Width and height of the area in pixels.
    pub(super) fn size(&self) -> (f64, f64) {
        let (width, height) = self.area.dim_in_pixel();
        (f64::from(width), f64::from(height))
    }

    /// Converts CSS pixels to pixels of the area.
    pub(super) fn px(&self, css: f64) -> f64 {
        css * self.scale
    }

    /// Converts pixels of the area to CSS pixels.
    pub(super) fn css(&self, pixels: f64) -> f64 {
        pixels / self.scale
    }

    /// Fills the background unless the style is transparent.
    pub(super) fn background(&self) -> Drawn<DB, ()> {
        if self.style.transparent { Ok(()) } else { self.area.fill(&self.theme.background) }
    }

    /// Writes a text, vertically centered at `at`.
    pub(super) fn text(&self, text: &str, at: (f64, f64), lettering: Lettering) -> Drawn<DB, ()> {
        let size = self.px(lettering.size) * self.style.font_factor;
        let weight = if lettering.bold { FontStyle::Bold } else { FontStyle::Normal };
        let turn = if lettering.upwards { FontTransform::Rotate270 } else { FontTransform::None };
        let font = FontDesc::new(FontFamily::Name(&self.style.font), size, weight).transform(turn);
        let style = TextStyle::from(font).color(&lettering.color).pos(Pos::new(lettering.anchor, VPos::Center));
        self.area.draw(&Text::new(text, pixel(at), style))
    }

    /// Writes a label, followed by its full text if it is shortened and the style requires it.
    pub(super) fn label(&self, label: &Label<'_>, at: (f64, f64), lettering: Lettering) -> Drawn<DB, ()> {
        if self.style.full_texts && label.is_shortened() {
            return self.text(&format!("{}{FULL_TEXT}{}", label.shown, label.full), at, lettering);
        }
        self.text(&label.shown, at, lettering)
    }

    /// Small muted letters, for tick labels and cells.
    pub(super) fn plain(&self, anchor: HPos) -> Lettering {
        Lettering { size: SMALL, color: self.theme.muted, anchor, bold: false, upwards: false }
    }

    /// Large bold letters, for headings.
    pub(super) fn heading(&self) -> Lettering {
        Lettering { size: LARGE, color: self.theme.text, bold: true, ..self.plain(HPos::Left) }
    }

    /// Fills a rectangle between two corners.
    pub(super) fn rectangle(&self, from: (f64, f64), to: (f64, f64), color: RGBColor) -> Drawn<DB, ()> {
        self.area.draw(&Rectangle::new([pixel(from), pixel(to)], color.filled()))
    }

    /// A horizontal hairline as a filled rectangle, which is sharp on every backend.
    pub(super) fn level(&self, from: (f64, f64), right: f64, color: RGBColor) -> Drawn<DB, ()> {
        let width = self.px(1.0).round().max(1.0);
        let top = (from.1 - width / 2.0).round();
        self.rectangle((from.0, top), (right, top + width), color)
    }

    /// A vertical hairline as a filled rectangle.
    pub(super) fn upright(&self, from: (f64, f64), bottom: f64, color: RGBColor) -> Drawn<DB, ()> {
        let width = self.px(1.0).round().max(1.0);
        let left = (from.0 - width / 2.0).round();
        self.rectangle((left, from.1), (left + width, bottom), color)
    }

    /// A line of this `width`, with the dash `pattern` (alternating strokes and gaps).
    pub(super) fn line(&self, points: &[(f64, f64)], color: RGBColor, width: f64, pattern: &[f64]) -> Drawn<DB, ()> {
        let stroke = color.stroke_width(whole(self.px(width)).max(1));
        let pattern: Vec<f64> = pattern.iter().map(|length| self.px(*length)).collect();
        let pieces = if pattern.is_empty() { vec![points.to_vec()] } else { broken(points, &pattern) };
        for piece in pieces {
            self.area.draw(&PathElement::new(pixels(&piece), stroke))?;
        }
        Ok(())
    }

    /// Fills a polygon with this opacity.
    pub(super) fn polygon(&self, points: &[(f64, f64)], color: RGBColor, opacity: f64) -> Drawn<DB, ()> {
        self.area.draw(&Polygon::new(pixels(points), color.mix(opacity)))
    }

    /// A filled dot.
    pub(super) fn dot(&self, at: (f64, f64), radius: f64, color: RGBColor) -> Drawn<DB, ()> {
        let radius = i32::try_from(whole(self.px(radius))).unwrap_or(1).max(1);
        self.area.draw(&Circle::new(pixel(at), radius, color.filled()))
    }
}

/// Width of a character as a fraction of the font size; the average of most texts is smaller.
const CHARACTER: f64 = 0.58;
/// Width of a Chinese character or punctuation mark in other characters: it is as wide as the font size.
const WIDE: f64 = 1.75;

/// The width of a text in characters.
fn breadth(text: &str) -> f64 {
    text.chars().map(breadth_of).sum()
}

fn breadth_of(character: char) -> f64 {
    let wide = matches!(character, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}');
    if wide { WIDE } else { 1.0 }
}

/// An upper estimate of the width of a text in CSS pixels, without measuring it in the browser.
pub(super) fn estimated_width(text: &str, size: f64) -> f64 {
    breadth(text) * size * CHARACTER
}

/// The nearest non-negative integer.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts saturate, as intended")]
pub(super) fn whole(value: f64) -> u32 {
    value.round() as u32
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to the range of 32 bits, with room for sums")]
fn pixel((x, y): (f64, f64)) -> (i32, i32) {
    let nearest = |value: f64| value.round().clamp(-1e8, 1e8) as i32;
    (nearest(x), nearest(y))
}

/// The points rounded to whole pixels, without repetitions, which would only make an SVG longer.
fn pixels(points: &[(f64, f64)]) -> Vec<(i32, i32)> {
    let mut pixels: Vec<_> = points.iter().copied().map(pixel).collect();
    pixels.dedup();
    pixels
}

/// The strokes of a line with a dash `pattern`, all lengths in pixels.
fn broken(points: &[(f64, f64)], pattern: &[f64]) -> Vec<Vec<(f64, f64)>> {
    let mut strokes = vec![points.first().copied().into_iter().collect::<Vec<_>>()];
    let (mut index, mut left) = (0, pattern[0]);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut length = (to.0 - from.0).hypot(to.1 - from.1);
        while length > left {
            from = (from.0 + (to.0 - from.0) * left / length, from.1 + (to.1 - from.1) * left / length);
            length -= left;
            extend(&mut strokes, index, from);
            index = (index + 1) % pattern.len();
            left = pattern[index].max(0.5);
            if index.is_multiple_of(2) {
                strokes.push(vec![from]);
            }
        }
        left -= length;
        extend(&mut strokes, index, to);
    }
    strokes.retain(|stroke| stroke.len() > 1);
    strokes
}

/// Continues the last stroke, unless the pattern is at a gap.
fn extend(strokes: &mut [Vec<(f64, f64)>], index: usize, to: (f64, f64)) {
    if let Some(stroke) = strokes.last_mut().filter(|_| index.is_multiple_of(2)) {
        stroke.push(to);
    }
}
