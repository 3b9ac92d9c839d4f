//! Learning rate schedules.

use crate::experiment::Schedule;

/// The factor of the learning rate at step `step` (from 0) of `total`.
///
/// - constant: `1`
/// - cosine: `(1 + cos(pi step / total)) / 2`, PyTorch's `CosineAnnealingLR` with `T_max = total`, `eta_min = 0`
/// - warm-up over `W` steps: `min(1, (step + 1) / W)`
/// - inverse square root with a warm-up over `W` steps: `min((step + 1) / W, √(W / (step + 1)))`
#[must_use]
pub fn schedule_factor(schedule: Schedule, step: u64, total: u64) -> f64 {
    match schedule {
        Schedule::Constant => 1.0,
        Schedule::Cosine => f64::midpoint(1.0, libm::cos(std::f64::consts::PI * step as f64 / total.max(1) as f64)),
        Schedule::Warmup { steps } => ((step + 1) as f64 / steps.max(1) as f64).min(1.0),
        Schedule::InverseSqrt { steps } => {
            let progress = (step + 1) as f64 / steps.max(1) as f64;
            progress.min(progress.sqrt().recip())
        }
    }
}
