"""Reference numbers for BLEU and chrF of small corpora, and for the words that BLEU counts, by sacrebleu.

    pip install sacrebleu
    python tests/data/bleu_reference.py > tests/data/bleu_reference.json

The file is {"bleu_signature", "chrf_signature", "corpora", "tokenizations"}, the signatures without the version of sacrebleu. An entry
of "corpora", with one reference for each hypothesis:

    "name"                       what is particular about it
    "hypotheses", "references"   sentences
    "bleu", "precisions", "brevity_penalty", "hypothesis_length", "reference_length"
                                 corpus BLEU as sacrebleu computes it by default; score and precisions in percent
    "chrf"                       corpus chrF2 as sacrebleu computes it by default, in percent

An entry of "tokenizations" has a "text" and its "words" by the tokenizer 13a.
"""

import json

from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

# Name, hypotheses, references.
CORPORA = [
    (
        "identical",
        ["A man is riding a bicycle.", "Two dogs play in the snow."],
        ["A man is riding a bicycle.", "Two dogs play in the snow."],
    ),
    ("other words only", ["Nothing fits here at all."], ["one two three four five"]),
    ("no character in common", ["abc def"], ["uvw xyz"]),
    ("empty hypotheses", ["", ""], ["A man sleeps.", "A dog runs."]),
    ("empty references", ["A man sleeps.", "A dog runs."], ["", ""]),
    ("both empty", [""], [""]),
    (
        "some empty, on either side",
        ["A man sleeps on the bench.", "", "A dog runs over green grass."],
        ["A man sleeps on a bench.", "A child laughs.", ""],
    ),
    ("shorter than four words", ["the cat", "a dog runs"], ["the cat", "a dog runs"]),
    ("one character", ["a"], ["a"]),
    (
        "two orders smoothed",
        ["the black cat sat there on a red mat", "he went home"],
        ["the white cat was sitting on a mat", "home he went"],
    ),
    (
        "one order smoothed",
        ["one two three five six seven", "nine ten"],
        ["one two three four five six", "nine ten eleven"],
    ),
    ("clipped repetitions", ["the the the the the the the"], ["the cat is on the mat, the red one"]),
    (
        "too short, in all",
        ["A man rides a horse", "Two women talk"],
        ["A man rides a horse through the wide valley", "Two women talk on the phone in a cafe"],
    ),
    (
        "too long, in all",
        ["A small child is playing happily with a big red ball on the beach today"],
        ["A child is playing with a ball on the beach"],
    ),
    ("upper and lower case", ["a Man In a blue shirt stands there"], ["A man in a blue shirt stands there"]),
    (
        "punctuation",
        ['"Well," she said (quietly), "it\'s done!"', "Really?! Yes: now; or never..."],
        ['"Well", she said, quietly: "It\'s done."', "Really? Yes; now, or never."],
    ),
    (
        "numbers",
        ["It costs 1,234.50 euros, not 1.234,50.", "In 1990-95 it rose by 3.5%, to 42."],
        ["It costs 1,234.50 euros and not 1234.50.", "From 1990-1995 it rose 3.5 %, to 42 ."],
    ),
    (
        "entities",
        ["Tom &amp; Jerry said &quot;hello&quot; to us", "2 &lt; 3 &gt; 1 &amp;lt; 5"],
        ['Tom & Jerry said "hello" to us all', "2 < 3 > 1 < 5"],
    ),
    (
        "hyphens and symbols",
        ["A well-known 12-year-old e-mailed a@b.org 50$ + 5%", "see https://example.org/a_b?c=d&e#f *now*"],
        ["A well known 12 year-old e-mailed a@b.org $50 + 5 %", "see https://example.org/a_b?c=d&e#g now"],
    ),
    (
        "German",
        ["Zwei junge weiße Männer sind im Freien in der Nähe vieler Büsche.", "Dieser Mann lächelt einen „großen“ Hund an."],
        ["Zwei junge Männer sind draußen in der Nähe von vielen Büschen.", "Dieser Mann lächelt einen großen Hund an."],
    ),
    (
        "French",
        ["L'homme n'est pas là ; il a mangé quatre-vingt-dix-sept pommes.", "Où est la gare ?"],
        ["L’homme n’est pas là; il a mangé quatre-vingt-dix-huit pommes.", "Où est donc la gare ?"],
    ),
    ("Chinese", ["四十二万三千九百一十八", "我喜欢 喝茶。"], ["四十二万三千九百一十七", "我喜欢喝 绿茶。"]),
    ("characters of four bytes", ["😀 a 𝒳 b 😀 c"], ["😀 a 𝒳 b 😃 c"]),
    ("white space", ["  a   man\tis\u00a0here\u3000now  ", "x\u2009y\u001fz w v"], ["a man is here now", "x y z w v"]),
]

TEXTS = [
    "",
    "   ",
    "Hello, world!",
    "3.14 1,000,000 3. .5 5, ,5 a.5 5.a 1.2.3 1..2 1.,2",
    "U.S.A. e.g. Mr. Smith... wait.. no,yes , . ,",
    "1990-95 well-known 12-year-old -5 5- a-5 5--6 - --",
    "it's 'quoted' l'homme rock'n'roll",
    "&quot;a&quot; &amp;lt; &lt;b&gt; &amp;amp;quot; &apos; &amp;quot; & &&",
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "a_b@c.org http://x.y/z?q=1&r=2#s 50$ 5% ~3 #1 ^2 (a)[b]{c} a|b a*b a+b a=b",
    "„Gänsefüßchen“ «guillemets» ‚und‘ ’s – — … ¿qué? ¡no!",
    "我喜欢喝茶。3,5公斤！",
    "\u0663.\u0664 \u00bd.\u00b2 \uff11.\uff12 \uff0c\uff0e",
    "a\tb\u00a0c\u2009d\u3000e\u0085f\u001cg\u200bh",
    "<skipped> a <skipped>b over-\nlap end of line\nnext-\n",
    "😀.😀,5 é.é",
]


def corpus(name, hypotheses, references):
    bleu, chrf = BLEU().corpus_score(hypotheses, [references]), CHRF().corpus_score(hypotheses, [references])
    return {
        "name": name,
        "hypotheses": hypotheses,
        "references": references,
        "bleu": bleu.score,
        "precisions": bleu.precisions,
        "brevity_penalty": bleu.bp,
        "hypothesis_length": bleu.sys_len,
        "reference_length": bleu.ref_len,
        "chrf": chrf.score,
    }


def tokenization(text):
    # BLEU strips the end of a sentence first.
    return {"text": text, "words": Tokenizer13a()(text.rstrip()).split()}


def signature(metric):
    metric.corpus_score(["a"], [["a"]])
    return "|".join(part for part in str(metric.get_signature()).split("|") if not part.startswith("version:"))


def line(entry):
    """JSON with characters that can be seen as they are, and all others by number."""
    text = json.dumps(entry, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def dump(entries):
    """JSON with one line per entry."""
    return "[\n  " + ",\n  ".join(line(entry) for entry in entries) + "\n ]"


def main():
    fields = {
        "bleu_signature": json.dumps(signature(BLEU())),
        "chrf_signature": json.dumps(signature(CHRF())),
        "corpora": dump([corpus(*entry) for entry in CORPORA]),
        "tokenizations": dump([tokenization(text) for text in TEXTS]),
    }
    print("{\n " + ",\n ".join(f"{json.dumps(key)}: {value}" for key, value in fields.items()) + "\n}")


if __name__ == "__main__":
    main()
