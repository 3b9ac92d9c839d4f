//! The colors of variants: a variant keeps its color and dash for the whole visit, whatever happens to the list around it, and no other
//! variant gets them, until a visit has seen more variants than there are.

use crate::experiment::Variant;
use crate::metrics::History;

/// Number of pairs of color and dash.
const DISTINCT: usize = 40;

/// The places of variants in the palette.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PaletteSlots {
    known: Vec<(Variant, usize)>,
}

impl PaletteSlots {
    /// The places of the variants of a list: those that they had before, and for the others the lowest that no variant had; if all were
    /// in use, the lowest that none of the list has.
    pub fn assign(&mut self, variants: &[Variant]) -> Vec<usize> {
        let mut slots: Vec<Option<usize>> = vec![None; variants.len()];
        for (slot, variant) in slots.iter_mut().zip(variants) {
            *slot = self.known.iter().find(|(known, _)| known == variant).map(|(_, slot)| *slot);
        }
        let mut used: Vec<usize> = self.known.iter().map(|(_, slot)| *slot).collect();
        for index in 0..slots.len() {
            let taken = slots[..index].contains(&slots[index]);
            if slots[index].is_none() || taken {
                slots[index] = None;
                let unused = (0..DISTINCT).find(|slot| !used.contains(slot));
                slots[index] = unused.or_else(|| (0..slots.len()).find(|free| !slots.contains(&Some(*free))));
                used.extend(slots[index]);
            }
        }
        let slots: Vec<usize> = slots.into_iter().map(Option::unwrap_or_default).collect();
        for (variant, slot) in variants.iter().zip(&slots) {
            self.known.retain(|(known, _)| known != variant);
            self.known.push((variant.clone(), *slot));
        }
        slots
    }

    /// Colors the curves of a history.
    pub fn color(&mut self, history: &mut History) {
        let slots = self.assign(&history.setup.experiment.variants.clone());
        for (curves, slot) in history.variants.iter_mut().zip(slots) {
            curves.palette_index = slot;
        }
    }
}
