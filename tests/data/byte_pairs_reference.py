"""Reference numbers for byte pair encoding, by Hugging Face's tokenizers.

    pip install tokenizers
    python tests/data/byte_pairs_reference.py > tests/data/byte_pairs_reference.json

The file is {"corpora"}. An entry has

    "name"         what is particular about it
    "sentences"    from which the vocabulary is learned
    "size"         symbols of the vocabulary, at most, including the four special ones
    "vocabulary"   the texts of all symbols after the special ones
    "merges"       the merged pairs, in order
    "encoded"      for some sentences, also others, the symbols; 3 is a character that was never seen

With the path of a folder with train.de.gz and train.en.gz, and those of test_2016_flickr, it prints instead what a test knows about Multi30k:
SHA-256 of the merges (a line `left right` each) for 2,000 symbols, and how many pairs have at most 20 symbols.

    python tests/data/byte_pairs_reference.py data/multi30k
"""

import gzip
import hashlib
import json
import random
import sys

from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.trainers import BpeTrainer

SPECIAL = ["<pad>", "<s>", "</s>", "<unk>"]
SPACE = "\u2581"


def words(sentence):
    """Runs of letters and digits, and single other characters; a word after a space begins with its mark."""
    found, after_space, in_run = [], True, False
    for character in sentence:
        if character.isspace() or character == SPACE:
            after_space = True
            continue
        if character.isalnum() and in_run and not after_space:
            found[-1] += character
        else:
            found.append((SPACE if after_space else "") + character)
        after_space, in_run = False, character.isalnum()
    return found


def learn(sentences, size):
    tokenizer = Tokenizer(BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    trainer = BpeTrainer(vocab_size=size, min_frequency=2, special_tokens=SPECIAL, show_progress=False)
    tokenizer.train_from_iterator([" ".join(words(sentence)) for sentence in sentences], trainer)
    return tokenizer


def symbols(tokenizer, sentence):
    return tokenizer.encode(" ".join(words(sentence))).ids


def merges(tokenizer):
    pairs = json.loads(tokenizer.to_str())["model"]["merges"]
    return [pair if isinstance(pair, list) else pair.split(" ") for pair in pairs]


def vocabulary(tokenizer):
    table = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    return [text for text, _ in table][len(SPECIAL) :]


def random_sentences(seed, letters, count):
    draws = random.Random(seed)
    word = lambda: "".join(draws.choice(letters) for _ in range(draws.randint(1, 7)))
    return [" ".join(word() for _ in range(draws.randint(1, 6))) for _ in range(count)]


CORPORA = [
    ("two words", ["low lower lowest", "new newer newest", "wide wider widest"], 60, ["lowest newest", "slow"]),
    ("overlapping pairs", ["aaaa aaa aa", "aaaaaaa baab"], 40, ["aaaaaaaaa", "abab"]),
    ("nothing occurs twice", ["abc"], 40, ["abc", "a b c"]),
    ("no room for merges", ["abab abab"], 7, ["abab"]),
    (
        "punctuation and spaces",
        ["It's 5 €, isn't it?", "  (It's 15 €.)  ", "It's\u00a05 €!", "a\u2581b"],
        60,
        ["It's 5 €.", "isn't", "5\u00a0€ ?"],
    ),
    (
        "two languages",
        [
            "Ein Hund läuft über die Wiese.",
            "A dog runs across the meadow.",
            "Zwei Hunde laufen über die Straße.",
            "Two dogs run across the street.",
            "Die Hunde des Mannes laufen schneller.",
            "The man's dogs run faster.",
        ],
        110,
        ["Der Hund läuft.", "The dogs run across the meadows!", "Ärger"],
    ),
    ("Chinese", ["我们在学习翻译。", "他们也在学习。", "学习翻译很有意思。"], 40, ["我们学习翻译", "你们"]),
    ("random, two letters", random_sentences(1, "ab", 60), 120, random_sentences(2, "ab", 5)),
    ("random, six letters", random_sentences(3, "abcdéf", 200), 300, random_sentences(4, "abcdéfg", 5)),
]


def entry(name, sentences, size, others):
    tokenizer = learn(sentences, size)
    encoded = [{"sentence": one, "symbols": symbols(tokenizer, one)} for one in sentences[:3] + others]
    return {
        "name": name,
        "sentences": sentences,
        "size": size,
        "vocabulary": vocabulary(tokenizer),
        "merges": merges(tokenizer),
        "encoded": encoded,
    }


def multi30k(folder):
    read = lambda name: gzip.open(f"{folder}/{name}.gz", "rt", encoding="utf-8", newline="\n").read().splitlines()
    train = [read("train.de"), read("train.en")]
    test = [read("test_2016_flickr.de"), read("test_2016_flickr.en")]
    tokenizer = learn([sentence for pair in zip(*train) for sentence in pair], 2000)
    lines = "".join(f"{left} {right}\n" for left, right in merges(tokenizer))
    print("merges", hashlib.sha256(lines.encode()).hexdigest())
    for name, part in [("train", train), ("test", test)]:
        short = lambda pair: all(0 < len(symbols(tokenizer, sentence)) <= 20 for sentence in pair)
        print(name, sum(map(short, zip(*part))), len(part[0]))


if len(sys.argv) > 1:
    multi30k(sys.argv[1])
else:
    print(json.dumps({"corpora": [entry(*corpus) for corpus in CORPORA]}, ensure_ascii=False, indent=1))
