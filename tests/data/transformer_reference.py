"""Reference numbers for tests/it/model/transformer.rs: tiny transformers by JAX in float64.

    pip install jax optax
    python tests/data/transformer_reference.py > tests/data/transformer_reference.json

Written from the equations of Vaswani et al. 2017 and without looking at the project's forward pass: attention is an explicit sum over
heads, layer normalization is spelled out, and JAX differentiates. Parameters follow from the formula of tests/it/fixtures.rs; of every
derivative the file has the norm, the products with the parameters and with a direction, and the losses of five steps of SGD and Adam.
"""

import json

import jax
import jax.numpy as jnp
import numpy as np
import optax

jax.config.update("jax_enable_x64", True)

PADDING, BEGINNING, END = 0, 1, 2
EPSILON = 1e-5


def recipe(shape, salt, scale, offset=0.0):
    return {"shape": list(shape), "salt": salt, "scale": scale, "offset": offset}


def values(recipe):
    index = np.arange(int(np.prod(recipe["shape"])), dtype=np.uint64)
    base = (index + 2003 * (recipe["salt"] + 1)) % 65537
    number = (base * base % 65537 * base % 65537).astype(np.float64) / 32768.0 - 1.0
    exact = (recipe["offset"] + recipe["scale"] * number).astype(np.float32).astype(np.float64)
    return jnp.array(exact.reshape(recipe["shape"]))


ACTIVATIONS = {"relu": jax.nn.relu, "gelu": lambda x: jax.nn.gelu(x, approximate=False), "tanh": jnp.tanh}

CASES = [
    dict(name="pre-LN, ReLU, tied", query="model=transformer:8h2f12x1&norm=pre&act=relu", norm="pre", act="relu", layers=(1, 1), heads=2, hidden=12),
    dict(name="post-LN, GELU, tied", query="model=transformer:8h2f12x2&norm=post&act=gelu", norm="post", act="gelu", layers=(2, 2), heads=2, hidden=12),
    dict(name="no normalization, tanh, tied", query="model=transformer:8h4f12x1+2&norm=none&act=tanh", norm="none", act="tanh", layers=(1, 2), heads=4, hidden=12),
    dict(name="pre-LN, tanh, untied, smoothing", query="model=transformer:8h1f12x1u&norm=pre&act=tanh&smooth=0.1", norm="pre", act="tanh", layers=(1, 1), heads=1, hidden=12, untied=True, smoothing=0.1),
    dict(name="post-LN, tanh, untied", query="model=transformer:8h2f12x2+1u&norm=post&act=tanh", norm="post", act="tanh", layers=(2, 1), heads=2, hidden=12, untied=True),
    dict(name="pre-LN, GELU, one table for all, smoothing", query="model=transformer:8h2f12x1&norm=pre&act=gelu&smooth=0.1", norm="pre", act="gelu", layers=(1, 1), heads=2, hidden=12, joint=True, smoothing=0.1),
]
WIDTH = 8
SOURCE_SYMBOLS, TARGET_SYMBOLS = 9, 11
SOURCE = [[4, 5, 8, 6, 7], [7, 4, 4, 0, 0], [5, 0, 0, 0, 0]]
TARGET = [[6, 10, 4, 5, 2, 0], [9, 2, 0, 0, 0, 0], [4, 8, 7, 9, 5, 2]]
STEPS = 5


def layout(case):
    """The parameters with their recipes, in the order in which the project stores them."""
    salt = iter(range(1, 1000))
    parameters = []

    def add(shape, scale, offset=0.0):
        parameters.append(recipe(shape, next(salt), scale, offset))

    def dense(inputs, outputs):
        add((inputs, outputs), 0.6)
        add((1, outputs), 0.2)

    def norm():
        add((1, WIDTH), 0.3, 1.0)
        add((1, WIDTH), 0.2)

    def attention():
        for _ in range(4):
            dense(WIDTH, WIDTH)

    def sublayer(inner):
        if case["norm"] == "pre":
            norm()
        inner()
        if case["norm"] == "post":
            norm()

    def feed_forward():
        dense(WIDTH, case["hidden"])
        dense(case["hidden"], WIDTH)

    if not case.get("joint"):
        add((SOURCE_SYMBOLS, WIDTH), 0.6)
    add((TARGET_SYMBOLS, WIDTH), 0.6)
    encoder, decoder = case["layers"]
    for _ in range(encoder):
        sublayer(attention)
        sublayer(feed_forward)
    if case["norm"] == "pre":
        norm()
    for _ in range(decoder):
        sublayer(attention)
        sublayer(attention)
        sublayer(feed_forward)
    if case["norm"] == "pre":
        norm()
    if case.get("untied"):
        dense(WIDTH, TARGET_SYMBOLS)
    return parameters


def positions(count):
    codes = np.zeros((count, WIDTH))
    for position in range(count):
        for feature in range(WIDTH):
            angle = position / 10000.0 ** ((feature - feature % 2) / WIDTH)
            codes[position, feature] = np.cos(angle) if feature % 2 else np.sin(angle)
    # The project adds them in single precision.
    return jnp.array(codes.astype(np.float32).astype(np.float64))


def layer_norm(x, gamma, beta):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return gamma * (x - mean) / jnp.sqrt(variance + EPSILON) + beta


def logits(parameters, case, shortcuts=None):
    """`[examples, positions, symbols]`. Into the list `shortcuts`, if given, go the weights of the shortcuts by Admin (Liu et al. 2020), which are
    then used."""
    source, target = np.array(SOURCE), np.array(TARGET)
    before = np.concatenate([np.full((len(target), 1), BEGINNING), np.where(target[:, :-1] == END, PADDING, target[:, :-1])], 1)
    tables = 1 if case.get("joint") else 2
    target_table, stack = parameters[tables - 1], list(parameters[tables:])
    take = lambda: stack.pop(0)
    activation = ACTIVATIONS[case["act"]]
    width = WIDTH // case["heads"]
    stage = {"encoder": True, "ratio": 1.0}

    def dense(x):
        weight, bias = take(), take()
        return x @ weight + bias

    def attention(x, memory, allowed):
        query = dense(x)
        key, value = dense(memory), dense(memory)
        heads = []
        for head in range(case["heads"]):
            part = slice(head * width, (head + 1) * width)
            scores = jnp.einsum("bte,bse->bts", query[..., part], key[..., part]) / np.sqrt(width)
            weights = jax.nn.softmax(jnp.where(allowed, scores, -jnp.inf), -1)
            heads.append(jnp.einsum("bts,bse->bte", weights, value[..., part]))
        return dense(jnp.concatenate(heads, -1))

    def feed_forward(x):
        return dense(activation(dense(x)))

    def sublayer(x, inner):
        if case["norm"] == "pre":
            gamma, beta = take(), take()
            return x + inner(layer_norm(x, gamma, beta))
        branch = inner(x)
        if shortcuts is None:
            y = x + branch
        else:
            counted = source != PADDING if stage["encoder"] else before != PADDING
            shortcuts.append(float(stage["ratio"]))
            y = stage["ratio"] * x + branch
            stage["ratio"] = np.sqrt(np.var(stage["ratio"] * x[counted]) + np.var(branch[counted]))
        if case["norm"] == "post":
            gamma, beta = take(), take()
            return layer_norm(y, gamma, beta)
        return y

    def end(x):
        if case["norm"] != "pre":
            return x
        gamma, beta = take(), take()
        return layer_norm(x, gamma, beta)

    def embed(table, symbols):
        return np.sqrt(WIDTH) * table[symbols] + positions(symbols.shape[1])

    present = jnp.array(source != PADDING)[:, None, :]
    causal = jnp.tril(jnp.ones((target.shape[1], target.shape[1]), bool))[None]
    x = embed(parameters[0], source)
    for _ in range(case["layers"][0]):
        x = sublayer(x, lambda y: attention(y, y, present))
        x = sublayer(x, feed_forward)
    memory = end(x)
    stage.update(encoder=False, ratio=1.0)
    y = embed(target_table, before)
    for _ in range(case["layers"][1]):
        y = sublayer(y, lambda z: attention(z, z, causal))
        y = sublayer(y, lambda z: attention(z, memory, present))
        y = sublayer(y, feed_forward)
    y = end(y)
    return dense(y) if case.get("untied") else y @ target_table.T


def loss(parameters, case):
    target = np.array(TARGET)
    smoothing = case.get("smoothing", 0.0)
    distribution = (1 - smoothing) * np.eye(TARGET_SYMBOLS)[target] + smoothing / TARGET_SYMBOLS
    distribution[target == PADDING] = 0.0
    return -(distribution * jax.nn.log_softmax(logits(parameters, case), -1)).sum() / (target != PADDING).sum()


def derivative(tensors, parameters, direction):
    products = lambda others: [float((one * other).sum()) for one, other in zip(tensors, others)]
    norms = [float(jnp.sqrt((one**2).sum())) for one in tensors]
    return {"norm": norms, "with_parameters": products(parameters), "with_first": products(direction)}


def trained(parameters, case, optimizer):
    state, losses = optimizer.init(parameters), []
    for _ in range(STEPS):
        value, gradient = jax.value_and_grad(loss)(parameters, case)
        losses.append(float(value))
        updates, state = optimizer.update(gradient, state, parameters)
        parameters = optax.apply_updates(parameters, updates)
    losses.append(float(loss(parameters, case)))
    return losses


def solve(case):
    recipes = layout(case)
    parameters = [values(one) for one in recipes]
    direction = lambda salt: [dict(one, salt=one["salt"] + salt, scale=0.5, offset=0.0) for one in recipes]
    first, second = direction(300), direction(600)
    along = [values(one) for one in first]
    other = [values(one) for one in second]
    gradient = jax.grad(loss)(parameters, case)
    hessian = lambda at, vector: jax.jvp(lambda p: jax.grad(loss)(p, case), (at,), (vector,))[1]
    curvature = lambda at: sum((one * two).sum() for one, two in zip(along, hessian(at, other)))
    result = np.asarray(logits(parameters, case))
    shortcuts = []
    if case["norm"] == "post":
        logits(parameters, case, shortcuts)
    return {
        "name": case["name"],
        "query": case["query"],
        "joint": case.get("joint", False),
        "parameters": recipes,
        "first": first,
        "second": second,
        "loss": float(loss(parameters, case)),
        "admin": shortcuts,
        "logits": [float(value) for value in result[np.array(TARGET) != PADDING].ravel()],
        "gradient": derivative(gradient, parameters, along),
        "hessian_vector": derivative(hessian(parameters, other), parameters, along),
        "curvature_gradient": derivative(jax.grad(curvature)(parameters), parameters, along),
        "sgd": trained(parameters, case, optax.sgd(0.1, momentum=0.9)),
        "adam": trained(parameters, case, optax.adam(0.01, b1=0.9, b2=0.999, eps=1e-8)),
    }


def main():
    reference = {
        "source": SOURCE,
        "target": TARGET,
        "symbols": [SOURCE_SYMBOLS, TARGET_SYMBOLS],
        "cases": [solve(case) for case in CASES],
    }
    # One line per case.
    print(json.dumps(reference, separators=(",", ":")).replace('{"name"', '\n{"name"'))


if __name__ == "__main__":
    main()
