"""Reference numbers for tests/it/training.rs: a small MLP trained by JAX and optax in float64.

    pip install jax optax
    python tests/data/training_reference.py > tests/data/training_reference.json

JAX differentiates and optax updates, so gradients, optimizers and schedules are all checked against code that is not ours.
"""

import json

import jax
import jax.numpy as jnp
import numpy as np
import optax

jax.config.update("jax_enable_x64", True)

WIDTHS = [6, 5, 4, 3]
BATCH = 4
STEPS = 10

ACTIVATIONS = {
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
}


def forward(parameters, images, activation):
    values = images
    for index in range(0, len(parameters), 2):
        values = values @ parameters[index] + parameters[index + 1]
        if index + 2 < len(parameters):
            values = activation(values)
    return values


def loss(parameters, images, one_hot, activation):
    log_probabilities = jax.nn.log_softmax(forward(parameters, images, activation))
    return -(log_probabilities * one_hot).sum() / BATCH


def sgd(rate, momentum, decay):
    return optax.chain(optax.add_decayed_weights(decay), optax.sgd(rate, momentum=momentum or None))


def adam(rate, decay):
    return optax.chain(optax.add_decayed_weights(decay), optax.adam(rate, b1=0.9, b2=0.999, eps=1e-8))


def adamw(rate, decay):
    return optax.adamw(rate, b1=0.9, b2=0.999, eps=1e-8, weight_decay=decay)


CASES = [
    ("act=relu&opt=sgd&lr=0.1&momentum=0", "relu", sgd(0.1, 0.0, 0.0)),
    ("act=relu&opt=sgd&lr=0.1&momentum=0.9&wd=0.01", "relu", sgd(0.1, 0.9, 0.01)),
    ("act=tanh&opt=sgd&lr=0.2&momentum=0.5", "tanh", sgd(0.2, 0.5, 0.0)),
    ("act=sigmoid&opt=sgd&lr=0.5&momentum=0", "sigmoid", sgd(0.5, 0.0, 0.0)),
    ("act=gelu&opt=sgd&lr=0.1&momentum=0.9", "gelu", sgd(0.1, 0.9, 0.0)),
    ("act=tanh&opt=adam&lr=0.01", "tanh", adam(0.01, 0.0)),
    ("act=tanh&opt=adam&lr=0.01&wd=0.1", "tanh", adam(0.01, 0.1)),
    ("act=tanh&opt=adamw&lr=0.01&wd=0.1", "tanh", adamw(0.01, 0.1)),
    ("act=relu&opt=sgd&lr=0.2&momentum=0&sched=cosine", "relu", sgd(optax.cosine_decay_schedule(0.2, STEPS), 0.0, 0.0)),
    (
        "act=relu&opt=sgd&lr=0.2&momentum=0&sched=warmup:4",
        "relu",
        sgd(optax.linear_schedule(0.05, 0.2, transition_steps=3), 0.0, 0.0),
    ),
]


def train(name, activation, optimizer, parameters, images, one_hot):
    activation = ACTIVATIONS[activation]
    state = optimizer.init(parameters)
    losses, gradients = [], None
    for _ in range(STEPS):
        value, slope = jax.value_and_grad(loss)(parameters, images, one_hot, activation)
        gradients = gradients or slope
        losses.append(float(value))
        updates, state = optimizer.update(slope, state, parameters)
        parameters = optax.apply_updates(parameters, updates)
    return {
        "query": f"{name}&steps={STEPS}",
        "losses": losses,
        "first_gradients": [flat(g) for g in gradients],
        "parameters": [flat(p) for p in parameters],
    }


def flat(array):
    return [float(value) for value in np.asarray(array).ravel()]


def main():
    random = np.random.default_rng(0)
    # Rounded to float32, which both sides then hold exactly.
    draw = lambda *shape: jnp.array(random.normal(size=shape).astype(np.float32).astype(np.float64))
    images = draw(BATCH, WIDTHS[0])
    one_hot = jnp.eye(WIDTHS[-1])[jnp.array([0, 2, 1, 2])]
    parameters = []
    for fan_in, fan_out in zip(WIDTHS, WIDTHS[1:]):
        parameters += [draw(fan_in, fan_out), draw(1, fan_out)]
    cases = [train(name, act, optimizer, parameters, images, one_hot) for name, act, optimizer in CASES]
    print(json.dumps({
        "widths": WIDTHS,
        "batch": BATCH,
        "images": flat(images),
        "one_hot": flat(one_hot),
        "parameters": [flat(p) for p in parameters],
        "cases": cases,
    }, indent=1))


if __name__ == "__main__":
    main()
