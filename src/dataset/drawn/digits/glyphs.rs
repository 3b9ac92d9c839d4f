//! The skeletons of the ten digits: points that the pen passes through, in a box of height 1 with x pointing right and y
//! pointing down. Digits that people write in several ways have several skeletons.

/// A point of the plane, `(x, y)`.
pub(super) type Point = (f32, f32);

/// One way of writing a digit.
pub(super) struct Glyph {
    /// Points that the pen passes through.
    pub(super) points: &'static [Point],
    /// Strokes, as indices into `points`: strokes that share an index stay joined when the points are displaced.
    pub(super) strokes: &'static [&'static [u8]],
}

/// The ways of writing each digit.
pub(super) const GLYPHS: [&[Glyph]; 10] = [&ZERO, &ONE, &TWO, &THREE, &FOUR, &FIVE, &SIX, &SEVEN, &EIGHT, &NINE];

/// The largest number of points of a skeleton.
pub(super) const POINTS: usize = 12;

const ZERO: [Glyph; 2] = [
    // Closed, begun at the top.
    Glyph {
        points: &[
            (0.42, 0.01),
            (0.14, 0.14),
            (0.02, 0.50),
            (0.14, 0.88),
            (0.36, 1.00),
            (0.60, 0.87),
            (0.71, 0.50),
            (0.60, 0.12),
            (0.36, 0.02),
        ],
        strokes: &[&[0, 1, 2, 3, 4, 5, 6, 7, 8]],
    },
    // Begun at the right, the end running past the beginning.
    Glyph {
        points: &[
            (0.58, 0.10),
            (0.33, 0.00),
            (0.08, 0.22),
            (0.02, 0.62),
            (0.22, 0.97),
            (0.50, 0.95),
            (0.71, 0.62),
            (0.66, 0.22),
            (0.46, 0.04),
            (0.28, 0.10),
        ],
        strokes: &[&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    },
];

const ONE: [Glyph; 3] = [
    // A single line.
    Glyph { points: &[(0.20, 0.00), (0.19, 0.35), (0.20, 0.70), (0.20, 1.00)], strokes: &[&[0, 1, 2, 3]] },
    // With a flag.
    Glyph {
        points: &[(0.02, 0.26), (0.16, 0.14), (0.28, 0.00), (0.28, 0.50), (0.27, 1.00)],
        strokes: &[&[0, 1, 2], &[2, 3, 4]],
    },
    // With a flag and a base.
    Glyph {
        points: &[(0.06, 0.22), (0.30, 0.00), (0.30, 0.50), (0.29, 0.97), (0.03, 0.98), (0.55, 0.97)],
        strokes: &[&[0, 1], &[1, 2, 3], &[4, 3, 5]],
    },
];

const TWO: [Glyph; 2] = [
    // A corner at the bottom left.
    Glyph {
        points: &[
            (0.06, 0.24),
            (0.22, 0.04),
            (0.50, 0.03),
            (0.63, 0.24),
            (0.48, 0.55),
            (0.24, 0.80),
            (0.03, 0.97),
            (0.36, 0.94),
            (0.70, 0.96),
        ],
        strokes: &[&[0, 1, 2, 3, 4, 5, 6], &[6, 7, 8]],
    },
    // A loop at the bottom left.
    Glyph {
        points: &[
            (0.08, 0.18),
            (0.33, 0.00),
            (0.60, 0.18),
            (0.52, 0.52),
            (0.28, 0.86),
            (0.07, 0.96),
            (0.03, 0.82),
            (0.20, 0.76),
            (0.42, 0.91),
            (0.72, 0.92),
        ],
        strokes: &[&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    },
];

const THREE: [Glyph; 2] = [
    // Two bows.
    Glyph {
        points: &[
            (0.05, 0.15),
            (0.30, 0.00),
            (0.58, 0.14),
            (0.50, 0.37),
            (0.24, 0.47),
            (0.54, 0.54),
            (0.65, 0.76),
            (0.42, 0.99),
            (0.04, 0.88),
        ],
        strokes: &[&[0, 1, 2, 3, 4], &[4, 5, 6, 7, 8]],
    },
    // A flat top.
    Glyph {
        points: &[
            (0.07, 0.04),
            (0.33, 0.03),
            (0.60, 0.03),
            (0.45, 0.22),
            (0.28, 0.41),
            (0.55, 0.48),
            (0.66, 0.73),
            (0.44, 0.98),
            (0.05, 0.90),
        ],
        strokes: &[&[0, 1, 2], &[2, 3, 4], &[4, 5, 6, 7, 8]],
    },
];

const FOUR: [Glyph; 3] = [
    // Open: a corner and a line.
    Glyph {
        points: &[
            (0.16, 0.02),
            (0.10, 0.28),
            (0.03, 0.56),
            (0.35, 0.57),
            (0.70, 0.54),
            (0.54, 0.04),
            (0.52, 0.52),
            (0.48, 1.00),
        ],
        strokes: &[&[0, 1, 2], &[2, 3, 4], &[5, 6, 7]],
    },
    // Closed: a triangle with a leg.
    Glyph {
        points: &[(0.49, 0.00), (0.26, 0.35), (0.02, 0.67), (0.36, 0.66), (0.73, 0.65), (0.49, 0.50), (0.48, 1.00)],
        strokes: &[&[0, 1, 2], &[2, 3, 4], &[0, 5, 6]],
    },
    // Round: a cup with a leg.
    Glyph {
        points: &[
            (0.10, 0.03),
            (0.05, 0.33),
            (0.20, 0.52),
            (0.42, 0.50),
            (0.60, 0.38),
            (0.62, 0.02),
            (0.56, 0.70),
            (0.52, 1.00),
        ],
        strokes: &[&[0, 1, 2, 3, 4], &[5, 4, 6, 7]],
    },
];

const FIVE: [Glyph; 2] = [
    // A roof, a neck and a bow.
    Glyph {
        points: &[
            (0.64, 0.03),
            (0.40, 0.03),
            (0.17, 0.04),
            (0.13, 0.24),
            (0.11, 0.44),
            (0.38, 0.36),
            (0.64, 0.58),
            (0.56, 0.88),
            (0.28, 1.00),
            (0.03, 0.89),
        ],
        strokes: &[&[0, 1, 2], &[2, 3, 4], &[4, 5, 6, 7, 8, 9]],
    },
    // In one stroke, round at the neck.
    Glyph {
        points: &[
            (0.66, 0.02),
            (0.38, 0.03),
            (0.16, 0.18),
            (0.20, 0.38),
            (0.46, 0.48),
            (0.62, 0.68),
            (0.48, 0.94),
            (0.22, 1.00),
            (0.03, 0.90),
        ],
        strokes: &[&[0, 1, 2, 3, 4, 5, 6, 7, 8]],
    },
];

const SIX: [Glyph; 2] = [
    // A bent back.
    Glyph {
        points: &[
            (0.56, 0.02),
            (0.30, 0.18),
            (0.10, 0.46),
            (0.04, 0.76),
            (0.24, 0.99),
            (0.52, 0.94),
            (0.62, 0.72),
            (0.44, 0.54),
            (0.20, 0.61),
            (0.08, 0.80),
        ],
        strokes: &[&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    },
    // A straight back and a small loop.
    Glyph {
        points: &[
            (0.30, 0.00),
            (0.15, 0.30),
            (0.04, 0.66),
            (0.18, 0.98),
            (0.42, 0.96),
            (0.52, 0.76),
            (0.36, 0.60),
            (0.10, 0.76),
        ],
        strokes: &[&[0, 1, 2, 3, 4, 5, 6, 7]],
    },
];

const SEVEN: [Glyph; 3] = [
    // A roof and a leg.
    Glyph {
        points: &[(0.04, 0.06), (0.34, 0.05), (0.66, 0.03), (0.48, 0.36), (0.34, 0.68), (0.26, 1.00)],
        strokes: &[&[0, 1, 2], &[2, 3, 4, 5]],
    },
    // With a bar across the leg.
    Glyph {
        points: &[
            (0.04, 0.06),
            (0.34, 0.05),
            (0.66, 0.03),
            (0.50, 0.34),
            (0.36, 0.66),
            (0.28, 1.00),
            (0.18, 0.52),
            (0.64, 0.49),
        ],
        strokes: &[&[0, 1, 2], &[2, 3, 4, 5], &[6, 7]],
    },
    // With a serif at the left end of the roof.
    Glyph {
        points: &[(0.03, 0.24), (0.06, 0.05), (0.36, 0.06), (0.68, 0.02), (0.55, 0.30), (0.46, 0.64), (0.44, 1.00)],
        strokes: &[&[0, 1], &[1, 2, 3], &[3, 4, 5, 6]],
    },
];

const EIGHT: [Glyph; 2] = [
    // In one stroke, crossing in the middle.
    Glyph {
        points: &[
            (0.58, 0.13),
            (0.34, 0.00),
            (0.10, 0.19),
            (0.32, 0.45),
            (0.60, 0.74),
            (0.35, 1.00),
            (0.06, 0.77),
            (0.32, 0.48),
            (0.57, 0.25),
            (0.52, 0.07),
        ],
        strokes: &[&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    },
    // Two rings.
    Glyph {
        points: &[
            (0.34, 0.44),
            (0.12, 0.22),
            (0.34, 0.00),
            (0.56, 0.22),
            (0.36, 0.46),
            (0.04, 0.74),
            (0.33, 1.00),
            (0.63, 0.74),
        ],
        strokes: &[&[0, 1, 2, 3, 4], &[4, 5, 6, 7, 0]],
    },
];

const NINE: [Glyph; 3] = [
    // A ring and a straight leg.
    Glyph {
        points: &[
            (0.58, 0.16),
            (0.34, 0.01),
            (0.08, 0.18),
            (0.14, 0.46),
            (0.40, 0.48),
            (0.58, 0.16),
            (0.55, 0.58),
            (0.48, 1.00),
        ],
        strokes: &[&[0, 1, 2, 3, 4, 5], &[5, 6, 7]],
    },
    // A ring and a bent tail.
    Glyph {
        points: &[
            (0.60, 0.14),
            (0.34, 0.01),
            (0.08, 0.20),
            (0.18, 0.45),
            (0.42, 0.44),
            (0.60, 0.20),
            (0.62, 0.58),
            (0.48, 0.92),
            (0.14, 0.96),
        ],
        strokes: &[&[0, 1, 2, 3, 4, 5], &[5, 6, 7, 8]],
    },
    // In one stroke, the leg leaning.
    Glyph {
        points: &[
            (0.60, 0.08),
            (0.30, 0.02),
            (0.08, 0.24),
            (0.22, 0.44),
            (0.48, 0.30),
            (0.62, 0.06),
            (0.50, 0.50),
            (0.30, 1.00),
        ],
        strokes: &[&[0, 1, 2, 3, 4, 5], &[5, 6, 7]],
    },
];
