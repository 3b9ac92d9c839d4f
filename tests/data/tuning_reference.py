"""Reference numbers for the initializers that run the network: derivatives up to third order, GradInit, NIO, MetaInit, LSUV
and data-dependent initialization, by JAX in float64.

    pip install jax optax
    python tests/data/tuning_reference.py > tests/data/tuning_reference.json

Everything is written from its formula and differentiated by JAX. Images are [batch, channels, height, width], convolution
weights [out, in, height, width], linear weights [fan_in, fan_out]. The loss is the mean softmax cross-entropy of the batch.
The derivative of ReLU at 0 is 0. Batch normalization takes the statistics of the batch, biased variance and 1e-5, except in
MetaInit and in derivatives of "mode" evaluation, where it takes mean 0 and variance 1.

Inputs are not stored. A *recipe* {"shape": [...], "salt": s, "scale": c, "offset": o} stands for the tensor whose element i
(row by row) is, computed in float64 and rounded to float32,

    offset + scale * value(i, salt)      value(i, salt) = ((i + 2003 (salt + 1))^3 mod 65537) / 32768 - 1

The file is {"derivatives": [...], "gradinit": [...], "nio": [...], "metainit": [...], "lsuv": [...], "datadep": [...]}, each a
list of cases. Numbers have nine significant digits. Every case has

    "name"        what is particular about it
    "query"       the parts of the experiment that describe the network, see below
    "image"       shape of one input: [channels, height, width], or [features]
    "classes"     number of logits
    "parameters"  list of recipes with a "name", in the order of the network: per layer weight and bias, or weight, gamma and
                  beta where normalization follows. Lists "per tensor" are in this order, lists "per weight" in the order of
                  the weights alone
    "inputs", "labels"    a list of recipes of batches, and for each the list of its labels; of cases that need labels only

and, except "derivatives", "constants": the constants of the method by the names that they have in the text of a scheme.

"derivatives": of the loss L of the one batch of "inputs", at the parameters theta, for the directions b = "first" and
v = "second" (lists of recipes, per tensor); H is the Hessian:

    "mode"        training or evaluation
    "loss"        L
    "curvature"   b^T H v
    "gradient"    grad L                                  each of the three as {"norm": [...], "with_parameters": [...],
    "hessian_vector"     H v                              "with_first": [...]}: per tensor its 2-norm and its inner
    "curvature_gradient" grad of b^T H(theta) v           products with the same tensor of theta and of b

"gradinit" (Zhu et al. 2021): a scale m, at first 1, for every tensor of "parameters" whose norm is not 0. "inputs" are half
batches h(0), h(1), ...; in iteration t = 0 .. steps - 1, with theta = m theta_0 (and m = 1 for the tensors of norm 0),

    S = h(3t) and h(3t+1) together;  g = grad L(S; theta), of all tensors;  n = |g|_2 for step sgd, |g|_1 for step adam
    if n > gamma, "kind" is "norm":  d = gradient of n with respect to the scales
    else "kind" is "objective":      A = g / |g|_2 for step sgd, sign(g) for step adam, taken for a constant
                                     theta' = theta - eta A, of all tensors;  S~ = h(3t) and h(3t+2) together
                                     objective = L(S~; theta') / eta, and d its gradient with respect to the scales
    c = d clipped to [-clip, clip];  v = 0.999 v + 0.001 c^2, one for both kinds;  u = 0.9 u + 0.1 c, one for each kind
    m -= lr (u / (1 - 0.9^k)) / (sqrt(v / (1 - 0.999^(t+1))) + 1e-8), k = steps of this kind so far, this one included
    m = max(m, floor) for weights and gammas, max(m, 0) for biases and betas

    "norms", "kinds", "objectives"    per iteration n, its kind, and the objective (null where it was not taken)
    "slopes"      per iteration d before it is clipped, per tensor; 0 for tensors of norm 0
    "scales"      per iteration the scales after it, per tensor
    "clipped"     how many of all "slopes" were clipped

"nio" (Yang et al. 2022, GradCosine): as "gradinit", but iteration t has the batch "inputs"[t] of n examples. Of its first
D floor(n / D) examples, D = "parts", part d = 0 .. D - 1 is the d-th run of floor(n / D); g_d = grad L(part d; theta) and
n = mean of |g_d|_2 ("norms"); where n <= gamma, objective = -(sum over i != j of cos(g_i, g_j)) / (D^2 - D).

"metainit" (Dauphin & Schoenholz 2019), with batch normalization in evaluation mode: in iteration t on the batch "inputs"[t]
(uniform, of variance 1), g = grad L, q = H g, s = 1 where g >= 0 and else -1, taken for a constant, N = number of parameters,

    quotient = 1/N * sum |(g - q) / (g + eps s) - 1|
    for every weight w: D = sum(w * grad_w quotient) / |w|;  u = momentum u - lr sign(D);  w *= (|w| + u) / |w|

all from the same g and q. With ReLU the kinks are ignored: H is the Hessian of the linear piece at hand.

    "quotients"      per iteration
    "derivatives"    per iteration D, per weight
    "norms"          per iteration |w| after it, per weight

"lsuv" (Mishkin & Matas 2015), on the batch "input" (one recipe): for each weight in forward order, s = biased standard
deviation of its layer's output (with bias; before normalization and activation) over examples, places and units together;
while |s - 1| > tolerance, and at most "tries" times, w /= s, and s is measured again.

    "factors"     per weight, what it was multiplied with in all
    "divisions"   per weight, how often it was divided
    "deviations"  per weight, s after the last division

"datadep" (Kraehenbuehl et al. 2015), on the batches "inputs" joined to one batch (statistics of batch normalization are over
all of it, too; those cases have one batch only): for each weight in forward order, mean and biased standard deviation s
of its layer's output (with bias b; before normalization and activation) per unit, or per feature map over examples and
places; its weights to this unit are divided by s. That makes the output (output - b) / s + b', so

    b' = beta - (mean - b) / s

gives it mean beta and standard deviation 1 exactly. Where normalization follows there is no bias, and only the division.

    "norms"       per weight its 2-norm in the end
    "biases"      per weight its layer's bias in the end; [] where there is none

The networks, with bias-free layers where normalization follows ("norm=batch"):
    mlp:10,8  per entry linear, norm, activation; then linear
    cnn:4     per entry conv 3x3 padding 1, norm, activation, max pool 2x2 (cnn:4a: average pool 2x2); then linear on the
              features in the order of [C, H, W]
    resnet:4,6  stem: conv 3x3 padding 1 to the first width, norm, activation; one residual block per entry, of stride 1 and
              then of stride 2; global average pool; linear. A block is relu(norm2(conv2(relu(norm1(conv1(x))))) +
              shortcut(x)), both convolutions 3x3 with padding 1, "stride" that of conv1; the shortcut is the identity, or
              x[:, :, ::2, ::2] with the new, zero channels AFTER the existing ones

Before anything is printed, derivatives are compared with central differences, Adam with optax and convolution with a loop,
and the scales' limits, both kinds of step and clipping are seen to be met. Kinks (ReLU, ties of max pooling) and decisions
(kinds of step, signs, one more division) are farther away than float32 rounds, as KINK and MARGIN say: all cases run in
float32, too, decide alike there, and stay as close as AGREEMENT says. MetaInit divides by gradients near 0, which is why it
is the least exact there.
"""

import itertools
import json
import math
import sys
import urllib.parse

import jax
import jax.numpy as jnp
import numpy as np
import optax

jax.config.update("jax_enable_x64", True)

EPSILON = 1e-5
CLASSES, HALF = 4, 8
# Least distance of what is met from a kink.
KINK = 1e-5
# Largest difference between the float32 and the float64 run, of each list of numbers relative to its largest.
AGREEMENT = {"derivatives": 1e-5, "gradinit": 1e-5, "nio": 1e-5, "metainit": 1e-3, "lsuv": 1e-5, "datadep": 1e-5}


# Inputs -----------------------------------------------------------------------------------------------------------------


def recipe(*shape, salt=0, scale=1.0, offset=0.0):
    return {"shape": list(shape), "salt": salt, "scale": scale, "offset": offset}


def tensor(recipe):
    count = math.prod(recipe["shape"])
    values = [((i + 2003 * (recipe["salt"] + 1)) ** 3 % 65537) / 32768 - 1 for i in range(count)]
    values = recipe["offset"] + recipe["scale"] * np.array(values)
    return jnp.array(values.astype(np.float32).astype(np.float64).reshape(recipe["shape"]))


def weight(*shape, salt, gain=1.0):
    """Uniform of standard deviation gain / sqrt(fan_in), of a linear layer [in, out] or a convolution."""
    fan_in = shape[0] if len(shape) == 2 else math.prod(shape[1:])
    return recipe(*shape, salt=salt, scale=gain * math.sqrt(3.0 / fan_in))


class Batches:
    """`count` batches of `size` inputs of variance `scale`^2 / 3, of salts from `salt` on. A label says which of the first
    values of an input is the largest, or is `random`: of no relation to it."""

    def __init__(self, image, count, size, salt, scale=1.0, random=False):
        self.inputs = [recipe(size, *image, salt=salt + index, scale=scale) for index in range(count)]
        if random:
            self.labels = [[(i * i + i // 3 + index) % CLASSES for i in range(size)] for index in range(count)]
        else:
            first = [np.asarray(tensor(values)).reshape(size, -1)[:, :CLASSES] for values in self.inputs]
            self.labels = [values.argmax(axis=1).tolist() for values in first]

    def arrays(self, dtype):
        return [(tensor(values).astype(dtype), jnp.array(label)) for values, label in zip(self.inputs, self.labels)]

    def fields(self):
        return {"inputs": self.inputs, "labels": self.labels}


def joined(first, second):
    return tuple(jnp.concatenate(pair) for pair in zip(first, second))


# Networks ---------------------------------------------------------------------------------------------------------------

ACTIVATIONS = {
    "relu": lambda x: jnp.where(x > 0, x, 0.0),
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
}


def convolve(values, weight, stride):
    return jax.lax.conv_general_dilated(
        values, weight, (stride, stride), [(1, 1)] * 2, dimension_numbers=("NCHW", "OIHW", "NCHW")
    )


def windows(values):
    """[N, C, H, W] -> [N, C, H/2, W/2, 4]."""
    n, c, h, w = values.shape
    values = values.reshape(n, c, h // 2, 2, w // 2, 2)
    return values.transpose(0, 1, 2, 4, 3, 5).reshape(n, c, h // 2, w // 2, 4)


def shortcut(values, channels, stride):
    values = values[:, :, ::stride, ::stride]
    return jnp.pad(values, ((0, 0), (0, channels - values.shape[1]), (0, 0), (0, 0)))


def per_channel(statistic, values):
    return statistic.reshape((1, -1) + (1,) * (values.ndim - 2))


def all_but_channels(values):
    return tuple(axis for axis in range(values.ndim) if axis != 1)


class Pass:
    """One forward pass: takes the parameters one after another, and keeps what the layers put out and how near kinks were."""

    def __init__(self, network, parameters, training):
        self.network, self.training = network, training
        self.pending = iter(parameters)
        self.outputs, self.kinks = [], [jnp.inf]

    def layer(self, values, stride=1, normalized=False):
        weight = next(self.pending)
        if weight.ndim == 4:
            values = convolve(values, weight, stride)
        else:
            values = values.reshape(len(values), -1) @ weight
        if not normalized:
            values = values + per_channel(next(self.pending), values)
        self.outputs.append(values)
        return self.normalize(values) if normalized else values

    def hidden(self, values, stride=1):
        """A layer with the normalization of the network, if any."""
        return self.layer(values, stride, self.network.normalized)

    def normalize(self, values):
        gamma, beta = next(self.pending), next(self.pending)
        if self.training:
            axes = all_but_channels(values)
            mean, variance = values.mean(axes), values.var(axes)
        else:
            mean, variance = jnp.zeros_like(gamma), jnp.ones_like(gamma)
        normal = (values - per_channel(mean, values)) / jnp.sqrt(per_channel(variance, values) + EPSILON)
        return normal * per_channel(gamma, values) + per_channel(beta, values)

    def activate(self, values):
        if self.network.activation == "relu":
            # Of what a max pool takes in, only the largest of a window matters.
            pooled = self.network.family == "cnn" and self.network.pooling == "max"
            self.kinks.append(jnp.abs(windows(values).max(axis=-1) if pooled else values).min())
        return ACTIVATIONS[self.network.activation](values)

    def max_pool(self, values):
        values = windows(values)
        ordered = jnp.sort(jax.lax.stop_gradient(values), axis=-1)
        # A window of zeros alone is no kink: behind it is a ReLU, which passes no gradient on.
        gaps = jnp.where(ordered[..., -1] == 0.0, jnp.inf, ordered[..., -1] - ordered[..., -2])
        self.kinks.append(gaps.min())
        return values.max(axis=-1)

    def block(self, values, stride):
        hidden = self.activate(self.hidden(values, stride))
        hidden = self.hidden(hidden)
        return self.activate(hidden + shortcut(values, hidden.shape[1], stride))


class Network:
    """What a query describes, with recipes of its parameters. `gain` is that of the weights, `bias` and `beta` the scale of
    those, `gamma` the spread of the gammas around 1; salts go from `salt` on."""

    def __init__(self, query, image, salt, gain=math.sqrt(2.0), bias=0.0, gamma=0.0, beta=0.0):
        fields = dict(urllib.parse.parse_qsl(query))
        self.query, self.image, self.activation = query, image, fields["act"]
        self.normalized = fields["norm"] == "batch"
        self.family, entries = fields["model"].split(":")
        self.pooling = "average" if entries.endswith("a") else "max"
        self.widths = [int(entry.rstrip("a")) for entry in entries.split(",")]
        self.recipes, self.salts = [], itertools.count(salt)
        self.gain, self.spread = gain, {"bias": bias, "gamma": gamma, "beta": beta}
        getattr(self, f"describe_{self.family}")()
        self.weights = [index for index, recipe in enumerate(self.recipes) if recipe["name"].endswith(".weight")]
        self.walk = jax.jit(self.forward, static_argnums=2)

    def add(self, name, *shape, normalized):
        outputs = shape[1] if len(shape) == 2 else shape[0]
        self.recipes.append({"name": f"{name}.weight", **weight(*shape, salt=next(self.salts), gain=self.gain)})
        for part in ("gamma", "beta") if normalized else ("bias",):
            small = recipe(outputs, salt=next(self.salts), scale=self.spread[part], offset=float(part == "gamma"))
            self.recipes.append({"name": f"{name}.{part}", **small})

    def describe_mlp(self):
        widths = [*self.image, *self.widths]
        for index, (inputs, outputs) in enumerate(itertools.pairwise(widths)):
            self.add(f"linear{index + 1}", inputs, outputs, normalized=self.normalized)
        self.add(f"linear{len(widths)}", widths[-1], CLASSES, normalized=False)

    def describe_cnn(self):
        channels, size, _ = self.image
        for index, width in enumerate(self.widths):
            self.add(f"conv{index + 1}", width, channels, 3, 3, normalized=self.normalized)
            channels, size = width, size // 2
        self.add("linear", channels * size * size, CLASSES, normalized=False)

    def describe_resnet(self):
        self.add("stem", self.widths[0], self.image[0], 3, 3, normalized=self.normalized)
        for index, (inputs, outputs) in enumerate(itertools.pairwise([self.widths[0], *self.widths])):
            self.add(f"block{index + 1}.conv1", outputs, inputs, 3, 3, normalized=self.normalized)
            self.add(f"block{index + 1}.conv2", outputs, outputs, 3, 3, normalized=self.normalized)
        self.add("linear", self.widths[-1], CLASSES, normalized=False)

    def parameters(self, dtype=jnp.float64):
        return [tensor(recipe).astype(dtype) for recipe in self.recipes]

    def forward(self, parameters, values, training=True):
        """The logits, the outputs of the layers with weights, and the least distance to a kink."""
        walk = Pass(self, parameters, training)
        if self.family == "resnet":
            values = walk.activate(walk.hidden(values))
            for index in range(len(self.widths)):
                values = walk.block(values, stride=1 if index == 0 else 2)
            values = values.mean(axis=(2, 3))
        else:
            for _ in self.widths:
                values = walk.activate(walk.hidden(values))
                if self.family == "cnn":
                    values = walk.max_pool(values) if self.pooling == "max" else windows(values).mean(axis=-1)
        logits = walk.layer(values)
        assert next(walk.pending, None) is None, "every parameter is used"
        return logits, walk.outputs, jnp.array(walk.kinks).min()

    def loss(self, parameters, batch, training=True):
        values, labels = batch
        log_probabilities = jax.nn.log_softmax(self.forward(parameters, values, training)[0])
        return -log_probabilities[jnp.arange(len(labels)), labels].mean()

    def note_kinks(self, parameters, values, training=True):
        KINKS.append(float(self.walk(parameters, values, training)[2]))

    def fields(self, name):
        head = {"name": name, "query": self.query, "image": list(self.image), "classes": CLASSES}
        return head | {"parameters": self.recipes}


# Distances to kinks and to decisions met in the float64 run of one case; emptied by `case`.
KINKS, MARGINS = [], {}


def note_margin(what, distance):
    MARGINS[what] = min(MARGINS.get(what, math.inf), float(distance))


def inner(first, second):
    """Per tensor."""
    return [jnp.vdot(one, other) for one, other in zip(first, second)]


def two_norm(tensors):
    return jnp.sqrt(sum(inner(tensors, tensors)))


def one_norm(tensors):
    return sum(jnp.abs(tensor).sum() for tensor in tensors)


# Derivatives ------------------------------------------------------------------------------------------------------------


def derivatives(network, batches, directions, mode, dtype):
    first, second = ([tensor(recipe).astype(dtype) for recipe in recipes] for recipes in directions)
    parameters, (batch,) = network.parameters(dtype), batches.arrays(dtype)
    training = mode == "training"
    loss = lambda parameters: network.loss(parameters, batch, training)
    hessian_vector = lambda parameters: jax.jvp(jax.grad(loss), (parameters,), (second,))[1]
    curvature = lambda parameters: sum(inner(first, hessian_vector(parameters)))
    summary = lambda tensors: {
        "norm": numbers(jnp.sqrt(square) for square in inner(tensors, tensors)),
        "with_parameters": numbers(inner(tensors, parameters)),
        "with_first": numbers(inner(tensors, first)),
    }
    first_order, third_order = (jax.jit(jax.value_and_grad(function)) for function in (loss, curvature))
    network.note_kinks(parameters, batch[0], training)
    (value, gradient), product = first_order(parameters), jax.jit(hessian_vector)(parameters)
    bent, bend = third_order(parameters)
    if dtype == jnp.float64:
        check_slopes(lambda parameters: first_order(parameters)[0], parameters, gradient)
        for index, expected in enumerate(product):
            check_along(lambda parameters: first_order(parameters)[1][index], parameters, second, expected)
        check_slopes(lambda parameters: third_order(parameters)[0], parameters, bend)
    slopes = {"gradient": gradient, "hessian_vector": product, "curvature_gradient": bend}
    record = {"loss": number(value), "curvature": number(bent)}
    return record | {name: summary(tensors) for name, tensors in slopes.items()}


def derivatives_case(name, network, mode="training", salt=20):
    batches = Batches(network.image, 1, HALF, salt=salt)
    directions = [
        [recipe(*parameter["shape"], salt=salt + 1 + start + index) for index, parameter in enumerate(network.recipes)]
        for start in (0, len(network.recipes))
    ]
    run = lambda dtype: derivatives(network, batches, directions, mode, dtype)
    fields = {"mode": mode, "first": directions[0], "second": directions[1]}
    return case("derivatives", network.fields(name) | batches.fields() | fields, run)


# Scales: GradInit and NIO -----------------------------------------------------------------------------------------------


class Scales:
    """One per tensor, moved by Adam with a first moment for each kind of step and a second moment for both."""

    def __init__(self, network, constants):
        self.scaled = np.array([bool(jnp.any(parameter != 0)) for parameter in network.parameters()])
        heavy = [recipe["name"].endswith((".weight", ".gamma")) for recipe in network.recipes]
        self.least = np.where(heavy, constants["floor"], 0.0)
        self.rate, self.clip = constants["lr"], constants["clip"]
        self.values = np.ones(len(self.scaled))
        self.first, self.counts, self.second = {}, {}, np.zeros(len(self.scaled))
        self.clipped = 0

    def step(self, kind, slopes):
        slopes = np.where(self.scaled, slopes, 0.0)
        clipped = np.clip(slopes, -self.clip, self.clip)
        self.clipped += int((np.abs(slopes) > self.clip).sum())
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self.first[kind] = 0.9 * self.first.get(kind, 0.0) + 0.1 * clipped
        self.second = 0.999 * self.second + 0.001 * clipped**2
        first = self.first[kind] / (1 - 0.9 ** self.counts[kind])
        second = self.second / (1 - 0.999 ** sum(self.counts.values()))
        self.values = np.maximum(self.values - self.rate * first / (np.sqrt(second) + 1e-8), self.least)
        return slopes


class Tuning:
    """The loop that GradInit and NIO share, and its record."""

    def __init__(self, network, constants, dtype):
        self.network, self.constants, self.dtype = network, constants, dtype
        self.initial, self.scales = network.parameters(dtype), Scales(network, constants)
        self.record = {"norms": [], "kinds": [], "objectives": [], "slopes": [], "scales": []}
        self.checked = set()

    def parameters(self, scales):
        return [scale * parameter for scale, parameter in zip(scales, self.initial)]

    def current(self):
        return [jnp.array(value, self.dtype) for value in self.scales.values]

    def gradient(self, scales, batch):
        return jax.grad(self.network.loss)(self.parameters(scales), batch)

    def take(self, norm, objective):
        """A step. Both are functions of the scales that return a value and its gradient."""
        scales = self.current()
        value = float(norm(scales)[0])
        kind = "norm" if value > self.constants["gamma"] else "objective"
        note_margin("gamma", abs(value / self.constants["gamma"] - 1))
        function = norm if kind == "norm" else objective
        result, slopes = function(scales)
        if self.dtype == jnp.float64 and kind not in self.checked:
            self.checked.add(kind)
            check_slopes(lambda scales: function(scales)[0], scales, slopes)
        slopes = self.scales.step(kind, np.array(slopes, np.float64))
        row = (value, kind, None if kind == "norm" else float(result), slopes, self.scales.values)
        for key, entry in zip(self.record, row):
            self.record[key].append(entry if isinstance(entry, str | None) else numbers(entry))

    def result(self):
        return self.record | {"clipped": self.scales.clipped}


def gradinit(network, constants, halves, dtype):
    tuning, adam, eta = Tuning(network, constants, dtype), constants["step"] == "adam", constants["eta"]
    norm = lambda scales, batch: (one_norm if adam else two_norm)(tuning.gradient(scales, batch))
    moved = lambda scales, step: [value - eta * part for value, part in zip(tuning.parameters(scales), step)]
    objective = lambda scales, batch, step: network.loss(moved(scales, step), batch) / eta
    gradient = jax.jit(tuning.gradient)
    norm, objective = (jax.jit(jax.value_and_grad(function)) for function in (norm, objective))
    halves = halves.arrays(dtype)
    for shared, old, new in zip(halves[::3], halves[1::3], halves[2::3]):
        scales, batch, other = tuning.current(), joined(shared, old), joined(shared, new)
        g = gradient(scales, batch)
        step = [jnp.sign(part) if adam else part / two_norm(g) for part in g]
        network.note_kinks(tuning.parameters(scales), batch[0])
        if float(norm(scales, batch)[0]) <= constants["gamma"]:
            network.note_kinks(moved(scales, step), other[0])
        if adam:
            # A unit that is dead on the whole batch has gradient 0, in float32 as well.
            note_margin("sign", min(float(jnp.where(part == 0, jnp.inf, jnp.abs(part)).min()) for part in g))
        tuning.take(lambda scales: norm(scales, batch), lambda scales: objective(scales, other, step))
    return tuning.result()


def gradinit_case(name, network, salt, step="sgd", steps=30, eta=0.1, gamma=1.0, lr=0.02, floor=0.01):
    constants = {"step": step, "steps": steps, "eta": eta, "gamma": gamma, "lr": lr, "clip": 1.0, "floor": floor}
    halves = Batches(network.image, 3 * steps, HALF, salt=salt)
    return scales_case("gradinit", gradinit, name, network, constants, halves)


def nio(network, constants, batches, dtype):
    tuning, parts = Tuning(network, constants, dtype), constants["parts"]

    def gradients(scales, batch):
        size = len(batch[1]) // parts
        return [tuning.gradient(scales, tuple(part[d * size : (d + 1) * size] for part in batch)) for d in range(parts)]

    def norm(scales, batch):
        return sum(two_norm(g) for g in gradients(scales, batch)) / parts

    def objective(scales, batch):
        pairs = itertools.permutations(gradients(scales, batch), 2)
        cosines = [sum(inner(first, second)) / (two_norm(first) * two_norm(second)) for first, second in pairs]
        return -sum(cosines) / (parts**2 - parts)

    norm, objective = (jax.jit(jax.value_and_grad(function)) for function in (norm, objective))
    for batch in batches.arrays(dtype):
        for part in np.split(np.arange(len(batch[1]) // parts * parts), parts):
            network.note_kinks(tuning.parameters(tuning.current()), batch[0][part])
        tuning.take(lambda scales: norm(scales, batch), lambda scales: objective(scales, batch))
    return tuning.result()


def nio_case(name, network, salt, parts, gamma, steps=30, lr=0.05, floor=0.01):
    constants = {"steps": steps, "parts": parts, "gamma": gamma, "lr": lr, "clip": 1.0, "floor": floor}
    return scales_case("nio", nio, name, network, constants, Batches(network.image, steps, 2 * HALF, salt=salt))


def scales_case(method, function, name, network, constants, batches):
    fields = network.fields(name) | {"constants": constants} | batches.fields()
    return case(method, fields, lambda dtype: function(network, constants, batches, dtype))


# MetaInit ---------------------------------------------------------------------------------------------------------------


def metainit(network, constants, batches, dtype):
    epsilon = constants["eps"]
    parameters, memory = network.parameters(dtype), np.zeros(len(network.weights))
    count = sum(parameter.size for parameter in parameters)
    record = {"quotients": [], "derivatives": [], "norms": []}

    def parts(parameters, batch):
        gradient = jax.grad(lambda parameters: network.loss(parameters, batch, training=False))
        g = gradient(parameters)
        # H g, differentiable in the parameters through the direction g as well.
        return g, jax.jvp(gradient, (parameters,), (g,))[1]

    def quotient(parameters, batch):
        total = 0.0
        for g, q in zip(*parts(parameters, batch)):
            sign = jax.lax.stop_gradient(jnp.where(g >= 0, 1.0, -1.0).astype(dtype))
            total += jnp.abs((g - q) / (g + epsilon * sign) - 1).sum()
        return total / count

    parts, quotient = jax.jit(parts), jax.jit(jax.value_and_grad(quotient))
    for step, batch in enumerate(batches.arrays(dtype)):
        network.note_kinks(parameters, batch[0], training=False)
        for g, q in zip(*parts(parameters, batch)):
            sign = jnp.where(g >= 0, 1.0, -1.0)
            # Where the sign of g, and that inside the absolute value, change.
            note_margin("sign", jnp.where(g == 0, jnp.inf, jnp.abs(g)).min())
            note_margin("sign", jnp.where(g == 0, jnp.inf, jnp.abs(q + epsilon * sign)).min())
        value, slopes = quotient(parameters, batch)
        weights = [parameters[index] for index in network.weights]
        norms = [float(jnp.sqrt(jnp.vdot(weight, weight))) for weight in weights]
        along = [float(jnp.vdot(parameters[index], slopes[index])) for index in network.weights] / np.array(norms)
        if dtype == jnp.float64 and step == 0:
            for index, norm, derivative in zip(network.weights, norms, along):
                only = [parameter * (index == other) / norm for other, parameter in enumerate(parameters)]
                check_along(lambda parameters: quotient(parameters, batch)[0], parameters, only, derivative)
        memory = constants["momentum"] * memory - constants["lr"] * np.sign(along)
        for index, norm, change in zip(network.weights, norms, memory):
            parameters[index] = parameters[index] * dtype((norm + change) / norm)
        record["quotients"].append(number(value))
        record["derivatives"].append(numbers(along))
        record["norms"].append(numbers(jnp.sqrt(jnp.vdot(parameters[index], parameters[index])) for index in network.weights))
        note_margin("norm", min(norm + change for norm, change in zip(norms, memory)))
    typical = np.median(np.abs(record["derivatives"]), axis=0)
    note_margin("derivative", (np.abs(record["derivatives"]) / typical).min())
    return record


def metainit_case(name, network, salt, steps, lr=0.1, batch=2 * HALF):
    constants = {"steps": steps, "lr": lr, "momentum": 0.9, "eps": 1e-5}
    batches = Batches(network.image, steps, batch, salt=salt, scale=math.sqrt(3.0), random=True)
    fields = network.fields(name) | {"constants": constants} | batches.fields()
    return case("metainit", fields, lambda dtype: metainit(network, constants, batches, dtype))


# One layer after another: LSUV and data-dependent initialization --------------------------------------------------------


def lsuv(network, constants, values, dtype):
    parameters, values = network.parameters(dtype), tensor(values).astype(dtype)
    outputs = jax.jit(lambda parameters: network.forward(parameters, values)[1])
    record = {"factors": [], "divisions": [], "deviations": []}
    for layer, index in enumerate(network.weights):
        factor, divisions = 1.0, 0
        deviation = float(outputs(parameters)[layer].std())
        note_margin("tolerance", abs(abs(deviation - 1) - constants["tolerance"]))
        while abs(deviation - 1) > constants["tolerance"] and divisions < constants["tries"]:
            parameters[index] = parameters[index] / dtype(deviation)
            factor, divisions = factor / deviation, divisions + 1
            deviation = float(outputs(parameters)[layer].std())
            note_margin("tolerance", abs(abs(deviation - 1) - constants["tolerance"]))
        for key, entry in zip(record, (number(factor), divisions, number(deviation))):
            record[key].append(entry)
    network.note_kinks(parameters, values)
    return record


def lsuv_case(name, network, salt=20, tolerance=0.01, tries=10):
    constants, values = {"tolerance": tolerance, "tries": tries}, recipe(2 * HALF, *network.image, salt=salt)
    fields = network.fields(name) | {"constants": constants, "input": values}
    return case("lsuv", fields, lambda dtype: lsuv(network, constants, values, dtype))


def data_dependent(network, constants, inputs, dtype):
    parameters = network.parameters(dtype)
    values = jnp.concatenate([tensor(recipe).astype(dtype) for recipe in inputs])
    outputs = jax.jit(lambda parameters: network.forward(parameters, values)[1])
    record = {"norms": [], "biases": []}
    for layer, index in enumerate(network.weights):
        output, weight = outputs(parameters)[layer], parameters[index]
        axes = all_but_channels(output)
        mean, deviation = output.mean(axes), output.std(axes)
        note_margin("deviation", deviation.min())
        parameters[index] = weight / (deviation if weight.ndim == 2 else deviation.reshape(-1, 1, 1, 1))
        biased = network.recipes[index + 1]["name"].endswith(".bias")
        if biased:
            parameters[index + 1] = constants["beta"] - (mean - parameters[index + 1]) / deviation
        if dtype == jnp.float64:
            output = outputs(parameters)[layer]
            assert np.allclose(output.std(axes), 1, rtol=0, atol=1e-12)
            assert not biased or np.allclose(output.mean(axes), constants["beta"], rtol=0, atol=1e-12)
        record["norms"].append(number(two_norm([parameters[index]])))
        record["biases"].append(numbers(parameters[index + 1]) if biased else [])
    network.note_kinks(parameters, values)
    return record


def data_dependent_case(name, network, salt=20, batches=3, batch=HALF):
    constants = {"beta": 0.1, "batches": batches, "batch": batch}
    inputs = [recipe(batch, *network.image, salt=salt + index) for index in range(batches)]
    fields = network.fields(name) | {"constants": constants, "inputs": inputs}
    return case("datadep", fields, lambda dtype: data_dependent(network, constants, inputs, dtype))


# Checks of the reference itself -----------------------------------------------------------------------------------------


def check_along(function, point, direction, derivative, size=1e-6):
    """Central difference along a direction. Its error is about 1e-10 of the value and 1e-12 of the third derivative."""
    moved = [[value + sign * size * step for value, step in zip(point, direction)] for sign in (1, -1)]
    found = (np.asarray(function(moved[0])) - np.asarray(function(moved[1]))) / (2 * size)
    scale = max(1.0, np.abs(derivative).max(), np.abs(function(point)).max())
    assert np.abs(found - derivative).max() < 1e-6 * scale, (found, derivative)


def check_slopes(function, point, gradient):
    """Of each tensor along one direction, which is none of its symmetries."""
    for index, slope in enumerate(gradient):
        direction = [jnp.zeros_like(value) for value in point]
        direction[index] = tensor(recipe(*slope.shape, salt=7))
        check_along(function, point, direction, jnp.vdot(slope, direction[index]))


def check_adam():
    """With steps of one kind alone, the scales move as Adam of optax moves them."""
    network = Network("model=mlp:3&act=relu&norm=none", (2,), salt=0, bias=1.0)
    scales = Scales(network, {"lr": 0.05, "clip": 1.0, "floor": 0.0})
    optimizer, values = optax.adam(0.05, b1=0.9, b2=0.999, eps=1e-8), jnp.ones(4)
    state = optimizer.init(values)
    for index in range(20):
        slopes = tensor(recipe(4, salt=index))
        updates, state = optimizer.update(slopes, state)
        values = optax.apply_updates(values, updates)
        scales.step("norm", np.array(slopes))
        assert np.allclose(scales.values, values, rtol=0, atol=1e-12)


def check_convolution():
    """By definition out[n, o, y, x] = sum over c, i, j of weight[o, c, i, j] padded[n, c, ys + i, xs + j]."""
    values, kernel = tensor(recipe(2, 3, 6, 6, salt=1)), tensor(recipe(4, 3, 3, 3, salt=2))
    padded = np.pad(np.asarray(values), ((0, 0), (0, 0), (1, 1), (1, 1)))
    for stride in (1, 2):
        found = np.asarray(convolve(values, kernel, stride))
        for n, o, y, x in itertools.product(*map(range, found.shape)):
            patch = padded[n, :, y * stride : y * stride + 3, x * stride : x * stride + 3]
            assert abs((patch * np.asarray(kernel)[o]).sum() - found[n, o, y, x]) < 1e-12, (n, o, y, x)


def difference(one, other):
    """Largest between two records of a run, of each list relative to its largest number; inf where they decide otherwise."""
    if isinstance(one, dict):
        return max(difference(one[key], other[key]) for key in one)
    rows = list(itertools.zip_longest(one, other)) if isinstance(one, list) else [(one, other)]
    if any(isinstance(entry, list) for row in rows for entry in row):
        return max(difference(list(first), list(second)) for first, second in rows)
    same = all(first == second for first, second in rows if not isinstance(first, float))
    pairs = [pair for pair in rows if isinstance(pair[0], float)]
    if not same or not pairs:
        return 0.0 if same else math.inf
    scale = max(abs(first) for first, _ in pairs)
    return max(abs(first - second) for first, second in pairs) / scale if scale else 0.0


# Least distance from each decision, and from what float32 cannot tell. "gamma", "derivative": relative to gamma and to the
# median over the iterations; "sign": of a gradient's element from 0; "tolerance": of |s - 1| from it; "deviation", "norm":
# of what is divided by, and of a weight's norm to be, from 0.
MARGIN = {"gamma": 1e-3, "derivative": 0.05, "sign": 1e-6, "tolerance": 5e-4, "deviation": 0.05, "norm": 0.5}


def case(method, fields, run):
    """Runs it in float64, for the file, and in float32, for comparison."""
    KINKS.clear()
    MARGINS.clear()
    record = run(jnp.float64)
    margins = {"kink": min(KINKS), **MARGINS}
    apart = difference(record, run(jnp.float32))
    name = f"{method}, {fields['name']}"
    print(name, f"float32 {apart:.1e}", *(f"{what} {margin:.1e}" for what, margin in margins.items()), file=sys.stderr)
    PROBLEMS.extend(f"{name}: {what}" for what, margin in margins.items() if margin < (MARGIN | {"kink": KINK})[what])
    PROBLEMS.extend([f"{name}: float32"] * (apart > AGREEMENT[method]))
    return fields | record


# What is wrong with the cases, all told before the script fails.
PROBLEMS = []


def check_coverage(document):
    for method in ("gradinit", "nio"):
        cases = document[method]
        for case in cases:
            rare = min(case["kinds"].count(kind) for kind in ("norm", "objective"))
            assert rare >= 3, (method, case["name"], "both kinds of step several times")
        assert any(case["clipped"] for case in cases) and not all(case["clipped"] for case in cases), method
    least = {case["name"]: np.min(case["scales"]) for case in document["gradinit"]}
    assert least["relu, floor met"] == 0.6 and least["tanh, adam, biases, zero met"] == 0.0, least
    divisions = [case["divisions"] for case in document["lsuv"]]
    assert max(map(max, divisions)) > 1 and any(0 in counts for counts in divisions), divisions


# Output -----------------------------------------------------------------------------------------------------------------


def number(value):
    return float(f"{float(value):.9g}")


def numbers(values):
    return number(values) if np.ndim(values) == 0 and not hasattr(values, "__next__") else [number(value) for value in values]


def dump(value, depth=0):
    """JSON with one line per field of the outer objects and per entry of their lists of objects or lists."""
    indent = "\n" + " " * (depth + 1)
    if isinstance(value, dict) and depth < 3 and "salt" not in value:
        fields = (f"{json.dumps(key)}: {dump(field, depth + 1)}" for key, field in value.items())
        return "{" + indent + f",{indent}".join(fields) + "}"
    if isinstance(value, list) and value and isinstance(value[0], dict | list):
        return "[" + indent + f",{indent}".join(dump(item, depth + 1) for item in value) + "]"
    return json.dumps(value, separators=(",", ":"))


# Cases ------------------------------------------------------------------------------------------------------------------

FEATURES, IMAGE = (6,), (1, 6, 6)


def mlp(activation, salt=0, norm="none", **spreads):
    return Network(f"model=mlp:10,8&act={activation}&norm={norm}", FEATURES, salt, **spreads)


def cnn(pool="", salt=0, norm="none", **spreads):
    return Network(f"model=cnn:4{pool}&act=relu&norm={norm}", IMAGE, salt, **spreads)


def resnet(salt=0, **spreads):
    return Network("model=resnet:4,6&act=relu&norm=none", IMAGE, salt, **spreads)


NORMALIZED = {"bias": 0.5, "gamma": 0.25, "beta": 0.5}


def derivatives_cases():
    plain = [derivatives_case(activation, mlp(activation, bias=0.5)) for activation in ACTIVATIONS]
    return [
        *plain,
        *(derivatives_case(f"batch norm, {mode}", mlp("relu", norm="batch", **NORMALIZED), mode) for mode in MODES),
        derivatives_case("batch norm, tanh", mlp("tanh", norm="batch", **NORMALIZED)),
        derivatives_case("max pool", cnn(bias=0.5)),
        derivatives_case("average pool", cnn("a", bias=0.5)),
        *(derivatives_case(f"batch norm of maps, {mode}", cnn(norm="batch", **NORMALIZED), mode) for mode in MODES),
        derivatives_case("residual", resnet(bias=0.5)),
    ]


MODES = ("training", "evaluation")


def gradinit_cases():
    adam = {"step": "adam", "eta": 0.01, "gamma": 6.0}
    return [
        gradinit_case("relu, floor met", mlp("relu"), salt=30, gamma=0.7, floor=0.6),
        gradinit_case("tanh, biases", mlp("tanh", bias=0.5), salt=30, gamma=0.7),
        gradinit_case("tanh, nothing clipped", mlp("tanh", gain=1.0), salt=30, gamma=0.6, eta=1.0),
        gradinit_case("relu, adam", mlp("relu"), salt=30, **adam),
        gradinit_case("tanh, adam, biases, zero met", mlp("tanh", bias=0.5), salt=30, lr=0.05, **adam),
        gradinit_case("batch norm", mlp("relu", norm="batch", **NORMALIZED), salt=60, gamma=1.0, eta=1.0),
        gradinit_case("max pool", cnn(), salt=40, gamma=1.1, steps=20),
        gradinit_case("average pool, biases", cnn("a", bias=0.5), salt=240, gamma=0.7),
        gradinit_case("residual", resnet(bias=0.5), salt=160, gamma=0.8, steps=10, lr=0.05),
    ]


def nio_cases():
    return [
        nio_case("relu, two parts", mlp("relu"), salt=30, parts=2, gamma=1.0),
        nio_case("relu, three parts, biases", mlp("relu", bias=0.5), salt=40, parts=3, gamma=1.0),
        nio_case("tanh, two parts, nothing clipped", mlp("tanh"), salt=40, parts=2, gamma=0.9),
        nio_case("tanh, three parts, biases", mlp("tanh", bias=0.5), salt=30, parts=3, gamma=1.0),
        nio_case("batch norm", mlp("relu", norm="batch", **NORMALIZED), salt=40, parts=2, gamma=1.2),
    ]


def metainit_cases():
    return [
        metainit_case("tanh", mlp("tanh", gain=1.0), salt=200, steps=25, lr=0.02, batch=HALF),
        metainit_case("relu", mlp("relu"), salt=470, steps=25, lr=0.02),
        metainit_case("batch norm", mlp("relu", norm="batch", **NORMALIZED), salt=60, steps=5),
        metainit_case("max pool", cnn(), salt=90, steps=5),
        metainit_case("average pool, biases", cnn("a", bias=0.5), salt=30, steps=5),
    ]


def lsuv_cases():
    return [
        lsuv_case("relu", mlp("relu", gain=1.0)),
        lsuv_case("relu, one layer is good as it is", mlp("relu", gain=1.7), tolerance=0.1),
        lsuv_case("tanh, biases", mlp("tanh", bias=0.5, gain=0.5)),
        lsuv_case("relu, biases, one try", mlp("relu", bias=0.5, gain=1.0), tries=1),
        lsuv_case("batch norm", mlp("relu", norm="batch", gain=0.5, **NORMALIZED)),
        lsuv_case("max pool", cnn(gain=0.5)),
        lsuv_case("average pool, biases", cnn("a", bias=0.5, gain=0.5)),
    ]


def data_dependent_cases():
    return [
        data_dependent_case("relu", mlp("relu")),
        data_dependent_case("tanh, biases", mlp("tanh", bias=0.5)),
        data_dependent_case("batch norm", mlp("relu", norm="batch", **NORMALIZED), batches=1, batch=4 * HALF),
        data_dependent_case("max pool", cnn()),
        data_dependent_case("average pool, biases", cnn("a", bias=0.5)),
    ]


def main():
    check_adam()
    check_convolution()
    methods = {
        "derivatives": derivatives_cases,
        "gradinit": gradinit_cases,
        "nio": nio_cases,
        "metainit": metainit_cases,
        "lsuv": lsuv_cases,
        "datadep": data_dependent_cases,
    }
    document = {method: cases() for method, cases in methods.items()}
    assert not PROBLEMS, PROBLEMS
    check_coverage(document)
    print(dump(document))


if __name__ == "__main__":
    main()
