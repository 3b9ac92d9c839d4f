"""Reference texts for tests/it/dataset/numbers.rs: numbers below a million in five languages, and the draws of the data set `numbers`.

    pip install num2words cn2an
    python3 tests/data/number_words_reference.py > tests/data/number_words_reference.json

Written from the grammars, in another way than the project does: names of 0 to 99 are tables, larger numbers are put together from
them. Every number below a million is compared with two published packages where they apply, which takes ten minutes. They differ from
what is wanted in this: num2words writes English with "and", commas and hyphens, and German 101,000 as "einhunderteinstausend" instead of
"einhunderteintausend".

The file is {"rows": [...], "symbols": {...}, "drawn": {...}}:

    "rows"      [number, digits, English, German, French, Chinese] as a reader sees them
    "symbols"   per language, the number of different symbols and the most symbols of a number below a million, over all of them
    "drawn"     per number of digits, how many of the numbers for training and for testing have so many; the first of both; and the SHA-256 of
                the symbols for some pairs of languages, as in a results file
"""

import hashlib
import json
import re
import struct

import cn2an
from num2words import num2words

LIMIT = 1_000_000

ENGLISH_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen""".split()
ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ENGLISH_BELOW_100 = ENGLISH_SMALL + [
    tens + unit for tens in ENGLISH_TENS for unit in [""] + [" " + unit for unit in ENGLISH_SMALL[1:10]]
]

GERMAN_SMALL = """null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn
achtzehn neunzehn""".split()
GERMAN_TENS = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
GERMAN_BELOW_100 = GERMAN_SMALL + [
    before + tens for tens in GERMAN_TENS for before in ["", "einund"] + [unit + "und" for unit in GERMAN_SMALL[2:10]]
]

FRENCH_SMALL = "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize".split()
FRENCH_TEENS = FRENCH_SMALL[1:] + ["dix-sept", "dix-huit", "dix-neuf"]
FRENCH_BELOW_100 = FRENCH_SMALL + FRENCH_TEENS[16:]
for tens in "vingt trente quarante cinquante".split():
    FRENCH_BELOW_100 += [tens, tens + " et un"] + [f"{tens}-{unit}" for unit in FRENCH_SMALL[2:10]]
FRENCH_BELOW_100 += ["soixante"] + [
    "soixante" + (" et " if unit in ("un", "onze") else "-") + unit for unit in FRENCH_TEENS
]
FRENCH_BELOW_100 += ["quatre-vingts"] + [f"quatre-vingt-{unit}" for unit in FRENCH_TEENS]

HAN = "零一二三四五六七八九"
PLACES = ["千", "百", "十", ""]


def english(number):
    def below_1000(number):
        hundreds, rest = divmod(number, 100)
        parts = [ENGLISH_SMALL[hundreds] + " hundred"] if hundreds else []
        return " ".join(parts + ([ENGLISH_BELOW_100[rest]] if rest else []))

    thousands, rest = divmod(number, 1000)
    parts = [below_1000(thousands) + " thousand"] if thousands else []
    return " ".join(parts + ([below_1000(rest)] if rest else [])) or "zero"


def german(number):
    def below_1000(number):
        hundreds, rest = divmod(number, 100)
        return (GERMAN_BELOW_100[hundreds] + "hundert" if hundreds else "") + (GERMAN_BELOW_100[rest] if rest else "")

    thousands, rest = divmod(number, 1000)
    text = (below_1000(thousands) + "tausend" if thousands else "") + (below_1000(rest) if rest else "") or "null"
    # One is "eins" only as the last word.
    return re.sub("eins(?=hundert|tausend)", "ein", text)


def french(number):
    def below_1000(number, at_end):
        hundreds, rest = divmod(number, 100)
        several = [FRENCH_SMALL[hundreds]] if hundreds > 1 else []
        hundred = "cents" if several and at_end and not rest else "cent"
        small = FRENCH_BELOW_100[rest] if at_end or rest != 80 else "quatre-vingt"
        return " ".join(several + ([hundred] if hundreds else []) + ([small] if rest else []))

    thousands, rest = divmod(number, 1000)
    parts = [below_1000(thousands, False)] if thousands > 1 else []
    parts += ["mille"] if thousands else []
    return " ".join(parts + ([below_1000(rest, True)] if rest else [])) or "zéro"


def chinese(number):
    """Every digit with its place, then zeros as they are spoken: once within a number, never at the end or before 万."""
    def group(number):
        digits = [number // 1000, number // 100 % 10, number // 10 % 10, number % 10]
        return "".join(HAN[digit] + (place if digit else "") for digit, place in zip(digits, PLACES))

    high, low = divmod(number, 10_000)
    text = group(high) + "万" + group(low) if high else group(low)
    text = re.sub("零+", "零", text)
    text = re.sub("零(?=万)|零$|^零", "", text)
    return re.sub("^一十", "十", text) or "零"


LANGUAGES = {"digits": str, "en": english, "de": german, "fr": french, "zh": chinese}

# The words in the order of the project's symbols, which count from 4; order has no meaning.
WORDS = {
    "digits": list("0123456789"),
    "en": ENGLISH_SMALL + ENGLISH_TENS + ["hundred", "thousand"],
    "de": GERMAN_SMALL + GERMAN_TENS + ["hundert", "tausend", "ein", "und"],
    "fr": FRENCH_SMALL + "vingt trente quarante cinquante soixante vingts cent cents mille et".split(),
    "zh": list(HAN + "十百千万"),
}
# Longer words first: "achtzehn" is one word, and "vingts" is another one than "vingt".
PATTERNS = {name: re.compile("|".join(sorted(words, key=len, reverse=True))) for name, words in WORDS.items()}
PADDING, END, FIRST_WORD = 0, 2, 4
CODES = {name: {word: FIRST_WORD + index for index, word in enumerate(words)} for name, words in WORDS.items()}


def symbols(number, language):
    text = LANGUAGES[language](number)
    found = PATTERNS[language].findall(text)
    assert sum(map(len, found)) == len(re.sub("[ -]", "", text)), text
    return [CODES[language][word] for word in found]


def check(number):
    """Compares with the packages."""
    plain = re.sub(" and |, |-", " ", num2words(number, lang="en"))
    assert english(number) == plain, (english(number), plain)
    plain = num2words(number, lang="de").replace("einstausend", "eintausend")
    assert german(number) == plain, (german(number), plain)
    assert french(number) == num2words(number, lang="fr"), french(number)
    assert chinese(number) == cn2an.an2cn(number, "low"), chinese(number)


def chacha8(seed, purpose, index):
    """32-bit words of ChaCha with 8 rounds, 64-bit block counter and nonce 0 (Bernstein 2008), as in init_reference.py."""
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


def below(words, bound):
    """Lemire 2019: the upper half of word * bound, and another word if the lower half is among the first 2^32 mod bound."""
    while True:
        product = next(words) * bound
        if product & 0xFFFFFFFF >= 2**32 % bound:
            return product >> 32


def drawn():
    """20,000 different numbers, of 1 to 6 digits with equal probability, in random order: 19,000 for training and 1,000 for testing."""
    words = chacha8(0, 12, 0)
    numbers = {}
    while len(numbers) < 20_000:
        digits = 1 + below(words, 6)
        candidates = range(0 if digits == 1 else 10 ** (digits - 1), 10**digits)
        numbers[candidates[below(words, len(candidates))]] = None
    numbers = list(numbers)
    for last in range(len(numbers) - 1, 0, -1):
        other = below(words, last + 1)
        numbers[last], numbers[other] = numbers[other], numbers[last]
    return numbers[:19_000], numbers[19_000:]


def sha256(parts, source, target, longest):
    digest = hashlib.sha256()
    for numbers in parts:
        for language, end in ((source, []), (target, [END])):
            positions = longest[language] + len(end)
            for number in numbers:
                sentence = symbols(number, language) + end
                digest.update(struct.pack(f"<{positions}H", *sentence, *[PADDING] * (positions - len(sentence))))
    return digest.hexdigest()


def chosen():
    """Small and round numbers, neighbors of powers of ten, numbers with every pattern of zeros, and 200 scattered ones."""
    numbers = set(range(121)) | {180, 181, 190, 191, 199, 201, 280, 281, 300, 380, 999}
    for digit in range(1, 10):
        numbers |= {digit * 10**power for power in range(6)}
    for power in range(1, 7):
        numbers |= {10**power - 1, 10**power + 1, 11 * 10**power, 10**power + 10} - {1_000_001, 1_000_010, 11_000_000, 1_100_000}
    numbers |= {1100, 1111, 1180, 1200, 1280, 21_000, 31_021, 71_071, 80_000, 80_080, 81_000, 91_091, 96_000, 100_080, 101_000}
    numbers |= {101_001, 101_101, 110_000, 110_010, 180_180, 200_001, 200_200, 201_000, 201_201, 271_000, 280_000, 280_080}
    numbers |= {280_280, 300_300, 423_918, 480_081, 580_000, 701_000, 801_801, 880_880, 999_980, 999_999}
    numbers |= {sum(place * 10**power for power, place in enumerate((4, 3, 9, 8, 2, 1)) if mask >> power & 1) for mask in range(64)}
    numbers |= {index**3 * 48_271 % 999_983 for index in range(1, 201)}
    return sorted(numbers - {LIMIT})


def main():
    longest, used = dict.fromkeys(LANGUAGES, 0), {name: set() for name in LANGUAGES}
    for number in range(LIMIT):
        check(number)
        for name in LANGUAGES:
            found = symbols(number, name)
            longest[name] = max(longest[name], len(found))
            used[name].update(found)
    assert all(used[name] == set(CODES[name].values()) for name in LANGUAGES), "every word is used"
    parts = drawn()
    by_digits = [[sum(len(str(number)) == digits for number in part) for part in parts] for digits in range(1, 7)]
    pairs = [("en", "de"), ("de", "fr"), ("fr", "zh"), ("zh", "digits"), ("digits", "en")]
    reference = {
        "rows": [[number, *[text(number) for text in LANGUAGES.values()]] for number in chosen()],
        "symbols": {name: {"different": 4 + len(used[name]), "longest": longest[name]} for name in LANGUAGES},
        "drawn": {
            "by_digits": by_digits,
            "first": [part[:5] for part in parts],
            "sha256": {f"{source}-{target}": sha256(parts, source, target, longest) for source, target in pairs},
        },
    }
    # One line per number.
    text = json.dumps(reference, ensure_ascii=False, separators=(",", ":"))
    print(text.replace(",[", ",\n[").replace('],"', '],\n"'))


if __name__ == "__main__":
    main()
