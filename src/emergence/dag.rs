//! Any directed acyclic graph, for architectures with skip connections and as the reference for the layered formulas.

use super::{Amount, EmergenceError, EmergenceForm, ScaledNumber};
use num_bigint::BigUint;

/// A directed acyclic graph whose edges point from input to output.
///
/// Two equal edges are two connections: paths along one or the other count separately, as in a quiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dag {
    /// The end nodes of the edges of each node.
    successors: Vec<Vec<usize>>,
    /// All nodes, each before its successors.
    topological: Vec<usize>,
}

impl Dag {
    /// A graph of the nodes `0..nodes` with `edges` given as `(from, to)`.
    ///
    /// # Errors
    /// [`EmergenceError::EdgeOutOfRange`] and [`EmergenceError::Cycle`] (a loop is a cycle).
    pub fn new(nodes: usize, edges: &[(usize, usize)]) -> Result<Self, EmergenceError> {
        let mut successors = vec![Vec::new(); nodes];
        for &(from, to) in edges {
            if from >= nodes || to >= nodes {
                return Err(EmergenceError::EdgeOutOfRange { from, to, nodes });
            }
            successors[from].push(to);
        }
        let topological = topological_order(&successors)?;
        Ok(Self { successors, topological })
    }

    /// `E_A` exactly: paths that start at an inactive node and continue through active nodes only.
    ///
    /// # Errors
    /// [`EmergenceError::MaskLength`] unless `active` has one entry per node.
    pub fn e_a(&self, active: &[bool]) -> Result<BigUint, EmergenceError> {
        self.emergence(EmergenceForm::ThroughActive, active)
    }

    /// `E_B` exactly: paths from an inactive node to an active one, through any nodes. Errors as for [`Dag::e_a`].
    pub fn e_b(&self, active: &[bool]) -> Result<BigUint, EmergenceError> {
        self.emergence(EmergenceForm::ThroughAll, active)
    }

    /// `log10 E_A`, `None` if it is zero; never overflows. Errors as for [`Dag::e_a`].
    pub fn log10_e_a(&self, active: &[bool]) -> Result<Option<f64>, EmergenceError> {
        self.emergence::<ScaledNumber>(EmergenceForm::ThroughActive, active).map(ScaledNumber::log10)
    }

    /// `log10 E_B`, `None` if it is zero; never overflows. Errors as for [`Dag::e_a`].
    pub fn log10_e_b(&self, active: &[bool]) -> Result<Option<f64>, EmergenceError> {
        self.emergence::<ScaledNumber>(EmergenceForm::ThroughAll, active).map(ScaledNumber::log10)
    }

    /// The recurrence of the [module](super), one visit per edge.
    fn emergence<T: Amount>(&self, form: EmergenceForm, active: &[bool]) -> Result<T, EmergenceError> {
        let nodes = self.successors.len();
        if active.len() != nodes {
            return Err(EmergenceError::MaskLength { nodes, mask: active.len() });
        }
        let mut total = T::zero();
        let mut paths = vec![T::zero(); nodes];
        for &node in self.topological.iter().rev() {
            let mut leaving = T::zero();
            for &next in &self.successors[node] {
                if active[next] {
                    leaving = leaving.plus(&T::one());
                }
                if active[next] || form == EmergenceForm::ThroughAll {
                    leaving = leaving.plus(&paths[next]);
                }
            }
            if !active[node] {
                total = total.plus(&leaving);
            }
            paths[node] = leaving;
        }
        Ok(total)
    }
}

/// Kahn's algorithm: a node is ready when all edges that lead to it have been followed.
fn topological_order(successors: &[Vec<usize>]) -> Result<Vec<usize>, EmergenceError> {
    let mut waiting_for = vec![0_usize; successors.len()];
    for &next in successors.iter().flatten() {
        waiting_for[next] += 1;
    }
    let mut order: Vec<usize> = (0..successors.len()).filter(|&node| waiting_for[node] == 0).collect();
    let mut done = 0;
    while let Some(&node) = order.get(done) {
        done += 1;
        for &next in &successors[node] {
            waiting_for[next] -= 1;
            if waiting_for[next] == 0 {
                order.push(next);
            }
        }
    }
    match waiting_for.iter().position(|&edges| edges > 0) {
        Some(node) => Err(EmergenceError::Cycle { node }),
        None => Ok(order),
    }
}
