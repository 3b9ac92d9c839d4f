"""Reference numbers for the layers of image networks: convolution, pooling, batch normalization, residual blocks and whole
small training runs, by JAX and optax in float64.

    pip install jax optax
    python tests/data/layers_reference.py > tests/data/layers_reference.json

Layout as in PyTorch: images [batch, channels, height, width], convolution weights [out, in, height, width]; weights of
linear layers [fan_in, fan_out]. All arrays of the file are flat, row by row, to seven decimals. Convolution is what networks
call so: the weight is not flipped.

Inputs are not stored. A *recipe* {"shape": [...], "salt": s, "scale": c, "offset": o} stands for the tensor whose element i
(row by row) is, computed in float64 and rounded to float32,

    offset + scale * value(i, salt)      value(i, salt) = ((i + 2003 (salt + 1))^3 mod 65537) / 32768 - 1

value lies in [-1, 1] and repeats nowhere in these tensors, since cubing is a permutation modulo 65537.

The file is {"layers": [...], "trainings": [...]}. An entry of "layers", one call of one layer in training mode:

    "layer"      conv2d, max_pool, average_pool, global_average_pool, batch_norm or residual_block
    "name"       what is particular about it
    "stride", "padding"     where the layer has them; pooling is 2x2 with stride 2 and drops an odd last row or column
    "norm"       of a residual block: none or batch; without normalization its convolutions have biases, with it none
    "tensors"    name -> recipe: "input" and the parameters (and "second_input" of batch_norm)
    "cotangent"  recipe of the output's shape: the objective is sum(output * cotangent)
    "output"     {"shape", "values"}
    "gradients"  name -> values: of the objective, with respect to "input" and each parameter
    "running"    with batch normalization: name -> {"mean", "var"} after one training batch from 0 and 1, of momentum 0.1 as in
                 PyTorch: running = 0.9 running + 0.1 batch, with the unbiased variance; for "batch_norm" itself after
                 "input" and then "second_input"
    "evaluation" batch_norm only: values of its output for "input" in evaluation mode with those running statistics

A residual block is relu(norm2(conv2(relu(norm1(conv1(x))))) + shortcut(x)), both convolutions 3x3 with padding 1, "stride" that
of conv1. The shortcut has no parameters (option A of He et al. 2015): the identity, or x[:, :, ::2, ::2] with the new, zero
channels AFTER the existing ones.

An entry of "trainings", SGD on the mean softmax cross-entropy, one fresh batch per step:

    "query"      the parts of the experiment that describe it
    "image"      shape of one input: [channels, height, width], or [features]
    "parameters" list of recipes with a "name", in the order of the network
    "inputs", "labels"      one recipe and one list of labels per step
    "losses"     before each update
    "evaluation_input", "logits"    recipe of another batch, and its flat logits in evaluation mode after the last update

The networks, with bias-free linear and convolution layers where normalization follows:
    mlp:5     linear, norm, activation; linear
    cnn:4,6   per entry conv 3x3 padding 1, norm, activation, max pool 2x2; linear on the features in the order of [C, H, W]
    resnet:4,8  stem: conv 3x3 padding 1 to the first width, norm, activation; one residual block per entry, of stride 1 and
              then of stride 2; global average pool; linear

Before anything is printed, every gradient (of a training, the first) is compared with finite differences, and convolution
with a loop written down from its definition; kinks (relu, ties of max pooling) are farther away than float32 rounds.
"""

import itertools
import json
import math
import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax

jax.config.update("jax_enable_x64", True)

MOMENTUM, EPSILON = 0.1, 1e-5
CLASSES, BATCH, STEPS = 3, 8, 5
LEARNING_RATE, SGD_MOMENTUM = 0.05, 0.9
# Smallest distance to a kink met in an eager (not traced) forward pass; float32 has to decide as float64 does.
KINKS = []


# Inputs -----------------------------------------------------------------------------------------------------------------


def recipe(*shape, salt=0, scale=1.0, offset=0.0):
    return {"shape": list(shape), "salt": salt, "scale": scale, "offset": offset}


def tensor(recipe):
    count = math.prod(recipe["shape"])
    values = [((i + 2003 * (recipe["salt"] + 1)) ** 3 % 65537) / 32768 - 1 for i in range(count)]
    values = recipe["offset"] + recipe["scale"] * np.array(values)
    return jnp.array(values.astype(np.float32).astype(np.float64).reshape(recipe["shape"]))


def weight(*shape, salt):
    """Scaled by sqrt(2 / fan_in), of a linear layer [in, out] or a convolution [out, in, height, width]."""
    fan_in = shape[0] if len(shape) == 2 else math.prod(shape[1:])
    return recipe(*shape, salt=salt, scale=math.sqrt(2.0 / fan_in))


# Layers -----------------------------------------------------------------------------------------------------------------


def convolve(values, weight, bias=None, stride=1, padding=0):
    values = jax.lax.conv_general_dilated(
        values, weight, (stride, stride), [(padding, padding)] * 2, dimension_numbers=("NCHW", "OIHW", "NCHW")
    )
    return values if bias is None else values + bias.reshape(1, -1, 1, 1)


def relu(values):
    note_kink(jnp.abs(values))
    return jnp.maximum(values, 0.0)


def windows(values):
    """[N, C, H, W] -> [N, C, H/2, W/2, 4], an odd last row or column dropped."""
    n, c, h, w = values.shape
    values = values[:, :, : h // 2 * 2, : w // 2 * 2].reshape(n, c, h // 2, 2, w // 2, 2)
    return values.transpose(0, 1, 2, 4, 3, 5).reshape(n, c, h // 2, w // 2, 4)


def max_pool(values):
    values = windows(values)
    ordered = jnp.sort(values, axis=-1)
    # A window of zeros alone is no kink: behind it is a relu, which passes no gradient on.
    note_kink(jnp.where(ordered[..., -1] == 0.0, jnp.inf, ordered[..., -1] - ordered[..., -2]))
    return values.max(axis=-1)


def average_pool(values):
    return windows(values).mean(axis=-1)


def global_average_pool(values):
    return values.mean(axis=(2, 3))


def note_kink(distances):
    if not isinstance(distances, jax.core.Tracer):
        KINKS.append(float(distances.min()))


def batch_norm(values, gamma, beta, running, training=True):
    """Returns the output and the running (mean, variance), which only training changes."""
    axes = tuple(axis for axis in range(values.ndim) if axis != 1)
    per_channel = lambda statistic: statistic.reshape((1, -1) + (1,) * (values.ndim - 2))
    mean, variance = (values.mean(axes), values.var(axes)) if training else running
    if training:
        count = values.size // values.shape[1]
        batch = mean, variance * count / (count - 1)
        running = tuple((1 - MOMENTUM) * old + MOMENTUM * new for old, new in zip(running, batch))
    normal = (values - per_channel(mean)) / jnp.sqrt(per_channel(variance) + EPSILON)
    return normal * per_channel(gamma) + per_channel(beta), running


def start_of_running(channels):
    return jnp.zeros(channels), jnp.ones(channels)


class Network:
    """Parameters and running statistics by name; an absent bias or norm is left out."""

    def __init__(self, parameters, running, training=True):
        self.parameters, self.running, self.training = parameters, dict(running), training

    def linear(self, values, name):
        values = values @ self.parameters[f"{name}.weight"]
        bias = self.parameters.get(f"{name}.bias")
        return values if bias is None else values + bias

    def conv(self, values, name, stride=1):
        bias = self.parameters.get(f"{name}.bias")
        return convolve(values, self.parameters[f"{name}.weight"], bias, stride, padding=1)

    def norm(self, values, name):
        gamma, beta = (self.parameters.get(f"{name}.{part}") for part in ("gamma", "beta"))
        if gamma is None:
            return values
        running = self.running.get(name) or start_of_running(len(gamma))
        values, self.running[name] = batch_norm(values, gamma, beta, running, self.training)
        return values

    def block(self, values, name="", stride=1):
        hidden = relu(self.norm(self.conv(values, f"{name}conv1", stride), f"{name}norm1"))
        hidden = self.norm(self.conv(hidden, f"{name}conv2"), f"{name}norm2")
        return relu(hidden + shortcut(values, hidden.shape[1], stride))

    def mlp(self, values):
        return self.linear(relu(self.norm(self.linear(values, "linear1"), "norm1")), "linear2")

    def cnn(self, values):
        for index in (1, 2):
            values = max_pool(relu(self.norm(self.conv(values, f"conv{index}"), f"norm{index}")))
        return self.linear(values.reshape(len(values), -1), "linear")

    def resnet(self, values):
        values = relu(self.norm(self.conv(values, "stem"), "stem_norm"))
        values = self.block(self.block(values, "block1."), "block2.", stride=2)
        return self.linear(global_average_pool(values), "linear")


def shortcut(values, channels, stride):
    values = values[:, :, ::stride, ::stride]
    return jnp.pad(values, ((0, 0), (0, channels - values.shape[1]), (0, 0), (0, 0)))


# Cases of one layer -----------------------------------------------------------------------------------------------------


def layer_case(layer, name, tensors, apply, **settings):
    """`apply` takes the tensors by name and returns the output and the running statistics by name."""
    arrays = {key: tensor(value) for key, value in tensors.items()}
    output, running = apply(**arrays)
    cotangent = recipe(*output.shape, salt=9)
    objective = lambda arrays: (apply(**arrays)[0] * tensor(cotangent)).sum()
    gradients = jax.grad(objective)(arrays)
    check_gradients(objective, arrays, gradients)
    gradients = {key: gradients[key] for key in tensors if key != "second_input"}
    case = {"layer": layer, "name": name, **settings, "tensors": tensors, "cotangent": cotangent}
    case["output"] = {"shape": list(output.shape), "values": flat(output)}
    case["gradients"] = {key: flat(value) for key, value in gradients.items()}
    if running:
        case["running"] = {key: {"mean": flat(mean), "var": flat(var)} for key, (mean, var) in running.items()}
    return case


def conv_case(name, image, weight_shape, stride, padding):
    out = weight_shape[0]
    tensors = {
        "input": recipe(*image, salt=1),
        "weight": weight(*weight_shape, salt=2),
        "bias": recipe(out, salt=3, scale=0.5),
    }
    check_convolution(*(tensor(value) for value in tensors.values()), stride, padding)
    apply = lambda input, weight, bias: (convolve(input, weight, bias, stride, padding), None)
    return layer_case("conv2d", name, tensors, apply, stride=stride, padding=padding)


def pool_case(layer, name, image):
    functions = {"max_pool": max_pool, "average_pool": average_pool, "global_average_pool": global_average_pool}
    return layer_case(layer, name, {"input": recipe(*image, salt=1)}, lambda input: (functions[layer](input), None))


def batch_norm_case(name, shape):
    channels = shape[1]
    tensors = {
        "input": recipe(*shape, salt=1, scale=2.0, offset=0.5),
        "second_input": recipe(*shape, salt=2, scale=0.5, offset=-1.0),
        "gamma": recipe(channels, salt=3, scale=0.5, offset=1.0),
        "beta": recipe(channels, salt=4, scale=0.5),
    }

    def apply(input, second_input, gamma, beta):
        output, running = batch_norm(input, gamma, beta, start_of_running(channels))
        return output, {"norm": batch_norm(second_input, gamma, beta, running)[1]}

    case = layer_case("batch_norm", name, tensors, apply)
    arrays = {key: tensor(value) for key, value in tensors.items()}
    running = apply(**arrays)[1]["norm"]
    case["evaluation"] = flat(batch_norm(arrays["input"], arrays["gamma"], arrays["beta"], running, training=False)[0])
    return case


def block_case(image, stride, norm):
    batch, channels, *_ = image
    parameters = block_parameters(channels, channels * stride, norm, salt=2)
    tensors = {"input": recipe(*image, salt=1), **parameters}

    def apply(input, **parameters):
        network = Network(parameters, {})
        return network.block(input, stride=stride), network.running

    return layer_case("residual_block", f"stride {stride}, norm {norm}", tensors, apply, stride=stride, norm=norm)


def block_parameters(inputs, outputs, norm, salt, name=""):
    first = layer_parameters(weight(outputs, inputs, 3, 3, salt=salt), f"{name}conv1", f"{name}norm1", norm)
    return first | layer_parameters(weight(outputs, outputs, 3, 3, salt=salt + 2), f"{name}conv2", f"{name}norm2", norm)


def layer_parameters(weight, name, norm_name, norm):
    """Of a layer that normalization follows, if any: a bias without it, gamma and beta with it. None is at its start."""
    outputs, salt = weight["shape"][0 if len(weight["shape"]) == 4 else 1], weight["salt"] + 1
    small = recipe(outputs, salt=salt, scale=0.25)
    if norm == "none":
        return {f"{name}.weight": weight, f"{name}.bias": small}
    gamma = recipe(outputs, salt=salt, scale=0.25, offset=1.0)
    return {f"{name}.weight": weight, f"{norm_name}.gamma": gamma, f"{norm_name}.beta": small}


def layers():
    return [
        conv_case("3x3, padding 1, odd size", (2, 2, 7, 5), (3, 2, 3, 3), stride=1, padding=1),
        conv_case("3x3, stride 2, padding 1, odd size", (2, 2, 7, 5), (3, 2, 3, 3), stride=2, padding=1),
        conv_case("3x3, stride 2, padding 1, even size", (2, 3, 4, 6), (2, 3, 3, 3), stride=2, padding=1),
        conv_case("5x5, padding 2", (2, 2, 4, 5), (2, 2, 5, 5), stride=1, padding=2),
        conv_case("5x5, stride 2, padding 2, odd size", (2, 2, 7, 5), (2, 2, 5, 5), stride=2, padding=2),
        conv_case("1x1", (2, 4, 3, 5), (2, 4, 1, 1), stride=1, padding=0),
        conv_case("3x3 without padding", (2, 2, 5, 7), (3, 2, 3, 3), stride=1, padding=0),
        pool_case("max_pool", "even size", (2, 2, 4, 6)),
        pool_case("max_pool", "odd size", (2, 2, 7, 5)),
        pool_case("average_pool", "even size", (2, 2, 4, 6)),
        pool_case("average_pool", "odd size", (2, 2, 7, 5)),
        pool_case("global_average_pool", "odd size", (2, 3, 3, 5)),
        batch_norm_case("features", (8, 5)),
        batch_norm_case("images", (3, 2, 4, 3)),
        *(block_case((2, 2, 5, 4), 1, norm) for norm in ("none", "batch")),
        *(block_case((2, 2, 5, 4), 2, norm) for norm in ("none", "batch")),
    ]


# Training ---------------------------------------------------------------------------------------------------------------


def with_norm(weight, name, norm_name, norm):
    """As training starts: biases 0, or gamma 1 and beta 0."""
    parameters = layer_parameters(weight, name, norm_name, norm)
    return {
        key: value | {"salt": 0, "scale": 0.0} if not key.endswith(".weight") else value
        for key, value in parameters.items()
    }


def mlp_parameters(norm):
    return with_norm(weight(6, 5, salt=1), "linear1", "norm1", norm) | with_norm(
        weight(5, CLASSES, salt=2), "linear2", "", "none"
    )


def cnn_parameters(norm):
    return (
        with_norm(weight(4, 2, 3, 3, salt=1), "conv1", "norm1", norm)
        | with_norm(weight(6, 4, 3, 3, salt=2), "conv2", "norm2", norm)
        | with_norm(weight(6 * 2 * 2, CLASSES, salt=3), "linear", "", "none")
    )


def resnet_parameters(norm):
    parameters = with_norm(weight(4, 2, 3, 3, salt=1), "stem", "stem_norm", norm)
    for index, (inputs, outputs) in enumerate([(4, 4), (4, 8)]):
        for part, ins in ((1, inputs), (2, outputs)):
            name = lambda kind: f"block{index + 1}.{kind}{part}"
            kernel = weight(outputs, ins, 3, 3, salt=2 + 2 * index + part)
            parameters |= with_norm(kernel, name("conv"), name("norm"), norm)
    return parameters | with_norm(weight(8, CLASSES, salt=9), "linear", "", "none")


def training_case(query, image, recipes, forward):
    parameters = {name: tensor(value) for name, value in recipes.items()}
    inputs = [recipe(BATCH, *image, salt=24 + step) for step in range(STEPS)]
    labels = [[(index * index + index // 3 + step) % CLASSES for index in range(BATCH)] for step in range(STEPS)]
    optimizer = optax.sgd(LEARNING_RATE, momentum=SGD_MOMENTUM)
    state, running, losses = optimizer.init(parameters), {}, []

    def loss(parameters, running, values, labels):
        network = Network(parameters, running)
        log_probabilities = jax.nn.log_softmax(forward(network, values))
        return -log_probabilities[jnp.arange(BATCH), labels].mean(), network.running

    for values, label in zip(map(tensor, inputs), map(jnp.array, labels)):
        loss(parameters, running, values, label)  # Eagerly, for the distance to kinks.
        (value, after), slope = jax.value_and_grad(loss, has_aux=True)(parameters, running, values, label)
        if not losses:
            check_gradients(lambda parameters: loss(parameters, running, values, label)[0], parameters, slope)
        losses.append(float(value))
        updates, state = optimizer.update(slope, state, parameters)
        parameters, running = optax.apply_updates(parameters, updates), after
    evaluation_input = recipe(BATCH, *image, salt=30)
    logits = forward(Network(parameters, running, training=False), tensor(evaluation_input))
    return {
        "query": f"{query}&opt=sgd&lr={LEARNING_RATE}&momentum={SGD_MOMENTUM}&batch={BATCH}&steps={STEPS}",
        "image": list(image),
        "parameters": [{"name": name, **value} for name, value in recipes.items()],
        "inputs": inputs,
        "labels": labels,
        "losses": flat(losses),
        "evaluation_input": evaluation_input,
        "logits": flat(logits),
    }


def trainings():
    image = (2, 8, 8)
    return [
        training_case("model=mlp:5&norm=batch", (6,), mlp_parameters("batch"), Network.mlp),
        training_case("model=cnn:4,6&norm=none", image, cnn_parameters("none"), Network.cnn),
        training_case("model=cnn:4,6&norm=batch", image, cnn_parameters("batch"), Network.cnn),
        training_case("model=resnet:4,8&norm=none", image, resnet_parameters("none"), Network.resnet),
        training_case("model=resnet:4,8&norm=batch", image, resnet_parameters("batch"), Network.resnet),
    ]


# Checks of the reference itself -----------------------------------------------------------------------------------------


def check_gradients(objective, arrays, gradients):
    """Central differences of step 1e-6, good to about 1e-9, at up to seven elements of each array."""
    objective = jax.jit(objective)
    for name, array in arrays.items():
        for index in range(0, array.size, max(1, array.size // 6)):
            shift = np.zeros(array.size)
            shift[index] = 1e-6
            moved = [arrays | {name: array + sign * shift.reshape(array.shape)} for sign in (1, -1)]
            difference = float(objective(moved[0]) - objective(moved[1])) / 2e-6
            derivative = float(gradients[name].reshape(-1)[index])
            assert abs(difference - derivative) < 1e-7 * max(1.0, abs(derivative)), (name, index, difference, derivative)


def check_convolution(values, weight, bias, stride, padding):
    """By definition out[n, o, y, x] = bias[o] + sum over c, i, j of weight[o, c, i, j] padded[n, c, ys + i, xs + j]."""
    expected = np.asarray(convolve(values, weight, bias, stride, padding))
    values = np.pad(np.asarray(values), ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    weight, size = np.asarray(weight), weight.shape[-1]
    for n, o, y, x in itertools.product(*map(range, expected.shape)):
        patch = values[n, :, y * stride : y * stride + size, x * stride : x * stride + size]
        assert abs((patch * weight[o]).sum() + bias[o] - expected[n, o, y, x]) < 1e-12, (n, o, y, x)


# Output -----------------------------------------------------------------------------------------------------------------


def flat(array):
    """Seven decimals: all is compared with numbers about 1 of float32, which has as many."""
    return [round(float(value), 7) for value in np.asarray(array).ravel()]


def dump(value, depth=0):
    """JSON with one line per entry of the outer objects, and lists of numbers and recipes on one line each."""
    indent = "\n" + " " * (depth + 1)
    if isinstance(value, dict) and depth < 4 and "salt" not in value:
        fields = (f"{json.dumps(key)}: {dump(field, depth + 1)}" for key, field in value.items())
        return "{" + indent + f",{indent}".join(fields) + "}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[" + indent + f",{indent}".join(dump(item, depth + 1) for item in value) + "]"
    return json.dumps(value, separators=(",", ":"))


def main():
    document = {"layers": layers(), "trainings": trainings()}
    nearest = min(KINKS)
    print(f"nearest kink: {nearest:.1e}", file=sys.stderr)
    assert nearest > 5e-6, "too near a kink for float32; choose other salts"
    print(dump(document))


if __name__ == "__main__":
    main()
