//! Lines and bands with no more points than pixels can show: of all points in a column of pixels the lowest and the highest one. So a line
//! of any number of points is drawn in the time of its pixels, and no spike is lost.

/// A line in pixels, in order of increasing x, with at most two points per column of this width, and its first and last point. A line with
/// no more than two points per column of `room` is returned as it is.
#[must_use]
pub fn decimated(line: Vec<(f64, f64)>, column: f64, room: f64) -> Vec<(f64, f64)> {
    if fits(line.len(), column, room) {
        return line;
    }
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for points in line.chunk_by(|one, other| is_same(one.0, other.0, column)) {
        let row = |(_, point): &(usize, &(f64, f64))| point.1;
        let lowest = points.iter().enumerate().min_by(|one, other| row(one).total_cmp(&row(other)));
        let highest = points.iter().enumerate().max_by(|one, other| row(one).total_cmp(&row(other)));
        let Some((lowest, highest)) = lowest.zip(highest) else { continue };
        let (first, second) = if lowest.0 <= highest.0 { (lowest, highest) } else { (highest, lowest) };
        kept.push(*first.1);
        if first.0 < second.0 {
            kept.push(*second.1);
        }
    }
    if let Some(first) = line.first().filter(|first| kept.first() != Some(first)) {
        kept.insert(0, *first);
    }
    kept.extend(line.last().filter(|last| kept.last() != Some(last)).copied());
    kept
}

/// A band `(x, one edge, other edge)` in pixels, in order of increasing x, likewise: of each column the whole extent, at its first and its
/// last x.
#[must_use]
pub fn decimated_band(band: Vec<(f64, f64, f64)>, column: f64, room: f64) -> Vec<(f64, f64, f64)> {
    if fits(band.len(), column, room) {
        return band;
    }
    let mut kept = Vec::new();
    for edges in band.chunk_by(|one, other| is_same(one.0, other.0, column)) {
        let (Some(first), Some(last)) = (edges.first(), edges.last()) else { continue };
        // Rows grow downwards: the lower edge of the band has the larger one.
        let one = edges.iter().map(|edge| edge.1).fold(f64::NEG_INFINITY, f64::max);
        let other = edges.iter().map(|edge| edge.2).fold(f64::INFINITY, f64::min);
        kept.push((first.0, one, other));
        if edges.len() > 1 {
            kept.push((last.0, one, other));
        }
    }
    kept
}

/// Whether this many points are no more than two per column.
pub(super) fn fits(points: usize, column: f64, room: f64) -> bool {
    points as f64 <= 2.0 * (room / column).max(1.0)
}

/// Whether two places are in the same column.
pub(super) fn is_same(one: f64, other: f64, column: f64) -> bool {
    (one / column).floor().total_cmp(&(other / column).floor()).is_eq()
}
