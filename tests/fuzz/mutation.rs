//! Damaged files: mutations of sound ones by SplitMix64 with a fixed seed.

use flate2::Crc;

/// Numbers at which lengths overflow or are refused.
const EDGES: [u32; 8] = [0, 1, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x0001_0000, 0x0400_0000];

/// A source of damaged files.
pub(crate) struct Mutator {
    state: u64,
}

impl Mutator {
    /// The same files for the same name.
    pub(crate) fn new(name: &str) -> Self {
        Self { state: name.bytes().fold(0, |state, byte| state.wrapping_mul(31).wrapping_add(u64::from(byte))) }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).expect("below a length")
    }

    /// A mutation of one of the files.
    pub(crate) fn mutate(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut file = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(6) {
            self.change(&mut file, seeds);
        }
        // Files with right checksums reach the code behind them.
        if self.below(4) > 0 {
            mend_tar(&mut file);
            mend_png(&mut file);
        }
        file
    }

    fn change(&mut self, file: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        // Headers stand at the beginning, those of zip archives at the end.
        let length = file.len();
        let near = self.below(length.min(96));
        let at = match self.below(4) {
            0 => self.below(length),
            1 => length.saturating_sub(near + 1),
            _ => near,
        };
        match self.below(8) {
            0 => file.truncate(at),
            1 => {
                let end = (at + self.below(32)).min(length);
                file.drain(at..end);
            }
            2 => {
                let end = (at + self.below(64)).min(length);
                let part = file[at..end].to_vec();
                file.splice(at..at, part);
            }
            3 => {
                let other = &seeds[self.below(seeds.len())];
                let part = other[self.below(other.len())..].to_vec();
                file.splice(at..length, part);
            }
            4 => {
                let edge = EDGES[self.below(EDGES.len())];
                let edge = if self.below(2) == 0 { edge.to_be_bytes() } else { edge.to_le_bytes() };
                file.iter_mut().skip(at).zip(edge).for_each(|(byte, edge)| *byte = edge);
            }
            5 | 6 => {
                if let Some(byte) = file.get_mut(at) {
                    *byte ^= 1 << (self.state % 8);
                }
            }
            _ => {
                let value = u8::try_from(self.next() % 256).expect("a byte");
                file.iter_mut().skip(at).take(1).for_each(|byte| *byte = value);
            }
        }
    }
}

/// Sets the checksums of the headers of a tar archive.
fn mend_tar(file: &mut [u8]) {
    for header in file.chunks_exact_mut(512).filter(|header| &header[257..262] == b"ustar") {
        header[148..156].fill(b' ');
        let sum = header.iter().map(|byte| u32::from(*byte)).sum::<u32>();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
}

/// Sets the checksums of the chunks of a PNG file.
fn mend_png(file: &mut [u8]) {
    let mut at = 8;
    while file.starts_with(b"\x89PNG")
        && let Some(length) = file.get(at..at + 4)
    {
        let length = u32::from_be_bytes(length.try_into().expect("four bytes")) as usize;
        let Some(end) = at.checked_add(8 + length).filter(|end| end + 4 <= file.len()) else { return };
        let mut sum = Crc::new();
        sum.update(&file[at + 4..end]);
        file[end..end + 4].copy_from_slice(&sum.sum().to_be_bytes());
        at = end + 4;
    }
}
