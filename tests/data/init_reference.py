"""Reference numbers for tests/it/init.rs and tests/it/dataset.rs: initial weights, the order of the training examples and
augmented images once more, in Python, from the description alone.

Needs numpy. Prints the SHA-256 of all parameters of a network 20-12-5 (ReLU, seed 7) for closed-form schemes, those of a
residual network for ZerO, Fixup and a formula, and some entries of orthogonal weights by LAPACK's QR, whose last digits may
differ; then the order of 60,000 examples in the first epoch of seed 0, and the crops and flips of step 3 of seed 7.

    python3 tests/data/init_reference.py
"""

import hashlib
import math
import struct

import numpy

WIDTHS, SEED = [20, 12, 5], 7
WEIGHTS, BIASES, BATCH_ORDER, AUGMENTATION = 1, 2, 3, 5


def chacha8(seed, purpose, index):
    """32-bit words of ChaCha with 8 rounds, 64-bit block counter and nonce 0 (Bernstein 2008)."""
    key = struct.unpack("<8I", struct.pack("<3Q", seed, purpose, index) + b"emrg-lab")
    rotate = lambda x, n: (x << n | x >> (32 - n)) & 0xFFFFFFFF
    quarters = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]
    block = 0
    while True:
        start = [*struct.unpack("<4I", b"expand 32-byte k"), *key, block & 0xFFFFFFFF, block >> 32, 0, 0]
        state = list(start)
        for _ in range(4):
            for a, b, c, d in quarters:
                for turn_d, turn_b in ((16, 12), (8, 7)):
                    state[a] = (state[a] + state[b]) & 0xFFFFFFFF
                    state[d] = rotate(state[d] ^ state[a], turn_d)
                    state[c] = (state[c] + state[d]) & 0xFFFFFFFF
                    state[b] = rotate(state[b] ^ state[c], turn_b)
        yield from ((x + y) & 0xFFFFFFFF for x, y in zip(state, start))
        block += 1


def symmetric(seed, purpose, index):
    """Uniform in [-1, 1): two words, low one first, their upper 53 bits."""
    words = chacha8(seed, purpose, index)
    while True:
        low, high = next(words), next(words)
        yield 2.0 * (((high << 32 | low) >> 11) * 2.0**-53) - 1.0


def normals(seed, purpose, index):
    """Marsaglia's polar method, both numbers of each pair."""
    uniform = symmetric(seed, purpose, index)
    while True:
        u, v = next(uniform), next(uniform)
        s = u * u + v * v
        if 0.0 < s < 1.0:
            radius = math.sqrt(-2.0 * math.log(s) / s)
            yield from (u * radius, v * radius)


def take(numbers, count, scale):
    return numpy.array([scale * next(numbers) for _ in range(count)]).astype("<f4")


def sha256(draw_weight, draw_bias=None):
    digest = hashlib.sha256()
    for layer, (fan_in, fan_out) in enumerate(zip(WIDTHS, WIDTHS[1:])):
        digest.update(draw_weight(layer, fan_in, fan_out).tobytes())
        bias = draw_bias(layer, fan_in, fan_out) if draw_bias else numpy.zeros(fan_out, "<f4")
        digest.update(bias.tobytes())
    return digest.hexdigest()


def kaiming_normal(layer, fan_in, fan_out):
    return take(normals(SEED, WEIGHTS, layer), fan_in * fan_out, math.sqrt(2.0) / math.sqrt(fan_in))


def xavier_uniform(layer, fan_in, fan_out):
    return take(symmetric(SEED, WEIGHTS, layer), fan_in * fan_out, math.sqrt(6.0 / (fan_in + fan_out)))


def promoted(layer, fan_in, fan_out):
    return kaiming_normal(layer, fan_in, fan_out) * numpy.float32([1 / 1.5, 1.5][layer])


def pytorch_weight(layer, fan_in, fan_out):
    return take(symmetric(SEED, WEIGHTS, layer), fan_in * fan_out, 1.0 / math.sqrt(fan_in))


def pytorch_bias(layer, fan_in, fan_out):
    return take(symmetric(SEED, BIASES, layer), fan_out, 1.0 / math.sqrt(fan_in))


def orthogonal(layer, fan_in, fan_out):
    count, length = min(fan_in, fan_out), max(fan_in, fan_out)
    numbers = normals(SEED, WEIGHTS, layer)
    vectors = numpy.array([next(numbers) for _ in range(count * length)]).reshape(count, length)
    q, r = numpy.linalg.qr(vectors.T)
    q = q * numpy.sign(numpy.diag(r))
    return math.sqrt(2.0) * (q if fan_in >= fan_out else q.T)


def zero_matrix(outputs, inputs):
    """ZerO, algorithm 1: I* where the layer does not widen, else I* H I* with a Hadamard matrix of Kronecker products."""
    if outputs <= inputs:
        return numpy.eye(outputs, inputs)
    order = math.ceil(math.log2(outputs))
    hadamard = numpy.array([[1.0]])
    for _ in range(order):
        hadamard = numpy.kron([[1.0, 1.0], [1.0, -1.0]], hadamard) / math.sqrt(2.0)
    return numpy.eye(outputs, 2**order) @ hadamard @ numpy.eye(2**order, inputs)


def zero(layer, fan_in, fan_out):
    return zero_matrix(fan_out, fan_in).T.astype("<f4")


# resnet:3,5x2 for gray images and 4 classes: [maps out, maps in, 3, 3] of every convolution, and which part of Fixup's rules
# it falls under; then the classifier.
CONVOLUTIONS = [((3, 1, 3, 3), "trunk"), ((3, 3, 3, 3), "branch"), ((3, 3, 3, 3), "end"), ((5, 3, 3, 3), "branch"),
                ((5, 5, 3, 3), "end"), ((5, 5, 3, 3), "branch"), ((5, 5, 3, 3), "end")]
CLASSIFIER = (5, 4)


def residual_sha256(convolution, classifier):
    digest = hashlib.sha256()
    for layer, (shape, role) in enumerate(CONVOLUTIONS):
        digest.update(convolution(layer, shape, role).astype("<f4").tobytes())
        digest.update(numpy.zeros(shape[0], "<f4").tobytes())
    digest.update(classifier(len(CONVOLUTIONS), CLASSIFIER).astype("<f4").tobytes())
    digest.update(numpy.zeros(CLASSIFIER[1], "<f4").tobytes())
    return digest.hexdigest()


def he(layer, shape, scale=1.0):
    fan_in = math.prod(shape[1:]) if len(shape) == 4 else shape[0]
    return take(normals(SEED, WEIGHTS, layer), math.prod(shape), math.sqrt(2.0) / math.sqrt(fan_in) * scale)


def zero_convolution(_, shape, role):
    """Algorithm 2: the matrix in the middle of the windows; nothing where a branch ends."""
    weight = numpy.zeros(shape)
    if role != "end":
        weight[:, :, 1, 1] = zero_matrix(shape[0], shape[1])
    return weight


def fixup_convolution(layer, shape, role):
    """Three branches of two layers each: 3^(-1/2) of He et al. inside, zero at the end."""
    scale = {"trunk": 1.0, "branch": 3.0 ** (-1.0 / 2.0)}
    return numpy.zeros(shape) if role == "end" else he(layer, shape, scale[role])


def below(words, bound):
    """Uniform in 0..bound (Lemire 2019): the high half of word times bound, unless the low half is among the surplus."""
    while True:
        product = next(words) * bound
        if product & 0xFFFFFFFF >= 2**32 % bound:
            return product >> 32


def batch_order(examples, seed, epoch):
    """Fisher & Yates, from the last place down."""
    words, order = chacha8(seed, BATCH_ORDER, epoch), list(range(examples))
    for last in range(examples - 1, 0, -1):
        other = below(words, last + 1)
        order[last], order[other] = order[other], order[last]
    return order


def augmentations(seed, step):
    """For each image of a batch in turn: first row and first column of the padded image to keep, and whether to flip."""
    words = chacha8(seed, AUGMENTATION, step)
    while True:
        yield below(words, 9), below(words, 9), below(words, 2) == 1


def augmented(image, dy, dx, flip):
    """Of an image [channels, height, width]: padded with four zeros on each side, cut to its size, mirrored."""
    _, height, width = image.shape
    window = numpy.pad(image, ((0, 0), (4, 4), (4, 4)))[:, dy : dy + height, dx : dx + width]
    return window[:, :, ::-1] if flip else window


print("kaiming_normal", sha256(kaiming_normal))
print("xavier_uniform", sha256(xavier_uniform))
print("emergence(kaiming_normal;alpha=1.5)", sha256(promoted))
print("pytorch", sha256(pytorch_weight, pytorch_bias))
print("zero", sha256(zero))
print("residual zero", residual_sha256(zero_convolution, lambda _, shape: zero_matrix(shape[1], shape[0]).T))
print("residual fixup", residual_sha256(fixup_convolution, lambda _, shape: numpy.zeros(shape)))
print("residual kaiming_normal, custom(std=sqrt(2)/sqrt(fan_in))",
      residual_sha256(lambda layer, shape, _: he(layer, shape), he))
for fan_in, fan_out in ((20, 12), (12, 20)):
    weight = orthogonal(0, fan_in, fan_out).flatten()
    print("orthogonal", fan_in, fan_out, "first, second and last:", weight[0], weight[1], weight[-1])
order = batch_order(60_000, 0, 0)
print("batch order, first indices:", order[:8], hashlib.sha256(struct.pack("<60000I", *order)).hexdigest())
images = (numpy.arange(4 * 2 * 6 * 9) * 7 % 251).astype(numpy.uint8).reshape(4, 2, 6, 9)
drawn = [numbers for numbers, _ in zip(augmentations(7, 3), range(4))]
batch = numpy.stack([augmented(images[index], *numbers) for index, numbers in zip([3, 1, 0, 2], drawn)])
print("augmented:", drawn, hashlib.sha256(batch.tobytes()).hexdigest())
